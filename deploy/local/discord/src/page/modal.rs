//! Forms that the bot opens (modals): labels, limits, errors inside, nothing typed is lost.

use serde_json::{Value, json};

use super::html::{escape, hidden, in_url};
use super::{Eyes, components};
use crate::interactions::{SlashError, fields};
use crate::state::Interaction;

/// Before a field's own id in the form, which has fields of its own.
pub(super) const FIELD: &str = "v:";

/// What was typed already, and what is wrong with it.
#[derive(Default)]
pub(super) struct Filled<'a> {
    pub(super) values: &'a [(&'a str, &'a str)],
    pub(super) error: Option<&'a SlashError>,
}

impl Filled<'_> {
    fn value(&self, id: &str) -> Option<&str> {
        self.values.iter().find(|(name, _)| *name == id).map(|(_, value)| *value)
    }

    /// What is wrong with one field.
    fn wrong(&self, id: &str) -> Option<&str> {
        match self.error {
            Some(SlashError::BadValue(field, why)) if field == id => Some(why),
            _ => None,
        }
    }

    /// What is wrong with the whole form.
    fn trouble(&self) -> String {
        match self.error {
            None | Some(SlashError::BadValue(..)) => String::new(),
            Some(SlashError::NotAnswered { .. }) => "Something went wrong. Try again.".to_owned(),
            Some(other) => other.to_string(),
        }
    }
}

/// The dialog of an interaction that was answered with a modal; nothing for any other.
pub(super) fn dialog(eyes: &Eyes<'_>, asked: &Interaction, filled: &Filled<'_>) -> String {
    let Some(modal) = asked.response.as_ref().and_then(|response| response.get("data")) else {
        return String::new();
    };
    let inputs: String =
        fields(modal).iter().enumerate().map(|(at, field)| self::field(eyes, *field, at, filled)).collect();
    format!(
        "<dialog class=modal open aria-labelledby=modal-title><form method=post action=/submit>{hidden}{interaction}\
         <h2 id=modal-title>{title}</h2>{inputs}<p class=refusal role=alert>{trouble}</p>\
         <footer><a class='button secondary' role=button href='/?user={user}&amp;channel={channel}' data-cancel>Cancel</a>\
         <button class='button primary'>Submit</button></footer></form></dialog>",
        hidden = eyes.hidden(),
        interaction = hidden("interaction", &asked.id.to_string()),
        title = escape(text(modal, "title")),
        trouble = escape(&filled.trouble()),
        user = in_url(eyes.user),
        channel = in_url(eyes.channel),
    )
}

fn field(eyes: &Eyes<'_>, (frame, input): (&Value, &Value), at: usize, filled: &Filled<'_>) -> String {
    let id = text(input, "custom_id");
    let label = Some(text(frame, "label")).filter(|label| !label.is_empty()).unwrap_or(text(input, "label"));
    let optional = input.get("required") == Some(&json!(false));
    let mark = if optional { "<small>optional</small>" } else { "<small class=required>required</small>" };
    let wrong = filled.wrong(id);
    let invalid = if wrong.is_some() { " aria-invalid=true" } else { "" };
    let needed = if optional { "" } else { " required" };
    let attributes =
        format!("id=field{at} name='{FIELD}{}'{needed}{invalid} aria-describedby='hint{at} wrong{at}'", escape(id));
    let control = match input.get("type").and_then(Value::as_u64) {
        Some(3 | 5..=8) => components::select(eyes, input, &attributes, "Make a selection"),
        _ => text_input(input, &attributes, filled.value(id).unwrap_or(text(input, "value"))),
    };
    format!(
        "<div class=field><label for=field{at}>{} {mark}</label><p class=hint id=hint{at}>{}</p>{control}\
         <p class=wrong id=wrong{at}>{}</p></div>",
        escape(label),
        escape(&hint(frame, input)),
        escape(wrong.unwrap_or_default()),
    )
}

/// What the label says more, and how much may be typed.
fn hint(frame: &Value, input: &Value) -> String {
    let bound = |key: &str| input.get(key).and_then(Value::as_u64).filter(|bound| *bound > 0);
    let length = match (bound("min_length"), bound("max_length")) {
        (Some(least), Some(most)) if least == most => format!("exactly {most} characters"),
        (Some(least), Some(most)) => format!("{least} to {most} characters"),
        (Some(least), None) => format!("at least {least} characters"),
        (None, Some(most)) => format!("up to {most} characters"),
        (None, None) => String::new(),
    };
    let about = text(frame, "description");
    let gap = if about.is_empty() || length.is_empty() { "" } else { " · " };
    format!("{about}{gap}{length}")
}

fn text_input(input: &Value, attributes: &str, value: &str) -> String {
    let bound = |key: &str, name: &str| {
        input.get(key).and_then(Value::as_u64).map(|bound| format!(" {name}={bound}")).unwrap_or_default()
    };
    let limits = bound("min_length", "minlength") + &bound("max_length", "maxlength");
    let hint = escape(text(input, "placeholder"));
    match input.get("style").and_then(Value::as_u64) {
        Some(2) => format!("<textarea {attributes}{limits} rows=4 placeholder='{hint}'>\n{}</textarea>", escape(value)),
        _ => format!("<input {attributes}{limits} placeholder='{hint}' value='{}' autocomplete=off>", escape(value)),
    }
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}
