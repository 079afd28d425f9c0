//! Events that come late, in another order, twice, or at the same time.

use anyhow::{Context as _, Result, ensure};
use stand_in_forge::{Act, ChangeHandle, Forge};

use super::{accepted, bot, living};
use crate::harness::forge::Scene;
use crate::harness::run_test;

/// The events of the pull request in the order in which they happened, none of them sent.
async fn held(scene: &Scene, acts: &[Act]) -> Result<(ChangeHandle, Vec<String>)> {
    scene.forges.hold(true);
    let change = scene.open().await?;
    let mut events = vec![change.opened().delivery.clone()];
    for act in acts {
        events.push(change.act("ana", act.clone()).await?.delivery);
    }
    scene.forges.hold(false);
    Ok((change, events))
}

/// Status and body of the answer.
async fn sent(scene: &Scene, event: &str) -> Result<(u16, String)> {
    let attempt = scene.forges.send(event).await.context("nobody listens")?;
    Ok((attempt.status, attempt.answer))
}

async fn closed_first(forge: Forge) {
    let scene = Scene::start(forge).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let (_, events) = held(&scene, &[Act::Push, Act::Close]).await?;
        let closed = sent(&scene, &events[2]).await?;
        ensure!(closed.0 == 200 && closed.1.contains("no preview store"), "{closed:?}");
        for late in [&events[0], &events[1]] {
            let (status, why) = sent(&scene, late).await?;
            ensure!(status == 200 && why.contains("has happened to it since"), "{status} {why}");
        }
        t.until_idle().await?;
        ensure!(living(t).await?.is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn closed_before_opened_leaves_no_store_on_github() {
    closed_first(Forge::GitHub).await;
}

#[tokio::test]
async fn closed_before_opened_leaves_no_store_on_gitlab() {
    closed_first(Forge::GitLab).await;
}

#[tokio::test]
async fn reopened_after_closed_makes_one_whatever_comes_late() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let (change, events) = held(&scene, &[Act::Close, Act::Reopen]).await?;
        for (event, status) in [(&events[2], 202), (&events[1], 200), (&events[0], 200)] {
            let answer = sent(&scene, event).await?;
            ensure!(answer.0 == status, "{answer:?}");
        }
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        scene.until_said(&change, "is ready").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn reopened_while_its_store_goes_makes_another_one() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let change = scene.open().await?;
        t.until_idle().await?;
        accepted(&change.act("ana", Act::Close).await?)?;
        accepted(&change.act("ana", Act::Reopen).await?)?;
        t.until_idle().await?;
        ensure!(living(t).await?.len() == 1, "{:?}", living(t).await?);
        scene.until_said(&change, "is ready").await?;
        accepted(&change.act("ana", Act::Close).await?)?;
        t.until_idle().await?;
        ensure!(living(t).await?.is_empty(), "{:?}", living(t).await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_grace_keeps_the_store_of_what_is_opened_again() {
    let scene = Scene::start(Forge::GitLab).await.unwrap();
    run_test(bot(&scene, "grace = '1h'", ""), async |t| {
        scene.reach(t);
        let change = scene.open().await?;
        let store = accepted(change.opened())?["store_id"].clone();
        t.until_idle().await?;
        accepted(&change.act("ana", Act::Close).await?)?;
        let again = accepted(&change.act("ana", Act::Reopen).await?)?;
        ensure!(again["store_id"] == store && again["command"] == "undo", "{again}");
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_is_sent_again_does_nothing_again() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let change = scene.open().await?;
        let first = accepted(change.opened())?;
        let asked = change.comment("ana", "/store help").await?;
        t.until_idle().await?;
        scene.until_said(&change, "storebot:answer").await?;
        for event in [&change.opened().delivery, &asked.delivery, &asked.delivery] {
            let (status, _) = sent(&scene, event).await?;
            ensure!(status < 300);
        }
        let (status, again) = sent(&scene, &change.opened().delivery).await?;
        let again: serde_json::Value = serde_json::from_str(&again)?;
        ensure!(status == 202 && again["store_id"] == first["store_id"] && again["replayed"] == true, "{again}");
        t.until_idle().await?;
        // Something that comes after all of it has been written.
        change.comment("ana", "/store dance").await?;
        scene.until_said(&change, "no command dance").await?;
        ensure!(change.of_the_bot().len() == 3, "{:?}", change.of_the_bot());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn events_at_the_same_time_make_one_store() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let (_, events) = held(&scene, &[Act::Push, Act::Push, Act::Push]).await?;
        let answers = futures::future::join_all(events.iter().map(|event| sent(&scene, event))).await;
        let mut stores = std::collections::BTreeSet::new();
        for answer in answers {
            let (status, body) = answer?;
            ensure!(status == 202 || status == 200, "{status} {body}");
            if status == 202 {
                let body: serde_json::Value = serde_json::from_str(&body)?;
                stores.insert(body["store_id"].to_string());
            }
        }
        ensure!(stores.len() == 1, "{stores:?}");
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        Ok(())
    })
    .await;
}
