//! A forge that is slow, gone, or wants no more, and a bot that dies.

use anyhow::{Result, ensure};
use stand_in_forge::{Act, Fault, FaultRule, Forge};

use super::{bot, living, sha};
use crate::harness::forge::Scene;
use crate::harness::{Process, TestBot, run_test};

fn fault(fault: Fault, times: u32, matching: &str) -> FaultRule {
    FaultRule { fault, times, matching: matching.to_owned() }
}

/// Everything is told in the end, and in one comment.
async fn told_in_the_end(forge: Forge, faults: Vec<FaultRule>) {
    let scene = Scene::start(forge).await.unwrap();
    run_test(bot(&scene, "", "timeout = '2s'"), async |t| {
        scene.reach(t);
        for fault in faults {
            scene.forges.fault(fault);
        }
        let change = scene.open().await?;
        t.until_idle().await?;
        scene.until_status(&change, &sha(&change)?, "success").await?;
        scene.until_said(&change, "is ready").await?;
        ensure!(change.of_the_bot().len() == 1, "{:?}", change.of_the_bot());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_forge_that_is_not_well_is_told_later() {
    let faults = vec![
        fault(Fault::Status { status: 502 }, 2, "/statuses/"),
        fault(Fault::Delay { ms: 3_000 }, 1, "POST"),
        fault(Fault::Status { status: 500 }, 1, "/comments"),
    ];
    told_in_the_end(Forge::GitHub, faults).await;
}

#[tokio::test]
async fn a_limit_is_kept() {
    let faults = vec![
        fault(Fault::TooFast { retry_after: 1, status: 403 }, 1, "/statuses/"),
        fault(Fault::TooFast { retry_after: 1, status: 429 }, 1, "/comments"),
        fault(Fault::UsedUp { reset_after: 1 }, 1, "/comments"),
    ];
    told_in_the_end(Forge::GitHub, faults).await;
}

#[tokio::test]
async fn gitlabs_limit_is_kept() {
    let faults = vec![fault(Fault::TooFast { retry_after: 1, status: 429 }, 2, "/notes")];
    told_in_the_end(Forge::GitLab, faults).await;
}

#[tokio::test]
async fn an_answer_that_is_lost_makes_no_second_comment() {
    for forge in [Forge::GitHub, Forge::GitLab] {
        let path = if forge == Forge::GitHub { "/comments" } else { "/notes" };
        told_in_the_end(forge, vec![fault(Fault::LostAnswer, 1, &format!("POST {}", prefix(forge, path)))]).await;
    }
}

/// What a request that writes a comment on the first pull request begins with.
fn prefix(forge: Forge, end: &str) -> String {
    match forge {
        Forge::GitHub => format!("/api/v3/repos/octo/shop/issues/1{end}"),
        Forge::GitLab => format!("/api/v4/projects/octo%2Fshop/merge_requests/1{end}"),
    }
}

#[tokio::test]
async fn a_token_that_is_not_taken_stops_nothing() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        scene.forges.fault(fault(Fault::BadToken, 1_000, ""));
        let change = scene.open().await?;
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"] && change.of_the_bot().is_empty());
        // It is not asked again and again.
        let asked = scene.forges.requests().len();
        ensure!(asked < 20, "{asked} requests");
        scene.forges.clear_faults();
        change.act("ana", Act::Push).await?;
        t.until_idle().await?;
        scene.until_status(&change, &sha(&change)?, "success").await?;
        Ok(())
    })
    .await;
}

/// The bot's other half is a process of its own that dies at this point, as by `kill -9`.
async fn dies_at(point: &str) -> Result<()> {
    let scene = Scene::start(Forge::GitHub).await?;
    run_test(TestBot { not_started: true, ..bot(&scene, "", "") }, async |t| {
        t.start_doors().await?;
        scene.reach(t);
        let first = Process::spawn("work", &t.config_file, &[("STOREBOT_CRASH_AT", point)]).await?;
        let change = scene.open().await?;
        first.dies_at(point).await?;
        let _second = Process::start_as("work", &t.config_file, &[]).await?;
        t.until_idle().await?;
        scene.until_status(&change, &sha(&change)?, "success").await?;
        scene.until_said(&change, "is ready").await?;
        ensure!(change.of_the_bot().len() == 1, "{:?}", change.of_the_bot());
        Ok(())
    })
    .await;
    Ok(())
}

#[tokio::test]
async fn a_bot_that_dies_before_it_writes_is_made_up_for() -> Result<()> {
    dies_at("notify.send.before").await
}

#[tokio::test]
async fn a_bot_that_dies_after_it_wrote_makes_no_second_comment() -> Result<()> {
    dies_at("notify.send.after").await
}
