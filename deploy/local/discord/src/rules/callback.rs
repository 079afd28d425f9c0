//! First responses to interactions (receiving-and-responding, "Interaction Response Structure"), posted or
//! inline. Which types answer which interaction is known where the interaction is.

use super::messages::{EDIT, FOLLOW_UP};
use super::modal::MODAL;
use super::shape::{Form, INT53, Shape, may, must};

static NOTHING: Form = Form::of(&[]);
static MESSAGE: Form = Form::of(&[&[may("data", Shape::Same(&FOLLOW_UP))]]);
static UPDATE: Form = Form::of(&[&[may("data", Shape::Same(&EDIT))]]);
static MODAL_ANSWER: Form = Form::of(&[&[must("data", Shape::Form(&MODAL))]]);

/// What an option may be completed with; a number for options that are numbers.
static CHOICE: Shape = Shape::Form(&Form::of(&[&[
    must("name", Shape::Text(1, 100)),
    may("name_localizations", Shape::Localised(1, 100)),
    must("value", Shape::Either(&[Shape::Whole(-INT53, INT53), Shape::Decimal, Shape::Text(0, 100)])),
]]));
static CHOICES: Form = Form::of(&[&[must("choices", Shape::List(&CHOICE, 0, 25))]]);
static COMPLETION: Form = Form::of(&[&[must("data", Shape::Form(&CHOICES))]]);

const ACTIVITIES: Shape = Shape::NotModelled("activities");

/// By the type of callback: pong, message, deferred message, deferred update, update, choices, modal.
pub(crate) static CALLBACK: Shape = Shape::Kinds(&[
    (1, Shape::Form(&NOTHING)),
    (4, Shape::Form(&MESSAGE)),
    (5, Shape::Form(&MESSAGE)),
    (6, Shape::Form(&NOTHING)),
    (7, Shape::Form(&UPDATE)),
    (8, Shape::Form(&COMPLETION)),
    (9, Shape::Form(&MODAL_ANSWER)),
    (12, ACTIVITIES),
    (13, ACTIVITIES),
]);

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, long, refuses};
    use super::*;
    use serde_json::{Value, json};

    fn choices(count: usize) -> Value {
        (0..count).map(|n| json!({ "name": n.to_string(), "value": n })).collect()
    }

    fn completion(choices: &Value) -> Value {
        json!({"type": 8, "data": { "choices": choices }})
    }

    #[test]
    fn each_type_has_its_data() {
        for good in [
            json!({"type": 1}),
            json!({"type": 4, "data": {"content": long(2_000)}}),
            json!({"type": 5}),
            json!({"type": 5, "data": {"flags": 64}}),
            json!({"type": 6}),
            json!({"type": 7, "data": {"components": []}}),
        ] {
            accepts(&CALLBACK, &good);
        }
        for (bad, fault) in [
            (json!({}), "type BASE_TYPE_REQUIRED"),
            (json!({"type": 99}), " UNION_TYPE_CHOICES"),
            (json!({"type": "4"}), " UNION_TYPE_CHOICES"),
            (json!({"type": 4, "data": {"content": long(2_001)}}), "data.content BASE_TYPE_MAX_LENGTH"),
            (json!({"type": 4, "data": "x"}), "data MODEL_TYPE_CONVERT"),
            (json!({"type": 7, "data": {"content": 1}}), "data.content STRING_TYPE_CONVERT"),
            (json!({"type": 8}), "data BASE_TYPE_REQUIRED"),
            (json!({"type": 9}), "data BASE_TYPE_REQUIRED"),
            (json!({"type": 12}), "not modelled: activities"),
        ] {
            refuses(&CALLBACK, &bad, fault);
        }
    }

    #[test]
    fn an_option_is_completed_with_twenty_five_choices() {
        accepts(&CALLBACK, &completion(&choices(25)));
        accepts(&CALLBACK, &completion(&json!([])));
        accepts(&CALLBACK, &completion(&json!([{"name": long(100), "value": long(100)}])));
        for (bad, fault) in [
            (choices(26), "data.choices BASE_TYPE_MAX_LENGTH"),
            (json!(null), "data.choices BASE_TYPE_REQUIRED"),
            (json!([{"name": long(101), "value": "x"}]), "data.choices.0.name BASE_TYPE_BAD_LENGTH"),
            (json!([{"name": "", "value": "x"}]), "data.choices.0.name BASE_TYPE_BAD_LENGTH"),
            (json!([{"name": "x", "value": long(101)}]), "data.choices.0.value BASE_TYPE_MAX_LENGTH"),
            (json!([{"name": "x", "value": true}]), "data.choices.0.value STRING_TYPE_CONVERT"),
            (json!([{"name": "x"}]), "data.choices.0.value BASE_TYPE_REQUIRED"),
        ] {
            refuses(&CALLBACK, &completion(&bad), fault);
        }
    }
}
