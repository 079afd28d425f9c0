//! Discord's dialect of markdown, as far as bots write it: from text to nodes. Pure; nothing here
//! knows HTML, so nothing written by others can become markup.
//!
//! The rules are those people see in Discord, odd ones too: a spoiler ends at the next `||`
//! whatever stands between, and a backslash takes the meaning from the punctuation behind it.

mod blocks;
mod html;
mod spans;

pub(super) use html::Names;

/// Nobody nests deeper than this on purpose; what is deeper stays text.
const DEEPEST: usize = 16;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Node {
    Text(String),
    Break,
    Strong(Vec<Node>),
    Emphasis(Vec<Node>),
    Underline(Vec<Node>),
    Strike(Vec<Node>),
    Spoiler(Vec<Node>),
    Code(String),
    CodeBlock(String),
    Link {
        url: String,
        text: Option<Vec<Node>>,
    },
    User(u64),
    Role(u64),
    Channel(u64),
    /// `@everyone` or `@here`.
    Everyone(&'static str),
    /// `</store list:1>`: the command's words.
    Command(String),
    /// `<:tea:1>`: the emoji's name.
    Emoji(String),
    /// Unix seconds, and one of Discord's style letters.
    Time(i64, char),
    Heading(u8, Vec<Node>),
    Subtext(Vec<Node>),
    Quote(Vec<Node>),
    /// Items with their depth; `Some`: numbered from there.
    List(Option<u32>, Vec<(u8, Vec<Node>)>),
}

impl Node {
    /// Stands on lines of its own, so that the line break behind it shows nothing.
    fn is_block(&self) -> bool {
        matches!(self, Self::CodeBlock(_) | Self::Heading(..) | Self::Subtext(_) | Self::Quote(_) | Self::List(..))
    }
}

/// The HTML of a message's text.
pub(super) fn formatted(text: &str, names: &Names<'_>) -> String {
    html::of(&Parser { depth: 0, quoted: false }.nodes(text, true), names)
}

/// Where in the nesting a text is read.
#[derive(Clone, Copy)]
struct Parser {
    depth: usize,
    /// Quotes do not nest.
    quoted: bool,
}

impl Parser {
    /// Reads a text; `fresh`: it begins at the start of a line.
    fn nodes(self, text: &str, fresh: bool) -> Vec<Node> {
        if self.depth > DEEPEST {
            return vec![Node::Text(text.to_owned())];
        }
        let mut nodes = Vec::new();
        let mut at = 0;
        while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
            let line_start = if at == 0 { fresh } else { text[..at].ends_with('\n') };
            let block = line_start.then(|| self.block(rest)).flatten();
            let (node, length) = block.or_else(|| self.span(rest)).unwrap_or_else(|| plain(rest));
            at += length;
            push(&mut nodes, node);
        }
        nodes
    }

    fn inside(self) -> Self {
        Self { depth: self.depth + 1, ..self }
    }
}

/// Joins texts, and drops the one line break behind a block.
fn push(nodes: &mut Vec<Node>, node: Node) {
    match (nodes.last_mut(), node) {
        (Some(Node::Text(before)), Node::Text(more)) => before.push_str(&more),
        (Some(last), Node::Break) if last.is_block() => {}
        (_, node) => nodes.push(node),
    }
}

/// One character that means nothing, or a line break.
fn plain(rest: &str) -> (Node, usize) {
    match rest.chars().next() {
        Some('\n') => (Node::Break, 1),
        Some(c) => (Node::Text(c.to_string()), c.len_utf8()),
        None => (Node::Text(String::new()), 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<Node> {
        Parser { depth: 0, quoted: false }.nodes(text, true)
    }

    fn text(text: &str) -> Node {
        Node::Text(text.to_owned())
    }

    #[test]
    fn signs_around_words_change_how_they_look() {
        let strong = Node::Strong(vec![text("a "), Node::Emphasis(vec![text("b")])]);
        assert_eq!(read("**a *b***"), [strong]);
        assert_eq!(read("__u__ _e_"), [Node::Underline(vec![text("u")]), text(" "), Node::Emphasis(vec![text("e")])]);
        assert_eq!(read("~~gone~~"), [Node::Strike(vec![text("gone")])]);
        for same in ["snake_case_name", "2 * 3 * 4", "**open", "a ** b", "||open"] {
            assert_eq!(read(same), [text(same)], "{same}");
        }
    }

    #[test]
    fn a_backslash_makes_a_sign_only_itself() {
        assert_eq!(read(r"\*\*x\*\* \<\@1\> \\ \a"), [text(r"**x** <@1> \ \a")]);
        assert_eq!(read("\\# not a heading"), [text("# not a heading")]);
    }

    #[test]
    fn spoilers_fold_words_and_blocks() {
        assert_eq!(read("||**x**||"), [Node::Spoiler(vec![Node::Strong(vec![text("x")])])]);
        let folded = Node::Spoiler(vec![Node::CodeBlock("one\ntwo".to_owned())]);
        assert_eq!(read("Log:\n||```\none\ntwo\n```||"), [text("Log:"), Node::Break, folded]);
    }

    #[test]
    fn code_is_shown_as_it_is() {
        assert_eq!(read("`**x**`"), [Node::Code("**x**".to_owned())]);
        assert_eq!(read("``a ` b``"), [Node::Code("a ` b".to_owned())]);
        assert_eq!(read("```rust\nlet x;\n```\nend"), [Node::CodeBlock("let x;".to_owned()), text("end")]);
        assert_eq!(read("```one```"), [Node::CodeBlock("one".to_owned())]);
    }

    #[test]
    fn addresses_become_links_and_others_do_not() {
        let link = |url: &str| Node::Link { url: url.to_owned(), text: None };
        assert_eq!(read("see http://a.b/c?d=e."), [text("see "), link("http://a.b/c?d=e"), text(".")]);
        assert_eq!(read("<https://a.b>"), [link("https://a.b")]);
        let named = Node::Link { url: "https://a.b".to_owned(), text: Some(vec![text("Shop")]) };
        assert_eq!(read("[Shop](https://a.b)"), [named]);
        assert_eq!(read("[x](javascript:alert(1))"), [text("[x](javascript:alert(1))")]);
    }

    #[test]
    fn mentions_and_times_are_read() {
        assert_eq!(
            read("<@1><@!2><@&3><#4></store list:5><:tea:6><t:7><t:8:R>@here"),
            [
                Node::User(1),
                Node::User(2),
                Node::Role(3),
                Node::Channel(4),
                Node::Command("store list".to_owned()),
                Node::Emoji("tea".to_owned()),
                Node::Time(7, 'f'),
                Node::Time(8, 'R'),
                Node::Everyone("@here"),
            ]
        );
        for same in ["<@x>", "<t:soon>", "<t:1:X>", "a < b > c"] {
            assert_eq!(read(same), [text(same)], "{same}");
        }
    }

    #[test]
    fn lines_become_blocks() {
        assert_eq!(
            read("# One\n-# small\n> a\n> b\nend"),
            [
                Node::Heading(1, vec![text("One")]),
                Node::Subtext(vec![text("small")]),
                Node::Quote(vec![text("a"), Node::Break, text("b")]),
                text("end"),
            ]
        );
        let item = |depth, words: &str| (depth, vec![text(words)]);
        assert_eq!(read("- a\n  - b\n* c"), [Node::List(None, vec![item(0, "a"), item(1, "b"), item(0, "c")])]);
        assert_eq!(read("3. a\n4. b"), [Node::List(Some(3), vec![item(0, "a"), item(0, "b")])]);
        for same in ["#no", "-no", "1.no"] {
            assert_eq!(read(same), [text(same)], "{same}");
        }
    }

    #[test]
    fn nothing_nests_for_ever() {
        let deep = format!("{}x{}", "**__".repeat(500), "__**".repeat(500));
        assert!(!read(&deep).is_empty());
        let open = "||*_`<[".repeat(600);
        assert!(!read(&open).is_empty());
    }
}
