//! Modals (receiving-and-responding, "Modal"): a title and one to five things to fill in, each in a label
//! or, as it was before labels, in a row of its own.

use serde_json::{Map, Value};

use super::components::{ANY, CUSTOM_ID, OPTIONS_SELECT, PICKS_SELECT, custom_ids_differ, disabled_in_modal};
use super::findings::Findings;
use super::shape::{Field, Form, Shape, may, must};

const INPUT: &[Field] = &[
    must("custom_id", CUSTOM_ID),
    must("style", Shape::Choice(&[1, 2])),
    may("label", Shape::Text(1, 45)),
    may("min_length", Shape::Whole(0, 4_000)),
    may("max_length", Shape::Whole(1, 4_000)),
    may("required", Shape::Flag),
    may("value", Shape::Text(0, 4_000)),
    may("placeholder", Shape::Text(0, 100)),
];

static INPUT_FORM: Form = Form { fields: &[ANY, INPUT], also: lengths };
static IN_A_ROW: Shape = Shape::Kinds(&[(4, Shape::Form(&INPUT_FORM))]);

/// One input is as wide as a row.
static ROW: Form = Form {
    fields: &[ANY, &[must("components", Shape::List(&IN_A_ROW, 1, 1))]],
    also: |map, found| {
        let input = map.get("components").and_then(|inner| inner.get(0));
        if input.and_then(|input| input.get("label")).is_none_or(Value::is_null) {
            found.at("components", |found| found.at(&0, |found| found.at("label", Findings::missing)));
        }
    },
};

const NOT_MODELLED: Shape = Shape::NotModelled("uploads, radio buttons and checkboxes in modals");

static IN_A_LABEL: Shape = Shape::And(
    &Shape::Kinds(&[
        (4, Shape::Form(&INPUT_FORM)),
        (3, Shape::Form(&OPTIONS_SELECT)),
        (5, Shape::Form(&PICKS_SELECT)),
        (6, Shape::Form(&PICKS_SELECT)),
        (7, Shape::Form(&PICKS_SELECT)),
        (8, Shape::Form(&PICKS_SELECT)),
        (19, NOT_MODELLED),
        (21, NOT_MODELLED),
        (22, NOT_MODELLED),
        (23, NOT_MODELLED),
    ]),
    disabled_in_modal,
);

static LABEL: Form = Form::of(&[
    ANY,
    &[
        must("label", Shape::Text(1, 45)),
        may("description", Shape::Text(1, 100)),
        must("component", Shape::Same(&IN_A_LABEL)),
    ],
]);

static TEXT: Form = Form::of(&[ANY, &[must("content", Shape::Text(1, 4_000))]]);

static ROWS: Shape =
    Shape::List(&Shape::Kinds(&[(1, Shape::Form(&ROW)), (18, Shape::Form(&LABEL)), (10, Shape::Form(&TEXT))]), 1, 5);

pub(super) static MODAL: Form = Form::of(&[&[
    must("custom_id", CUSTOM_ID),
    must("title", Shape::Text(1, 45)),
    must("components", Shape::And(&ROWS, custom_ids_differ)),
]]);

fn lengths(map: &Map<String, Value>, found: &mut Findings) {
    let bound = |key: &str| map.get(key).and_then(Value::as_u64);
    if bound("min_length").zip(bound("max_length")).is_some_and(|(least, most)| least > most) {
        found.at("min_length", |found| {
            found.add("TEXT_INPUT_COMPONENT_MIN_LENGTH_INVALID", "min_length must not be more than max_length");
        });
    }
    let characters = map.get("value").and_then(Value::as_str).map(|value| value.chars().count() as u64);
    if characters.zip(bound("max_length")).is_some_and(|(characters, most)| characters > most) {
        found.at("value", |found| {
            found.add("BASE_TYPE_MAX_LENGTH", "Must be no longer than the input's own max_length.");
        });
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{accepts, long, refuses, with};
    use super::*;
    use serde_json::json;

    static SHAPE: Shape = Shape::Form(&MODAL);

    fn input(changes: &Value) -> Value {
        with(&json!({"type": 4, "custom_id": "name", "style": 1, "label": "Name"}), changes)
    }

    fn row(changes: &Value) -> Value {
        json!({"type": 1, "components": [input(changes)]})
    }

    fn label(changes: &Value) -> Value {
        with(&json!({"type": 18, "label": "Name", "component": input(&json!({"label": null}))}), changes)
    }

    fn modal(changes: &Value) -> Value {
        with(&json!({"custom_id": "really", "title": "Really?", "components": [row(&json!({}))]}), changes)
    }

    fn rows(count: usize) -> Value {
        (0..count).map(|n| row(&json!({ "custom_id": n.to_string() }))).collect()
    }

    #[test]
    fn a_modal_has_a_title_an_id_and_one_to_five_rows() {
        for good in [
            json!({"title": long(45), "custom_id": long(100)}),
            json!({ "components": rows(5) }),
            json!({"components": [label(&json!({})), {"type": 10, "content": long(4_000)}]}),
        ] {
            accepts(&SHAPE, &modal(&good));
        }
        for (bad, fault) in [
            (json!({"title": long(46)}), "title BASE_TYPE_BAD_LENGTH"),
            (json!({"title": ""}), "title BASE_TYPE_BAD_LENGTH"),
            (json!({"title": null}), "title BASE_TYPE_REQUIRED"),
            (json!({"custom_id": null}), "custom_id BASE_TYPE_REQUIRED"),
            (json!({"custom_id": long(101)}), "custom_id BASE_TYPE_BAD_LENGTH"),
            (json!({ "components": rows(6) }), "components BASE_TYPE_BAD_LENGTH"),
            (json!({"components": []}), "components BASE_TYPE_BAD_LENGTH"),
            (json!({"components": null}), "components BASE_TYPE_REQUIRED"),
            (
                json!({"components": [row(&json!({})), label(&json!({}))]}),
                "components.1.component.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
            ),
            (
                json!({"components": [{"type": 10, "content": long(4_001)}]}),
                "components.0.content BASE_TYPE_BAD_LENGTH",
            ),
            (json!({"components": [input(&json!({}))]}), "components.0 UNION_TYPE_CHOICES"),
            (
                json!({"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x", "custom_id": "x"}]}]}),
                "components.0.components.0 UNION_TYPE_CHOICES",
            ),
            (
                json!({"components": [{"type": 1, "components": [input(&json!({})), input(&json!({"custom_id": "b"}))]}]}),
                "components.0.components BASE_TYPE_BAD_LENGTH",
            ),
        ] {
            refuses(&SHAPE, &modal(&bad), fault);
        }
    }

    #[test]
    fn a_text_input_keeps_its_limits_in_a_row_and_in_a_label() {
        for good in [
            json!({"style": 2, "label": long(45), "placeholder": long(100), "value": long(4_000), "max_length": 4_000}),
            json!({"min_length": 0, "max_length": 1, "required": false}),
            json!({"min_length": 4_000}),
        ] {
            accepts(&SHAPE, &modal(&json!({"components": [row(&good)]})));
            accepts(&SHAPE, &modal(&json!({"components": [label(&json!({"component": input(&good)}))]})));
        }
        for (bad, fault) in [
            (json!({"label": long(46)}), "label BASE_TYPE_BAD_LENGTH"),
            (json!({"style": 3}), "style BASE_TYPE_CHOICES"),
            (json!({"style": null}), "style BASE_TYPE_REQUIRED"),
            (json!({"custom_id": null}), "custom_id BASE_TYPE_REQUIRED"),
            (json!({"custom_id": long(101)}), "custom_id BASE_TYPE_BAD_LENGTH"),
            (json!({"placeholder": long(101)}), "placeholder BASE_TYPE_MAX_LENGTH"),
            (json!({"value": long(4_001)}), "value BASE_TYPE_MAX_LENGTH"),
            (json!({"value": "abc", "max_length": 2}), "value BASE_TYPE_MAX_LENGTH"),
            (json!({"min_length": 4_001}), "min_length NUMBER_TYPE_MAX"),
            (json!({"min_length": -1}), "min_length NUMBER_TYPE_MIN"),
            (json!({"max_length": 0}), "max_length NUMBER_TYPE_MIN"),
            (json!({"max_length": 4_001}), "max_length NUMBER_TYPE_MAX"),
            (json!({"min_length": 3, "max_length": 2}), "min_length TEXT_INPUT_COMPONENT_MIN_LENGTH_INVALID"),
            (json!({"required": "yes"}), "required BOOLEAN_TYPE_CONVERT"),
        ] {
            let in_row = format!("components.0.components.0.{fault}");
            refuses(&SHAPE, &modal(&json!({"components": [row(&bad)]})), &in_row);
            let in_label = format!("components.0.component.{fault}");
            refuses(&SHAPE, &modal(&json!({"components": [label(&json!({"component": input(&bad)}))]})), &in_label);
        }
        refuses(
            &SHAPE,
            &modal(&json!({"components": [row(&json!({"label": null}))]})),
            "components.0.components.0.label BASE_TYPE_REQUIRED",
        );
    }

    #[test]
    fn a_label_names_one_thing_that_is_not_disabled() {
        let select = |changes: &Value| with(&json!({"type": 5, "custom_id": "who"}), changes);
        accepts(
            &SHAPE,
            &modal(
                &json!({"components": [label(&json!({"component": select(&json!({})), "description": long(100)}))]}),
            ),
        );
        accepts(
            &SHAPE,
            &modal(
                &json!({"components": [label(&json!({"component": select(&json!({"min_values": 0, "required": false}))}))]}),
            ),
        );
        for (bad, fault) in [
            (json!({"label": long(46)}), "label BASE_TYPE_BAD_LENGTH"),
            (json!({"label": null}), "label BASE_TYPE_REQUIRED"),
            (json!({"description": long(101)}), "description BASE_TYPE_BAD_LENGTH"),
            (json!({"component": null}), "component BASE_TYPE_REQUIRED"),
            (
                json!({"component": {"type": 2, "style": 1, "custom_id": "x", "label": "x"}}),
                "component UNION_TYPE_CHOICES",
            ),
            (
                json!({"component": select(&json!({"disabled": true}))}),
                "component.disabled COMPONENT_DISABLED_IN_MODAL",
            ),
            (json!({"component": select(&json!({"min_values": 0}))}), "component.min_values NUMBER_TYPE_MIN"),
        ] {
            refuses(&SHAPE, &modal(&json!({"components": [label(&bad)]})), &format!("components.0.{fault}"));
        }
        refuses(
            &SHAPE,
            &modal(&json!({"components": [label(&json!({"component": {"type": 23, "custom_id": "x"}}))]})),
            "not modelled: uploads, radio buttons and checkboxes in modals",
        );
    }
}
