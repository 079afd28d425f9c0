use serde_json::json;

use super::*;
use crate::config::Server;
use crate::domain::actor::{ActorId, OrgId, Role};
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;

const APPLICATION: u64 = 1_100_000_000_000_000_001;

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

/// A whole payload as Discord's documents show it, in a guild.
fn in_guild(subcommand: &Value) -> Value {
    json!({
        "type": 2,
        "id": "1200000000000000007",
        "application_id": APPLICATION.to_string(),
        "token": "aW50ZXJhY3Rpb24",
        "version": 1,
        "channel_id": "1300000000000000002",
        "guild_id": "1300000000000000001",
        "guild_locale": "en-US",
        "locale": "en-GB",
        "app_permissions": "442368",
        "entitlements": [],
        "authorizing_integration_owners": { "0": "1300000000000000001" },
        "context": 0,
        "member": {
            "user": { "id": "80351110224678912", "username": "ana", "discriminator": "0", "avatar": null },
            "roles": ["539082325061836999"],
            "permissions": "2147483647",
            "joined_at": "2017-03-13T19:19:14.040000+00:00",
            "nick": null, "deaf": false, "mute": false
        },
        "data": { "type": 1, "id": "1400000000000000001", "name": "store", "options": [subcommand] }
    })
}

fn create_payload() -> Value {
    in_guild(&json!({ "type": 1, "name": "create", "options": [
        { "type": 3, "name": "name", "value": "teashop" },
        { "type": 3, "name": "engine", "value": "woocommerce" },
        { "type": 3, "name": "title", "value": "Tea & <Co>" }
    ]}))
}

/// Everybody is a member, except for who has a role of the server in the payload.
fn audience() -> Audience {
    let roles = [(539_082_325_061_836_999, Role::Admin)].into();
    let server = Server { id: 1_300_000_000_000_000_001, default_role: None, grants: None, roles, users: [].into() };
    let people = People { default_role: Some(Role::Member), grants: None, servers: vec![server] };
    Audience { application: APPLICATION, people }
}

fn read_bytes(body: &[u8]) -> Result<Interaction, BadPayload> {
    interaction(body, &audience(), &Moment { origin: Arc::default(), now: now() })
}

fn read(payload: &Value) -> Result<Interaction, BadPayload> {
    read_bytes(payload.to_string().as_bytes())
}

fn asked(payload: &Value) -> Asked {
    match read(payload) {
        Ok(Interaction::Asked(asked)) => asked,
        other => panic!("{other:?}"),
    }
}

fn request(payload: &Value) -> Request {
    match asked(payload) {
        Ok((_, Ask::Do(request))) => *request,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_create_in_a_guild_is_a_request() {
    let request = request(&create_payload());
    assert_eq!(
        request.actor,
        Actor {
            id: ActorId::new("discord:80351110224678912"),
            role: Role::Admin,
            org: Some(OrgId::new("discord:1300000000000000001")),
        }
    );
    assert_eq!((request.door, request.at), (Door::Discord, now()));
    assert_eq!(request.key.as_ref().unwrap().value, "1200000000000000007");
    let Command::Create(create) = request.command else { panic!("{:?}", request.command) };
    assert_eq!((create.name.as_str(), create.engine, create.plan), ("teashop", Engine::Woocommerce, Plan::Small));
    assert_eq!(create.title.as_deref(), Some("Tea & <Co>"));
    let Some(ReplyTo::Discord { application_id, token, channel_id, user_id, token_expires_at, .. }) = request.reply_to
    else {
        panic!("no reply");
    };
    assert_eq!((application_id, token.expose()), (APPLICATION.to_string(), "aW50ZXJhY3Rpb24"));
    assert_eq!((channel_id.as_deref(), user_id.as_str()), (Some("1300000000000000002"), "80351110224678912"));
    assert_eq!(token_expires_at, Timestamp::from_second(1_700_000_900).unwrap());
}

#[test]
fn a_direct_message_has_a_user_instead_of_a_member() {
    let mut payload = in_guild(&json!({ "type": 1, "name": "delete", "options": [
        { "type": 3, "name": "name", "value": "teashop" }
    ]}));
    payload["member"] = Value::Null;
    payload["guild_id"] = Value::Null;
    payload["user"] = json!({ "id": "80351110224678912", "username": "ana" });
    let request = request(&payload);
    let actor = Actor { id: ActorId::new("discord:80351110224678912"), role: Role::Member, org: None };
    assert_eq!(request.actor, actor);
    assert_eq!(request.command, Command::Delete { store: StoreRef::new("teashop"), grace: std::time::Duration::ZERO });
}

#[test]
fn somebody_without_a_role_may_not_even_ask() {
    let mut payload = create_payload();
    payload["member"]["roles"] = json!(["1"]);
    assert_eq!(asked(&payload).unwrap_err(), Refusal::NoRole);
    // Roles are taken from the payload as they are: without any, and without the field.
    payload["member"]["roles"] = json!([]);
    assert_eq!(asked(&payload).unwrap_err(), Refusal::NoRole);
    payload["member"].as_object_mut().unwrap().remove("roles");
    assert_eq!(asked(&payload).unwrap_err(), Refusal::NoRole);
    payload["guild_id"] = json!("1300000000000000009");
    assert_eq!(asked(&payload).unwrap().0.role, Role::Member);
}

#[test]
fn questions_ask_for_nothing_to_be_done() {
    let status = json!({ "type": 1, "name": "status", "options": [{ "type": 3, "name": "name", "value": "tea" }] });
    assert!(matches!(asked(&in_guild(&status)), Ok((_, Ask::Status(store))) if store.as_str() == "tea"));
    assert!(matches!(asked(&in_guild(&json!({ "type": 1, "name": "list" }))), Ok((_, Ask::List))));
    assert!(matches!(asked(&in_guild(&json!({ "type": 1, "name": "help", "options": [] }))), Ok((_, Ask::Help))));
}

#[test]
fn a_second_delivery_is_the_same_request() {
    let first = request(&create_payload()).key;
    let mut again = create_payload();
    again["member"]["nick"] = json!("Ana");
    assert_eq!(request(&again).key, first);
    again["data"]["options"][0]["options"][0]["value"] = json!("coffee");
    assert_ne!(request(&again).key, first);
}

#[test]
fn a_person_is_told_what_they_mistyped() {
    let payload = in_guild(&json!({ "type": 1, "name": "create", "options": [
        { "type": 3, "name": "name", "value": "Tea Shop" },
        { "type": 3, "name": "engine", "value": "woocommerce" }
    ]}));
    assert!(matches!(asked(&payload), Err(Refusal::Name { .. })));
    let later = in_guild(&json!({ "type": 1, "name": "paint", "options": [] }));
    assert!(matches!(asked(&later), Err(Refusal::Unknown { field: "subcommand", .. })));
    let mut other = create_payload();
    other["data"]["name"] = json!("shop");
    assert!(matches!(asked(&other), Err(Refusal::Unknown { .. })));
}

#[test]
fn what_is_no_interaction_is_refused() {
    assert!(matches!(read(&json!({ "type": 1 })), Ok(Interaction::Ping)));
    for kind in [0, 4, 5, 6, 255] {
        let mut payload = create_payload();
        payload["type"] = json!(kind);
        assert_eq!(read(&payload).unwrap_err(), BadPayload::Kind);
    }
    for missing in ["id", "application_id", "token", "data", "member", "guild_id"] {
        let mut payload = create_payload();
        payload[missing] = Value::Null;
        assert_eq!(read(&payload).unwrap_err(), BadPayload::Shape, "{missing}");
    }
    for body in ["", "[]", "{}", r#"{"type":"1"}"#, r#"{"type":999}"#] {
        assert!(matches!(read_bytes(body.as_bytes()), Err(BadPayload::Shape)), "{body}");
    }
    let mut payload = create_payload();
    payload["application_id"] = json!("1");
    assert_eq!(read(&payload).unwrap_err(), BadPayload::Application);
}

#[test]
fn a_button_says_what_it_stands_for() {
    let mut payload = create_payload();
    payload["type"] = json!(3);
    let mut press = |id: &str| {
        payload["data"] = json!({ "custom_id": id, "component_type": 2 });
        asked(&payload).map(|(_, ask)| ask)
    };
    for (id, approve) in [("v1:approve:00000000000000a7", true), ("v1:deny:00000000000000a7", false)] {
        let Ok(Ask::Decide(decision)) = press(id) else { panic!("{id}") };
        assert_eq!(decision, Decision { approve, approval: "00000000000000a7".to_owned() });
    }
    for id in ["", "v1", "v2:approve:00000000000000a7", "v1:remove:x"] {
        assert!(matches!(press(id), Err(Refusal::Unknown { field: "button", .. })), "{id}");
    }
}
