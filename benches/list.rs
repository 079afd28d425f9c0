//! Pages of the list with ten thousand stores in the ledger, for whoever may ask and with each kind of filter.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;

use crate::accept::create_requests;
use crate::bot::Setup;
use crate::floor;
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
const VARIANTS: [(&str, Who, &str); 7] = [
    ("list_10k_p99", Who::Admin, "limit=50"),
    ("list_10k_200_p99", Who::Admin, "limit=200"),
    ("list_10k_phase_p99", Who::Admin, "limit=50&phase=ready"),
    (RARE_P99, Who::Admin, "limit=50&phase=queued"),
    ("list_10k_none_p99", Who::Admin, "limit=50&phase=failed"),
    ("list_10k_owner_p99", Who::Admin, "limit=50&owner=discord:100000000000000500"),
    ("list_10k_own_p99", Who::Owner, "limit=50"),
];

/// Beside a bare server that asks Redis for the phases of the same stores, one by one in one pipeline.
const RARE_P99: &str = "list_10k_rare_p99";

#[derive(Clone, Copy)]
enum Who {
    Admin,
    /// Of [`OWN`] stores.
    Owner,
}

/// All of [`VARIANTS`], in ms.
pub(crate) async fn ten_thousand(report: &mut Report) -> Result<()> {
    let setup = Setup::new("list10k", None)?;
    let (figures, floor) = setup.tidy(listing(&setup)).await?;
    for ((name, ..), p99) in VARIANTS.into_iter().zip(figures) {
        let figure = Figure::plain(p99, "ms", Goal::ValueBelow(20.0));
        let paired = || Figure::paired(&[(p99, floor)], "ms", Goal::ValueBelow(20.0));
        report.add(name, &if name == RARE_P99 { paired() } else { figure })?;
    }
    Ok(())
}

/// Of each variant, and the floor of the rare one.
async fn listing(setup: &Setup) -> Result<(Vec<f64>, f64)> {
    line::rest(setup, STORES, RARE).await?;
    let (ours, bare) = (setup.start("serve").await?, floor::start(setup).await?);
    let requests = create_requests(setup)?;
    Load { address: ours.address, connections: 1, until: Until::Each(OWN), statuses: &[202], requests }.run().await?;
    let mut figures = Vec::new();
    for (_, who, query) in VARIANTS {
        figures.push(p99(ours.address, &asking(setup, who, query)?).await?);
    }
    let phases: Requests = Arc::new(|_, buffer| buffer.extend_from_slice(PHASES.as_bytes()));
    let floor = p99(bare.address, &phases).await?;
    ours.stop().await?;
    bare.stop().await?;
    Ok((figures, floor))
}

const PHASES: &str = "GET /v1/stores/phases HTTP/1.1\r\nhost: bench\r\n\r\n";

/// Median of the rounds.
async fn p99(address: SocketAddr, requests: &Requests) -> Result<f64> {
    let of =
        |until| Load { address, connections: CONNECTIONS, until, statuses: &[200], requests: Arc::clone(requests) };
    of(Until::Elapsed(WARM_UP)).run().await?;
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        rounds.push(of(Until::Elapsed(ROUND)).run().await?.p99_ms);
    }
    Ok(median(rounds.into_iter()))
}

fn asking(setup: &Setup, who: Who, query: &str) -> Result<Requests> {
    let token = match who {
        Who::Admin => storebot::app::mint_token(&setup.config, "reader", "admin", "1h")?,
        Who::Owner => setup.token("bench-0")?,
    };
    let request = format!("GET /v1/stores?{query} HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer {token}\r\n\r\n");
    Ok(Arc::new(move |_, buffer| buffer.extend_from_slice(request.as_bytes())))
}
