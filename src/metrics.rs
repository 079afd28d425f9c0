//! Numbers about storebot, for Prometheus. The names are public: dashboards and alerts rely on them.
//!
//! One [`Metrics`] is made by the composition root and handed down; there is no global registry. No
//! method takes a store's id or name, an actor or an address: a label with as many values as there
//! are stores would cost more than the stores do.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::domain::actor::Door;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::record::{Phase, StepName};

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
    token_refusals: Family<Reason, Counter>,
    issuer_fetches: Family<Fetch, Counter>,
    dead_letters: Gauge<u64, AtomicU64>,
    event_streams: Gauge<u64, AtomicU64>,
    cell_up: Gauges<Cell>,
    cell_stores: Gauges<Cell>,
    cell_capacity: Gauges<Cell>,
    cell_drained: Gauges<Cell>,
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

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Cell {
    cell: Arc<str>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Http {
    route: Arc<str>,
    method: &'static str,
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Route {
    route: Arc<str>,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Command {
    command: &'static str,
    door: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct State {
    state: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Provision {
    engine: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Step {
    step: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Stores {
    phase: &'static str,
    engine: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Helm {
    verb: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Status {
    status: u32,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Source {
    source: String,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Reason {
    reason: &'static str,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Fetch {
    issuer: String,
    outcome: &'static str,
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
            cell_up: Family::default(),
            cell_stores: Family::default(),
            cell_capacity: Family::default(),
            cell_drained: Family::default(),
        };
        inner.register();
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
        self.0.token_refusals.get_or_create(&Reason { reason }).inc();
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

    /// Jobs in one state, as counted just now.
    pub fn set_jobs(&self, state: &'static str, count: u64) {
        self.0.jobs.get_or_create(&State { state }).set(count);
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

    /// Jobs that were given up, as counted just now.
    pub fn set_dead_letters(&self, count: u64) {
        self.0.dead_letters.set(count);
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
        let mut out = String::with_capacity(16 * 1024);
        match text::encode(&mut out, &self.0.registry) {
            Ok(()) => out,
            // Writing into a `String` does not fail; an unfinished answer must not look whole.
            Err(_) => String::new(),
        }
    }
}

/// Counts an open stream of events.
#[derive(Debug)]
pub struct OpenStream(Metrics);

impl Drop for OpenStream {
    fn drop(&mut self) {
        self.0.0.event_streams.dec();
    }
}

impl Inner {
    /// Counters get `_total` appended when they are written.
    fn register(&mut self) {
        let r = &mut self.registry;
        r.register("http_requests", "Requests to the public listener", self.http_requests.clone());
        r.register("http_request_seconds", "Seconds to answer a request", self.http_seconds.clone());
        r.register("commands", "Commands by what became of them", self.commands.clone());
        r.register("jobs", "Jobs by state", self.jobs.clone());
        r.register("job_wait_seconds", "Seconds a job waited to be claimed", self.job_wait.clone());
        r.register("provision_seconds", "Seconds from a create to its end", self.provision.clone());
        r.register("step_seconds", "Seconds of each step of a create", self.step.clone());
        r.register("stores", "Stores by phase and engine", self.stores.clone());
        r.register("helm_seconds", "Seconds of each run of Helm", self.helm.clone());
        r.register(
            "ready_lag_seconds",
            "Seconds from a ready store to the message that says so",
            self.ready_lag.clone(),
        );
        r.register("discord_requests", "Calls to Discord by answer", self.discord_requests.clone());
        r.register("signature_failures", "Deliveries refused by signature", self.signature_failures.clone());
        r.register("token_refusals", "Bearer tokens refused by reason", self.token_refusals.clone());
        r.register("issuer_fetches", "Fetches of issuers' keys", self.issuer_fetches.clone());
        r.register("dead_letters", "Jobs that were given up", self.dead_letters.clone());
        r.register("event_streams", "Open streams of events", self.event_streams.clone());
        r.register("cell_up", "0: the cell answers no worker", self.cell_up.clone());
        r.register("cell_stores", "Living stores of a cell, sleeping ones in part", self.cell_stores.clone());
        r.register("cell_capacity", "Stores a cell has room for; 0: no limit", self.cell_capacity.clone());
        r.register("cell_drained", "1: the cell takes no new stores", self.cell_drained.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled() -> Metrics {
        let metrics = Metrics::new();
        metrics.http_request(&Arc::from("/v1/stores"), "POST", 202, 0.002);
        metrics.command(CommandKind::Create, Door::Webhook, "accepted");
        metrics.signature_failure("ci");
        metrics.token_refusal("expired");
        metrics.issuer_fetch("github", true);
        metrics.helm("upgrade", "ok", 3.0);
        metrics.ready_lag(0.2);
        metrics.provision(Engine::Medusa, "ready", 42.0);
        metrics.step(StepName::Namespace, 0.3);
        metrics.job_wait(0.01);
        metrics.discord_request(200);
        metrics.set_jobs("waiting", 3);
        metrics.set_stores(&[(Phase::Ready, Engine::Medusa, 7)]);
        metrics.set_dead_letters(1);
        metrics
    }

    #[test]
    fn the_public_names_are_written_as_promised() {
        let text = filled().encode();
        for line in [
            "storebot_http_requests_total{route=\"/v1/stores\",method=\"POST\",status=\"202\"} 1",
            "storebot_http_request_seconds_count{route=\"/v1/stores\"} 1",
            "storebot_commands_total{command=\"create\",door=\"webhook\",outcome=\"accepted\"} 1",
            "storebot_jobs{state=\"waiting\"} 3",
            "storebot_job_wait_seconds_count 1",
            "storebot_provision_seconds_count{engine=\"medusa\",outcome=\"ready\"} 1",
            "storebot_step_seconds_count{step=\"namespace\"} 1",
            "storebot_stores{phase=\"ready\",engine=\"medusa\"} 7",
            "storebot_stores{phase=\"failed\",engine=\"woocommerce\"} 0",
            "storebot_helm_seconds_count{verb=\"upgrade\",outcome=\"ok\"} 1",
            "storebot_ready_lag_seconds_count 1",
            "storebot_discord_requests_total{status=\"200\"} 1",
            "storebot_signature_failures_total{source=\"ci\"} 1",
            "storebot_token_refusals_total{reason=\"expired\"} 1",
            "storebot_issuer_fetches_total{issuer=\"github\",outcome=\"ok\"} 1",
            "storebot_dead_letters 1",
        ] {
            assert!(text.lines().any(|l| l == line), "{line}\nis not in\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn clones_count_together_and_gauges_forget() {
        let metrics = filled();
        metrics.clone().command(CommandKind::Create, Door::Webhook, "accepted");
        metrics.set_stores(&[]);
        let (stream, _other) = (metrics.open_stream(), metrics.open_stream());
        drop(stream);
        let text = metrics.encode();
        assert!(text.contains("outcome=\"accepted\"} 2"));
        assert!(text.contains("storebot_stores{phase=\"ready\",engine=\"medusa\"} 0"));
        assert!(text.contains("storebot_event_streams 1"));
    }
}
