//! What takes whole lines: headings, subtext, quotes, lists.

use super::{Node, Parser};

impl Parser {
    /// The block that begins at this start of a line, and its length in bytes.
    pub(super) fn block(self, rest: &str) -> Option<(Node, usize)> {
        self.heading(rest).or_else(|| self.subtext(rest)).or_else(|| self.quote(rest)).or_else(|| self.list(rest))
    }

    fn heading(self, rest: &str) -> Option<(Node, usize)> {
        let level = (1..=3_u8).find(|level| rest.trim_start_matches('#').len() + usize::from(*level) == rest.len())?;
        let line = line(rest);
        let words = line.get(usize::from(level)..)?.strip_prefix(' ')?.trim();
        (!words.is_empty()).then(|| (Node::Heading(level, self.inside().nodes(words, false)), line.len()))
    }

    fn subtext(self, rest: &str) -> Option<(Node, usize)> {
        let line = line(rest);
        let words = line.strip_prefix("-# ")?.trim();
        (!words.is_empty()).then(|| (Node::Subtext(self.inside().nodes(words, false)), line.len()))
    }

    fn quote(self, rest: &str) -> Option<(Node, usize)> {
        if self.quoted {
            return None;
        }
        let inside = Self { quoted: true, ..self.inside() };
        if let Some(all) = rest.strip_prefix(">>> ") {
            return Some((Node::Quote(inside.nodes(all, true)), rest.len()));
        }
        let mut lines = Vec::new();
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            let Some(words) = line.strip_prefix("> ") else { break };
            lines.push(words);
            length += line.len();
        }
        let words = lines.concat();
        (!lines.is_empty()).then(|| (Node::Quote(inside.nodes(words.trim_end_matches('\n'), true)), length))
    }

    /// Lines that are items of one kind, one after the other.
    fn list(self, rest: &str) -> Option<(Node, usize)> {
        let first = item(line(rest))?;
        let mut items = Vec::new();
        let mut length = 0;
        for line in rest.split_inclusive('\n') {
            let Some(next) =
                item(line.trim_end_matches('\n')).filter(|next| next.number.is_some() == first.number.is_some())
            else {
                break;
            };
            items.push((next.depth, self.inside().nodes(next.words, false)));
            length += line.len();
        }
        Some((Node::List(first.number, items), length))
    }
}

fn line(rest: &str) -> &str {
    rest.split('\n').next().unwrap_or_default()
}

struct Item<'a> {
    depth: u8,
    number: Option<u32>,
    words: &'a str,
}

fn item(line: &str) -> Option<Item<'_>> {
    let after = line.trim_start_matches(' ');
    let depth = u8::try_from((line.len() - after.len()) / 2).unwrap_or(u8::MAX).min(8);
    let bullet = after.strip_prefix("- ").or_else(|| after.strip_prefix("* "));
    let numbered = || {
        let (number, words) = after.split_once(". ")?;
        Some((number.parse().ok()?, words))
    };
    let (number, words) = match bullet {
        Some(words) => (None, words),
        None => numbered().map(|(number, words)| (Some(number), words))?,
    };
    Some(Item { depth, number, words: words.trim() }).filter(|item| !item.words.is_empty())
}
