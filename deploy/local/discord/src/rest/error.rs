//! Errors in Discord's words: an HTTP status, a JSON code (topics: opcodes-and-status-codes) and
//! for bad bodies the tree of fields.

use std::time::Duration;

use poem::Response;
use poem::http::StatusCode;
use serde_json::{Value, json};

use crate::faults::Scope;
use crate::rules::Refusal;

/// A refused request.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: u16,
    code: u32,
    message: String,
    errors: Option<Value>,
    wait: Option<(Duration, Scope)>,
}

impl ApiError {
    fn new(status: u16, code: u32, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), errors: None, wait: None }
    }

    /// 50035 with the fields that are wrong.
    fn invalid_form(errors: Value) -> Self {
        Self { errors: Some(errors), ..Self::new(400, 50_035, "Invalid Form Body") }
    }

    /// 50035 for one field.
    pub(crate) fn field(path: &[&str], code: &'static str, message: impl Into<String>) -> Self {
        Self::invalid_form(crate::rules::form_error(path, code, message))
    }

    /// A body that was held against its shape.
    pub(crate) fn refused(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Form(errors) => Self::invalid_form(errors),
            Refusal::NotModelled(what) => Self::not_modelled(what),
        }
    }

    pub(crate) fn invalid_json() -> Self {
        Self::new(400, 50_109, "The request body contains invalid JSON.")
    }

    pub(crate) fn unauthorized() -> Self {
        Self::new(401, 0, "401: Unauthorized")
    }

    /// The token is good and was given for something else. The code is published; with which status it comes is not.
    pub(crate) fn missing_scope() -> Self {
        Self::new(403, 50_026, "Missing required OAuth2 scope")
    }

    pub(crate) fn not_for_bots() -> Self {
        Self::new(403, 20_001, "Bots cannot use this endpoint")
    }

    pub(crate) fn no_route() -> Self {
        Self::new(404, 0, "404: Not Found")
    }

    pub(crate) fn wrong_method() -> Self {
        Self::new(405, 0, "405: Method Not Allowed")
    }

    pub(crate) fn unknown_application() -> Self {
        Self::new(404, 10_002, "Unknown Application")
    }

    pub(crate) fn unknown_channel() -> Self {
        Self::new(404, 10_003, "Unknown Channel")
    }

    pub(crate) fn unknown_guild() -> Self {
        Self::new(404, 10_004, "Unknown Guild")
    }

    pub(crate) fn unknown_message() -> Self {
        Self::new(404, 10_008, "Unknown Message")
    }

    pub(crate) fn unknown_user() -> Self {
        Self::new(404, 10_013, "Unknown User")
    }

    pub(crate) fn unknown_webhook() -> Self {
        Self::new(404, 10_015, "Unknown Webhook")
    }

    pub(crate) fn unknown_interaction() -> Self {
        Self::new(404, 10_062, "Unknown interaction")
    }

    pub(crate) fn unknown_command() -> Self {
        Self::new(404, 10_063, "Unknown application command")
    }

    pub(crate) fn name_taken() -> Self {
        Self::new(400, 40_041, "An application command with that name already exists")
    }

    pub(crate) fn already_acknowledged() -> Self {
        Self::new(400, 40_060, "Interaction has already been acknowledged.")
    }

    pub(crate) fn too_many_commands() -> Self {
        Self::new(400, 30_032, "Maximum number of application commands reached")
    }

    /// The bot does not see the channel.
    pub(crate) fn missing_access() -> Self {
        Self::new(403, 50_001, "Missing Access")
    }

    /// The person takes no direct messages from the bot.
    pub(crate) fn closed_to_us() -> Self {
        Self::new(403, 50_007, "Cannot send messages to this user")
    }

    /// The bot sees the channel and may not do that there.
    pub(crate) fn missing_permissions() -> Self {
        Self::new(403, 50_013, "Missing Permissions")
    }

    pub(crate) fn foreign_message() -> Self {
        Self::new(403, 50_005, "Cannot edit a message authored by another user")
    }

    pub(crate) fn empty_message() -> Self {
        Self::new(400, 50_006, "Cannot send an empty message")
    }

    pub(crate) fn dead_token() -> Self {
        Self::new(401, 50_027, "Invalid Webhook Token")
    }

    /// What this stand-in does not do yet: never a silent success.
    pub(crate) fn not_modelled(what: &str) -> Self {
        Self::new(501, 0, format!("The stand-in Discord does not model {what}"))
    }

    pub(crate) fn rate_limited(retry_after: Duration, scope: Scope) -> Self {
        let message = match scope {
            Scope::Shared => "The resource is being rate limited.",
            Scope::User | Scope::Global => "You are being rate limited.",
        };
        Self { wait: Some((retry_after, scope)), ..Self::new(429, 0, message) }
    }

    /// For those who were not asked over HTTP: an inline response that was refused.
    pub(crate) fn reason(&self) -> String {
        let errors = self.errors.as_ref().map(|errors| format!(" {errors}")).unwrap_or_default();
        format!("{} ({}){errors}", self.message, self.code)
    }

    pub(crate) fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let builder = Response::builder().status(status).content_type("application/json");
        let Some((wait, scope)) = self.wait else {
            let mut body = json!({ "message": self.message, "code": self.code });
            if let (Some(errors), Some(map)) = (self.errors, body.as_object_mut()) {
                map.insert("errors".to_owned(), errors);
            }
            return builder.body(body.to_string());
        };
        let global = scope == Scope::Global;
        let body = json!({ "message": self.message, "retry_after": wait.as_secs_f64(), "global": global });
        let whole = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        let builder = builder.header("retry-after", whole.to_string()).header("x-ratelimit-scope", scope.as_str());
        let builder = if global { builder.header("x-ratelimit-global", "true") } else { builder };
        builder.body(body.to_string())
    }
}
