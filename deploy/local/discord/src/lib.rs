//! A stand-in Discord: the part of Discord a slash-command bot meets, with state, and with rules that
//! refuse what Discord would. The bot's real client talks to it through a base URL; tests look at the
//! result as a person in the channel would.
//!
//! ```text
//! person types ─> interactions (typed, payload, signed) ─> bot ─> first response ─┐
//!                                                            └─> rest ────────────┴─> state ─> page, control, handles
//! ```
//!
//! | module | what |
//! |---|---|
//! | `state` | people, channels, messages, commands, interactions; no I/O |
//! | `rest` | the REST API: one table of operations, one gate for all |
//! | `rules` | what Discord refuses, as forms and rules of our own |
//! | `opinion` | a test's second opinion on every body |
//! | `interactions` | typed text to signed request to judged response |
//! | `oauth` | people let the application know who they are: the page for it, codes, tokens |
//! | `gateway` | the same interactions over a WebSocket, when no URL is set |
//! | `wire` | state as Discord writes it |
//! | `limits`, `faults` | rate-limit buckets; faults to order |
//! | `handles`, `people`, `seen`, `wait` | what a test holds and looks at |
//! | `acts`, `offers` | what somebody does by name; what somebody is offered |
//! | `page`, `control` | for people and for scripts |
//!
//! Not modelled yet: files, polls, stickers, replies, messages made of components, threads,
//! context menus. Asking for one of these is an error that says so, never a silent success.

mod acts;
mod clock;
mod control;
mod faults;
mod gateway;
mod handles;
mod hub;
mod ids;
mod interactions;
mod limits;
mod oauth;
mod offers;
mod opinion;
mod page;
mod people;
mod rest;
mod rules;
mod seen;
mod sign;
mod state;
mod wait;
mod wire;

pub use clock::Clock;
pub use faults::{Fault, FaultRule, Scope};
pub use gateway::{GatewayFault, GatewaySession};
pub use handles::{InteractionHandle, UserHandle};
pub use ids::stable_id;
pub use interactions::{EndpointError, SlashError};
pub use limits::RateLimits;
pub use opinion::SecondOpinion;
pub use people::UnknownLocale;
pub use sign::{SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
pub use state::{
    Ack, Author, Channel, Command, EPHEMERAL, Interaction, InteractionKind, LOADING, Message, RequestRecord, Role,
    User, Version,
};
pub use wait::TimedOut;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use poem::listener::TcpAcceptor;
use poem::{EndpointExt as _, Route, Server};
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::DropGuard;

use crate::hub::Hub;
use crate::state::{Authorizations, Seed, World};

/// Open connections get this long when the stand-in stops; pages that wait are told at once.
const SHUTDOWN: Duration = Duration::from_secs(1);

/// How a stand-in starts. The default is a test's: a published key pair, a free loopback port.
#[derive(Debug, Clone)]
pub struct Config {
    /// Ed25519 private seed that signs interactions.
    pub seed: [u8; 32],
    /// The one application here; its bot user has the same id.
    pub application_id: u64,
    /// What the bot sends as `Authorization: Bot …`.
    pub bot_token: String,
    /// What the application shows when it exchanges a code; empty: it cannot.
    pub client_secret: String,
    /// Where people may be sent back to with a code; may be set later.
    pub redirect_uris: Vec<String>,
    /// Where interactions go; may be set later.
    pub interactions_url: Option<String>,
    /// Address to listen on; port 0 takes a free one.
    pub listen: SocketAddr,
    /// How long the bot has for its first response.
    pub response_deadline: Duration,
    /// Size of the rate-limit buckets.
    pub rate_limits: RateLimits,
    /// Time.
    pub clock: Clock,
    /// Asked about every body besides this crate's own rules; what it refuses is refused.
    pub second_opinion: Option<SecondOpinion>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            // RFC 8032, section 7.1, TEST 1: published, so never of use outside of tests.
            seed: [
                0x9d, 0x61, 0xb1, 0x9d, 0xef, 0xfd, 0x5a, 0x60, 0xba, 0x84, 0x4a, 0xf4, 0x92, 0xec, 0x2c, 0xc4, 0x44,
                0x49, 0xc5, 0x69, 0x7b, 0x32, 0x69, 0x19, 0x70, 0x3b, 0xac, 0x03, 0x1c, 0xae, 0x7f, 0x60,
            ],
            application_id: 1_100_000_000_000_000_001,
            bot_token: "stand-in-bot-token".to_owned(),
            client_secret: "stand-in-client-secret".to_owned(),
            redirect_uris: Vec::new(),
            interactions_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            response_deadline: Duration::from_secs(3),
            rate_limits: RateLimits::default(),
            clock: Clock::system(),
            second_opinion: None,
        }
    }
}

/// Holds a body against the own rules alone, without a world: lower-case method and path template, as in
/// `("post", "/channels/{channel_id}/messages")`. An error is what Discord would send under `errors`, or
/// for what is not modelled a text that says so. `None`: there is no such operation, or it takes no body.
#[must_use]
pub fn judge_body(method: &str, path: &str, body: &Value) -> Option<Result<(), Value>> {
    let verdict = rules::judge(rest::body_of(method, path)?, body);
    Some(verdict.map_err(|refusal| match refusal {
        rules::Refusal::Form(errors) => errors,
        rules::Refusal::NotModelled(what) => Value::String(format!("the stand-in Discord does not model {what}")),
    }))
}

/// Why a stand-in could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The address is taken or not ours.
    #[error("listening: {0}")]
    Listen(#[from] std::io::Error),
    /// No HTTP client for calling the bot.
    #[error("HTTP client: {0}")]
    Client(#[from] reqwest::Error),
}

/// A running stand-in. Dropping it stops it.
pub struct StandIn {
    hub: Arc<Hub>,
    address: SocketAddr,
    server: JoinHandle<std::io::Result<()>>,
    /// Cancels when dropped, also when a test panics.
    stop_on_drop: DropGuard,
}

impl StandIn {
    /// Starts listening; answers requests from the moment this returns.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let signer = Signer::new(config.seed);
        let listener = TcpListener::bind(config.listen).await?;
        let address = listener.local_addr()?;
        let mut world = World::new(Seed {
            application_id: config.application_id,
            bot_token: config.bot_token,
            public_key_hex: signer.public_key_hex(),
            clock: config.clock,
            rate_limits: config.rate_limits,
            oauth: Authorizations::new(config.client_secret, config.redirect_uris),
        });
        world.interactions_url = config.interactions_url;
        world.second_opinion = config.second_opinion;
        world.own_url = format!("http://{address}");
        let hub = Arc::new(Hub::new(world, signer, config.response_deadline)?);
        let routes = Route::new()
            .at("/api/*rest", rest::Api(Arc::clone(&hub)))
            .at("/gateway", gateway::Door(Arc::clone(&hub)))
            .at("/oauth2/authorize", oauth::routes())
            .nest("/_control", control::routes())
            .nest("/", page::routes())
            .data(Arc::clone(&hub));
        let stopping = hub.stopping.clone();
        let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?);
        let server = tokio::spawn(async move {
            server.run_with_graceful_shutdown(routes, stopping.cancelled_owned(), Some(SHUTDOWN)).await
        });
        let stop_on_drop = hub.stopping.clone().drop_guard();
        Ok(Self { hub, address, server, stop_on_drop })
    }

    /// `http://127.0.0.1:PORT`: what serenity's `proxy` takes, and the address of the page.
    #[must_use]
    pub fn base_url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What a bot is configured with to verify interactions.
    #[must_use]
    pub fn public_key_hex(&self) -> String {
        self.hub.signer.public_key_hex()
    }

    /// The application's id.
    #[must_use]
    pub fn application_id(&self) -> u64 {
        self.hub.lock().application_id
    }

    /// The usual guild's id.
    #[must_use]
    pub fn guild_id(&self) -> u64 {
        self.hub.lock().guild_id
    }

    /// Sets where interactions go, without verifying it.
    pub fn set_interactions_url(&self, url: &str) {
        self.hub.change(|world| world.interactions_url = Some(url.to_owned()));
    }

    /// Where people may be sent back to with a code, exactly, as the developer portal lists it.
    pub fn set_redirect_uris(&self, uris: &[&str]) {
        let uris = uris.iter().map(|uri| (*uri).to_owned()).collect();
        self.hub.change(|world| world.oauth.redirect_uris = uris);
    }

    /// Every access token that people have given the application, and whether it still lives.
    #[must_use]
    pub fn access_tokens(&self) -> Vec<(String, bool)> {
        self.hub.lock().issued()
    }

    /// Interactions go to the gateway from now on.
    pub fn remove_interactions_url(&self) {
        self.hub.change(|world| world.interactions_url = None);
    }

    /// Sessions of the gateway, connected or coming back, oldest first.
    #[must_use]
    pub fn gateway_sessions(&self) -> Vec<GatewaySession> {
        self.hub.lock().gateway.all()
    }

    /// How many sessions of the gateway have begun.
    #[must_use]
    pub fn gateway_identified(&self) -> u32 {
        self.hub.lock().gateway.identified
    }

    /// Something goes wrong with the connections that the gateway has now.
    pub fn gateway_fault(&self, fault: GatewayFault) {
        self.hub.change(|world| world.gateway.order(fault));
    }

    /// The next IDENTIFY is closed by this code.
    pub fn gateway_refuse(&self, code: u16) {
        self.hub.change(|world| world.gateway.refuse = Some(code));
    }

    /// How often connections that begin from now on have to send a heartbeat.
    pub fn set_gateway_heartbeat(&self, interval: Duration) {
        self.hub.change(|world| world.gateway.heartbeat = interval);
    }

    /// What Discord does before it saves an endpoint's address: a good PING, then wrong signatures
    /// that must be refused.
    pub async fn verify_endpoint(&self) -> Result<(), EndpointError> {
        interactions::verify(&self.hub).await
    }

    /// A person, made on demand.
    #[must_use]
    pub fn user(&self, name: &str) -> UserHandle {
        let id = self.hub.change(|world| world.user_named(name));
        UserHandle { hub: Arc::clone(&self.hub), id }
    }

    /// The id of another guild that the bot is in, made on demand. Its channels and roles are written
    /// `name/channel` and `name/role`.
    #[must_use]
    pub fn guild(&self, name: &str) -> u64 {
        self.hub.change(|world| world.guild_named(name))
    }

    /// The id of a role, made on demand.
    #[must_use]
    pub fn role(&self, name: &str) -> u64 {
        self.hub.change(|world| world.role_named(name))
    }

    /// The id of a guild text channel, made on demand.
    #[must_use]
    pub fn channel(&self, name: &str) -> u64 {
        self.hub.change(|world| world.channel_named(name))
    }

    /// The next `times` requests go wrong.
    pub fn fault(&self, fault: Fault, times: u32) {
        self.fault_where(FaultRule { fault, times, matching: String::new() });
    }

    /// Requests of one kind go wrong.
    pub fn fault_where(&self, rule: FaultRule) {
        self.hub.lock().faults.add(rule);
    }

    /// Forgets ordered faults.
    pub fn clear_faults(&self) {
        self.hub.lock().faults.clear();
    }

    /// Changes the size of the rate-limit buckets.
    pub fn set_rate_limits(&self, limits: RateLimits) {
        self.hub.lock().buckets.set(limits);
    }

    /// Moves time forward for tokens, buckets and signatures; see [`Clock::advance`].
    pub fn advance(&self, by: Duration) {
        self.hub.change(|world| world.clock.advance(by));
    }

    /// Tokens of all interactions so far.
    #[must_use]
    pub fn interaction_tokens(&self) -> Vec<String> {
        self.hub.lock().interactions.iter().map(|interaction| interaction.token.clone()).collect()
    }

    /// Waits until `check` finds something; it is asked again after every change.
    pub async fn until<T>(&self, timeout: Duration, mut check: impl FnMut(&Self) -> Option<T>) -> Result<T, TimedOut> {
        wait::until(&self.hub, timeout, || check(self)).await
    }

    /// Waits until some message is as wanted.
    pub async fn wait_message(
        &self,
        wanted: impl Fn(&Message) -> bool,
        timeout: Duration,
    ) -> Result<Message, TimedOut> {
        self.until(timeout, |discord| discord.hub.lock().messages.iter().find(|message| wanted(message)).cloned()).await
    }

    /// Stops listening and waits until the port is free.
    pub async fn stop(self) {
        drop(self.stop_on_drop);
        // The server's own end is not a result anybody can use any more.
        let _ = self.server.await;
    }
}
