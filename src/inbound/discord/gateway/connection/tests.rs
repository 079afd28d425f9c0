use serde_json::{Value, json};

use super::*;

/// What every interaction carries, in a server.
fn payload(kind: u64, data: &Value) -> Value {
    json!({
        "type": kind, "id": "1200000000000000007", "application_id": "1100000000000000001", "token": "aW50ZXJhY3Rpb24",
        "version": 1, "channel_id": "1300000000000000002", "guild_id": "1300000000000000001", "guild_locale": "en-US",
        "locale": "pt-BR", "app_permissions": "442368", "entitlements": [], "context": 0, "data": data,
        "authorizing_integration_owners": { "0": "1300000000000000001" }, "attachment_size_limit": 10_485_760,
        "member": {
            "user": { "id": "80351110224678912", "username": "ana", "discriminator": "0", "avatar": null },
            "roles": ["539082325061836999"], "permissions": "2147483647", "nick": null, "deaf": false, "mute": false,
            "joined_at": "2017-03-13T19:19:14.040000+00:00", "avatar": null, "flags": 0, "pending": false,
        },
    })
}

fn with_message(mut payload: Value) -> Value {
    payload["message"] = json!({
        "id": "1300000000000000009", "channel_id": "1300000000000000002", "type": 20, "content": "**tea** is ready",
        "author": { "id": "1100000000000000001", "username": "storebot", "discriminator": "0", "avatar": null,
            "bot": true },
        "timestamp": "2026-11-21T08:00:00.000000+00:00", "edited_timestamp": null, "tts": false, "pinned": false,
        "attachments": [], "embeds": [], "mentions": [], "mention_roles": [], "mention_everyone": false, "flags": 0,
        "components": [{ "type": 1, "components": [
            { "type": 2, "style": 4, "label": "Delete", "custom_id": "s1:delete:700000000000" }] }],
    });
    payload
}

/// What comes out for what Discord dispatches.
fn through(name: &str, data: &Value) -> Option<Value> {
    let event: Event = serde_json::from_value(json!({ "t": name, "d": data })).unwrap();
    interaction(&event).map(|body| serde_json::from_slice(&body).unwrap())
}

/// That all of these are as they were.
fn same(before: &Value, fields: &[&str]) {
    let after = through("INTERACTION_CREATE", before).unwrap();
    let every = ["/type", "/id", "/application_id", "/token", "/channel_id", "/guild_id", "/locale", "/member/user/id"];
    for field in every.iter().chain(["/member/roles", "/member/permissions"].iter()).chain(fields) {
        let (before, after) = (before.pointer(field), after.pointer(field));
        assert!(before.is_some() && before == after, "{field}: {before:?} became {after:?}");
    }
}

#[test]
fn what_serenity_reads_is_written_as_it_was() {
    let typed = |focused: bool| {
        let mut name = json!({ "type": 3, "name": "name", "value": "tea" });
        if focused {
            name["focused"] = json!(true);
        }
        let create = json!({ "type": 1, "name": "create", "options": [name] });
        json!({ "type": 1, "id": "1400000000000000001", "name": "store", "options": [create] })
    };
    let name = "/data/options/0/options/0";
    same(&payload(2, &typed(false)), &["/data/name", "/data/options/0/name", &format!("{name}/value")]);
    let fields = [format!("{name}/name"), format!("{name}/value"), format!("{name}/focused")];
    same(&payload(4, &typed(true)), &fields.each_ref().map(String::as_str));
    let pressed = json!({ "custom_id": "s1:delete:700000000000", "component_type": 2 });
    same(&with_message(payload(3, &pressed)), &["/data/custom_id", "/message/id", "/message/content"]);
    let chosen = json!({ "custom_id": "roles", "component_type": 3, "values": ["a", "b"] });
    same(&with_message(payload(3, &chosen)), &["/data/custom_id", "/data/values"]);
    let filled = json!({ "custom_id": "s1:delete:700000000000", "components": [
        { "type": 1, "components": [{ "type": 4, "custom_id": "name", "value": "tea" }] }] });
    let field = "/data/components/0/components/0";
    same(&payload(5, &filled), &["/data/custom_id", &format!("{field}/custom_id"), &format!("{field}/value")]);
}

#[test]
fn what_serenity_cannot_read_comes_as_it_is() {
    let modern = json!({ "custom_id": "roles", "component_type": 99, "values": [] });
    for strange in [payload(3, &modern), payload(77, &json!({})), json!({ "id": "7", "token": "x" })] {
        assert_eq!(through("INTERACTION_CREATE", &strange), Some(strange));
    }
}

#[test]
fn other_events_are_nobodys_business() {
    assert_eq!(through("RESUMED", &json!({})), None);
    assert_eq!(through("SOMETHING_NEW", &json!({ "id": "7" })), None);
}

#[test]
fn some_closes_are_for_good() {
    for (error, wanted) in [
        (GatewayError::InvalidAuthentication, Some(BAD_TOKEN)),
        (GatewayError::DisallowedGatewayIntents, Some(INTENTS)),
        (GatewayError::InvalidGatewayIntents, Some(INTENTS)),
        (GatewayError::Closed(None), None),
    ] {
        assert_eq!(refusal(&Error::Gateway(error)), wanted);
    }
}
