//! The messages of a channel as one person sees them, and what failed for this person only.

use std::fmt::Write as _;

use serde_json::Value;

use super::frame::{bot_face, face};
use super::html::{escape, hidden};
use super::markdown::formatted;
use super::{Eyes, components};
use crate::state::{Ack, Author, Interaction, InteractionKind, Message, Version};

/// Messages, commands on their way and failed ones in order: a key that stays, and HTML.
pub(super) fn chat(eyes: &Eyes<'_>) -> Vec<(String, String)> {
    let world = eyes.world;
    let kept = |id: u64| !world.dismissed.contains(&id);
    let shown = |message: &&Message| message.channel_id == eyes.channel_id && message.is_visible_to(eyes.user_id);
    let messages = world.messages.iter().filter(shown).filter(|message| kept(message.id));
    let own = world.interactions.iter().filter(|it| it.channel_id == eyes.channel_id && it.user_id == eyes.user_id);
    let mut parts: Vec<(u64, String)> = messages.map(|message| (message.id, article(eyes, message))).collect();
    parts.extend(own.filter(|it| kept(it.id)).filter_map(|it| Some((it.id, unanswered(eyes, it)?))));
    parts.sort_by_key(|(id, _)| *id);
    if parts.is_empty() {
        let hint = "Nothing here yet. Type <kbd>/</kbd> below to see what storebot can do.";
        return vec![("empty".to_owned(), format!("<p class='quiet empty' id=empty>{hint}</p>"))];
    }
    parts.into_iter().map(|(id, html)| (format!("m{id}"), html)).collect()
}

/// A command that waits for its first answer, or never got one. Presses are shown at their message.
fn unanswered(eyes: &Eyes<'_>, interaction: &Interaction) -> Option<String> {
    if interaction.kind != InteractionKind::Command {
        return None;
    }
    let (class, body) = match &interaction.ack {
        Ack::Done(_) => return None,
        Ack::Waiting => ("sending", "<p class=quiet>Sending the command ...</p>".to_owned()),
        Ack::Failed(reason) => (
            "failed ephemeral",
            format!(
                "<p class=trouble>The application did not respond</p><details class=why><summary>Why, for its developers</summary>{}</details>{}",
                escape(reason),
                private(eyes, interaction.id)
            ),
        ),
    };
    Some(format!(
        "<article class='message {class}' id=m{}>{}<div class=body>{body}</div></article>",
        interaction.id,
        head(eyes, interaction)
    ))
}

/// Who did what to get this.
fn head(eyes: &Eyes<'_>, interaction: &Interaction) -> String {
    let who = eyes.world.users.get(&interaction.user_id).map_or("somebody", |user| &user.name);
    let what = match interaction.kind {
        InteractionKind::Component => match components::label_of(eyes, interaction) {
            Some(label) => format!("pressed <b>{label}</b>"),
            None => "chose something".to_owned(),
        },
        InteractionKind::Modal => "sent a form".to_owned(),
        _ => format!("used <b>/{}</b>", escape(&interaction.label)),
    };
    format!("<p class=head>{}<span>{} {what}</span></p>", face(who), escape(who))
}

fn article(eyes: &Eyes<'_>, message: &Message) -> String {
    let called = message.mention_everyone || message.mentions.contains(&eyes.user_id);
    let mut html = format!(
        "<article class='message{}{}' id=m{}>",
        if message.is_ephemeral() { " ephemeral" } else { "" },
        if called { " called" } else { "" },
        message.id
    );
    if let Some(interaction) = message.interaction_id.and_then(|id| eyes.world.interaction(id)) {
        html.push_str(&head(eyes, interaction));
    }
    let author = match message.author {
        Author::App => eyes.world.bot_name.as_str(),
        Author::User(id) => eyes.world.users.get(&id).map_or("somebody", |user| user.name.as_str()),
    };
    let (face, app) = match message.author {
        Author::App => (bot_face(author), "<i>APP</i>"),
        Author::User(_) => (face(author), ""),
    };
    let _ = write!(
        html,
        "{face}<div class=body><p class=author><b>{}</b>{app}{}</p>",
        escape(author),
        message.versions.first().map(clock).unwrap_or_default()
    );
    html.push_str(&content(eyes, message));
    if let Some(version) = message.latest() {
        html.extend(version.embeds.iter().map(|embed| self::embed(eyes, embed)));
        html.push_str(&components::rows(eyes, message, &version.components));
    }
    if message.is_ephemeral() {
        html.push_str(&private(eyes, message.id));
    }
    html.push_str("</div></article>");
    html
}

fn content(eyes: &Eyes<'_>, message: &Message) -> String {
    if message.is_loading() {
        let dots = "<span class=dots aria-hidden=true><i></i><i></i><i></i></span>";
        return format!("<p class='content thinking'>{dots}{} is thinking ...</p>", escape(&eyes.world.bot_name));
    }
    // The first words of a deferred answer are no edit.
    let earlier: Vec<&Version> = message.versions.iter().filter(|version| !is_loading(version)).rev().skip(1).collect();
    let edited = match earlier.is_empty() {
        true => String::new(),
        false => format!(
            "<details class=history><summary>(edited)</summary><ol reversed>{}</ol></details>",
            earlier.into_iter().map(|version| was(eyes, version)).collect::<String>()
        ),
    };
    format!("<div class=content>{}</div>{edited}", formatted(message.content(), &eyes.names()))
}

fn is_loading(version: &Version) -> bool {
    version.flags & crate::state::LOADING != 0
}

fn was(eyes: &Eyes<'_>, version: &Version) -> String {
    format!("<li>{} {}</li>", clock(version), formatted(&version.content, &eyes.names()))
}

/// When it became so; the script shows it in the reader's zone.
fn clock(version: &Version) -> String {
    let at = version.at;
    format!("<time class=clock datetime={at} data-at={}>{}</time>", at.as_second(), at.strftime("%H:%M"))
}

/// What stands under something that nobody else sees.
fn private(eyes: &Eyes<'_>, id: u64) -> String {
    format!(
        "<form class=private method=post action=/dismiss>{}{}<span>Only you can see this ·</span> <button class=link>Dismiss message</button></form>",
        eyes.hidden(),
        hidden("id", &id.to_string())
    )
}

fn embed(eyes: &Eyes<'_>, embed: &Value) -> String {
    let names = eyes.names();
    let text = |pointer: &str| embed.pointer(pointer).and_then(Value::as_str).unwrap_or_default();
    let part = |class: &str, words: &str| match words.is_empty() {
        true => String::new(),
        false => format!("<div class={class}>{}</div>", formatted(words, &names)),
    };
    let fields = embed.get("fields").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let field = |field: &Value| {
        let part = |key: &str| formatted(field.get(key).and_then(Value::as_str).unwrap_or_default(), &names);
        let class = if field.get("inline") == Some(&Value::Bool(true)) { " class=inline" } else { "" };
        format!("<div{class}><dt>{}</dt><dd>{}</dd></div>", part("name"), part("value"))
    };
    let fields: String = fields.iter().map(field).collect();
    let fields = if fields.is_empty() { fields } else { format!("<dl>{fields}</dl>") };
    let title = match text("/url") {
        url if url.starts_with("http://") || url.starts_with("https://") => format!(
            "<div class=title><a href='{}' target=_blank rel='noopener noreferrer'>{}</a></div>",
            escape(url),
            escape(text("/title"))
        ),
        _ => part("title", text("/title")),
    };
    format!(
        "<section class=embed aria-label=Embed>{}{title}{}{fields}{}</section>",
        part("by", text("/author/name")),
        part("description", text("/description")),
        part("foot", text("/footer/text")),
    )
}
