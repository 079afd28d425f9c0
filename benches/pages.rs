//! What open pages cost: five hundred of the dashboard's in one process, each an event stream, of one store or of the
//! list; and how soon all of them are told that something has happened. The floor is a bare server that reads one
//! stream of Redis and writes each entry to as many connections.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use futures::future::try_join_all;
use jiff::Timestamp;
use redis::aio::MultiplexedConnection;
use storebot::domain::event::EventKind;
use storebot::domain::record::{Observed, Phase, StepName, StepState};
use storebot::domain::store::StoreId;
use storebot::ledger::{Claim, Claimed, Ledger, Report as Seen};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use crate::bot::{self, Process, Setup};
use crate::floor;
use crate::line;
use crate::report::{Figure, Goal, Report, median};

const PAGES: usize = 500;
/// A page of the list, full.
const STORES: u64 = 50;
/// Changes that each of them is told of.
const ROUNDS: usize = 15;
/// For memory to come to rest.
const REST: Duration = Duration::from_secs(3);
/// Longest time for all pages to be told.
const PATIENCE: Duration = Duration::from_secs(20);
const LEASE: Duration = Duration::from_secs(120);

/// In ms, of one change: the middle one of the pages, the one in a hundred that waits longest, and the last.
#[derive(Clone, Copy)]
struct Told {
    middle: f64,
    p99: f64,
    all: f64,
}

/// A page that is left open.
#[derive(Clone, Copy)]
enum Kind {
    Store,
    List,
}

impl Kind {
    /// What its figures are called: all pages and one, the change that all have been told, all but one in a hundred,
    /// and half of them.
    fn figures(self) -> [&'static str; 5] {
        match self {
            Self::Store => ["pages_500", "page_open", "pages_told", "pages_told_p99", "pages_told_middle"],
            Self::List => ["lists_500", "list_open", "lists_told", "lists_told_p99", "lists_told_middle"],
        }
    }

    /// Where it is, and what its stream's address stands behind there.
    fn place(self, store: &StoreId) -> (String, &'static str) {
        match self {
            Self::Store => (format!("/stores/{store}"), "data-live=\""),
            Self::List => ("/".to_owned(), "data-list=\""),
        }
    }

    /// What it is told of a change in.
    fn event(self) -> &'static str {
        match self {
            Self::Store => "event: change",
            Self::List => "event: rows",
        }
    }
}

/// `pages_500`, `page_open`, `pages_told`, `pages_told_p99`, `pages_told_middle`, and the same of the list.
pub(crate) async fn open(report: &mut Report) -> Result<()> {
    for kind in [Kind::Store, Kind::List] {
        let [all, one, told, told_p99, told_middle] = kind.figures();
        let setup = Setup::new(all.trim_end_matches("_500"), None)?;
        let (megabytes, ours, bare) = setup.tidy(measure(&setup, kind)).await?;
        report.add(all, &Figure::plain(megabytes, "MB", Goal::ValueBelow(50.0)))?;
        report.add(one, &Figure::plain(megabytes * 1024.0 / PAGES as f64, "kB", Goal::ValueBelow(100.0)))?;
        let mut times = |name, of: fn(&Told) -> f64| {
            let pairs: Vec<_> = ours.iter().map(of).zip(bare.iter().map(of)).collect();
            report.add(name, &Figure::paired(&pairs, "ms", Goal::ValueBelow(200.0)))
        };
        times(told, |told| told.all)?;
        times(told_p99, |told| told.p99)?;
        times(told_middle, |told| told.middle)?;
    }
    Ok(())
}

/// Megabytes that the pages take, and what they are told, beside the floor.
async fn measure(setup: &Setup, kind: Kind) -> Result<(f64, Vec<Told>, Vec<Told>)> {
    line::rest(setup, STORES, STORES).await?;
    let ledger = Ledger::new(&setup.config.redis, &setup.config.retention)?;
    let claim = claimed(&ledger).await?;
    let (server, bare) = (setup.start("serve").await?, floor::start(setup).await?);
    let cookie = sign_in(setup, &server).await?;
    let path = stream(&server, &cookie, kind.place(&claim.record.id)).await?;
    let request = format!("GET {path} HTTP/1.1\r\nhost: {}\r\ncookie: {cookie}\r\n\r\n", server.address);
    let page = (request.as_str(), kind.event());
    // Once before anything counts: what is made for the first one stays.
    drop(Pages::open(server.address, page, 10).await?);
    tokio::time::sleep(REST).await;
    let before = server.resident()?;
    let mut pages = Pages::open(server.address, page, PAGES).await?;
    tokio::time::sleep(REST).await;
    let opened = server.resident()?;
    let floor = ("GET /live HTTP/1.1\r\nhost: bench\r\n\r\n", "event: change");
    let mut entries = Pages::open(bare.address, floor, PAGES).await?;
    let (mut ours, mut floor, mut redis) = (Vec::new(), Vec::new(), connection().await?);
    for round in 0..ROUNDS {
        ours.push(pages.told(change(&ledger, &claim, round)).await?);
        floor.push(entries.told(entry(&mut redis, setup)).await?);
    }
    tokio::time::sleep(REST).await;
    let used = server.resident()?;
    println!("    {before:.1} MB before, {opened:.1} MB with {PAGES} pages, {used:.1} MB after {ROUNDS} changes");
    drop((pages, entries));
    server.stop().await?;
    bare.stop().await?;
    Ok((opened.max(used) - before, ours, floor))
}

async fn claimed(ledger: &Ledger) -> Result<Claim> {
    // `rest` has left it taken out of the line.
    let page = ledger.page(None, None, 1).await?;
    let (_, record) = page.items.first().context("no store")?;
    match ledger.claim(&record.id, "bench", LEASE).await? {
        Claimed::Mine(claim) => Ok(*claim),
        _ => bail!("{} is held", record.id),
    }
}

/// What a worker sees of a store that is being made.
async fn change(ledger: &Ledger, claim: &Claim, round: usize) -> Result<()> {
    let mut observed = Observed { phase: Phase::Installing, ..Observed::fresh(1) };
    let state = if round.is_multiple_of(2) { StepState::Running } else { StepState::Done };
    observed.set_step(StepName::Workloads, state, Timestamp::now());
    let seen = Seen { observed: &observed, kind: EventKind::Progress };
    ensure!(ledger.report(claim, seen).await?.is_ok(), "lost");
    Ok(())
}

async fn entry(redis: &mut MultiplexedConnection, setup: &Setup) -> Result<()> {
    let mut call = redis::cmd("XADD");
    call.arg(format!("{{{}}}:floor", setup.prefix)).arg(&["*", "d", "x"]);
    call.query_async::<String>(redis).await?;
    Ok(())
}

async fn connection() -> Result<MultiplexedConnection> {
    Ok(redis::Client::open(bot::variable("REDIS_URL")?)?.get_multiplexed_async_connection().await?)
}

/// The cookie of somebody who may see every store.
async fn sign_in(setup: &Setup, server: &Process) -> Result<String> {
    let token = storebot::app::mint_token(&setup.config, "reader", "admin", "1h")?;
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let request = http.post(format!("{}/sign-in", server.url())).header("sec-fetch-site", "same-origin");
    let form = url::form_urlencoded::Serializer::new(String::new()).append_pair("token", &token).finish();
    let answer = request.header("content-type", "application/x-www-form-urlencoded").body(form).send().await?;
    let set = answer.headers().get("set-cookie").and_then(|set| set.to_str().ok());
    let set = set.with_context(|| format!("not signed in: {}", answer.status()))?;
    Ok(set.split(';').next().unwrap_or_default().to_owned())
}

/// Where a page is told of what changes: it knows what it shows already.
async fn stream(server: &Process, cookie: &str, (page, before): (String, &str)) -> Result<String> {
    let request = reqwest::Client::new().get(format!("{}{page}", server.url())).header("cookie", cookie);
    let html = request.send().await?.error_for_status()?.text().await?;
    let (_, rest) = html.split_once(before).context("the page has no stream")?;
    Ok(rest.split('"').next().unwrap_or_default().replace("&#38;", "&"))
}

/// Open pages; closed when this is dropped.
struct Pages {
    count: usize,
    told: UnboundedReceiver<Instant>,
    _readers: JoinSet<Result<()>>,
}

impl Pages {
    /// By this request each, told in this event.
    async fn open(address: SocketAddr, (request, event): (&str, &'static str), count: usize) -> Result<Self> {
        let (teller, told) = unbounded_channel();
        let streams = try_join_all((0..count).map(|_| connect(address, request))).await?;
        let mut readers = JoinSet::new();
        for stream in streams {
            readers.spawn(read(stream, event, teller.clone()));
        }
        Ok(Self { count, told, _readers: readers })
    }

    /// Has something happen, and waits until each page has been told of it.
    async fn told(&mut self, happens: impl Future<Output = Result<()>>) -> Result<Told> {
        // What they were told when they were opened.
        tokio::time::sleep(Duration::from_millis(300)).await;
        while self.told.try_recv().is_ok() {}
        let began = Instant::now();
        happens.await?;
        let mut times = Vec::with_capacity(self.count);
        let all = async {
            while times.len() < self.count {
                let at = self.told.recv().await.context("the pages are closed")?;
                times.push(at.duration_since(began).as_secs_f64() * 1e3);
            }
            anyhow::Ok(())
        };
        tokio::time::timeout(PATIENCE, all).await.context("not all pages are told")??;
        times.sort_by(f64::total_cmp);
        let p99 = times[times.len() * 99 / 100];
        Ok(Told { middle: median(times.iter().copied()), p99, all: times[times.len() - 1] })
    }
}

/// Gives the stream behind its head.
async fn connect(address: SocketAddr, request: &str) -> Result<BufReader<TcpStream>> {
    let mut stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    stream.write_all(request.as_bytes()).await?;
    let mut stream = BufReader::with_capacity(16 << 10, stream);
    let mut line = String::new();
    stream.read_line(&mut line).await?;
    ensure!(line.starts_with("HTTP/1.1 200"), "{line}");
    while line.trim() != "" {
        line.clear();
        stream.read_line(&mut line).await?;
    }
    Ok(stream)
}

/// Says when each event has come whole: at the empty line behind it.
async fn read(mut stream: BufReader<TcpStream>, event: &'static str, told: UnboundedSender<Instant>) -> Result<()> {
    let (mut within, mut line) = (false, Vec::new());
    loop {
        line.clear();
        ensure!(stream.read_until(b'\n', &mut line).await? > 0, "closed");
        within |= line.starts_with(event.as_bytes());
        // A line of a chunk is none of the event's.
        if within && line == b"\n" {
            within = false;
            told.send(Instant::now())?;
        }
    }
}
