//! The other side: signing as senders do, for trying out what is configured.

use secrecy::ExposeSecret as _;

use super::{Keys, github, gitlab, standard, stripe};

/// What a delivery is signed for.
#[derive(Clone, Copy, Debug)]
pub struct Occasion<'a> {
    pub id: &'a str,
    /// The event's name, where a header carries it.
    pub event: &'a str,
    /// Seconds since 1970.
    pub timestamp: i64,
}

/// A delivery's headers, and whether one of them is a secret in clear.
#[derive(Clone)]
pub struct SentHeaders {
    pub lines: Vec<(&'static str, String)>,
    pub in_clear: bool,
}

/// A source that knows public keys alone: only their owner can sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the source has public keys alone, and only their owner can sign with them")]
pub struct CannotSign;

impl Keys {
    /// The headers that a sender of this kind sends along, signed with the first of the source's keys that can sign.
    ///
    /// # Errors
    /// None can.
    pub fn sign(&self, occasion: Occasion<'_>, body: &[u8]) -> Result<SentHeaders, CannotSign> {
        let Occasion { id, event, timestamp } = occasion;
        let (id_line, event) = (id.to_owned(), event.to_owned());
        let mut in_clear = false;
        let lines = match self {
            Self::Standard(keys) => {
                let secret = keys.iter().find_map(|key| match key {
                    standard::Key::Secret(secret) => Some(secret),
                    standard::Key::Public(_) => None,
                });
                standard_lines(secret.ok_or(CannotSign)?, occasion, body)
            }
            Self::Github(secrets) => {
                let signature = secrets.first().ok_or(CannotSign)?.sign(body);
                vec![(github::EVENT, event), (github::DELIVERY, id_line), (github::SIGNATURE, signature)]
            }
            Self::Gitlab(keys) => {
                let mut lines = vec![(gitlab::EVENT, event), (gitlab::IDEMPOTENCY, id_line)];
                match keys.iter().find_map(gitlab::Key::signing) {
                    Some(secret) => lines.extend(standard_lines(secret, occasion, body)),
                    None => {
                        let token = keys.iter().find_map(gitlab::Key::token).ok_or(CannotSign)?;
                        in_clear = true;
                        lines.push((gitlab::TOKEN, token.expose_secret().to_owned()));
                    }
                }
                lines
            }
            Self::Stripe(secrets) => {
                vec![(stripe::SIGNATURE, secrets.first().ok_or(CannotSign)?.sign(timestamp, body))]
            }
        };
        Ok(SentHeaders { lines, in_clear })
    }
}

fn standard_lines(secret: &standard::Secret, occasion: Occasion<'_>, body: &[u8]) -> Vec<(&'static str, String)> {
    let Occasion { id, timestamp, .. } = occasion;
    vec![
        (standard::ID, id.to_owned()),
        (standard::TIMESTAMP, timestamp.to_string()),
        (standard::SIGNATURE, secret.sign(id, timestamp, body)),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::{Clock, Headers, SenderKind};
    use super::*;

    #[test]
    fn what_is_signed_is_taken_and_nothing_else() {
        let occasion = Occasion { id: "id-1", event: "push", timestamp: 1_700_000_000 };
        let clock = Clock { now: 1_700_000_000, tolerance: 300 };
        for kind in SenderKind::ALL {
            let keys = Keys::parse(kind, &["whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned()]).unwrap();
            let sent = keys.sign(occasion, b"{}").unwrap();
            let headers = Headers::new(sent.lines.iter().map(|(name, value)| (*name, value.as_bytes())));
            assert!(keys.verify(&headers, b"{}", clock).is_ok() && !sent.in_clear, "{kind:?}");
            assert!(keys.verify(&headers, b"{ }", clock).is_err(), "{kind:?}");
        }
        let token = Keys::parse(SenderKind::Gitlab, &["a token that is sent in clear".to_owned()]).unwrap();
        assert!(token.sign(occasion, b"{}").unwrap().in_clear);
        let public = "whpk_6kpsY+KcUgq+9VB7Eu7Dki0T8jD62xZ/YAYz2xiJyQM=".to_owned();
        let public = Keys::parse(SenderKind::Standard, &[public]);
        assert!(public.is_err() || public.unwrap().sign(occasion, b"{}").is_err());
    }
}
