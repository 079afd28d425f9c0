//! What a store is called: its id, its name and the cell it lives on.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Length of a generated [`StoreId`]: 12 of 32 characters are 60 random bits, enough that a
/// million stores collide with a chance of about one in two million. Admission refuses a collision.
const ID_LEN: usize = 12;
/// Crockford's base32 in lower case: no `i`, `l`, `o`, `u`, so an id can be read out loud.
const ID_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// Longest store name. A DNS label may have 63 characters; 40 leaves room for `-preview` suffixes
/// and keeps messages on one line of a phone.
pub const NAME_MAX: usize = 40;

/// Identifies a store for ever, also after its name was given to another one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoreId(String);

impl StoreId {
    /// Makes an id from random bits (only the low 60 are used).
    #[must_use]
    pub fn from_bits(mut bits: u64) -> Self {
        let mut text = String::with_capacity(ID_LEN);
        for _ in 0..ID_LEN {
            text.push(char::from(ID_ALPHABET[(bits & 31) as usize]));
            bits >>= 5;
        }
        Self(text)
    }

    /// Reads an id; `None` when the text does not have an id's shape.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shaped = text.len() == ID_LEN && text.bytes().all(|b| ID_ALPHABET.contains(&b));
        shaped.then(|| Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The store's own namespace. Derived from the id and not from the name, so that a name can be
    /// used again while the old namespace is still going away.
    #[must_use]
    pub fn namespace(&self) -> String {
        format!("store-{}", self.0)
    }
}

impl fmt::Display for StoreId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for StoreId {
    type Error = &'static str;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a store id")
    }
}

impl From<StoreId> for String {
    fn from(id: StoreId) -> Self {
        id.0
    }
}

/// Why a text cannot be a store's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    #[error("a name needs at least one character")]
    Empty,
    #[error("a name has at most {NAME_MAX} characters")]
    TooLong,
    #[error("a name has only small letters a-z, digits and dashes")]
    Character,
    #[error("a name starts and ends with a letter or a digit")]
    Edge,
}

/// A store's name: one DNS label, since it becomes the first part of the store's address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct StoreName(String);

impl StoreName {
    /// # Errors
    /// The first rule of a DNS label that the text breaks.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > NAME_MAX {
            return Err(NameError::TooLong);
        }
        if !text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-') {
            return Err(NameError::Character);
        }
        if text.starts_with('-') || text.ends_with('-') {
            return Err(NameError::Edge);
        }
        Ok(Self(text.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for StoreName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for StoreName {
    type Error = NameError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<StoreName> for String {
    fn from(name: StoreName) -> Self {
        name.0
    }
}

/// How a person points at a store: by id or by name. A text with the shape of both is tried as an
/// id first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreRef(String);

impl StoreRef {
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_owned())
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn as_id(&self) -> Option<StoreId> {
        StoreId::parse(&self.0)
    }

    #[must_use]
    pub fn as_name(&self) -> Option<StoreName> {
        StoreName::parse(&self.0).ok()
    }
}

impl From<&StoreId> for StoreRef {
    fn from(id: &StoreId) -> Self {
        Self(id.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_reads_back_what_it_writes() {
        let id = StoreId::from_bits(0x0123_4567_89ab_cdef);
        assert_eq!(StoreId::parse(id.as_str()), Some(id.clone()));
        assert_eq!(id.namespace(), format!("store-{id}"));
        assert_eq!(StoreId::parse("short"), None);
        assert_eq!(StoreId::parse("UPPERCASE123"), None);
    }

    #[test]
    fn a_name_is_a_dns_label() {
        assert!(StoreName::parse("tea-shop2").is_ok());
        for (text, why) in [
            ("", NameError::Empty),
            ("Tea", NameError::Character),
            ("tea_shop", NameError::Character),
            ("tea.shop", NameError::Character),
            ("täglich", NameError::Character),
            ("-tea", NameError::Edge),
            ("tea-", NameError::Edge),
        ] {
            assert_eq!(StoreName::parse(text), Err(why), "{text}");
        }
        assert_eq!(StoreName::parse(&"a".repeat(41)), Err(NameError::TooLong));
    }
}
