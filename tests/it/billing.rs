//! Subscriptions: what Stripe tells of them makes, suspends, resumes and ends stores, in whichever order it comes.

use std::sync::LazyLock;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use storebot::domain::webhook::stripe;

use crate::harness::{Test, TestBot, run_test, secrets};
use crate::life::nobody_wanted_it_back;

const SECRET: &str = "whsec_of_the_billing_endpoint_in_tests";
const STORE: &str = "acme";

fn bot(unpaid: &str) -> TestBot {
    secrets::note("the secret of billing", SECRET);
    let extra = format!(
        "[leases]\nrestore = '1h'\n[[webhooks]]\nname = 'billing'\nkind = 'stripe'\nsecrets = ['{SECRET}']\n\
         [webhooks.billing]\nunpaid = '{unpaid}'\nengine = 'medusa'\n\
         [[webhooks.prices]]\nprice = 'price_big'\nengine = 'medusa'\nplan = 'large'\n"
    );
    TestBot { extra, ..TestBot::default() }
}

/// An event as Stripe writes it, about something that happened so many seconds from now.
struct Event {
    id: &'static str,
    kind: &'static str,
    ago: i64,
    object: Value,
}

fn subscription(id: &'static str, kind: &'static str, status: &str, ago: i64) -> Event {
    let object = json!({
        "id": "sub_1", "object": "subscription", "status": status, "customer": "cus_1",
        "metadata": { "storebot_store": STORE, "storebot_title": "Acme & Co" },
        "items": { "object": "list", "data": [{ "id": "si_1", "quantity": 1, "price": { "id": "price_big" } }] },
    });
    Event { id, kind, ago, object }
}

fn invoice(id: &'static str, kind: &'static str, ago: i64) -> Event {
    let details = json!({ "subscription": "sub_1", "metadata": { "storebot_store": STORE } });
    let parent = json!({ "type": "subscription_details", "subscription_details": details });
    Event { id, kind, ago, object: json!({ "id": "in_1", "object": "invoice", "parent": parent }) }
}

/// What all events count back from: what happened between two of them is theirs to say, however slow a machine is.
static NOW: LazyLock<i64> = LazyLock::new(|| Timestamp::now().as_second());

async fn deliver(t: &Test, event: &Event) -> Result<(u16, Value)> {
    let body = json!({
        "id": event.id, "object": "event", "api_version": "2025-09-30.clover", "created": *NOW - event.ago,
        "type": event.kind, "livemode": false, "pending_webhooks": 1, "data": { "object": event.object },
    });
    send(t, &body.to_string(), Timestamp::now().as_second()).await
}

async fn send(t: &Test, body: &str, now: i64) -> Result<(u16, Value)> {
    let signature = stripe::Secret::parse(SECRET)?.sign(now, body.as_bytes());
    let request = t.http.post(format!("{}/webhooks/billing", t.url)).header("stripe-signature", signature);
    let answer = request.header("content-type", "application/json").body(body.to_owned()).send().await?;
    Ok((answer.status().as_u16(), answer.json().await?))
}

async fn accepted(t: &Test, event: Event) -> Result<Value> {
    let (status, answer) = deliver(t, &event).await?;
    ensure!(status == 202, "{} {}: {status} {answer}", event.id, event.kind);
    Ok(answer)
}

async fn ignored(t: &Test, event: Event, why: &str) -> Result<()> {
    let (status, answer) = deliver(t, &event).await?;
    let told = answer["ignored"].as_str().unwrap_or_default();
    ensure!(status == 200 && told.contains(why), "{} {}: {status} {answer}", event.id, event.kind);
    Ok(())
}

#[tokio::test]
async fn a_subscription_makes_a_store_of_its_plan_that_lives_as_long_as_it_is_paid_for() {
    run_test(bot("0s"), async |t| {
        // The payment is heard of before what it is for.
        ignored(t, invoice("evt_1", "invoice.paid", 100), "no store").await?;
        accepted(t, subscription("evt_2", "customer.subscription.created", "active", 101)).await?;
        let store = t.until_phase(STORE, "ready").await?;
        ensure!((&store["plan"], &store["title"]) == (&json!("large"), &json!("Acme & Co")), "{store}");
        ensure!(store["owner"] == "webhook:billing" && store["expires_at"].is_null(), "{store}");
        // Something else of the same subscription makes nothing anew.
        let again = accepted(t, subscription("evt_3", "customer.subscription.updated", "active", 90)).await?;
        ensure!(again["store_id"] == store["id"] && again["command"] == "resume", "{again}");

        accepted(t, invoice("evt_4", "invoice.payment_failed", 80)).await?;
        t.until_phase(STORE, "asleep").await?;
        let root = t.api_as("root", "admin");
        let wake = root.send(Method::POST, "/v1/stores/acme/wake", None).await?;
        let told: Value = wake.json().await?;
        ensure!(told["detail"].as_str().unwrap_or_default().contains("not paid for"), "{told}");
        // Late news from before the payment failed.
        ignored(t, invoice("evt_5", "invoice.paid", 85), "something has happened to it since").await?;
        ensure!(t.store("root", STORE).await?["phase"] == "asleep");

        accepted(t, invoice("evt_6", "invoice.paid", 70)).await?;
        t.until_phase(STORE, "ready").await?;

        accepted(t, subscription("evt_7", "customer.subscription.deleted", "canceled", 60)).await?;
        t.until_phase(STORE, "asleep").await?;
        nobody_wanted_it_back(t, STORE).await?;
        t.until_phase(STORE, "deleted").await?;
        ignored(t, invoice("evt_8", "invoice.payment_failed", 50), "no store").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_subscription_that_ended_before_it_was_heard_of_makes_no_store() {
    run_test(bot("72h"), async |t| {
        let (status, answer) =
            deliver(t, &subscription("evt_1", "customer.subscription.deleted", "canceled", 10)).await?;
        ensure!(status == 200 && answer["ignored"].is_string(), "{status} {answer}");
        let late = subscription("evt_2", "customer.subscription.created", "active", 20);
        ignored(t, late, "something has happened to it since").await?;
        t.until_idle().await?;
        let list: Value = t.api_as("root", "admin").get("/v1/stores").await?.json().await?;
        ensure!(list["items"].as_array().context("no items")?.is_empty(), "{list}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_failed_payment_has_a_grace_that_reminders_do_not_move() {
    run_test(bot("72h"), async |t| {
        accepted(t, subscription("evt_1", "customer.subscription.created", "active", 100)).await?;
        t.until_phase(STORE, "ready").await?;
        accepted(t, invoice("evt_2", "invoice.payment_failed", 90)).await?;
        let first = t.store("root", STORE).await?;
        ensure!(first["phase"] == "ready", "it goes on for three days: {first}");
        let again = accepted(t, invoice("evt_3", "invoice.payment_failed", 80)).await?;
        ensure!(again["command"] == "suspend", "{again}");
        t.until_idle().await?;
        ensure!(t.store("root", STORE).await?["version"] == first["version"], "a reminder moved it");
        accepted(t, invoice("evt_4", "invoice.paid", 70)).await?;
        t.until_idle().await?;
        ensure!(t.store("root", STORE).await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn twenty_equal_deliveries_at_once_make_one_store_and_one_answer() {
    run_test(bot("72h"), async |t| {
        let now = Timestamp::now().as_second();
        let object = subscription("evt_1", "", "active", 0).object;
        let body = json!({
            "id": "evt_1", "object": "event", "created": now, "type": "customer.subscription.created",
            "data": { "object": object },
        });
        let body = body.to_string();
        let sent = futures::future::join_all((0..20).map(|_| send(t, &body, now))).await;
        let mut stores = Vec::new();
        for answer in sent {
            let (status, answer) = answer?;
            ensure!(status == 202, "{status} {answer}");
            stores.push(answer["store_id"].clone());
        }
        stores.dedup();
        ensure!(stores.len() == 1, "{stores:?}");
        t.until_phase(STORE, "ready").await?;
        Ok(())
    })
    .await;
}
