//! Who may call the API: holders of storebot's own tokens, and of those of other [issuers](super::issuers).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{SigningKey, VerifyingKey};
use secrecy::SecretSlice;

use super::issuers::{Issuer, read_issuer};
use super::reader::{Reader, unique};

/// Fewest bytes of an HS256 key: as many as its signatures have (RFC 7518, 3.2).
const SECRET_MIN: usize = 32;
/// Longest name of a key, in bytes.
const KID_MAX: usize = 128;
#[derive(Clone, Debug)]
pub struct Auth {
    pub issuer: String,
    pub audience: String,
    /// From `iat` to `exp`, of any token.
    pub longest_life: Duration,
    /// The first that can sign signs, all verify.
    pub keys: Vec<TokenKey>,
    pub issuers: Vec<Issuer>,
}

#[derive(Clone, Debug)]
pub struct TokenKey {
    pub kid: String,
    pub material: KeyMaterial,
}

#[derive(Clone, Debug)]
pub enum KeyMaterial {
    Hs256(SecretSlice<u8>),
    Ed25519 {
        public: [u8; 32],
        /// `None`: this key verifies only.
        seed: Option<SecretSlice<u8>>,
    },
}

pub(super) fn read(mut r: Reader<'_>) -> Auth {
    let auth = Auth {
        issuer: r.required("issuer", "the `iss` of own tokens"),
        audience: r.required("audience", "the `aud` of own tokens"),
        longest_life: r.duration("longest_life"),
        keys: r.each("keys", read_key),
        issuers: r.each("issuers", read_issuer),
    };
    let mut alone = |what: &str, values: &mut dyn Iterator<Item = &str>| unique(values, what, r.faults());
    alone("auth.keys", &mut auth.keys.iter().map(|k| k.kid.as_str()));
    alone("auth.issuers", &mut auth.issuers.iter().map(|i| i.name.as_str()));
    // Whose tokens they are is told by `iss` alone.
    let own = std::iter::once(auth.issuer.as_str());
    alone("auth.issuers.issuer", &mut auth.issuers.iter().map(|i| i.issuer.as_str()).chain(own));
    // Repository 7 of one server is not repository 7 of another one.
    alone("auth.issuers.prefix", &mut auth.issuers.iter().map(|i| i.prefix.as_str()));
    auth
}

fn read_key(mut r: Reader<'_>) -> Option<TokenKey> {
    let kid = r.required("kid", "a name for the key, such as 2026-11");
    if kid.len() > KID_MAX || !kid.bytes().all(|b| b.is_ascii_graphic()) {
        r.fault("kid", format!("has at most {KID_MAX} printable ASCII characters without blanks"));
    }
    let read = r.choice("alg", &[("HS256", read_hs256 as fn(&mut Reader<'_>) -> _), ("EdDSA", read_ed25519)])?;
    Some(TokenKey { kid, material: read(&mut r)? })
}

fn read_hs256(r: &mut Reader<'_>) -> Option<KeyMaterial> {
    foreign(r, &["private_key", "public_key"], "alg = \"EdDSA\"");
    let secret = r.required("secret", "base64 of at least 32 random bytes");
    let bytes = STANDARD.decode(&secret).unwrap_or_default();
    if bytes.len() >= SECRET_MIN {
        return Some(KeyMaterial::Hs256(bytes.into()));
    }
    if !secret.is_empty() {
        r.fault("secret", "is not the base64 of at least 32 bytes; make one with: openssl rand -base64 32");
    }
    None
}

fn read_ed25519(r: &mut Reader<'_>) -> Option<KeyMaterial> {
    foreign(r, &["secret"], "alg = \"HS256\"");
    let (private, public) = (r.string("private_key"), r.string("public_key"));
    if private.is_empty() && public.is_empty() {
        r.fault("private_key", "is missing: a private key to sign with, or public_key alone to verify only");
        return None;
    }
    let seed = (!private.is_empty()).then(|| ed25519_seed(&private));
    if seed == Some(None) {
        r.fault("private_key", "is no Ed25519 key as PEM or base64; make one with: openssl genpkey -algorithm ed25519");
    }
    let given = (!public.is_empty()).then(|| ed25519_public(&public));
    if given == Some(None) {
        r.fault(
            "public_key",
            "is no Ed25519 key as PEM or base64; take it from the private key with: openssl pkey -pubout",
        );
    }
    let derived = seed.flatten().map(|seed| SigningKey::from_bytes(&seed).verifying_key().to_bytes());
    if let (Some(derived), Some(Some(given))) = (derived, given)
        && derived != given
    {
        r.fault("public_key", "does not belong to private_key; leave it out");
    }
    let seed = seed.flatten().map(|seed| seed.to_vec().into());
    Some(KeyMaterial::Ed25519 { public: derived.or(given.flatten())?, seed })
}

/// Says that keys of a section are for something else.
fn foreign(r: &mut Reader<'_>, keys: &[&str], of: &str) {
    for key in keys.iter().filter(|key| !r.string(key).is_empty()).collect::<Vec<_>>() {
        r.fault(key, format!("is for {of}"));
    }
}

/// What stands between the lines of a PEM, or all of a text, base64-decoded.
fn der(text: &str) -> Option<Vec<u8>> {
    let inner: String =
        text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::split_whitespace).collect();
    STANDARD.decode(inner).ok()
}

/// The seed of a private key: as it is, or within PKCS#8 (RFC 8410).
fn ed25519_seed(text: &str) -> Option<[u8; 32]> {
    const OF_ED25519: [u8; 11] = [0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];
    let der = der(text)?;
    let seed = match der.as_slice() {
        [0x30, _, 0x02, 0x01, 0 | 1, rest @ ..] => rest.strip_prefix(&OF_ED25519)?.get(..32)?,
        seed => seed,
    };
    seed.try_into().ok()
}

/// A public key: as it is, or with what it is for (RFC 8410).
fn ed25519_public(text: &str) -> Option<[u8; 32]> {
    const OF_ED25519: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    let der = der(text)?;
    let point = der.strip_prefix(&OF_ED25519).unwrap_or(&der).try_into().ok()?;
    VerifyingKey::from_bytes(&point).ok().filter(|key| !key.is_weak()).map(|key| key.to_bytes())
}

#[cfg(test)]
mod tests;
