use serde_json::json;

use super::super::testing::{accepts, long, refuses, with};
use super::*;

fn button(changes: &Value) -> Value {
    with(&json!({"type": 2, "style": 1, "label": "Go", "custom_id": "go"}), changes)
}

fn select(kind: u64, changes: &Value) -> Value {
    with(&json!({"type": kind, "custom_id": "pick"}), changes)
}

fn row(components: &Value) -> Value {
    json!({"type": 1, "components": components})
}

fn buttons(count: usize) -> Value {
    (0..count).map(|n| button(&json!({ "custom_id": format!("b{n}") }))).collect()
}

fn accepts_one(component: &Value) {
    accepts(&OF_A_MESSAGE, &json!([row(&json!([component]))]));
}

fn refuses_one(component: &Value, fault: &str) {
    refuses(&OF_A_MESSAGE, &json!([row(&json!([component]))]), &format!("0.components.0{fault}"));
}

#[test]
fn five_rows_of_five_buttons_each_with_an_id_of_its_own() {
    let rows = |rows: usize| -> Value {
        (0..rows).map(|r| row(&json!([button(&json!({ "custom_id": format!("r{r}") }))]))).collect()
    };
    accepts(&OF_A_MESSAGE, &json!([]));
    accepts(&OF_A_MESSAGE, &rows(5));
    refuses(&OF_A_MESSAGE, &rows(6), " BASE_TYPE_MAX_LENGTH");
    accepts(&OF_A_MESSAGE, &json!([row(&buttons(5))]));
    refuses(&OF_A_MESSAGE, &json!([row(&buttons(6))]), "0.components BASE_TYPE_BAD_LENGTH");
    refuses(&OF_A_MESSAGE, &json!([row(&json!([]))]), "0.components BASE_TYPE_BAD_LENGTH");
    refuses(
        &OF_A_MESSAGE,
        &json!([row(&buttons(1)), row(&buttons(1))]),
        "1.components.0.custom_id COMPONENT_CUSTOM_ID_DUPLICATED",
    );
    refuses(&OF_A_MESSAGE, &json!([button(&json!({}))]), "0 UNION_TYPE_CHOICES");
    refuses(&OF_A_MESSAGE, &json!([{"type": 1}]), "0.components BASE_TYPE_REQUIRED");
}

#[test]
fn a_select_has_its_row_to_itself() {
    accepts_one(&select(5, &json!({})));
    for inner in
        [json!([select(5, &json!({})), button(&json!({}))]), json!([button(&json!({})), select(6, &json!({}))])]
    {
        refuses(&OF_A_MESSAGE, &json!([row(&inner)]), "0.components.1 COMPONENT_LAYOUT_WIDTH_EXCEEDED");
    }
    refuses_one(&row(&buttons(1)), " UNION_TYPE_CHOICES");
    refuses_one(&json!({"type": 4, "custom_id": "x", "style": 1, "label": "x"}), " UNION_TYPE_CHOICES");
}

#[test]
fn a_button_has_what_its_style_needs_and_nothing_else() {
    for good in [
        json!({"label": long(80), "custom_id": long(100)}),
        json!({"style": 4, "disabled": true, "emoji": {"name": "🗑"}}),
        json!({"label": null, "emoji": {"name": "tea", "id": "1", "animated": false}}),
        json!({"style": 5, "custom_id": null, "url": "https://example.org"}),
        json!({"style": 6, "custom_id": null, "label": null, "sku_id": "1"}),
    ] {
        accepts_one(&button(&good));
    }
    let url = format!("https://example.org/{}", "x".repeat(493));
    for (bad, fault) in [
        (json!({"label": long(81)}), ".label BASE_TYPE_MAX_LENGTH"),
        (json!({"label": null}), ".label BUTTON_COMPONENT_NO_LABEL"),
        (json!({"custom_id": long(101)}), ".custom_id BASE_TYPE_BAD_LENGTH"),
        (json!({"custom_id": ""}), ".custom_id BASE_TYPE_BAD_LENGTH"),
        (json!({"custom_id": null}), ".custom_id BASE_TYPE_REQUIRED"),
        (json!({"style": null}), ".style BASE_TYPE_REQUIRED"),
        (json!({"style": 7}), ".style BASE_TYPE_CHOICES"),
        (json!({"style": 0}), ".style BASE_TYPE_CHOICES"),
        (json!({"url": "https://example.org"}), ".url BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE"),
        (json!({"sku_id": "1"}), ".sku_id BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE"),
        (json!({"style": 5, "custom_id": null}), ".url BASE_TYPE_REQUIRED"),
        (json!({"style": 5, "url": "https://example.org"}), ".custom_id BUTTON_COMPONENT_MUTUALLY_EXCLUSIVE"),
        (json!({"style": 5, "custom_id": null, "url": url}), ".url BASE_TYPE_MAX_LENGTH"),
        (json!({"style": 5, "custom_id": null, "url": "ftp://example.org"}), ".url URL_TYPE_INVALID_SCHEME"),
        (json!({"style": 6, "custom_id": null, "label": null}), ".sku_id BASE_TYPE_REQUIRED"),
        (json!({"disabled": "no"}), ".disabled BOOLEAN_TYPE_CONVERT"),
        (json!({"emoji": {"name": "bin"}}), ".emoji.name COMPONENT_INVALID_EMOJI"),
        (json!({"emoji": {"id": "1"}}), ".emoji.name BASE_TYPE_REQUIRED"),
    ] {
        refuses_one(&button(&bad), fault);
    }
    accepts_one(&button(&json!({"style": 5, "custom_id": null, "url": &url[..512]})));
}

#[test]
fn menus_keep_their_limits() {
    let options =
        |count: usize| -> Value { (0..count).map(|n| json!({ "label": "x", "value": n.to_string() })).collect() };
    let full = json!([{"label": long(100), "value": long(100), "description": long(100), "default": true, "emoji": {"name": "🍵"}}]);
    for good in [
        json!({"options": options(25), "min_values": 0, "max_values": 25, "placeholder": long(150)}),
        json!({ "options": full }),
    ] {
        accepts_one(&select(3, &good));
    }
    for (bad, fault) in [
        (json!({}), ".options BASE_TYPE_REQUIRED"),
        (json!({ "options": options(26) }), ".options BASE_TYPE_BAD_LENGTH"),
        (json!({"options": []}), ".options BASE_TYPE_BAD_LENGTH"),
        (json!({"options": options(1), "placeholder": long(151)}), ".placeholder BASE_TYPE_MAX_LENGTH"),
        (json!({"options": options(1), "min_values": 26}), ".min_values NUMBER_TYPE_MAX"),
        (json!({"options": options(1), "max_values": 26}), ".max_values NUMBER_TYPE_MAX"),
        (json!({"options": options(1), "max_values": 0}), ".max_values NUMBER_TYPE_MIN"),
        (json!({"options": options(2), "min_values": 2}), ".min_values SELECT_COMPONENT_MIN_VALUES_INVALID"),
        (json!({"options": [{"label": long(101), "value": "x"}]}), ".options.0.label BASE_TYPE_BAD_LENGTH"),
        (json!({"options": [{"label": "x", "value": long(101)}]}), ".options.0.value BASE_TYPE_BAD_LENGTH"),
        (
            json!({"options": [{"label": "x", "value": "x", "description": long(101)}]}),
            ".options.0.description BASE_TYPE_MAX_LENGTH",
        ),
        (
            json!({"options": [{"label": "a", "value": "x"}, {"label": "b", "value": "x"}]}),
            ".options.1 SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        (json!({"options": options(1), "custom_id": null}), ".custom_id BASE_TYPE_REQUIRED"),
    ] {
        refuses_one(&select(3, &bad), fault);
    }
}

#[test]
fn people_roles_and_channels_are_picked_within_the_menus_range() {
    let user = json!({"type": "user", "id": "1"});
    accepts_one(&select(5, &json!({"default_values": [user]})));
    accepts_one(&select(7, &json!({"default_values": [user, {"type": "role", "id": "2"}], "max_values": 2})));
    accepts_one(&select(8, &json!({"channel_types": [0, 5]})));
    for (kind, bad, fault) in [
        (5, json!({"default_values": [user, user]}), ".default_values SELECT_COMPONENT_DEFAULTS_INVALID"),
        (6, json!({"default_values": [user]}), ".default_values.0.type BASE_TYPE_CHOICES"),
        (8, json!({"default_values": [{"type": "channel"}]}), ".default_values.0.id BASE_TYPE_REQUIRED"),
        (8, json!({"channel_types": [99]}), ".channel_types.0 BASE_TYPE_CHOICES"),
    ] {
        refuses_one(&select(kind, &bad), fault);
    }
}
