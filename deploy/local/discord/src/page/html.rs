//! Text made safe for HTML and for addresses.

use std::fmt::Write as _;

/// For text and for attributes in either kind of quotes.
pub(crate) fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut escaped, c| {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
        escaped
    })
}

/// Percent-encodes everything but letters and digits.
pub(super) fn in_url(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// What a form sends along without showing it.
pub(crate) fn hidden(name: &str, value: &str) -> String {
    format!("<input type=hidden name='{name}' value='{}'>", escape(value))
}
