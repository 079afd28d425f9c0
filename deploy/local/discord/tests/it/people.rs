//! People, roles and channels in options, languages, and what the bot may not do.

use serde_json::{Value, json};
use serenity::model::application::{CommandDataOptionValue, Interaction};
use stand_in_discord::SlashError;

use crate::bot::Scene;

/// VIEW_CHANNEL and READ_MESSAGE_HISTORY.
const LOOK: u64 = (1 << 10) | (1 << 16);

/// A bot with `/roles set member:@… role:@… channel:#… who:@…`.
async fn scene() -> Scene {
    let scene = Scene::deferring().await;
    let path = format!("/applications/{}/commands", scene.discord.application_id());
    let option = |kind: u64, name: &str| json!({ "type": kind, "name": name, "description": "x" });
    let options = json!([option(6, "member"), option(7, "channel"), option(8, "role"), option(9, "who")]);
    let command = json!({"name": "roles", "description": "x", "options": [
        {"type": 1, "name": "set", "description": "x", "options": options}]});
    assert_eq!(scene.call("POST", &path, Some(command)).await.0, 201);
    scene
}

#[tokio::test]
async fn mentions_are_resolved_into_ids_with_what_is_known_of_them() {
    let scene = scene().await;
    let (ana, ben, clerk) = (scene.discord.user("ana"), scene.discord.user("ben"), scene.discord.role("clerk"));
    ben.set_roles(&["clerk"]);
    let general = scene.discord.channel("general");
    ana.slash("/roles set member:@ben channel:#general role:@clerk who:@ana").await.unwrap();

    let payload = scene.received().remove(0);
    let resolved = &payload["data"]["resolved"];
    assert_eq!(resolved["members"][ben.id().to_string()]["roles"], json!([clerk.to_string()]));
    assert_eq!(resolved["members"][ben.id().to_string()].get("user"), None);
    let Interaction::Command(command) = serde_json::from_value(payload).unwrap() else { panic!("not a command") };
    assert_eq!((command.data.resolved.users.len(), command.data.resolved.roles.len()), (2, 1));
    assert_eq!(command.data.resolved.channels.values().next().unwrap().id.get(), general);
    let CommandDataOptionValue::SubCommand(options) = &command.data.options[0].value else { panic!("no subcommand") };
    let values: Vec<_> = options.iter().map(|option| option.value.clone()).collect();
    assert_eq!(
        values,
        [
            CommandDataOptionValue::User(ben.id().into()),
            CommandDataOptionValue::Channel(general.into()),
            CommandDataOptionValue::Role(clerk.into()),
            CommandDataOptionValue::Mentionable(ana.id().into()),
        ]
    );
    ana.slash(&format!("/roles set member:<@{}> role:<@&{clerk}> who:@clerk", ben.id())).await.unwrap();
    let options = &scene.received().remove(1)["data"]["options"][0]["options"];
    assert_eq!((&options[0]["value"], &options[2]["value"]), (&json!(ben.id().to_string()), &json!(clerk.to_string())));
}

#[tokio::test]
async fn who_or_what_is_not_here_cannot_be_named() {
    let scene = scene().await;
    let ana = scene.discord.user("ana");
    let _guest = scene.discord.role("elsewhere/guest");
    for (text, refusal) in [
        ("member:@nobody", "option \"member\": there is no @nobody here"),
        ("member:ana", "option \"member\": \"ana\" does not begin with @"),
        ("channel:@general", "option \"channel\": \"@general\" does not begin with #"),
        ("role:@guest", "option \"role\": there is no @guest here"),
        ("role:@ana", "option \"role\": there is no @ana here"),
    ] {
        let error = ana.slash(&format!("/roles set {text}")).await.err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some(refusal));
    }
    ana.slash_in("elsewhere/general", "/roles set role:@guest").await.unwrap();
    ana.slash_dm("/roles set member:@ana").await.unwrap();
    assert_eq!(scene.received()[1]["data"]["resolved"].get("members"), None, "a direct message has no members");
}

#[tokio::test]
async fn languages_travel_with_what_people_do() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    ana.set_locale("de").unwrap();
    scene.discord.set_guild_locale("", "fr").unwrap();
    ana.slash("/store list").await.unwrap();
    ana.slash_in("elsewhere/general", "/store list").await.unwrap();
    ana.slash_dm("/store list").await.unwrap();
    let languages: Vec<(Value, Value)> =
        scene.received().iter().map(|got| (got["locale"].clone(), got["guild_locale"].clone())).collect();
    let (de, fr, en) = (json!("de"), json!("fr"), json!("en-US"));
    assert_eq!(languages, [(de.clone(), fr), (de.clone(), en), (de, Value::Null)]);
    assert!(ana.set_locale("german").is_err() && scene.discord.set_guild_locale("elsewhere", "").is_err());
}

#[tokio::test]
async fn languages_and_doors_are_set_from_scripts_too() {
    let scene = Scene::deferring().await;
    let control = async |verb: &str, body: Value| {
        let url = format!("{}/_control/{verb}", scene.discord.base_url());
        scene.http.post(url).json(&body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(control("locale", json!({"user": "ana", "locale": "pt-BR"})).await, 204);
    assert_eq!(control("locale", json!({"user": "ana", "locale": "portuguese"})).await, 422);
    assert_eq!(control("guild_locale", json!({"locale": "es-ES"})).await, 204);
    assert_eq!(control("dms", json!({"user": "ana", "closed": true})).await, 204);
    assert_eq!(control("bot_permissions", json!({"channel": "quiet", "bits": LOOK})).await, 204);
    scene.discord.user("ana").slash_in("quiet", "/store list").await.unwrap();
    let got = scene.received().remove(0);
    assert_eq!((&got["locale"], &got["guild_locale"]), (&json!("pt-BR"), &json!("es-ES")));
    assert_eq!(got["app_permissions"], LOOK.to_string());
    let people = scene.discord.users();
    assert!(people.iter().any(|user| user.name == "ana" && user.dms_closed), "{people:?}");
}

/// What a bot meets on its way from the channel to a direct message to nowhere.
#[tokio::test]
async fn a_bot_is_told_where_it_may_not_write() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    let handle = ana.slash("/store list").await.unwrap();
    let channel = format!("/channels/{}/messages", scene.discord.channel("general"));
    let write = async |path: &str| {
        let (status, body) = scene.call("POST", path, Some(json!({"content": "x"}))).await;
        (status, body["code"].as_u64())
    };
    let open = json!({"recipient_id": ana.id().to_string()});
    let dm = scene.call("POST", "/users/@me/channels", Some(open)).await.1;
    let dm = format!("/channels/{}/messages", dm["id"].as_str().unwrap());

    assert_eq!((write(&channel).await, write(&dm).await), ((200, None), (200, None)));
    scene.discord.set_bot_permissions("general", LOOK);
    assert_eq!(write(&channel).await, (403, Some(50_013)));
    assert_eq!(
        scene.call("GET", &channel, None).await.1.as_array().map(Vec::len),
        Some(2),
        "the answer and the message"
    );
    scene.discord.set_bot_permissions("general", 1 << 10);
    assert_eq!(scene.call("GET", &channel, None).await.1, json!([]), "without the history it is empty");
    scene.discord.set_bot_permissions("general", 0);
    assert_eq!(write(&channel).await, (403, Some(50_001)));
    assert_eq!(scene.call("GET", &channel, None).await.1["code"], 50_001);
    ana.close_dms(true);
    assert_eq!(write(&dm).await, (403, Some(50_007)));
    ana.close_dms(false);
    assert_eq!(write(&dm).await, (200, None));
    // The answer to what a person did is theirs to see wherever they are.
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    assert_eq!(scene.call("PATCH", &original, Some(json!({"content": "x"}))).await.0, 200);
    assert_eq!(scene.discord.invalid_requests(), 4);
}

#[tokio::test]
async fn the_bot_cannot_reach_what_only_one_person_sees() {
    let scene = Scene::with(|_| Some(json!({"type": 4, "data": {"content": "psst", "flags": 64}}))).await;
    let secret = scene.discord.user("ana").slash("/store list").await.unwrap().message().unwrap();
    let path = format!("/channels/{}/messages/{}", scene.discord.channel("general"), secret.id);
    for (method, body) in [("GET", None), ("PATCH", Some(json!({"content": "x"}))), ("DELETE", None)] {
        assert_eq!(scene.call(method, &path, body).await.1["code"], 10_008, "{method}");
    }
}

#[tokio::test]
async fn in_answers_only_people_are_pinged_unless_more_is_allowed() {
    let scene = Scene::deferring().await;
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let (ben, clerk) = (scene.discord.user("ben").id(), scene.discord.role("clerk"));
    let text = format!("<@{ben}> <@&{clerk}> @everyone");
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    let pinged = async |body: Value| {
        let message = scene.call("PATCH", &original, Some(body)).await.1;
        let count = |key: &str| message[key].as_array().map(Vec::len);
        (count("mentions"), count("mention_roles"), message["mention_everyone"].as_bool())
    };
    assert_eq!(pinged(json!({"content": text})).await, (Some(1), Some(0), Some(false)));
    let all = json!({"content": text, "allowed_mentions": {"parse": ["users", "roles", "everyone"]}});
    assert_eq!(pinged(all).await, (Some(1), Some(1), Some(true)));
}

#[tokio::test]
async fn choices_are_of_the_type_of_the_option_that_is_typed() {
    let size =
        |value: Value| move |_: &Value| Some(json!({"type": 8, "data": {"choices": [{"name": "x", "value": value}]}}));
    for (value, good) in [(json!(2), true), (json!("2"), false)] {
        let scene = Scene::with(size(value)).await;
        let path = format!("/applications/{}/commands", scene.discord.application_id());
        let option = json!({"type": 4, "name": "size", "description": "x", "autocomplete": true});
        let command = json!({"name": "grow", "description": "x", "options": [option, {"type": 5, "name": "now", "description": "x"}]});
        assert_eq!(scene.call("POST", &path, Some(command)).await.0, 201);
        let ana = scene.discord.user("ana");
        let offered = ana.autocomplete("/grow size:2").await;
        assert_eq!(offered.is_ok(), good, "{offered:?}");
        let not_completed = ana.autocomplete("/grow now:tr").await.err();
        let why = "is not completed by the bot".to_owned();
        assert_eq!(not_completed, Some(SlashError::BadValue("now".to_owned(), why)));
    }
}
