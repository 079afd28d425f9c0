use serde_json::json;

use super::super::testing::{accepts, long, refuses, with};
use super::*;

fn command(changes: &Value) -> Value {
    with(&json!({"name": "store", "description": "Shops"}), changes)
}

fn option(kind: u64, changes: &Value) -> Value {
    with(&json!({"type": kind, "name": "plan", "description": "Size"}), changes)
}

fn with_options(options: &Value) -> Value {
    command(&json!({ "options": options }))
}

fn with_option(kind: u64, changes: &Value) -> Value {
    with_options(&json!([option(kind, changes)]))
}

/// So many options of one kind, each of another name.
fn many(count: usize, kind: u64) -> Value {
    (0..count).map(|n| option(kind, &json!({ "name": format!("o{n}") }))).collect()
}

fn choices(count: usize) -> Value {
    (0..count).map(|n| json!({ "name": n.to_string(), "value": n.to_string() })).collect()
}

#[test]
fn names_and_descriptions_have_their_length_and_pattern() {
    for good in [json!({"name": long(32)}), json!({"description": long(100)}), json!({"name": "größe-2"})] {
        accepts(&COMMAND, &command(&good));
    }
    for (bad, fault) in [
        (json!({"name": long(33)}), "name BASE_TYPE_BAD_LENGTH"),
        (json!({"name": ""}), "name BASE_TYPE_BAD_LENGTH"),
        (json!({"name": null}), "name BASE_TYPE_REQUIRED"),
        (json!({"name": "Store"}), "name APPLICATION_COMMAND_INVALID_NAME"),
        (json!({"name": "my store"}), "name APPLICATION_COMMAND_INVALID_NAME"),
        (json!({"description": long(101)}), "description BASE_TYPE_MAX_LENGTH"),
        (json!({"description": ""}), "description BASE_TYPE_REQUIRED"),
        (json!({"description": null}), "description BASE_TYPE_REQUIRED"),
        (json!({"type": 5}), "type BASE_TYPE_CHOICES"),
    ] {
        refuses(&COMMAND, &command(&bad), fault);
    }
    refuses(&COMMAND, &json!("store"), " MODEL_TYPE_CONVERT");
}

#[test]
fn translations_follow_the_rules_of_what_they_translate() {
    accepts(
        &COMMAND,
        &command(&json!({"name_localizations": {"de": "laden"}, "description_localizations": {"fr": long(100)}})),
    );
    for (bad, fault) in [
        (json!({"name_localizations": {"de": "Laden"}}), "name_localizations.de APPLICATION_COMMAND_INVALID_NAME"),
        (json!({"name_localizations": {"german": "laden"}}), "name_localizations.german ENUM_TYPE_COERCE"),
        (json!({"description_localizations": {"fr": long(101)}}), "description_localizations.fr BASE_TYPE_BAD_LENGTH"),
    ] {
        refuses(&COMMAND, &command(&bad), fault);
    }
    refuses(
        &COMMAND,
        &with_option(3, &json!({"name_localizations": {"de": "Größe"}})),
        "options.0.name_localizations.de APPLICATION_COMMAND_INVALID_NAME",
    );
}

#[test]
fn who_may_use_a_command_and_where_is_said_in_discords_numbers() {
    for good in [
        json!({"default_member_permissions": "8", "contexts": [0, 1, 2], "integration_types": [0, 1]}),
        json!({"default_member_permissions": "0", "nsfw": false, "dm_permission": true}),
    ] {
        accepts(&COMMAND, &command(&good));
    }
    for (bad, fault) in [
        (json!({"default_member_permissions": 8}), "default_member_permissions STRING_TYPE_CONVERT"),
        (json!({"default_member_permissions": "all"}), "default_member_permissions NUMBER_TYPE_COERCE"),
        (json!({"contexts": []}), "contexts BASE_TYPE_BAD_LENGTH"),
        (json!({"contexts": [3]}), "contexts.0 BASE_TYPE_CHOICES"),
        (json!({"contexts": [0, 0]}), "contexts SET_TYPE_ALREADY_CONTAINS_VALUE"),
        (json!({"integration_types": [2]}), "integration_types.0 BASE_TYPE_CHOICES"),
        (json!({"integration_types": 0}), "integration_types LIST_TYPE_CONVERT"),
        (json!({"nsfw": "no"}), "nsfw BOOLEAN_TYPE_CONVERT"),
    ] {
        refuses(&COMMAND, &command(&bad), fault);
    }
}

#[test]
fn options_are_counted_named_once_and_ordered() {
    accepts(&COMMAND, &with_options(&many(25, 3)));
    refuses(&COMMAND, &with_options(&many(26, 3)), "options BASE_TYPE_MAX_LENGTH");
    let twins = json!([option(3, &json!({})), option(4, &json!({}))]);
    refuses(&COMMAND, &with_options(&twins), "options.1 APPLICATION_COMMAND_OPTIONS_NAME_INVALID");
    let pair = |first: bool, second: bool| {
        with_options(&json!([
            option(3, &json!({"name": "a", "required": first})),
            option(3, &json!({"name": "b", "required": second}))
        ]))
    };
    accepts(&COMMAND, &pair(true, false));
    refuses(&COMMAND, &pair(false, true), "options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID");
    for (bad, fault) in [
        (json!({"type": 12}), "options.0 UNION_TYPE_CHOICES"),
        (json!({"type": null}), "options.0.type BASE_TYPE_REQUIRED"),
        (json!({"description": null}), "options.0.description BASE_TYPE_REQUIRED"),
        (json!({"name": "A"}), "options.0.name APPLICATION_COMMAND_INVALID_NAME"),
        (json!({"required": 1}), "options.0.required BOOLEAN_TYPE_CONVERT"),
    ] {
        refuses(&COMMAND, &with_option(3, &bad), fault);
    }
}

#[test]
fn groups_hold_subcommands_and_subcommands_hold_values() {
    let sub = |options: Value| option(1, &json!({ "name": "sub", "options": options }));
    let group = |options: Value| option(2, &json!({ "name": "group", "options": options }));
    accepts(&COMMAND, &with_options(&json!([sub(json!([])), group(json!([sub(many(25, 3))]))])));
    for (options, fault) in [
        (json!([sub(json!([sub(json!([]))]))]), "options.0.options.0 UNION_TYPE_CHOICES"),
        (json!([group(json!([group(json!([]))]))]), "options.0.options.0 UNION_TYPE_CHOICES"),
        (json!([group(many(1, 3))]), "options.0.options.0 UNION_TYPE_CHOICES"),
        (json!([sub(many(26, 3))]), "options.0.options BASE_TYPE_MAX_LENGTH"),
        (json!([sub(json!([])), option(3, &json!({}))]), "options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID"),
    ] {
        refuses(&COMMAND, &with_options(&options), fault);
    }
}

#[test]
fn choices_are_counted_named_once_and_of_the_options_type() {
    accepts(&COMMAND, &with_option(3, &json!({ "choices": choices(25) })));
    accepts(&COMMAND, &with_option(3, &json!({"choices": [{"name": long(100), "value": long(100)}]})));
    accepts(&COMMAND, &with_option(4, &json!({"choices": [{"name": "one", "value": 1}]})));
    accepts(&COMMAND, &with_option(10, &json!({"choices": [{"name": "half", "value": 0.5}]})));
    for (kind, bad, fault) in [
        (3, json!({ "choices": choices(26) }), "options.0.choices BASE_TYPE_MAX_LENGTH"),
        (3, json!({"choices": [{"name": long(101), "value": "x"}]}), "options.0.choices.0.name BASE_TYPE_BAD_LENGTH"),
        (3, json!({"choices": [{"name": "x", "value": long(101)}]}), "options.0.choices.0.value BASE_TYPE_MAX_LENGTH"),
        (3, json!({"choices": [{"name": "x", "value": 1}]}), "options.0.choices.0.value STRING_TYPE_CONVERT"),
        (4, json!({"choices": [{"name": "x", "value": "1"}]}), "options.0.choices.0.value NUMBER_TYPE_COERCE"),
        (3, json!({"choices": [{"name": "x"}]}), "options.0.choices.0.value BASE_TYPE_REQUIRED"),
        (
            3,
            json!({"choices": [{"name": "x", "value": "1"}, {"name": "x", "value": "2"}]}),
            "options.0.choices.1 APPLICATION_COMMAND_OPTIONS_CHOICE_NAME_EXISTS",
        ),
        (
            3,
            json!({"choices": choices(1), "autocomplete": true}),
            "options.0.autocomplete APPLICATION_COMMAND_OPTIONS_AUTOCOMPLETE_INVALID",
        ),
    ] {
        refuses(&COMMAND, &with_option(kind, &bad), fault);
    }
}

#[test]
fn limits_of_values_and_types_of_channels_are_themselves_limited() {
    for (kind, good) in [
        (3, json!({"min_length": 0, "max_length": 6_000})),
        (4, json!({"min_value": -9_007_199_254_740_991_i64, "max_value": 9_007_199_254_740_991_i64})),
        (10, json!({"min_value": 0.5, "max_value": 0.5})),
        (7, json!({"channel_types": [0, 16]})),
    ] {
        accepts(&COMMAND, &with_option(kind, &good));
    }
    for (kind, bad, fault) in [
        (3, json!({"min_length": -1}), "options.0.min_length NUMBER_TYPE_MIN"),
        (3, json!({"max_length": 0}), "options.0.max_length NUMBER_TYPE_MIN"),
        (3, json!({"max_length": 6_001}), "options.0.max_length NUMBER_TYPE_MAX"),
        (
            3,
            json!({"min_length": 3, "max_length": 2}),
            "options.0.min_length APPLICATION_COMMAND_OPTIONS_MIN_MAX_INVALID",
        ),
        (4, json!({"max_value": 9_007_199_254_740_992_i64}), "options.0.max_value NUMBER_TYPE_MAX"),
        (4, json!({"min_value": 0.5}), "options.0.min_value NUMBER_TYPE_COERCE"),
        (7, json!({"channel_types": [6]}), "options.0.channel_types.0 BASE_TYPE_CHOICES"),
        (7, json!({"channel_types": [0, 0]}), "options.0.channel_types SET_TYPE_ALREADY_CONTAINS_VALUE"),
    ] {
        refuses(&COMMAND, &with_option(kind, &bad), fault);
    }
}

/// One option's choices fill a command up to the very limit.
#[test]
fn a_command_has_eight_thousand_characters_with_the_longest_translation_of_each() {
    let choice = |n: usize, size: usize| json!({ "name": format!("{n:02}"), "value": long(size) });
    let options = |last: usize| -> Value {
        // Four options of 25 choices with 2 + 78 characters, less what names and descriptions take.
        let one = |o: usize| {
            let size = |n: usize| if (o, n) == (3, 24) { last } else { 78 };
            let choices: Vec<Value> = (0..25).map(|n| choice(n, size(n))).collect();
            json!({ "type": 3, "name": format!("o{o}"), "description": "x", "choices": choices })
        };
        (0..4).map(one).collect()
    };
    // 4 * 25 * 80 = 8,000; the command's own 6 and the options' 12 have to be saved on the last choice.
    let sized = |last: usize, extra: Value| {
        with(&json!({"name": "store", "description": "x", "options": options(last)}), &extra)
    };
    accepts(&COMMAND, &sized(60, json!({})));
    refuses(&COMMAND, &sized(61, json!({})), " APPLICATION_COMMAND_TOO_LARGE");
    accepts(&COMMAND, &sized(60, json!({"name_localizations": {"de": "laden", "fr": "shop"}})));
    refuses(&COMMAND, &sized(60, json!({"name_localizations": {"de": "laeden"}})), " APPLICATION_COMMAND_TOO_LARGE");
}

#[test]
fn context_menus_have_a_name_and_nothing_else() {
    accepts(&COMMAND, &json!({"type": 2, "name": "High Five"}));
    refuses(
        &COMMAND,
        &json!({"type": 2, "name": "x", "description": "y"}),
        "description APPLICATION_COMMAND_DESCRIPTION_INVALID",
    );
    refuses(
        &COMMAND,
        &json!({"type": 3, "name": "x", "options": many(1, 3)}),
        "options APPLICATION_COMMAND_OPTIONS_INVALID",
    );
}

#[test]
fn a_bulk_overwrite_has_each_name_once_for_each_type() {
    accepts(&BULK, &json!([command(&json!({})), command(&json!({"name": "shop"})), {"type": 2, "name": "store"}]));
    refuses(&BULK, &json!([command(&json!({})), command(&json!({}))]), "1.name APPLICATION_COMMANDS_DUPLICATE_NAME");
    refuses(&BULK, &json!([command(&json!({"name": "X"}))]), "0.name APPLICATION_COMMAND_INVALID_NAME");
    refuses(&BULK, &json!({}), " LIST_TYPE_CONVERT");
}

#[test]
fn a_change_of_a_command_may_leave_everything_out_but_its_name_is_never_null() {
    accepts(&COMMAND_PATCH, &json!({}));
    accepts(&COMMAND_PATCH, &json!({"description": long(100)}));
    refuses(&COMMAND_PATCH, &json!({"name": null}), "name BASE_TYPE_REQUIRED");
    refuses(&COMMAND_PATCH, &json!({"description": long(101)}), "description BASE_TYPE_MAX_LENGTH");
}
