use serde_json::{Value, json};

use crate::bot::Scene;

async fn get(scene: &Scene, path: &str) -> String {
    let url = format!("{}{path}", scene.discord.base_url());
    scene.http.get(url).send().await.unwrap().text().await.unwrap()
}

async fn control(scene: &Scene, verb: &str, body: Value) -> (u16, Value) {
    let url = format!("{}/_control/{verb}", scene.discord.base_url());
    let response = scene.http.post(url).json(&body).send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn the_page_shows_the_channel_as_one_person_sees_it() {
    let scene = Scene::with(|_| Some(json!({"type": 4, "data": {"content": "<b>hi</b> **ana**", "flags": 64}}))).await;
    let _ben = scene.discord.user("ben");
    let form = [("user", "ana"), ("channel", "general"), ("text", "/store list")];
    let posted = scene.http.post(format!("{}/slash", scene.discord.base_url())).form(&form).send().await.unwrap();
    let ana = posted.text().await.unwrap();
    assert!(ana.contains("&lt;b&gt;hi&lt;/b&gt; <strong>ana</strong>"), "{ana}");
    assert!(ana.contains("Only you can see this") && ana.contains("ana used <b>/store list</b>"));
    assert!(!get(&scene, "/?user=ben").await.contains("Only you can see this"));
    assert!(get(&scene, "/?user=ana&channel=general&error=%3Cscript%3E").await.contains("&lt;script&gt;"));
}

#[tokio::test]
async fn a_script_types_a_command_and_reads_the_state() {
    let scene = Scene::with(|_| Some(json!({"type": 5}))).await;
    let (status, answer) = control(&scene, "slash", json!({"user": "ana", "text": "/store list"})).await;
    assert_eq!(
        (status, &answer["first_response"]["type"], &answer["message"]["loading"]),
        (200, &json!(5), &json!(true))
    );
    let state: Value = serde_json::from_str(&get(&scene, "/_control/state").await).unwrap();
    assert_eq!(state["interactions"][0]["id"], answer["interaction_id"]);
    assert_eq!(state["commands"][0]["name"], "store");
    let (status, refused) = control(&scene, "slash", json!({"user": "ana", "text": "/nothing"})).await;
    assert_eq!((status, refused["error"].as_str()), (422, Some("no command /nothing is registered here")));
    let roles = json!({"user": "ana", "roles": ["guest", "elsewhere/keeper"]});
    assert_eq!(control(&scene, "roles", roles).await.0, 204);
    let there = json!({"user": "ana", "channel": "elsewhere/general", "text": "/store list"});
    assert_eq!(control(&scene, "slash", there).await.0, 200);
    let state: Value = serde_json::from_str(&get(&scene, "/_control/state").await).unwrap();
    assert_eq!(state["users"][0]["roles"].as_array().unwrap().len(), 2);
    assert_eq!(state["guilds"].as_array().unwrap().len(), 2);
    let page = get(&scene, "/?user=ana&channel=elsewhere%2Fgeneral").await;
    assert!(page.contains("<h2>elsewhere</h2>") && page.contains("ana used <b>/store list</b>"), "{page}");
    let order = json!({"kind": "rate_limit", "retry_after": 1.0, "scope": "user", "times": 1});
    assert_eq!(control(&scene, "fault", order).await.0, 204);
    assert_eq!(scene.call("GET", "/users/@me", None).await.0, 429);
    assert_eq!(control(&scene, "verify", json!({})).await, (200, json!({"verified": true})));
}

#[tokio::test]
async fn a_waiting_page_is_told_of_a_change() {
    let scene = Scene::deferring().await;
    let ana = scene.discord.user("ana");
    let now: Value = serde_json::from_str(&get(&scene, "/_control/wait?after=0").await).unwrap();
    let version = now["version"].as_u64().unwrap();
    let path = format!("/_control/wait?after={version}");
    let (told, _) = tokio::join!(get(&scene, &path), ana.slash("/store list"));
    assert!(serde_json::from_str::<Value>(&told).unwrap()["version"].as_u64().unwrap() > version);
}

#[tokio::test]
async fn stopping_frees_the_port() {
    let scene = Scene::deferring().await;
    let other = stand_in_discord::StandIn::start(stand_in_discord::Config::default()).await.unwrap();
    let address = other.base_url();
    other.stop().await;
    assert!(scene.http.get(address).send().await.is_err());
}
