use std::time::Duration;

use serde_json::{Value, json};
use stand_in_discord::{Ack, Config, SlashError, StandIn};

use crate::bot::Scene;

#[tokio::test]
async fn a_good_endpoint_is_verified_and_a_careless_one_is_not() {
    let scene = Scene::deferring().await;
    assert_eq!(scene.discord.verify_endpoint().await, Ok(()));

    // An endpoint that never looks at signatures: another stand-in's control API answers anything
    // but 401.
    let careless = StandIn::start(Config::default()).await.unwrap();
    scene.discord.set_interactions_url(&format!("{}/_control/state", careless.base_url()));
    assert!(scene.discord.verify_endpoint().await.is_err());
}

#[tokio::test]
async fn a_deferred_answer_thinks_until_it_is_edited_and_keeps_its_history() {
    let scene = Scene::with(|_| Some(json!({"type": 5, "data": {"flags": 64}}))).await;
    let (ana, ben) = (scene.discord.user("ana"), scene.discord.user("ben"));
    let handle = ana.slash("/store list").await.unwrap();
    assert_eq!(handle.response_type(), Some(5));
    assert!(handle.message().unwrap().is_loading());

    let original = format!("{}/messages/@original", scene.webhook(&handle));
    for content in ["working", "done"] {
        let (status, body) = scene.call("PATCH", &original, Some(json!({"content": content}))).await;
        assert_eq!((status, &body["content"], &body["flags"]), (200, &json!(content), &json!(64)));
    }
    let history: Vec<_> = handle.history().into_iter().map(|version| version.content).collect();
    assert_eq!(history, ["", "working", "done"]);
    assert_eq!((ana.sees().len(), ben.sees().len()), (1, 0), "ephemeral is for one person");
    let channel = format!("/channels/{}/messages", scene.discord.channel("general"));
    assert_eq!(scene.call("GET", &channel, None).await.1, json!([]));
}

#[tokio::test]
async fn the_first_follow_up_completes_a_deferred_answer_and_the_second_is_new() {
    let scene = Scene::with(|_| Some(json!({"type": 5, "data": {"flags": 64}}))).await;
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let hook = scene.webhook(&handle);
    let (_, first) = scene.call("POST", &hook, Some(json!({"content": "one"}))).await;
    let (_, second) = scene.call("POST", &hook, Some(json!({"content": "two"}))).await;
    assert_eq!(first["id"], handle.message().unwrap().id.to_string());
    assert_eq!((&first["flags"], &second["flags"]), (&json!(64), &json!(0)));
    assert_eq!(handle.follow_ups().len(), 1);
}

#[tokio::test]
async fn a_callback_with_202_is_as_good_as_an_inline_response_but_only_once() {
    let scene = Scene::with(|_| None).await;
    let ana = scene.discord.user("ana");
    let typing = ana.slash("/store list");
    let answering = async {
        let interaction = scene.first_received().await;
        let path = |part: &str| interaction[part].as_str().unwrap().to_owned();
        let callback = format!("/interactions/{}/{}/callback", path("id"), path("token"));
        let original = format!("/webhooks/{}/{}/messages/@original", path("application_id"), path("token"));
        assert_eq!(scene.call("PATCH", &original, Some(json!({"content": "early"}))).await.1["code"], 10_015);
        let first = scene
            .call(
                "POST",
                &format!("{callback}?with_response=true"),
                Some(json!({"type": 4, "data": {"content": "hi"}})),
            )
            .await;
        let second = scene.call("POST", &callback, Some(json!({"type": 5}))).await;
        (first, second)
    };
    let (handle, ((status, body), second)) = tokio::join!(typing, answering);
    assert_eq!(status, 200, "{body}");
    assert_eq!(body["resource"]["message"]["content"], "hi");
    assert_eq!((second.0, &second.1["code"]), (400, &json!(40_060)));
    assert_eq!(handle.unwrap().message().unwrap().content(), "hi");
}

#[tokio::test]
async fn responses_discord_would_refuse_fail_and_kill_the_token() {
    let bad: &[(Value, &str)] = &[
        (json!({"type": 99}), "Invalid Form Body (50035)"),
        (json!({"type": 4, "data": {"content": "x".repeat(2_001)}}), "Must be 2000 or fewer in length."),
        (json!({"type": 4, "data": {"content": ""}}), "Cannot send an empty message (50006)"),
        (json!({"type": 8, "data": {"choices": []}}), "Value must be one of [4, 5, 9]."),
        (json!({"type": 7, "data": {"content": "x"}}), "Value must be one of [4, 5, 9]."),
    ];
    for (response, why) in bad {
        let answer = response.clone();
        let scene = Scene::with(move |_| Some(answer.clone())).await;
        let error = scene.discord.user("ana").slash("/store list").await.err().unwrap();
        let SlashError::NotAnswered { interaction_id, reason } = error else { panic!("{error}") };
        assert!(reason.contains(why), "{response}: {reason}");
        let handle = scene.discord.interaction(interaction_id).unwrap();
        assert!(matches!(handle.state().ack, Ack::Failed(_)));
        let hook = scene.webhook(&handle);
        let (status, body) = scene.call("POST", &hook, Some(json!({"content": "late"}))).await;
        assert_eq!((status, &body["code"]), (404, &json!(10_015)));
    }
}

#[tokio::test]
async fn no_response_in_time_is_told_and_the_callback_comes_too_late() {
    let config = Config { response_deadline: Duration::from_millis(50), ..Config::default() };
    let scene = Scene::configured(config, |_| None).await;
    let error = scene.discord.user("ana").slash("/store list").await.err().unwrap();
    assert_eq!(error.to_string(), "the application did not respond: no response within 50ms");
    let SlashError::NotAnswered { interaction_id, .. } = error else { panic!() };
    let token = scene.discord.interaction(interaction_id).unwrap().state().token;
    let callback = format!("/interactions/{interaction_id}/{token}/callback");
    let (status, body) = scene.call("POST", &callback, Some(json!({"type": 5}))).await;
    assert_eq!((status, &body["code"]), (404, &json!(10_062)));
}

#[tokio::test]
async fn after_fifteen_minutes_a_token_is_dead() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    let (old, young) = (ana.slash("/store list").await.unwrap(), ana.slash("/store list").await.unwrap());
    old.expire();
    let edit = |handle| format!("{}/messages/@original", scene.webhook(handle));
    let (status, body) = scene.call("PATCH", &edit(&old), Some(json!({"content": "x"}))).await;
    assert_eq!((status, &body["code"]), (401, &json!(50_027)));
    assert_eq!(scene.call("PATCH", &edit(&young), Some(json!({"content": "x"}))).await.0, 200);
    scene.discord.advance(Duration::from_secs(15 * 60 + 1));
    assert_eq!(scene.call("PATCH", &edit(&young), Some(json!({"content": "y"}))).await.0, 401);
    assert_eq!(scene.discord.invalid_requests(), 2);
}

#[tokio::test]
async fn a_deleted_answer_is_unknown() {
    let scene = Scene::deferring().await;
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    assert_eq!(scene.call("DELETE", &original, None).await.0, 204);
    assert_eq!(scene.call("PATCH", &original, Some(json!({"content": "x"}))).await.1["code"], 10_008);
    assert!(handle.message().unwrap().is_deleted());
}
