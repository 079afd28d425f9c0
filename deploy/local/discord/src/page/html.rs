//! The page's HTML.

use std::fmt::Write as _;

use serde_json::Value;

use super::View;
use crate::state::{Ack, Interaction, Message, World};

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("live.js");

pub(super) fn page(world: &World, view: &View, (user, channel): (u64, u64), version: u64) -> String {
    let dm = world.channels.get(&channel).is_some_and(|channel| channel.recipient.is_some());
    let title = if dm { format!("@{}", world.bot_name) } else { format!("#{}", view.channel) };
    let error =
        if view.error.is_empty() { String::new() } else { format!("<p class=error>{}</p>", escape(&view.error)) };
    let class = if view.bare { " class=bare" } else { "" };
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} – stand-in Discord</title>\
         <meta name=viewport content='width=device-width'><style>{STYLE}</style>\
         <noscript><meta http-equiv=refresh content=3></noscript></head>\
         <body{class} data-version={version}><nav>{}</nav><main><header><b>{title}</b> <span>{} sees this</span></header>\
         <section id=chat>{}</section>{error}{}</main><script>{SCRIPT}</script></body></html>",
        channels(world, view),
        escape(&view.user),
        chat(world, view, (user, channel)),
        form(view),
        title = escape(&title),
    )
}

fn channels(world: &World, view: &View) -> String {
    let mut html = String::new();
    let link = |html: &mut String, address: &str, label: &str| {
        let class = if address == view.channel { " class=here" } else { "" };
        let (user, channel) = (in_url(&view.user), in_url(address));
        let _ = write!(html, "<a{class} href='/?user={user}&amp;channel={channel}'>{}</a>", escape(label));
    };
    let others = world.guilds.iter().filter(|(id, _)| **id != world.guild_id);
    for (id, name) in world.guilds.get_key_value(&world.guild_id).into_iter().chain(others) {
        let _ = write!(html, "<h1>{}</h1>", escape(name));
        for channel in world.channels.values().filter(|channel| channel.guild_id == Some(*id)) {
            link(&mut html, &world.address(channel), &format!("# {}", channel.name));
        }
    }
    link(&mut html, "@dm", &format!("@{}", world.bot_name));
    html.push_str("<h2>People</h2>");
    for user in world.users.values() {
        let class = if user.name == view.user { " class=here" } else { "" };
        let _ = write!(
            html,
            "<a{class} href='/?user={}&amp;channel={}'>{}</a>",
            in_url(&user.name),
            in_url(&view.channel),
            escape(&user.name)
        );
    }
    html
}

/// Messages and failed interactions of this channel in order.
fn chat(world: &World, view: &View, (user, channel): (u64, u64)) -> String {
    let messages = world.messages.iter().filter(|message| message.channel_id == channel && message.is_visible_to(user));
    let mut parts: Vec<(u64, String)> = messages.map(|message| (message.id, article(world, view, message))).collect();
    let failed = world.interactions.iter().filter(|it| it.channel_id == channel && it.user_id == user);
    parts.extend(failed.filter_map(|it| Some((it.id, failure(it)?))));
    parts.sort_by_key(|(id, _)| *id);
    match parts.is_empty() {
        true => "<p class=quiet>Nothing here yet. Type a command below.</p>".to_owned(),
        false => parts.into_iter().map(|(_, html)| html).collect(),
    }
}

fn failure(interaction: &Interaction) -> Option<String> {
    let Ack::Failed(reason) = &interaction.ack else {
        return None;
    };
    let label = escape(&interaction.label);
    Some(format!(
        "<article class='message failed'><p class=head>/{label}</p><p>The application did not respond</p><small>{}</small></article>",
        escape(reason)
    ))
}

fn article(world: &World, view: &View, message: &Message) -> String {
    let mut html = format!("<article class='message{}'>", if message.is_ephemeral() { " ephemeral" } else { "" });
    if let Some(interaction) = message.interaction_id.and_then(|id| world.interaction(id)) {
        let who = world.users.get(&interaction.user_id).map_or("somebody", |user| &user.name);
        let _ = write!(html, "<p class=head>{} used <b>/{}</b></p>", escape(who), escape(&interaction.label));
    }
    let time = message.latest().map(|version| version.at.strftime("%H:%M:%S").to_string()).unwrap_or_default();
    let _ = write!(html, "<p class=author><b>{}</b><i>APP</i><time>{time}</time></p>", escape(&world.bot_name));
    let content =
        if message.is_loading() { "<em>storebot is thinking…</em>".to_owned() } else { formatted(message.content()) };
    let _ = write!(html, "<div class=content>{content}</div>");
    if let Some(version) = message.latest() {
        html.extend(version.embeds.iter().map(embed));
        html.extend(version.components.iter().map(|row| buttons(view, message, row)));
    }
    let edits: Vec<String> = message.versions.iter().rev().skip(1).map(earlier).collect();
    if !edits.is_empty() {
        let _ = write!(
            html,
            "<details><summary>edits: {}</summary><ol reversed>{}</ol></details>",
            edits.len(),
            edits.concat()
        );
    }
    if message.is_ephemeral() {
        html.push_str("<small>Only you can see this</small>");
    }
    html.push_str("</article>");
    html
}

fn earlier(version: &crate::state::Version) -> String {
    let text = if version.content.is_empty() { "<em>thinking…</em>".to_owned() } else { formatted(&version.content) };
    format!("<li><time>{}</time> {text}</li>", version.at.strftime("%H:%M:%S%.3f"))
}

fn embed(embed: &Value) -> String {
    let text = |key: &str| embed.get(key).and_then(Value::as_str).unwrap_or_default();
    let fields = embed.get("fields").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let field = |field: &Value| {
        let part = |key: &str| field.get(key).and_then(Value::as_str).unwrap_or_default();
        format!("<dt>{}</dt><dd>{}</dd>", formatted(part("name")), formatted(part("value")))
    };
    format!(
        "<blockquote><b>{}</b><div>{}</div><dl>{}</dl></blockquote>",
        formatted(text("title")),
        formatted(text("description")),
        fields.iter().map(field).collect::<String>()
    )
}

fn buttons(view: &View, message: &Message, row: &Value) -> String {
    let components = row.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    components.iter().map(|component| {
        let text = |key: &str| escape(component.get(key).and_then(Value::as_str).unwrap_or_default());
        format!(
            "<form class=button method=post action=/press><input type=hidden name=user value='{}'><input type=hidden name=channel value='{}'>\
             <input type=hidden name=message value={}><input type=hidden name=custom_id value='{}'><button>{}</button></form>",
            escape(&view.user), escape(&view.channel), message.id, text("custom_id"), text("label"),
        )
    }).collect()
}

fn form(view: &View) -> String {
    format!(
        "<form class=say method=post action=/slash><input name=user value='{}' aria-label='as whom' size=8>\
         <input type=hidden name=channel value='{}'>\
         <input name=text placeholder='/store create name:teashop engine:woocommerce' value='{}' aria-label=command autofocus autocomplete=off>\
         <button>Send</button></form>",
        escape(&view.user),
        escape(&view.channel),
        escape(&view.text)
    )
}

/// For text and for attributes in either kind of quotes.
pub(super) fn escape(text: &str) -> String {
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

/// The little of Discord's markdown a bot uses: `**bold**`, `` `code` ``, addresses, lists, line
/// breaks, and `\\` before a sign that shall only be itself. Works on escaped text, so nothing of it
/// can become markup by itself.
fn formatted(text: &str) -> String {
    let escaped = escape(&shelter(text));
    let lines = escaped.lines().map(|line| line.strip_prefix("- ").map_or(line.to_owned(), |item| format!("• {item}")));
    let bold = paired(&lines.collect::<Vec<_>>().join("\n"), "**", "strong");
    let code = paired(&bold, "`", "code");
    let words = code.split_inclusive([' ', '\n']).map(|word| {
        let (address, end) = word.split_at(word.trim_end_matches([' ', '\n', ')', ',']).len());
        match address.strip_prefix("http://").or(address.strip_prefix("https://")) {
            Some(_) if !address.contains('<') => format!("<a href='{address}'>{address}</a>{end}"),
            _ => word.to_owned(),
        }
    });
    unshelter(&words.collect::<String>().replace('\n', "<br>"))
}

/// Begins a private area of Unicode in which nobody writes.
const SHELTER: u32 = 0xE000;

/// Takes every sign after a backslash out of the reach of formatting.
fn shelter(text: &str) -> String {
    let mut chars = text.chars().peekable();
    let mut out = String::with_capacity(text.len());
    while let Some(c) = chars.next() {
        let literal = chars.next_if(|next| c == '\\' && next.is_ascii_punctuation());
        out.push(literal.and_then(|sign| char::from_u32(SHELTER + u32::from(sign))).unwrap_or(c));
    }
    out
}

/// Brings them back, escaped as everything else.
fn unshelter(html: &str) -> String {
    let sign = |c: char| u8::try_from(u32::from(c).checked_sub(SHELTER)?).ok().filter(u8::is_ascii).map(char::from);
    html.chars().map(|c| sign(c).map_or(c.to_string(), |sign| escape(&sign.to_string()))).collect()
}

fn paired(text: &str, mark: &str, tag: &str) -> String {
    let parts: Vec<&str> = text.split(mark).collect();
    let whole = parts.len() - usize::from(parts.len().is_multiple_of(2));
    let mut html = String::new();
    for (at, part) in parts.iter().enumerate() {
        let _ = match at {
            at if at >= whole => write!(html, "{mark}{part}"),
            at if at % 2 == 1 => write!(html, "<{tag}>{part}</{tag}>"),
            _ => write!(html, "{part}"),
        };
    }
    html
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_message_stays_text() {
        assert_eq!(formatted("<script>**x**</script>"), "&lt;script&gt;<strong>x</strong>&lt;/script&gt;");
        assert_eq!(
            formatted("http://a'onclick='x"),
            "<a href='http://a&#39;onclick=&#39;x'>http://a&#39;onclick=&#39;x</a>"
        );
    }

    #[test]
    fn a_sign_after_a_backslash_is_only_itself() {
        assert_eq!(formatted(r"\*\*Tea\*\* \<b\> \`c\` \\ \- **x**"), "**Tea** &lt;b&gt; `c` \\ - <strong>x</strong>");
        assert_eq!(formatted("\u{e03c}b\u{e03e}\n- a - b"), "&lt;b&gt;<br>• a - b");
    }

    #[test]
    fn bold_code_and_addresses_are_shown() {
        assert_eq!(
            formatted("**teashop** is ready: http://teashop.example (`r1`)\nA ** B"),
            "<strong>teashop</strong> is ready: <a href='http://teashop.example'>http://teashop.example</a> (<code>r1</code>)<br>A ** B"
        );
    }
}
