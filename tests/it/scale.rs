//! Workers that may all be gone: what the doors say of how much there is to do, by which somebody else starts and
//! ends workers.

use anyhow::{Result, ensure};
use serde_json::{Value, json};

use crate::harness::environment::redis_do;
use crate::harness::{Nodes, Process, Test, TestBot, run_test, secrets, until};

async fn work(t: &Test) -> Result<u64> {
    Ok(t.scale().await?["work"].as_u64().unwrap_or_default())
}

/// A worker comes, does what there is, and goes when that is nothing.
async fn let_one_work(t: &Test) -> Result<()> {
    let mut worker = Process::start_as("work", &t.config_file, &[]).await?;
    until("nothing is to be done", || async { Ok((work(t).await? == 0).then_some(())) }).await?;
    worker.terminate()?;
    ensure!(worker.ended().await? == Some(0), "{}", worker.log());
    ensure!(work(t).await? == 0, "what was handed back would wait for ever: {}", t.scale().await?);
    Ok(())
}

#[tokio::test]
async fn whatever_needs_a_worker_has_one_come_and_then_go() {
    run_test(TestBot { not_started: true, nodes: Nodes::ByHand, ..TestBot::default() }, async |t| {
        let _hands = t.hands();
        t.start_doors().await?;
        ensure!(work(t).await? == 0, "{}", t.scale().await?);
        let api = t.api("ana");
        // A command: in line, and somebody is to be told of it.
        api.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let told = t.scale().await?;
        ensure!(told["waiting"] == 1 && told["untold"].as_u64() >= Some(1) && told["lost"] == 0, "{told}");
        let_one_work(t).await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");

        // A question that nobody answers: the next one is.
        ensure!(api.get("/v1/stores/tea/pods").await?.status() == 503);
        ensure!(t.scale().await?["knocks"] == 1, "{}", t.scale().await?);
        let worker = Process::start_as("work", &t.config_file, &[]).await?;
        let answered = async || Ok(api.get("/v1/stores/tea/pods").await?.status().is_success().then_some(()));
        until("somebody answers", answered).await?;
        until("nobody knocks", || async { Ok((t.scale().await?["knocks"] == 0).then_some(())) }).await?;
        worker.terminate()?;

        // A login is waited for by whoever asked, and a worker is asked for at once.
        let (login, seen) = tokio::join!(api.ask("credentials", "tea"), async {
            until("a login waits", || async { Ok((t.scale().await?["waiting"] == 1).then_some(())) }).await?;
            let_one_work(t).await
        });
        seen?;
        let login: Value = login?.error_for_status()?.json().await?;
        secrets::note("a login's password", login["password"].as_str().unwrap_or_default());

        // Time passes: the end of a lifetime is due while nobody is there.
        let id = t.store("ana", "tea").await?["id"].as_str().unwrap_or_default().to_owned();
        let leases = format!("{{{}}}:leases", t.config.redis.prefix);
        redis_do(&["ZADD", &leases, "1", &id]).await?;
        ensure!(t.scale().await?["time"] == 1, "{}", t.scale().await?);
        let_one_work(t).await?;

        api.delete("tea").await?.error_for_status()?;
        ensure!(t.scale().await?["waiting"] == 1);
        let_one_work(t).await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "deleted");
        Ok(())
    })
    .await;
}
