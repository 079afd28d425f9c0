//! What a bot asks about itself: its application, its user, the gateway, its direct messages.

use serde_json::{Map, Value, json};

use super::{Answer, ApiError, Call, people};
use crate::gateway;
use crate::state::World;
use crate::wire;

pub(super) fn application(world: &mut World, _call: &Call) -> Result<Answer, ApiError> {
    Ok(Answer::ok(json!({
        "id": wire::id(world.application_id), "name": world.bot_name, "icon": null, "description": "", "type": null,
        "bot": wire::bot_user(world), "summary": "", "bot_public": false, "bot_require_code_grant": false,
        "verify_key": world.public_key_hex, "flags": 0, "hook": true, "redirect_uris": world.oauth.redirect_uris, "team": null,
        "interactions_endpoint_url": world.interactions_url, "role_connections_verification_url": null,
        "owner": wire::bot_user(world), "approximate_guild_count": world.guilds.len(), "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0, "explicit_content_filter": 0, "max_participants": null,
        "rpc_origins": [], "flags_new": "0", "eligible_oauth2_scopes": [], "event_webhooks_status": 1, "integration_types_config": {"0": {}},
    })))
}

/// Whose token it is: the bot, or a person.
pub(super) fn user(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    if let Some(person) = call.person {
        return people::user(world, person);
    }
    let mut user: Map<String, Value> = wire::bot_user(world).as_object().cloned().unwrap_or_default();
    user.extend([
        ("mfa_enabled".to_owned(), json!(false)),
        ("locale".to_owned(), json!("en-US")),
        ("premium_type".to_owned(), json!(0)),
        ("email".to_owned(), Value::Null),
        ("verified".to_owned(), json!(true)),
    ]);
    Ok(Answer::ok(Value::Object(user)))
}

/// The address a gateway client connects to.
pub(super) fn gateway(world: &mut World, _call: &Call) -> Result<Answer, ApiError> {
    Ok(Answer::ok(json!({ "url": gateway::url(world) })))
}

pub(super) fn gateway_bot(world: &mut World, _call: &Call) -> Result<Answer, ApiError> {
    let limit = json!({ "total": 1000, "remaining": 1000, "reset_after": 0, "max_concurrency": 1 });
    Ok(Answer::ok(json!({ "url": gateway::url(world), "shards": 1, "session_start_limit": limit })))
}

/// Opening a DM again gives the same channel (user resource, "Create DM").
pub(super) fn open_dm(world: &mut World, call: &Call) -> Result<Answer, ApiError> {
    let recipient = call.body.get("recipient_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let channel = recipient.and_then(|recipient| world.dm_with(recipient)).ok_or_else(ApiError::unknown_user)?;
    let channel = world.channels.get(&channel).ok_or_else(ApiError::unknown_channel)?;
    Ok(Answer::ok(wire::channel(world, channel)))
}
