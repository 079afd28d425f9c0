//! How deliveries are signed: one file per kind of sender, each a pure judgement over headers and bytes.
//!
//! What a delivery means is not known here. Every verifier keeps to the same order: what the headers look like, then
//! the signature over the bytes as they came, then the time. So only somebody who knows the secret learns about our
//! clock.

pub mod github;
pub mod gitlab;
pub mod sending;
pub mod standard;
pub mod stripe;

use std::fmt;

pub use standard::{BadSecret, Secret, SignedHeaders, verify};

/// The kinds of senders whose signatures are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SenderKind {
    /// <https://www.standardwebhooks.com>, storebot's own events in it.
    Standard,
    Github,
    Gitlab,
    Stripe,
}

impl SenderKind {
    pub const ALL: [Self; 4] = [Self::Standard, Self::Github, Self::Gitlab, Self::Stripe];

    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Stripe => "stripe",
        }
    }
}

/// All active keys of one source, in the shape its kind of sender has them. Prints nothing of them.
#[derive(Clone, Debug)]
pub enum Keys {
    Standard(Vec<standard::Key>),
    Github(Vec<github::Secret>),
    Gitlab(Vec<gitlab::Key>),
    Stripe(Vec<stripe::Secret>),
}

impl Keys {
    /// Reads all of a source's secrets. None at all is a fault, too: it would be a source that nobody can use.
    ///
    /// # Errors
    /// The place of each text that is none (0 where there is none at all), and what one looks like.
    pub fn parse(kind: SenderKind, texts: &[String]) -> Result<Self, Vec<(usize, BadKey)>> {
        Ok(match kind {
            SenderKind::Standard => Self::Standard(all(texts, standard::Key::parse)?),
            SenderKind::Github => Self::Github(all(texts, github::Secret::parse)?),
            SenderKind::Gitlab => Self::Gitlab(all(texts, gitlab::Key::parse)?),
            SenderKind::Stripe => Self::Stripe(all(texts, stripe::Secret::parse)?),
        })
    }

    #[must_use]
    pub fn kind(&self) -> SenderKind {
        match self {
            Self::Standard(_) => SenderKind::Standard,
            Self::Github(_) => SenderKind::Github,
            Self::Gitlab(_) => SenderKind::Gitlab,
            Self::Stripe(_) => SenderKind::Stripe,
        }
    }

    /// Whether a delivery was signed with one of them.
    ///
    /// # Errors
    /// What is wrong with it: for logs, numbers and operators. Its sender is told of the time alone.
    pub fn verify<'a>(&self, headers: &Headers<'a>, body: &[u8], clock: Clock) -> Result<Proof<'a>, SignatureError> {
        match self {
            Self::Standard(keys) => {
                let headers = standard::headers(headers)?;
                verify(keys, headers, body, clock)?;
                Ok(Proof { id: Some(headers.id) })
            }
            Self::Github(secrets) => github::verify(secrets, headers, body).map(|()| Proof { id: None }),
            Self::Gitlab(keys) => gitlab::verify(keys, headers, body, clock),
            Self::Stripe(secrets) => stripe::verify(secrets, headers, body, clock).map(|()| Proof { id: None }),
        }
    }
}

fn all<T>(texts: &[String], parse: fn(&str) -> Result<T, BadKey>) -> Result<Vec<T>, Vec<(usize, BadKey)>> {
    let (mut good, mut bad) = (Vec::new(), Vec::new());
    for (index, text) in texts.iter().enumerate() {
        match parse(text) {
            Ok(key) => good.push(key),
            Err(why) => bad.push((index, why)),
        }
    }
    if good.is_empty() && bad.is_empty() {
        bad.push((0, BadKey("is missing: a source needs at least one secret")));
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

/// What a configured secret of this kind has to be; never the secret itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct BadKey(pub &'static str);

impl From<BadSecret> for BadKey {
    fn from(_: BadSecret) -> Self {
        Self("a webhook secret is `whsec_` followed by the base64 of 24 to 64 bytes")
    }
}

/// Shortest secret that is any text, in bytes. A shorter one can be guessed from a single delivery.
const TEXT_MIN: usize = 16;

/// A secret that is a text as it stands. Blanks around it were copied along by mistake.
fn is_text(text: &str) -> bool {
    text.len() >= TEXT_MIN && text.trim() == text
}

/// What a signature has proved besides the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof<'a> {
    /// The delivery's id, where the signature covers one outside the body.
    pub id: Option<&'a str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    #[error("the header {0} is missing")]
    Missing(&'static str),
    #[error("the header {0} is there twice")]
    Doubled(&'static str),
    #[error("the timestamp is no number of seconds")]
    Timestamp,
    #[error("the timestamp is too far from now")]
    Stale,
    #[error("no signature matches")]
    Mismatch,
}

/// Now and how far a delivery may be from it, both in seconds.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: i64,
    pub tolerance: u64,
}

impl Clock {
    /// # Errors
    /// `Stale`: too long ago, or too far ahead.
    fn check(self, timestamp: i64) -> Result<(), SignatureError> {
        if timestamp.abs_diff(self.now) > self.tolerance { Err(SignatureError::Stale) } else { Ok(()) }
    }
}

/// What is signed is the text that was sent. So one time has one spelling: `+1` and `01` are none.
fn seconds(text: &str) -> Option<i64> {
    text.parse().ok().filter(|seconds: &i64| seconds.to_string() == text)
}

/// SHA-256's digest in hexadecimal digits, which senders write in small letters: one digest has one spelling.
fn hex_digest(text: &str) -> Option<[u8; 32]> {
    if text.bytes().any(|b| b.is_ascii_uppercase()) {
        return None;
    }
    let mut digest = [0; 32];
    hex::decode_to_slice(text, &mut digest).ok().map(|()| digest)
}

/// The headers of a delivery, as received. Prints no values: one of them can be a secret.
#[derive(Clone, Default)]
pub struct Headers<'a>(Vec<(&'a str, &'a [u8])>);

impl<'a> Headers<'a> {
    /// `all`: name in small letters and value of each line.
    pub fn new(all: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Self {
        Self(all.into_iter().collect())
    }

    /// The value of a header that has to be there once. What is no visible ASCII counts as not there: nobody who
    /// signs writes such a thing, and two readers could read it differently.
    ///
    /// # Errors
    /// `Missing`, `Doubled`: which of two counts is not for us to choose.
    pub fn one(&self, name: &'static str) -> Result<&'a str, SignatureError> {
        let mut values = self.0.iter().filter(|(known, _)| *known == name).map(|(_, value)| *value);
        let value = values.next().ok_or(SignatureError::Missing(name))?;
        if values.next().is_some() {
            return Err(SignatureError::Doubled(name));
        }
        let text = std::str::from_utf8(value).ok();
        text.filter(|t| t.bytes().all(|b| (0x20..0x7f).contains(&b))).ok_or(SignatureError::Missing(name))
    }

    /// Whether a header is there, however often.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }
}

impl fmt::Debug for Headers<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_counts_when_it_is_there_once_and_is_text() {
        let lines: [(&str, &[u8]); 5] =
            [("one", b"1"), ("two", b"1"), ("two", b"2"), ("none", b"\xff"), ("x-gitlab-token", b"hidden")];
        let headers = Headers::new(lines);
        assert_eq!(headers.one("one"), Ok("1"));
        assert_eq!(headers.one("two"), Err(SignatureError::Doubled("two")));
        assert_eq!(headers.one("none"), Err(SignatureError::Missing("none")));
        assert_eq!(headers.one("else"), Err(SignatureError::Missing("else")));
        assert!(headers.has("none") && !headers.has("else"));
        assert!(!format!("{headers:?}").contains("hidden"));
    }

    #[test]
    fn each_kind_of_sender_has_its_own_secrets() {
        let parse = |kind, texts: &[&str]| {
            let texts: Vec<String> = texts.iter().map(|&t| t.to_owned()).collect();
            Keys::parse(kind, &texts).map(|keys| keys.kind()).map_err(|bad| bad.iter().map(|b| b.0).collect::<Vec<_>>())
        };
        let whsec = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
        for kind in SenderKind::ALL {
            assert_eq!(parse(kind, &[whsec]), Ok(kind), "a Standard Webhooks secret is long enough for all");
            assert_eq!(parse(kind, &[]), Err(vec![0]));
            assert_eq!(parse(kind, &[whsec, "short", whsec, ""]), Err(vec![1, 3]));
        }
        let text = "a long text of any kind";
        assert_eq!(parse(SenderKind::Github, &[text]), Ok(SenderKind::Github));
        assert_eq!(parse(SenderKind::Gitlab, &[text]), Ok(SenderKind::Gitlab));
        assert_eq!(parse(SenderKind::Standard, &[text]), Err(vec![0]));
        assert_eq!(parse(SenderKind::Stripe, &[text]), Err(vec![0]));
    }
}
