//! Bodies in the stand-in's vocabulary that its own rules and Discord's document can both judge: at each limit,
//! and one past it.

use serde_json::{Value, json};

const CALLBACK: &str = "/interactions/{interaction_id}/{interaction_token}/callback";
const COMMANDS: &str = "/applications/{application_id}/commands";
const ORIGINAL: &str = "/webhooks/{webhook_id}/{webhook_token}/messages/@original";
const HOOK: &str = "/webhooks/{webhook_id}/{webhook_token}";
const MESSAGES: &str = "/channels/{channel_id}/messages";
const MESSAGE: &str = "/channels/{channel_id}/messages/{message_id}";
const DM: &str = "/users/@me/channels";

/// Lower-case method, path template, body, and whether it is good.
pub(super) type Row = (&'static str, &'static str, Value, bool);

fn long(characters: usize) -> String {
    "ä".repeat(characters)
}

fn row(component: &Value) -> Value {
    json!({"content": "x", "components": [{"type": 1, "components": [component]}]})
}

fn messages() -> Vec<Row> {
    let button = |label: usize| row(&json!({"type": 2, "style": 1, "label": long(label), "custom_id": "x"}));
    let menu = |count: usize| {
        let options: Vec<Value> = (0..count).map(|n| json!({ "label": "x", "value": n.to_string() })).collect();
        row(&json!({ "type": 3, "custom_id": "x", "options": options }))
    };
    let embed = |embed: Value| json!({ "embeds": [embed] });
    vec![
        ("post", MESSAGES, json!({"content": "x", "nonce": long(25), "allowed_mentions": {"parse": []}}), true),
        ("post", MESSAGES, json!({"content": "x", "nonce": long(26)}), false),
        ("post", MESSAGES, json!({"content": 1}), false),
        ("post", MESSAGES, json!({"content": "x", "allowed_mentions": {"parse": ["friends"]}}), false),
        ("post", MESSAGES, json!({"content": "x", "flags": "64"}), false),
        ("post", MESSAGES, button(80), true),
        ("post", MESSAGES, button(81), false),
        ("patch", MESSAGE, menu(25), true),
        ("patch", MESSAGE, menu(26), false),
        ("patch", MESSAGE, row(&json!({"type": 4, "custom_id": "x", "style": 1, "label": "x"})), false),
        ("patch", ORIGINAL, json!({"content": long(2_000), "components": []}), true),
        ("patch", ORIGINAL, json!({"content": long(2_001)}), false),
        ("patch", ORIGINAL, embed(json!({"title": long(256)})), true),
        ("patch", ORIGINAL, embed(json!({"title": long(257)})), false),
        ("post", HOOK, embed(json!({"fields": [{"name": "x", "value": long(1_024)}]})), true),
        ("post", HOOK, embed(json!({"fields": [{"name": "x", "value": long(1_025)}]})), false),
        ("post", HOOK, row(&json!({"type": 2, "style": 5, "label": "x", "url": "https://example.org"})), true),
        ("post", HOOK, row(&json!({"type": 2, "label": "x", "custom_id": "x"})), false),
        ("post", DM, json!({"recipient_id": "1"}), true),
        ("post", DM, json!({"recipient_id": 1}), false),
    ]
}

fn callbacks() -> Vec<Row> {
    let choices = |count: usize| -> Value {
        let one = |n: usize| json!({ "name": n.to_string(), "value": n.to_string() });
        json!({"type": 8, "data": {"choices": (0..count).map(one).collect::<Vec<_>>()}})
    };
    let modal = |title: usize, label: usize| {
        let input = json!({"type": 4, "custom_id": "x", "style": 1, "label": long(label)});
        let rows = json!([{"type": 1, "components": [input]}]);
        json!({"type": 9, "data": {"custom_id": "x", "title": long(title), "components": rows}})
    };
    let labelled = |label: usize| {
        let rows = json!([{"type": 18, "label": long(label), "component": {"type": 4, "custom_id": "x", "style": 2}}]);
        json!({"type": 9, "data": {"custom_id": "x", "title": "x", "components": rows}})
    };
    let bodies = [
        (json!({"type": 1}), true),
        (json!({"type": 5, "data": {"flags": 64}}), true),
        (json!({"type": 4, "data": {"content": "x"}}), true),
        (json!({"type": 4, "data": {"content": long(2_001)}}), false),
        (json!({"type": 6}), true),
        (json!({"type": 7, "data": {"content": "x", "components": []}}), true),
        (json!({"type": 7, "data": {"content": 1}}), false),
        (json!({"type": 99}), false),
        (json!({}), false),
        (choices(25), true),
        (choices(26), false),
        (json!({"type": 8}), false),
        (modal(45, 45), true),
        (modal(46, 45), false),
        (modal(45, 46), false),
        (labelled(45), true),
        (labelled(46), false),
    ];
    bodies.into_iter().map(|(body, good)| ("post", CALLBACK, body, good)).collect()
}

fn commands() -> Vec<Row> {
    let command = |change: &Value| {
        let mut command = json!({"name": "store", "description": "Shops"});
        command.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        json!([command])
    };
    let option = |option: Value| command(&json!({ "options": [option] }));
    let many = |count: usize| -> Value {
        (0..count).map(|n| json!({ "type": 3, "name": format!("o{n}"), "description": "x" })).collect()
    };
    let nested =
        json!({"type": 1, "name": "a", "description": "x", "options": [{"type": 1, "name": "b", "description": "x"}]});
    let bodies = [
        (storebot::inbound::discord::definition::commands(), true),
        (command(&json!({"name": long(32), "description": long(100)})), true),
        (command(&json!({"name": long(33)})), false),
        (command(&json!({"description": long(101)})), false),
        (command(&json!({"default_member_permissions": "8", "contexts": [0, 1]})), true),
        (command(&json!({"contexts": [9]})), false),
        (command(&json!({"name_localizations": {"de": "laden"}})), true),
        (command(&json!({"name_localizations": {"de": long(33)}})), false),
        (command(&json!({ "options": many(25) })), true),
        (command(&json!({ "options": many(26) })), false),
        (option(json!({"type": 3, "name": "a", "description": "x", "max_length": 6_000})), true),
        (option(json!({"type": 3, "name": "a", "description": "x", "max_length": 6_001})), false),
        (option(json!({"type": 12, "name": "a", "description": "x"})), false),
        (option(json!({"type": 3, "name": "a"})), false),
        (option(nested), false),
    ];
    bodies.into_iter().map(|(body, good)| ("put", COMMANDS, body, good)).collect()
}

pub(super) fn all() -> Vec<Row> {
    [messages(), callbacks(), commands()].concat()
}
