//! What a browser keeps for us while somebody signs in with Discord. Nobody can change it or make it up: it carries a code
//! (HMAC-SHA-256) under a key that all replicas have, so that a stranger who only begins writes nothing into Redis.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;

use super::next::Next;
use crate::domain::actor::Actor;

/// Longest value of a cookie that is looked at, in bytes; browsers keep no longer ones.
const LONGEST: usize = 4096;

/// Somebody is on their way to Discord and back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::inbound::http) struct Attempt {
    /// What Discord brings back: 64 hex digits.
    pub(super) state: String,
    pub(super) until: Timestamp,
    pub(super) next: Next,
}

impl Attempt {
    /// Of anybody, for fuzz targets.
    pub(in crate::inbound::http) fn fuzzed(next: &str, until: Timestamp) -> Self {
        Self { state: String::new(), until, next: Next::parse(next) }
    }
}

/// Somebody who is known in several servers, before they have said as what they come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Choice {
    pub(super) until: Timestamp,
    pub(super) name: String,
    pub(super) actors: Vec<Actor>,
    /// When the session ends that comes of it.
    pub(super) session: Timestamp,
    pub(super) next: Next,
}

/// What is sealed: what was sealed as one thing does not open as another.
pub(in crate::inbound::http) trait Kept: Serialize + DeserializeOwned {
    const KIND: &'static str;
    fn until(&self) -> Timestamp;
}

impl Kept for Attempt {
    const KIND: &'static str = "attempt";

    fn until(&self) -> Timestamp {
        self.until
    }
}

impl Kept for Choice {
    const KIND: &'static str = "choice";

    fn until(&self) -> Timestamp {
        self.until
    }
}

/// The key, made of the secret that storebot shares with Discord alone.
pub(in crate::inbound::http) struct Seal<'a>(pub(in crate::inbound::http) &'a SecretString);

impl Seal<'_> {
    /// `<content>.<code>`, in characters that a cookie may have.
    pub(in crate::inbound::http) fn close<T: Kept>(&self, kept: &T) -> String {
        let content = URL_SAFE_NO_PAD.encode(serde_json::to_vec(kept).unwrap_or_default());
        let code = self.code(T::KIND, &content);
        format!("{content}.{code}")
    }

    /// `None`: it is not from here, or too old.
    pub(in crate::inbound::http) fn open<T: Kept>(&self, sealed: &str, now: Timestamp) -> Option<T> {
        let (content, code) = sealed.split_once('.').filter(|_| sealed.len() <= LONGEST)?;
        let good: bool = self.code(T::KIND, content).as_bytes().ct_eq(code.as_bytes()).into();
        let content = URL_SAFE_NO_PAD.decode(content).ok().filter(|_| good)?;
        serde_json::from_slice(&content).ok().filter(|kept: &T| kept.until() > now)
    }

    /// The verifier of PKCE that goes with a state: 43 characters, known to nobody until it is sent to Discord.
    pub(super) fn verifier(&self, state: &str) -> String {
        self.code("verifier", state)
    }

    fn code(&self, kind: &str, text: &str) -> String {
        // HMAC takes keys of any length.
        let mac = Hmac::<Sha256>::new_from_slice(self.0.expose_secret().as_bytes());
        let code = mac.map(|mac| mac.chain_update(format!("storebot dashboard {kind} {text}")).finalize().into_bytes());
        URL_SAFE_NO_PAD.encode(code.unwrap_or_default())
    }
}

/// What of a verifier may be seen on the way.
pub(super) fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

/// What stands in the ledger for something that may come once.
pub(super) fn once<T: Kept>(text: &str) -> String {
    hex::encode(&Sha256::digest(format!("sign-in {} {text}", T::KIND))[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn attempt() -> Attempt {
        Attempt { state: "ab".repeat(32), until: at(100), next: Next::parse("/stores/tea") }
    }

    #[test]
    fn what_was_sealed_opens_here_and_in_time_only() {
        let (secret, other) = (SecretString::from("one"), SecretString::from("other"));
        let sealed = Seal(&secret).close(&attempt());
        assert_eq!(Seal(&secret).open(&sealed, at(99)), Some(attempt()));
        assert_eq!(Seal(&secret).open::<Attempt>(&sealed, at(100)), None, "it is over");
        assert_eq!(Seal(&other).open::<Attempt>(&sealed, at(99)), None, "of somebody else");
        assert_eq!(Seal(&secret).open::<Choice>(&sealed, at(99)), None, "it is something else");
        let (content, code) = sealed.split_once('.').unwrap();
        let later = URL_SAFE_NO_PAD.encode(serde_json::to_vec(&Attempt { until: at(999), ..attempt() }).unwrap());
        for forged in [format!("{later}.{code}"), content.to_owned(), format!("{content}."), String::new(), ".".into()]
        {
            assert_eq!(Seal(&secret).open::<Attempt>(&forged, at(99)), None, "{forged}");
        }
        assert!(sealed.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b)), "{sealed}");
    }

    /// The example of RFC 7636, appendix B.
    #[test]
    fn a_challenge_is_the_verifiers_digest() {
        let verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        assert_eq!(challenge(verifier), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn each_state_has_a_verifier_of_its_own() {
        let secret = SecretString::from("one");
        let [one, two] = ["a", "b"].map(|state| Seal(&secret).verifier(state));
        assert_eq!((one.len(), one == two), (43, false));
        assert_ne!(once::<Attempt>("a"), once::<Choice>("a"));
    }
}
