//! The commands that tend to a storebot instead of being one.

use std::path::PathBuf;

use anyhow::{Context as _, Result};

use super::checkup;
use crate::care::{Care, Finding, report};
use crate::config::Config;

/// What an operator asks for.
#[derive(Clone, Debug)]
pub enum Tend {
    Rebuild {
        dry_run: bool,
    },
    /// `file`: where the configuration was read from.
    Examine {
        json: bool,
        drift: bool,
        file: Option<PathBuf>,
    },
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
        Tend::Examine { json, drift, file } => {
            let mut findings = care.examine(drift).await;
            findings.extend(checkup::examine(config, file.as_deref()).await);
            let text = if json { report::findings_json(&findings) } else { report::findings(&findings) };
            (text, !findings.iter().any(Finding::is_fault))
        }
        Tend::Adopt(namespace) => (report::rebuilt(&care.adopt(&namespace).await?), true),
        Tend::Remove(namespace) => {
            care.remove(&namespace).await?;
            (format!("{namespace} is being deleted"), true)
        }
    })
}
