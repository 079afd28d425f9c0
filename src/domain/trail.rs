//! What a command's traces are known by, from the door it came through to the last message about it: the
//! request's id, and the place of the door's span in a trace (W3C Trace Context).
//!
//! Kept with the store for the wish it came with. It decides nothing.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Longest id of a request that a caller chose. UUIDs have 36 characters.
pub const REQUEST_MAX: usize = 48;

/// Where work that was asked for belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trail {
    /// Id of the request; empty where nobody asked, such as when time has passed.
    pub request: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trace: Option<TraceContext>,
}

impl Trail {
    /// Nothing is known.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One span, seen from elsewhere. Never with an id of zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceContext {
    pub trace: u128,
    pub span: u64,
    /// Somebody records it.
    pub sampled: bool,
}

impl TraceContext {
    /// The same span, recorded if its trace is one of so many (0 to 1): by its number, so that whoever decides
    /// by the same share decides the same.
    #[must_use]
    pub fn sampled_by(self, share: f64) -> Self {
        let number = (self.trace as u64) >> 1;
        let sampled = share >= 1.0 || (number as f64) < share.max(0.0) * (1_u64 << 63) as f64;
        Self { sampled, ..self }
    }

    /// From the header `traceparent`: version, trace, span and flags in hexadecimal. Of a version that is not
    /// known only the parts of version 0 are read, as the standard has it.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('-');
        let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let more = parts.next().is_some();
        let version = hex(version, 2)?;
        if version == 0xff || (version == 0 && more) {
            return None;
        }
        let (trace, span, flags) = (hex(trace, 32)?, u64::try_from(hex(span, 16)?).ok()?, hex(flags, 2)?);
        (trace != 0 && span != 0).then_some(Self { trace, span, sampled: flags & 1 == 1 })
    }
}

impl Serialize for TraceContext {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TraceContext {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom("is no traceparent"))
    }
}

/// A number in exactly so many digits, all lower case.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let good = text.len() == digits && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
    good.then(|| u128::from_str_radix(text, 16).ok()).flatten()
}

impl fmt::Display for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "00-{:032x}-{:016x}-{:02x}", self.trace, self.span, u8::from(self.sampled))
    }
}

/// Whether a caller's own id of a request can be taken: it stands in logs, the audit and headers.
#[must_use]
pub fn is_request_id(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (8..=REQUEST_MAX).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_reads_as_it_is_written() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let context = TraceContext::parse(text).unwrap();
        assert_eq!(context.to_string(), text);
        assert!(context.sampled);
        let later = TraceContext::parse(&format!("cc{}-what-the-future-brings", &text[2..])).unwrap();
        assert_eq!(later, context);
        let unsampled = TraceContext::parse(&format!("{}02", &text[..text.len() - 2])).unwrap();
        assert_eq!((unsampled.sampled, unsampled.span), (false, context.span));
    }

    #[test]
    fn a_share_of_traces_is_recorded_by_their_number() {
        let of = |trace: u128, share| TraceContext { trace, span: 1, sampled: false }.sampled_by(share).sampled;
        assert!(of(1, 1.0) && of(u128::MAX, 1.0) && of(1, 0.5));
        assert!(!of(u128::MAX, 0.999) && !of(1, 0.0) && !of(u128::MAX, 0.5));
    }

    #[test]
    fn what_is_none_is_not_taken() {
        let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        for bad in [
            "",
            "00",
            "00--00f067aa0ba902b7-01",
            &good.to_uppercase(),
            &good[..good.len() - 1],
            &format!("{good}-more"),
            &format!("ff{}", &good[2..]),
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4bf92f3577b34da6a3ce929d0e0e473+-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn ids_of_callers_are_short_and_plain() {
        for good in ["0123456789abcdef", "8c7a8a54-6b1e-4b0f-9a53-0a57e0a0f2b7", "ci_run.12345"] {
            assert!(is_request_id(good), "{good}");
        }
        for bad in ["", "short", "with space", "line\nbreak!", "\"quoted-id\"", &"a".repeat(REQUEST_MAX + 1)] {
            assert!(!is_request_id(bad), "{bad}");
        }
    }
}
