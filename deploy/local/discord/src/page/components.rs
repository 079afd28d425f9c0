//! Buttons and menus under a message: forms of their own, so that they work without the script.

use serde_json::{Value, json};

use super::Eyes;
use super::html::{escape, hidden};
use crate::offers;
use crate::state::{Ack, Interaction, InteractionKind, Message};

/// Styles 1 to 4, as classes.
const STYLES: [&str; 4] = ["primary", "secondary", "success", "danger"];

/// All rows, and what came of this person's last press.
pub(super) fn rows(eyes: &Eyes<'_>, message: &Message, rows: &[Value]) -> String {
    let last = last_press(eyes, message);
    let waiting = last.filter(|press| press.ack == Ack::Waiting).map(|press| press.label.as_str());
    let row = |row: &Value| {
        let inside = row.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let inside: String = inside.iter().map(|one| component(eyes, message, one, waiting)).collect();
        format!("<div class=row>{inside}</div>")
    };
    let failed = last.filter(|press| matches!(press.ack, Ack::Failed(_)) && !eyes.world.dismissed.contains(&press.id));
    let failed = failed.map(failure).unwrap_or_default();
    rows.iter().map(row).collect::<String>() + &failed
}

/// Only those who pressed see that it failed, until they press again.
fn last_press<'a>(eyes: &Eyes<'a>, message: &Message) -> Option<&'a Interaction> {
    let own = |it: &&Interaction| {
        it.source_message == Some(message.id) && it.user_id == eyes.user_id && it.kind == InteractionKind::Component
    };
    eyes.world.interactions.iter().rev().find(own)
}

/// What the button said that was pressed, escaped; nothing for a menu.
pub(super) fn label_of(eyes: &Eyes<'_>, press: &Interaction) -> Option<String> {
    let pressed = |one: &&Value| one.get("type") == Some(&json!(2)) && text(one, "custom_id") == press.label;
    let message = eyes.world.messages.iter().find(|message| Some(message.id) == press.source_message)?;
    let rows = message.versions.iter().rev().flat_map(|version| &version.components);
    rows.filter_map(|row| row.get("components")?.as_array()).flatten().find(pressed).map(label)
}

fn failure(press: &Interaction) -> String {
    let Ack::Failed(reason) = &press.ack else { return String::new() };
    format!(
        "<p class=trouble role=status>This interaction failed</p>\
         <details class=why><summary>Why, for its developers</summary>{}</details>",
        escape(reason)
    )
}

fn component(eyes: &Eyes<'_>, message: &Message, component: &Value, waiting: Option<&str>) -> String {
    let form = |inside: String| {
        format!(
            "<form class=act method=post action=/press>{}{}{}{inside}</form>",
            eyes.hidden(),
            hidden("message", &message.id.to_string()),
            hidden("custom_id", text(component, "custom_id")),
        )
    };
    match component.get("type").and_then(Value::as_u64) {
        Some(2) if !text(component, "url").is_empty() => link(component),
        Some(2) => form(button(component, waiting)),
        Some(3 | 5..=8) => form(menu(eyes, component, waiting)),
        other => format!(
            "<span class=quiet>(a component of type {}, which the stand-in does not show)</span>",
            other.unwrap_or_default()
        ),
    }
}

fn text<'a>(component: &'a Value, key: &str) -> &'a str {
    component.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn label(component: &Value) -> String {
    let emoji = component.pointer("/emoji/name").and_then(Value::as_str).unwrap_or_default();
    let label = text(component, "label");
    let gap = if emoji.is_empty() || label.is_empty() { "" } else { " " };
    escape(&format!("{emoji}{gap}{label}"))
}

fn is_off(component: &Value) -> bool {
    component.get("disabled") == Some(&json!(true))
}

/// A way out of the page, which the bot never hears of.
fn link(component: &Value) -> String {
    let url = text(component, "url");
    let label = format!("{} <span class=out aria-hidden=true>↗</span>", label(component));
    match is_off(component) {
        true => format!("<button class='button secondary' disabled>{label}</button>"),
        false => format!(
            "<a class='button secondary' href='{}' target=_blank rel='noopener noreferrer'>{label}</a>",
            escape(url)
        ),
    }
}

fn button(component: &Value, waiting: Option<&str>) -> String {
    let style = component.get("style").and_then(Value::as_u64).unwrap_or(2);
    let style = usize::try_from(style).ok().and_then(|style| STYLES.get(style.wrapping_sub(1))).unwrap_or(&"secondary");
    format!("<button class='button {style}'{}>{}</button>", state(component, waiting), label(component))
}

/// Busy while it is answered, and then nothing else of the message can be pressed.
fn state(component: &Value, waiting: Option<&str>) -> &'static str {
    match waiting {
        Some(custom_id) if custom_id == text(component, "custom_id") => " disabled aria-busy=true",
        Some(_) => " disabled",
        None if is_off(component) => " disabled",
        None => "",
    }
}

fn menu(eyes: &Eyes<'_>, component: &Value, waiting: Option<&str>) -> String {
    let state = state(component, waiting);
    let hint = match text(component, "placeholder") {
        "" => "Make a selection".to_owned(),
        hint => escape(hint),
    };
    format!(
        "{}<button class='button secondary small' aria-label='Choose: {hint}'{state}>Choose</button>",
        select(eyes, component, &format!("name=values aria-label='{hint}'{state}"), &hint)
    )
}

/// A menu as the browser's own list, with more of the tag's attributes and an escaped hint.
pub(super) fn select(eyes: &Eyes<'_>, component: &Value, attributes: &str, hint: &str) -> String {
    let options = choices(eyes, component);
    let most = component.get("max_values").and_then(Value::as_u64).unwrap_or(1);
    let chosen = options.iter().any(|option| option.get("default") == Some(&json!(true)));
    let many = if most > 1 { " multiple" } else { "" };
    let first = match most > 1 || chosen {
        true => String::new(),
        false => format!("<option value=''>{hint}</option>"),
    };
    let option = |option: &Value| {
        let chosen = if option.get("default") == Some(&json!(true)) { " selected" } else { "" };
        let about = match text(option, "description") {
            "" => String::new(),
            about => format!(" – {}", escape(about)),
        };
        format!("<option value='{}'{chosen}>{}{about}</option>", escape(text(option, "value")), label(option))
    };
    format!("<select {attributes}{many}>{first}{}</select>", options.iter().map(option).collect::<String>())
}

/// A menu's own options, or people (5), roles (6), both (7) or channels (8), as they are mentioned.
fn choices(eyes: &Eyes<'_>, component: &Value) -> Vec<Value> {
    let guild = eyes.world.channels.get(&eyes.channel_id).and_then(|channel| channel.guild_id);
    let there_are = |as_option: u64| {
        let offers = offers::mentionable(eyes.world, guild, as_option);
        offers.iter().map(|offer| json!({ "label": offer.get("name"), "value": offer.get("value") })).collect()
    };
    match component.get("type").and_then(Value::as_u64) {
        Some(5) => there_are(6),
        Some(6) => there_are(8),
        Some(7) => there_are(9),
        Some(8) => there_are(7),
        _ => component.get("options").and_then(Value::as_array).cloned().unwrap_or_default(),
    }
}
