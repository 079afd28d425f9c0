use serde_json::{Value, json};

use super::{Page, Screen, opened, says};
use crate::bot::Scene;

/// Commands with words for Germans, and a title that completes itself.
async fn scene() -> Scene {
    let scene = Scene::with(|interaction| {
        let options = interaction["data"]["options"][0]["options"].as_array().cloned().unwrap_or_default();
        let typed = options.last().and_then(|option| option["value"].as_str()).unwrap_or_default();
        Some(match interaction["type"].as_u64() {
            Some(4) if typed == "boom" => json!({ "type": 99 }),
            Some(4) if typed == "exact" => json!({ "type": 8, "data": { "choices": [
                { "name": "exactly this", "value": "exactly" }, { "name": "exact", "value": "exact" }] } }),
            Some(4) => {
                let choices = ["house", "garden"]
                    .map(|end| json!({ "name": format!("My {typed} {end}"), "value": format!("{typed}-{end}") }));
                json!({ "type": 8, "data": { "choices": choices } })
            }
            _ => says(&format!("got `{}`", interaction["data"]["options"]), &json!([])),
        })
    })
    .await;
    let path = format!("/applications/{}/commands", scene.discord.application_id());
    let (_, registered) = scene.call("GET", &path, None).await;
    let mut commands = json!([registered[0].clone()]);
    let create = &mut commands[0]["options"][0];
    create["name_localizations"] = json!({ "de": "erstellen" });
    create["description_localizations"] = json!({ "de": "Ein neuer Laden" });
    create["options"][1]["name_localizations"] = json!({ "de": "software" });
    assert_eq!(scene.call("PUT", &path, Some(commands)).await.0, 200);
    scene
}

/// What the bot got last, as `name=value` after `/store create`.
fn sent(scene: &Scene) -> Vec<String> {
    let received = scene.received();
    let last = received.iter().rev().find(|interaction| interaction["type"] == 2);
    let options = last.map(|last| last["data"]["options"][0]["options"].clone()).unwrap_or_default();
    let pair = |option: &Value| format!("{}={}", option["name"].as_str().unwrap_or_default(), option["value"]);
    options.as_array().map(|options| options.iter().map(pair).collect()).unwrap_or_default()
}

async fn focus(page: &mut Page) -> String {
    page.step(&json!({ "step": "focus" })).await.unwrap().as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_command_is_chosen_and_its_options_filled_in_by_keyboard_alone() {
    let scene = scene().await;
    let mut page = opened(&scene, "ana", "typing", Screen::default()).await;
    page.type_in("/").await.unwrap();
    assert_eq!(page.offers().await.unwrap(), ["/store create\nA new shop", "/store list\nYour shops"]);
    page.look("commands").await.unwrap();
    page.type_in("cre").await.unwrap();
    page.key("Tab").await.unwrap();
    assert_eq!(focus(&mut page).await, "name");
    page.type_in("teashop").await.unwrap();
    page.key("Tab").await.unwrap();
    assert_eq!(focus(&mut page).await, "engine", "required ones come first");
    assert_eq!(page.offers().await.unwrap(), ["WooCommerce\nwoocommerce", "Medusa\nmedusa"]);
    page.look("choices").await.unwrap();
    page.key("ArrowDown").await.unwrap();
    page.key("Enter").await.unwrap();
    page.press("+ title").await.unwrap();
    page.type_in("tea").await.unwrap();
    page.offered("My tea house").await.unwrap();
    assert_eq!(page.offers().await.unwrap(), ["My tea house\ntea-house", "My tea garden\ntea-garden"]);
    page.look("autocomplete").await.unwrap();
    page.key("Enter").await.unwrap();
    page.key("Enter").await.unwrap();
    page.see("got").await.unwrap();
    assert_eq!(sent(&scene), [r#"name="teashop""#, r#"engine="medusa""#, r#"title="tea-house""#]);
    assert_eq!(page.read("#line").await.unwrap(), "", "ready for the next");
    page.key("ArrowUp").await.unwrap();
    page.see("/store create").await.unwrap();
    assert_eq!(page.read(".slot input").await.unwrap(), "teashop", "what was sent comes back");
    page.press("Back to plain text").await.unwrap();
    page.steps(json!([{ "step": "fill", "name": "Command in #general", "value": "/st" }, { "step": "pick", "name": "/store list" }]))
        .await
        .unwrap();
    assert_eq!(page.read("#line").await.unwrap(), "/store list ", "by mouse as well");
}

#[tokio::test]
async fn what_is_typed_in_one_go_works_as_well() {
    let scene = scene().await;
    let mut page = opened(&scene, "ana", "plain", Screen::default()).await;
    page.type_in("/store create name:teashop engine:woocommerce size:2").await.unwrap();
    page.key("Enter").await.unwrap();
    page.see("got").await.unwrap();
    assert_eq!(sent(&scene), [r#"name="teashop""#, r#"engine="woocommerce""#, "size=2"]);
    page.steps(json!([{ "step": "evaluate", "script": "document.getElementById('line').focus()" },
        { "step": "fill", "name": "Command in #general", "value": "/store create engine:Medusa title:\"size: 5\" name:coffee" }]))
        .await
        .unwrap();
    page.key("Enter").await.unwrap();
    page.see("coffee").await.unwrap();
    let mut got = sent(&scene);
    got.sort_unstable();
    assert_eq!(got, [r#"engine="medusa""#, r#"name="coffee""#, r#"title="size: 5""#]);
}

#[tokio::test]
async fn mistakes_are_told_where_they_are_and_nothing_typed_is_lost() {
    let scene = scene().await;
    let mut page = opened(&scene, "ana", "mistakes", Screen { width: 360, ..Screen::default() }).await;
    page.type_in("/store create na").await.unwrap();
    page.key("Enter").await.unwrap();
    assert_eq!(focus(&mut page).await, "engine");
    page.key("Escape").await.unwrap();
    page.press("Send").await.unwrap();
    page.see("name: at least 3 characters are needed.").await.unwrap();
    assert_eq!(focus(&mut page).await, "name");
    page.look("too-short").await.unwrap();
    page.type_in(&"x".repeat(30)).await.unwrap();
    page.see("name: at most 30 characters fit, these are 32.").await.unwrap();
    page.steps(json!([{ "step": "fill", "name": "name", "value": "teashop" }])).await.unwrap();
    page.press("Send").await.unwrap();
    page.see("engine: this option is needed.").await.unwrap();
    page.type_in("shopify").await.unwrap();
    page.see("Nothing fits what is typed").await.unwrap();
    page.key("Enter").await.unwrap();
    page.see("engine: choose one of WooCommerce, Medusa.").await.unwrap();
    page.key("Escape").await.unwrap();
    assert_eq!(page.read("#line").await.unwrap(), "/store create name:teashop engine:shopify");
    for wrong in ["hello", "/nothing", "/store create colour:red name:x"] {
        page.steps(json!([{ "step": "fill", "name": "Command in #general", "value": wrong }])).await.unwrap();
        page.key("Enter").await.unwrap();
        page.step(&json!({ "step": "has", "selector": "#refusal:not(:empty)" })).await.unwrap();
        assert_eq!(page.read("#line").await.unwrap(), wrong);
    }
    assert_eq!(sent(&scene), Vec::<String>::new(), "nothing of it reached the bot");
}

#[tokio::test]
async fn choices_that_come_late_are_dropped_and_a_silent_bot_is_told() {
    let scene = scene().await;
    let mut page = opened(&scene, "ana", "late", Screen::default()).await;
    page.type_in("/store create name:teashop engine:medusa title:a").await.unwrap();
    page.type_in("bc").await.unwrap();
    page.offered("My abc house").await.unwrap();
    assert_eq!(page.offers().await.unwrap().len(), 2);
    let asked = scene.received().iter().filter(|interaction| interaction["type"] == 4).count();
    assert!(asked <= 2, "one typing of three letters is not {asked} questions");
    page.steps(json!([{ "step": "fill", "name": "title", "value": "boom" }])).await.unwrap();
    page.see("Loading options failed").await.unwrap();
    page.steps(
        json!([{ "step": "fill", "name": "title", "value": "exact" }, { "step": "see", "text": "exactly this" }]),
    )
    .await
    .unwrap();
    page.key("Enter").await.unwrap();
    page.see("got").await.unwrap();
    assert_eq!(sent(&scene)[2], r#"title="exact""#, "all of it was typed: not the first of the list");
}

#[tokio::test]
async fn commands_are_offered_in_the_language_of_the_person() {
    let scene = scene().await;
    let mut page = opened(&scene, "ben", "german", Screen::default()).await;
    page.steps(json!([{ "step": "choose", "name": "Your Discord speaks", "values": ["de"] },
        { "step": "press", "name": "Set" }, { "step": "has", "selector": "body[data-locale=de]" }]))
        .await
        .unwrap();
    page.type_in("/").await.unwrap();
    assert_eq!(page.offers().await.unwrap()[0], "/store erstellen\nEin neuer Laden");
    page.key("Enter").await.unwrap();
    page.type_in("teeladen").await.unwrap();
    page.key("Enter").await.unwrap();
    assert_eq!(focus(&mut page).await, "software");
    page.type_in("medusa").await.unwrap();
    page.look("german").await.unwrap();
    page.key("Enter").await.unwrap();
    page.see("got").await.unwrap();
    assert_eq!(sent(&scene), [r#"name="teeladen""#, r#"engine="medusa""#]);
    assert_eq!(scene.received().last().unwrap()["locale"], "de");
}
