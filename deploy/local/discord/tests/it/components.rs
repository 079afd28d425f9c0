//! Buttons, menus and modals, and what their answers do to the message they sit on.

use serde_json::{Value, json};
use serenity::model::application::{ComponentInteractionDataKind, Interaction};
use stand_in_discord::{InteractionHandle, Message};

use crate::bot::Scene;

fn row(component: &Value) -> Value {
    json!([{"type": 1, "components": [component]}])
}

fn button() -> Value {
    row(&json!({"type": 2, "style": 4, "label": "Delete", "custom_id": "delete"}))
}

fn input(extra: &Value) -> Value {
    let mut input = json!({"type": 4, "style": 1, "label": "Name", "custom_id": "name"});
    input.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
    input
}

/// A bot that shows these components, answers a press with `pressed` and a modal with `submitted`.
async fn scene(components: Value, pressed: Value, submitted: Value) -> Scene {
    Scene::with(move |interaction: &Value| {
        Some(match interaction["type"].as_u64() {
            Some(2) => json!({"type": 4, "data": {"content": "sure?", "components": components}}),
            Some(3) => pressed.clone(),
            _ => submitted.clone(),
        })
    })
    .await
}

async fn shown(scene: &Scene) -> Message {
    scene.discord.user("ana").slash("/store list").await.unwrap().message().unwrap()
}

async fn edit(scene: &Scene, handle: &InteractionHandle, body: Value) -> (u16, Value) {
    scene.call("PATCH", &format!("{}/messages/@original", scene.webhook(handle)), Some(body)).await
}

#[tokio::test]
async fn the_original_of_a_press_is_the_message_the_button_sits_on() {
    for pressed in [json!({"type": 6}), json!({"type": 7, "data": {"content": "working"}})] {
        let scene = scene(button(), pressed, json!({"type": 6})).await;
        let message = shown(&scene).await;
        let handle = scene.discord.user("ana").press_button(message.id, "delete").await.unwrap();
        let (status, edited) = edit(&scene, &handle, json!({"content": "gone", "components": []})).await;
        assert_eq!((status, &edited["id"]), (200, &json!(message.id.to_string())));
        assert_eq!((&edited["content"], &edited["components"]), (&json!("gone"), &json!([])));
        let again = scene.discord.user("ana").press_button(message.id, "delete").await.err().unwrap();
        assert_eq!(again.to_string(), "there is no button \"delete\" to use", "the button is gone");
        let (_, more) = scene.call("POST", &scene.webhook(&handle), Some(json!({"content": "more"}))).await;
        assert_ne!(more["id"], edited["id"], "a follow-up is a message of its own");
        assert_eq!(scene.discord.messages().len(), 2);
    }
}

#[tokio::test]
async fn a_deferred_answer_to_a_press_is_a_new_message() {
    let scene = scene(button(), json!({"type": 5, "data": {"flags": 64}}), json!({"type": 6})).await;
    let message = shown(&scene).await;
    let handle = scene.discord.user("ana").press_button(message.id, "delete").await.unwrap();
    let (_, edited) = edit(&scene, &handle, json!({"content": "done"})).await;
    assert_ne!(edited["id"], message.id.to_string());
    assert_eq!(scene.discord.messages()[0].content(), "sure?");
}

#[tokio::test]
async fn a_modal_from_a_button_edits_the_buttons_message() {
    let modal =
        json!({"type": 9, "data": {"title": "Sure?", "custom_id": "sure", "components": row(&input(&json!({})))}});
    for submitted in [json!({"type": 6}), json!({"type": 7, "data": {"content": "bye", "components": []}})] {
        let scene = scene(button(), modal.clone(), submitted.clone()).await;
        let (message, ana) = (shown(&scene).await, scene.discord.user("ana"));
        let opened = ana.press_button(message.id, "delete").await.unwrap();
        let sent = ana.submit_modal(&opened, &[("name", "teashop")]).await.unwrap();
        assert_eq!(sent.message().unwrap().id, message.id);
        assert_eq!(edit(&scene, &sent, json!({"content": "gone"})).await.1["id"], message.id.to_string());
        assert_eq!(scene.received()[2]["message"]["id"], message.id.to_string());
    }
}

/// There is no message to update where a command has opened the modal, and a modal opens no other.
#[tokio::test]
async fn a_modal_is_answered_with_what_fits_it() {
    let modal = json!({"type": 9, "data": {"title": "New", "custom_id": "new", "components": row(&input(&json!({})))}});
    for (answer, why) in [
        (json!({"type": 6}), "Value must be one of [4, 5]."),
        (json!({"type": 7, "data": {"content": "x"}}), "Value must be one of [4, 5]."),
        (modal.clone(), "Value must be one of [4, 5]."),
    ] {
        let modal = modal.clone();
        let scene =
            Scene::with(move |got: &Value| Some(if got["type"] == 2 { modal.clone() } else { answer.clone() })).await;
        let ana = scene.discord.user("ana");
        let opened = ana.slash("/store list").await.unwrap();
        let error = ana.submit_modal(&opened, &[("name", "x")]).await.err().unwrap().to_string();
        assert!(error.contains(why), "{error}");
    }
}

#[tokio::test]
async fn a_modal_is_sent_whole_and_only_as_its_inputs_allow() {
    let components = json!([
        {"type": 1, "components": [input(&json!({"min_length": 3, "max_length": 5}))]},
        {"type": 10, "content": "And besides:"},
        {"type": 18, "label": "Why", "component": {"type": 4, "style": 2, "custom_id": "why", "required": false, "value": "because"}},
        {"type": 18, "label": "Who", "component": {"type": 5, "custom_id": "who"}},
        {"type": 18, "label": "Size", "component": {"type": 3, "custom_id": "size", "required": false, "options": [{"label": "Small", "value": "s"}]}},
    ]);
    let modal = json!({"type": 9, "data": {"title": "Sure?", "custom_id": "sure", "components": components}});
    let scene = scene(button(), modal, json!({"type": 6})).await;
    let (message, ana) = (shown(&scene).await, scene.discord.user("ana"));
    let opened = ana.press_button(message.id, "delete").await.unwrap();
    for (values, refusal) in [
        (vec![("name", "ab"), ("who", "@ana")], "option \"name\": at least 3 characters are needed"),
        (vec![("name", "abcdef"), ("who", "@ana")], "option \"name\": at most 5 characters fit"),
        (vec![("who", "@ana")], "option \"name\": this must be filled in"),
        (vec![("name", "abc")], "option \"who\": choose at least 1"),
        (vec![("name", "abc"), ("who", "@zoe")], "option \"who\": there is no @zoe here"),
        (vec![("nam", "abc")], "there is no field \"nam\" to use"),
    ] {
        assert_eq!(ana.submit_modal(&opened, &values).await.err().unwrap().to_string(), refusal);
    }
    ana.submit_modal(&opened, &[("name", "abc"), ("who", "@ana"), ("size", "s")]).await.unwrap();
    let data = scene.received().pop().unwrap()["data"].clone();
    let id = ana.id().to_string();
    assert_eq!(
        data["components"],
        json!([
            {"type": 1, "components": [{"type": 4, "custom_id": "name", "value": "abc"}]},
            {"type": 18, "component": {"type": 4, "custom_id": "why", "value": "because"}},
            {"type": 18, "component": {"type": 5, "custom_id": "who", "values": [id]}},
            {"type": 18, "component": {"type": 3, "custom_id": "size", "values": ["s"]}},
        ])
    );
    assert_eq!(data["resolved"]["users"][&id]["username"], "ana");
}

#[tokio::test]
async fn what_is_picked_from_a_menu_arrives_as_serenity_expects_it() {
    let options = json!([{"label": "Small", "value": "s"}, {"label": "Large", "value": "l"}]);
    let components = json!([
        {"type": 1, "components": [{"type": 3, "custom_id": "size", "options": options, "max_values": 2}]},
        {"type": 1, "components": [{"type": 6, "custom_id": "role"}]},
        {"type": 1, "components": [{"type": 8, "custom_id": "where", "disabled": true}]},
    ]);
    let scene = scene(components, json!({"type": 6}), json!({"type": 6})).await;
    let (message, ana, clerk) = (shown(&scene).await, scene.discord.user("ana"), scene.discord.role("clerk"));
    ana.choose(message.id, "size", &["s", "l"]).await.unwrap();
    ana.choose(message.id, "role", &["@clerk"]).await.unwrap();
    for (menu, picks, refusal) in [
        ("size", vec!["Huge"], "option \"size\": \"Huge\" is not among the choices"),
        ("size", vec![], "option \"size\": choose at least 1"),
        ("role", vec!["@ana"], "option \"role\": there is no @ana here"),
        ("where", vec!["#general"], "there is no button \"where\" to use"),
    ] {
        assert_eq!(ana.choose(message.id, menu, &picks).await.err().unwrap().to_string(), refusal);
    }
    let received = scene.received();
    let parse = |at: usize| serde_json::from_value::<Interaction>(received[at].clone()).unwrap();
    let kind = |at: usize| parse(at).as_message_component().unwrap().data.kind.clone();
    let ComponentInteractionDataKind::StringSelect { values } = kind(1) else { panic!("no menu") };
    assert_eq!(values, ["s", "l"]);
    let ComponentInteractionDataKind::RoleSelect { values } = kind(2) else { panic!("no menu of roles") };
    assert_eq!(values[0].get(), clerk);
    assert_eq!(received[2]["data"]["resolved"]["roles"][clerk.to_string()]["name"], "clerk");
    assert_eq!(received.len(), 3, "what is refused on the spot is never sent");
}
