//! Takes secrets out of what a program or the cluster said before anybody reads it. Pure.
//!
//! Programs print their configuration when they fail, and a shop's log lines end up in messages. What
//! looks like a secret is not shown; a word too many is no loss.

/// Words that name a secret. What follows one and `=` or `:` is taken out.
const NAMES: [&str; 8] = ["password", "passwd", "pwd", "secret", "token", "apikey", "api_key", "authorization"];
/// What secrets begin with.
const PREFIXES: [&str; 8] = ["whsec_", "eyJ", "pk_", "sk_", "ghp_", "glpat-", "$2y$", "$wp$"];
/// Words of letters and digits from this length on are generated ones.
const GENERATED_MIN: usize = 24;
const MASK: &str = "***";
/// Lines of a raw text that are shown, and how many characters of all of them.
const LINES: usize = 3;
const SHOWN_MAX: usize = 400;

/// What a sentence for people may quote of a raw text: its last lines, without secrets, bounded.
#[must_use]
pub fn shown(text: &str) -> String {
    let text = mask(text);
    let lines: Vec<_> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let last = lines.get(lines.len().saturating_sub(LINES)..).unwrap_or_default().join(" / ");
    match last.char_indices().nth(SHOWN_MAX) {
        Some((at, _)) => format!("{}…", last.get(..at).unwrap_or_default()),
        None => last,
    }
}

/// The text without what looks like a secret.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    // What the next word is the value of.
    let mut secret_follows = false;
    for (gap, word) in words(text) {
        out.push_str(gap);
        let bare = word.trim_matches(|c: char| !c.is_alphanumeric());
        let scheme = bare.eq_ignore_ascii_case("bearer") || bare.eq_ignore_ascii_case("basic");
        if secret_follows && !bare.is_empty() && !scheme {
            out.push_str(MASK);
            secret_follows = false;
        } else {
            out.push_str(&mask_word(word));
            secret_follows = scheme || (bare.is_empty() && secret_follows) || asks_for_value(word);
        }
    }
    out
}

/// Words, each with the blanks before it; the last may be empty.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let begin = rest.find(|c: char| !c.is_whitespace()).unwrap_or(rest.len());
        let (gap, tail) = rest.split_at(begin);
        let end = tail.find(char::is_whitespace).unwrap_or(tail.len());
        let (word, tail) = tail.split_at(end);
        rest = tail;
        Some((gap, word))
    })
}

/// `password:` and `"token":` at the end of a word.
fn asks_for_value(word: &str) -> bool {
    let word = word.trim_end_matches(['"', '\'']);
    word.ends_with([':', '=']) && names_secret(word)
}

fn names_secret(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    NAMES.iter().any(|name| lower.contains(name))
}

fn mask_word(word: &str) -> String {
    if let Some((scheme, rest)) = word.split_once("://")
        && let Some((_, host)) = rest.split_once('@')
    {
        return format!("{scheme}://{MASK}@{host}");
    }
    if let Some(at) = word.find(['=', ':'])
        && names_secret(&word[..at])
        && word[at + 1..].chars().any(char::is_alphanumeric)
    {
        return format!("{}{MASK}", &word[..=at]);
    }
    let bare = word.trim_matches(|c: char| !c.is_alphanumeric() && c != '$');
    let begins = PREFIXES.iter().any(|p| bare.starts_with(p) && bare.len() >= p.len() + 8);
    if begins || is_generated(bare) { word.replace(bare, MASK) } else { word.to_owned() }
}

fn is_generated(word: &str) -> bool {
    word.len() >= GENERATED_MIN
        && word.bytes().all(|b| b.is_ascii_alphanumeric())
        && word.bytes().any(|b| b.is_ascii_digit())
        && word.bytes().any(|b| b.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_taken_out() {
        for (said, shown) in [
            ("no such table wp_options", "no such table wp_options"),
            ("cannot reach postgres://shop:hush@database:5432/shop", "cannot reach postgres://***@database:5432/shop"),
            ("DATABASE_PASSWORD=hush failed", "DATABASE_PASSWORD=*** failed"),
            ("\"password\": \"hush\", next", "\"password\": *** next"),
            ("password : hush", "password : hush"),
            ("Authorization: Bearer abc.def", "Authorization: Bearer ***"),
            ("key pk_abcdefgh23456789 is unknown", "key *** is unknown"),
            ("hash $wp$2y$10$abcdefghijk", "hash ***"),
            ("Access denied (using password: YES)", "Access denied (using password: ***"),
            ("got k7m2abcdefghjkmnpqrstuvwxyz23456 back", "got *** back"),
            ("wp_woocommerce_shipping_zone_methods is missing", "wp_woocommerce_shipping_zone_methods is missing"),
            ("GET http://shop/wp-json/wc/store/v1/cart: 500", "GET http://shop/wp-json/wc/store/v1/cart: 500"),
            ("", ""),
            ("  täglich \n", "  täglich \n"),
        ] {
            assert_eq!(mask(said), shown);
        }
    }
}
