//! Ed25519 signatures over interactions: the signed message is the timestamp followed by the raw
//! body (interactions overview, "Setting up an endpoint: validating security request headers").

use ed25519_dalek::{Signer as _, SigningKey};

/// Header with the hex of the 64-byte signature.
pub const SIGNATURE_HEADER: &str = "X-Signature-Ed25519";
/// Header with the timestamp that was signed together with the body.
pub const TIMESTAMP_HEADER: &str = "X-Signature-Timestamp";

/// The private half of the application's key pair, which only Discord has in real life.
#[derive(Clone)]
pub struct Signer(SigningKey);

impl Signer {
    /// From the 32-byte private seed.
    #[must_use]
    pub fn new(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// What the developer portal shows as "Public Key": 64 hex digits.
    #[must_use]
    pub fn public_key_hex(&self) -> String {
        hex::encode(self.0.verifying_key().to_bytes())
    }

    /// The signature's 128 hex digits.
    #[must_use]
    pub fn sign(&self, timestamp: &str, body: &[u8]) -> String {
        let message = [timestamp.as_bytes(), body].concat();
        hex::encode(self.0.sign(&message).to_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_the_rfc_8032_key_as_two_other_implementations_do() {
        let seed = hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60").unwrap();
        let signer = Signer::new(seed.try_into().unwrap());
        assert_eq!(signer.public_key_hex(), "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        assert_eq!(
            signer.sign("1700000000", br#"{"type":1}"#),
            "1695961a47c91a1ec033b819b7e87e3dbc583dd0cee6d1fd0216f58ac87b6228ae531ddbf91fb7bc28d7edf7f08604da16f54624f38a6bc0614e4dc13cd47f0f"
        );
    }
}
