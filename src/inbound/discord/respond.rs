//! Answers in the shape Discord takes them, inline: the body of the response to an interaction.
//!
//! A command that was accepted is answered with a deferred public message, which `notify` then
//! fills; everything else is told at once, and only to whoever asked.

use serde_json::{Value, json};

use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::press::Press;
use crate::text::buttons::{Button, rows};
use crate::text::markdown::{escape, fit};
use crate::text::refusal::refusal as words;

const PONG: u8 = 1;
const MESSAGE: u8 = 4;
const DEFERRED_MESSAGE: u8 = 5;
const UPDATE_MESSAGE: u8 = 7;

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

/// A request for everybody to see and for approvers to decide. Who may is judged when they press: the buttons
/// carry the request and nothing else, so they survive every restart.
pub(super) fn to_approvers(text: String, approval: &str) -> Value {
    let buttons = [Press::Approve(approval.to_owned()), Press::Deny(approval.to_owned())].map(Button::Press);
    let components = rows(Lang::En, &buttons);
    let data = json!({ "content": fit(text), "components": components, "allowed_mentions": { "parse": [] } });
    json!({ "type": MESSAGE, "data": data })
}

/// The same message, decided: without its buttons.
pub(super) fn decided(text: String) -> Value {
    let data = json!({ "content": fit(text), "components": [], "allowed_mentions": { "parse": [] } });
    json!({ "type": UPDATE_MESSAGE, "data": data })
}

/// The same, for the person who asked alone.
pub(super) fn deferred_privately() -> Value {
    json!({ "type": DEFERRED_MESSAGE, "data": { "flags": EPHEMERAL } })
}

/// A text for the person who asked, in Discord's markdown.
pub(super) fn private(text: String) -> Value {
    let data = json!({ "content": fit(text), "flags": EPHEMERAL, "allowed_mentions": { "parse": [] } });
    json!({ "type": MESSAGE, "data": data })
}

/// Why something was not accepted.
pub(super) fn refused(refusal: &Refusal) -> Value {
    private(refusal_text(refusal))
}

pub(super) fn refusal_text(refusal: &Refusal) -> String {
    let words = words(Lang::En, refusal);
    fit(format!("**{}.** {}", escape(&words.title), escape(&words.detail)))
}

/// The answer when the own answer would come too late. The command may still have been accepted;
/// then its message takes the place of this one.
pub(super) fn too_slow() -> Value {
    private("This took too long. `/store list` shows whether it was done; if it was not, please try again.".to_owned())
}

#[cfg(test)]
mod tests {
    use insta::assert_snapshot;

    use super::*;

    #[test]
    fn answers_have_discords_shape() {
        assert_snapshot!(pong(), @r#"{"type":1}"#);
        assert_snapshot!(deferred(), @r#"{"type":5}"#);
        assert_snapshot!(deferred_privately(), @r#"{"data":{"flags":64},"type":5}"#);
        assert_snapshot!(private("x".to_owned()), @r#"{"data":{"allowed_mentions":{"parse":[]},"content":"x","flags":64},"type":4}"#);
    }

    #[test]
    fn a_refusal_is_private_and_escaped() {
        let answer = refused(&Refusal::NotFound { store: "**@everyone**".to_owned() });
        assert_eq!((answer["type"].as_u64(), answer["data"]["flags"].as_u64()), (Some(4), Some(64)));
        let text = answer["data"]["content"].as_str().unwrap();
        assert!(text.starts_with("**There is no such store.** "), "{text}");
        assert!(!text.contains("**@"), "{text}");
    }
}
