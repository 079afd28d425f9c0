//! Every process is replaced while people work: nobody loses a request, a stream or a store.

mod balancer;
mod load;

use anyhow::{Context as _, Result, ensure};
use storebot::domain::store::StoreRef;

use crate::harness::{Process, Test, TestBot, run_test, until};
use balancer::Balancer;
use load::Load;

/// Longer than it takes until nobody is sent to a process that goes.
const DRAIN: (&str, &str) = ("STOREBOT__HTTP__DRAIN", "3s");

/// Stops a `serve` whose successor is there: while others do not know it yet, it says that it goes, and answers.
async fn replace_serve(t: &Test, balancer: &Balancer, mut old: Process) -> Result<Process> {
    let new = Process::start_as("serve", &t.config_file, &[DRAIN]).await?;
    balancer.add(&new).await?;
    old.terminate()?;
    until("it says that it goes", || async {
        let ready = t.http.get(format!("{}/health/ready", old.url)).send().await?;
        Ok((ready.status() == 503).then_some(()))
    })
    .await?;
    let still = t.http.get(format!("{}/health/live", old.url)).send().await?;
    ensure!(still.status() == 200 && still.headers()["connection"] == "close", "{still:?}");
    balancer.until_left(&old.url).await?;
    let code = old.ended().await?;
    ensure!(code == Some(0), "{code:?}: {}", old.log());
    Ok(new)
}

async fn replace_work(t: &Test, mut old: Process) -> Result<Process> {
    let new = Process::start_as("work", &t.config_file, &[]).await?;
    old.terminate()?;
    let code = old.ended().await?;
    ensure!(code == Some(0), "{code:?}: {}", old.log());
    Ok(new)
}

/// Replaces one after the other while everybody works.
async fn roll(t: &Test, balancer: &Balancer, load: &Load, old: [Process; 4]) -> Result<Vec<Process>> {
    let [first, second, one, two] = old;
    load.everybody_goes_on().await?;
    let mut new = Vec::new();
    for serve in [first, second] {
        new.push(replace_serve(t, balancer, serve).await?);
        load.everybody_goes_on().await?;
    }
    for work in [one, two] {
        new.push(replace_work(t, work).await?);
        load.everybody_goes_on().await?;
    }
    for serve in &new[..2] {
        ensure!(balancer.taken(&serve.url) > 0, "nobody came to {}", serve.url);
    }
    load.stop();
    Ok(new)
}

/// Each accepted command came to its end once, and each store has one release.
async fn ended_once(t: &Test, load: &Load) -> Result<()> {
    for (name, commands) in load.commands() {
        let events = load::kept(t, "root", &name).await?;
        let count = |kind: &str| events.iter().filter(|event| event["kind"] == kind).count();
        ensure!(count("accepted") == commands && count("ready") == commands, "{name}: {commands}, {events:?}");
        let record = t.ledger.find(&StoreRef::new(&name), None).await?.context("no store")?;
        let revisions = t.cluster.revisions(&record.id.namespace()).await?;
        ensure!(revisions == [(1, "deployed".to_owned())], "{name}: {revisions:?}");
    }
    Ok(())
}

#[tokio::test]
async fn all_processes_are_replaced_and_nobody_notices() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        // A connection for each request, so that some come at every moment of a process' end.
        t.http = reqwest::Client::builder().pool_max_idle_per_host(0).build()?;
        let balancer = Balancer::start().await?;
        let start = async |role| Process::start_as(role, &t.config_file, &[DRAIN]).await;
        let old = [start("serve").await?, start("serve").await?, start("work").await?, start("work").await?];
        for serve in &old[..2] {
            balancer.add(serve).await?;
        }
        t.reach(&balancer.url).await?;
        let (t, load) = (&*t, Load::default());
        let (new, (), (), (), (), (), heard, again) = tokio::try_join!(
            roll(t, &balancer, &load, old),
            load.api(t, "ana"),
            load.api(t, "bob"),
            load.deliveries(t),
            load.discord(t),
            load.lists(t),
            load.follow(t, "ana", "ana-0"),
            load.follow(t, "bob", "bob-0"),
        )?;
        for (heard, streams) in [heard, again] {
            ensure!(streams > 1, "no reader had to go on elsewhere");
            ensure!(heard.iter().any(|event| event["kind"] == "ready"), "{heard:?}");
        }
        t.until_idle().await?;
        ended_once(t, &load).await?;
        drop(new);
        Ok(())
    })
    .await;
}
