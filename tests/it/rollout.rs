//! Every process is replaced while people work: nobody loses a request, a stream or a store.

mod balancer;
mod load;

use anyhow::{Context as _, Result, ensure};
use storebot::domain::store::StoreRef;

use crate::harness::{Process, Test, TestBot, run_test, until};
use balancer::Balancer;
use load::Load;

/// How long those who go still answer: as the default, and longer than it takes until nobody is sent there.
const DRAIN: &str = "5s";
/// Connections that one who goes is given before whoever balances load hears of it.
const LATE: usize = 8;

/// What a process says of itself while it goes.
#[derive(Debug, Default)]
struct Farewell {
    ready: Option<u16>,
    live: Option<u16>,
    asks_to_close: bool,
}

/// A `serve` with so long a drain.
async fn start_serve(t: &Test, drain: &str) -> Result<Process> {
    Process::start_as("serve", &t.config_file, &[("STOREBOT__HTTP__DRAIN", drain)]).await
}

/// What it says as soon as it says that it goes; nothing where it has gone without a word.
async fn farewell(t: &Test, url: &str) -> Result<Farewell> {
    until("it goes", || async {
        let Ok(ready) = t.http.get(format!("{url}/health/ready")).send().await else {
            return Ok(Some(Farewell::default()));
        };
        if ready.status() == 200 {
            return Ok(None);
        }
        let live = t.http.get(format!("{url}/health/live")).send().await.ok();
        let asks_to_close =
            live.as_ref().is_some_and(|live| live.headers().get("connection").is_some_and(|it| it == "close"));
        let live = live.map(|live| live.status().as_u16());
        Ok(Some(Farewell { ready: Some(ready.status().as_u16()), live, asks_to_close }))
    })
    .await
}

/// Waits until some more people were sent to a process.
async fn until_sent_there(balancer: &Balancer, url: &str) -> Result<()> {
    let before = balancer.taken(url);
    until("people are sent there", || async { Ok((balancer.taken(url) >= before + LATE).then_some(())) }).await
}

/// Stops a `serve` whose successor is there, and goes on sending people to it for a while, as whoever balances load
/// does who has not heard. How it went is judged when everybody has had time to fail of it: a request that is lost
/// is what matters, and what is told.
async fn replace_serve(t: &Test, balancer: &Balancer, mut old: Process) -> Result<(Process, Farewell)> {
    let new = start_serve(t, DRAIN).await?;
    balancer.add(&new).await?;
    balancer.hears(false);
    old.terminate()?;
    let farewell = farewell(t, &old.url).await?;
    until_sent_there(balancer, &old.url).await?;
    balancer.hears(true);
    balancer.until_left(&old.url).await?;
    let code = old.ended().await?;
    ensure!(code == Some(0), "{code:?}: {}", old.log());
    Ok((new, farewell))
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
        let (serve, said) = replace_serve(t, balancer, serve).await?;
        new.push(serve);
        load.everybody_goes_on().await?;
        ensure!((said.ready, said.live, said.asks_to_close) == (Some(503), Some(200), true), "{said:?}");
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

/// Who worked failed, which is what this is about.
async fn noticed<T>(who: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    work.await.with_context(|| format!("{who} noticed that a process was replaced"))
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
        let work = async || Process::start_as("work", &t.config_file, &[]).await;
        let serve = async || start_serve(t, DRAIN).await;
        let old = [serve().await?, serve().await?, work().await?, work().await?];
        for serve in &old[..2] {
            balancer.add(serve).await?;
        }
        t.reach(&balancer.url).await?;
        let (t, load) = (&*t, Load::default());
        let (new, (), (), (), (), (), heard, again) = tokio::try_join!(
            roll(t, &balancer, &load, old),
            noticed("ana", load.api(t, "ana")),
            noticed("bob", load.api(t, "bob")),
            noticed("a sender of deliveries", load.deliveries(t)),
            noticed("eve on Discord", load.discord(t)),
            noticed("who lists stores", load.lists(t)),
            noticed("who follows a store of ana's", load.follow(t, "ana", "ana-0")),
            noticed("who follows a store of bob's", load.follow(t, "bob", "bob-0")),
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

/// What the pause is for: without one, those who are sent to a process that has gone are lost.
#[tokio::test]
async fn without_a_drain_a_request_is_lost() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        t.http = reqwest::Client::builder().pool_max_idle_per_host(0).build()?;
        let balancer = Balancer::start().await?;
        let old = [start_serve(t, "0s").await?, start_serve(t, "0s").await?];
        for serve in &old {
            balancer.add(serve).await?;
        }
        t.reach(&balancer.url).await?;
        let (t, load) = (&*t, Load::default());
        let [mut first, _second] = old;
        let going = async {
            balancer.hears(false);
            first.terminate()?;
            let code = first.ended().await?;
            ensure!(code == Some(0), "{code:?}: {}", first.log());
            until_sent_there(&balancer, &first.url).await?;
            load.stop();
            Ok(())
        };
        let lost = tokio::try_join!(going, load.questions(t)).err().context("nothing was lost")?;
        ensure!(format!("{lost:#}").contains(load::LOST), "something else failed: {lost:#}");
        Ok(())
    })
    .await;
}
