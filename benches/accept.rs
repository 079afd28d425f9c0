//! How fast commands are taken and questions answered: `storebot serve` beside the bare server.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::Result;

use crate::bot::{Process, Setup};
use crate::floor;
use crate::load::{Load, Outcome, Requests, Until};
use crate::report::{Figure, Goal, Report, median};

const CONNECTIONS: usize = 50;
const LIST_CONNECTIONS: usize = 10;
const STORES: usize = 200;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_secs(2);
/// Before anything counts: connections, scripts and caches get warm.
const WARM_UP: Duration = Duration::from_millis(500);

/// `accept_create`, `accept_create_p99`, `load_generator`.
pub(crate) async fn creates(report: &mut Report) -> Result<()> {
    let setup = Setup::new("accept", None)?;
    let rounds = setup.tidy(creating(&setup)).await?;
    let pairs: Vec<_> = rounds.iter().map(|(o, f)| (o.per_second, f.per_second)).collect();
    report.add("accept_create", &Figure::paired(&pairs, "creates/s", Goal::RatioAtLeast(0.7)))?;
    let pairs: Vec<_> = rounds.iter().map(|(o, f)| (o.p99_ms, f.p99_ms)).collect();
    report.add("accept_create_p99", &Figure::paired(&pairs, "ms", Goal::RatioBelow(2.0)))?;
    let busy = 100.0 * median(rounds.iter().flat_map(|(o, f)| [o.busy, f.busy]));
    report.add("load_generator", &Figure::plain(busy, "% of a core", Goal::ValueBelow(90.0)))
}

async fn creating(setup: &Setup) -> Result<Vec<(Outcome, Outcome)>> {
    let (ours, bare) = (setup.start("serve").await?, floor::start(setup).await?);
    let load = |process: &Process| -> Result<Load> {
        let (address, until) = (process.address, Until::Elapsed(ROUND));
        Ok(Load { address, connections: CONNECTIONS, until, statuses: &[202], requests: create_requests(setup)? })
    };
    let rounds = in_turns(&load(&ours)?, &load(&bare)?).await?;
    ours.stop().await?;
    bare.stop().await?;
    Ok(rounds)
}

/// `list_200`, `list_200_p99`.
pub(crate) async fn lists(report: &mut Report) -> Result<()> {
    let setup = Setup::new("list", None)?;
    let rounds = setup.tidy(listing(&setup)).await?;
    let pairs: Vec<_> = rounds.iter().map(|(o, f)| (o.per_second, f.per_second)).collect();
    report.add("list_200", &Figure::paired(&pairs, "lists/s", Goal::RatioAtLeast(0.3)))?;
    let pairs: Vec<_> = rounds.iter().map(|(o, f)| (o.p99_ms, f.p99_ms)).collect();
    report.add("list_200_p99", &Figure::paired(&pairs, "ms", Goal::RatioBelow(3.0)))
}

async fn listing(setup: &Setup) -> Result<Vec<(Outcome, Outcome)>> {
    let (ours, bare) = (setup.start("serve").await?, floor::start(setup).await?);
    let (each, requests) = (Until::Each(STORES / LIST_CONNECTIONS), create_requests(setup)?);
    let fill = Load { address: ours.address, connections: LIST_CONNECTIONS, until: each, statuses: &[202], requests };
    fill.run().await?;
    let request = format!(
        "GET /v1/stores?limit={STORES} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {}\r\n\r\n",
        storebot::app::mint_token(&setup.config, "reader", "admin", "1h")?
    );
    let requests: Requests = Arc::new(move |_, buffer| buffer.extend_from_slice(request.as_bytes()));
    let load = |process: &Process| {
        let (address, until) = (process.address, Until::Elapsed(ROUND));
        Load { address, connections: LIST_CONNECTIONS, until, statuses: &[200], requests: Arc::clone(&requests) }
    };
    let rounds = in_turns(&load(&ours), &load(&bare)).await?;
    ours.stop().await?;
    bare.stop().await?;
    Ok(rounds)
}

/// Rounds of (ours, floor), each pair close together in time.
async fn in_turns(ours: &Load, bare: &Load) -> Result<Vec<(Outcome, Outcome)>> {
    for load in [ours, bare] {
        Load { until: Until::Elapsed(WARM_UP), ..load.clone() }.run().await?;
    }
    let mut rounds = Vec::new();
    for round in 0..ROUNDS {
        // Who comes first changes, so that a trend of the machine favours nobody.
        rounds.push(if round % 2 == 0 {
            let floor = bare.run().await?;
            (ours.run().await?, floor)
        } else {
            let first = ours.run().await?;
            (first, bare.run().await?)
        });
    }
    Ok(rounds)
}

/// `POST /v1/stores`, each with a name of its own; each connection is somebody else's.
pub(crate) fn create_requests(setup: &Setup) -> Result<Requests> {
    let head = |index: usize| -> Result<String> {
        let token = setup.token(&format!("bench-{index}"))?;
        Ok(format!(
            "POST /v1/stores HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\
             content-type: application/json\r\ncontent-length: 46\r\n\r\n"
        ))
    };
    let heads: Vec<String> = (0..CONNECTIONS).map(head).collect::<Result<_>>()?;
    let count = AtomicU64::new(0);
    Ok(Arc::new(move |index, buffer| {
        let count = count.fetch_add(1, Ordering::Relaxed);
        buffer.extend_from_slice(heads[index % CONNECTIONS].as_bytes());
        let body = format!(r#"{{"name":"shop-{count:07}","engine":"{}"}}"#, floor::ENGINE);
        debug_assert_eq!(body.len(), 46);
        buffer.extend_from_slice(body.as_bytes());
    }))
}
