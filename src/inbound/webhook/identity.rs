//! Which delivery it is: the same for each repetition, another one for anything else.

use std::borrow::Cow;

use sha2::{Digest as _, Sha256};

use super::{Identity, Unread, standard, stripe};
use crate::config::WebhookSource;
use crate::domain::webhook::{Headers, Keys, Proof, SenderKind, github, gitlab};
use crate::inbound::http::reading::{self, Malformed};
use crate::inbound::parse;

/// What GitHub calls its other media type. The JSON is in the form's field `payload`.
const FORM: &str = "application/x-www-form-urlencoded";

/// The JSON of a body.
///
/// # Errors
/// `Media`, or a form without its one field.
pub(super) fn json<'a>(kind: SenderKind, content_type: Option<&str>, body: &'a [u8]) -> Result<Cow<'a, [u8]>, Unread> {
    let essence = content_type.map(reading::essence);
    match essence.as_deref() {
        Some(json) if reading::is_json(json) => Ok(Cow::Borrowed(body)),
        Some(FORM) if kind == SenderKind::Github => payload(body).map(Cow::Owned),
        _ => Err(Unread::Media(essence)),
    }
}

fn payload(form: &[u8]) -> Result<Vec<u8>, Unread> {
    let mut fields = url::form_urlencoded::parse(form).filter(|(name, _)| name == "payload");
    match (fields.next(), fields.next()) {
        (Some((_, json)), None) => Ok(json.into_owned().into_bytes()),
        _ => {
            let why = "A form has the field payload once, with the JSON in it".to_owned();
            Err(Malformed { field: Some("payload".to_owned()), why }.into())
        }
    }
}

/// # Errors
/// A header or a field that says which delivery it is, is missing, doubled or too long.
pub(super) fn of(
    source: &WebhookSource,
    headers: &Headers<'_>,
    proof: Proof<'_>,
    body: &[u8],
) -> Result<Identity, Unread> {
    let fingerprint = hex::encode(Sha256::digest(body));
    match &source.keys {
        Keys::Standard(_) => {
            let id = proof.id.unwrap_or_default();
            let key = parse::key("webhook-id", id, fingerprint)?;
            let event = standard::kind(body)?;
            Ok(Identity { id: id.to_owned(), event, unique: key.value, fingerprint: key.fingerprint })
        }
        Keys::Github(_) => {
            let event = headers.one(github::EVENT).map_err(Unread::Header)?;
            let id = headers.one(github::DELIVERY).map_err(Unread::Header)?;
            unsigned("X-GitHub-Delivery", id, event, fingerprint)
        }
        Keys::Gitlab(_) => {
            let event = headers.one(gitlab::EVENT).map_err(Unread::Header)?;
            match proof.id {
                Some(id) => {
                    let key = parse::key("webhook-id", id, fingerprint)?;
                    let (id, event) = (id.to_owned(), event.to_owned());
                    Ok(Identity { id, event, unique: key.value, fingerprint: key.fingerprint })
                }
                None => unsigned("Idempotency-Key", gitlab_id(headers)?, event, fingerprint),
            }
        }
        Keys::Stripe(_) => {
            let envelope = stripe::envelope(body)?;
            let key = parse::key("id", &envelope.id, fingerprint)?;
            Ok(Identity { id: envelope.id, event: envelope.kind, unique: key.value, fingerprint: key.fingerprint })
        }
    }
}

/// GitLab tries again under the same `Idempotency-Key`; before there was one, each event had an id. Its
/// `X-Gitlab-Event-UUID` is shared by all events that follow from one, and so is none.
fn gitlab_id<'a>(headers: &Headers<'a>) -> Result<&'a str, Unread> {
    let name = if headers.has(gitlab::IDEMPOTENCY) { gitlab::IDEMPOTENCY } else { gitlab::WEBHOOK_UUID };
    headers.one(name).map_err(Unread::Header)
}

/// No signature covers the id: whoever has seen a delivery can send it again under another one. So it is known by what
/// it says.
fn unsigned(header: &str, id: &str, event: &str, fingerprint: String) -> Result<Identity, Unread> {
    let unique = hex::encode(Sha256::digest(format!("{event}\n{fingerprint}")));
    let key = parse::key(header, id, fingerprint)?;
    Ok(Identity { id: key.value, event: event.to_owned(), unique, fingerprint: key.fingerprint })
}
