//! What stands within a line: emphasis, code, links, mentions, times.

use super::{Node, Parser};

/// Styles of `<t:…:style>`.
const TIME_STYLES: &str = "tTdDfFRsS";

impl Parser {
    /// The node that begins here, and its length in bytes; `None`: nothing but a character.
    pub(super) fn span(self, rest: &str) -> Option<(Node, usize)> {
        match rest.as_bytes().first()? {
            b'\\' => escaped(rest),
            b'`' => code_block(rest).or_else(|| code(rest)),
            b'*' => self.strong(rest).or_else(|| self.starred(rest)),
            b'_' => self.underline(rest).or_else(|| self.underscored(rest)),
            b'~' => self.between(rest, "~~").map(|(inner, length)| (Node::Strike(inner), length)),
            b'|' => self.spoiler(rest),
            b'[' => self.named_link(rest),
            b'<' => pointed(rest),
            b'@' => ["@everyone", "@here"]
                .into_iter()
                .find(|word| rest.starts_with(word))
                .map(|word| (Node::Everyone(word), word.len())),
            b'h' => address(rest),
            first if first.is_ascii_alphanumeric() => Some(word(rest)),
            _ => None,
        }
    }

    fn strong(self, rest: &str) -> Option<(Node, usize)> {
        let end = close(rest, "**")?;
        // `***` closes the inner one first.
        let end = if rest.get(end + 2..)?.starts_with('*') { end + 1 } else { end };
        let inner = rest.get(2..end).filter(|inner| !inner.is_empty() && !inner.starts_with(' '))?;
        Some((Node::Strong(self.inside().nodes(inner, false)), end + 2))
    }

    fn underline(self, rest: &str) -> Option<(Node, usize)> {
        let end = close(rest, "__")?;
        let end = if rest.get(end + 2..)?.starts_with('_') { end + 1 } else { end };
        let inner = rest.get(2..end).filter(|inner| !inner.is_empty())?;
        Some((Node::Underline(self.inside().nodes(inner, false)), end + 2))
    }

    /// `*x*`, but neither `2 * 3 * 4` nor a list.
    fn starred(self, rest: &str) -> Option<(Node, usize)> {
        let end = close(rest, "*")?;
        let inner = rest.get(1..end).filter(|inner| !inner.is_empty())?;
        let hugged = !inner.starts_with(char::is_whitespace) && !inner.ends_with(char::is_whitespace);
        hugged.then(|| (Node::Emphasis(self.inside().nodes(inner, false)), end + 1))
    }

    /// `_x_`, where a word ends behind it.
    fn underscored(self, rest: &str) -> Option<(Node, usize)> {
        let end = close(rest, "_")?;
        let inner = rest.get(1..end).filter(|inner| !inner.is_empty())?;
        let ends = !rest.get(end + 1..)?.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        ends.then(|| (Node::Emphasis(self.inside().nodes(inner, false)), end + 1))
    }

    fn between(self, rest: &str, mark: &str) -> Option<(Vec<Node>, usize)> {
        let inner = rest.strip_prefix(mark)?;
        let end = inner.find(mark).filter(|end| *end > 0)?;
        Some((self.inside().nodes(&inner[..end], false), end + 2 * mark.len()))
    }

    fn spoiler(self, rest: &str) -> Option<(Node, usize)> {
        self.between(rest, "||").map(|(inner, length)| (Node::Spoiler(inner), length))
    }

    fn named_link(self, rest: &str) -> Option<(Node, usize)> {
        let (text, after) = rest.strip_prefix('[')?.split_once("](")?;
        let (url, _) = after.split_once(')')?;
        let fits = !text.is_empty() && !text.contains('\n') && is_address(url) && !url.contains(char::is_whitespace);
        let length = text.len() + url.len() + "[]()".len();
        fits.then(|| (Node::Link { url: url.to_owned(), text: Some(self.inside().nodes(text, false)) }, length))
    }
}

/// Where `mark` closes what it opened at the start of `rest`. What a backslash precedes closes
/// nothing, and neither does half of a longer mark.
fn close(rest: &str, mark: &str) -> Option<usize> {
    let inner = rest.strip_prefix(mark)?;
    let sign = mark.chars().next()?;
    let mut at = 0;
    while let Some(here) = inner.get(at..).filter(|here| !here.is_empty()) {
        if here.starts_with('\\') {
            at += 1 + here.chars().nth(1).map_or(0, char::len_utf8);
            continue;
        }
        let run = here.chars().take_while(|c| *c == sign).count();
        // A pair inside of a single mark belongs to another node.
        if mark.len() == 1 && run == 2 {
            at += 2;
            continue;
        }
        if run >= mark.len() {
            return Some(at + mark.len());
        }
        at += here.chars().next().map_or(1, char::len_utf8);
    }
    None
}

/// Letters and digits at once: nothing begins within a word but an address.
fn word(rest: &str) -> (Node, usize) {
    let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
    (Node::Text(rest[..end].to_owned()), end)
}

fn escaped(rest: &str) -> Option<(Node, usize)> {
    let sign = rest.chars().nth(1).filter(char::is_ascii_punctuation)?;
    Some((Node::Text(sign.to_string()), 2))
}

fn code_block(rest: &str) -> Option<(Node, usize)> {
    let inner = rest.strip_prefix("```")?;
    let end = inner.find("```").filter(|end| *end > 0)?;
    let code = &inner[..end];
    let code = match code.split_once('\n') {
        // The first line names the language, or is empty.
        Some((first, more)) if first.chars().all(|c| c.is_ascii_alphanumeric() || "+-._#".contains(c)) => more,
        _ => code,
    };
    Some((Node::CodeBlock(code.trim_end_matches('\n').to_owned()), end + 6))
}

fn code(rest: &str) -> Option<(Node, usize)> {
    let marks = rest.chars().take_while(|c| *c == '`').count();
    let inner = &rest[marks..];
    let mut at = 0;
    while let Some(found) = inner.get(at..)?.find('`') {
        let run = inner[at + found..].chars().take_while(|c| *c == '`').count();
        if run == marks {
            let code = inner[..at + found].trim_matches(' ');
            return Some((Node::Code(code.to_owned()), at + found + 2 * marks)).filter(|_| !code.is_empty());
        }
        at += found + run;
    }
    None
}

fn is_address(url: &str) -> bool {
    ["http://", "https://"].iter().any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
}

fn address(rest: &str) -> Option<(Node, usize)> {
    let end = rest.find(|c: char| c.is_whitespace() || "<>|`".contains(c)).unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(['.', ',', ':', ';', '"', '\'', ')', ']', '*', '_', '!', '?']);
    match is_address(url) {
        true => Some((Node::Link { url: url.to_owned(), text: None }, url.len())),
        false => Some(word(rest)),
    }
}

/// Everything in angle brackets.
fn pointed(rest: &str) -> Option<(Node, usize)> {
    let (inner, _) = rest.strip_prefix('<')?.split_once('>')?;
    let length = inner.len() + 2;
    let node = match inner.as_bytes().first()? {
        b'@' if inner.starts_with("@&") => Node::Role(inner.get(2..)?.parse().ok()?),
        b'@' => Node::User(inner.get(1..)?.trim_start_matches('!').parse().ok()?),
        b'#' => Node::Channel(inner.get(1..)?.parse().ok()?),
        b'/' => command(inner.get(1..)?)?,
        b't' => time(inner.strip_prefix("t:")?)?,
        b':' | b'a' => emoji(inner)?,
        _ if is_address(inner) && !inner.contains(char::is_whitespace) => {
            Node::Link { url: inner.to_owned(), text: None }
        }
        _ => return None,
    };
    Some((node, length))
}

fn command(inner: &str) -> Option<Node> {
    let (words, id) = inner.rsplit_once(':')?;
    id.parse::<u64>().ok()?;
    Some(Node::Command(words.to_owned()))
}

fn emoji(inner: &str) -> Option<Node> {
    let (name, id) = inner.strip_prefix('a').unwrap_or(inner).strip_prefix(':')?.split_once(':')?;
    id.parse::<u64>().ok()?;
    Some(Node::Emoji(name.to_owned()))
}

fn time(inner: &str) -> Option<Node> {
    let (seconds, style) = inner.split_once(':').unwrap_or((inner, "f"));
    let mut letters = style.chars();
    let style = letters.next().filter(|style| TIME_STYLES.contains(*style) && letters.next().is_none())?;
    Some(Node::Time(seconds.parse().ok()?, style))
}
