//! What an operator does with the two truths: brings the ledger back from the clusters, and holds
//! everything against each other.
//!
//! Runs beside storebot as a command of its own, and may run beside any number of workers: whatever it
//! writes, it writes by the same scripts and only where asked. Reads page by page, so that its memory and
//! its load do not grow with the cluster's.

mod doctor;
mod doctor_cells;
mod doctor_redis;
mod finding;
mod orphans;
mod rebuild;
pub mod report;
mod sets;

use crate::cluster::Cluster;
use crate::config::{self, Config};
use crate::helm::Helm;
use crate::ledger::{Ledger, LedgerError};
pub use finding::{Area, Finding, Severity};
pub use orphans::Refused;
pub use rebuild::{Aside, Rebuilt, Row};

/// Everything that is held against each other.
pub struct Care {
    ledger: Ledger,
    helm: Helm,
    /// The configured cells, in their order.
    cells: Vec<CareCell>,
    /// Id and address of the operator's receivers of callbacks.
    receivers: Vec<(String, String)>,
}

struct CareCell {
    config: config::Cell,
    /// Or why its configuration cannot be used.
    cluster: Result<Cluster, String>,
}

impl Care {
    /// Asks nobody yet.
    ///
    /// # Errors
    /// The ledger's address is unusable.
    pub async fn new(config: &Config) -> Result<Self, LedgerError> {
        let ledger = Ledger::new(&config.redis, &config.retention)?;
        let mut cells = Vec::new();
        for cell in &config.cells {
            let cluster = Cluster::connect(cell).await.map_err(|error| error.to_string());
            cells.push(CareCell { config: cell.clone(), cluster });
        }
        let endpoints = config.callbacks.endpoints.iter();
        let receivers = endpoints.map(|it| (it.id.clone(), host(it.url.expose()))).collect();
        Ok(Self { ledger, helm: Helm::new(&config.helm), cells, receivers })
    }
}

/// Of an address that may hold a secret.
fn host(url: &str) -> String {
    url::Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}
