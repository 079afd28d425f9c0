//! Everything this Discord knows: people, channels, messages, commands, interactions. Changing it
//! is synchronous and under one lock; waiting, HTTP and wire formats live elsewhere.

mod command;
mod interaction;
mod message;
mod oauth;
mod people;

pub use command::Command;
pub(crate) use interaction::TOKEN_LIFE;
pub use interaction::{Ack, Interaction, InteractionKind};
pub(crate) use message::Draft;
pub use message::{Author, EPHEMERAL, LOADING, Message, Version};
pub(crate) use oauth::{Authorizations, Consent, TOKEN_LIFE as ACCESS_TOKEN_LIFE};
pub(crate) use people::{ADMINISTRATOR, LOCALE, READ_MESSAGE_HISTORY, SEND_MESSAGES, VIEW_CHANNEL};
pub use people::{Channel, Role, User};

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::Serialize;

use crate::clock::Clock;
use crate::faults::Faults;
use crate::gateway::Sessions;
use crate::ids::{Snowflakes, stable_id};
use crate::limits::{Buckets, InvalidRequests, RateLimits};
use crate::opinion::SecondOpinion;

/// One request that reached the REST API, in the order they were answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RequestRecord {
    /// Upper-case method.
    pub method: String,
    /// Path without the query, e.g. `/api/v10/channels/1/messages`.
    pub path: String,
    /// Status that was answered.
    pub status: u16,
    /// When it was answered.
    pub at: Timestamp,
}

/// What the world starts with.
pub(crate) struct Seed {
    pub(crate) application_id: u64,
    pub(crate) bot_token: String,
    pub(crate) public_key_hex: String,
    pub(crate) clock: Clock,
    pub(crate) rate_limits: RateLimits,
    pub(crate) oauth: Authorizations,
}

/// All state behind the lock.
pub(crate) struct World {
    pub(crate) application_id: u64,
    pub(crate) bot_token: String,
    pub(crate) public_key_hex: String,
    pub(crate) bot_name: String,
    /// The usual guild: where names without a server belong.
    pub(crate) guild_id: u64,
    /// The bot is in all of them.
    pub(crate) guilds: BTreeMap<u64, String>,
    /// Those who prefer another language than English.
    pub(crate) guild_locales: BTreeMap<u64, String>,
    pub(crate) clock: Clock,
    pub(crate) interactions_url: Option<String>,
    /// Where this server itself listens; `GET /gateway` points there.
    pub(crate) own_url: String,
    pub(crate) users: BTreeMap<u64, User>,
    pub(crate) roles: BTreeMap<u64, Role>,
    pub(crate) channels: BTreeMap<u64, Channel>,
    pub(crate) messages: Vec<Message>,
    /// Messages for one person, and failures, that this person has put away.
    pub(crate) dismissed: BTreeSet<u64>,
    pub(crate) commands: Vec<Command>,
    pub(crate) interactions: Vec<Interaction>,
    pub(crate) requests: Vec<RequestRecord>,
    pub(crate) invalid: InvalidRequests,
    pub(crate) second_opinion: Option<SecondOpinion>,
    /// What the second opinion had against bodies, with method and path.
    pub(crate) objections: Vec<String>,
    /// What the own rules had against them.
    pub(crate) refusals: Vec<String>,
    pub(crate) faults: Faults,
    /// Sessions of the gateway.
    pub(crate) gateway: Sessions,
    pub(crate) buckets: Buckets,
    pub(crate) oauth: Authorizations,
    /// Who was said to be in a guild (guild, person), or not to be.
    pub(crate) membership: BTreeMap<(u64, u64), bool>,
    snowflakes: Snowflakes,
}

impl World {
    pub(crate) fn new(seed: Seed) -> Self {
        let mut world = Self {
            application_id: seed.application_id,
            bot_token: seed.bot_token,
            public_key_hex: seed.public_key_hex,
            bot_name: "storebot".to_owned(),
            guild_id: stable_id("guild"),
            guilds: BTreeMap::from([(stable_id("guild"), "Shopkeepers".to_owned())]),
            guild_locales: BTreeMap::new(),
            clock: seed.clock,
            interactions_url: None,
            own_url: String::new(),
            users: BTreeMap::new(),
            roles: BTreeMap::new(),
            channels: BTreeMap::new(),
            messages: Vec::new(),
            dismissed: BTreeSet::new(),
            commands: Vec::new(),
            interactions: Vec::new(),
            requests: Vec::new(),
            invalid: InvalidRequests::default(),
            second_opinion: None,
            objections: Vec::new(),
            refusals: Vec::new(),
            faults: Faults::default(),
            gateway: Sessions::default(),
            buckets: Buckets::new(seed.rate_limits),
            oauth: seed.oauth,
            membership: BTreeMap::new(),
            snowflakes: Snowflakes::default(),
        };
        world.channel_named("general");
        world
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn next_id(&mut self) -> u64 {
        let now = self.clock.now();
        self.snowflakes.next(now)
    }
}
