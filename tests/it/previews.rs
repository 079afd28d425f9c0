//! Pull requests and merge requests: their preview stores, what they are told, and commands in comments. The bot's
//! real client speaks to a GitHub and a GitLab that keep what it says, and they sign what they send to it.

mod comments;
mod order;
mod trouble;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use stand_in_forge::{Act, ChangeHandle, Forge, Opening, Told};

use crate::harness::forge::Scene;
use crate::harness::{Test, TestBot, run_test, until};

/// With a bot that knows the scene's forges.
pub(crate) fn bot(scene: &Scene, preview: &str, api: &str) -> TestBot {
    TestBot { extra: scene.sources(preview, api), ..TestBot::default() }
}

/// The answer to an event that was taken.
pub(crate) fn accepted(told: &Told) -> Result<Value> {
    let (status, body) = told.answer();
    ensure!(status == 202, "answered {status}: {body}");
    Ok(serde_json::from_str(body)?)
}

/// Why an event was ignored.
pub(crate) fn ignored(told: &Told) -> Result<String> {
    let (status, body) = told.answer();
    ensure!(status == 200, "answered {status}: {body}");
    let body: Value = serde_json::from_str(body)?;
    Ok(body["ignored"].as_str().context("not ignored")?.to_owned())
}

/// Names of the stores that are there.
pub(crate) async fn living(t: &Test) -> Result<Vec<String>> {
    let page = t.ledger.page(None, None, 200).await?;
    let living = page.items.iter().filter(|(_, it)| it.phase().as_str() != "deleted");
    let mut names: Vec<String> = living.map(|(_, it)| it.spec.name.as_str().to_owned()).collect();
    names.sort();
    Ok(names)
}

fn sha(change: &ChangeHandle) -> Result<String> {
    Ok(change.look()?.sha)
}

/// From the first event to the last, on one of the forges.
async fn whole_life(forge: Forge) {
    let scene = Scene::start(forge).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let change = scene.open().await?;
        accepted(change.opened())?;
        let first = sha(&change)?;
        t.until_idle().await?;
        let ready = scene.until_status(&change, &first, "success").await?;
        let url = format!("http://pr-1-shop.{}", t.config.cells[0].domain);
        ensure!(ready.target_url.as_deref() == Some(url.as_str()), "{ready:?}");
        if forge == Forge::GitHub {
            let states: Vec<_> = change.statuses(&first).iter().map(|it| it.state.clone()).collect();
            ensure!(states.first().is_some_and(|state| state == "pending"), "{states:?}");
        }
        let comment = scene.until_said(&change, "is ready").await?;
        ensure!(comment.body.contains(&url) && !comment.before.is_empty(), "{comment:?}");
        ensure!(comment.before[0].contains("on its way"), "{comment:?}");
        ensure!(change.of_the_bot().len() == 1, "{:?}", change.of_the_bot());

        // A new commit: the same store, told beside it, in the same comment.
        let pushed = change.act("ana", Act::Push).await?;
        ensure!(accepted(&pushed)?["store_id"] == accepted(change.opened())?["store_id"]);
        let second = sha(&change)?;
        ensure!(second != first);
        t.until_idle().await?;
        scene.until_status(&change, &second, "success").await?;
        scene.until_said(&change, &second[..8]).await?;
        ensure!(change.of_the_bot().len() == 1 && living(t).await? == ["pr-1-shop"]);
        ensure!(
            ignored(&change.act("ana", Act::Rename { title: "Other".to_owned() }).await?)?.contains("nothing follows")
        );

        // Closed: gone, and the comment says so.
        accepted(&change.act("ana", Act::Close).await?)?;
        t.until_idle().await?;
        let gone = scene.until_said(&change, "is gone").await?;
        ensure!(gone.id == comment.id && living(t).await?.is_empty());
        let last = change.statuses(&second).last().cloned().context("no status")?;
        ensure!(last.target_url.is_none() && last.state == "success", "{last:?}");

        // Opened again: there is one again.
        accepted(&change.act("ana", Act::Reopen).await?)?;
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        scene.until_said(&change, "is ready").await?;
        accepted(&change.act("ana", Act::Merge).await?)?;
        t.until_idle().await?;
        ensure!(living(t).await?.is_empty());
        ensure!(scene.forges.requests().iter().all(|it| it.status < 300), "{:?}", scene.forges.requests());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_pull_request_has_a_store_as_long_as_it_is_open() {
    whole_life(Forge::GitHub).await;
}

#[tokio::test]
async fn a_merge_request_has_a_store_as_long_as_it_is_open() {
    whole_life(Forge::GitLab).await;
}

async fn deployed(forge: Forge) {
    let scene = Scene::start(forge).await.unwrap();
    run_test(bot(&scene, "", "feedback = 'deployment'\ncomment = false"), async |t| {
        scene.reach(t);
        let change = scene.open().await?;
        t.until_idle().await?;
        let url = format!("http://pr-1-shop.{}", t.config.cells[0].domain);
        let deployments = change.deployments();
        let [deployment] = deployments.as_slice() else { anyhow::bail!("{deployments:?}") };
        ensure!(deployment.environment == "preview/pr-1" && deployment.sha == sha(&change)?);
        let last = deployment.states.last().context("no state")?;
        ensure!(last.state == "success", "{deployment:?}");
        match forge {
            Forge::GitHub => ensure!(last.url == url, "{last:?}"),
            Forge::GitLab => ensure!(change.environments()[0].external_url == Some(url)),
        }
        ensure!(change.of_the_bot().is_empty() && change.statuses(&sha(&change)?).is_empty());
        change.act("ana", Act::Close).await?;
        until("its deployment has ended", async || {
            let ended = match forge {
                Forge::GitHub => {
                    let states = change.deployments().swap_remove(0).states;
                    states.last().is_some_and(|last| last.state == "inactive")
                }
                Forge::GitLab => change.environments()[0].stopped,
            };
            Ok(ended.then_some(()))
        })
        .await?;
        t.until_idle().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn on_github_the_address_can_be_a_deployment_instead() {
    deployed(Forge::GitHub).await;
}

#[tokio::test]
async fn on_gitlab_the_address_can_be_an_environment_instead() {
    deployed(Forge::GitLab).await;
}

#[tokio::test]
async fn what_the_source_does_not_want_gets_no_store() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "drafts = false\nlabel = 'preview'\nrepositories = ['Octo/Shop']", ""), async |t| {
        scene.reach(t);
        let elsewhere = scene.forges.project(Forge::GitHub, "octo/other");
        let opening = |labels: &[&str]| Opening {
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            ..Opening::default()
        };
        let other = elsewhere.open("ana", opening(&["preview"])).await?;
        ensure!(ignored(other.opened())?.contains("repository"));
        let draft = scene.project.open("ana", Opening { draft: true, ..opening(&["preview"]) }).await?;
        ensure!(ignored(draft.opened())?.contains("draft"));
        let bare = scene.project.open("ana", Opening::default()).await?;
        ensure!(ignored(bare.opened())?.contains("label"));
        let fork = Opening { fork: Some("eve".to_owned()), ..opening(&["preview"]) };
        let forked = scene.project.open("eve", fork).await?;
        ensure!(ignored(forked.opened())?.contains("fork"));
        ensure!(living(t).await?.is_empty());

        accepted(&draft.act("ana", Act::Ready).await?)?;
        accepted(&bare.act("ana", Act::Label { name: "preview".to_owned() }).await?)?;
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop", "pr-2-shop"], "{:?}", living(t).await?);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn repositories_of_one_name_have_stores_of_their_own() {
    let scene = Scene::start(Forge::GitHub).await.unwrap();
    run_test(bot(&scene, "", ""), async |t| {
        scene.reach(t);
        let first = scene.open().await?;
        let second = scene.forges.project(Forge::GitHub, "acme/shop").open("ana", Opening::default()).await?;
        ensure!(accepted(first.opened())?["store_id"] != accepted(second.opened())?["store_id"]);
        t.until_idle().await?;
        let names = living(t).await?;
        ensure!(names.len() == 2 && names[0] == "pr-1-shop" && names[1].starts_with("pr-1-shop-"), "{names:?}");
        // Each is told of its own, and takes its own away.
        scene.until_said(&second, &names[1]).await?;
        accepted(&second.act("ana", Act::Close).await?)?;
        t.until_idle().await?;
        ensure!(living(t).await? == ["pr-1-shop"]);
        Ok(())
    })
    .await;
}
