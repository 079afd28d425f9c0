//! Pages of the list with ten thousand stores in the ledger, for whoever may ask and with each kind of filter.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

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
const VARIANTS: [(&str, Who, &str); 10] = [
    ("list_10k_p99", Who::Admin, "limit=50"),
    ("list_10k_200_p99", Who::Admin, "limit=200"),
    ("list_10k_phase_p99", Who::Admin, "limit=50&phase=ready"),
    (RARE_P99, Who::Admin, "limit=50&phase=queued"),
    ("list_10k_none_p99", Who::Admin, "limit=50&phase=failed"),
    ("list_10k_name_p99", Who::Admin, "limit=50&sort=name"),
    // A hundred and some have it in their names, and none has.
    ("list_10k_search_p99", Who::Admin, "limit=50&q=99"),
    ("list_10k_lost_p99", Who::Admin, "limit=50&q=nothing"),
    ("list_10k_owner_p99", Who::Admin, "limit=50&owner=discord:100000000000000500"),
    ("list_10k_own_p99", Who::Owner, "limit=50"),
];

/// Beside a bare server that asks Redis for the same records.
const RARE_P99: &str = "list_10k_rare_p99";

#[derive(Clone, Copy)]
enum Who {
    Admin,
    /// Of [`OWN`] stores.
    Owner,
}

/// The first page of the dashboard.
const BOARD: &str = "board_10k";

/// What came of it.
struct Measured {
    /// Of each variant, in ms.
    variants: Vec<f64>,
    /// Of the rare one's floor.
    floor: f64,
    board: Board,
}

/// The dashboard's list, in ms and as it is sent.
struct Board {
    alone: f64,
    bare: f64,
    beside_others: f64,
    kilobytes: f64,
}

/// All of [`VARIANTS`], in ms.
pub(crate) async fn ten_thousand(report: &mut Report) -> Result<()> {
    let setup = Setup::new("list10k", None)?;
    let Measured { variants, floor, board } = setup.tidy(listing(&setup)).await?;
    for ((name, ..), p99) in VARIANTS.into_iter().zip(variants) {
        let figure = Figure::plain(p99, "ms", Goal::ValueBelow(20.0));
        let paired = || Figure::paired(&[(p99, floor)], "ms", Goal::ValueBelow(20.0));
        report.add(name, &if name == RARE_P99 { paired() } else { figure })?;
    }
    report.add(BOARD, &Figure::paired(&[(board.alone, board.bare)], "ms", Goal::ValueBelow(50.0)))?;
    report.add("board_10k_p99", &Figure::plain(board.beside_others, "ms", Goal::ValueBelow(50.0)))?;
    report.add("board_10k_size", &Figure::plain(board.kilobytes, "kB", Goal::ValueBelow(50.0)))
}

async fn listing(setup: &Setup) -> Result<Measured> {
    line::rest(setup, STORES, RARE).await?;
    let (ours, bare) = (setup.start("serve").await?, floor::start(setup).await?);
    let requests = create_requests(setup)?;
    Load { address: ours.address, connections: 1, until: Until::Each(OWN), statuses: &[202], requests }.run().await?;
    let mut variants = Vec::new();
    for (_, who, query) in VARIANTS {
        variants.push(p99(ours.address, CONNECTIONS, &asking(setup, who, query)?).await?);
    }
    let rare: Requests = Arc::new(|_, buffer| buffer.extend_from_slice(RARE_PAGE.as_bytes()));
    let floor = p99(bare.address, CONNECTIONS, &rare).await?;
    let board = board(setup, ours.address, bare.address).await?;
    ours.stop().await?;
    bare.stop().await?;
    Ok(Measured { variants, floor, board })
}

/// As an administrator who has signed in sees it, beside a bare server that asks Redis for 200 records.
async fn board(setup: &Setup, ours: SocketAddr, bare: SocketAddr) -> Result<Board> {
    let token = storebot::app::mint_token(&setup.config, "reader", "admin", "1h")?;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", &token).finish();
    let sign_in = http.post(format!("http://{ours}/sign-in")).header("sec-fetch-site", "same-origin");
    let sign_in = sign_in.header("content-type", "application/x-www-form-urlencoded").body(form).send().await?;
    let set = sign_in.headers().get("set-cookie").context("not signed in")?.to_str()?;
    let cookie = set.split(';').next().unwrap_or_default().to_owned();
    let page = http.get(format!("http://{ours}/")).header("cookie", &cookie).header("accept-encoding", "gzip, br");
    let page = page.send().await?.error_for_status()?;
    ensure!(page.headers().contains_key("content-encoding"), "not compressed");
    let kilobytes = page.bytes().await?.len() as f64 / 1000.0;
    let request = format!("GET / HTTP/1.1\r\nhost: bench\r\ncookie: {cookie}\r\naccept-encoding: gzip, br\r\n\r\n");
    let requests: Requests = Arc::new(move |_, buffer| buffer.extend_from_slice(request.as_bytes()));
    let raw: Requests = Arc::new(|_, buffer| buffer.extend_from_slice(RAW_PAGE.as_bytes()));
    Ok(Board {
        alone: p99(ours, 1, &requests).await?,
        bare: p99(bare, 1, &raw).await?,
        beside_others: p99(ours, CONNECTIONS, &requests).await?,
        kilobytes,
    })
}

const RARE_PAGE: &str = "GET /v1/stores/rare HTTP/1.1\r\nhost: bench\r\n\r\n";
const RAW_PAGE: &str = "GET /v1/stores HTTP/1.1\r\nhost: bench\r\n\r\n";

/// Median of the rounds.
async fn p99(address: SocketAddr, connections: usize, requests: &Requests) -> Result<f64> {
    let of = |until| Load { address, connections, until, statuses: &[200], requests: Arc::clone(requests) };
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
