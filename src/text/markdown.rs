//! Other people's words inside Discord's markdown.
//!
//! Titles, reasons and log lines are shown as they were written: they must not become headings,
//! links, mentions or spoilers, and must not push a message over Discord's limit.

use jiff::Timestamp;

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

/// A moment as Discord shows it, to each reader in their own time and language: the date, and how far away it is.
#[must_use]
pub fn moment(at: Timestamp) -> String {
    let second = at.as_second();
    format!("<t:{second}:f> (<t:{second}:R>)")
}

/// Length of a text as Discord's limit is counted here.
#[must_use]
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// [`escape`]s what fits into so many units, and says by an ellipsis that there was more.
#[must_use]
pub fn escape_within(text: &str, room: usize) -> String {
    let whole = escape(text);
    if units(&whole) <= room {
        return whole;
    }
    cut(&whole, room)
}

/// Lines of a log, folded away: a code block behind a spoiler, with the last lines that fit into so many units.
/// `None`: there is nothing to show, or no room for it.
///
/// Nothing can be escaped inside. What would end the block or the spoiler is a run of backticks or of bars, so
/// runs are broken up by a character that nobody sees.
#[must_use]
pub fn fold(log: &str, room: usize) -> Option<String> {
    const BEFORE: &str = "||```\n";
    const BEHIND: &str = "\n```||";
    let mut left = room.checked_sub(BEFORE.len() + BEHIND.len()).filter(|left| *left >= FOLD_LEAST)?;
    let mut lines = Vec::new();
    for line in log.trim().lines().rev().filter(|line| !line.trim().is_empty()).take(FOLD_LINES) {
        let line = harmless(line.trim_end());
        let length = units(&line) + 1;
        if length > left {
            break;
        }
        left -= length;
        lines.push(line);
    }
    if lines.is_empty() {
        // The end of a line says more than its beginning.
        let last = harmless(log.trim().lines().last()?);
        let mut room = left;
        let end: Vec<char> = last
            .chars()
            .rev()
            .take_while(|c| {
                let fits = room >= c.len_utf16();
                room = room.saturating_sub(c.len_utf16());
                fits
            })
            .collect();
        lines.push(end.into_iter().rev().collect());
    }
    lines.reverse();
    let text = lines.join("\n");
    (!text.trim().is_empty()).then(|| format!("{BEFORE}{text}{BEHIND}"))
}

/// Fewer units than this say nothing.
const FOLD_LEAST: usize = 40;
/// More lines than this nobody unfolds on a phone.
const FOLD_LINES: usize = 15;

fn harmless(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut before = ' ';
    for c in line.chars() {
        let c = if c.is_control() { ' ' } else { c };
        if matches!(c, '`' | '|') && c == before {
            out.push('\u{200b}');
        }
        out.push(c);
        before = c;
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
    if units(&text) <= most { text } else { cut(&text, most) }
}

/// So many units of a text, the last ones of which say that there was more.
fn cut(text: &str, room: usize) -> String {
    const MORE: &str = " ...";
    let Some(room) = room.checked_sub(MORE.len()) else { return String::new() };
    let mut units = 0;
    let kept = text.chars().take_while(|c| {
        units += c.len_utf16();
        units <= room
    });
    let mut kept: String = kept.collect();
    // An escape that lost its character would escape the ellipsis.
    let escapes = kept.chars().rev().take_while(|c| *c == '\\').count();
    if escapes % 2 == 1 {
        kept.pop();
    }
    kept.push_str(MORE);
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

    /// As Discord reads it: a spoiler ends at the next two bars, a block at the next three backticks.
    #[test]
    fn nothing_in_a_log_ends_its_fold() {
        let folded = fold("a\n\n```||``` ||| ```js\r\n\tend `` | ", 200).unwrap();
        let inner = folded.strip_prefix("||```\n").unwrap().strip_suffix("\n```||").unwrap();
        assert!(!inner.contains("||") && !inner.contains("```"), "{folded}");
        assert_eq!(inner.replace('\u{200b}', ""), "a\n```||``` ||| ```js\n end `` |");
        let within = |room| fold("first line of all\nthe second line\nthe last line", room);
        assert_eq!(within(1_000).unwrap().lines().count(), 5);
        assert_eq!(within(59).unwrap(), "||```\nthe second line\nthe last line\n```||");
        assert_eq!((within(51), fold(" \n ", 1_000)), (None, None));
        for room in 0..300 {
            let long = fold(&"\u{1f375}|`".repeat(100), room);
            assert!(long.is_none_or(|long| units(&long) <= room && long.ends_with("|`\n```||")), "{room}");
        }
        assert_eq!(fold(&"line\n".repeat(100), 2_000).unwrap().lines().count(), FOLD_LINES + 2);
    }

    #[test]
    fn what_is_escaped_within_a_room_says_that_there_was_more() {
        assert_eq!(escape_within("a*b", 4), r"a\*b");
        assert_eq!(escape_within("a*bcdef", 7), r"a\* ...");
        assert_eq!(escape_within("a*bcdef", 6), "a ...");
        assert_eq!(escape_within("a*bcdef", 3), "");
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
