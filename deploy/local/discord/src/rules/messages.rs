//! Messages: made in a channel, edited, sent or edited by an interaction's webhook (message resource,
//! "Create Message"; webhook resource, "Execute Webhook").

use serde_json::{Map, Value};

use super::components::OF_A_MESSAGE;
use super::embeds::EMBEDS;
use super::findings::Findings;
use super::mentions::MENTIONS;
use super::shape::{Field, Form, Shape, may};

/// Message flag IS_COMPONENTS_V2.
const OF_COMPONENTS: u64 = 1 << 15;
/// Highest flag there is room for.
const FLAGS: Shape = Shape::Whole(0, u32::MAX as i64);

/// What every kind of message may say. Components are judged apart: [`whole`].
const TEXT: &[Field] = &[
    may("content", Shape::Text(0, 2_000)),
    may("embeds", Shape::Same(&EMBEDS)),
    may("allowed_mentions", Shape::Same(&MENTIONS)),
    may("flags", FLAGS),
    may("attachments", Shape::NotModelled("attachments")),
];
const NEW: &[Field] = &[
    may("tts", Shape::Flag),
    may("poll", Shape::NotModelled("polls")),
    may("sticker_ids", Shape::NotModelled("stickers")),
    may("message_reference", Shape::NotModelled("replies and forwards")),
];
const NONCE: &[Field] = &[
    may("nonce", Shape::Either(&[Shape::Whole(i64::MIN, i64::MAX), Shape::Text(0, 25)])),
    may("enforce_nonce", Shape::Flag),
];

static CREATE_FORM: Form = Form { fields: &[TEXT, NEW, NONCE], also: whole };
static FOLLOW_UP_FORM: Form = Form { fields: &[TEXT, NEW], also: whole };
static EDIT_FORM: Form = Form { fields: &[TEXT], also: whole };

/// A new message in a channel.
pub(crate) static CREATE: Shape = Shape::Form(&CREATE_FORM);
/// A new message by an interaction's webhook, and what a callback says at once.
pub(crate) static FOLLOW_UP: Shape = Shape::Form(&FOLLOW_UP_FORM);
/// A change of a message.
pub(crate) static EDIT: Shape = Shape::Form(&EDIT_FORM);

/// With the flag a message is made of components alone, of more kinds than are modelled here.
fn whole(map: &Map<String, Value>, found: &mut Findings) {
    if map.get("flags").and_then(Value::as_u64).unwrap_or(0) & OF_COMPONENTS != 0 {
        return found.not_modelled("messages made of components (flag 1 << 15)");
    }
    if let Some(components) = map.get("components").filter(|components| !components.is_null()) {
        found.at("components", |found| OF_A_MESSAGE.check(components, found));
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, long, refuses};
    use super::*;
    use serde_json::json;

    const ALL: [&Shape; 3] = [&CREATE, &FOLLOW_UP, &EDIT];

    #[test]
    fn a_text_has_two_thousand_characters() {
        for shape in ALL {
            accepts(shape, &json!({"content": long(2_000)}));
            accepts(shape, &json!({"content": null, "embeds": null, "components": null, "allowed_mentions": null}));
            refuses(shape, &json!({"content": long(2_001)}), "content BASE_TYPE_MAX_LENGTH");
            refuses(shape, &json!({"content": 1}), "content STRING_TYPE_CONVERT");
            refuses(shape, &json!("x"), " MODEL_TYPE_CONVERT");
        }
    }

    #[test]
    fn everything_in_a_message_is_judged_where_it_stands() {
        let button = json!({"type": 2, "style": 1, "label": "x", "custom_id": "x"});
        for shape in ALL {
            accepts(shape, &json!({"components": [{"type": 1, "components": [button]}]}));
            refuses(shape, &json!({"components": [button]}), "components.0 UNION_TYPE_CHOICES");
            refuses(shape, &json!({"components": {}}), "components LIST_TYPE_CONVERT");
            refuses(shape, &json!({"embeds": [{"title": long(257)}]}), "embeds.0.title BASE_TYPE_MAX_LENGTH");
            refuses(
                shape,
                &json!({"allowed_mentions": {"parse": ["x"]}}),
                "allowed_mentions.parse.0 BASE_TYPE_CHOICES",
            );
            refuses(shape, &json!({"flags": "64"}), "flags NUMBER_TYPE_COERCE");
        }
        refuses(&FOLLOW_UP, &json!({"tts": "no"}), "tts BOOLEAN_TYPE_CONVERT");
    }

    #[test]
    fn a_nonce_is_a_number_or_a_short_text() {
        accepts(&CREATE, &json!({"nonce": long(25), "enforce_nonce": true}));
        accepts(&CREATE, &json!({"nonce": 7}));
        refuses(&CREATE, &json!({"nonce": long(26)}), "nonce BASE_TYPE_MAX_LENGTH");
        refuses(&CREATE, &json!({"nonce": true}), "nonce STRING_TYPE_CONVERT");
        refuses(&CREATE, &json!({"enforce_nonce": 1}), "enforce_nonce BOOLEAN_TYPE_CONVERT");
    }

    #[test]
    fn what_is_not_modelled_is_said_and_never_silent() {
        for (body, what) in [
            (json!({"attachments": [{"id": "0"}]}), "attachments"),
            (json!({"poll": {}}), "polls"),
            (json!({"sticker_ids": ["1"]}), "stickers"),
            (json!({"message_reference": {"message_id": "1"}}), "replies and forwards"),
            (json!({"flags": 32_768}), "messages made of components (flag 1 << 15)"),
        ] {
            refuses(&CREATE, &body, &format!("not modelled: {what}"));
        }
        accepts(&CREATE, &json!({"attachments": [], "sticker_ids": []}));
    }
}
