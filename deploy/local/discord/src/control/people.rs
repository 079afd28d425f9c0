//! The part of the control API that arranges people and places: languages, closed direct messages, what the
//! bot may do. 204, or 422 with what is wrong.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::web::{Data, Json};
use poem::{Response, handler};
use serde::Deserialize;
use serde_json::json;

use super::reply;
use crate::handles::UserHandle;
use crate::hub::Hub;
use crate::people::{self, UnknownLocale};

fn done(result: Result<(), UnknownLocale>) -> Response {
    match result {
        Ok(()) => StatusCode::NO_CONTENT.into(),
        Err(error) => reply(StatusCode::UNPROCESSABLE_ENTITY, &json!({ "error": error.to_string() })),
    }
}

fn person(hub: &Arc<Hub>, name: &str) -> UserHandle {
    let id = hub.change(|world| world.user_named(name));
    UserHandle { hub: Arc::clone(hub), id }
}

/// Without a guild, the usual one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Prefers {
    #[serde(default)]
    guild: String,
    locale: String,
}

#[handler]
pub(super) fn set_guild_locale(Data(hub): Data<&Arc<Hub>>, Json(prefers): Json<Prefers>) -> Response {
    let locale = people::locale(&prefers.locale);
    done(locale.map(|locale| hub.change(|world| world.prefer(&prefers.guild, locale))))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Closes {
    user: String,
    closed: bool,
}

#[handler]
pub(super) fn set_dms(Data(hub): Data<&Arc<Hub>>, Json(closes): Json<Closes>) -> Response {
    person(hub, &closes.user).close_dms(closes.closed);
    StatusCode::NO_CONTENT.into()
}

/// Bits of the bot's permissions in `channel` or `server/channel`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Allows {
    channel: String,
    bits: u64,
}

#[handler]
pub(super) fn set_bot_permissions(Data(hub): Data<&Arc<Hub>>, Json(allows): Json<Allows>) -> Response {
    hub.change(|world| world.allow_bot(&allows.channel, allows.bits));
    StatusCode::NO_CONTENT.into()
}
