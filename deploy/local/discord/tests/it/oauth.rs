//! Letting the application know who somebody is: codes, tokens, and what can be read with them.

use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use stand_in_discord::{Config, Fault, FaultRule};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};

use crate::bot::{Scene, answers_well};

const BACK: &str = "http://127.0.0.1:9/back";
const SECRET: &str = "stand-in-client-secret";
const VERIFIER: &str = "a-verifier-of-forty-three-characters-or-more";
const SCOPES: &str = "identify guilds guilds.members.read";

pub(crate) async fn scene() -> Scene {
    let config = Config { redirect_uris: vec![BACK.to_owned()], ..Config::default() };
    Scene::configured(config, |_| Some(json!({"type": 5}))).await
}

/// What a browser is sent to the page with, and what it then posts.
pub(crate) fn asked(scene: &Scene, scope: &str) -> Vec<(&'static str, String)> {
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
    vec![
        ("client_id", scene.discord.application_id().to_string()),
        ("response_type", "code".to_owned()),
        ("redirect_uri", BACK.to_owned()),
        ("scope", scope.to_owned()),
        ("state", "a state & more".to_owned()),
        ("code_challenge", challenge),
        ("code_challenge_method", "S256".to_owned()),
    ]
}

fn without_redirects() -> reqwest::Client {
    reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// The person decides; where that leads.
async fn decide(scene: &Scene, mut fields: Vec<(&'static str, String)>, user: &str, decision: &str) -> url::Url {
    fields.extend([("user", user.to_owned()), ("decision", decision.to_owned())]);
    let url = format!("{}/oauth2/authorize", scene.discord.base_url());
    let answer = without_redirects().post(url).form(&fields).send().await.unwrap();
    assert_eq!(answer.status(), 302, "{}", answer.text().await.unwrap());
    answer.headers()["location"].to_str().unwrap().parse().unwrap()
}

fn found(url: &url::Url, name: &str) -> Option<String> {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
}

async fn code(scene: &Scene, scope: &str) -> String {
    let back = decide(scene, asked(scene, scope), "ana", "authorize").await;
    assert_eq!(found(&back, "state").unwrap(), "a state & more");
    found(&back, "code").unwrap()
}

/// A good exchange, to be spoilt.
fn exchange(code: &str) -> Vec<(&'static str, String)> {
    [("grant_type", "authorization_code"), ("code", code), ("redirect_uri", BACK), ("code_verifier", VERIFIER)]
        .map(|(name, value)| (name, value.to_owned()))
        .to_vec()
}

async fn send(scene: &Scene, fields: &[(&str, String)]) -> (u16, Value) {
    let url = format!("{}/api/v10/oauth2/token", scene.discord.base_url());
    let request = scene.http.post(url).basic_auth(scene.discord.application_id(), Some(SECRET)).form(fields);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

async fn token(scene: &Scene, scope: &str) -> String {
    let (status, body) = send(scene, &exchange(&code(scene, scope).await)).await;
    assert_eq!((status, &body["token_type"], &body["expires_in"]), (200, &json!("Bearer"), &json!(604_800)), "{body}");
    body["access_token"].as_str().unwrap().to_owned()
}

async fn read(scene: &Scene, token: &str, path: &str) -> (u16, Value) {
    let url = format!("{}/api/v10{path}", scene.discord.base_url());
    let answer = scene.http.get(url).bearer_auth(token).send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[tokio::test]
async fn a_person_is_known_as_discord_tells_it() {
    let scene = scene().await;
    let (home, elsewhere) = (scene.discord.guild_id(), scene.discord.guild("elsewhere"));
    let (ana, keeper) = (scene.discord.user("ana"), scene.discord.role("keeper"));
    ana.set_roles(&["keeper"]);
    let token = token(&scene, SCOPES).await;
    let (status, me) = read(&scene, &token, "/users/@me").await;
    assert_eq!((status, &me["id"], me.get("email")), (200, &json!(ana.id().to_string()), None));
    answers_well(("get", "/users/@me"), 200, &me);
    let (_, guilds) = read(&scene, &token, "/users/@me/guilds").await;
    answers_well(("get", "/users/@me/guilds"), 200, &guilds);
    assert_eq!((guilds.as_array().unwrap().len(), &guilds[0]["id"]), (1, &json!(home.to_string())));
    let (status, member) = read(&scene, &token, &format!("/users/@me/guilds/{home}/member")).await;
    assert_eq!((status, &member["roles"]), (200, &json!([keeper.to_string()])));
    answers_well(("get", "/users/@me/guilds/{guild_id}/member"), 200, &member);
    let (status, none) = read(&scene, &token, &format!("/users/@me/guilds/{elsewhere}/member")).await;
    assert_eq!((status, &none["code"]), (404, &json!(10_004)));

    ana.set_member("elsewhere", true);
    ana.set_member("", false);
    let (_, guilds) = read(&scene, &token, "/users/@me/guilds").await;
    assert_eq!(guilds[0]["name"], "elsewhere");
    let (status, _) = read(&scene, &token, &format!("/users/@me/guilds/{home}/member")).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_token_is_good_for_what_it_was_given_for_until_it_ends() {
    let scene = scene().await;
    let token = token(&scene, "identify").await;
    assert_eq!(read(&scene, &token, "/users/@me").await.0, 200);
    assert_eq!(
        read(&scene, &token, "/users/@me/guilds").await,
        (403, json!({"message": "Missing required OAuth2 scope", "code": 50_026}))
    );
    let unauthorized = (401, json!({"message": "401: Unauthorized", "code": 0}));
    assert_eq!(read(&scene, "made-up", "/users/@me").await, unauthorized);
    assert_eq!(read(&scene, &token, "/gateway/bot").await, unauthorized, "a person is no bot");
    let member = format!("/users/@me/guilds/{}/member", scene.discord.guild_id());
    assert_eq!(scene.call("GET", &member, None).await.0, 403, "nor is a bot a person");
    scene.discord.advance(Duration::from_secs(7 * 24 * 3600));
    assert_eq!(read(&scene, &token, "/users/@me").await, unauthorized);
    assert_eq!(scene.discord.access_tokens(), [(token, false)]);
}

#[tokio::test]
async fn revoking_one_token_ends_all_of_that_person() {
    let scene = scene().await;
    let (first, second) = (token(&scene, "identify").await, token(&scene, "identify").await);
    let url = format!("{}/api/oauth2/token/revoke", scene.discord.base_url());
    let revoke = async |secret: &str| {
        let fields = [("token", first.as_str()), ("token_type_hint", "access_token")];
        let request = scene.http.post(&url).basic_auth(scene.discord.application_id(), Some(secret)).form(&fields);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(revoke("wrong").await, 401);
    assert_eq!(read(&scene, &second, "/users/@me").await.0, 200);
    assert_eq!([revoke(SECRET).await, revoke(SECRET).await], [200, 200]);
    assert_eq!((read(&scene, &first, "/users/@me").await.0, read(&scene, &second, "/users/@me").await.0), (401, 401));
}

#[tokio::test]
async fn a_code_is_exchanged_once_in_time_by_who_it_was_made_for() {
    let scene = scene().await;
    let refused = |status: u16, error: &str, why: &str| (status, json!({"error": error, "error_description": why}));
    let bad_code = refused(400, "invalid_grant", "Invalid \"code\" in request.");
    let used = code(&scene, SCOPES).await;
    assert_eq!(send(&scene, &exchange(&used)).await.0, 200);
    assert_eq!(send(&scene, &exchange(&used)).await, bad_code);
    assert_eq!(send(&scene, &exchange("made-up")).await, bad_code);
    let spoilt = async |name: &str, value: &str| {
        let mut fields = exchange(&code(&scene, SCOPES).await);
        fields.retain(|(known, _)| *known != name || !value.is_empty());
        fields.iter_mut().filter(|(known, _)| *known == name).for_each(|(_, old)| value.clone_into(old));
        send(&scene, &fields).await
    };
    let redirect = refused(400, "invalid_grant", "Invalid \"redirect_uri\" in request.");
    assert_eq!(spoilt("redirect_uri", "http://127.0.0.1:9/other").await, redirect);
    let missing = refused(400, "invalid_request", "Missing \"code_verifier\"");
    assert_eq!(spoilt("code_verifier", "").await, missing);
    let bad = refused(400, "invalid_request", "Invalid \"code_verifier\"");
    assert_eq!(spoilt("code_verifier", "too-short").await, bad);
    assert_eq!(spoilt("code_verifier", &VERIFIER.to_uppercase()).await, bad);
    assert_eq!(spoilt("grant_type", "").await.1["error"], "unsupported_grant_type");

    let late = code(&scene, SCOPES).await;
    scene.discord.advance(Duration::from_secs(101));
    assert_eq!(send(&scene, &exchange(&late)).await, bad_code);

    let url = format!("{}/api/oauth2/token", scene.discord.base_url());
    let code = code(&scene, SCOPES).await;
    let by_json = scene.http.post(&url).basic_auth(scene.discord.application_id(), Some(SECRET));
    let by_json = by_json.json(&json!({"grant_type": "authorization_code", "code": code})).send().await.unwrap();
    assert_eq!(by_json.status(), 400, "forms alone are taken");
    let client = |id: String, secret: &str| [("client_id", id), ("client_secret", secret.to_owned())];
    let id = scene.discord.application_id().to_string();
    for (id, secret) in [(id.as_str(), "wrong"), ("7", SECRET), (id.as_str(), "")] {
        let fields = [exchange(&code).as_slice(), &client(id.to_owned(), secret)].concat();
        let answer = scene.http.post(&url).form(&fields).send().await.unwrap();
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.json::<Value>().await.unwrap(), json!({"error": "invalid_client"}));
    }
    let fields = [exchange(&code).as_slice(), &client(id, SECRET)].concat();
    assert_eq!(scene.http.post(&url).form(&fields).send().await.unwrap().status(), 200, "in the body, too");
    assert_eq!(scene.http.get(&url).send().await.unwrap().status(), 405);
}

#[tokio::test]
async fn nobody_is_sent_where_nobody_has_registered_or_with_what_is_not_asked_well() {
    let scene = scene().await;
    let url = format!("{}/oauth2/authorize", scene.discord.base_url());
    for (name, value, told) in [
        ("client_id", "7", "Unknown Application"),
        ("redirect_uri", "http://127.0.0.1:9/back/", "Invalid OAuth2 redirect_uri"),
        ("scope", "identify email", "does not model the scope"),
        ("scope", " ", "No scopes"),
        ("response_type", "token", "does not model response_type"),
        ("prompt", "login", "Invalid prompt"),
        ("code_challenge_method", "plain", "Unsupported &quot;code_challenge_method&quot;"),
        ("code_challenge", "short", "Invalid &quot;code_challenge&quot;"),
    ] {
        let mut fields = asked(&scene, SCOPES);
        fields.retain(|(known, _)| *known != name);
        fields.push((name, value.to_owned()));
        let shown = without_redirects().get(&url).query(&fields).send().await.unwrap();
        assert_eq!(shown.status(), 400, "{name}");
        let text = shown.text().await.unwrap();
        assert!(text.contains(told), "{name}: {text}");
        fields.extend([("user", "ana".to_owned()), ("decision", "authorize".to_owned())]);
        assert_eq!(without_redirects().post(&url).form(&fields).send().await.unwrap().status(), 400, "{name}");
    }
    let back = decide(&scene, asked(&scene, SCOPES), "ana", "cancel").await;
    let told = ["error", "error_description", "state", "code"].map(|name| found(&back, name));
    let denied = "The resource owner or authorization server denied the request";
    assert_eq!(told, [Some("access_denied".into()), Some(denied.into()), Some("a state & more".into()), None]);
}

#[tokio::test]
async fn faults_hit_the_exchange_before_it_has_happened() {
    let scene = scene().await;
    let fields = exchange(&code(&scene, SCOPES).await);
    scene.discord.fault_where(FaultRule { fault: Fault::Status(500), times: 1, matching: "oauth2/token".to_owned() });
    let url = format!("{}/api/v10/oauth2/token", scene.discord.base_url());
    let request = scene.http.post(url).basic_auth(scene.discord.application_id(), Some(SECRET)).form(&fields);
    assert_eq!(request.send().await.unwrap().status(), 500);
    assert_eq!(send(&scene, &fields).await.0, 200);
}

/// Tells a library one thing after the other; what it answered.
async fn library(scene: &Scene, secret: &str, scope: &str) -> Value {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../tests/oracles");
    assert!(root.join("node_modules/oauth4webapi").exists(), "others' libraries are not installed: run `make oracles`");
    let mut child = tokio::process::Command::new("node")
        .arg("oauth.mjs")
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let (mut asked, answers) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let mut answers = BufReader::new(answers).lines();
    let first = json!({
        "server": scene.discord.base_url(), "client": scene.discord.application_id().to_string(), "secret": secret,
        "redirect": BACK, "scope": scope,
    });
    asked.write_all(format!("{first}\n").as_bytes()).await.unwrap();
    let url: Value = serde_json::from_str(&answers.next_line().await.unwrap().unwrap()).unwrap();
    let url: url::Url = url["url"].as_str().unwrap().parse().unwrap();
    let fields: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let decided = [("user", "ana"), ("decision", "authorize")].map(|(name, value)| (name.to_owned(), value.to_owned()));
    let fields = [fields, decided.to_vec()].concat();
    let back = without_redirects().post(url.as_str()).form(&fields).send().await.unwrap();
    let back = back.headers()["location"].to_str().unwrap().to_owned();
    let member = format!("/api/v10/users/@me/guilds/{}/member", scene.discord.guild_id());
    let second = json!({ "back": back, "resources": ["/api/v10/users/@me", "/api/v10/users/@me/guilds", member] });
    asked.write_all(format!("{second}\n").as_bytes()).await.unwrap();
    serde_json::from_str(&answers.next_line().await.unwrap().unwrap()).unwrap()
}

#[tokio::test]
async fn a_library_of_others_gets_along_with_it() {
    let scene = scene().await;
    let ana = scene.discord.user("ana").id().to_string();
    let told = library(&scene, SECRET, SCOPES).await;
    assert_eq!(
        (&told["scope"], &told["after"]),
        (&json!("guilds guilds.members.read identify"), &json!(401)),
        "{told}"
    );
    let resources = told["resources"].as_array().unwrap();
    assert!(resources.iter().all(|found| found[0] == 200), "{told}");
    assert_eq!((&resources[0][1]["id"], &resources[2][1]["user"]["id"]), (&json!(ana), &json!(ana)));
    let told = library(&scene, "wrong", SCOPES).await;
    assert_eq!(told["refused"], "invalid_client", "{told}");
}
