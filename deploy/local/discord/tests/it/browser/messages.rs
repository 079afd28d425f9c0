use std::time::Duration;

use serde_json::{Value, json};
use stand_in_discord::Config;

use super::{Screen, opened, row, says};
use crate::bot::Scene;

/// Everything people may see in a message.
const RICH: &str = "# A shop is made\n**teashop** for <@{ana}> in <#{general}>, _small_, __now__: \
    ~~queued~~ ||secret|| `code` [the shop](http://127.0.0.1:1/)\n- namespace\n  - database\n1. one\n2. two\n> said\n\
    -# ends <t:{soon}:R>, on <t:{soon}:F>\n||```\nline one ||\nline two\n```||";

fn rich(scene: &Scene, soon: i64) -> String {
    RICH.replace("{ana}", &scene.discord.user("ana").id().to_string())
        .replace("{general}", &scene.discord.channel("general").to_string())
        .replace("{soon}", &soon.to_string())
        .replace("one ||", "one")
}

fn buttons() -> Value {
    let button =
        |style: u64, label: &str, id: &str| json!({ "type": 2, "style": style, "label": label, "custom_id": id });
    json!([
        row(&json!([
            json!({ "type": 2, "style": 5, "label": "Open", "url": "http://127.0.0.1:1/" }),
            button(1, "Show login", "login"),
            button(2, "Extend", "extend"),
            button(3, "Approve", "approve"),
            button(4, "Delete", "delete"),
        ])),
        row(&json!([json!({ "type": 2, "style": 2, "label": "Used up", "custom_id": "off", "disabled": true })])),
        row(&json!([json!({ "type": 3, "custom_id": "plan", "placeholder": "Another plan", "options": [
            { "label": "Small", "value": "small", "description": "for a start" }, { "label": "Large", "value": "large" }] })])),
        row(&json!([json!({ "type": 5, "custom_id": "who", "placeholder": "For whom" })])),
    ])
}

#[tokio::test]
async fn a_message_looks_as_it_was_meant_on_every_screen() {
    let scene = Scene::deferring().await;
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let soon = handle.state().created_at.as_second() + 3_600;
    let edit = json!({
        "content": rich(&scene, soon), "components": buttons(),
        "embeds": [{ "title": "Proof", "description": "test order **#37**", "fields": [
            { "name": "Paid", "value": "23.00 EUR", "inline": true }, { "name": "Took", "value": "26 s", "inline": true }] }],
    });
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    assert_eq!(scene.call("PATCH", &original, Some(edit)).await.0, 200);
    for (width, dark) in [(360, false), (800, true), (1280, false)] {
        let mut page =
            opened(&scene, "ana", &format!("message-{width}"), Screen { width, dark, ..Screen::default() }).await;
        page.see("in 59 minutes").await.unwrap();
        page.look("message").await.unwrap();
        if width == 360 {
            page.steps(json!([{ "step": "follow", "name": "Channels and people" }, { "step": "see", "text": "Somebody else" }])).await.unwrap();
            page.look("menu").await.unwrap();
            page.key("Escape").await.unwrap();
            page.gone("Somebody else").await.unwrap();
        }
        assert_eq!(page.count(".spoiler > span").await.unwrap(), 0, "folded until pressed");
        page.steps(json!([{ "step": "unfold", "name": "Spoiler" }, { "step": "see", "text": "secret" },
            { "step": "unfold", "name": "Show what is folded" }, { "step": "see", "text": "line two" }]))
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn messages_change_while_somebody_looks_and_only_who_may_sees_them() {
    let scene = Scene::with(|_| Some(json!({ "type": 5, "data": { "flags": 64 } }))).await;
    let mut ana = opened(&scene, "ana", "live", Screen::default()).await;
    let mut ben = opened(&scene, "ben", "live-ben", Screen::default()).await;
    ana.type_in("/store list").await.unwrap();
    ana.key("Enter").await.unwrap();
    ana.see("storebot is thinking").await.unwrap();
    ana.look("thinking").await.unwrap();
    let handle =
        scene.discord.interaction(scene.first_received().await["id"].as_str().unwrap().parse().unwrap()).unwrap();
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    for content in ["first words", "last words"] {
        assert_eq!(scene.call("PATCH", &original, Some(json!({ "content": content }))).await.0, 200);
        ana.see(content).await.unwrap();
    }
    ana.gone("first words").await.unwrap();
    ana.steps(json!([{ "step": "unfold", "name": "(edited)" }, { "step": "see", "text": "first words" }]))
        .await
        .unwrap();
    let public = format!("/channels/{}/messages", scene.discord.channel("general"));
    assert_eq!(scene.call("POST", &public, Some(json!({ "content": "for everybody" }))).await.0, 200);
    ben.see("for everybody").await.unwrap();
    ben.gone("last words").await.unwrap();
    ana.see("Only you can see this").await.unwrap();
    ana.see("first words").await.unwrap();
    ana.look("ephemeral").await.unwrap();
    ana.press("Dismiss message").await.unwrap();
    ana.gone("last words").await.unwrap();
    let recipient = json!({ "recipient_id": scene.discord.user("ana").id().to_string() });
    let direct = scene.call("POST", "/users/@me/channels", Some(recipient)).await.1;
    let direct = format!("/channels/{}/messages", direct["id"].as_str().unwrap());
    assert_eq!(scene.call("POST", &direct, Some(json!({ "content": "for ana alone" }))).await.0, 200);
    ana.step(&json!({ "step": "has", "selector": "a[data-channel='@dm'] .news" })).await.unwrap();
    ana.look("new").await.unwrap();
    ana.step(&json!({ "step": "follow", "name": "storebot new" })).await.unwrap();
    ana.see("for ana alone").await.unwrap();
    assert_eq!(ana.count(".news").await.unwrap(), 0);
    ana.open("ben", "general").await.unwrap();
    ana.see("for everybody").await.unwrap();
}

#[tokio::test]
async fn who_reads_above_stays_there_when_something_new_comes() {
    let scene = Scene::deferring().await;
    let public = format!("/channels/{}/messages", scene.discord.channel("general"));
    for number in 0..5 {
        let content = format!("message {number}\n{}", "a line\n".repeat(20));
        assert_eq!(scene.call("POST", &public, Some(json!({ "content": content }))).await.0, 200);
    }
    let mut page = opened(&scene, "ana", "scroll", Screen::default()).await;
    page.see("message 4").await.unwrap();
    let top = json!({ "step": "evaluate", "script": "document.getElementById('chat').scrollTop" });
    assert!(page.step(&top).await.unwrap().as_f64().unwrap() > 0.0, "the newest first");
    page.step(&json!({ "step": "evaluate", "script": "document.getElementById('chat').scrollTop = 40" }))
        .await
        .unwrap();
    assert_eq!(scene.call("POST", &public, Some(json!({ "content": "the newest" }))).await.0, 200);
    page.see("New messages").await.unwrap();
    assert_eq!(page.step(&top).await.unwrap(), json!(40));
    page.look("above").await.unwrap();
    page.press("New messages ↓").await.unwrap();
    page.gone("New messages").await.unwrap();
    assert!(page.step(&top).await.unwrap().as_f64().unwrap() > 40.0);
}

#[tokio::test]
async fn buttons_are_busy_until_they_are_answered_and_tell_who_pressed_what_failed() {
    let scene = Scene::with(|interaction| match interaction["data"]["custom_id"].as_str() {
        None => Some(says("what now?", &buttons())),
        Some("approve") => None,
        Some("who") => {
            let found = &interaction["data"]["resolved"]["users"];
            Some(json!({ "type": 7, "data": { "content": format!("for {}", found[interaction["data"]["values"][0].as_str().unwrap()]["username"]) } }))
        }
        Some("plan") => {
            Some(json!({ "type": 7, "data": { "content": format!("plan {}", interaction["data"]["values"][0]) } }))
        }
        Some(_) => Some(json!({ "type": 99 })),
    })
    .await;
    let (mut ana, mut ben) = (
        opened(&scene, "ana", "press", Screen::default()).await,
        opened(&scene, "ben", "press-ben", Screen::default()).await,
    );
    scene.discord.user("ana").slash("/store list").await.unwrap();
    ana.press("Delete").await.unwrap();
    ana.see("This interaction failed").await.unwrap();
    ana.look("failed").await.unwrap();
    ben.see("what now?").await.unwrap();
    ben.gone("This interaction failed").await.unwrap();

    ana.press("Approve").await.unwrap();
    ana.step(&json!({ "step": "has", "selector": ".success[aria-busy=true]" })).await.unwrap();
    ana.gone("This interaction failed").await.unwrap();
    let pressed = scene.received().pop().unwrap();
    let callback =
        format!("/interactions/{}/{}/callback", pressed["id"].as_str().unwrap(), pressed["token"].as_str().unwrap());
    assert_eq!(scene.call("POST", &callback, Some(json!({ "type": 6 }))).await.0, 204);
    ana.step(&json!({ "step": "has", "selector": ".success:not([disabled])" })).await.unwrap();

    ben.steps(
        json!([{ "step": "choose", "name": "Another plan", "values": ["large"] }, { "step": "press", "name": "Choose: Another plan" },
        { "step": "see", "text": "plan \"large\"" }]),
    )
    .await
    .unwrap();
    let who = format!("<@{}>", scene.discord.user("ana").id());
    ben.steps(json!([{ "step": "choose", "name": "For whom", "values": [who] },
        { "step": "press", "name": "Choose: For whom" },
        { "step": "see", "text": "for \"ana\"" }]))
        .await
        .unwrap();
    let opens = json!({ "step": "evaluate", "script": "document.querySelector('a.button').target + ' ' + document.querySelector('a.button').rel" });
    assert_eq!(ben.step(&opens).await.unwrap(), "_blank noopener noreferrer");
}

#[tokio::test]
async fn a_silent_bot_is_told_to_the_one_who_asked() {
    let config = Config { response_deadline: Duration::from_millis(50), ..Config::default() };
    let scene = Scene::configured(config, |_| None).await;
    let mut page = opened(&scene, "ana", "silent", Screen::default()).await;
    page.type_in("/store list").await.unwrap();
    page.key("Enter").await.unwrap();
    page.see("The application did not respond").await.unwrap();
    page.look("silent").await.unwrap();
    let mut ben = opened(&scene, "ben", "silent-ben", Screen::default()).await;
    ben.see("Nothing here yet").await.unwrap();
    page.press("Dismiss message").await.unwrap();
    page.see("Nothing here yet").await.unwrap();
}
