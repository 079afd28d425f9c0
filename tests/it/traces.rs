//! Traces and log lines: what somebody who runs storebot sees of one command, whichever process worked on it.

mod receiver;

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Map, Value, json};

use crate::harness::environment::PATIENCE;
use crate::harness::{Process, Test, TestBot, run_test, secrets};
use receiver::{Manner, Receiver, Taken};

/// What a caller brings: the request's id, and its own span.
const REQUEST: &str = "ci-run.4711";
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const PARENT: &str = "00f067aa0ba902b7";
const TOKEN: &str = "traces-are-taken-from-friends-only";

fn not_started() -> TestBot {
    TestBot { not_started: true, ..TestBot::default() }
}

/// Starts a process whose traces go to a receiver and whose lines are JSON, and sends everybody there.
async fn traced(t: &mut Test, role: &str, endpoint: &str) -> Result<Process> {
    let headers = format!("authorization=Bearer%20{TOKEN}");
    let env = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint),
        ("OTEL_EXPORTER_OTLP_HEADERS", headers.as_str()),
        ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test"),
        ("STOREBOT__TELEMETRY__SERVICE_NAME", "shops"),
        ("STOREBOT__TELEMETRY__TIMEOUT", "500ms"),
        ("STOREBOT__LOG__FORMAT", "json"),
    ];
    secrets::note("the receiver's token", TOKEN);
    let process = Process::start_as(role, &t.config_file, &env).await?;
    if role != "work" {
        t.reach(&process.url.clone()).await?;
    }
    Ok(process)
}

/// A signed create that names its request and goes on with a trace.
async fn create(t: &Test, name: &str) -> Result<Value> {
    let data = json!({ "name": name, "engine": "medusa", "callback_url": t.callbacks.url });
    let signed = t.webhook().sign(&format!("msg_{name}"), &json!({ "type": "store.create", "data": data }));
    let answer = t
        .http
        .post(format!("{}/webhooks/ci", t.url))
        .header("content-type", "application/json")
        .header("webhook-id", &signed.id)
        .header("webhook-timestamp", signed.timestamp.to_string())
        .header("webhook-signature", &signed.signature)
        .header("x-request-id", REQUEST)
        .header("traceparent", format!("00-{TRACE}-{PARENT}-01"))
        .body(signed.body)
        .send()
        .await?
        .error_for_status()?;
    ensure!(answer.headers()["x-request-id"] == REQUEST, "{:?}", answer.headers());
    Ok(answer.json().await?)
}

async fn stop(mut process: Process) -> Result<Vec<Map<String, Value>>> {
    process.terminate()?;
    ensure!(process.ended().await? == Some(0), "{}", process.log());
    let lines = process.log().lines().map(serde_json::from_str).collect::<Result<_, _>>();
    lines.with_context(|| process.log())
}

/// The one span of a name, in a trace.
fn only<'a>(spans: &'a [Taken], name: &str) -> Result<&'a Taken> {
    let all: Vec<_> = spans.iter().filter(|span| span.name == name).collect();
    ensure!(all.len() == 1, "{} of {name:?} in {:#?}", all.len(), names(spans));
    Ok(all[0])
}

fn names(spans: &[Taken]) -> Vec<&str> {
    spans.iter().map(|span| span.name.as_str()).collect()
}

fn of_trace(spans: &[Taken], trace: &str) -> Vec<Taken> {
    spans.iter().filter(|span| span.trace == trace).cloned().collect()
}

/// Each span is within the one it belongs to, where that works while its parts do.
fn ensure_nested(spans: &[Taken]) -> Result<()> {
    for span in spans {
        ensure!(span.from <= span.to, "{span:?}");
        let Some(parent) = spans.iter().find(|other| other.id == span.parent) else { continue };
        // What a door leaves behind for others is done after its answer.
        let beside = matches!(span.kind, "consumer" | "client") && parent.kind == "server";
        ensure!(beside || (parent.from <= span.from && span.to <= parent.to), "{span:?} is not within {parent:?}");
    }
    Ok(())
}

#[tokio::test]
async fn one_trace_goes_from_a_webhook_through_helm_to_the_callback() {
    run_test(not_started(), async |t| {
        let receiver = Receiver::start(Manner::Takes).await?;
        // Two processes: what is handed on goes by Redis.
        let worker = traced(t, "work", &receiver.url).await?;
        let door = traced(t, "serve", &receiver.url).await?;
        let id = create(t, "tea").await?["store_id"].as_str().context("no store")?.to_owned();
        let delivery = t.callbacks.wait(1).await?.remove(0);
        t.until_idle().await?;
        stop(door).await?;
        stop(worker).await?;

        let spans = of_trace(&receiver.taken(), TRACE);
        let (door, job) = (only(&spans, "POST /webhooks/{source}")?, only(&spans, "job install")?);
        ensure!((door.parent.as_str(), door.kind) == (PARENT, "server"), "{door:?}");
        ensure!((&job.parent, job.kind) == (&door.id, "consumer"), "{job:?}");
        for (child, parent, kind) in [
            ("admit", "POST /webhooks/{source}", "internal"),
            ("make namespace", "job install", "internal"),
            ("install release", "job install", "internal"),
            ("helm upgrade", "install release", "client"),
            ("step namespace", "job install", "internal"),
            ("step release", "job install", "internal"),
            ("step workloads", "job install", "internal"),
            ("step setup", "job install", "internal"),
            ("step verify", "job install", "internal"),
            ("store.ready", "POST /webhooks/{source}", "client"),
        ] {
            let (child, parent) = (only(&spans, child)?, only(&spans, parent)?);
            ensure!(child.parent == parent.id && child.kind == kind, "{child:?} is not of {parent:?}");
        }
        ensure_nested(&spans)?;
        let callback = only(&spans, "store.ready")?;
        ensure!(delivery.traceparent == format!("00-{TRACE}-{}-01", callback.id), "{}", delivery.traceparent);
        for span in &spans {
            ensure!(!span.failed, "{span:?}");
            ensure!(span.service == "shops" && span.resource["deployment.environment.name"] == "test", "{span:?}");
        }
        for span in [job, callback] {
            ensure!(span.attributes["store.id"] == id && span.attributes["request_id"] == REQUEST, "{span:?}");
        }
        ensure!(door.attributes["http.response.status_code"] == "202", "{door:?}");
        ensure!(receiver.tokens().iter().all(|token| *token == format!("Bearer {TOKEN}")), "not authorised");
        // Nothing of who, what it is called, or where it is told.
        let told = format!("{:?}", receiver.taken());
        for secret in ["tea", "webhook:ci", &t.callbacks.url, "127.0.0.1", TOKEN] {
            ensure!(!told.contains(secret), "{secret} is told: {told}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_trace_of_discord_ends_with_the_message() {
    run_test(not_started(), async |t| {
        let receiver = Receiver::start(Manner::Takes).await?;
        let process = traced(t, "all", &receiver.url).await?;
        let asked = t.person("ana").slash("/store create name:tea engine:medusa").await?;
        asked.wait_message(|m| m.content().contains("is ready"), PATIENCE).await?;
        t.until_idle().await?;
        stop(process).await?;
        let all = receiver.taken();
        let job = only(&all, "job install")?;
        let spans = of_trace(&all, &job.trace);
        let door = only(&spans, "POST /discord/interactions")?;
        ensure!(door.parent.is_empty() && job.parent == door.id, "{door:?} {job:?}");
        let messages: Vec<_> = spans.iter().filter(|span| span.name == "discord message").collect();
        ensure!(!messages.is_empty(), "{:?}", names(&spans));
        let last = messages.iter().map(|span| span.to).max();
        ensure!(messages.iter().all(|span| span.parent == door.id && span.kind == "client"), "{messages:?}");
        ensure!(last > Some(job.from), "the end was told before the beginning");
        ensure_nested(&spans)?;
        let told = format!("{all:?}");
        ensure!(!told.contains("tea") && !told.contains(&t.person("ana").id().to_string()), "{told}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn one_request_is_followed_by_its_id_from_the_door_to_the_message() {
    run_test(not_started(), async |t| {
        let worker = traced(t, "work", "").await?;
        let door = traced(t, "serve", "").await?;
        let id = create(t, "tea").await?["store_id"].as_str().context("no store")?.to_owned();
        let delivery = t.callbacks.wait(1).await?.remove(0);
        t.until_idle().await?;
        let (door, worker) = (stop(door).await?, stop(worker).await?);
        // Whoever follows their own trace still can.
        ensure!(delivery.traceparent == format!("00-{TRACE}-{PARENT}-01"), "{}", delivery.traceparent);

        let said = |lines: &[Map<String, Value>]| -> Vec<String> {
            let mine = lines.iter().filter(|line| line.get("request_id") == Some(&REQUEST.into()));
            mine.filter_map(|line| Some(line["message"].as_str()?.to_owned())).collect()
        };
        let (at_door, at_work) = (said(&door), said(&worker));
        ensure!(at_door.contains(&"a command was accepted".to_owned()), "{at_door:?}");
        ensure!(at_door.contains(&"request answered".to_owned()), "{at_door:?}");
        for wanted in ["store moved", "Helm has ended", "a callback was delivered"] {
            ensure!(at_work.iter().any(|said| said == wanted), "{wanted:?} is not in {at_work:?}");
        }
        // Every line about the store says which, and every line of a job says which job.
        for line in door.iter().chain(&worker) {
            let text = Value::from(line.clone()).to_string();
            ensure!(!text.contains(&id) || line.get("store.id") == Some(&id.clone().into()), "{text}");
        }
        let moved = worker.iter().find(|line| line["message"] == "store moved").context("it has not moved")?;
        ensure!(moved["job.id"] == format!("{id}.1") && moved["attempt"] == 1, "{moved:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_receiver_that_does_not_take_traces_costs_nothing() {
    run_test(not_started(), async |t| {
        for (manner, name) in [(Manner::Refuses, "refused"), (Manner::Hangs, "hanging"), (Manner::Gone, "gone")] {
            let receiver = Receiver::start(manner).await?;
            let process = traced(t, "all", &receiver.url).await?;
            create(t, name).await?;
            t.until_phase(name, "ready").await?;
            t.until_idle().await?;
            if manner != Manner::Gone {
                tokio::time::timeout(Duration::from_secs(60), receiver.until_asked())
                    .await
                    .context("never asked")??;
            }
            let lines = stop(process).await?;
            let lost = lines
                .iter()
                .filter(|line| line["message"].as_str().is_some_and(|said| said.starts_with("traces are lost")));
            ensure!(lost.count() == 1, "{name}: {lines:?}");
        }
        Ok(())
    })
    .await;
}
