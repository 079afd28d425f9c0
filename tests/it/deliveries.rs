//! What comes in by webhook, from every kind of sender, and the log of it: each refusal is told apart, listed with its
//! reason, and nothing follows from it.

mod burst;
mod command;
mod sent;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use storebot::domain::delivery::{Begun, DeliveryState, Direction, Ended};
use storebot::domain::webhook::{github, gitlab, standard};

use crate::harness::{Api, run_test, until};
use sent::{JSON, Sent, senders};

async fn listed(root: &Api<'_>, query: &str) -> Result<Vec<Value>> {
    let page: Value = root.get(&format!("/v1/deliveries?{query}")).await?.error_for_status()?.json().await?;
    Ok(page["items"].as_array().context("no items")?.clone())
}

async fn newest(root: &Api<'_>) -> Result<Value> {
    listed(root, "limit=1").await?.into_iter().next().context("nothing is listed")
}

async fn replay(root: &Api<'_>, entry: &Value) -> Result<Response> {
    let id = entry["id"].as_str().context("no id")?;
    root.send(Method::POST, &format!("/v1/deliveries/{id}/replay"), None).await
}

fn now() -> i64 {
    Timestamp::now().as_second()
}

const TEA: &str = r#"{"type":"store.create","data":{"name":"tea","engine":"medusa"}}"#;

/// Each bad delivery, its status and the kind of its problem.
fn bad() -> Vec<(&'static str, Sent, u16, &'static str)> {
    let good = |id: &str| Sent::standard("ci", id, TEA, now());
    let event = |id: &str, body: &str| Sent::standard("ci", id, body, now());
    let hub = |id: &str| Sent::github(id, "pull_request", "{}");
    let mut nobody = good("b1");
    nobody.source = "nobody";
    let mut lab = Sent::gitlab("b9", "Push Hook", "{}").without(gitlab::TOKEN);
    lab.headers.push((gitlab::TOKEN, "another token altogether".to_owned()));
    vec![
        ("of no source", nobody, 404, "no-such-source"),
        ("unsigned", good("b2").without(standard::SIGNATURE), 401, "bad-signature"),
        ("signed twice", good("b3").twice(standard::SIGNATURE), 401, "bad-signature"),
        ("of another body", good("b4").with_body("{}"), 401, "bad-signature"),
        ("GitHub's of another body", hub("b5").with_body("{ }"), 401, "bad-signature"),
        ("GitHub's with two signatures", hub("b6").twice(github::SIGNATURE), 401, "bad-signature"),
        ("Stripe's of another body", Sent::stripe("b7", "x", now()).with_body("{}"), 401, "bad-signature"),
        ("GitLab's without a token", Sent::gitlab("b8", "x", "{}").without(gitlab::TOKEN), 401, "bad-signature"),
        ("GitLab's with another token", lab, 401, "bad-signature"),
        ("too old", Sent::standard("ci", "b10", TEA, now() - 400), 401, "stale-delivery"),
        ("ahead of time", Sent::standard("ci", "b11", TEA, now() + 400), 401, "stale-delivery"),
        ("Stripe's too old", Sent::stripe("b12", "x", now() - 400), 401, "stale-delivery"),
        ("Stripe's ahead of time", Sent::stripe("b13", "x", now() + 4000), 401, "stale-delivery"),
        ("too large", event("b14", &" ".repeat(1_100_000)), 413, "body-too-large"),
        ("of no type", good("b15").without(JSON.0), 415, "unsupported-media-type"),
        ("no JSON", event("b16", "{"), 400, "malformed-body"),
        ("empty", event("b17", ""), 400, "malformed-body"),
        ("without what it needs", event("b18", r#"{"type":"store.create"}"#), 400, "malformed-body"),
        ("GitHub's without an event", hub("b19").without(github::EVENT), 400, "bad-delivery-header"),
        ("GitHub's with two ids", hub("b20").twice(github::DELIVERY), 400, "bad-delivery-header"),
        (
            "GitLab's without an id",
            Sent::gitlab("b21", "x", "{}").without(gitlab::IDEMPOTENCY),
            400,
            "bad-delivery-header",
        ),
        ("with a long id", event(&"x".repeat(256), TEA), 422, "invalid-value"),
        ("of a bad name", event("b22", &TEA.replace("tea", "Tea")), 422, "bad-name"),
        ("about nothing", event("b23", r#"{"type":"store.delete","data":{"name":"none"}}"#), 404, "store-not-found"),
        (
            "what its source may not",
            Sent::standard("narrow", "b24", r#"{"type":"store.delete","data":{"name":"tea"}}"#, now()),
            403,
            "not-this-source",
        ),
    ]
}

#[tokio::test]
async fn every_bad_delivery_is_told_apart_and_listed() {
    run_test(senders(), async |t| {
        let root = t.api_as("root", "admin");
        let all = bad();
        for (what, sent, status, problem) in &all {
            let answer = sent.send(t).await.with_context(|| (*what).to_owned())?;
            let found = (answer.status().as_u16(), answer.json::<Value>().await?);
            let kind = format!("urn:storebot:problem:{problem}");
            ensure!(found.0 == *status && found.1["type"] == kind, "{what}: {} {}", found.0, found.1);
            let entry = newest(&root).await?;
            ensure!(entry["state"] == "refused" && entry["problem"] == *problem, "{what}: {entry}");
            ensure!(entry["request_id"] == found.1["request_id"], "{what}: {entry}");
            ensure!(entry["reason"].as_str().is_some_and(|r| r.len() > 5), "{what}: {entry}");
            let source = (sent.source != "nobody").then_some(sent.source);
            ensure!(entry["source"].as_str() == source, "{what}: {entry}");
            // What cannot be trusted says nothing there.
            let trusted = !matches!(*status, 401 | 404 | 413) || *problem == "store-not-found";
            ensure!(trusted || entry.get("delivery_id").is_none() && entry.get("event").is_none(), "{what}: {entry}");
        }
        ensure!(listed(&root, "limit=200").await?.len() == all.len(), "not each is there once");
        ensure!(listed(&root, "state=accepted").await?.is_empty());
        ensure!(t.ledger.page(None, None, 10).await?.items.is_empty(), "a store was made");
        let depth = t.ledger.depth().await?;
        ensure!(depth.is_idle(), "something is in line: {depth:?}");
        // Of what cannot be trusted nothing can be had again.
        let unsigned = &listed(&root, "limit=200").await?[all.len() - 2];
        let refused = replay(&root, unsigned).await?;
        ensure!(refused.status() == 409, "{}", refused.status());
        let refused: Value = refused.json().await?;
        ensure!(
            refused["type"] == "urn:storebot:problem:not-replayable" && refused["reason"] == "untrusted",
            "{refused}"
        );
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_delivery_is_one_whoever_sends_it_again() {
    run_test(senders(), async |t| {
        let root = t.api_as("root", "admin");
        let first = Sent::standard("ci", "m1", TEA, now());
        let answer: Value = first.send(t).await?.error_for_status()?.json().await?;
        ensure!(answer["replayed"] == false, "{answer}");
        for _ in 0..2 {
            let again: Value = first.send(t).await?.error_for_status()?.json().await?;
            ensure!(again["replayed"] == true && again["store_id"] == answer["store_id"], "{again}");
        }
        let entry = newest(&root).await?;
        ensure!(entry["state"] == "accepted" && entry["repeats"] == 2 && entry["name"] == "tea", "{entry}");
        ensure!(entry["command"] == "create" && entry["store_id"] == answer["store_id"], "{entry}");

        let other = Sent::standard("ci", "m1", &TEA.replace("tea", "coffee"), now()).send(t).await?;
        ensure!(other.status() == 422, "{}", other.status());
        let other: Value = other.json().await?;
        ensure!(other["type"] == "urn:storebot:problem:contradictory-delivery", "{other}");
        ensure!(newest(&root).await?["problem"] == "contradictory-delivery");

        // Nobody signs GitHub's ids: what was captured is known by what it says.
        let events = [("g1", "{}"), ("g2", "{}"), ("g1", "{ }")];
        let mut statuses = Vec::new();
        for (id, body) in events {
            statuses.push(Sent::github(id, "pull_request", body).send(t).await?.status().as_u16());
        }
        ensure!(statuses == [200, 200, 422], "{statuses:?}");
        let hub = listed(&root, "source=hub&state=ignored").await?;
        ensure!(hub.len() == 1 && hub[0]["repeats"] == 1 && hub[0]["delivery_id"] == "g1", "{hub:?}");

        let replayed: Value = replay(&root, &entry).await?.error_for_status()?.json().await?;
        ensure!(replayed["replayed"] == true && replayed["store_id"] == answer["store_id"], "{replayed}");
        ensure!(t.ledger.page(None, None, 10).await?.items.len() == 1, "a second store");
        t.until_phase("tea", "ready").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_refused_can_be_judged_again() {
    run_test(senders(), async |t| {
        let (ana, root) = (t.api("ana"), t.api_as("root", "admin"));
        let verify = Sent::standard("ci", "v1", r#"{"type":"store.retry","data":{"name":"tea"}}"#, now());
        ensure!(verify.send(t).await?.status() == 404);
        let entry = newest(&root).await?;
        ensure!(replay(&ana, &entry).await?.status() == 403, "a member replays");
        Sent::standard("ci", "c1", TEA, now()).send(t).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let again = replay(&root, &entry).await?;
        ensure!(again.status() == 409, "{}", again.status());
        ensure!(again.json::<Value>().await?["type"] == "urn:storebot:problem:not-now");
        let judged = listed(&root, "store=tea&state=refused").await?;
        ensure!(judged.len() == 1 && judged[0]["problem"] == "not-now" && judged[0]["id"] == entry["id"], "{judged:?}");

        let push = Sent::standard("ci", "p1", r#"{"type":"push"}"#, now());
        push.send(t).await?.error_for_status()?;
        let ignored: Value = replay(&root, &newest(&root).await?).await?.error_for_status()?.json().await?;
        ensure!(ignored["state"] == "ignored" && ignored["ignored"].is_string(), "{ignored}");
        for id in ["1763712000000-000001", "nothing"] {
            let none = root.send(Method::POST, &format!("/v1/deliveries/{id}/replay"), None).await?;
            ensure!(none.status() == 404, "{id}: {}", none.status());
        }
        let audit: Value = root.get("/v1/audit?command=replay").await?.error_for_status()?.json().await?;
        let accepted = audit["items"].as_array().context("no audit")?.iter().filter(|e| e["result"] == "accepted");
        ensure!(accepted.count() == 2, "{audit}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn strangers_cannot_push_out_what_others_sent() {
    run_test(senders(), async |t| {
        let root = t.api_as("root", "admin");
        Sent::standard("ci", "p1", r#"{"type":"push"}"#, now()).send(t).await?.error_for_status()?;
        let begun = Begun {
            direction: Direction::In,
            at: Timestamp::now(),
            source: None,
            delivery_id: String::new(),
            event: String::new(),
            unique: String::new(),
            fingerprint: String::new(),
            store: None,
            url: None,
            address: None,
            request: String::new(),
        };
        let ended = Ended::new(DeliveryState::Refused, Timestamp::now());
        for _ in 0..1_010 {
            t.ledger.note_delivery(&begun, &ended, false).await?;
        }
        let all = t.ledger.deliveries(Some(Direction::In), None, 5_000).await?;
        ensure!(all.len() == 1_001, "{}", all.len());
        ensure!(listed(&root, "source=ci").await?.len() == 1);
        // Page after page, each entry once.
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page: Value = root.get(&format!("/v1/deliveries?limit=200{cursor}")).await?.json().await?;
            let ids = page["items"].as_array().context("no items")?.iter().filter_map(|e| e["id"].as_str());
            seen.extend(ids.map(str::to_owned));
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        ensure!(seen.len() == 1_001 && seen.is_sorted_by(|a, b| a > b), "{}", seen.len());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_goes_out_is_listed_with_its_attempts_and_can_be_sent_again() {
    run_test(senders(), async |t| {
        let root = t.api_as("root", "admin");
        t.callbacks.answer(&[500, 410]);
        let url = format!("{}?token=hidden", t.callbacks.url);
        let body =
            json!({ "type": "store.create", "data": { "name": "tea", "engine": "medusa", "callback_url": url } });
        Sent::standard("ci", "o1", &body.to_string(), now()).send(t).await?.error_for_status()?;
        let first = t.callbacks.wait(2).await?;
        let entry = until("the callback is stopped", || async {
            Ok(listed(&root, "direction=out&state=stopped").await?.into_iter().next())
        })
        .await?;
        ensure!(entry["attempts"] == 2 && entry["delivery_id"] == first[0].id.as_str(), "{entry}");
        ensure!(
            entry["event"] == "store.ready" && entry["reason"].as_str().is_some_and(|r| r.contains("410")),
            "{entry}"
        );
        ensure!(!entry.to_string().contains("hidden"), "a query can hold a secret: {entry}");
        let sent: Value = replay(&root, &entry).await?.error_for_status()?.json().await?;
        ensure!(sent["state"] == "pending" && sent["direction"] == "out", "{sent}");
        let all = t.callbacks.wait(3).await?;
        ensure!(all[2].id == first[0].id, "another id");
        until("it is delivered", || async {
            Ok(listed(&root, "direction=out&state=delivered").await?.into_iter().next())
        })
        .await?;
        Ok(())
    })
    .await;
}
