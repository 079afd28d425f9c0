//! Discord: the application, and who of its people may do what.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::reader::{Reader, unique};
use crate::domain::actor::Role;

#[derive(Clone, Debug)]
pub struct Discord {
    pub application_id: u64,
    pub transport: Transport,
    pub bot_token: SecretString,
    pub api_url: Url,
    pub tolerance: Duration,
    pub timeout: Duration,
    /// How long a deletion asked for on Discord can be taken back; zero: not at all.
    pub undo_for: Duration,
    pub people: People,
    /// `None`: nobody signs in to the dashboard with it.
    pub sign_in: Option<SignIn>,
}

/// What it takes for people to sign in to the dashboard with Discord.
#[derive(Clone, Debug)]
pub struct SignIn {
    pub client_secret: SecretString,
    /// How long somebody who has is signed in.
    pub session: Duration,
}

/// What `discord.undo_for` is by default, for where there is no Discord.
pub(super) const UNDO_FOR: Duration = Duration::from_secs(60);

/// How interactions come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    /// Discord posts them to the public listener, signed with this key.
    Http { public_key: [u8; 32] },
    /// Over a connection that storebot makes, for those without a public address.
    Gateway,
}

/// Where Discord's API is, for whoever has routes with Discord's own address in them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Api(Arc<str>);

impl Api {
    /// A route such as `https://discord.com/api/v10/gateway` at the configured address.
    #[must_use]
    pub fn at(&self, route: &str) -> String {
        route.replacen("https://discord.com", &self.0, 1)
    }
}

impl Discord {
    #[must_use]
    pub fn api(&self) -> Api {
        Api(self.api_url.as_str().trim_end_matches('/').into())
    }
}

/// Who may do what.
#[derive(Clone, Debug)]
pub struct People {
    /// Of everybody else, in direct messages and in servers that are not listed; `None`: nothing.
    pub default_role: Option<Role>,
    /// The most that administrators of such servers may give to roles there; `None`: nothing.
    pub grants: Option<Role>,
    pub servers: Vec<Server>,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub id: u64,
    /// Of everybody else here; `None`: nothing.
    pub default_role: Option<Role>,
    /// The most that this server's own administrators may give to its roles; `None`: nothing.
    pub grants: Option<Role>,
    /// By the id of a role of the server.
    pub roles: BTreeMap<u64, Role>,
    /// By the id of a person.
    pub users: BTreeMap<u64, Role>,
}

/// What everybody else may be.
const DEFAULT_ROLES: [(&str, Option<Role>); 3] =
    [("member", Some(Role::Member)), ("viewer", Some(Role::Viewer)), ("none", None)];

/// What a server's own administrators may give; as what everybody is, where nothing is said.
const GRANTS: [(&str, Option<Option<Role>>); 6] = [
    ("", None),
    ("none", Some(None)),
    ("viewer", Some(Some(Role::Viewer))),
    ("member", Some(Some(Role::Member))),
    ("approver", Some(Some(Role::Approver))),
    ("admin", Some(Some(Role::Admin))),
];

#[derive(Clone, Copy)]
enum Kind {
    Http,
    Gateway,
}

const TRANSPORTS: [(&str, Kind); 2] = [("http", Kind::Http), ("gateway", Kind::Gateway)];

/// The public key is what tells Discord's requests from others, so it is needed where requests come, and nowhere
/// else.
fn transport(r: &mut Reader<'_>) -> Option<Transport> {
    let kind = r.choice("transport", &TRANSPORTS);
    let key = match kind {
        None | Some(Kind::Gateway) => r.string("public_key"),
        Some(Kind::Http) => r.required(
            "public_key",
            "64 hex digits from Discord's developer portal; transport = \"gateway\" needs none",
        ),
    };
    let public_key = hex::decode(&key).ok().and_then(|k| k.try_into().ok());
    if public_key.is_none() && !key.is_empty() {
        r.fault("public_key", "is not 64 hex digits");
    }
    match kind? {
        Kind::Http => Some(Transport::Http { public_key: public_key? }),
        Kind::Gateway => Some(Transport::Gateway),
    }
}

/// Longest time for which somebody is signed in with what Discord said once.
const SESSION_MAX: Duration = Duration::from_secs(12 * 3600);

/// `None` without a fault: nobody signs in with Discord.
fn sign_in(r: &mut Reader<'_>) -> Option<SignIn> {
    let secret = r.string("client_secret");
    if secret.chars().any(|c| c.is_whitespace() || c.is_control()) {
        r.fault("client_secret", "has blanks or line ends in it: copy it again from Discord's developer portal");
    }
    let session = r.duration("session");
    if session > SESSION_MAX {
        r.fault("session", "is longer than 12h: what Discord said then may be long over");
    }
    (!secret.is_empty()).then(|| SignIn { client_secret: secret.into(), session })
}

/// `None` without a fault: no application id is set.
pub(super) fn read(mut r: Reader<'_>) -> Option<Discord> {
    if r.string("application_id").is_empty() {
        if !r.string("client_secret").is_empty() {
            r.fault("application_id", "is missing: client_secret is of no use without it");
        }
        return None;
    }
    let sign_in = sign_in(&mut r);
    let application_id = r.parsed("application_id", "Discord application id");
    let transport = transport(&mut r);
    let bot_token = r.required("bot_token", "the bot's token from Discord's developer portal");
    let api_url = r.parsed("api_url", "URL such as https://discord.com");
    let tolerance = r.duration("tolerance");
    let timeout = r.duration("timeout");
    let default_role = r.choice("default_role", &DEFAULT_ROLES);
    let grants = r.choice("grants", &GRANTS);
    let undo_for = r.grace("undo_for");
    let servers = r.each("servers", read_server);
    let ids: Vec<String> = servers.iter().map(|s| s.id.to_string()).collect();
    unique(ids.iter().map(String::as_str), "discord.servers", r.faults());
    Some(Discord {
        application_id: application_id?,
        transport: transport?,
        bot_token: bot_token.into(),
        api_url: api_url?,
        tolerance,
        timeout,
        undo_for,
        people: People { default_role: default_role?, grants: grants?.unwrap_or(default_role?), servers },
        sign_in,
    })
}

fn read_server(mut r: Reader<'_>) -> Option<Server> {
    let id = r.parsed("id", "server id, such as 81384788765712384");
    let default_role = r.choice("default_role", &DEFAULT_ROLES);
    let grants = r.choice("grants", &GRANTS);
    let roles = r.section("roles").map(read_ids).unwrap_or_default();
    let users = r.section("users").map(read_ids).unwrap_or_default();
    let default_role = default_role?;
    Some(Server { id: id?, default_role, grants: grants?.unwrap_or(default_role), roles, users })
}

/// Ids by what they give; nobody is in two lists.
fn read_ids(mut r: Reader<'_>) -> BTreeMap<u64, Role> {
    let mut ids = BTreeMap::new();
    for role in Role::ALL {
        let key = role.as_str();
        for text in r.strings(key) {
            let Ok(id) = text.parse() else {
                r.fault(key, format!("{text:?} is no id such as 80351110224678912"));
                continue;
            };
            if let Some(other) = ids.insert(id, role) {
                r.fault(key, format!("{text} is in {} as well", other.as_str()));
            }
        }
    }
    ids
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::Config;
    use super::Transport;

    /// All that is needed but the transport's own keys.
    fn load(discord: &str) -> Result<Transport, String> {
        let file = format!("[[cells]]\nname='main'\n[discord]\napplication_id='7'\nbot_token='x'\n{discord}");
        match Config::load(&file, &[]) {
            Ok(config) => Ok(config.discord.unwrap().transport),
            Err(faults) => Err(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")),
        }
    }

    #[test]
    fn people_sign_in_where_there_is_a_secret_for_it() {
        let config = |discord: &str| {
            let file = format!("[[cells]]\nname='main'\n[discord]\n{discord}");
            let told = |faults: Vec<super::super::Fault>| faults.iter().map(ToString::to_string).collect::<Vec<_>>();
            Config::load(&file, &[]).map(|config| config.discord).map_err(told)
        };
        let good = "application_id='7'\nbot_token='x'\ntransport='gateway'\n";
        let session =
            |more: &str| config(&format!("{good}{more}")).unwrap().unwrap().sign_in.map(|it| it.session.as_secs());
        assert_eq!((session(""), session("client_secret='s'")), (None, Some(3600)));
        assert_eq!(session("client_secret='s'\nsession='12h'"), Some(12 * 3600));
        let told = format!("{:?}", config(&format!("{good}client_secret='very-secret'")).unwrap());
        assert!(!told.contains("very-secret"), "{told}");
        let faults = config(&format!("{good}client_secret=\"very-secret\\n\"\nsession='13h'")).unwrap_err();
        assert_eq!(faults.len(), 2, "{faults:?}");
        let faults = config("client_secret='s'").unwrap_err();
        assert_eq!(faults, ["discord.application_id: is missing: client_secret is of no use without it"]);
    }

    #[test]
    fn each_transport_needs_what_it_needs() {
        let key = "1f".repeat(32);
        assert_eq!(load(&format!("public_key='{key}'")), Ok(Transport::Http { public_key: [0x1f; 32] }));
        assert_eq!(load("transport='gateway'"), Ok(Transport::Gateway));
        assert_eq!(load(&format!("transport='gateway'\npublic_key='{key}'")), Ok(Transport::Gateway));
        insta::assert_snapshot!(load("").unwrap_err(), @r#"discord.public_key: is missing: 64 hex digits from Discord's developer portal; transport = "gateway" needs none"#);
        insta::assert_snapshot!(load("transport='gateway'\npublic_key='1f'\ndefault_role='king'").unwrap_err(), @r#"
        discord.public_key: is not 64 hex digits
        discord.default_role: "king" is none of: member, viewer, none
        "#);
        insta::assert_snapshot!(load("transport='websocket'\ndefault_role='king'").unwrap_err(), @r#"
        discord.transport: "websocket" is none of: http, gateway
        discord.default_role: "king" is none of: member, viewer, none
        "#);
    }

    #[test]
    fn a_deletion_can_be_taken_back_as_long_everywhere() {
        let undo_for = |file: &str| Config::load(&format!("[[cells]]\nname='main'\n{file}"), &[]).unwrap().undo_for();
        let discord = "[discord]\napplication_id='1'\nbot_token='t'\ntransport='gateway'\n";
        assert_eq!(undo_for(""), undo_for(discord));
        assert_eq!(undo_for(&format!("{discord}undo_for='5s'")), Duration::from_secs(5));
    }
}
