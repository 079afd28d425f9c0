//! A secret that is kept with a record: an interaction's token, a receiver's address.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Prints nothing of itself and is wiped when it is dropped. Unlike secrecy's own types it can be
/// compared, and it is written down as it is: whoever serialises it has to know where to.
#[derive(Clone)]
pub struct SecretText(SecretString);

impl SecretText {
    /// For the one place that sends it.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<SecretString> for SecretText {
    fn from(text: SecretString) -> Self {
        Self(text)
    }
}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretText(..)")
    }
}

impl PartialEq for SecretText {
    /// Of two that storebot has itself; never of one with what a stranger says.
    fn eq(&self, other: &Self) -> bool {
        self.expose() == other.expose()
    }
}

impl Eq for SecretText {}

impl Serialize for SecretText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.expose())
    }
}

impl<'de> Deserialize<'de> for SecretText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_written_down_and_never_printed() {
        let token = SecretText::from("hush".to_owned());
        assert_eq!(serde_json::to_string(&token).unwrap(), "\"hush\"");
        assert_eq!(serde_json::from_str::<SecretText>("\"hush\"").unwrap(), token);
        assert!(!format!("{token:?}").contains("hush"));
    }
}
