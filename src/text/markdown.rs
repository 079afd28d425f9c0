//! Other people's words inside Discord's markdown.
//!
//! Titles, reasons and log lines are shown as they were written: they must not become headings,
//! links, mentions or spoilers, and must not push a message over Discord's limit.

/// Longest message Discord takes. Its documents say characters; UTF-16 units are counted here, of
/// which there are never fewer.
pub const MESSAGE_MAX: usize = 2_000;

/// Takes the meaning from every character that has one in Discord's markdown. Other control
/// characters than line breaks become blanks.
#[must_use]
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut line_start = true;
    for c in text.chars() {
        let c = if c.is_control() && c != '\n' { ' ' } else { c };
        let anywhere = matches!(c, '\\' | '*' | '_' | '~' | '`' | '|' | '[' | ']' | '<' | '>' | '@');
        if anywhere || (line_start && matches!(c, '#' | '-' | '+')) {
            out.push('\\');
        }
        // `1. x` at the start of a line is a numbered list; its text is the same without escaping.
        line_start = c == '\n' || (line_start && c == ' ');
        out.push(c);
    }
    out
}

/// Shortens what is too long for a message, and says so by an ellipsis.
#[must_use]
pub fn fit(text: String) -> String {
    fit_in(text, 0)
}

/// The same, with `taken` UTF-16 units of the message left for something else.
#[must_use]
pub fn fit_in(text: String, taken: usize) -> String {
    let most = MESSAGE_MAX.saturating_sub(taken);
    if text.encode_utf16().count() <= most {
        return text;
    }
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= most.saturating_sub(4)
    });
    let mut kept: String = kept.collect();
    // An escape that lost its character would escape the ellipsis.
    let escapes = kept.chars().rev().take_while(|c| *c == '\\').count();
    if escapes % 2 == 1 {
        kept.pop();
    }
    kept.push_str(" ...");
    kept
}

/// The beginning of a text, of at most `most` characters, with an ellipsis where something is missing.
#[must_use]
pub fn clipped(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most.saturating_sub(1)).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_keeps_a_meaning() {
        assert_eq!(escape("**Tea** & [Co](http://x) <@1> @here"), r"\*\*Tea\*\* & \[Co\](http://x) \<\@1\> \@here");
        assert_eq!(escape("a_b ||c|| `d` ~e~ \\"), r"a\_b \|\|c\|\| \`d\` \~e\~ \\");
        assert_eq!(escape("# a\n  - b - c\n> d\te"), "\\# a\n  \\- b - c\n\\> d e");
    }

    #[test]
    fn a_long_text_fits() {
        assert_eq!(fit("a".repeat(2000)).len(), 2000);
        let cut = fit("\u{1f375}".repeat(1001));
        assert!(cut.encode_utf16().count() <= MESSAGE_MAX);
        assert!(cut.ends_with("\u{1f375} ..."));
        let cut = fit(format!("{}\\*{}", "a".repeat(1995), "b".repeat(9)));
        assert_eq!(cut, format!("{} ...", "a".repeat(1995)));
    }
}
