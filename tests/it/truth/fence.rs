use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;
use storebot::cluster::{Cluster, ClusterError, NamespaceSpec};
use storebot::domain::store::StoreRef;

use super::ready;
use crate::harness::environment::until;
use crate::harness::{Process, Test, TestBot, run_test};

#[tokio::test]
async fn a_newer_fence_cannot_be_overtaken() {
    run_test(TestBot::default(), async |t| {
        ready(t, "ana", "tea").await?;
        let record = t.ledger.find(&StoreRef::new("tea"), None).await?.context("no store")?;
        let cluster = Cluster::connect(&t.config.cells[0]).await?;
        let (old, new) = (NamespaceSpec { record: &record, fence: 7 }, NamespaceSpec { record: &record, fence: 8 });
        // However they come together: in the end the newer one stands, and the older one was told so or
        // came first.
        for _ in 0..10 {
            let both = tokio::join!(cluster.claim_namespace(&old), cluster.claim_namespace(&new));
            ensure!(both.1 == Ok(()), "{both:?}");
            let after = cluster.claim_namespace(&old).await;
            ensure!(after == Err(ClusterError::Outrun { theirs: 8, ours: 7 }), "{after:?}");
            ensure!(cluster.make_namespace(&old).await == after);
        }
        Ok(())
    })
    .await;
}

/// Children of a process, by the kernel's own list.
fn children(pid: i32) -> Vec<i32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.filter_map(|task| std::fs::read_to_string(task.path().join("children")).ok());
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

fn send(pid: i32, signal: Signal) -> Result<()> {
    Ok(kill_process(Pid::from_raw(pid).context("no pid")?, signal)?)
}

/// A process that is gone, or only waits to be counted.
fn is_dead(pid: i32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).map_or(true, |stat| stat.contains(") Z"))
}

/// A worker that fell asleep while its Helm was in the middle, the Helm with it: worker, Helm, the store's
/// name and its namespace.
async fn asleep_in_the_middle(t: &mut Test) -> Result<(Process, i32, String, String)> {
    for turn in 0..8 {
        let process = Process::start(&t.config_file, &[]).await?;
        let url = process.url.clone();
        t.reach(&url).await?;
        let name = format!("tea{turn}");
        t.api("ana").create(&json!({ "name": name, "engine": "woocommerce" })).await?.error_for_status()?;
        let locked = [(1, "pending-install".to_owned())];
        let namespace = t.ledger.find(&StoreRef::new(&name), None).await?.context("no store")?.id.namespace();
        until("Helm is in the middle of its work", || async {
            Ok((!t.cluster.revisions(&namespace).await?.is_empty()).then_some(()))
        })
        .await?;
        let worker = process.id()?;
        let helm = children(worker);
        send(worker, Signal::STOP)?;
        for child in &helm {
            // It may have ended this moment.
            let _ = send(*child, Signal::STOP);
        }
        if let [helm] = helm[..]
            && t.cluster.revisions(&namespace).await? == locked
        {
            return Ok((process, helm, name, namespace));
        }
        // Too late: it has ended its work. Another one.
        send(worker, Signal::CONT)?;
        for child in helm {
            let _ = send(child, Signal::CONT);
        }
        t.until_idle().await?;
        process.kill().await?;
    }
    anyhow::bail!("Helm was never caught in the middle")
}

#[tokio::test]
async fn a_worker_that_was_asleep_finds_everything_closed() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let (asleep, helm, name, namespace) = asleep_in_the_middle(t).await?;
        // Another worker takes over when the lease is over, and makes the shop ready.
        t.start_bot().await?;
        t.until_phase(&name, "ready").await?;
        until("the other worker has ended", || async {
            let depth = t.ledger.depth().await?;
            Ok((depth.unsettled == 0).then_some(()))
        })
        .await?;
        let done = (t.store("ana", &name).await?, t.cluster.namespace(&namespace).await?.metadata.annotations);
        let revisions = t.cluster.revisions(&namespace).await?;
        ensure!(revisions == [(1, "failed".to_owned()), (2, "deployed".to_owned())], "{revisions:?}");

        // It wakes up together with its Helm, as when a machine was asleep.
        send(asleep.id()?, Signal::CONT)?;
        let _ = send(helm, Signal::CONT);
        until("its Helm is dead", || async { Ok(is_dead(helm).then_some(())) }).await?;
        until("it says why", || async { Ok(asleep.log().contains("the claim is lost").then_some(())) }).await?;
        t.until_idle().await?;
        ensure!(t.cluster.revisions(&namespace).await? == revisions, "exactly one deployed");
        let now = (t.store("ana", &name).await?, t.cluster.namespace(&namespace).await?.metadata.annotations);
        ensure!(now == done, "{done:?}\n{now:?}");
        asleep.kill().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_a_sleeping_helm_says_when_it_wakes_up_is_refused() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let (asleep, helm, name, namespace) = asleep_in_the_middle(t).await?;
        t.start_bot().await?;
        t.until_phase(&name, "ready").await?;
        until("the other worker has ended", || async { Ok((t.ledger.depth().await?.unsettled == 0).then_some(())) })
            .await?;
        // Alone, with nobody to end it: the worst there is.
        send(helm, Signal::CONT)?;
        until("Helm has ended", || async { Ok(is_dead(helm).then_some(())) }).await?;
        let revisions = t.cluster.revisions(&namespace).await?;
        ensure!(revisions == [(1, "failed".to_owned()), (2, "deployed".to_owned())], "{revisions:?}");
        send(asleep.id()?, Signal::CONT)?;
        asleep.kill().await?;
        tokio::time::timeout(Duration::from_secs(30), t.until_idle()).await??;
        Ok(())
    })
    .await;
}
