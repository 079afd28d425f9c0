//! From a body that passed the schema to a message: the rules the schema does not know. Length
//! without Nitro, mentions, flags (message resource, "Create Message" and "Allowed Mentions").

use serde_json::Value;

use super::ApiError;
use crate::state::{Draft, EPHEMERAL, World};

/// Longest content a bot may send; the schema allows 4,000, which is for people with Nitro.
const CONTENT_LIMIT: usize = 2_000;
/// SUPPRESS_EMBEDS, EPHEMERAL, SUPPRESS_NOTIFICATIONS: what may be set from outside here. Messages
/// made of components (1 << 15) are not modelled.
const SETTABLE: u64 = (1 << 2) | EPHEMERAL | (1 << 12);
const COMPONENTS_V2: u64 = 1 << 15;

/// The message a body asks for.
pub(crate) fn draft(world: &World, body: &Value) -> Result<Draft, ApiError> {
    let content = body.get("content").map(|content| content.as_str().unwrap_or_default().to_owned());
    if content.as_ref().is_some_and(|content| content.chars().count() > CONTENT_LIMIT) {
        return Err(ApiError::field(&["content"], "BASE_TYPE_MAX_LENGTH", "Must be 2000 or fewer in length."));
    }
    if body.get("poll").is_some_and(|poll| !poll.is_null()) || !list(body, "attachments").unwrap_or_default().is_empty()
    {
        return Err(ApiError::not_modelled("polls and attachments"));
    }
    let flags = body.get("flags").and_then(Value::as_u64).unwrap_or(0);
    if flags & COMPONENTS_V2 != 0 {
        return Err(ApiError::not_modelled("messages made of components (flag 1 << 15)"));
    }
    let text = content.clone().unwrap_or_default();
    let allowed = Allowed::read(body)?;
    Ok(Draft {
        content,
        embeds: list(body, "embeds"),
        components: list(body, "components"),
        flags: flags & SETTABLE,
        mentions: mentioned(&text, "<@")
            .into_iter()
            .filter(|id| world.users.contains_key(id) && allowed.user(*id))
            .collect(),
        mention_roles: mentioned(&text, "<@&")
            .into_iter()
            .filter(|id| world.roles.contains_key(id) && allowed.role(*id))
            .collect(),
        mention_everyone: allowed.everyone && (text.contains("@everyone") || text.contains("@here")),
        nonce: body.get("nonce").filter(|nonce| !nonce.is_null()).cloned(),
    })
}

/// `null` clears a list, as an empty one does.
fn list(body: &Value, key: &str) -> Option<Vec<Value>> {
    body.get(key).map(|value| value.as_array().cloned().unwrap_or_default())
}

/// Ids written as `<@1>`, `<@!1>` or `<@&1>`.
fn mentioned(text: &str, prefix: &str) -> Vec<u64> {
    let starts = text.match_indices(prefix).filter_map(|(at, _)| text.get(at + prefix.len()..));
    let mut ids: Vec<u64> = starts
        .filter_map(|rest| rest.split_once('>'))
        .filter_map(|(id, _)| id.trim_start_matches('!').parse().ok())
        .collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// Who may be pinged. Without `allowed_mentions` everything written is.
struct Allowed {
    every_user: bool,
    every_role: bool,
    everyone: bool,
    users: Vec<u64>,
    roles: Vec<u64>,
}

impl Allowed {
    fn read(body: &Value) -> Result<Self, ApiError> {
        let Some(allowed) = body.get("allowed_mentions").filter(|allowed| !allowed.is_null()) else {
            return Ok(Self {
                every_user: true,
                every_role: true,
                everyone: true,
                users: Vec::new(),
                roles: Vec::new(),
            });
        };
        let parsed = list(allowed, "parse").unwrap_or_default();
        let parses = |kind: &str| parsed.iter().any(|entry| entry == kind);
        let read = Self {
            every_user: parses("users"),
            every_role: parses("roles"),
            everyone: parses("everyone"),
            users: ids(allowed, "users"),
            roles: ids(allowed, "roles"),
        };
        let clash = |kind: &str| {
            let message = format!("parse:[\"{kind}\"] and {kind}: [ids...] are mutually exclusive.");
            ApiError::field(&["allowed_mentions"], "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        };
        match () {
            () if read.every_user && !read.users.is_empty() => Err(clash("users")),
            () if read.every_role && !read.roles.is_empty() => Err(clash("roles")),
            () => Ok(read),
        }
    }

    fn user(&self, id: u64) -> bool {
        self.every_user || self.users.contains(&id)
    }

    fn role(&self, id: u64) -> bool {
        self.every_role || self.roles.contains(&id)
    }
}

fn ids(body: &Value, key: &str) -> Vec<u64> {
    let entries = list(body, key).unwrap_or_default();
    entries.iter().filter_map(Value::as_str).filter_map(|id| id.parse().ok()).collect()
}
