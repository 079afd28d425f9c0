//! Pages of the list with ten thousand stores in the ledger, for whoever may ask and with each kind of filter.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::accept::create_requests;
use crate::bot::Setup;
use crate::line;
use crate::load::{Load, Requests, Until};
use crate::report::{Figure, Goal, Report, median};

const STORES: u64 = 10_000;
/// Of them, the oldest that are in another phase than all others: what a filter has to look for longest.
const RARE: u64 = 20;
/// And so many of the one who asks for its own.
const OWN: usize = 10;
const CONNECTIONS: usize = 10;
const ROUNDS: usize = 5;
const ROUND: Duration = Duration::from_secs(2);
const WARM_UP: Duration = Duration::from_millis(500);

/// Name of the figure, who asks, and what for.
const VARIANTS: [(&str, Who, &str); 6] = [
    ("list_10k_p99", Who::Admin, "limit=50"),
    ("list_10k_200_p99", Who::Admin, "limit=200"),
    ("list_10k_phase_p99", Who::Admin, "limit=50&phase=ready"),
    ("list_10k_rare_p99", Who::Admin, "limit=50&phase=queued"),
    ("list_10k_owner_p99", Who::Admin, "limit=50&owner=discord:100000000000000500"),
    ("list_10k_own_p99", Who::Owner, "limit=50"),
];

#[derive(Clone, Copy)]
enum Who {
    Admin,
    /// Of [`OWN`] stores.
    Owner,
}

/// All of [`VARIANTS`], in ms.
pub(crate) async fn ten_thousand(report: &mut Report) -> Result<()> {
    let setup = Setup::new("list10k", None)?;
    let figures = setup.tidy(listing(&setup)).await?;
    for ((name, ..), p99) in VARIANTS.into_iter().zip(figures) {
        report.add(name, &Figure::plain(p99, "ms", Goal::ValueBelow(20.0)))?;
    }
    Ok(())
}

async fn listing(setup: &Setup) -> Result<Vec<f64>> {
    line::rest(setup, STORES, RARE).await?;
    let ours = setup.start("serve").await?;
    let load =
        |requests, connections, until, statuses| Load { address: ours.address, connections, until, statuses, requests };
    load(create_requests(setup)?, 1, Until::Each(OWN), &[202]).run().await?;
    let mut figures = Vec::new();
    for (_, who, query) in VARIANTS {
        let requests = asking(setup, who, query)?;
        let of = |until| load(Arc::clone(&requests), CONNECTIONS, until, &[200]);
        of(Until::Elapsed(WARM_UP)).run().await?;
        let mut rounds = Vec::new();
        for _ in 0..ROUNDS {
            rounds.push(of(Until::Elapsed(ROUND)).run().await?.p99_ms);
        }
        figures.push(median(rounds.into_iter()));
    }
    ours.stop().await?;
    Ok(figures)
}

fn asking(setup: &Setup, who: Who, query: &str) -> Result<Requests> {
    let token = match who {
        Who::Admin => storebot::app::mint_token(&setup.config, "reader", "admin", "1h")?,
        Who::Owner => setup.token("bench-0")?,
    };
    let request = format!("GET /v1/stores?{query} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
    Ok(Arc::new(move |_, buffer| buffer.extend_from_slice(request.as_bytes())))
}
