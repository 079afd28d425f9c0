//! A door dies; the worker beside it lives.

use anyhow::{Result, bail, ensure};
use reqwest::Method;
use serde_json::json;
use storebot::domain::delivery::{DeliveryState, Direction};
use storebot::domain::record::Phase;

use super::super::ends::{self, Took};
use super::{heir, tea};
use crate::harness::environment::until;
use crate::harness::{Process, Test};

/// A door that will die at a point, with a worker beside it that lives.
async fn doomed_door(t: &mut Test, point: &str) -> Result<(Process, Process)> {
    let worker = heir(t).await?;
    let door = Process::start_as("serve", &t.config_file, &[("STOREBOT_CRASH_AT", point)]).await?;
    let url = door.url.clone();
    t.reach(&url).await?;
    Ok((door, worker))
}

/// Nobody gets an answer from a door that died; asking again with the same key gives the first one.
pub(super) async fn admit_create(t: &mut Test, point: &str) -> Result<Took> {
    let (door, worker) = doomed_door(t, point).await?;
    ensure!(t.api("ana").create_with_key("k-1", &tea()).await.is_err(), "it answered");
    let died = door.dies_at(point).await?;
    t.start_doors().await?;
    let again = t.api("ana").create_with_key("k-1", &tea()).await?;
    ensure!(again.status() == 202, "{}", again.text().await?);
    let (record, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    let stores = t.ledger.page(None, None, 10).await?.items;
    ensure!(stores.len() == 1 && record.desired.generation == 1, "{stores:?}");
    worker.kill().await?;
    Ok(took)
}

pub(super) async fn admit_change(t: &mut Test, point: &str) -> Result<Took> {
    let (door, worker) = doomed_door(t, point).await?;
    t.api("ana").create(&tea()).await?.error_for_status()?;
    t.until_idle().await?;
    ensure!(t.api("ana").ask_with_key("verify", "tea", "k-1").await.is_err(), "it answered");
    let died = door.dies_at(point).await?;
    t.start_doors().await?;
    let again = t.api("ana").ask_with_key("verify", "tea", "k-1").await?;
    ensure!(again.status() == 202, "{}", again.text().await?);
    let (record, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    ensure!(record.desired.generation == 2, "it was asked for {} times", record.desired.generation - 1);
    worker.kill().await?;
    Ok(took)
}

/// What is written down is enough to judge it again, by its sender's repetition or an administrator's replay.
pub(super) async fn receive(t: &mut Test, point: &str) -> Result<Took> {
    let (door, worker) = doomed_door(t, point).await?;
    let signed = t.webhook().sign("msg_1", &json!({ "type": "store.create", "data": tea() }));
    ensure!(t.webhook().deliver(&signed).await.is_err(), "it answered");
    let died = door.dies_at(point).await?;
    t.start_doors().await?;
    let written = t.ledger.deliveries(None, None, 10).await?;
    let answer = match written.as_slice() {
        [] => t.webhook().deliver(&signed).await?,
        [one] => {
            t.api_as("root", "admin").send(Method::POST, &format!("/v1/deliveries/{}/replay", one.id), None).await?
        }
        more => bail!("it is there more than once: {more:?}"),
    };
    ensure!(written.is_empty() == (point == "ledger.receive.before"), "{written:?}");
    ensure!(answer.status() == 202, "{}", answer.text().await?);
    t.webhook().deliver(&signed).await?.error_for_status()?;
    let (record, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    let stores = t.ledger.page(None, None, 10).await?.items;
    ensure!(stores.len() == 1 && record.desired.generation == 1, "{stores:?}");
    let logged = t.ledger.deliveries(None, None, 10).await?;
    ensure!(logged.len() == 1 && logged[0].state() == DeliveryState::Accepted, "{logged:?}");
    worker.kill().await?;
    Ok(took)
}

pub(super) async fn send_again(t: &mut Test, point: &str) -> Result<Took> {
    let (door, worker) = doomed_door(t, point).await?;
    t.callbacks.answer(&[410]);
    let data = json!({ "name": "tea", "engine": "medusa", "callback_url": t.callbacks.url });
    t.webhook().create("msg_1", &data).await?.error_for_status()?;
    let first = t.callbacks.wait(1).await?;
    let stopped = until("the callback is stopped", || async {
        let out = t.ledger.deliveries(Some(Direction::Out), None, 10).await?;
        Ok(out.into_iter().find(|entry| entry.state() == DeliveryState::Stopped))
    })
    .await?;
    let path = format!("/v1/deliveries/{}/replay", stopped.id);
    let root = t.api_as("root", "admin");
    ensure!(root.send(Method::POST, &path, None).await.is_err(), "it answered");
    let died = door.dies_at(point).await?;
    t.start_doors().await?;
    if point.ends_with("before") {
        t.api_as("root", "admin").send(Method::POST, &path, None).await?.error_for_status()?;
    }
    let all = t.callbacks.wait(2).await?;
    ensure!(all[1].id == first[0].id, "under another id");
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    worker.kill().await?;
    Ok(took)
}
