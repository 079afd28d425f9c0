//! Interactions as Discord sends them, at the endpoint itself: what the stand-in's people cannot do.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};
use stand_in_discord::{Config, SIGNATURE_HEADER, Signer, TIMESTAMP_HEADER};
use storebot::inbound::discord::definition;

use crate::harness::{Test, TestBot, run_test, secrets};

const EPHEMERAL: u64 = 64;

fn recorded(name: &str) -> Result<Value> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/payloads/discord/{name}.json"));
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}

/// A payload with an id of its own: each is another interaction.
fn anew(payload: &Value, count: &mut u64) -> Value {
    *count += 1;
    let mut payload = payload.clone();
    payload["id"] = json!((1_600_000_000_000_000_000 + *count).to_string());
    payload
}

/// Signs and sends, as if at another time.
async fn send_at(t: &Test, payload: &Value, at: i64) -> Result<(u16, Value)> {
    let (body, at) = (payload.to_string(), at.to_string());
    let signature = Signer::new(Config::default().seed).sign(&at, body.as_bytes());
    let request = t.http.post(format!("{}/discord/interactions", t.url)).header("content-type", "application/json");
    let answer = request.header(SIGNATURE_HEADER, signature).header(TIMESTAMP_HEADER, at).body(body).send().await?;
    let status = answer.status().as_u16();
    Ok((status, answer.json().await.unwrap_or_default()))
}

async fn send(t: &Test, payload: &Value) -> Result<Value> {
    secrets::note("an interaction's token", payload["token"].as_str().context("no token")?);
    let (status, answer) = send_at(t, payload, Timestamp::now().as_second()).await?;
    ensure!(status == 200, "{status} for {payload}");
    Ok(answer)
}

/// What only the person is told.
fn alone(answer: &Value) -> Result<&str> {
    ensure!(answer["type"] == 4 && answer["data"]["flags"] == EPHEMERAL, "{answer}");
    let text = answer["data"]["content"].as_str().context("no words")?;
    ensure!(text.len() > 20, "{text}");
    Ok(text)
}

fn typed(command: &str, subcommand: &str, options: &[Value]) -> Result<Value> {
    let mut payload = recorded("command")?;
    payload["data"]["name"] = json!(command);
    payload["data"]["options"] = json!([{ "type": 1, "name": subcommand, "options": options }]);
    payload["member"]["permissions"] = json!("32");
    Ok(payload)
}

#[tokio::test]
async fn each_kind_of_interaction_has_its_kind_of_answer() {
    run_test(TestBot::default(), async |t| {
        ensure!(send(t, &recorded("ping")?).await? == json!({ "type": 1 }));
        ensure!(send(t, &recorded("autocomplete")?).await? == json!({ "type": 8, "data": { "choices": [] } }));
        let unknown = send(t, &recorded("command-in-direct-message")?).await?;
        ensure!(alone(&unknown)?.contains("teashop"), "{unknown}");
        for name in ["button", "button-in-direct-message", "form", "form-with-labels"] {
            alone(&send(t, &recorded(name)?).await?).with_context(|| name)?;
        }
        let set = send(t, &recorded("command-for-server")?).await?;
        ensure!(alone(&set)?.contains("<@&539082325061836999>"), "{set}");
        let mut count = 0;
        for id in ["", "v1", "v9:retry:700000000000", "v1:launch:700000000000", "v1:retry:nonsense", "other:thing"] {
            let mut press = anew(&recorded("button")?, &mut count);
            press["data"]["custom_id"] = json!(id);
            ensure!(alone(&send(t, &press).await?)?.contains("/store help"), "{id}");
            let mut form = anew(&recorded("form")?, &mut count);
            form["data"]["custom_id"] = json!(id);
            ensure!(alone(&send(t, &form).await?)?.contains("/store help"), "{id}");
        }
        for (command, sub) in [("store", "paint"), ("shop", "list"), ("store-admin", "paint"), ("", "")] {
            let payload = anew(&typed(command, sub, &[])?, &mut count);
            ensure!(alone(&send(t, &payload).await?)?.contains("/store help"), "/{command} {sub}");
            let mut typing = anew(&payload, &mut count);
            typing["type"] = json!(4);
            ensure!(send(t, &typing).await?["type"] == 8, "/{command} {sub}");
        }
        let (status, _) = send_at(
            t,
            &{
                let mut odd = recorded("command")?;
                odd["type"] = json!(77);
                odd
            },
            Timestamp::now().as_second(),
        )
        .await?;
        ensure!(status == 400);
        Ok(())
    })
    .await;
}

/// By the definition: each option of each subcommand left out, and of each other type.
#[tokio::test]
async fn whatever_is_missing_or_of_another_type_is_answered_with_a_sentence() {
    run_test(TestBot::default(), async |t| {
        let (mut count, mut answered) = (0, 0);
        for command in definition::commands().as_array().context("no commands")? {
            let name = command["name"].as_str().unwrap_or_default();
            for sub in command["options"].as_array().context("no subcommands")? {
                for option in sub["options"].as_array().into_iter().flatten() {
                    let needed = option["required"] == true;
                    let odd = [json!(7), json!(0.5), json!(true), json!([]), json!({}), json!(null)];
                    for value in odd.iter().filter(|value| needed || !value.is_null()) {
                        let given = [json!({ "type": option["type"], "name": option["name"], "value": value })];
                        let sub = sub["name"].as_str().unwrap_or_default();
                        let payload = anew(&typed(name, sub, &given)?, &mut count);
                        alone(&send(t, &payload).await?).with_context(|| payload["data"].to_string())?;
                        let mut typing = anew(&payload, &mut count);
                        typing["type"] = json!(4);
                        typing["data"]["options"][0]["options"][0]["focused"] = json!(true);
                        ensure!(send(t, &typing).await?["type"] == 8, "{}", typing["data"]);
                        answered += 1;
                    }
                }
            }
        }
        ensure!(answered > 80, "{answered}");
        ensure!(t.ledger.page(None, None, 10).await?.items.is_empty(), "nothing was made");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_old_or_signed_by_somebody_else_is_not_even_read() {
    run_test(TestBot::default(), async |t| {
        let now = Timestamp::now().as_second();
        for at in [now - 301, now + 400, 0] {
            ensure!(send_at(t, &recorded("command")?, at).await?.0 == 401, "{at}");
        }
        let url = format!("{}/discord/interactions", t.url);
        let (body, at) = (recorded("command")?.to_string(), now.to_string());
        let good = Signer::new(Config::default().seed).sign(&at, body.as_bytes());
        let post = async |signature: Option<&str>, body: &str| -> Result<u16> {
            let request = t.http.post(&url).header(TIMESTAMP_HEADER, &at).body(body.to_owned());
            let request = signature.into_iter().fold(request, |request, tag| request.header(SIGNATURE_HEADER, tag));
            Ok(request.send().await?.status().as_u16())
        };
        let stranger = Signer::new([7; 32]).sign(&at, body.as_bytes());
        ensure!(post(None, &body).await? == 401 && post(Some(&stranger), &body).await? == 401);
        ensure!(post(Some(&good), &body.replace("teashop", "coffee")).await? == 401);
        ensure!(t.ledger.page(None, None, 10).await?.items.is_empty(), "nothing was made");
        ensure!(post(Some(&good), &body).await? == 200, "the same, untouched");
        t.until_idle().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_interaction_that_comes_twice_does_nothing_twice() {
    run_test(TestBot::default(), async |t| {
        let create = recorded("command")?;
        ensure!(send(t, &create).await? == json!({ "type": 5 }) && send(t, &create).await? == json!({ "type": 5 }));
        t.until_idle().await?;
        ensure!(t.ledger.page(None, None, 10).await?.items.len() == 1);

        // Settings: the first would undo what came between.
        let language = |code: &str, id: &str| -> Result<Value> {
            let mut payload =
                typed("store-admin", "language", &[json!({ "type": 3, "name": "language", "value": code })])?;
            payload["id"] = json!(id);
            Ok(payload)
        };
        let (first, second) = (language("de", "1600000000000000001")?, language("fr", "1600000000000000002")?);
        ensure!(alone(&send(t, &first).await?)?.contains("Deutsch"));
        ensure!(alone(&send(t, &second).await?)?.contains("Français"));
        ensure!(alone(&send(t, &first).await?)?.contains("heard before"));
        let shown = send(t, &anew(&typed("store-admin", "show", &[])?, &mut 7)).await?;
        ensure!(alone(&shown)?.contains("Français"), "{shown}");

        // A login that was shown must not end by itself.
        let store = t.ledger.page(None, None, 1).await?.items.remove(0).1;
        let mut login = recorded("button")?;
        login["data"]["custom_id"] = json!(format!("v1:login:{}", store.id));
        ensure!(alone(&send(t, &login).await?)?.contains("simulated"));
        ensure!(alone(&send(t, &login).await?)?.contains("heard before"));
        // Whoever asks for it does not manage the server.
        let mut other = language("es", "1600000000000000003")?;
        other["member"]["permissions"] = json!("2048");
        ensure!(alone(&send(t, &other).await?)?.contains("Manage Server"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_fault_of_ours_says_which_request_it_was() {
    run_test(
        TestBot { redis_url: Some("redis://127.0.0.1:9".to_owned()), not_started: true, ..TestBot::default() },
        async |t| {
            t.start_doors().await?;
            let answer = send(t, &recorded("command")?).await?;
            let text = alone(&answer)?;
            ensure!(text.contains("storebot cannot accept requests right now") && text.contains("Request `"), "{text}");
            ensure!(send(t, &recorded("autocomplete")?).await? == json!({ "type": 8, "data": { "choices": [] } }));
            Ok(())
        },
    )
    .await;
}
