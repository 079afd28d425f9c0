//! Nodes as HTML. Everything that was written by somebody is escaped here, and only here.

use jiff::Timestamp;

use super::super::html::escape;
use super::Node;
use crate::state::World;

/// What mentions are called, and for whom.
pub(in crate::page) struct Names<'a> {
    pub(in crate::page) world: &'a World,
    /// Who looks: a mention of them stands out.
    pub(in crate::page) viewer: u64,
}

pub(super) fn of(nodes: &[Node], names: &Names<'_>) -> String {
    nodes.iter().map(|node| one(node, names)).collect()
}

fn one(node: &Node, names: &Names<'_>) -> String {
    let around = |tag: &str, inner: &[Node]| format!("<{tag}>{}</{tag}>", of(inner, names));
    match node {
        Node::Text(text) => escape(text),
        Node::Break => "<br>".to_owned(),
        Node::Strong(inner) => around("strong", inner),
        Node::Emphasis(inner) => around("em", inner),
        Node::Underline(inner) => around("u", inner),
        Node::Strike(inner) => around("s", inner),
        Node::Spoiler(inner) => spoiler(inner, names),
        Node::Code(code) => format!("<code>{}</code>", escape(code)),
        // Long lines are scrolled, also by keyboard.
        Node::CodeBlock(code) => {
            format!("<pre tabindex=0 role=group aria-label=Code><code>{}</code></pre>", escape(code))
        }
        Node::Link { url, text } => link(url, text.as_deref(), names),
        Node::User(id) => user(*id, names),
        Node::Role(id) => mention('@', names.world.roles.get(id).map(|role| role.name.as_str()), holds(*id, names)),
        Node::Channel(id) => channel(*id, names),
        Node::Everyone(word) => format!("<span class='mention me'>{word}</span>"),
        Node::Command(words) => format!("<span class=mention>/{}</span>", escape(words)),
        Node::Emoji(name) => format!(":{}:", escape(name)),
        Node::Time(seconds, style) => time(*seconds, *style, names.world.now()),
        Node::Heading(level, inner) => {
            format!("<div class=h{level} role=heading aria-level={}>{}</div>", level + 2, of(inner, names))
        }
        Node::Subtext(inner) => format!("<div class=subtext>{}</div>", of(inner, names)),
        Node::Quote(inner) => around("blockquote", inner),
        Node::List(number, items) => list(*number, items, names),
    }
}

/// Folded until it is pressed, without any script.
fn spoiler(inner: &[Node], names: &Names<'_>) -> String {
    let (class, label) = match inner.iter().any(Node::is_block) {
        true => (" block", "Show what is folded here"),
        false => ("", "Spoiler"),
    };
    format!("<details class='spoiler{class}'><summary>{label}</summary><span>{}</span></details>", of(inner, names))
}

fn link(url: &str, text: Option<&[Node]>, names: &Names<'_>) -> String {
    let shown = text.map_or_else(|| escape(url), |text| of(text, names));
    format!("<a href='{}' target=_blank rel='noopener noreferrer'>{shown}</a>", escape(url))
}

fn user(id: u64, names: &Names<'_>) -> String {
    let name = if id == names.world.application_id {
        Some(names.world.bot_name.as_str())
    } else {
        names.world.users.get(&id).map(|user| user.name.as_str())
    };
    mention('@', name, id == names.viewer)
}

fn holds(role: u64, names: &Names<'_>) -> bool {
    names.world.users.get(&names.viewer).is_some_and(|viewer| viewer.roles.contains(&role))
}

fn channel(id: u64, names: &Names<'_>) -> String {
    mention('#', names.world.channels.get(&id).map(|channel| channel.name.as_str()), false)
}

fn mention(sign: char, name: Option<&str>, me: bool) -> String {
    let class = if me { "mention me" } else { "mention" };
    format!("<span class='{class}'>{sign}{}</span>", escape(name.unwrap_or("unknown")))
}

/// The page's script puts it in the reader's words and zone, and lets it count.
fn time(seconds: i64, style: char, now: Timestamp) -> String {
    let Ok(at) = Timestamp::from_second(seconds) else {
        return "Invalid date".to_owned();
    };
    let shown = match style {
        't' => at.strftime("%H:%M").to_string(),
        'T' => at.strftime("%H:%M:%S").to_string(),
        'd' => at.strftime("%d/%m/%Y").to_string(),
        'D' => at.strftime("%-d %B %Y").to_string(),
        'F' => at.strftime("%A, %-d %B %Y %H:%M").to_string(),
        'R' => relative(seconds - now.as_second()),
        's' => at.strftime("%d/%m/%Y, %H:%M").to_string(),
        'S' => at.strftime("%d/%m/%Y, %H:%M:%S").to_string(),
        _ => at.strftime("%-d %B %Y %H:%M").to_string(),
    };
    format!("<time class=stamp datetime={at} data-at={seconds} data-style={style}>{shown}</time>")
}

fn relative(seconds: i64) -> String {
    let size = seconds.unsigned_abs();
    let (count, unit) = match size {
        0..60 => (size, "second"),
        60..3_600 => (size / 60, "minute"),
        3_600..86_400 => (size / 3_600, "hour"),
        _ => (size / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if seconds < 0 { format!("{count} {unit}{plural} ago") } else { format!("in {count} {unit}{plural}") }
}

fn list(number: Option<u32>, items: &[(u8, Vec<Node>)], names: &Names<'_>) -> String {
    let item = |(depth, words): &(u8, Vec<Node>)| format!("<li class=d{depth}>{}</li>", of(words, names));
    let items: String = items.iter().map(item).collect();
    match number {
        Some(start) => format!("<ol start={start}>{items}</ol>"),
        None => format!("<ul>{items}</ul>"),
    }
}
