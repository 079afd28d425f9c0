//! `POST /discord/interactions`: is it Discord? What it says is the dispatcher's business.

use std::time::Duration;

use ed25519_dalek::VerifyingKey;
use jiff::Timestamp;
use poem::http::{HeaderMap, Method, StatusCode};
use poem::{Endpoint, Error, Request, Response};

use super::dispatch::Dispatcher;
use super::parse::Moment;
use super::payload::BadPayload;
use super::signature::{SignedHeaders, Trust, verify};
use crate::domain::to_the_millisecond;
use crate::inbound::http::caller::origin;
use crate::metrics::Metrics;

/// The endpoint. Refusals of whole requests are `poem::Error`s with a status; the layer above gives
/// them their body.
#[derive(Clone, Debug)]
pub struct Interactions {
    dispatcher: Dispatcher,
    metrics: Metrics,
    trust: Trust,
    body_limit: usize,
}

/// The public key in the configuration is no point on the curve.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("discord.public_key is not an Ed25519 public key")]
pub struct BadKey;

impl Interactions {
    /// # Errors
    /// The configured key cannot verify anything.
    pub fn new(
        dispatcher: Dispatcher,
        metrics: Metrics,
        (public_key, tolerance): (&[u8; 32], Duration),
        body_limit: usize,
    ) -> Result<Self, BadKey> {
        let key = VerifyingKey::from_bytes(public_key).map_err(|_| BadKey)?;
        Ok(Self { dispatcher, metrics, trust: Trust { key, tolerance: tolerance.as_secs() }, body_limit })
    }
}

impl Endpoint for Interactions {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        if request.method() != Method::POST {
            return Err(StatusCode::METHOD_NOT_ALLOWED.into());
        }
        let body = request.take_body().into_bytes_limit(self.body_limit).await?;
        let moment = Moment { origin: origin(&request), now: to_the_millisecond(Timestamp::now()) };
        // The signature comes first: what is not signed is not even looked at.
        let heard = match signed(&self.trust, request.headers(), &body, moment.now) {
            Ok(()) => self.dispatcher.hear(&body, &moment).await.map_err(misunderstood),
            Err(error) => Err(error),
        };
        let answer = heard.inspect_err(|error| {
            if error.status() == StatusCode::UNAUTHORIZED {
                self.metrics.signature_failure("discord");
            }
        })?;
        Ok(Response::builder().content_type("application/json").body(answer.to_string()))
    }
}

fn signed(trust: &Trust, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<(), Error> {
    let signed = signed_headers(headers).ok_or_else(|| refused(StatusCode::UNAUTHORIZED, "unsigned"))?;
    verify(trust, signed, body, now).map_err(|why| {
        tracing::info!(%why, "an interaction was refused for its signature");
        refused(StatusCode::UNAUTHORIZED, "bad signature")
    })
}

fn misunderstood(why: BadPayload) -> Error {
    tracing::warn!(%why, "an interaction was not understood");
    let status = match why {
        BadPayload::Application => StatusCode::UNAUTHORIZED,
        BadPayload::Shape | BadPayload::Kind => StatusCode::BAD_REQUEST,
    };
    refused(status, &why.to_string())
}

fn signed_headers(headers: &HeaderMap) -> Option<SignedHeaders<'_>> {
    let signature = only(headers, "x-signature-ed25519")?;
    let timestamp = only(headers, "x-signature-timestamp")?;
    Some(SignedHeaders { signature, timestamp })
}

/// A header that is there once: of two, another proxy might have checked the other one.
fn only<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

fn refused(status: StatusCode, why: &str) -> Error {
    Error::from_string(why, status)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    const SEED: &str = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

    fn key() -> SigningKey {
        SigningKey::from_bytes(&hex::decode(SEED).unwrap().try_into().unwrap())
    }

    fn headers(body: &str, at: Timestamp) -> HeaderMap {
        let timestamp = at.as_second().to_string();
        let signature = key().sign(format!("{timestamp}{body}").as_bytes());
        let mut headers = HeaderMap::new();
        headers.insert("X-Signature-Ed25519", hex::encode(signature.to_bytes()).parse().unwrap());
        headers.insert("X-Signature-Timestamp", timestamp.parse().unwrap());
        headers
    }

    fn status(headers: &HeaderMap, body: &str) -> StatusCode {
        let trust = Trust { key: key().verifying_key(), tolerance: Duration::from_secs(300).as_secs() };
        signed(&trust, headers, body.as_bytes(), now()).map_or_else(|e| e.status(), |()| StatusCode::OK)
    }

    fn now() -> Timestamp {
        Timestamp::from_second(1_700_000_000).unwrap()
    }

    #[test]
    fn only_what_discord_signed_comes_in() {
        let ping = r#"{"type":1}"#;
        assert_eq!(status(&headers(ping, now()), ping), StatusCode::OK);
        assert_eq!(status(&HeaderMap::new(), ping), StatusCode::UNAUTHORIZED);
        assert_eq!(status(&headers("other", now()), ping), StatusCode::UNAUTHORIZED);
        assert_eq!(status(&headers(ping, Timestamp::UNIX_EPOCH), ping), StatusCode::UNAUTHORIZED);
        let mut twice = headers(ping, now());
        twice.append("X-Signature-Timestamp", "1".parse().unwrap());
        assert_eq!(status(&twice, ping), StatusCode::UNAUTHORIZED);
    }

    #[test]
    fn what_discord_never_sends_is_told_apart() {
        assert_eq!(misunderstood(BadPayload::Application).status(), StatusCode::UNAUTHORIZED);
        assert_eq!(misunderstood(BadPayload::Shape).status(), StatusCode::BAD_REQUEST);
        assert_eq!(misunderstood(BadPayload::Kind).status(), StatusCode::BAD_REQUEST);
    }
}
