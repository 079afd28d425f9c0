//! What comes in by webhook: five thousand deliveries of all kinds of senders from fifty connections, beside a bare
//! server that verifies a signature and writes one entry.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use anyhow::{Result, anyhow};
use jiff::Timestamp;
use storebot::config::WebhookSource;
use storebot::domain::webhook::sending::Occasion;

use crate::bot::Setup;
use crate::floor;
use crate::load::{Load, Outcome, Requests, Until};
use crate::report::{Figure, Goal, Report};

const CONNECTIONS: usize = 50;
const EACH: usize = 100;
const ROUNDS: usize = 5;
/// Before anything counts: connections, scripts and caches get warm.
const WARM_UP: usize = 10;

/// The sources' names and kinds; each has [`SECRET`].
pub(crate) const SOURCES: [(&str, &str); 4] =
    [("ci", "standard"), ("hub", "github"), ("lab", "gitlab"), ("pay", "stripe")];
pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `deliveries_p99`.
pub(crate) async fn burst(report: &mut Report) -> Result<()> {
    let setup = Setup::new("deliveries", None)?;
    let rounds = setup.tidy(delivering(&setup)).await?;
    let pairs: Vec<_> = rounds.iter().map(|(o, f)| (o.p99_ms, f.p99_ms)).collect();
    report.add("deliveries_p99", &Figure::paired(&pairs, "ms", Goal::ValueBelow(100.0)))
}

async fn delivering(setup: &Setup) -> Result<Vec<(Outcome, Outcome)>> {
    let (ours, bare) = (setup.start("serve").await?, floor::start(setup).await?);
    let requests = requests(setup)?;
    let load = |address, each| {
        let requests = Arc::clone(&requests);
        Load { address, connections: CONNECTIONS, until: Until::Each(each), statuses: &[200, 202], requests }
    };
    for address in [ours.address, bare.address] {
        load(address, WARM_UP).run().await?;
    }
    let mut rounds = Vec::new();
    for _ in 0..ROUNDS {
        let floor = load(bare.address, EACH).run().await?;
        rounds.push((load(ours.address, EACH).run().await?, floor));
    }
    ours.stop().await?;
    bare.stop().await?;
    Ok(rounds)
}

/// Each kind in turn: creates, and events that ask for nothing. Every tenth comes a second time.
fn requests(setup: &Setup) -> Result<Requests> {
    let find = |name: &str| setup.config.webhooks.iter().find(|source| source.name == name).cloned();
    let sources: Vec<WebhookSource> = SOURCES.iter().filter_map(|(name, _)| find(name)).collect();
    if sources.len() != SOURCES.len() {
        return Err(anyhow!("the benches' configuration has not all sources"));
    }
    let count = AtomicUsize::new(0);
    Ok(Arc::new(move |_, buffer| {
        let turn = count.fetch_add(1, Ordering::Relaxed);
        let number = turn - turn / 10 % 2;
        request(&sources[number % sources.len()], number, buffer);
    }))
}

fn request(source: &WebhookSource, number: usize, buffer: &mut Vec<u8>) {
    let (id, at) = (format!("evt_{number}"), Timestamp::now().as_second());
    let body = if source.name == "ci" {
        format!(r#"{{"type":"store.create","data":{{"name":"shop-{number:07}","engine":"medusa"}}}}"#)
    } else {
        let more = "x".repeat(2000);
        format!(r#"{{"id":"{id}","type":"customer.updated","object":"event","created":{at},"more":"{more}"}}"#)
    };
    let occasion = Occasion { id: &id, event: "push", timestamp: at };
    // A source of the benches' own has a secret; without its headers the delivery would be refused, and the bench fail.
    let lines = source.keys.sign(occasion, body.as_bytes()).map(|sent| sent.lines).unwrap_or_default();
    let headers: String = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let request = format!(
        "POST /webhooks/{} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{headers}content-length: {}\r\n\r\n{body}",
        source.name,
        body.len()
    );
    buffer.extend_from_slice(request.as_bytes());
}
