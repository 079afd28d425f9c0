use serde_json::json;

use super::super::definition;
use super::super::payload::{BadPayload, Interaction, read};
use super::super::people;
use super::*;
use crate::config::{People, Server};
use crate::domain::actor::{ActorId, OrgId, Role};
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;
use crate::domain::store::StoreId;

const APPLICATION: u64 = 1_100_000_000_000_000_001;

macro_rules! recorded {
    ($name:literal) => {
        serde_json::from_str::<Value>(include_str!(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/payloads/discord/",
            $name,
            ".json"
        )))
        .unwrap()
    };
}

fn now() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap()
}

fn interaction(payload: &Value) -> Result<Interaction, BadPayload> {
    read(payload.to_string().as_bytes(), APPLICATION)
}

fn heard(payload: &Value) -> Heard {
    match interaction(payload) {
        Ok(Interaction::Heard(heard)) => *heard,
        other => panic!("{other:?}"),
    }
}

/// Where nothing was set.
fn asks(heard: &Heard) -> Result<Ask, No> {
    ask(heard, &ServerSettings::default())
}

fn asked(payload: &Value) -> Ask {
    asks(&heard(payload)).unwrap_or_else(|no| panic!("{no:?}"))
}

fn told(payload: &Value) -> String {
    match asks(&heard(payload)) {
        Err(No::Told(text)) => text,
        other => panic!("{other:?}"),
    }
}

/// Everybody is a member, except for who has a role of the server in the payload.
fn actor(heard: &Heard) -> Option<Actor> {
    let roles = [(539_082_325_061_836_999, Role::Admin)].into();
    let server = Server { id: 1_300_000_000_000_000_001, default_role: None, grants: None, roles, users: [].into() };
    let people = People { default_role: Some(Role::Member), grants: None, servers: vec![server] };
    people::actor(&people, &ServerSettings::default(), heard.user, &heard.place)
}

fn asked_as(payload: &Value, command: Command) -> Request {
    let (heard, moment) = (heard(payload), Moment { origin: Arc::default(), now: now() });
    request(&heard, Public { lang: Lang::Pt, channel: Some(7) }, (&actor(&heard).unwrap(), command), &moment)
}

fn request_of(payload: &Value) -> Request {
    let Ask::Do(command) = asked(payload) else { panic!("{payload}") };
    asked_as(payload, command)
}

/// The same payload with another subcommand.
fn typed(subcommand: &Value) -> Value {
    let mut payload = recorded!("command");
    payload["data"]["options"] = json!([subcommand]);
    payload
}

#[test]
fn a_create_in_a_server_is_a_request() {
    let request = request_of(&recorded!("command"));
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
    let Some(ReplyTo::Discord { application_id, token, channel_id, user_id, token_expires_at, lang }) =
        request.reply_to
    else {
        panic!("no reply");
    };
    assert_eq!((application_id, token.expose()), (APPLICATION.to_string(), "aW50ZXJhY3Rpb24"));
    assert_eq!((channel_id.as_deref(), user_id.as_str()), (Some("7"), "80351110224678912"));
    assert_eq!((token_expires_at, lang), (Timestamp::from_second(1_700_000_900).unwrap(), Lang::Pt));
}

#[test]
fn a_direct_message_has_a_user_instead_of_a_member() {
    let heard = heard(&recorded!("command-in-direct-message"));
    let nobody = Actor { id: ActorId::new("discord:80351110224678912"), role: Role::Member, org: None };
    assert_eq!((actor(&heard), heard.lang), (Some(nobody), Lang::De));
    assert!(heard.member().is_none());
    assert!(matches!(asks(&heard), Ok(Ask::Confirm(store)) if store.as_str() == "teashop"));
}

#[test]
fn a_server_says_what_somebody_is_there_and_what_is_spoken() {
    let home = heard(&recorded!("command-for-server"));
    let member = home.member().unwrap();
    assert_eq!((member.server.get(), member.roles.len()), (1_300_000_000_000_000_001, 1));
    assert_eq!((member.manages, member.lang, home.lang), (true, Some(Lang::Pt), Lang::En));
    for (bits, manages) in [("0", false), ("8", true), ("32", true), ("2048", false), ("", false), ("x", false)] {
        let mut payload = recorded!("command");
        payload["member"]["permissions"] = json!(bits);
        assert_eq!(heard(&payload).member().unwrap().manages, manages, "{bits}");
    }
    for (locale, lang) in [("en-US", None), ("en-GB", Some(Lang::En)), ("de", Some(Lang::De)), ("ja", None)] {
        let mut payload = recorded!("command");
        payload["guild_locale"] = json!(locale);
        assert_eq!(heard(&payload).member().unwrap().lang, lang, "{locale}");
    }
}

#[test]
fn somebody_without_a_role_is_nobody() {
    let mut payload = recorded!("command");
    for roles in [json!(["1"]), json!([])] {
        payload["member"]["roles"] = roles;
        assert_eq!(actor(&heard(&payload)), None);
    }
    payload["member"].as_object_mut().unwrap().remove("roles");
    assert_eq!(actor(&heard(&payload)), None);
    payload["guild_id"] = json!("1300000000000000009");
    assert_eq!(actor(&heard(&payload)).unwrap().role, Role::Member);
}

#[test]
fn questions_ask_for_nothing_to_be_done() {
    let named = |name: &str| {
        asked(&typed(&json!({ "type": 1, "name": name, "options": [{ "type": 3, "name": "name", "value": " Tea " }] })))
    };
    // Keyboards of phones begin with a capital and end with a blank.
    assert!(matches!(named("status"), Ask::Status(store) if store.as_str() == "tea"));
    assert!(matches!(named("login"), Ask::Login(store) if store.as_str() == "tea"));
    assert!(matches!(named("delete"), Ask::Confirm(store) if store.as_str() == "tea"));
    assert!(matches!(asked(&typed(&json!({ "type": 1, "name": "list" }))), Ask::List));
    assert!(matches!(asked(&typed(&json!({ "type": 1, "name": "quota", "options": [] }))), Ask::Quota));
    assert!(matches!(asked(&typed(&json!({ "type": 1, "name": "help", "options": [] }))), Ask::Help));
}

#[test]
fn a_second_delivery_is_the_same_request() {
    let first = request_of(&recorded!("command")).key;
    let mut again = recorded!("command");
    again["member"]["nick"] = json!("Ana");
    assert_eq!(request_of(&again).key, first);
    again["data"]["options"][0]["options"][0]["value"] = json!("coffee");
    assert_ne!(request_of(&again).key, first);

    let delete = || Command::Retry { store: StoreRef::new("tea") };
    let form = asked_as(&recorded!("form"), delete()).key;
    assert_eq!(asked_as(&recorded!("form"), delete()).key, form);
    let mut other = recorded!("form");
    other["data"]["components"][0]["components"][0]["value"] = json!("coffee");
    assert_ne!(asked_as(&other, delete()).key, form);
}

#[test]
fn a_person_is_told_what_they_mistyped() {
    let payload = typed(&json!({ "type": 1, "name": "create", "options": [
        { "type": 3, "name": "name", "value": "Tea Shop" },
        { "type": 3, "name": "engine", "value": "woocommerce" }
    ]}));
    assert!(matches!(asks(&heard(&payload)), Err(No::Refused(Refusal::Name { .. }))));
    assert!(told(&typed(&json!({ "type": 1, "name": "paint", "options": [] }))).contains("/store help"));
    let mut other = recorded!("command");
    other["data"]["name"] = json!("shop");
    assert!(told(&other).contains("/store help"));
    other["locale"] = json!("de");
    assert!(told(&other).contains("/shop hilfe"), "in the person's language");
    // A command of before there were subcommands.
    other["data"]["name"] = json!("store");
    other["data"]["options"] = json!([]);
    assert!(told(&other).contains("/shop hilfe"));
}

/// Every option of every subcommand, left out and of every other type, by the definition.
#[test]
fn every_option_may_be_missing_or_of_another_type() {
    for command in definition::commands().as_array().unwrap() {
        for sub in command["options"].as_array().unwrap() {
            for option in sub["options"].as_array().unwrap() {
                tried(command, sub, option);
            }
        }
    }
}

fn tried(command: &Value, sub: &Value, option: &Value) {
    let (name, path) = (option["name"].as_str().unwrap(), format!("{} {}", command["name"], sub["name"]));
    let filled = |broken: Option<&Value>| {
        let options = sub["options"].as_array().unwrap().iter().filter_map(|other| {
            let good = example(other);
            let value = if other["name"] == name { broken?.clone() } else { good };
            Some(json!({ "type": other["type"], "name": other["name"], "value": value }))
        });
        let options: Vec<Value> = options.collect();
        let mut payload = typed(&json!({ "type": 1, "name": sub["name"], "options": options }));
        payload["data"]["name"] = command["name"].clone();
        payload
    };
    assert!(asks(&heard(&filled(Some(&example(option))))).is_ok(), "{path} {name}");
    let missing = filled(None);
    if option["required"] == true {
        assert!(told(&missing).contains(&format!("`{name}`")), "{path} {name}");
    } else {
        assert!(asks(&heard(&missing)).is_ok(), "{path} {name}");
    }
    for odd in [json!(7), json!(1.5), json!(true), json!(["tea"]), json!({ "tea": 1 })] {
        assert!(told(&filled(Some(&odd))).contains(&format!("`{name}`")), "{path} {name} {odd}");
    }
    // A number too large for anything, no text at all and too much of it: refused or told, never a panic.
    for odd in [json!(""), json!("\u{0}"), json!("x".repeat(7_000)), json!("99999999999999999999999")] {
        let _ = asks(&heard(&filled(Some(&odd))));
    }
}

/// A value that the option takes.
fn example(option: &Value) -> Value {
    match (option["name"].as_str().unwrap(), option["type"].as_u64().unwrap()) {
        (_, 7 | 8) => json!("539082325061836999"),
        ("engine", _) => json!("Medusa"),
        ("plan", _) => json!("small"),
        ("ttl" | "by", _) => json!("7d"),
        ("currency", _) => json!("eur"),
        ("country", _) => json!("DE"),
        ("as", _) => json!("member"),
        ("language", _) => json!("de"),
        _ => json!("tea"),
    }
}

#[test]
fn a_server_says_what_a_create_takes_that_does_not_say() {
    let set = ServerSettings {
        plan: Some(Plan::Large),
        ttl: Some(SignedDuration::from_hours(168)),
        lang: Some(Lang::Fr),
        channel: Some(9),
        ..ServerSettings::default()
    };
    let create = |payload: &Value| match ask(&heard(payload), &set) {
        Ok(Ask::Do(Command::Create(create))) => (create.plan, create.ttl.map(|ttl| ttl.as_hours())),
        other => panic!("{other:?}"),
    };
    let mut payload = recorded!("command");
    assert_eq!(create(&payload), (Plan::Large, Some(168)));
    let options = payload["data"]["options"][0]["options"].as_array_mut().unwrap();
    options.push(json!({ "type": 3, "name": "plan", "value": "Small" }));
    options.push(json!({ "type": 3, "name": "ttl", "value": "72h" }));
    assert_eq!(create(&payload), (Plan::Small, Some(72)));

    let public = Public::of(&heard(&payload), &set);
    assert_eq!((public.lang, public.channel), (Lang::Fr, Some(9)));
    let none = ServerSettings::default();
    let plain = Public::of(&heard(&payload), &none);
    assert_eq!((plain.lang, plain.channel), (Lang::En, Some(1_300_000_000_000_000_002)));
    payload["locale"] = json!("de");
    assert_eq!(Public::of(&heard(&payload), &none).lang, Lang::De, "nobody has chosen for the server");
    payload["guild_locale"] = json!("pt-BR");
    assert_eq!(Public::of(&heard(&payload), &none).lang, Lang::Pt);
}

#[test]
fn what_is_set_for_a_server_is_read() {
    let set = |name: &str, options: &[(&str, &str)]| {
        let options: Vec<Value> = options.iter().map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let mut payload = typed(&json!({ "type": 1, "name": name, "options": options }));
        payload["data"]["name"] = json!("store-admin");
        payload
    };
    let settings = |payload: &Value| match asked(payload) {
        Ask::Configure(settings) => settings,
        other => panic!("{other:?}"),
    };
    let role = |grant| vec![Setting::Role { id: 539_082_325_061_836_999, grant }];
    assert_eq!(settings(&recorded!("command-for-server")), role(Some(Grant::Role(Role::Approver))));
    let roles = |grant: &str| set("roles", &[("role", "539082325061836999"), ("as", grant)]);
    assert_eq!(settings(&roles("nothing")), role(Some(Grant::Nothing)));
    assert_eq!(settings(&roles("default")), role(None));
    assert!(told(&roles("king")).contains("`as`"));
    assert!(told(&set("roles", &[("role", "@boss"), ("as", "member")])).contains("`role`"));
    assert_eq!(settings(&set("channel", &[("channel", "7")])), [Setting::Channel(Some(7))]);
    assert_eq!(settings(&set("channel", &[])), [Setting::Channel(None)]);
    assert_eq!(settings(&set("language", &[("language", "pt")])), [Setting::Lang(Some(Lang::Pt))]);
    assert_eq!(settings(&set("language", &[])), [Setting::Lang(None)]);
    assert!(told(&set("language", &[("language", "ja")])).contains("`language`"));
    assert_eq!(settings(&set("defaults", &[("plan", "large")])), [Setting::Plan(Some(Plan::Large))]);
    assert_eq!(settings(&set("defaults", &[("plan", "default")])), [Setting::Plan(None)]);
    let week = SignedDuration::from_hours(168);
    assert_eq!(settings(&set("defaults", &[("ttl", "7d")])), [Setting::Ttl(Some(week))]);
    assert_eq!(settings(&set("defaults", &[])), [Setting::Plan(None), Setting::Ttl(None)]);
    assert!(matches!(asks(&heard(&set("defaults", &[("ttl", "soon")]))), Err(No::Refused(Refusal::Invalid { .. }))));
    assert!(matches!(asked(&set("show", &[])), Ask::Settings));
    assert!(told(&set("paint", &[])).contains("/store help"));
}

#[test]
fn what_is_no_interaction_is_refused() {
    assert!(matches!(interaction(&recorded!("ping")), Ok(Interaction::Ping)));
    for kind in [0, 6, 9, 255] {
        let mut payload = recorded!("command");
        payload["type"] = json!(kind);
        assert_eq!(interaction(&payload).unwrap_err(), BadPayload::Kind);
    }
    for missing in ["id", "application_id", "token", "data", "member", "guild_id"] {
        let mut payload = recorded!("command");
        payload[missing] = Value::Null;
        assert_eq!(interaction(&payload).unwrap_err(), BadPayload::Shape, "{missing}");
    }
    for body in ["", "[]", "{}", r#"{"type":"1"}"#, r#"{"type":999}"#] {
        assert!(matches!(read(body.as_bytes(), APPLICATION), Err(BadPayload::Shape)), "{body}");
    }
    let mut payload = recorded!("command");
    payload["application_id"] = json!("1");
    assert_eq!(interaction(&payload).unwrap_err(), BadPayload::Application);
}

#[test]
fn a_button_says_what_it_stands_for() {
    let mut payload = recorded!("button");
    assert!(heard(&payload).is_below_message());
    let store = StoreRef::from(&StoreId::from_bits(7));
    let mut press = |id: &str| {
        payload["data"]["custom_id"] = json!(id);
        asks(&heard(&payload))
    };
    for (id, approve) in [("v1:approve:00000000000000a7", true), ("v1:deny:00000000000000a7", false)] {
        let Ok(Ask::Decide(decision)) = press(id) else { panic!("{id}") };
        assert_eq!(decision, Decision { approve, approval: "00000000000000a7".to_owned() });
    }
    assert!(matches!(press("v1:retry:700000000000"), Ok(Ask::Do(Command::Retry { store: s })) if s == store));
    assert!(matches!(press("v1:delete:700000000000"), Ok(Ask::Confirm(s)) if s == store));
    assert!(matches!(press("v1:login:700000000000"), Ok(Ask::Login(s)) if s == store));
    let Ok(Ask::Keep { message, .. }) = press("v1:keep:700000000000") else { panic!("keep") };
    assert_eq!(message, "**teashop** failed: the image cannot be pulled");
    for id in ["", "v1", "v2:approve:00000000000000a7", "v1:remove:x", "v1:login:../../etc", "v1:paint:700000000000"] {
        assert!(matches!(press(id), Err(No::Told(text)) if text.contains("/store help")), "{id}");
    }
    let direct = heard(&recorded!("button-in-direct-message"));
    assert!(matches!(asks(&direct), Ok(Ask::Login(s)) if s == store) && direct.member().is_none());
}

#[test]
fn a_form_says_what_was_typed_in_rows_and_below_labels() {
    for (payload, below_message) in [(recorded!("form"), false), (recorded!("form-with-labels"), true)] {
        let heard = heard(&payload);
        assert_eq!(heard.is_below_message(), below_message);
        let Ok(Ask::Confirmed { store, typed }) = asks(&heard) else { panic!("{payload}") };
        assert_eq!((store.as_str(), typed.as_str()), ("700000000000", "teashop"));
    }
    let mut payload = recorded!("form");
    for components in [json!([]), json!([7, null, {}]), json!([{ "type": 1, "components": [{ "custom_id": 1 }] }])] {
        payload["data"]["components"] = components;
        assert!(matches!(asked(&payload), Ask::Confirmed { typed, .. } if typed.is_empty()));
    }
    payload["data"]["custom_id"] = json!("v1:login:700000000000");
    assert!(told(&payload).contains("another version"));
}

#[test]
fn somebody_who_types_is_at_one_option() {
    let heard = heard(&recorded!("autocomplete"));
    let Act::Typing(typed) = &heard.act else { panic!("{heard:?}") };
    assert_eq!(typed.subcommand().unwrap().typing(), Some(("name", "tea")));
}

#[test]
fn more_time_is_as_much_as_somebody_says() {
    let extended = |options: Value| asks(&heard(&typed(&json!({ "type": 1, "name": "extend", "options": options }))));
    let name = json!({ "type": 3, "name": "name", "value": "Tea" });
    let by = |text: &str| json!({ "type": 3, "name": "by", "value": text });
    for (options, wanted) in [(json!([name]), None), (json!([name, by("3d")]), Some(SignedDuration::from_hours(72)))] {
        let Ok(Ask::Do(Command::Extend { store, by })) = extended(options) else { panic!("it is not read") };
        assert_eq!((store.as_str(), by), ("tea", wanted));
    }
    assert!(matches!(extended(json!([name, by("soon")])), Err(No::Refused(Refusal::Invalid { .. }))));
}
