//! The page on which somebody lets the application know who they are.

use serde_json::json;

use super::{Page, Screen};
use crate::oauth::{asked, scene};

#[tokio::test]
async fn somebody_chooses_who_they_are_and_agrees_or_not() {
    let scene = scene().await;
    let (_ana, _ben) = (scene.discord.user("ana"), scene.discord.user("ben"));
    let mut page = Page::start(&scene.discord.base_url(), "consent", Screen::default()).await.unwrap();
    let mut phone =
        Page::start(&scene.discord.base_url(), "consent-phone", Screen { width: 390, dark: true, ..Screen::default() })
            .await
            .unwrap();
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    let query = query.extend_pairs(asked(&scene, "identify guilds")).finish();
    let open = json!({ "step": "open", "path": format!("/oauth2/authorize?{query}") });
    phone.step(&open).await.unwrap();
    phone.look("asked").await.unwrap();
    page.step(&open).await.unwrap();
    page.see("Know what servers you’re in").await.unwrap();
    assert!(!page.read("main").await.unwrap().contains("member info"), "what is not asked for is not said");
    page.look("asked").await.unwrap();
    page.step(&json!({ "step": "follow", "name": "ben" })).await.unwrap();
    page.step(&json!({ "step": "has", "selector": "input[name=user][value=ben]" })).await.unwrap();
    page.step(&json!({ "step": "fill", "name": "Another name", "value": "cleo" })).await.unwrap();
    page.press("Be").await.unwrap();
    page.see("cleo").await.unwrap();
    page.step(&json!({ "step": "has", "selector": "input[name=user][value=cleo]" })).await.unwrap();
}
