use serde_json::{Value, json};
use serenity::model::application::{CommandDataOptionValue, Interaction};
use stand_in_discord::SlashError;

use crate::bot::Scene;

const CREATE: &str = "/store create name:teashop engine:WooCommerce size:2 private:true title:My tea shop";

fn parsed(scene: &Scene) -> serenity::model::application::CommandInteraction {
    let payload = scene.received().pop().unwrap();
    match serde_json::from_value(payload).unwrap() {
        Interaction::Command(command) => command,
        other => panic!("not a command: {other:?}"),
    }
}

#[tokio::test]
async fn a_guild_command_arrives_as_serenity_expects_it() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    ana.set_roles(&["shopkeeper"]);
    let handle = ana.slash(CREATE).await.unwrap();

    let command = parsed(&scene);
    assert_eq!(command.id.get(), handle.id());
    assert_eq!(command.application_id.get(), scene.discord.application_id());
    assert_eq!(command.guild_id.unwrap().get(), scene.discord.guild_id());
    assert_eq!(command.channel_id.get(), scene.discord.channel("general"));
    assert_eq!((command.user.id.get(), command.user.name.as_str()), (ana.id(), "ana"));
    let member = command.member.unwrap();
    assert_eq!(member.roles.len(), 1);
    assert!(member.permissions.unwrap().send_messages());
    let CommandDataOptionValue::SubCommand(options) = &command.data.options[0].value else { panic!("no subcommand") };
    let options: Vec<_> = options.iter().map(|option| (option.name.as_str(), option.value.clone())).collect();
    assert_eq!(
        options,
        [
            ("name", CommandDataOptionValue::String("teashop".to_owned())),
            ("engine", CommandDataOptionValue::String("woocommerce".to_owned())),
            ("size", CommandDataOptionValue::Integer(2)),
            ("private", CommandDataOptionValue::Boolean(true)),
            ("title", CommandDataOptionValue::String("My tea shop".to_owned())),
        ]
    );
}

#[tokio::test]
async fn another_guild_has_roles_and_channels_of_its_own() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    ana.set_roles(&["shopkeeper", "elsewhere/guest", "elsewhere/shopkeeper"]);
    let handle = ana.slash_in("elsewhere/general", "/store list").await.unwrap();
    let command = parsed(&scene);
    assert_eq!(command.guild_id.unwrap().get(), scene.discord.guild("elsewhere"));
    assert_eq!(command.channel_id.get(), scene.discord.channel("elsewhere/general"));
    assert_ne!(command.channel_id.get(), scene.discord.channel("general"));
    let roles: Vec<u64> = command.member.unwrap().roles.iter().map(|role| role.get()).collect();
    assert_eq!(roles, [scene.discord.role("elsewhere/guest"), scene.discord.role("elsewhere/shopkeeper")]);
    assert_eq!(handle.state().channel_id, scene.discord.channel("elsewhere/general"));
    ana.slash("/store list").await.unwrap();
    assert_eq!(parsed(&scene).member.unwrap().roles, [scene.discord.role("shopkeeper")]);
}

#[tokio::test]
async fn a_direct_message_has_a_user_and_no_guild() {
    let scene = Scene::deferring().await;
    scene.discord.user("ana").slash_dm("/store list").await.unwrap();
    let command = parsed(&scene);
    assert_eq!((command.guild_id, command.member.is_none(), command.user.name.as_str()), (None, true, "ana"));
    let payload = scene.received().remove(0);
    assert_eq!((&payload["context"], &payload["authorizing_integration_owners"]), (&json!(1), &json!({"0": "0"})));
}

#[tokio::test]
async fn what_the_client_would_not_send_is_never_sent() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    for (text, refusal) in [
        ("hello", "a command begins with a slash, such as /store; this does not: hello"),
        ("/shop list", "no command /shop is registered here"),
        ("/store destroy", "/store has no subcommand \"destroy\"; there are: create, list"),
        ("/store", "/store has no subcommand \"\"; there are: create, list"),
        (
            "/store list colour:red",
            "/store list has no option \"colour\"; options are written name:value, and there are: none",
        ),
        ("/store create engine:medusa", "/store create needs the option \"name\": add name:…"),
        (
            "/store create name:teashop engine:shopify",
            "option \"engine\": \"shopify\" is not among the choices: WooCommerce, Medusa",
        ),
        ("/store create name:ab engine:medusa", "option \"name\": its length of 2 is less than 3"),
        ("/store create name:abc engine:medusa size:9", "option \"size\": 9 is more than 3"),
        (
            "/store create name:abc engine:medusa private:maybe",
            "option \"private\": \"maybe\" is neither true nor false",
        ),
        ("/store create name:abc name:abd engine:medusa", "option \"name\": given twice"),
    ] {
        let error = ana.slash(text).await.err().map(|error| error.to_string());
        assert_eq!(error.as_deref(), Some(refusal), "{text}");
    }
    assert!(scene.received().is_empty());
}

#[tokio::test]
async fn a_command_for_administrators_is_not_shown_to_others() {
    let scene = Scene::deferring().await;
    let path = format!("/applications/{}/commands", scene.discord.application_id());
    let command = json!({"name": "admin", "description": "For a few", "default_member_permissions": "8"});
    assert_eq!(scene.call("POST", &path, Some(command)).await.0, 201);
    let ana = scene.discord.user("ana");
    assert_eq!(ana.slash("/admin").await.err(), Some(SlashError::NotAllowed("admin".to_owned())));
    ana.set_permissions(8);
    assert!(ana.slash("/admin").await.is_ok());
}

#[tokio::test]
async fn autocomplete_marks_the_focused_option_and_returns_the_choices() {
    let scene = Scene::with(|_| Some(json!({"type": 8, "data": {"choices": [{"name": "Tea", "value": "tea"}]}}))).await;
    let choices = scene.discord.user("ana").autocomplete("/store create title:te").await.unwrap();
    assert_eq!(choices, [json!({"name": "Tea", "value": "tea"})]);
    let payload = scene.received().remove(0);
    assert_eq!(payload["type"], 4);
    assert_eq!(payload["data"]["options"][0]["options"][0]["focused"], true);
    let parsed: Interaction = serde_json::from_value(payload).unwrap();
    assert_eq!(parsed.as_autocomplete().unwrap().data.autocomplete().unwrap().value, "te");
}

#[tokio::test]
async fn buttons_and_modals_come_back_as_serenity_expects_them() {
    let scene = Scene::with(|interaction: &Value| {
        let row = |inner: Value| json!([{"type": 1, "components": [inner]}]);
        Some(match interaction["type"].as_u64() {
            Some(2) => json!({"type": 4, "data": {"content": "sure?", "components": row(json!({"type": 2, "style": 4, "label": "Delete", "custom_id": "delete"}))}}),
            Some(3) => json!({"type": 9, "data": {"title": "Really?", "custom_id": "really", "components": row(json!({"type": 4, "style": 1, "label": "Name", "custom_id": "name"}))}}),
            _ => json!({"type": 7, "data": {"content": "deleted", "components": []}}),
        })
    })
    .await;
    let ana = scene.discord.user("ana");
    let question = ana.slash("/store list").await.unwrap().message().unwrap();
    let opened = ana.press_button(question.id, "delete").await.unwrap();
    assert!(ana.press_button(question.id, "other").await.is_err());
    let sent = ana.submit_modal(&opened, &[("name", "teashop")]).await.unwrap();
    assert_eq!((sent.message().unwrap().id, sent.message().unwrap().content()), (question.id, "deleted"));
    let received = scene.received();
    let parse = |at: usize| serde_json::from_value::<Interaction>(received[at].clone()).unwrap();
    assert_eq!(parse(1).as_message_component().unwrap().data.custom_id, "delete");
    assert_eq!(parse(2).as_modal_submit().unwrap().data.custom_id, "really");
}
