//! What there is of Discord in a process: its one transport, the client, the registered command.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use poem::EndpointExt as _;

use super::{Endpoint, Shared};
use crate::commands::Commands;
use crate::config::{self, Config, Transport};
use crate::inbound::discord::register::{self, Scope};
use crate::inbound::discord::{
    Background, Dispatcher, Gateway, GatewayParts, GatewayState, Interactions, Originals, SignIn,
};

impl Shared {
    /// The one transport of Discord's that is wanted: the endpoint, or the state of the gateway, which runs then.
    pub(super) fn discord(&self, commands: &Arc<Commands>) -> Result<(Option<Endpoint>, Option<GatewayState>)> {
        let Some(discord) = &self.config.discord else { return Ok((None, None)) };
        let (commands, metrics) = (Arc::clone(commands), self.metrics.clone());
        // The endpoint takes interactions until the doors close; the connection is given up at once, so that
        // another process can have it.
        let stop = match discord.transport {
            Transport::Http { .. } => self.close.clone(),
            Transport::Gateway => self.stop.clone(),
        };
        let background = Background { tasks: self.tasks.clone(), stop };
        let client = discord_client(discord)?;
        let originals = Originals::new(discord, client.clone(), metrics.clone(), background.clone());
        let dispatcher = Dispatcher::new(Arc::clone(&commands), metrics.clone(), discord, originals);
        match &discord.transport {
            Transport::Http { public_key } => {
                let (trusted, limit) = ((public_key, discord.tolerance), self.config.http.body_limit);
                Ok((Some(Interactions::new(dispatcher, metrics, trusted, limit)?.boxed()), None))
            }
            Transport::Gateway => {
                let (random, discord) = (Arc::clone(&self.bits), discord.clone());
                let parts = GatewayParts { dispatcher, commands, discord, client, metrics, random, background };
                let gateway = Gateway::new(parts);
                let state = gateway.state();
                self.tasks.spawn(gateway.run());
                Ok((None, Some(state)))
            }
        }
    }
}

impl Shared {
    /// Signing in to the dashboard with Discord, where it is set up.
    pub(super) fn sign_in(&self) -> Result<Option<SignIn>> {
        let Some(discord) = &self.config.discord else { return Ok(None) };
        Ok(SignIn::new(discord, &self.config.http, discord_client(discord)?, self.metrics.clone()))
    }
}

/// The client for everything that is said to Discord.
pub(super) fn discord_client(discord: &config::Discord) -> Result<reqwest::Client> {
    let local = matches!(discord.api_url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    let builder = reqwest::Client::builder()
        .user_agent(concat!("DiscordBot (storebot, ", env!("CARGO_PKG_VERSION"), ")"))
        .connect_timeout(discord.timeout)
        .timeout(discord.timeout)
        // Discord's certificate is a public one; reading the machine's own takes longer than the start.
        .tls_built_in_native_certs(false)
        .redirect(reqwest::redirect::Policy::none());
    let client = if local { builder.no_proxy() } else { builder }.build();
    client.context("the HTTP client for Discord cannot be built")
}

/// Registers the slash command where it differs from what Discord has; says what differed.
///
/// # Errors
/// Discord is not configured, or refuses.
pub async fn register_commands(config: &Config, guild: Option<u64>, dry_run: bool) -> Result<String> {
    let discord = config.discord.as_ref().context("discord.application_id is not set")?;
    let scope = guild.map_or(Scope::Global, Scope::Guild);
    let found = register::register(discord, scope, dry_run).await?;
    let verdict = match (found.difference.is_empty(), found.written) {
        (true, _) => "the command is registered as it should be",
        (false, true) => "the command was registered anew",
        (false, false) => "the command is registered differently; nothing was changed",
    };
    Ok([found.difference.join("\n").as_str(), verdict]
        .iter()
        .filter(|l| !l.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("\n"))
}
