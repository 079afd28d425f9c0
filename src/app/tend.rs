//! The commands that tend to a storebot instead of being one.

use anyhow::{Context as _, Result};

use crate::care::{Care, report};
use crate::config::Config;

/// What an operator asks for.
#[derive(Clone, Debug)]
pub enum Tend {
    Rebuild { dry_run: bool },
    Examine { json: bool, drift: bool },
    Adopt(String),
    Remove(String),
}

/// Tends to the ledger and the clusters. Gives what is to be printed, and whether all is well.
///
/// # Errors
/// It could not be done.
pub async fn tend(config: &Config, what: Tend) -> Result<(String, bool)> {
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let care = Care::new(config).await.context("redis.url")?;
    Ok(match what {
        Tend::Rebuild { dry_run } => {
            let rebuilt = care.rebuild(dry_run).await?;
            (report::rebuilt(&rebuilt), rebuilt.is_whole())
        }
        Tend::Examine { json, drift } => {
            let findings = care.examine(drift).await;
            let text = if json { report::findings_json(&findings) } else { report::findings(&findings) };
            (text, findings.is_empty())
        }
        Tend::Adopt(namespace) => (report::rebuilt(&care.adopt(&namespace).await?), true),
        Tend::Remove(namespace) => {
            care.remove(&namespace).await?;
            (format!("{namespace} is being deleted"), true)
        }
    })
}
