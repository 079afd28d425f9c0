use serde_json::{Value, json};

use crate::bot::{Scene, answers_well};

const MESSAGES: &str = "/channels/{channel_id}/messages";

fn general(scene: &Scene) -> String {
    format!("/channels/{}/messages", scene.discord.channel("general"))
}

#[tokio::test]
async fn a_channel_message_lives_from_create_to_delete() {
    let scene = Scene::deferring().await;
    let (status, made) = scene.call("POST", &general(&scene), Some(json!({"content": "**up**"}))).await;
    assert_eq!(status, 200);
    answers_well(("post", MESSAGES), 200, &made);
    let one = format!("{}/{}", general(&scene), made["id"].as_str().unwrap());
    let (_, edited) = scene.call("PATCH", &one, Some(json!({"content": "down"}))).await;
    assert_eq!((&edited["content"], edited["edited_timestamp"].is_string()), (&json!("down"), true));
    assert_eq!(scene.call("GET", &general(&scene), None).await.1, json!([edited]));
    assert_eq!(scene.call("DELETE", &one, None).await.0, 204);
    assert_eq!(scene.call("GET", &one, None).await.1["code"], 10_008);
    assert_eq!(scene.discord.channel_messages("general").len(), 0);
    assert_eq!(scene.discord.messages()[0].versions.len(), 2, "the record stays");
}

#[tokio::test]
async fn messages_discord_would_refuse_are_refused_in_its_words() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana").id().to_string();
    for (body, status, code) in [
        (json!({"content": "x".repeat(2_001)}), 400, 50_035),
        (json!({"content": ""}), 400, 50_006),
        (json!({}), 400, 50_006),
        (json!({"content": 1}), 400, 50_035),
        (json!({"content": "x", "allowed_mentions": {"parse": ["users"], "users": [ana]}}), 400, 50_035),
        (json!({"content": "x", "allowed_mentions": {"parse": ["friends"]}}), 400, 50_035),
    ] {
        let (got, answer) = scene.call("POST", &general(&scene), Some(body.clone())).await;
        assert_eq!((got, &answer["code"]), (status, &json!(code)), "{body}: {answer}");
    }
    assert_eq!(scene.call("POST", "/channels/1/messages", Some(json!({"content": "x"}))).await.1["code"], 10_003);
    assert_eq!(scene.call("GET", "/nowhere", None).await.0, 404);
}

#[tokio::test]
async fn only_allowed_mentions_ping() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana").id();
    let text = format!("<@{ana}> @everyone");
    let send = async |allowed: Option<Value>| {
        let mut body = json!({"content": text});
        if let Some(allowed) = allowed {
            body["allowed_mentions"] = allowed;
        }
        let message = scene.call("POST", &general(&scene), Some(body)).await.1;
        (message["mentions"].as_array().unwrap().len(), message["mention_everyone"].as_bool().unwrap())
    };
    assert_eq!(send(None).await, (1, true));
    assert_eq!(send(Some(json!({"parse": []}))).await, (0, false));
    assert_eq!(send(Some(json!({"users": [ana.to_string()]}))).await, (1, false));
}

#[tokio::test]
async fn an_enforced_nonce_creates_one_message() {
    let scene = Scene::deferring().await;
    let body = json!({"content": "once", "nonce": "job-1", "enforce_nonce": true});
    let first = scene.call("POST", &general(&scene), Some(body.clone())).await;
    let second = scene.call("POST", &general(&scene), Some(body)).await;
    assert_eq!(first, second);
    assert_eq!(scene.discord.channel_messages("general").len(), 1);
}

#[tokio::test]
async fn a_direct_message_reaches_one_person() {
    let scene = Scene::deferring().await;
    let (ana, ben) = (scene.discord.user("ana"), scene.discord.user("ben"));
    let open = json!({"recipient_id": ana.id().to_string()});
    let (_, channel) = scene.call("POST", "/users/@me/channels", Some(open.clone())).await;
    assert_eq!(scene.call("POST", "/users/@me/channels", Some(open)).await.1, channel);
    let path = format!("/channels/{}/messages", channel["id"].as_str().unwrap());
    assert_eq!(scene.call("POST", &path, Some(json!({"content": "psst"}))).await.0, 200);
    assert_eq!((scene.discord.direct_messages(&ana).len(), ana.sees().len(), ben.sees().len()), (1, 1, 0));
    let stranger = json!({"recipient_id": "42"});
    assert_eq!(scene.call("POST", "/users/@me/channels", Some(stranger)).await.1["code"], 10_013);
}

#[tokio::test]
async fn the_stand_ins_own_answers_pass_the_document() {
    let scene = Scene::deferring().await;
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    let edit = scene.call("PATCH", &original, Some(json!({"content": "x"}))).await.1;
    let dm = scene
        .call("POST", "/users/@me/channels", Some(json!({"recipient_id": scene.discord.user("ana").id().to_string()})))
        .await
        .1;
    for (operation, answer) in [
        (("patch", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"), edit),
        (("post", "/users/@me/channels"), dm),
        (("get", "/applications/@me"), scene.call("GET", "/applications/@me", None).await.1),
        (("get", "/users/@me"), scene.call("GET", "/users/@me", None).await.1),
        (("get", "/gateway"), scene.call("GET", "/gateway", None).await.1),
        (("get", "/gateway/bot"), scene.call("GET", "/gateway/bot", None).await.1),
    ] {
        answers_well(operation, 200, &answer);
    }
}
