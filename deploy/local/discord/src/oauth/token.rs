//! The endpoints for applications: a code becomes a token, a token is ended. Errors are in OAuth2's words (RFC 6749,
//! section 5.2), with Discord's descriptions where these are known.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use poem::http::StatusCode;
use poem::{Request, Response};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::state::{ACCESS_TOKEN_LIFE, Consent, World};

/// Why nothing is given.
struct Refusal(u16, &'static str, Option<&'static str>);

const UNKNOWN_CLIENT: Refusal = Refusal(401, "invalid_client", None);
const NO_GRANT: Refusal = Refusal(400, "unsupported_grant_type", Some("Grant type None is not supported"));
const BAD_CODE: Refusal = Refusal(400, "invalid_grant", Some("Invalid \"code\" in request."));
const BAD_REDIRECT: Refusal = Refusal(400, "invalid_grant", Some("Invalid \"redirect_uri\" in request."));
const NO_VERIFIER: Refusal = Refusal(400, "invalid_request", Some("Missing \"code_verifier\""));
const BAD_VERIFIER: Refusal = Refusal(400, "invalid_request", Some("Invalid \"code_verifier\""));

type Fields = Vec<(String, String)>;

fn field<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
}

/// What is asked of these endpoints; `None`: it is for the rest of the API.
pub(crate) fn serve(world: &mut World, request: &Request, body: &[u8]) -> Option<Response> {
    let path = request.uri().path();
    let path = path.strip_prefix("/api/v10").or_else(|| path.strip_prefix("/api"))?;
    let answer = match path {
        "/oauth2/token" => exchange,
        "/oauth2/token/revoke" => revoke,
        _ => return None,
    };
    if request.method() != poem::http::Method::POST {
        return Some(answered(405, &json!({ "message": "405: Method Not Allowed", "code": 0 })));
    }
    let is_form = request.content_type().is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    // Of what is no form nothing is read: Discord then misses the first field that it looks for.
    let fields: Fields = if is_form { url::form_urlencoded::parse(body).into_owned().collect() } else { Fields::new() };
    let done = known(world, request, &fields).and_then(|()| answer(world, &fields));
    Some(match done {
        Ok(body) => answered(200, &body),
        Err(Refusal(status, error, None)) => answered(status, &json!({ "error": error })),
        Err(Refusal(status, error, Some(why))) => {
            answered(status, &json!({ "error": error, "error_description": why }))
        }
    })
}

/// By HTTP Basic, or by `client_id` and `client_secret` among the fields.
fn known(world: &World, request: &Request, fields: &Fields) -> Result<(), Refusal> {
    let basic = request.header("Authorization").and_then(|value| value.strip_prefix("Basic "));
    let given = match basic {
        Some(basic) => decoded(basic).ok_or(UNKNOWN_CLIENT)?,
        None => (field(fields, "client_id").to_owned(), field(fields, "client_secret").to_owned()),
    };
    let secret = &world.oauth.client_secret;
    let good = !secret.is_empty() && given == (world.application_id.to_string(), secret.clone());
    if good { Ok(()) } else { Err(UNKNOWN_CLIENT) }
}

/// Id and secret, each form-encoded first (RFC 6749, section 2.3.1).
fn decoded(basic: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(basic).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    let plain =
        |text: &str| url::form_urlencoded::parse(format!("x={text}").as_bytes()).next().map(|(_, it)| it.into_owned());
    Some((plain(id)?, plain(secret)?))
}

fn exchange(world: &mut World, fields: &Fields) -> Result<Value, Refusal> {
    match field(fields, "grant_type") {
        "authorization_code" => {}
        "" => return Err(NO_GRANT),
        _ => return Err(Refusal(501, "unsupported_grant_type", Some("The stand-in Discord does not model this"))),
    }
    let consent = world.use_code(field(fields, "code")).ok_or(BAD_CODE)?;
    if consent.redirect_uri != field(fields, "redirect_uri") {
        return Err(BAD_REDIRECT);
    }
    verify(&consent, field(fields, "code_verifier"))?;
    let token = world.issue_token(consent.user, consent.scopes);
    let scopes: Vec<&str> = token.scopes.iter().map(String::as_str).collect();
    Ok(json!({
        "token_type": "Bearer", "access_token": token.access, "expires_in": ACCESS_TOKEN_LIFE.as_secs(),
        "refresh_token": token.refresh, "scope": scopes.join(" "),
    }))
}

/// RFC 7636, sections 4.1 and 4.6.
fn verify(consent: &Consent, verifier: &str) -> Result<(), Refusal> {
    let Some(challenge) = &consent.challenge else { return Ok(()) };
    let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    if verifier.is_empty() {
        return Err(NO_VERIFIER);
    }
    let formed = (43..=128).contains(&verifier.len()) && verifier.bytes().all(good);
    let fits = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier)) == *challenge;
    if formed && fits { Ok(()) } else { Err(BAD_VERIFIER) }
}

/// What is unknown is ended already (RFC 7009, section 2.2).
fn revoke(world: &mut World, fields: &Fields) -> Result<Value, Refusal> {
    world.revoke(field(fields, "token"));
    Ok(json!({}))
}

fn answered(status: u16, body: &Value) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let response = Response::builder().status(status).content_type("application/json");
    response.header("Cache-Control", "no-store").body(body.to_string())
}
