//! The second opinion that a test can plug in.

use serde_json::{Value, json};
use stand_in_discord::{Config, SlashError, judge_body};

use crate::bot::Scene;

const CALLBACK: &str = "/interactions/{interaction_id}/{interaction_token}/callback";
const MESSAGES: &str = "/channels/{channel_id}/messages";

/// A second opinion that dislikes one word, whichever way it is sent.
fn picky() -> Config {
    let opinion = |_: &str, _: &str, body: &Value| {
        if body.to_string().contains("yuck") { Err("no such word".to_owned()) } else { Ok(()) }
    };
    Config { second_opinion: Some(stand_in_discord::SecondOpinion::new(opinion)), ..Config::default() }
}

#[tokio::test]
async fn what_a_second_opinion_dislikes_is_refused_and_kept() {
    let scene = Scene::configured(picky(), |_| Some(json!({"type": 4, "data": {"content": "yuck"}}))).await;
    let path = format!("/channels/{}/messages", scene.discord.channel("general"));
    assert_eq!(scene.call("POST", &path, Some(json!({"content": "nice"}))).await.0, 200);
    let (status, body) = scene.call("POST", &path, Some(json!({"content": "yuck"}))).await;
    assert_eq!((status, &body["code"]), (400, &json!(50_035)));
    let refused = scene.discord.user("ana").slash("/store list").await.err().unwrap();
    assert!(matches!(refused, SlashError::NotAnswered { .. }), "{refused}");
    scene.discord.fault(stand_in_discord::Fault::Status(503), 1);
    assert_eq!(scene.call("POST", &path, Some(json!({"content": "yuck"}))).await.0, 503);
    let post = format!("POST {MESSAGES}: no such word");
    assert_eq!(scene.discord.objections(), [post.as_str(), &format!("POST {CALLBACK}: no such word"), &post]);
    assert_eq!(scene.discord.refusals(), Vec::<String>::new());
    assert_eq!(scene.discord.channel_messages("general").len(), 1);
}

#[tokio::test]
async fn what_the_own_rules_refuse_is_kept_too() {
    let scene = Scene::deferring().await;
    let path = format!("/channels/{}/messages", scene.discord.channel("general"));
    assert_eq!(scene.call("POST", &path, Some(json!({"content": 1}))).await.0, 400);
    let refusals = scene.discord.refusals();
    assert!(refusals.len() == 1 && refusals[0].starts_with("POST /channels/"), "{refusals:?}");
    assert_eq!(judge_body("get", MESSAGES, &Value::Null), None);
}
