//! What storebot costs before and beside its work: time to start, memory.

use std::time::Duration;

use anyhow::Result;

use crate::accept::create_requests;
use crate::bot::Setup;
use crate::floor;
use crate::load::{Load, Until};
use crate::report::{Figure, Goal, Report};

const STARTS: usize = 11;
const CONNECTIONS: usize = 50;
const REQUESTS: usize = 10_000;

/// From exec: `cold_start`, of `storebot all` to the first 200 of `/health/live`, and `cold_ready`, of
/// `storebot serve` to that of `/health/ready`, with Redis asked and judged.
pub(crate) async fn cold(report: &mut Report) -> Result<()> {
    let setup = Setup::new("cold", None)?;
    let (alive, ready) = setup.tidy(starting(&setup)).await?;
    report.add("cold_start", &Figure::paired(&alive, "ms", Goal::ValueBelow(100.0)))?;
    report.add("cold_ready", &Figure::paired(&ready, "ms", Goal::ValueBelow(200.0)))
}

type Pairs = Vec<(f64, f64)>;

async fn starting(setup: &Setup) -> Result<(Pairs, Pairs)> {
    let millis = |duration: Duration| duration.as_secs_f64() * 1000.0;
    let (mut alive, mut ready) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let all = setup.start("all").await?;
        let started = millis(all.started_in);
        all.stop().await?;
        let serve = setup.start("serve").await?;
        let got_ready = millis(serve.ready_in().await?);
        serve.stop().await?;
        let bare = floor::start(setup).await?;
        alive.push((started, millis(bare.started_in)));
        ready.push((got_ready, millis(bare.started_in)));
        bare.stop().await?;
    }
    Ok((alive, ready))
}

/// Resident memory of `storebot serve`: `rss_ready`, when it has become ready, and `rss_idle`, after
/// 10 000 creates.
pub(crate) async fn memory(report: &mut Report) -> Result<()> {
    let setup = Setup::new("rss", None)?;
    let (ready, idle) = setup.tidy(resident(&setup)).await?;
    report.add("rss_ready", &Figure::plain(ready, "MB", Goal::ValueBelow(40.0)))?;
    report.add("rss_idle", &Figure::plain(idle, "MB", Goal::ValueBelow(40.0)))
}

async fn resident(setup: &Setup) -> Result<(f64, f64)> {
    let ours = setup.start("serve").await?;
    ours.ready_in().await?;
    let ready = ours.resident()?;
    let (until, requests) = (Until::Each(REQUESTS / CONNECTIONS), create_requests(setup)?);
    Load { address: ours.address, connections: CONNECTIONS, until, statuses: &[202], requests }.run().await?;
    let idle = ours.resident()?;
    ours.stop().await?;
    Ok((ready, idle))
}
