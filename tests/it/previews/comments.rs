//! Commands in comments.

use anyhow::{Result, ensure};
use stand_in_forge::{Forge, Level, Opening};

use super::{accepted, bot, ignored, living};
use crate::harness::forge::Scene;
use crate::harness::run_test;

async fn commands(forge: Forge) {
    let scene = Scene::start(forge).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let change = scene.open().await?;
        t.until_idle().await?;
        ensure!(ignored(&change.comment("ana", "/store status").await?)?.contains("answered"));
        scene.until_said(&change, "ready").await?;
        scene.until_said(&change, "storebot:answer").await?;
        ensure!(ignored(&change.comment("ana", "/store help").await?)?.contains("answered"));
        scene.until_said(&change, "/store upgrade").await?;
        change.comment("ana", "/store dance").await?;
        scene.until_said(&change, "no command dance").await?;

        // What is asked for is done, and a comment that is refused says why.
        change.comment("ana", "/store retry").await?;
        scene.until_said(&change, "has not failed").await?;
        accepted(&change.comment("ana", "Looks good.\n\n/store verify").await?)?;
        t.until_idle().await?;
        accepted(&change.comment("ana", "/store delete").await?)?;
        t.until_idle().await?;
        ensure!(living(t).await?.is_empty());
        scene.until_said(&change, "is gone").await?;
        accepted(&change.comment("ana", "/store create engine:medusa plan:medium ttl:2h").await?)?;
        t.until_idle().await?;
        scene.until_said(&change, "Medusa, medium").await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn whoever_may_gives_commands_on_github() {
    commands(Forge::GitHub).await;
}

#[tokio::test]
async fn whoever_may_gives_commands_on_gitlab() {
    commands(Forge::GitLab).await;
}

/// Nothing was said to a stranger, and nothing done.
async fn strangers(forge: Forge) {
    let scene = Scene::start(forge).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        scene.project.set_member("rob", Some(Level::Reporter));
        let change = scene.open().await?;
        t.until_idle().await?;
        let before = change.of_the_bot().len();
        for somebody in ["eve", "rob"] {
            let why = ignored(&change.comment(somebody, "/store delete").await?)?;
            ensure!(why.contains("may not give commands"), "{why}");
        }
        ensure!(ignored(&change.comment("ana", "Please do not `/store delete` it.").await?)?.contains("no line"));
        // A fork's commands run only where forks are let in, whoever gives them.
        let fork = Opening { fork: Some("eve".to_owned()), ..Opening::default() };
        let forked = scene.project.open("eve", fork).await?;
        ensure!(ignored(&forked.comment("ana", "/store create").await?)?.contains("fork"));
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        ensure!(change.of_the_bot().len() == before && forked.of_the_bot().is_empty());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn strangers_on_github_are_not_heard() {
    strangers(Forge::GitHub).await;
}

#[tokio::test]
async fn strangers_on_gitlab_are_not_heard() {
    strangers(Forge::GitLab).await;
}

#[tokio::test]
async fn a_fork_may_where_forks_are_let_in() -> Result<()> {
    let scene = Scene::start(Forge::GitHub).await?;
    run_test(bot(&scene, "forks = true", ""), async |t| {
        scene.reach(t);
        let fork = Opening { fork: Some("eve".to_owned()), ..Opening::default() };
        let forked = scene.project.open("eve", fork).await?;
        accepted(forked.opened())?;
        t.until_idle().await?;
        ensure!(ignored(&forked.comment("eve", "/store delete").await?)?.contains("may not"));
        ensure!(living(t).await? == ["pr-1-shop"]);
        Ok(())
    })
    .await;
    Ok(())
}
