//! OAuth2 as Discord does it: the authorization code grant (topics: oauth2), with PKCE (RFC 7636), which Discord
//! takes and does not describe yet.
//!
//! ```text
//! browser ─ GET /oauth2/authorize ─> a page: who are you, Authorize or Cancel ─ POST ─> back to the application
//! application ─ POST /api/oauth2/token, /api/oauth2/token/revoke (also with /v10) ─> token.rs
//! ```
//!
//! Nobody is logged in to this Discord, so the page always asks who somebody is, whatever `prompt` says. Not
//! modelled: refreshing a token, other grants, scopes besides those below.

mod ask;
mod authorize;
mod token;

pub(crate) use authorize::routes;
pub(crate) use token::serve;

/// What can be let known, and how the page says it.
const SCOPES: [(&str, &str); 3] = [
    ("identify", "Know your name and picture"),
    ("guilds", "Know what servers you’re in"),
    ("guilds.members.read", "Read your member info (nickname, roles) in servers you’re in"),
];
