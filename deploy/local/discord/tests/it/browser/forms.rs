use serde_json::{Value, json};

use super::{Screen, opened, row, says};
use crate::bot::Scene;

/// Asks before it deletes, and thinks that a name with a blank is none.
async fn scene() -> Scene {
    Scene::with(|interaction| {
        let modal = json!({ "type": 9, "data": { "title": "Really delete teashop?", "custom_id": "really", "components": [
            row(&json!([{ "type": 4, "style": 1, "label": "Name of the shop", "custom_id": "name", "min_length": 3, "max_length": 30, "placeholder": "teashop" }])),
            row(&json!([{ "type": 4, "style": 2, "label": "Why", "custom_id": "why", "required": false, "max_length": 200 }])),
        ] } });
        let button = json!([row(&json!([{ "type": 2, "style": 4, "label": "Delete", "custom_id": "delete" }]))]);
        Some(match interaction["type"].as_u64() {
            Some(2) => says("sure?", &button),
            Some(3) => modal,
            _ if interaction["data"].to_string().contains("bad luck") => json!({ "type": 99 }),
            _ => json!({ "type": 7, "data": { "content": "deleted", "components": [] } }),
        })
    })
    .await
}

#[tokio::test]
async fn a_form_keeps_the_focus_tells_mistakes_inside_and_is_sent() {
    let scene = scene().await;
    scene.discord.user("ana").slash("/store list").await.unwrap();
    for (width, dark) in [(360, true), (1280, false)] {
        let mut page =
            opened(&scene, "ana", &format!("form-{width}"), Screen { width, dark, ..Screen::default() }).await;
        page.press("Delete").await.unwrap();
        page.see("Really delete teashop?").await.unwrap();
        page.look("open").await.unwrap();
        for _ in 0..12 {
            page.key("Tab").await.unwrap();
            let out = json!({ "step": "evaluate", "script": "Boolean(document.activeElement.closest('#chat, nav, header, #composer'))" });
            assert_eq!(page.step(&out).await.unwrap(), json!(false), "the focus stays");
        }
        page.key("Escape").await.unwrap();
        page.gone("Really delete teashop?").await.unwrap();
        page.press("Delete").await.unwrap();
        page.press("Cancel").await.unwrap();
        page.gone("Really delete teashop?").await.unwrap();
    }
    let mut page = opened(&scene, "ana", "form", Screen::default()).await;
    page.press("Delete").await.unwrap();
    page.press("Submit").await.unwrap();
    page.see("this must be filled in").await.unwrap();
    page.type_in("te").await.unwrap();
    page.steps(json!([{ "step": "fill", "name": "Why optional", "value": "bad luck" }])).await.unwrap();
    page.press("Submit").await.unwrap();
    page.see("at least 3 characters are needed").await.unwrap();
    page.look("mistake").await.unwrap();
    page.type_in("ashop").await.unwrap();
    page.press("Submit").await.unwrap();
    page.see("Something went wrong. Try again.").await.unwrap();
    assert_eq!(page.read("dialog textarea").await.unwrap(), "bad luck", "nothing typed is lost");
    page.steps(json!([{ "step": "fill", "name": "Why optional", "value": "" }])).await.unwrap();
    page.press("Submit").await.unwrap();
    page.see("deleted").await.unwrap();
    let sent = scene.received().pop().unwrap();
    assert_eq!(sent["type"], 5);
    assert_eq!(sent["data"]["components"][0]["components"][0]["value"], "teashop");
    let tried: Vec<Value> = scene.received().into_iter().filter(|interaction| interaction["type"] == 5).collect();
    assert_eq!(tried.len(), 2, "what the client refuses is never sent");
}

#[tokio::test]
async fn everything_works_without_scripts() {
    let scene = scene().await;
    let mut page = opened(&scene, "ana", "forms-only", Screen { without_scripts: true, ..Screen::default() }).await;
    let line = "Command in #general";
    page.steps(json!([{ "step": "fill", "name": line, "value": "/store create name:teashop" }, { "step": "press", "name": "Send" },
        { "step": "see", "text": "needs the option" }]))
        .await
        .unwrap();
    assert_eq!(page.read("#line").await.unwrap(), "/store create name:teashop");
    page.steps(json!([{ "step": "fill", "name": line, "value": "/store list" }, { "step": "press", "name": "Send" },
        { "step": "press", "name": "Delete" }, { "step": "see", "text": "Really delete teashop?" },
        { "step": "fill", "name": "Name of the shop required", "value": "teashop" },
        { "step": "fill", "name": "Why optional", "value": "bad luck" }, { "step": "press", "name": "Submit" },
        { "step": "see", "text": "Something went wrong. Try again." }]))
        .await
        .unwrap();
    page.look("form").await.unwrap();
    assert_eq!(page.read("dialog textarea").await.unwrap(), "bad luck");
    page.steps(json!([{ "step": "fill", "name": "Why optional", "value": "" }, { "step": "press", "name": "Submit" },
        { "step": "see", "text": "deleted" }]))
        .await
        .unwrap();
}
