//! The gateway: a WebSocket at `/gateway` that carries interactions to a bot without a public address.
//!
//! Events of a session are a log with sequence numbers, and a connection is a reader of it that knows how
//! far it has read. So a session outlives its connections, and what was missed is read again by RESUME.
//! With an Interactions Endpoint URL set nothing is dispatched here: Discord uses one or the other.
//!
//! Not modelled: compression, the pause between two IDENTIFYs (`max_concurrency`), presence, voice.

mod control;
mod events;
mod handshake;
mod sessions;
mod socket;

pub(crate) use control::order as order_route;
pub(crate) use events::url;
pub(crate) use handshake::Door;
pub(crate) use sessions::Sessions;
pub use sessions::{GatewayFault, GatewaySession};

/// Operations (gateway opcodes).
mod op {
    pub(super) const DISPATCH: u64 = 0;
    pub(super) const HEARTBEAT: u64 = 1;
    pub(super) const IDENTIFY: u64 = 2;
    pub(super) const PRESENCE: u64 = 3;
    pub(super) const RESUME: u64 = 6;
    pub(super) const RECONNECT: u64 = 7;
    pub(super) const INVALID_SESSION: u64 = 9;
    pub(super) const HELLO: u64 = 10;
    pub(super) const ACK: u64 = 11;
}

/// Why a connection is closed (gateway close event codes).
mod code {
    pub(super) const UNKNOWN_ERROR: u16 = 4000;
    pub(super) const UNKNOWN_OPCODE: u16 = 4001;
    pub(super) const DECODE_ERROR: u16 = 4002;
    pub(super) const NOT_AUTHENTICATED: u16 = 4003;
    pub(super) const AUTHENTICATION_FAILED: u16 = 4004;
    pub(super) const ALREADY_AUTHENTICATED: u16 = 4005;
    pub(super) const INVALID_SEQ: u16 = 4007;
    pub(super) const SESSION_TIMED_OUT: u16 = 4009;
    pub(super) const INVALID_SHARD: u16 = 4010;
    pub(super) const INVALID_API_VERSION: u16 = 4012;
    pub(super) const INVALID_INTENTS: u16 = 4013;
    pub(super) const DISALLOWED_INTENTS: u16 = 4014;
}
