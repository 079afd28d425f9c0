use serde_json::{Value, json};

use crate::bot::{Scene, answers_well, store_command};

const GLOBAL: &str = "/applications/{application_id}/commands";

fn path(scene: &Scene) -> String {
    format!("/applications/{}/commands", scene.discord.application_id())
}

#[tokio::test]
async fn registering_the_same_again_keeps_ids_and_versions() {
    let scene = Scene::deferring().await;
    let before = scene.call("GET", &path(&scene), None).await.1;
    let (status, after) = scene.call("PUT", &path(&scene), Some(store_command())).await;
    assert_eq!((status, &after), (200, &before));
    answers_well(("get", GLOBAL), 200, &after);

    let (_, other) = scene.call("PUT", &path(&scene), Some(json!([{"name": "shop", "description": "x"}]))).await;
    assert_eq!(other.as_array().map(Vec::len), Some(1), "bulk overwrite replaces");
}

#[tokio::test]
async fn a_guild_command_lives_beside_the_global_one() {
    let scene = Scene::deferring().await;
    let guild =
        format!("/applications/{}/guilds/{}/commands", scene.discord.application_id(), scene.discord.guild_id());
    let command = json!({"name": "store", "description": "Only here"});
    let (status, made) = scene.call("POST", &guild, Some(command.clone())).await;
    assert_eq!((status, made["guild_id"].as_str()), (201, Some(scene.discord.guild_id().to_string().as_str())));
    assert_eq!(scene.call("POST", &guild, Some(command)).await.0, 200, "the same name is an update");
    assert!(scene.discord.user("ana").slash("/store").await.is_ok(), "the guild's own hides the global one");
    let one = format!("{guild}/{}", made["id"].as_str().unwrap());
    assert_eq!(scene.call("DELETE", &one, None).await.0, 204);
    assert_eq!(scene.call("DELETE", &one, None).await.1["code"], 10_063);
    let nowhere = format!("/applications/{}/guilds/1/commands", scene.discord.application_id());
    assert_eq!(scene.call("GET", &nowhere, None).await.1["code"], 10_004);
}

#[tokio::test]
async fn commands_discord_would_refuse_change_nothing() {
    let scene = Scene::deferring().await;
    let option = |extra: Value| {
        let mut option = json!({"type": 3, "name": "plan", "description": "x"});
        option.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
        json!([{"name": "a", "description": "x", "options": [option]}])
    };
    let choices = |count: usize| json!({"choices": (0..count).map(|n| json!({"name": format!("{n}"), "value": format!("{n}")})).collect::<Vec<_>>()});
    let many =
        |count: usize| (0..count).map(|n| json!({"name": format!("c{n}"), "description": "x"})).collect::<Value>();
    for (body, code) in [
        (json!([{"name": "X".repeat(40), "description": "x"}]), 50_035),
        (json!([{"name": "Store", "description": "x"}]), 50_035),
        (json!([{"name": "a"}]), 50_035),
        (json!([{"name": "a", "description": "x"}, {"name": "a", "description": "y"}]), 50_035),
        (option(choices(26)), 50_035),
        (option(json!({"autocomplete": true, "choices": [{"name": "a", "value": "a"}]})), 50_035),
        (
            json!([{"name": "a", "description": "x", "options": [
            {"type": 3, "name": "b", "description": "x"}, {"type": 3, "name": "c", "description": "x", "required": true}]}]),
            50_035,
        ),
        (many(101), 30_032),
    ] {
        let (status, answer) = scene.call("PUT", &path(&scene), Some(body.clone())).await;
        assert_eq!((status, &answer["code"]), (400, &json!(code)), "{body}: {answer}");
    }
    assert_eq!(scene.discord.commands().len(), 1);
    assert_eq!(scene.call("PUT", &path(&scene), Some(option(choices(25)))).await.0, 200);
}

#[tokio::test]
async fn without_the_bot_token_nothing_is_told() {
    let scene = Scene::deferring().await;
    let url = format!("{}/api/v10{}", scene.discord.base_url(), path(&scene));
    let response = scene.http.get(url).header("Authorization", "Bot wrong").send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert_eq!(scene.discord.invalid_requests(), 1);
}

#[tokio::test]
async fn translations_are_kept_and_listed_for_those_who_ask() {
    let scene = Scene::deferring().await;
    let command = json!({"name": "store", "description": "Shops", "name_localizations": {"de": "laden"},
        "options": [{"type": 3, "name": "size", "description": "x", "description_localizations": {"fr": "taille"}}]});
    let (_, put) = scene.call("PUT", &path(&scene), Some(json!([command]))).await;
    assert_eq!(put[0]["name_localizations"], json!({"de": "laden"}));
    let (_, plain) = scene.call("GET", &path(&scene), None).await;
    assert_eq!(
        (plain[0].get("name_localizations"), plain[0]["options"][0].get("description_localizations")),
        (None, None)
    );
    let (_, whole) = scene.call("GET", &format!("{}?with_localizations=true", path(&scene)), None).await;
    assert_eq!(whole, put);
    assert_eq!(whole[0]["options"][0]["description_localizations"], json!({"fr": "taille"}));
    answers_well(("get", GLOBAL), 200, &whole);
}

#[tokio::test]
async fn a_command_is_changed_in_part_and_stays_well_formed() {
    let scene = Scene::deferring().await;
    let (_, shop) = scene.call("POST", &path(&scene), Some(json!({"name": "shop", "description": "x"}))).await;
    let one = format!("{}/{}", path(&scene), shop["id"].as_str().unwrap());
    let (status, changed) = scene.call("PATCH", &one, Some(json!({"description": "y"}))).await;
    assert_eq!((status, &changed["name"], &changed["description"]), (200, &json!("shop"), &json!("y")));
    assert_eq!(changed["id"], shop["id"]);
    assert_ne!(changed["version"], shop["version"]);
    for (body, code) in
        [(json!({"name": "Shop"}), 50_035), (json!({"description": ""}), 50_035), (json!({"name": "store"}), 40_041)]
    {
        assert_eq!(scene.call("PATCH", &one, Some(body)).await.1["code"], code);
    }
}
