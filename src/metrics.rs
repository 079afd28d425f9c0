//! Numbers about storebot, for Prometheus. The names are public: dashboards and alerts rely on them.
//!
//! One [`Metrics`] is made by the composition root and handed down; there is no global registry. No
//! method takes a store's id or name, an actor or an address: a label with as many values as there
//! are stores would cost more than the stores do.

mod labels;
mod ongoing;
mod process;
pub mod table;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use prometheus_client::encoding::text;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Metric, Registry};

use crate::domain::actor::Door;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::record::{Phase, Reason, StepName};
use labels::{
    Build, Cell, Command, Failure, Fetch, ForgeCall, Helm, Http, Outcome, Provision, Route, Source, State, Status,
    Step, Stores, TokenRefusal,
};
pub use ongoing::{HelmRun, OpenStream, WorkedOn};

/// Content type of [`Metrics::encode`].
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Seconds of an answer: the goal of an accept is milliseconds, the timeout 10 s.
const ANSWER: [f64; 12] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// Seconds of work on a cluster: from a namespace to a shop whose images are pulled first.
const WORK: [f64; 12] = [0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0];

/// Cheap to clone; all clones count together.
#[derive(Clone, Debug)]
pub struct Metrics(Arc<Inner>);

type Gauges<L> = Family<L, Gauge<u64, AtomicU64>>;
type Histograms<L> = Family<L, Histogram, fn() -> Histogram>;

#[derive(Debug)]
struct Inner {
    registry: Registry,
    /// What is not storebot's alone, without its prefix.
    own: Registry,
    http_requests: Family<Http, Counter>,
    http_seconds: Histograms<Route>,
    commands: Family<Command, Counter>,
    jobs: Gauges<State>,
    job_wait: Histogram,
    provision: Histograms<Provision>,
    step: Histograms<Step>,
    stores: Gauges<Stores>,
    helm: Histograms<Helm>,
    ready_lag: Histogram,
    discord_requests: Family<Status, Counter>,
    signature_failures: Family<Source, Counter>,
    token_refusals: Family<TokenRefusal, Counter>,
    issuer_fetches: Family<Fetch, Counter>,
    dead_letters: Gauge<u64, AtomicU64>,
    event_streams: Gauge<u64, AtomicU64>,
    oldest_wait: Gauge<f64, AtomicU64>,
    oldest_running: Gauge<f64, AtomicU64>,
    workers: Gauge<u64, AtomicU64>,
    failures: Family<Failure, Counter>,
    helm_runs: Gauge<u64, AtomicU64>,
    forge_requests: Family<ForgeCall, Counter>,
    callback_attempts: Family<Outcome, Counter>,
    callbacks_pending: Gauge<u64, AtomicU64>,
    events_untold: Gauge<u64, AtomicU64>,
    redis_up: Gauge<u64, AtomicU64>,
    redis_durable: Gauge<u64, AtomicU64>,
    build: Gauges<Build>,
    cell_up: Gauges<Cell>,
    cell_stores: Gauges<Cell>,
    cell_capacity: Gauges<Cell>,
    cell_drained: Gauges<Cell>,
    /// Wishes that are being worked on, by a number of their own → when they were first taken up.
    running: Mutex<HashMap<u64, SystemTime>>,
    numbers: AtomicU64,
}

/// What the ledger says of the line, as read just now.
#[derive(Clone, Copy, Debug, Default)]
pub struct LineNumbers {
    pub waiting: u64,
    pub running: u64,
    pub delayed: u64,
    pub dead: u64,
    pub untold: u64,
    pub callbacks: u64,
    pub oldest_wait: Duration,
    pub workers: u64,
}

/// A cell as counted just now.
#[derive(Clone, Debug)]
pub struct CellNumbers {
    pub name: Arc<str>,
    /// Nothing is known against it.
    pub up: bool,
    pub drained: bool,
    pub stores: u64,
    /// 0: no limit.
    pub capacity: u64,
}

fn answer() -> Histogram {
    Histogram::new(ANSWER)
}

fn work() -> Histogram {
    Histogram::new(WORK)
}

fn histograms<L: Clone + std::hash::Hash + Eq>(make: fn() -> Histogram) -> Histograms<L> {
    Family::new_with_constructor(make)
}

impl Default for Metrics {
    fn default() -> Self {
        Self::new()
    }
}

impl Metrics {
    #[must_use]
    pub fn new() -> Self {
        let mut inner = Inner {
            registry: Registry::with_prefix("storebot"),
            own: Registry::default(),
            http_requests: Family::default(),
            http_seconds: histograms(answer),
            commands: Family::default(),
            jobs: Family::default(),
            job_wait: work(),
            provision: histograms(work),
            step: histograms(work),
            stores: Family::default(),
            helm: histograms(work),
            ready_lag: work(),
            discord_requests: Family::default(),
            signature_failures: Family::default(),
            token_refusals: Family::default(),
            issuer_fetches: Family::default(),
            dead_letters: Gauge::default(),
            event_streams: Gauge::default(),
            oldest_wait: Gauge::default(),
            oldest_running: Gauge::default(),
            workers: Gauge::default(),
            failures: Family::default(),
            helm_runs: Gauge::default(),
            forge_requests: Family::default(),
            callback_attempts: Family::default(),
            callbacks_pending: Gauge::default(),
            events_untold: Gauge::default(),
            redis_up: Gauge::default(),
            redis_durable: Gauge::default(),
            build: Family::default(),
            cell_up: Family::default(),
            cell_stores: Family::default(),
            cell_capacity: Family::default(),
            cell_drained: Family::default(),
            running: Mutex::default(),
            numbers: AtomicU64::default(),
        };
        inner.register();
        inner.build.get_or_create(&Build { version: env!("CARGO_PKG_VERSION") }).set(1);
        Self(Arc::new(inner))
    }

    /// A request to the public listener. `route` is the pattern, never the path; `method` one of
    /// the known ones.
    pub fn http_request(&self, route: &Arc<str>, method: &'static str, status: u16, seconds: f64) {
        let labels = Http { route: route.clone(), method, status: u32::from(status) };
        self.0.http_requests.get_or_create(&labels).inc();
        self.0.http_seconds.get_or_create(&Route { route: labels.route }).observe(seconds);
    }

    /// A command's answer: `accepted`, `replayed` or the kind of its refusal.
    pub fn command(&self, kind: CommandKind, door: Door, outcome: &'static str) {
        let labels = Command { command: kind.as_str(), door: door.as_str(), outcome };
        self.0.commands.get_or_create(&labels).inc();
    }

    /// A delivery or interaction whose signature did not hold. `source` is a configured name:
    /// callers write `unknown` for all others.
    pub fn signature_failure(&self, source: &str) {
        self.0.signature_failures.get_or_create(&Source { source: source.to_owned() }).inc();
    }

    /// A bearer token that was not taken.
    pub fn token_refusal(&self, reason: &'static str) {
        self.0.token_refusals.get_or_create(&TokenRefusal { reason }).inc();
    }

    /// One fetch of an issuer's keys. `issuer` is a configured name.
    pub fn issuer_fetch(&self, issuer: &str, ok: bool) {
        let outcome = if ok { "ok" } else { "failed" };
        self.0.issuer_fetches.get_or_create(&Fetch { issuer: issuer.to_owned(), outcome }).inc();
    }

    /// One run of Helm.
    pub fn helm(&self, verb: &'static str, outcome: &'static str, seconds: f64) {
        self.0.helm.get_or_create(&Helm { verb, outcome }).observe(seconds);
    }

    /// From the moment a shop was seen to be ready to the moment a person's message said so.
    pub fn ready_lag(&self, seconds: f64) {
        self.0.ready_lag.observe(seconds);
    }

    /// From a create to its end.
    pub fn provision(&self, engine: Engine, outcome: &'static str, seconds: f64) {
        self.0.provision.get_or_create(&Provision { engine: engine.as_str(), outcome }).observe(seconds);
    }

    /// One step of a create.
    pub fn step(&self, step: StepName, seconds: f64) {
        self.0.step.get_or_create(&Step { step: step.as_str() }).observe(seconds);
    }

    /// From the appending of a job to its claim.
    pub fn job_wait(&self, seconds: f64) {
        self.0.job_wait.observe(seconds);
    }

    /// A call to Discord by the status it was answered with; 0 when there was no answer.
    pub fn discord_request(&self, status: u16) {
        self.0.discord_requests.get_or_create(&Status { status: u32::from(status) }).inc();
    }

    /// The line, as read just now.
    pub fn set_line(&self, line: &LineNumbers) {
        let jobs = [("waiting", line.waiting), ("running", line.running), ("delayed", line.delayed)];
        for (state, count) in jobs {
            self.0.jobs.get_or_create(&State { state }).set(count);
        }
        self.0.dead_letters.set(line.dead);
        self.0.events_untold.set(line.untold);
        self.0.callbacks_pending.set(line.callbacks);
        self.0.oldest_wait.set(line.oldest_wait.as_secs_f64());
        self.0.workers.set(line.workers);
    }

    /// Whether the ledger answers, and what is known of how well it keeps what it acknowledges.
    pub fn set_redis(&self, up: bool, durable: bool) {
        self.0.redis_up.set(u64::from(up));
        self.0.redis_durable.set(u64::from(durable));
    }

    /// The configured cells, as counted just now.
    pub fn set_cells(&self, cells: &[CellNumbers]) {
        for CellNumbers { name, up, drained, stores, capacity } in cells {
            let labels = Cell { cell: Arc::clone(name) };
            self.0.cell_up.get_or_create(&labels).set(u64::from(*up));
            self.0.cell_stores.get_or_create(&labels).set(*stores);
            self.0.cell_capacity.get_or_create(&labels).set(*capacity);
            self.0.cell_drained.get_or_create(&labels).set(u64::from(*drained));
        }
    }

    /// A store has failed. `reason`: one of ours; what an older or newer storebot wrote is `other`.
    pub fn failure(&self, engine: Engine, reason: Option<Reason>) {
        let reason = reason.map_or("other", Reason::as_str);
        self.0.failures.get_or_create(&Failure { engine: engine.as_str(), reason }).inc();
    }

    /// A call to a forge by the status it was answered with; 0 when there was no answer.
    pub fn forge_request(&self, forge: &'static str, status: u16) {
        self.0.forge_requests.get_or_create(&ForgeCall { forge, status: u32::from(status) }).inc();
    }

    /// An attempt to deliver a callback.
    pub fn callback_attempt(&self, outcome: &'static str) {
        self.0.callback_attempts.get_or_create(&Outcome { outcome }).inc();
    }

    /// Helm runs until what this gives is dropped.
    #[must_use]
    pub fn run_helm(&self) -> HelmRun {
        self.0.helm_runs.inc();
        HelmRun(self.clone())
    }

    /// A wish that was first taken up then is worked on until what this gives is dropped.
    #[must_use]
    pub fn work_on(&self, since: SystemTime) -> WorkedOn {
        let number = self.0.numbers.fetch_add(1, Ordering::Relaxed);
        self.0.running().insert(number, since);
        WorkedOn { metrics: self.clone(), number }
    }

    /// All stores, as counted just now. What is not named has none.
    pub fn set_stores(&self, counts: &[(Phase, Engine, u64)]) {
        for phase in Phase::ALL {
            for engine in Engine::ALL {
                let count = counts.iter().filter(|c| (c.0, c.1) == (phase, engine)).map(|c| c.2).sum();
                let labels = Stores { phase: phase.as_str(), engine: engine.as_str() };
                self.0.stores.get_or_create(&labels).set(count);
            }
        }
    }

    /// A stream of events is open until what this gives is dropped.
    #[must_use]
    pub fn open_stream(&self) -> OpenStream {
        self.0.event_streams.inc();
        OpenStream(self.clone())
    }

    /// All of it in OpenMetrics text ([`CONTENT_TYPE`]).
    #[must_use]
    pub fn encode(&self) -> String {
        self.0.oldest_running.set(self.0.longest_running(SystemTime::now()));
        let mut out = String::with_capacity(32 * 1024);
        let written = text::encode_registry(&mut out, &self.0.registry)
            .and_then(|()| text::encode_registry(&mut out, &self.0.own))
            .and_then(|()| text::encode_eof(&mut out));
        match written {
            Ok(()) => out,
            // Writing into a `String` does not fail; an unfinished answer must not look whole.
            Err(_) => String::new(),
        }
    }
}

impl Inner {
    fn running(&self) -> std::sync::MutexGuard<'_, HashMap<u64, SystemTime>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// In seconds; 0 where nothing runs.
    fn longest_running(&self, now: SystemTime) -> f64 {
        let first = self.running().values().min().copied();
        first.and_then(|first| now.duration_since(first).ok()).unwrap_or_default().as_secs_f64()
    }

    /// Names here are those of the table without what it has in common; counters get `_total` when they are written.
    fn register(&mut self) {
        let r = &mut self.registry;
        add(r, "http_requests", self.http_requests.clone());
        add(r, "http_request_seconds", self.http_seconds.clone());
        add(r, "commands", self.commands.clone());
        add(r, "jobs", self.jobs.clone());
        add(r, "job_wait_seconds", self.job_wait.clone());
        add(r, "provision_seconds", self.provision.clone());
        add(r, "step_seconds", self.step.clone());
        add(r, "stores", self.stores.clone());
        add(r, "helm_seconds", self.helm.clone());
        add(r, "ready_lag_seconds", self.ready_lag.clone());
        add(r, "discord_requests", self.discord_requests.clone());
        add(r, "signature_failures", self.signature_failures.clone());
        add(r, "token_refusals", self.token_refusals.clone());
        add(r, "issuer_fetches", self.issuer_fetches.clone());
        add(r, "dead_letters", self.dead_letters.clone());
        add(r, "event_streams", self.event_streams.clone());
        add(r, "job_oldest_wait_seconds", self.oldest_wait.clone());
        add(r, "job_oldest_running_seconds", self.oldest_running.clone());
        add(r, "workers", self.workers.clone());
        add(r, "failures", self.failures.clone());
        add(r, "helm_runs", self.helm_runs.clone());
        add(r, "forge_requests", self.forge_requests.clone());
        add(r, "callback_attempts", self.callback_attempts.clone());
        add(r, "callbacks_pending", self.callbacks_pending.clone());
        add(r, "events_untold", self.events_untold.clone());
        add(r, "redis_up", self.redis_up.clone());
        add(r, "redis_durable", self.redis_durable.clone());
        add(r, "build_info", self.build.clone());
        add(r, "cell_up", self.cell_up.clone());
        add(r, "cell_stores", self.cell_stores.clone());
        add(r, "cell_capacity", self.cell_capacity.clone());
        add(r, "cell_drained", self.cell_drained.clone());
        self.own.register_collector(Box::new(process::Process));
    }
}

fn add(registry: &mut Registry, name: &'static str, metric: impl Metric) {
    let help = table::find(&format!("storebot_{name}")).map_or("", |row| row.help);
    registry.register(name, help, metric);
}

#[cfg(test)]
mod tests;
