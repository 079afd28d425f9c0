//! Answers in the shape Discord takes them, inline: the body of the response to an interaction.
//!
//! A command that was accepted is answered with a deferred public message, which `notify` then fills, or, where a
//! message's button was pressed, by going on in that message; everything else is told at once, and only to
//! whoever asked.

use serde_json::{Value, json};

use super::offers::Offer;
use super::parse::{NAME_FIELD, No};
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::press::{Press, Verb};
use crate::domain::record::Record;
use crate::domain::store::NAME_MAX;
use crate::text::buttons::{Button, rows};
use crate::text::markdown::{escape, fit, fit_in};
use crate::text::refusal::refusal as words;
use crate::text::talk;

const PONG: u8 = 1;
const MESSAGE: u8 = 4;
const DEFERRED_MESSAGE: u8 = 5;
const DEFERRED_UPDATE: u8 = 6;
const UPDATE_MESSAGE: u8 = 7;
const OFFERS: u8 = 8;
const FORM: u8 = 9;

/// Component types: a row, and in it a field to type into, of one line.
const ROW: u8 = 1;
const TEXT_INPUT: u8 = 4;
const ONE_LINE: u8 = 1;

/// Message flag: only the person who asked sees it.
const EPHEMERAL: u8 = 1 << 6;

/// The answer to Discord's own question whether anybody is there.
pub(super) fn pong() -> Value {
    json!({ "type": PONG })
}

/// "storebot is thinking ...", to be edited.
pub(super) fn deferred() -> Value {
    json!({ "type": DEFERRED_MESSAGE })
}

/// The same, for the person who asked alone.
pub(super) fn deferred_privately() -> Value {
    json!({ "type": DEFERRED_MESSAGE, "data": { "flags": EPHEMERAL } })
}

/// The message whose button was pressed is to be edited.
pub(super) fn going_on() -> Value {
    json!({ "type": DEFERRED_UPDATE })
}

/// What may be chosen while somebody types.
pub(super) fn offers(offers: Vec<Offer>) -> Value {
    let choices = offers.into_iter().map(|Offer { label, value }| json!({ "name": label, "value": value }));
    json!({ "type": OFFERS, "data": { "choices": choices.collect::<Vec<_>>() } })
}

/// A form that asks for a shop's name before it is deleted. In rows and not below labels, the newer way, which
/// not every client library for the gateway reads.
pub(super) fn name_form(lang: Lang, store: &Record) -> Value {
    let name = store.spec.name.as_str();
    let (title, label) = talk::delete_form(lang, name);
    let input = json!({
        "type": TEXT_INPUT, "custom_id": NAME_FIELD, "style": ONE_LINE, "label": label,
        "placeholder": name, "required": true, "min_length": 1, "max_length": NAME_MAX,
    });
    let custom_id = Press::On(Verb::Delete, store.id.clone()).to_string();
    let rows = [json!({ "type": ROW, "components": [input] })];
    json!({ "type": FORM, "data": { "custom_id": custom_id, "title": title, "components": rows } })
}

/// A request for everybody to see and for approvers to decide. Who may is judged when they press: the buttons
/// carry the request and nothing else, so they survive every restart.
pub(super) fn for_approvers(lang: Lang, text: String, approval: &str) -> Value {
    let buttons = [Press::Approve(approval.to_owned()), Press::Deny(approval.to_owned())].map(Button::Press);
    let components = rows(lang, &buttons);
    json!({ "content": fit(text), "components": components, "allowed_mentions": { "parse": [] } })
}

/// A message that all see.
pub(super) fn public(message: &Value) -> Value {
    json!({ "type": MESSAGE, "data": message })
}

/// The message whose button was pressed, with these words and without its buttons.
pub(super) fn instead(text: String) -> Value {
    let data = json!({ "content": fit(text), "components": [], "allowed_mentions": { "parse": [] } });
    json!({ "type": UPDATE_MESSAGE, "data": data })
}

/// What a message says, and below it a line that must not be cut off.
pub(super) fn with_line(content: &str, line: &str) -> String {
    if content.is_empty() {
        return line.to_owned();
    }
    let room = fit_in(content.to_owned(), line.encode_utf16().count() + 1);
    format!("{room}\n{line}")
}

/// A text for the person who asked, in Discord's markdown.
pub(super) fn private(text: String) -> Value {
    let data = json!({ "content": fit(text), "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } });
    json!({ "type": MESSAGE, "data": data })
}

/// Why nothing was done. `request` names it in the log.
pub(super) fn no(lang: Lang, no: No, request: &str) -> Value {
    match no {
        No::Told(text) => private(text),
        No::Refused(refusal) => private(refusal_text(lang, &refusal, request)),
    }
}

/// Why something was not accepted; with the request's id, where that is no fault of whoever asked.
pub(super) fn refusal_text(lang: Lang, refusal: &Refusal, request: &str) -> String {
    let words = words(lang, refusal);
    let text = format!("**{}.** {}", escape(&words.title), escape(&words.detail));
    if is_ours(refusal) { fault_text(lang, text, request) } else { fit(text) }
}

/// A fault of ours: whoever runs storebot finds the rest by the request's id.
pub(super) fn fault(lang: Lang, text: String, request: &str) -> Value {
    private(fault_text(lang, text, request))
}

fn fault_text(lang: Lang, text: String, request: &str) -> String {
    if request.is_empty() { fit(text) } else { with_line(&text, &talk::request(lang, request)) }
}

fn is_ours(refusal: &Refusal) -> bool {
    matches!(
        refusal,
        Refusal::Unavailable
            | Refusal::NotDone { .. }
            | Refusal::NoAnswer { .. }
            | Refusal::NoWorker
            | Refusal::ClusterAway
            | Refusal::Crowded
    )
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;
    use crate::text::markdown::MESSAGE_MAX;

    #[test]
    fn answers_have_discords_shape() {
        assert_snapshot!(pong(), @r#"{"type":1}"#);
        assert_snapshot!(deferred(), @r#"{"type":5}"#);
        assert_snapshot!(deferred_privately(), @r#"{"data":{"flags":64},"type":5}"#);
        assert_snapshot!(going_on(), @r#"{"type":6}"#);
        assert_snapshot!(private("x".to_owned()), @r#"{"data":{"allowed_mentions":{"parse":[]},"content":"x","flags":64},"type":4}"#);
        let offer = Offer { label: "A".to_owned(), value: "a".to_owned() };
        assert_snapshot!(offers(vec![offer]), @r#"{"data":{"choices":[{"name":"A","value":"a"}]},"type":8}"#);
        assert_snapshot!(offers(Vec::new()), @r#"{"data":{"choices":[]},"type":8}"#);
    }

    #[test]
    fn a_refusal_is_private_and_escaped() {
        let answer = no(Lang::En, No::Refused(Refusal::NotFound { store: "**@everyone**".to_owned() }), "7f");
        assert_eq!((answer["type"].as_u64(), answer["data"]["flags"].as_u64()), (Some(4), Some(64)));
        let text = answer["data"]["content"].as_str().unwrap();
        assert!(text.starts_with("**There is no such store.** "), "{text}");
        assert!(!text.contains("**@") && !text.contains("7f"), "{text}");
    }

    #[test]
    fn a_fault_of_ours_names_its_request() {
        for lang in Lang::ALL {
            let text = refusal_text(lang, &Refusal::Unavailable, "00000000000000a7");
            assert!(text.contains("`00000000000000a7`"), "{text}");
        }
    }

    #[test]
    fn a_line_below_a_long_message_is_never_cut() {
        let text = with_line(&"x".repeat(MESSAGE_MAX), "**ana** keeps it.");
        assert!(text.encode_utf16().count() <= MESSAGE_MAX && text.ends_with(" ...\n**ana** keeps it."), "{text}");
        assert_eq!((with_line("a", "b"), with_line("", "b")), ("a\nb".to_owned(), "b".to_owned()));
    }
}
