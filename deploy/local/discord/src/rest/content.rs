//! From a body that passed the rules to a message: whom it pings, which flags may be set (message
//! resource, "Create Message" and "Allowed Mentions").

use serde_json::Value;

use crate::state::{Draft, EPHEMERAL, World};

/// SUPPRESS_EMBEDS, EPHEMERAL, SUPPRESS_NOTIFICATIONS: what may be set from outside here. Messages
/// made of components (1 << 15) are not modelled.
const SETTABLE: u64 = (1 << 2) | EPHEMERAL | (1 << 12);

/// The message a body asks for.
pub(crate) fn draft(world: &World, body: &Value, unsaid: Pings) -> Draft {
    let content = body.get("content").map(|content| content.as_str().unwrap_or_default().to_owned());
    let flags = body.get("flags").and_then(Value::as_u64).unwrap_or(0);
    let text = content.clone().unwrap_or_default();
    let allowed = Allowed::read(body, unsaid);
    Draft {
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
    }
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

/// Who is pinged when a body has no `allowed_mentions` ("Default Settings for Allowed Mentions").
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pings {
    /// Channel messages: everything that is written.
    All,
    /// Interactions and webhooks.
    Users,
}

/// Who may be pinged.
struct Allowed {
    every_user: bool,
    every_role: bool,
    everyone: bool,
    users: Vec<u64>,
    roles: Vec<u64>,
}

impl Allowed {
    fn read(body: &Value, unsaid: Pings) -> Self {
        let Some(allowed) = body.get("allowed_mentions").filter(|allowed| !allowed.is_null()) else {
            let all = unsaid == Pings::All;
            return Self { every_user: true, every_role: all, everyone: all, users: Vec::new(), roles: Vec::new() };
        };
        let parsed = list(allowed, "parse").unwrap_or_default();
        let parses = |kind: &str| parsed.iter().any(|entry| entry == kind);
        Self {
            every_user: parses("users"),
            every_role: parses("roles"),
            everyone: parses("everyone"),
            users: ids(allowed, "users"),
            roles: ids(allowed, "roles"),
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
