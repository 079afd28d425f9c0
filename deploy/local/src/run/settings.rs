//! What a local run writes down: storebot's configuration, and `.local/run.env` for
//! people and scripts that want to talk to it.

use std::path::PathBuf;

use super::secrets::{APPLICATION_ID, Secrets};

/// The server of the stand-in Discord, and two roles there: it makes ids from names, the same ones for
/// ever (`stable_id`; its tests hold these).
const SERVER: &str = "234879599021777600";
const ROLE_APPROVER: &str = "694472237547306644";
const ROLE_ADMIN: &str = "107688409062073720";

/// The cluster that stores are placed on.
#[derive(Clone, Debug)]
pub struct Cell {
    /// How to reach it.
    pub kubeconfig: PathBuf,
    /// What tells a reader's cluster from others; `None`: started here, with classes named `local`.
    pub foreign: Option<String>,
    /// Whether its nodes are simulated.
    pub simulated: bool,
    /// Stores are found at `<name>.<domain>`.
    pub domain: String,
    /// And at this port; 0: the usual one.
    pub port: u16,
}

/// The addresses of one run.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Port of the public listener.
    pub http: u16,
    /// Port of the admin listener.
    pub admin: u16,
    /// Port of the stand-in Discord.
    pub discord: u16,
    /// Port of the stand-in GitHub and GitLab.
    pub forge: u16,
    /// Redis.
    pub redis: String,
}

impl Addresses {
    /// The public listener.
    pub fn storebot(&self) -> String {
        format!("http://127.0.0.1:{}", self.http)
    }

    /// The stand-in Discord.
    pub fn discord(&self) -> String {
        format!("http://127.0.0.1:{}", self.discord)
    }

    /// The stand-in GitHub and GitLab.
    pub fn forge(&self) -> String {
        format!("http://127.0.0.1:{}", self.forge)
    }

    /// Where the demo's deliveries go.
    pub fn webhook(&self) -> String {
        self.source("demo")
    }

    /// Where the deliveries of a source go.
    pub fn source(&self, name: &str) -> String {
        format!("{}/webhooks/{name}", self.storebot())
    }
}

/// storebot's configuration file.
pub fn config(addresses: &Addresses, secrets: &Secrets, cell: &Cell, helm: &Helm) -> String {
    // The classes of a reader's cluster are its default ones.
    // And each has a ledger of its own: what one knows is not in another.
    let (class, values, prefix) = match &cell.foreign {
        None if cell.simulated => (crate::furnish::CLASS, "\"values-local.yaml\"", "sb".to_owned()),
        None => (crate::furnish::CLASS, "\"values-local.yaml\"", "sb-real".to_owned()),
        Some(mark) => ("", "", format!("sb-{mark}")),
    };
    let Addresses { http, admin, redis, .. } = addresses;
    let Secrets { auth_key, webhook_secret, .. } = secrets;
    format!(
        "# Written by `make run` at each start: changes are lost.
[http]
listen = \"127.0.0.1:{http}\"
admin_listen = \"127.0.0.1:{admin}\"
public_url = \"{public}\"
drain = \"0s\"

[redis]
url = \"{redis}\"
prefix = \"{prefix}\"

[[auth.keys]]
kid = \"local\"
alg = \"HS256\"
secret = \"{auth_key}\"

{discord}
[[webhooks]]
name = \"demo\"
kind = \"standard\"
secrets = [\"{webhook_secret}\"]
owner = \"webhook:demo\"

{senders}# Deliveries are signed with the secret that also signs those to storebot: one key to try both with.
[callbacks]
secrets = [\"{webhook_secret}\"]
allow_hosts = [\"127.0.0.1\"]

[[cells]]
name = \"local\"
kubeconfig = {kubeconfig}
domain = \"{domain}\"
port = {port}
ingress_class = \"{class}\"
storage_class = \"{class}\"
values = [{values}]
simulated = {simulated}

[helm]
binary = {binary}
charts = {charts}

# An hour of trying things out, with a page that asks again and again; stores_per_owner stays.
[limits]
creations_per_hour = 100
requests = 5000
",
        public = addresses.storebot(),
        discord = discord(addresses, secrets),
        senders = senders(addresses, secrets),
        domain = cell.domain,
        port = cell.port,
        simulated = cell.simulated,
        kubeconfig = quoted(&cell.kubeconfig),
        binary = quoted(&helm.binary),
        charts = quoted(&helm.charts),
    )
}

/// Each kind of sender besides, with its name in the configuration and in `.local/run.env`.
const SENDERS: [(&str, &str); 3] = [("github", "GITHUB"), ("gitlab", "GITLAB"), ("stripe", "STRIPE")];

fn senders(addresses: &Addresses, secrets: &Secrets) -> String {
    let (forge, token) = (addresses.forge(), &secrets.forge_token);
    let source = |((kind, _), secret): ((&str, &str), &String)| {
        let version = match kind {
            "github" => "v3",
            "gitlab" => "v4",
            _ => return format!("[[webhooks]]\nname = \"{kind}\"\nkind = \"{kind}\"\nsecrets = [\"{secret}\"]\n\n"),
        };
        format!(
            "[[webhooks]]\nname = \"{kind}\"\nkind = \"{kind}\"\nsecrets = [\"{secret}\"]\n\
             [webhooks.api]\nurl = \"{forge}/api/{version}\"\ntoken = \"{token}\"\n\n"
        )
    };
    SENDERS.into_iter().zip(&secrets.senders).map(source).collect()
}

/// The application, and what the people of `make run` may.
fn discord(addresses: &Addresses, secrets: &Secrets) -> String {
    let Secrets { discord_public_key, bot_token, client_secret, .. } = secrets;
    format!(
        "[discord]
application_id = \"{APPLICATION_ID}\"
public_key = \"{discord_public_key}\"
bot_token = \"{bot_token}\"
# People sign in to the dashboard with it, too.
client_secret = \"{client_secret}\"
api_url = \"{discord}\"

# Who has none of these roles is a member.
[[discord.servers]]
id = \"{SERVER}\"
[discord.servers.roles]
approver = [\"{ROLE_APPROVER}\"]
admin = [\"{ROLE_ADMIN}\"]
",
        discord = addresses.discord(),
    )
}

/// Where Helm and the charts are.
#[derive(Clone, Debug)]
pub struct Helm {
    /// The program.
    pub binary: PathBuf,
    /// The folder of the charts.
    pub charts: PathBuf,
}

/// The content of `.local/run.env`.
pub fn run_env(addresses: &Addresses, secrets: &Secrets, cell: &Cell, tokens: &Tokens) -> String {
    let values = [
        ("STOREBOT_URL", addresses.storebot()),
        ("STOREBOT_ADMIN_URL", format!("http://127.0.0.1:{}", addresses.admin)),
        ("STOREBOT_TOKEN", tokens.admin.clone()),
        ("STOREBOT_MEMBER_TOKEN", tokens.member.clone()),
        ("STOREBOT_WEBHOOK_URL", addresses.webhook()),
        ("STOREBOT_WEBHOOK_SECRET", secrets.webhook_secret.clone()),
        ("DISCORD_URL", addresses.discord()),
        ("DISCORD_SEED_HEX", secrets.discord_seed.clone()),
        ("FORGE_URL", addresses.forge()),
        ("FORGE_TOKEN", secrets.forge_token.clone()),
        ("KUBECONFIG", cell.kubeconfig.display().to_string()),
        ("REDIS_URL", addresses.redis.clone()),
    ];
    let senders = SENDERS.into_iter().zip(&secrets.senders).flat_map(|((kind, name), secret)| {
        [(format!("STOREBOT_{name}_URL"), addresses.source(kind)), (format!("STOREBOT_{name}_SECRET"), secret.clone())]
    });
    let values = values.into_iter().map(|(key, value)| (key.to_owned(), value)).chain(senders);
    values.map(|(key, value)| format!("{key}={}\n", for_shell(&value))).collect()
}

/// Bearer tokens of two people.
pub struct Tokens {
    /// May do everything.
    pub admin: String,
    /// May do what a member may.
    pub member: String,
}

/// A path as a TOML string; Rust's escapes are TOML's for what paths contain.
fn quoted(path: &std::path::Path) -> String {
    format!("{:?}", path.display().to_string())
}

/// Quoted only where a shell needs it, since other readers of such files do without.
fn for_shell(value: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:=+@%,".contains(c);
    if value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::for_shell;

    #[test]
    fn only_odd_values_are_quoted() {
        assert_eq!(for_shell("whsec_ab+/c="), "whsec_ab+/c=");
        assert_eq!(for_shell("/a b/it's"), r"'/a b/it'\''s'");
    }
}
