//! The login of a shop's administrator: its name, a fresh password, and the password's hash as the
//! shop's software keeps it.
//!
//! A password made here is shown once and kept nowhere; only its hash travels on.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256, Sha384};

use super::Bits;
use super::engine::Engine;
use super::store::StoreName;

/// Characters of passwords: none that looks like another, none that a shell or a URL would change.
const PASSWORD_ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz234567890";
/// 32 characters of 5 bits are 160 random bits.
const PASSWORD_LEN: usize = 32;
/// WooCommerce's administrator.
pub const ADMIN_USER: &str = "owner";

/// The administrator's address in a new shop. Nobody reads mail there; the owner may change it.
#[must_use]
pub fn admin_email(store: &StoreName) -> String {
    format!("owner@{store}.example")
}

/// What the owner types in the field above the password.
#[must_use]
pub fn login_name(engine: Engine, store: &StoreName) -> String {
    match engine {
        Engine::Woocommerce => ADMIN_USER.to_owned(),
        Engine::Medusa => admin_email(store),
    }
}

/// A login as it is shown once to the shop's owner. Its password prints nothing of itself.
#[derive(Clone, Debug)]
pub struct Login {
    /// Where to sign in.
    pub url: String,
    pub username: String,
    pub password: SecretString,
}

/// A new random password.
#[must_use]
pub fn password(bits: &Bits) -> SecretString {
    let mut text = String::with_capacity(PASSWORD_LEN);
    while text.len() < PASSWORD_LEN {
        let mut word = bits();
        for _ in 0..12 {
            if text.len() < PASSWORD_LEN {
                text.push(char::from(PASSWORD_ALPHABET[(word & 31) as usize]));
            }
            word >>= 5;
        }
    }
    text.into()
}

/// Random bytes for a hash.
#[must_use]
pub fn salt(bits: &Bits) -> [u8; 32] {
    let mut salt = [0; 32];
    for eight in salt.chunks_mut(8) {
        eight.copy_from_slice(&bits().to_le_bytes()[..eight.len()]);
    }
    salt
}

/// No password could be hashed with these parameters, which are all fixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the password cannot be hashed")]
pub struct HashError;

/// The password's hash in the format of the engine. Takes some ten milliseconds of processor time on
/// purpose: not to be called on a thread that serves others.
///
/// # Errors
/// See [`HashError`].
pub fn hash(engine: Engine, password: &SecretString, salt: [u8; 32]) -> Result<String, HashError> {
    match engine {
        Engine::Woocommerce => wordpress(password.expose_secret(), salt),
        Engine::Medusa => scrypt_kdf(password.expose_secret(), salt),
    }
}

/// Since WordPress 6.8: `$wp` and bcrypt of the base64 of an HMAC, so that no password is too long
/// for bcrypt. Source: `wp_hash_password` in wp-includes/pluggable.php.
fn wordpress(password: &str, salt: [u8; 32]) -> Result<String, HashError> {
    /// PHP's own default before 8.4. WordPress computes the hash anew at a login if it wants more.
    const COST: u32 = 10;
    let mut mac = Hmac::<Sha384>::new_from_slice(b"wp-sha384").map_err(|_| HashError)?;
    mac.update(password.as_bytes());
    let digest = STANDARD.encode(mac.finalize().into_bytes());
    let salt = *salt.first_chunk::<16>().ok_or(HashError)?;
    let parts = bcrypt::hash_with_salt(digest, COST, salt).map_err(|_| HashError)?;
    Ok(format!("$wp{}", parts.format_for_version(bcrypt::Version::TwoY)))
}

/// The format of the npm package scrypt-kdf, in base64 as Medusa's provider `emailpass` keeps it:
/// `"scrypt"`, 0, logN, r and p (big-endian), salt, then 16 bytes of SHA-256 over what came before,
/// then HMAC-SHA256 over all of that, keyed with the second half of the derived key.
fn scrypt_kdf(password: &str, salt: [u8; 32]) -> Result<String, HashError> {
    /// What Medusa asks scrypt-kdf for.
    const LOG_N: u8 = 15;
    const R: u32 = 8;
    const P: u32 = 1;
    let params = scrypt::Params::new(LOG_N, R, P).map_err(|_| HashError)?;
    let mut derived = [0; 64];
    scrypt::scrypt(password.as_bytes(), &salt, &params, &mut derived).map_err(|_| HashError)?;
    let mut out = Vec::with_capacity(96);
    out.extend_from_slice(b"scrypt");
    out.extend_from_slice(&[0, LOG_N]);
    out.extend_from_slice(&R.to_be_bytes());
    out.extend_from_slice(&P.to_be_bytes());
    out.extend_from_slice(&salt);
    let checksum = Sha256::digest(&out);
    out.extend_from_slice(&checksum[..16]);
    let mut mac = Hmac::<Sha256>::new_from_slice(&derived[32..]).map_err(|_| HashError)?;
    mac.update(&out);
    out.extend_from_slice(&mac.finalize().into_bytes());
    Ok(STANDARD.encode(out))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn bits() -> Bits {
        let count = AtomicU64::new(1);
        Arc::new(move || count.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    #[test]
    fn passwords_are_long_different_and_plain() {
        let bits = bits();
        let (a, b) = (password(&bits), password(&bits));
        let (a, b) = (a.expose_secret(), b.expose_secret());
        assert_ne!(a, b);
        assert!(a.len() == PASSWORD_LEN && a.bytes().all(|c| c.is_ascii_alphanumeric()));
        assert_ne!(salt(&bits), salt(&bits));
    }

    /// Made with scrypt-kdf 4 on Node.js, `kdf("correct horse 2345", {logN: 15, r: 8, p: 1})`.
    #[test]
    fn medusas_hash_is_scrypt_kdfs() {
        const MADE: &str = "c2NyeXB0AA8AAAAIAAAAARWHazHn/pmgW2jcAYmvMxKDQVDKnQoNduvm2tIVW6/7avU0sxdNXAoM6fN2M5l1IHMam\
                            PnzLEVU1shSaAXxULsL/chXl4h/BwV3DhefKF57";
        let salt = STANDARD.decode(MADE).unwrap()[16..48].try_into().unwrap();
        let hash = hash(Engine::Medusa, &"correct horse 2345".into(), salt).unwrap();
        assert_eq!(hash, MADE);
    }

    /// The HMAC made with Node.js, the bcrypt hash with libxcrypt's `crypt`, salt and cost as here.
    #[test]
    fn wordpress_hash_is_bcrypt_of_an_hmac() {
        const MADE: &str = "$wp$2y$10$abcdefghijklmnopqrstuuK3zsKpglry8FUPZ.FEcAVQM4IbYCVoe";
        let mut salt = [0; 32];
        let parts: bcrypt::HashParts = MADE.trim_start_matches("$wp").parse().unwrap();
        salt[..16].copy_from_slice(&parts.get_salt_raw());
        let hash = hash(Engine::Woocommerce, &"correct horse 2345".into(), salt).unwrap();
        assert_eq!(hash, MADE);
    }

    #[test]
    fn a_login_does_not_print_its_password() {
        let login = Login { url: "u".to_owned(), username: "owner".to_owned(), password: "hush".into() };
        assert!(!format!("{login:?}").contains("hush"));
    }
}
