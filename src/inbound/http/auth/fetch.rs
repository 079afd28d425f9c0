//! Asks an issuer for its keys: the discovery document below its own address (OpenID Connect
//! Discovery 1.0), then the keys it names there. Two small answers from one host, or nothing.

use std::time::Duration;

use reqwest::header::{CACHE_CONTROL, HeaderMap};
use reqwest::{Response, StatusCode};
use serde::Deserialize;
use tokio::time::timeout;
use url::Url;

use super::jwks::{self, BadSet};
use super::token::{Expected, Key};
use crate::config;
use crate::egress::{self, AddressError};

/// Largest answer that is read, in bytes. GitHub's keys take 10 kB.
const ANSWER_MAX: usize = 256 * 1024;
/// Shortest and longest time for which keys are kept, whatever the issuer says.
const FRESH: std::ops::RangeInclusive<Duration> = Duration::from_secs(300)..=Duration::from_secs(86_400);

/// Where the keys of an issuer are.
#[derive(Clone, Debug)]
pub(super) struct Source {
    /// For the log.
    pub(super) name: String,
    pub(super) expected: Expected,
    inside: bool,
    timeout: Duration,
}

/// What an issuer has answered.
pub(super) struct Fetched {
    pub(super) keys: Vec<Key>,
    /// For so long they need not be asked for again.
    pub(super) fresh: Duration,
}

/// Why an issuer's keys cannot be had.
#[derive(Debug, thiserror::Error)]
pub(super) enum FetchError {
    #[error("there was no whole answer in time")]
    Slow,
    #[error(transparent)]
    Address(#[from] AddressError),
    #[error("{0}")]
    Connection(&'static str),
    #[error("it answered {0}")]
    Status(u16),
    #[error("its answer has more than {ANSWER_MAX} bytes")]
    Large,
    #[error("its discovery document cannot be read")]
    Document,
    #[error("its discovery document is of another issuer")]
    OtherIssuer,
    #[error("its keys are said to be on another host")]
    Elsewhere,
    #[error("its keys cannot be used: {0}")]
    Keys(#[from] BadSet),
}

#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    jwks_uri: String,
}

impl Source {
    pub(super) fn new(issuer: &config::Issuer) -> Self {
        Self {
            name: issuer.name.clone(),
            expected: Expected { issuer: issuer.issuer.clone(), audience: issuer.audience.clone() },
            inside: issuer.inside,
            timeout: issuer.timeout,
        }
    }

    /// Both answers, or why not, within the configured time.
    pub(super) async fn fetch(&self) -> Result<Fetched, FetchError> {
        timeout(self.timeout, self.ask()).await.unwrap_or(Err(FetchError::Slow))
    }

    async fn ask(&self) -> Result<Fetched, FetchError> {
        let issuer = &self.expected.issuer;
        let home = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let home = Url::parse(&home).map_err(|_| FetchError::Document)?;
        let (body, _) = self.get(&home).await?;
        let found: Discovery = serde_json::from_slice(&body).map_err(|_| FetchError::Document)?;
        if found.issuer != *issuer {
            return Err(FetchError::OtherIssuer);
        }
        let keys = Url::parse(&found.jwks_uri).map_err(|_| FetchError::Document)?;
        // The same scheme, host and port: what may be asked for the one may be asked for the other.
        if keys.origin() != home.origin() {
            return Err(FetchError::Elsewhere);
        }
        let (body, fresh) = self.get(&keys).await?;
        Ok(Fetched { keys: jwks::read(&body, &self.expected)?, fresh })
    }

    async fn get(&self, url: &Url) -> Result<(Vec<u8>, Duration), FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let inside = self.inside || config::is_loopback(url);
        let addresses = egress::resolve(url, if inside { std::slice::from_ref(&host) } else { &[] }).await?;
        let client = egress::client(url, &addresses, self.timeout).map_err(|e| broken(&e))?;
        let answer = client.get(url.clone()).header("accept", "application/json").send().await;
        let answer = answer.map_err(|e| broken(&e))?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let fresh = fresh(answer.headers());
        Ok((whole(answer).await?, fresh))
    }
}

fn broken(error: &reqwest::Error) -> FetchError {
    FetchError::Connection(egress::kind(error))
}

async fn whole(mut answer: Response) -> Result<Vec<u8>, FetchError> {
    let mut body = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|e| broken(&e))? {
        if body.len() + piece.len() > ANSWER_MAX {
            return Err(FetchError::Large);
        }
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

/// How long an answer is good for, by `Cache-Control` (RFC 9111) within [`FRESH`].
fn fresh(headers: &HeaderMap) -> Duration {
    let values = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<String> =
        values.flat_map(|value| value.split(',')).map(|d| d.trim().to_ascii_lowercase()).collect();
    let never = directives.iter().any(|d| d == "no-store" || d == "no-cache" || d.starts_with("no-cache="));
    let age = directives.iter().find_map(|d| d.strip_prefix("max-age=")?.trim_matches('"').parse().ok());
    let said = if never { 0 } else { age.unwrap_or(0) };
    Duration::from_secs(said).clamp(*FRESH.start(), *FRESH.end())
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn asked(issuer: &str, inside: bool) -> FetchError {
        let expected = Expected { issuer: issuer.to_owned(), audience: "a".to_owned() };
        let source = Source { name: "i".to_owned(), expected, inside, timeout: Duration::from_secs(5) };
        source.fetch().await.err().unwrap()
    }

    #[tokio::test]
    async fn an_issuer_inside_is_asked_only_if_it_may_be_there() {
        for issuer in
            ["https://169.254.169.254", "https://10.1.2.3", "https://[fd00::1]", "https://[::ffff:127.0.0.1]:1"]
        {
            let refused = asked(issuer, false).await;
            assert!(matches!(refused, FetchError::Address(AddressError::NotPublic)), "{issuer}: {refused}");
        }
        // Allowed, and then nobody is there.
        let tried = asked("https://[::ffff:127.0.0.1]:1", true).await;
        assert!(matches!(tried, FetchError::Connection(_)), "{tried}");
    }

    #[test]
    fn keys_are_fresh_for_minutes_up_to_a_day() {
        let seconds = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(CACHE_CONTROL, value.parse().unwrap());
            }
            fresh(&headers).as_secs()
        };
        assert_eq!(seconds(&["public, max-age=3600"]), 3600);
        assert_eq!(seconds(&["Max-Age=\"3600\"", "public"]), 3600);
        assert_eq!(seconds(&["max-age=1"]), 300);
        assert_eq!(seconds(&["max-age=31536000"]), 86_400);
        assert_eq!(seconds(&["max-age=99999999999999999999"]), 300);
        assert_eq!(seconds(&["no-store, max-age=3600"]), 300);
        assert_eq!(seconds(&["no-cache"]), 300);
        assert_eq!(seconds(&["max-age=-1"]), 300);
        assert_eq!(seconds(&[]), 300);
    }
}
