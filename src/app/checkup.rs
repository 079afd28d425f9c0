//! What `storebot doctor` asks of those outside: Discord, forges, issuers, receivers, and the files of secrets.
//! Apart from `care`, which looks at storebot's own two truths. Changes nothing anywhere.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;

use crate::care::{Area, Finding};
use crate::config::{self, Config, Scheme, Token, Transport};
use crate::forge::{Forges, Lack};
use crate::inbound::discord::register::{self, Application, Scope};
use crate::inbound::discord::{SignIn, Trouble, back as sign_in_back};
use crate::inbound::http::auth;
use crate::metrics::Metrics;

/// Longest time for one question to somebody who has no timeout of their own in the configuration.
const PATIENCE: Duration = Duration::from_secs(5);

/// Everything outside, in the order in which it is told.
pub(super) async fn examine(config: &Config, file: Option<&Path>) -> Vec<Finding> {
    let mut findings = files(config, file);
    let (discord, forges, issuers, cells, traces) = tokio::join!(
        discord(config),
        forges(config),
        issuers(config),
        join_all(config.cells.iter().map(address)),
        receiver(&config.telemetry),
    );
    findings.extend(discord);
    findings.extend(forges);
    findings.extend(issuers);
    findings.extend(cells.into_iter().flatten());
    findings.extend(traces);
    findings
}

/// Files with secrets that others on this machine can read.
fn files(config: &Config, file: Option<&Path>) -> Vec<Finding> {
    let kubeconfigs = config.cells.iter().filter_map(|cell| cell.kubeconfig.as_deref());
    let apis = config.webhooks.iter().filter_map(|source| source.forge.as_ref()?.api.as_ref());
    let tokens = apis.filter_map(|api| match &api.token {
        Token::File(file) => Some(file.as_path()),
        Token::Here(_) => None,
    });
    let mut findings = Vec::new();
    for path in file.into_iter().chain(kubeconfigs).chain(tokens) {
        let about = path.display().to_string();
        match std::fs::metadata(path) {
            Ok(found) if found.permissions().mode() & 0o004 != 0 => {
                let what = "everybody on this machine can read it, and there are secrets in it";
                let todo = format!("chmod o-rwx {about}");
                findings.push(Finding::notice((Area::Config, "readable"), about, what, todo));
            }
            Ok(_) => {}
            Err(error) => {
                let todo = "put it there, or change the key that names it";
                findings.push(Finding::new((Area::Config, "file"), about, format!("cannot be read: {error}"), todo));
            }
        }
    }
    findings
}

async fn discord(config: &Config) -> Vec<Finding> {
    let Some(discord) = &config.discord else { return Vec::new() };
    let finding = |kind, what: String, todo: &str| Finding::new((Area::Discord, kind), "discord", what, todo);
    let application = match register::application(discord).await {
        Ok(application) => application,
        Err(error) if error.is_unauthorized() => {
            let todo = "set discord.bot_token to the token that Discord's developer portal shows";
            return vec![finding("token", "Discord does not know the bot's token".to_owned(), todo)];
        }
        Err(error) => {
            let todo = "see that Discord can be reached from here, and look at its status page";
            return vec![finding("away", format!("Discord cannot be asked: {}", chain(&error)), todo)];
        }
    };
    let mut findings = of_application(config, discord, &application);
    findings.extend(sign_in(config, discord, &application).await);
    match register::register(discord, Scope::Global, true).await {
        Ok(there) if there.difference.is_empty() => {}
        Ok(there) => findings.push(finding(
            "commands",
            format!("the registered command differs from this storebot's in {} lines", there.difference.len()),
            "run storebot register-commands",
        )),
        Err(error) => {
            findings.push(finding("commands", chain(&error), "see that the bot belongs to discord.application_id"));
        }
    }
    findings
}

/// What Discord says of the application that the token belongs to.
fn of_application(config: &Config, discord: &config::Discord, found: &Application) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut add = |kind, what: String, todo: &str| {
        findings.push(Finding::new((Area::Discord, kind), "discord", what, todo));
    };
    if found.id != discord.application_id.to_string() {
        let what = format!("the bot's token is of the application {}, not of {}", found.id, discord.application_id);
        add("application", what, "set discord.application_id and discord.bot_token of the same application");
    }
    let url = found.interactions_endpoint_url.as_deref().unwrap_or_default();
    match &discord.transport {
        Transport::Http { public_key } => {
            let key = found.verify_key.as_deref().unwrap_or_default();
            if !key.is_empty() && key != hex::encode(public_key) {
                let todo = "set discord.public_key to the one that Discord's developer portal shows";
                add("public-key", "Discord signs with another key than discord.public_key".to_owned(), todo);
            }
            let ours = format!("{}/discord/interactions", config.http.public_url.as_str().trim_end_matches('/'));
            let todo = format!("set it to {ours} in Discord's developer portal, or put http.public_url right");
            if url.is_empty() {
                let what = "Discord has no interactions endpoint URL, so it sends nothing here";
                add("interactions", what.to_owned(), &todo);
            } else if url != ours {
                // What stands between may lead here all the same.
                let what = "Discord sends interactions to another address";
                findings.push(Finding::notice((Area::Discord, "interactions"), "discord", what, todo));
            }
        }
        Transport::Gateway if !url.is_empty() => {
            let todo = "take the interactions endpoint URL out in Discord's developer portal";
            add("interactions", "Discord sends interactions to an address, and not to the gateway".to_owned(), todo);
        }
        Transport::Gateway => {}
    }
    findings
}

/// What would keep people from signing in to the dashboard with Discord.
async fn sign_in(config: &Config, discord: &config::Discord, found: &Application) -> Vec<Finding> {
    let client = super::discord_client(discord).ok();
    let ours = client.and_then(|client| SignIn::new(discord, &config.http, client, Metrics::new()));
    let Some(ours) = ours else { return Vec::new() };
    let mut findings = Vec::new();
    let mut add = |kind, what: &str, todo: String| {
        findings.push(Finding::new((Area::Discord, kind), "discord", what, todo));
    };
    if ours.check().await == Err(Trouble::Unknown) {
        let todo = "set discord.client_secret to the one that Discord's developer portal shows";
        add("client-secret", "Discord does not know the application by discord.client_secret", todo.to_owned());
    }
    let back = sign_in_back(&config.http);
    if found.redirect_uris.as_ref().is_some_and(|known| !known.contains(&back)) {
        let todo = format!("add {back} to the redirects in Discord's developer portal, or put http.public_url right");
        add("redirect", "Discord does not send people who sign in back to http.public_url", todo);
    }
    findings
}

async fn forges(config: &Config) -> Vec<Finding> {
    let forges = match Forges::new(config, &Metrics::new()) {
        Ok(forges) => forges,
        Err(error) => {
            let todo = "see what of this machine's TLS is broken";
            return vec![Finding::new((Area::Forge, "tls"), "webhooks", error.to_string(), todo)];
        }
    };
    let mut findings = Vec::new();
    for source in &config.webhooks {
        let Some(forge) = forges.of(&source.name) else { continue };
        let (kind, what, todo) = match forge.token_lacks().await {
            Ok(None) => continue,
            Ok(Some(Lack { what, wants, has })) => {
                let has = if has.is_empty() { "no scope".to_owned() } else { format!("the scopes {}", has.join(", ")) };
                let what = format!("its token may not {what}: it has {has}");
                ("rights", what, format!("set a token with the scope {wants}"))
            }
            Err(trouble) => {
                let todo = "set a token that may read the repository and write comments and statuses there";
                ("token", format!("its API cannot be used with webhooks.api.token: {trouble}"), todo.to_owned())
            }
        };
        findings.push(Finding::new((Area::Forge, kind), &source.name, what, todo));
    }
    findings
}

async fn issuers(config: &Config) -> Vec<Finding> {
    let asked = config.auth.issuers.iter().map(async |issuer| {
        let why = auth::keys_of(issuer).await.err()?;
        let todo = "see that its address can be reached from here; its tokens are refused until then";
        Some(Finding::new((Area::Issuer, "keys"), &issuer.name, format!("its keys cannot be fetched: {why}"), todo))
    });
    join_all(asked).await.into_iter().flatten().collect()
}

/// Whether people get from a store's address to the cell's ingress.
async fn address(cell: &config::Cell) -> Option<Finding> {
    let (host, default) = (cell.host("doctor"), if cell.scheme == Scheme::Https { 443 } else { 80 });
    let port = cell.port.unwrap_or(default);
    let finding = |kind, what: String, todo: String| Some(Finding::new((Area::Cell, kind), &cell.name, what, todo));
    let local = host.ends_with(".localhost");
    let found = tokio::time::timeout(PATIENCE, tokio::net::lookup_host((host.as_str(), port))).await;
    let addresses: Vec<_> = match found {
        Ok(Ok(addresses)) => addresses.collect(),
        Ok(Err(_)) | Err(_) if local => return None,
        Ok(Err(error)) => {
            let todo = format!("make a wildcard record *.{} that leads to the cell's ingress", cell.domain);
            return finding("dns", format!("{host} has no address: {error}"), todo);
        }
        Err(_) => return finding("dns", format!("nobody says in time where {host} is"), "look at the DNS".to_owned()),
    };
    if cell.simulated || local && cell.port.is_none() {
        return None;
    }
    for address in &addresses {
        if matches!(tokio::time::timeout(PATIENCE, tokio::net::TcpStream::connect(address)).await, Ok(Ok(_))) {
            return None;
        }
    }
    let todo = "see that the ingress controller runs, and that its address is the domain's";
    finding("ingress", format!("nobody answers at {host}, port {port}"), todo.to_owned())
}

async fn receiver(config: &config::Telemetry) -> Option<Finding> {
    let endpoint = config.otlp_endpoint.as_ref()?;
    let why = crate::telemetry::ask(config).await.err()?;
    let at = endpoint.host_str().unwrap_or_default();
    let todo = "see that the collector runs and takes OTLP over HTTP there; storebot works without it";
    Some(Finding::new((Area::Telemetry, "receiver"), at, format!("traces are not taken: {why}"), todo))
}

/// An error with what caused it.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words.push_str(&format!(": {error}"));
        cause = error.source();
    }
    words
}
