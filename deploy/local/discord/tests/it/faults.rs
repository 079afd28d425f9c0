use std::time::Duration;

use serde_json::json;
use stand_in_discord::{Fault, FaultRule, RateLimits, Scope};

use crate::bot::Scene;

#[tokio::test]
async fn an_ordered_429_carries_everything_a_bot_needs_to_wait() {
    let scene = Scene::deferring().await;
    let retry_after = Duration::from_millis(1_500);
    for (scope, name, counted) in [(Scope::User, "user", 1), (Scope::Shared, "shared", 1), (Scope::Global, "global", 2)]
    {
        scene.discord.fault(Fault::RateLimited { retry_after, scope }, 1);
        let response = scene.raw("GET", "/users/@me", None).send().await.unwrap();
        assert_eq!(response.status(), 429);
        assert_eq!(response.headers()["retry-after"], "2", "whole seconds, rounded up");
        assert_eq!(response.headers()["x-ratelimit-scope"], name);
        let body: serde_json::Value = response.json().await.unwrap();
        assert_eq!((&body["retry_after"], &body["global"]), (&json!(1.5), &json!(scope == Scope::Global)));
        assert_eq!(scene.discord.invalid_requests(), counted);
    }
    assert_eq!(scene.call("GET", "/users/@me", None).await.0, 200, "used up");
}

#[tokio::test]
async fn a_global_limit_spares_interactions() {
    let scene = Scene::deferring().await;
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    scene.discord.fault(Fault::RateLimited { retry_after: Duration::from_secs(1), scope: Scope::Global }, 1);
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    assert_eq!(scene.call("PATCH", &original, Some(json!({"content": "x"}))).await.0, 200);
    assert_eq!(scene.call("GET", "/users/@me", None).await.0, 429);
}

#[tokio::test]
async fn a_5xx_does_nothing_and_a_lost_answer_does_it_all_the_same() {
    let scene = Scene::deferring().await;
    let path = format!("/channels/{}/messages", scene.discord.channel("general"));
    let post = async || scene.call("POST", &path, Some(json!({"content": "x"}))).await.0;
    let only_posts = |fault| FaultRule { fault, times: 1, matching: format!("POST /api/v10{path}") };
    scene.discord.fault_where(only_posts(Fault::Status(503)));
    assert_eq!(scene.call("GET", &path, None).await.0, 200, "another request");
    assert_eq!((post().await, scene.discord.messages().len()), (503, 0));
    scene.discord.fault_where(only_posts(Fault::LostAnswer));
    assert_eq!((post().await, scene.discord.messages().len()), (502, 1));
    let delay = Duration::from_millis(20);
    scene.discord.fault(Fault::Delay(delay), 1);
    let begun = std::time::Instant::now();
    assert_eq!((post().await, begun.elapsed() >= delay), (200, true));
    let statuses: Vec<_> = scene
        .discord
        .requests()
        .iter()
        .filter(|request| request.method == "POST")
        .map(|request| request.status)
        .collect();
    assert_eq!(statuses, [503, 502, 200]);
}

#[tokio::test]
async fn buckets_are_announced_and_kept() {
    let scene = Scene::deferring().await;
    scene.discord.set_rate_limits(RateLimits::Tight);
    let path = format!("/channels/{}/messages", scene.discord.channel("general"));
    let mut remaining = Vec::new();
    for _ in 0..6 {
        let response = scene.raw("POST", &path, Some(json!({"content": "x"}))).send().await.unwrap();
        let left = response.headers()["x-ratelimit-remaining"].to_str().unwrap().to_owned();
        remaining.push((response.status().as_u16(), left));
        assert!(response.headers().contains_key("x-ratelimit-bucket"));
    }
    let expected = [(200, "4"), (200, "3"), (200, "2"), (200, "1"), (200, "0"), (429, "0")];
    assert_eq!(remaining, expected.map(|(status, left)| (status, left.to_owned())));
    let elsewhere = format!("/channels/{}/messages", scene.discord.channel("other"));
    assert_eq!(scene.call("POST", &elsewhere, Some(json!({"content": "x"}))).await.0, 200);
    scene.discord.advance(Duration::from_secs(6));
    assert_eq!(scene.call("POST", &path, Some(json!({"content": "x"}))).await.0, 200);
}

#[tokio::test]
async fn too_many_invalid_requests_are_turned_away_at_the_door_for_a_while() {
    let scene = Scene::deferring().await;
    scene.discord.set_invalid_request_limit(3);
    let handle = scene.discord.user("ana").slash("/store list").await.unwrap();
    let original = format!("{}/messages/@original", scene.webhook(&handle));
    let wrong = async || {
        let url = format!("{}/api/v10/users/@me", scene.discord.base_url());
        scene.http.get(url).send().await.unwrap().status().as_u16()
    };
    assert_eq!([wrong().await, wrong().await], [401, 401]);
    scene.discord.advance(Duration::from_secs(11 * 60));
    assert_eq!([wrong().await, wrong().await], [401, 401], "the first two are long ago");
    assert_eq!(scene.call("GET", "/users/@me", None).await.0, 200);
    assert_eq!(wrong().await, 401);

    let turned_away = scene.raw("GET", "/users/@me", None).send().await.unwrap();
    assert_eq!((turned_away.status().as_u16(), turned_away.headers().contains_key("retry-after")), (429, true));
    assert_eq!(turned_away.headers().get("x-ratelimit-scope"), None);
    assert_eq!(turned_away.text().await.unwrap(), "error code: 1015", "it is not Discord that answers");
    assert_eq!(scene.call("PATCH", &original, Some(json!({"content": "x"}))).await.0, 429, "whatever it is");
    assert_eq!(scene.discord.invalid_requests(), 5, "what is turned away is not counted");
    scene.discord.advance(Duration::from_secs(11 * 60));
    assert_eq!(scene.call("GET", "/users/@me", None).await.0, 200);
}

#[tokio::test]
async fn a_bot_in_haste_does_not_learn_what_is_wrong_with_its_body() {
    let scene = Scene::deferring().await;
    scene.discord.set_rate_limits(RateLimits::Tight);
    let path = format!("/channels/{}/messages", scene.discord.channel("general"));
    let mut statuses = Vec::new();
    for _ in 0..6 {
        statuses.push(scene.call("POST", &path, Some(json!({"content": 1}))).await.0);
    }
    assert_eq!(statuses, [400, 400, 400, 400, 400, 429]);
    assert_eq!(scene.discord.refusals().len(), 6, "it is written down all the same");
}
