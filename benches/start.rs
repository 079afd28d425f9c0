//! What storebot costs before and beside its work: time to start, memory.

use anyhow::Result;

use crate::accept::create_requests;
use crate::bot::Setup;
use crate::floor;
use crate::load::{Load, Until};
use crate::report::{Figure, Goal, Report};

const STARTS: usize = 11;
const CONNECTIONS: usize = 50;
const REQUESTS: usize = 10_000;

/// `cold_start`: from exec of `storebot all` to the first 200 of `/health/live`.
pub(crate) async fn cold(report: &mut Report) -> Result<()> {
    let setup = Setup::new("cold", None)?;
    let pairs = setup.tidy(starting(&setup)).await?;
    report.add("cold_start", &Figure::paired(&pairs, "ms", Goal::ValueBelow(100.0)))
}

async fn starting(setup: &Setup) -> Result<Vec<(f64, f64)>> {
    let mut pairs = Vec::new();
    for _ in 0..STARTS {
        let (ours, bare) = (setup.start("all").await?, floor::start(setup).await?);
        pairs.push((ours.started_in.as_secs_f64() * 1000.0, bare.started_in.as_secs_f64() * 1000.0));
        ours.stop().await?;
        bare.stop().await?;
    }
    Ok(pairs)
}

/// `rss_idle`: resident memory of `storebot serve` after 10 000 requests.
pub(crate) async fn memory(report: &mut Report) -> Result<()> {
    let setup = Setup::new("rss", None)?;
    let resident = setup.tidy(resident(&setup)).await?;
    report.add("rss_idle", &Figure::plain(resident, "MB", Goal::ValueBelow(60.0)))
}

async fn resident(setup: &Setup) -> Result<f64> {
    let ours = setup.start("serve").await?;
    let (until, requests) = (Until::Each(REQUESTS / CONNECTIONS), create_requests(setup)?);
    Load { address: ours.address, connections: CONNECTIONS, until, statuses: &[202], requests }.run().await?;
    let resident = ours.resident()?;
    ours.stop().await?;
    Ok(resident)
}
