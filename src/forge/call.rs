//! One call to a forge's API: the token, the limits, what an answer means.

use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, RETRY_AFTER};
use reqwest::{Client, Method, Response};
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::Trouble;
use crate::config::{ForgeApi, Token};
use crate::domain::forge::ForgeKind;
use crate::metrics::Metrics;

/// Longest answer that is read, in bytes: a page of a hundred long comments.
const ANSWER_MAX: usize = 8 * 1024 * 1024;
/// Without a usable `Retry-After`: what GitHub asks for at least.
const WAIT_DEFAULT: SignedDuration = SignedDuration::from_secs(60);
/// Longest wait that is believed: the hour after which a limit is new.
const WAIT_LONGEST: SignedDuration = SignedDuration::from_secs(3_660);
/// Version of GitHub's API that this is written for.
const GITHUB_VERSION: &str = "2022-11-28";
/// What may stand in one part of a path.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// Calls one forge.
#[derive(Debug)]
pub(super) struct Caller {
    client: Client,
    kind: ForgeKind,
    base: Url,
    token: Token,
    metrics: Metrics,
    /// It wants no request before.
    quiet_until: Mutex<Option<Timestamp>>,
}

impl Caller {
    pub(super) fn new(kind: ForgeKind, api: &ForgeApi, metrics: Metrics) -> reqwest::Result<Self> {
        let client = Client::builder()
            .user_agent(concat!("storebot/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(api.timeout)
            .timeout(api.timeout)
            .build()?;
        let (base, token) = (api.url.clone(), api.token.clone());
        Ok(Self { client, kind, base, token, metrics, quiet_until: Mutex::default() })
    }

    /// Sends and reads an answer that matters.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> Result<T, Trouble> {
        let (_, answer) = self.send(method, path, body).await?;
        self.parse(&answer)
    }

    /// Asks, and gives what stands in front of the answer as well.
    pub(super) async fn look<T: DeserializeOwned>(&self, path: &str) -> Result<(HeaderMap, T), Trouble> {
        let (headers, answer) = self.send(Method::GET, path, None).await?;
        Ok((headers, self.parse(&answer)?))
    }

    fn parse<T: DeserializeOwned>(&self, answer: &[u8]) -> Result<T, Trouble> {
        serde_json::from_slice(answer).map_err(|error| {
            tracing::warn!(forge = self.kind.title(), %error, "an answer cannot be read");
            Trouble::Away
        })
    }

    /// Sends; only whether it was taken matters.
    pub(super) async fn tell(&self, method: Method, path: &str, body: &Value) -> Result<(), Trouble> {
        self.send(method, path, Some(body)).await.map(|_| ())
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> Result<(HeaderMap, Vec<u8>), Trouble> {
        if let Some(wait) = self.quiet(Timestamp::now()) {
            return Err(Trouble::Wait(wait));
        }
        let url = format!("{}{path}", self.base.as_str().trim_end_matches('/'));
        let token = self.token().await?;
        let mut request = match self.kind {
            ForgeKind::Github => self
                .client
                .request(method, url)
                .bearer_auth(token.expose_secret())
                .header("accept", "application/vnd.github+json")
                .header("x-github-api-version", GITHUB_VERSION),
            ForgeKind::Gitlab => self.client.request(method, url).header("private-token", token.expose_secret()),
        };
        if let Some(body) = body {
            request = request.json(body);
        }
        match request.send().await {
            Ok(response) => self.hear(response).await,
            Err(error) => {
                self.metrics.forge_request(self.kind.as_str(), 0);
                tracing::info!(forge = self.kind.title(), error = %error.without_url(), "a forge did not answer");
                Err(Trouble::Away)
            }
        }
    }

    async fn hear(&self, mut response: Response) -> Result<(HeaderMap, Vec<u8>), Trouble> {
        let (status, now) = (response.status().as_u16(), Timestamp::now());
        self.metrics.forge_request(self.kind.as_str(), status);
        let Some(trouble) = classify(status, response.headers(), now) else {
            let headers = std::mem::take(response.headers_mut());
            return read(response).await.map(|body| (headers, body)).ok_or(Trouble::Away);
        };
        tracing::info!(forge = self.kind.title(), status, ?trouble, "a forge did not take a request");
        if let Trouble::Wait(wait) = trouble {
            *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner) = now.saturating_add(wait).ok();
        }
        Err(trouble)
    }

    /// How long nothing may be sent yet.
    fn quiet(&self, now: Timestamp) -> Option<SignedDuration> {
        let until = *self.quiet_until.lock().unwrap_or_else(PoisonError::into_inner);
        until.filter(|until| *until > now).map(|until| until.duration_since(now))
    }

    async fn token(&self) -> Result<SecretString, Trouble> {
        let file = match &self.token {
            Token::Here(token) => return Ok(token.clone()),
            Token::File(file) => file,
        };
        match tokio::fs::read_to_string(file).await {
            Ok(text) if !text.trim().is_empty() => Ok(text.trim().into()),
            Ok(_) | Err(_) => {
                tracing::warn!(forge = self.kind.title(), file = %file.display(), "the token's file has no token");
                Err(Trouble::NoToken)
            }
        }
    }
}

/// One part of a path, whatever is in it.
pub(super) fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// What follows from an answer; `None`: it was taken. GitHub says "too many" by 429 and by 403, and only the headers
/// tell that from "not allowed".
fn classify(status: u16, headers: &HeaderMap, now: Timestamp) -> Option<Trouble> {
    let number = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()?.trim().parse::<i64>().ok());
    let spent = number("x-ratelimit-remaining") == Some(0);
    let wait = number(RETRY_AFTER.as_str()).map(SignedDuration::from_secs);
    match status {
        200..=299 => None,
        429 | 403 if status == 429 || spent || wait.is_some() => {
            let reset = number("x-ratelimit-reset").or_else(|| number("ratelimit-reset"));
            let until = reset.and_then(|second| Timestamp::from_second(second).ok()).map(|at| at.duration_since(now));
            let wait = wait.or(until).unwrap_or(WAIT_DEFAULT);
            Some(Trouble::Wait(wait.clamp(SignedDuration::from_secs(1), WAIT_LONGEST)))
        }
        408 | 500..=599 => Some(Trouble::Away),
        // A redirect is not followed: the token goes to nobody else.
        other => Some(Trouble::Refused(other)),
    }
}

/// `None`: it broke off, or is longer than anything that is needed.
async fn read(mut response: Response) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        if body.len() + chunk.len() > ANSWER_MAX {
            return None;
        }
        body.extend_from_slice(&chunk);
    }
    Some(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_have_a_meaning() {
        let now = Timestamp::from_second(1_700_000_000).unwrap();
        let wait = |seconds| Some(Trouble::Wait(SignedDuration::from_secs(seconds)));
        for (status, headers, meaning) in [
            (200, &[][..], None),
            (201, &[], None),
            (403, &[("retry-after", "7"), ("x-ratelimit-remaining", "12")], wait(7)),
            (429, &[("retry-after", "7")], wait(7)),
            (429, &[("retry-after", "soon")], wait(60)),
            (429, &[("ratelimit-reset", "1700000090")], wait(90)),
            (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1700000100")], wait(100)),
            (403, &[("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1600000000")], wait(1)),
            (429, &[("retry-after", "99999999")], wait(3_660)),
            (403, &[("x-ratelimit-remaining", "12")], Some(Trouble::Refused(403))),
            (401, &[], Some(Trouble::Refused(401))),
            (404, &[], Some(Trouble::Refused(404))),
            (301, &[], Some(Trouble::Refused(301))),
            (502, &[], Some(Trouble::Away)),
        ] {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, value.parse().unwrap());
            }
            assert_eq!(classify(status, &map, now), meaning, "{status} {headers:?}");
        }
    }

    #[test]
    fn a_part_of_a_path_stays_one() {
        assert_eq!(part("group/sub/shop"), "group%2Fsub%2Fshop");
        assert_eq!(part("../user?x=1#y"), "..%2Fuser%3Fx%3D1%23y");
        assert_eq!(part("my.shop_2-x"), "my.shop_2-x");
    }
}
