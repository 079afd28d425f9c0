//! Names, ids and addresses.

use std::sync::LazyLock;

use regex::Regex;

use super::findings::Findings;

/// "Application Command Naming" of the documentation, with its own length limit.
const NAME: &str = r"^[-_'\p{L}\p{N}\p{sc=Deva}\p{sc=Thai}]{1,32}$";

/// Whether slash commands and options may be called so; letters that have a lower case must be in it.
pub(super) fn is_command_name(name: &str) -> bool {
    // A pattern that does not compile would refuse every name, which every test would notice.
    static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(NAME).ok());
    PATTERN.as_ref().is_some_and(|pattern| pattern.is_match(name)) && name == name.to_lowercase()
}

/// A decimal number of 64 bits without leading zeros.
pub(super) fn is_snowflake(text: &str) -> bool {
    text.parse::<u64>().is_ok_and(|id| id.to_string() == text)
}

pub(super) fn address(text: &str, (most, schemes): (usize, &[&str]), found: &mut Findings) {
    if text.chars().count() > most {
        return found.add("BASE_TYPE_MAX_LENGTH", format!("Must be {most} or fewer in length."));
    }
    match reqwest::Url::parse(text) {
        Ok(url) if !schemes.contains(&url.scheme()) => {
            let message = format!("Scheme {:?} is not supported. Scheme must be one of {schemes:?}.", url.scheme());
            found.add("URL_TYPE_INVALID_SCHEME", message);
        }
        Ok(url) if url.host_str().is_some_and(|host| !host.is_empty()) => {}
        _ => found.add("URL_TYPE_INVALID_URL", "Not a well formed URL."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_words_of_any_script_in_lower_case() {
        for good in ["store", "store-admin", "wake_up", "l'heure", "größe", "магазин", "ร้านค้า", "दुकान", "店", "7"]
        {
            assert!(is_command_name(good), "{good}");
        }
        for bad in ["", "Store", "my store", "store.admin", "a/b", "Größe", "🗑", "ä\u{301}x\u{20e3}"] {
            assert!(!is_command_name(bad), "{bad}");
        }
        assert!(is_command_name(&"ä".repeat(32)) && !is_command_name(&"ä".repeat(33)));
    }
}
