//! The first events of a session (gateway events, "Ready" and "Guild Create").

use serde_json::{Value, json};

use crate::state::World;
use crate::wire;

pub(super) fn ready(world: &World, session: &str, shard: Option<&Value>) -> Value {
    let guilds: Vec<_> = world.guilds.keys().map(|id| json!({ "id": wire::id(*id), "unavailable": true })).collect();
    json!({
        "v": 10, "user": wire::bot_user(world), "guilds": guilds, "session_id": session,
        "resume_gateway_url": url(world), "shard": shard, "session_type": "normal", "private_channels": [],
        "application": { "id": wire::id(world.application_id), "flags": 0 },
    })
}

/// As much of each guild as somebody needs who wants to know its name.
pub(super) fn guilds(world: &World) -> Vec<Value> {
    let about = |(id, name): (&u64, &String)| {
        json!({
            "id": wire::id(*id), "name": name, "unavailable": false, "large": false, "member_count": world.users.len(),
            "channels": [], "members": [], "roles": [], "threads": [], "presences": [], "voice_states": [],
        })
    };
    world.guilds.iter().map(about).collect()
}

/// Where connections are made and resumed.
pub(crate) fn url(world: &World) -> String {
    format!("{}/gateway", world.own_url.replacen("http", "ws", 1))
}
