//! Who may have how much, who may let them have more, and who did what.

use anyhow::{Context as _, Result, ensure};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use stand_in_discord::stable_id;

use crate::harness::environment::until;
use crate::harness::{Test, TestBot, run_test};

/// One store of the plan `small` fits, and a second one does not.
const ONE_SMALL: &str = "stores_per_owner = 5\nmemory_per_owner = '1536Mi'\n";

fn store(name: &str) -> Value {
    json!({ "name": name, "engine": "medusa" })
}

fn limits(more: &str) -> Option<String> {
    Some(format!("creations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\n{more}"))
}

async fn json_of(answer: Response, status: u16) -> Result<Value> {
    let (found, text) = (answer.status(), answer.text().await?);
    ensure!(found == status, "{found}: {text}");
    Ok(serde_json::from_str(&text)?)
}

/// Asks for a store that is too much, and gives the request that waits for an approver.
async fn over_quota(t: &Test, who: &str, name: &str) -> Result<String> {
    let body = json_of(t.api(who).create(&store(name)).await?, 422).await?;
    ensure!(body["type"] == "urn:storebot:problem:quota-exceeded", "{body}");
    Ok(body["approval"]["id"].as_str().with_context(|| format!("nobody was asked: {body}"))?.to_owned())
}

async fn decide(t: &Test, role: &str, id: &str, verb: &str) -> Result<Response> {
    t.api_as("root", role).send(Method::POST, &format!("/v1/approvals/{id}/{verb}"), None).await
}

#[tokio::test]
async fn a_quota_counts_what_stores_take_and_gives_it_back() {
    let limits = limits(ONE_SMALL);
    run_test(TestBot { limits, ..TestBot::default() }, async |t| {
        let ana = t.api("ana");
        let created = json_of(ana.create(&store("tea")).await?, 202).await?;
        ensure!(created["room"]["message"] == "1 of 5 stores", "{created}");
        let full = json_of(ana.create(&store("coffee")).await?, 422).await?;
        ensure!(
            (&full["resource"], &full["used"], &full["limit"]) == (&json!("memory"), &json!(1024), &json!(1536)),
            "{full}"
        );
        let quota = json_of(ana.get("/v1/quota").await?, 200).await?;
        ensure!(quota["stores"] == 1 && quota["limit"] == 5, "{quota}");
        ensure!(quota["own"]["memory_mib"] == json!({ "used": 1024, "limit": 1536 }), "{quota}");
        ensure!(quota["own"]["cpu_millis"] == json!({ "used": 300 }), "no limit is none: {quota}");
        ensure!(t.api("ben").create(&store("cocoa")).await?.status() == 202, "others have their own");

        t.until_idle().await?;
        ana.delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        let quota = json_of(ana.get("/v1/quota").await?, 200).await?;
        ensure!(quota["own"]["memory_mib"]["used"] == 0, "{quota}");
        let again = json_of(ana.create(&store("coffee")).await?, 202).await?;
        let message = again["room"]["message"].as_str().context("no room")?;
        ensure!(message.starts_with("1 of 5 stores, about "), "past ones say how long it takes: {message}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_over_a_quota_waits_for_an_approver() {
    let limits = limits(ONE_SMALL);
    run_test(TestBot { limits, ..TestBot::default() }, async |t| {
        let ana = t.api("ana");
        ana.create(&store("tea")).await?.error_for_status()?;
        let asked = json_of(ana.create_with_key("k1", &store("coffee")).await?, 422).await?;
        let id = asked["approval"]["id"].as_str().context("nobody was asked")?.to_owned();
        ensure!(over_quota(t, "ana", "coffee").await? == id, "the same wish is one request");

        let own = json_of(ana.get("/v1/approvals").await?, 200).await?;
        ensure!(own["items"][0]["id"] == id.as_str() && own["items"][0]["state"] == "waiting", "{own}");
        ensure!(json_of(t.api("ben").get("/v1/approvals").await?, 200).await?["items"] == json!([]));
        ensure!(t.api("ben").get(&format!("/v1/approvals/{id}")).await?.status() == 404, "nobody else's business");
        let path = format!("/v1/approvals/{id}/approve");
        ensure!(ana.send(Method::POST, &path, None).await?.status() == 403, "a member approves nothing");
        let as_approver = t.api_as("ana", "approver").send(Method::POST, &path, None).await?;
        ensure!(as_approver.status() == 404, "nobody approves their own");

        let approved = json_of(decide(t, "admin", &id, "approve").await?, 202).await?;
        ensure!(approved["store"]["owner"] == "api:ana" && approved["approval"]["state"] == "approved", "{approved}");
        let again = json_of(decide(t, "admin", &id, "approve").await?, 409).await?;
        ensure!(again["state"] == "approved", "{again}");
        let replayed = json_of(ana.create_with_key("k1", &store("coffee")).await?, 202).await?;
        ensure!(replayed["id"] == approved["store"]["id"], "the first key has got its store: {replayed}");
        t.until_phase("coffee", "ready").await?;
        let quota = json_of(ana.get("/v1/quota").await?, 200).await?;
        ensure!(quota["own"]["memory_mib"]["used"] == 2048, "what was allowed counts: {quota}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_request_is_denied_or_ends_by_itself() {
    let bot = TestBot {
        limits: limits(ONE_SMALL),
        extra: "[approvals]\nttl = '3s'\nwaiting = 2\n".to_owned(),
        ..TestBot::default()
    };
    run_test(bot, async |t| {
        t.api("ana").create(&store("tea")).await?.error_for_status()?;
        let denied = over_quota(t, "ana", "one").await?;
        let body = json_of(decide(t, "admin", &denied, "deny").await?, 200).await?;
        ensure!(body["state"] == "denied" && body["decided_by"] == "api:root", "{body}");
        ensure!(decide(t, "admin", &denied, "approve").await?.status() == 409);

        let ended = over_quota(t, "ana", "two").await?;
        over_quota(t, "ana", "three").await?;
        let full = json_of(t.api("ana").create(&store("four")).await?, 422).await?;
        ensure!(full.get("approval").is_none(), "two may wait: {full}");
        until("the request has ended", || async {
            let request = json_of(t.api("ana").get(&format!("/v1/approvals/{ended}")).await?, 200).await?;
            Ok((request["state"] == "expired").then_some(()))
        })
        .await?;
        let late = json_of(decide(t, "admin", &ended, "approve").await?, 409).await?;
        ensure!(late["state"] == "expired", "{late}");
        until("there is room for another", || async {
            let body = json_of(t.api("ana").create(&store("five")).await?, 422).await?;
            Ok(body.get("approval").map(|_| ()))
        })
        .await?;
        ensure!(t.api("ana").get("/v1/stores/one").await?.status() == 404, "nothing was made");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn on_discord_a_request_has_buttons() {
    let limits = limits(ONE_SMALL);
    run_test(TestBot { limits, ..TestBot::default() }, async |t| {
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        ana.slash("/store create name:tea engine:medusa").await?;
        let told = ana.slash("/store quota").await?.message().context("no answer")?;
        ensure!(told.is_ephemeral() && told.content().contains("Memory: 1Gi (of 1536Mi)"), "{}", told.content());
        let asked = ana.slash("/store create name:coffee engine:medusa").await?;
        let request = asked.message().context("no answer")?;
        ensure!(!request.is_ephemeral() && request.content().contains("approver"), "{}", request.content());
        let id = json_of(t.api_as("root", "admin").get("/v1/approvals").await?, 200).await?;
        let id = id["items"][0]["id"].as_str().context("nothing waits")?.to_owned();

        for (who, words) in [(&ana, "You may not"), (&ben, "You may not")] {
            let pressed = who.press_button(request.id, &format!("v1:approve:{id}")).await?;
            let answer = pressed.message().context("no answer")?;
            ensure!(answer.is_ephemeral() && answer.content().contains(words), "{}", answer.content());
        }
        let taken_back = ana.press_button(request.id, &format!("v1:deny:{id}")).await?;
        ensure!(taken_back.response_type() == Some(7), "the message itself is changed");
        let message = asked.message().context("the message is gone")?;
        ensure!(message.content().contains("denied by"), "{}", message.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_approver_of_the_same_server_lets_somebody_have_more() {
    let (home, other) = (stable_id("guild"), stable_id("guild:elsewhere"));
    let boss = stable_id("role:boss");
    let server = |id| format!("[[discord.servers]]\nid='{id}'\n[discord.servers.roles]\napprover=['{boss}']\n");
    let elsewhere = stable_id("role:elsewhere/boss");
    let extra = server(home) + &server(other).replace(&boss.to_string(), &elsewhere.to_string());
    run_test(TestBot { limits: limits(ONE_SMALL), extra, ..TestBot::default() }, async |t| {
        let (ana, ben, cleo) = (t.person("ana"), t.person("ben"), t.person("cleo"));
        ben.set_roles(&["boss"]);
        ana.slash("/store create name:tea engine:medusa").await?;
        let asked = ana.slash("/store create name:coffee engine:medusa").await?;
        let request = asked.message().context("no answer")?;
        let waiting = json_of(t.api_as("root", "admin").get("/v1/approvals").await?, 200).await?;
        ensure!(waiting["items"][0]["organisation"] == format!("discord:{home}"), "{waiting}");
        let id = waiting["items"][0]["id"].as_str().context("nothing waits")?.to_owned();
        let no = cleo.press_button(request.id, &format!("v1:approve:{id}")).await?.message().context("no answer")?;
        ensure!(no.is_ephemeral() && no.content().contains("You may not"), "{}", no.content());

        let pressed = ben.press_button(request.id, &format!("v1:approve:{id}")).await?;
        ensure!(pressed.response_type() == Some(7), "the message itself is changed");
        t.until_phase("coffee", "ready").await?;
        t.until_idle().await?;
        let told = asked.message().context("the message is gone")?;
        ensure!(told.content().contains("**coffee**") && told.content().contains("simulated"), "{}", told.content());
        let later = ben.press_button(request.id, &format!("v1:deny:{id}")).await;
        ensure!(later.is_err(), "the buttons are gone");
        Ok(())
    })
    .await;
}

/// The one cell of a test, as an overview has it.
fn cell_of(t: &Test, state: &str, stores: &Value, percent: u64) -> Value {
    let name = &t.config.cells[0].name;
    json!({ "name": name, "state": state, "health": "up", "stores": stores, "used_percent": percent })
}

#[tokio::test]
async fn counts_are_everybodys_for_administrators_and_ones_own_for_others() {
    let cell = "[cells.capacity]\nstores = 4".to_owned();
    run_test(TestBot { cell, ..TestBot::default() }, async |t| {
        for (who, name) in [("ana", "tea"), ("ana", "coffee"), ("ben", "cocoa")] {
            t.api(who).create(&store(name)).await?.error_for_status()?;
        }
        t.until_idle().await?;
        let all = json_of(t.api_as("root", "admin").get("/v1/overview").await?, 200).await?;
        ensure!(all["counts"] == json!([{ "phase": "ready", "engine": "medusa", "stores": 3 }]), "{all}");
        ensure!(all["queue"]["waiting"] == 0, "{all}");
        ensure!(all["cells"] == json!([cell_of(t, "open", &json!({ "used": 3, "limit": 4 }), 75)]), "{all}");
        let drain = format!("/v1/cells/{}/drain", t.config.cells[0].name);
        json_of(t.api_as("root", "admin").send(Method::POST, &drain, None).await?, 200).await?;
        t.api("ben").delete("cocoa").await?.error_for_status()?;
        t.until_idle().await?;
        let drained = json_of(t.api_as("root", "admin").get("/v1/overview").await?, 200).await?;
        ensure!(drained["cells"] == json!([cell_of(t, "drained", &json!({ "used": 2, "limit": 4 }), 50)]), "{drained}");
        let own = json_of(t.api("ana").get("/v1/overview").await?, 200).await?;
        ensure!(own["stores"] == 2 && own.get("queue").is_none() && own.get("cells").is_none(), "{own}");
        let none = json_of(t.api("eve").get("/v1/overview").await?, 200).await?;
        ensure!(none == json!({ "stores": 0, "counts": [] }), "{none}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_audit_tells_who_did_what_from_where_and_with_what_result() {
    run_test(TestBot::default(), async |t| {
        let (ana, root) = (t.api("ana"), t.api_as("root", "admin"));
        let created = ana.create(&store("tea")).await?;
        let request_id = created.headers()["x-request-id"].to_str()?.to_owned();
        ensure!(created.status() == 202);
        ensure!(t.api("ben").delete("tea").await?.status() == 404);
        ensure!(t.api_as("eve", "viewer").create(&store("=cmd")).await?.status() == 422, "read before it is judged");
        ensure!(t.api_as("eve", "viewer").create(&store("late")).await?.status() == 403);
        t.person("ana").slash("/store delete name:nothing").await?;

        ensure!(ana.get("/v1/audit").await?.status() == StatusCode::FORBIDDEN);
        let all = json_of(root.get("/v1/audit").await?, 200).await?;
        let items = all["items"].as_array().context("no items")?;
        let told: Vec<[&str; 4]> = items
            .iter()
            .map(|e| ["actor", "door", "command", "result"].map(|f| e[f].as_str().unwrap_or_default()))
            .collect();
        let discord = format!("discord:{}", t.person("ana").id());
        ensure!(
            told == [
                [discord.as_str(), "discord", "delete", "store-not-found"],
                ["api:eve", "api", "create", "forbidden"],
                ["api:ben", "api", "delete", "store-not-found"],
                ["api:ana", "api", "create", "accepted"],
            ],
            "{told:?}"
        );
        let first = &items[3];
        ensure!(first["request_id"] == request_id.as_str() && first["address"] == "127.0.0.1", "{first}");
        ensure!(first["name"] == "tea" && first["store_id"].is_string() && first["role"] == "member", "{first}");

        let count = async |query: &str| -> Result<usize> {
            let page = json_of(root.get(&format!("/v1/audit?{query}")).await?, 200).await?;
            Ok(page["items"].as_array().map_or(0, Vec::len))
        };
        ensure!(count("actor=api:ana").await? == 1 && count("command=delete").await? == 2);
        ensure!(
            count("door=discord").await? == 1
                && count("store=tea").await? == 2
                && count("result=forbidden").await? == 1
        );
        ensure!(count("until=2020-01-01T00:00:00Z").await? == 0 && count("since=2020-01-01T00:00:00Z").await? == 4);
        ensure!(root.get("/v1/audit?since=soon").await?.status() == 422);
        let page = json_of(root.get("/v1/audit?limit=3").await?, 200).await?;
        let cursor = page["next_cursor"].as_str().context("there is more")?;
        ensure!(count(&format!("limit=3&cursor={cursor}")).await? == 1);

        let table = t.http.get(format!("{}/v1/audit?command=create", t.url)).header("accept", "text/csv");
        let token = storebot::app::mint_token(&t.config, "root", "admin", "1h")?;
        let table = table.bearer_auth(token).send().await?;
        ensure!(table.headers()["content-type"].to_str()?.starts_with("text/csv"));
        let text = table.text().await?;
        ensure!(text.starts_with("id,at,actor,role,") && text.lines().count() == 3, "{text}");
        ensure!(text.contains(",api:eve,viewer,,api,create,forbidden,,late,127.0.0.1,"), "{text}");
        Ok(())
    })
    .await;
}

/// Room was made, and the same request came again before anybody had decided.
#[tokio::test]
async fn a_request_that_has_been_fulfilled_otherwise_is_over_when_it_is_approved() {
    let limits = limits(ONE_SMALL);
    run_test(TestBot { limits, ..TestBot::default() }, async |t| {
        let ana = t.api("ana");
        ana.create(&store("tea")).await?.error_for_status()?;
        let asked = json_of(ana.create_with_key("k1", &store("coffee")).await?, 422).await?;
        let id = asked["approval"]["id"].as_str().context("nobody was asked")?.to_owned();
        t.until_idle().await?;
        ana.delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        let made = json_of(ana.create_with_key("k1", &store("coffee")).await?, 202).await?;
        let approved = json_of(decide(t, "admin", &id, "approve").await?, 202).await?;
        ensure!(approved["store"]["id"] == made["id"], "{approved}");
        let state = json_of(ana.get(&format!("/v1/approvals/{id}")).await?, 200).await?;
        ensure!(state["state"] == "approved" && state["store_id"] == made["id"], "{state}");
        Ok(())
    })
    .await;
}
