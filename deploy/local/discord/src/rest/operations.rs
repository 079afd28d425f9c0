//! The operations there are: who may ask, what the body must be, who answers. Literal segments come
//! before parameters.

use std::collections::HashMap;

use poem::http::Method;

use super::{Answer, ApiError, Call, callback, commands, messages, myself, people, webhooks};
use crate::rules::{self, Shape};
use crate::state::World;

type Handler = fn(&mut World, &Call) -> Result<Answer, ApiError>;

pub(super) struct Operation {
    /// Lower case, as OpenAPI documents write it.
    pub(super) method: &'static str,
    /// Template; documents of Discord's API name the same parameters.
    pub(super) path: &'static str,
    pub(super) handler: Handler,
    /// Otherwise the path itself holds a token, or nothing is told that is worth one.
    pub(super) wants_bot_token: bool,
    /// A person's token is good as well, when it was given for this.
    pub(super) scope: Option<&'static str>,
    /// And the bot's is not.
    pub(super) for_people_only: bool,
    pub(super) body: Option<&'static Shape>,
}

impl Operation {
    const fn new(method: &'static str, path: &'static str, handler: Handler) -> Self {
        Self { method, path, handler, wants_bot_token: true, scope: None, for_people_only: false, body: None }
    }

    const fn open(self) -> Self {
        Self { wants_bot_token: false, ..self }
    }

    const fn scoped(self, scope: &'static str) -> Self {
        Self { scope: Some(scope), ..self }
    }

    const fn for_people(self) -> Self {
        Self { for_people_only: true, ..self }
    }

    const fn taking(self, body: &'static Shape) -> Self {
        Self { body: Some(body), ..self }
    }
}

const fn get(path: &'static str, handler: Handler) -> Operation {
    Operation::new("get", path, handler)
}

const fn post(path: &'static str, handler: Handler, body: &'static Shape) -> Operation {
    Operation::new("post", path, handler).taking(body)
}

const fn put(path: &'static str, handler: Handler, body: &'static Shape) -> Operation {
    Operation::new("put", path, handler).taking(body)
}

const fn patch(path: &'static str, handler: Handler, body: &'static Shape) -> Operation {
    Operation::new("patch", path, handler).taking(body)
}

const fn delete(path: &'static str, handler: Handler) -> Operation {
    Operation::new("delete", path, handler)
}

const GLOBAL: &str = "/applications/{application_id}/commands";
const GLOBAL_ONE: &str = "/applications/{application_id}/commands/{command_id}";
const GUILD: &str = "/applications/{application_id}/guilds/{guild_id}/commands";
const GUILD_ONE: &str = "/applications/{application_id}/guilds/{guild_id}/commands/{command_id}";
const HOOK: &str = "/webhooks/{webhook_id}/{webhook_token}";
const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
const HOOK_MESSAGE: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}";
const MESSAGES: &str = "/channels/{channel_id}/messages";
const MESSAGE: &str = "/channels/{channel_id}/messages/{message_id}";
/// Takes first responses; inline ones are judged by the same shape.
pub(crate) const CALLBACK: &str = "/interactions/{interaction_id}/{interaction_token}/callback";

static OPERATIONS: &[Operation] = &[
    get("/gateway", myself::gateway).open(),
    get("/gateway/bot", myself::gateway_bot),
    get("/users/@me", myself::user).scoped("identify"),
    get("/users/@me/guilds", people::guilds).scoped("guilds"),
    get("/users/@me/guilds/{guild_id}/member", people::member).scoped("guilds.members.read").for_people(),
    post("/users/@me/channels", myself::open_dm, &rules::OPEN_DM),
    get("/applications/@me", myself::application),
    // The older address, which serenity still asks.
    get("/oauth2/applications/@me", myself::application),
    get(GLOBAL, commands::list),
    put(GLOBAL, commands::overwrite, &rules::BULK),
    post(GLOBAL, commands::create, &rules::COMMAND),
    get(GLOBAL_ONE, commands::get),
    patch(GLOBAL_ONE, commands::edit, &rules::COMMAND_PATCH),
    delete(GLOBAL_ONE, commands::delete),
    get(GUILD, commands::list),
    put(GUILD, commands::overwrite, &rules::BULK),
    post(GUILD, commands::create, &rules::COMMAND),
    get(GUILD_ONE, commands::get),
    patch(GUILD_ONE, commands::edit, &rules::COMMAND_PATCH),
    delete(GUILD_ONE, commands::delete),
    post(HOOK, webhooks::follow_up, &rules::FOLLOW_UP).open(),
    get(ORIGINAL, webhooks::get).open(),
    patch(ORIGINAL, webhooks::edit, &rules::EDIT).open(),
    delete(ORIGINAL, webhooks::delete).open(),
    get(HOOK_MESSAGE, webhooks::get).open(),
    patch(HOOK_MESSAGE, webhooks::edit, &rules::EDIT).open(),
    delete(HOOK_MESSAGE, webhooks::delete).open(),
    get("/channels/{channel_id}", messages::channel),
    get(MESSAGES, messages::list),
    post(MESSAGES, messages::create, &rules::CREATE),
    get(MESSAGE, messages::get),
    patch(MESSAGE, messages::edit, &rules::EDIT),
    delete(MESSAGE, messages::delete),
    post(CALLBACK, callback::handle, &rules::CALLBACK).open(),
];

pub(super) type Parameters = HashMap<&'static str, String>;

/// The operation that a request names.
pub(super) fn route(method: &Method, path: &str) -> Result<(&'static Operation, Parameters), ApiError> {
    let rest = path.strip_prefix("/api/v10").ok_or_else(ApiError::no_route)?;
    let mut matching =
        OPERATIONS.iter().filter_map(|operation| Some((operation, fit(operation.path, rest)?))).peekable();
    if matching.peek().is_none() {
        return Err(ApiError::no_route());
    }
    let wanted = method.as_str().to_ascii_lowercase();
    matching.find(|(operation, _)| operation.method == wanted).ok_or_else(ApiError::wrong_method)
}

/// The shape of an operation's body, by method and path template.
pub(crate) fn body_of(method: &str, path: &str) -> Option<&'static Shape> {
    let wanted = |operation: &&Operation| operation.method == method && operation.path == path;
    OPERATIONS.iter().find(wanted).and_then(|operation| operation.body)
}

/// The parameters, when the path fits the template.
fn fit(template: &'static str, path: &str) -> Option<Parameters> {
    let (wanted, given): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut parameters = HashMap::new();
    for (wanted, given) in wanted.into_iter().zip(given) {
        let given = given.replace("%40", "@");
        match wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                parameters.insert(name, given);
            }
            None if wanted == given => {}
            None => return None,
        }
    }
    Some(parameters)
}
