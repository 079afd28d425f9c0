//! The commands that tend to a storebot instead of being one.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use rand::Rng as _;

use super::checkup;
use crate::care::{Care, Finding, report};
use crate::commands::{CellLook, Commands};
use crate::config::Config;
use crate::domain::Bits;
use crate::domain::actor::{Actor, ActorId, Door, Role};
use crate::domain::audit::{Asker, Origin};
use crate::domain::outcome::Refusal;
use crate::domain::quota::Resource;
use crate::ledger::Ledger;
use crate::limits::Limits;
use crate::text;

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
    /// Lists the cells.
    Cells {
        json: bool,
    },
    /// Has a cell take new stores no more (`true`), or again.
    Drain {
        cell: String,
        drained: bool,
    },
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
        Tend::Cells { json } => cells(config, json).await?,
        Tend::Drain { cell, drained } => drain(config, &cell, drained).await?,
    })
}

/// The door of the command line: what it asks is held against the same table as everything, and audited.
struct Console {
    commands: Commands,
    actor: Actor,
    origin: Origin,
}

impl Console {
    fn new(config: &Config) -> Result<Self> {
        let ledger = Ledger::new(&config.redis, &config.retention).context("redis.url")?;
        let bits: Bits = Arc::new(|| rand::rng().random());
        let commands = Commands::new(ledger, Arc::new(Limits::new(&config.limits)), config, bits);
        let actor = Actor { id: ActorId::new("operator"), role: Role::Admin, org: None };
        Ok(Self { commands, actor, origin: Origin::default() })
    }

    fn asker(&self) -> Asker<'_> {
        Asker { actor: &self.actor, door: Door::Console, origin: &self.origin, at: Timestamp::now() }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape map_err wants")]
fn in_words(refusal: Refusal) -> anyhow::Error {
    let words = text::refusal::refusal(crate::domain::lang::Lang::En, &refusal);
    anyhow::anyhow!("{}. {}", words.title, words.detail)
}

async fn cells(config: &Config, json: bool) -> Result<(String, bool)> {
    let console = Console::new(config)?;
    let looks = console.commands.cells(console.asker()).await.map_err(in_words)?;
    Ok((if json { cells_json(&looks) } else { cells_table(&looks) }, true))
}

async fn drain(config: &Config, cell: &str, drained: bool) -> Result<(String, bool)> {
    let console = Console::new(config)?;
    let look = console.commands.drain(console.asker(), cell, drained).await.map_err(in_words)?;
    let told = match (drained, look.is_open()) {
        (true, _) => format!("{cell} takes no new stores; those that are there go on"),
        (false, true) => format!("{cell} takes new stores"),
        (false, false) => format!("{cell} stays drained: the configuration says so (cells.drain)"),
    };
    Ok((told, drained || look.is_open()))
}

fn cells_table(looks: &[CellLook]) -> String {
    let mut rows = vec![["CELL", "STATE", "HEALTH", "STORES", "CPU", "MEMORY", "DISK", "DOMAIN"].map(str::to_owned)];
    for look in looks {
        let room = |resource: Resource| match look.share.of(resource) {
            (used, 0) => resource.show(used),
            (used, limit) => format!("{} of {}", resource.show(used), resource.show(limit)),
        };
        let [stores, cpu, memory, disk] = Resource::ALL.map(room);
        let domain = look.configured.as_ref().map_or("-", |cell| cell.domain.as_str());
        let [state, health] = [look.standing(), look.health.as_str()].map(str::to_owned);
        rows.push([look.name.clone(), state, health, stores, cpu, memory, disk, domain.to_owned()]);
    }
    let mut lines = report::table(&rows);
    let why = |look: &CellLook| look.why.as_ref().map(|why| format!("{} does not answer: {why}", look.name));
    lines.extend(looks.iter().filter_map(why));
    lines.join("\n")
}

fn cells_json(looks: &[CellLook]) -> String {
    let of = |look: &CellLook| {
        let room = Resource::ALL.map(|resource| {
            let (used, limit) = look.share.of(resource);
            (resource.as_str().to_owned(), serde_json::json!({ "used": used, "limit": (limit > 0).then_some(limit) }))
        });
        let phases = look.phases.iter().map(|(phase, stores)| (phase.as_str().to_owned(), (*stores).into()));
        serde_json::json!({
            "name": look.name, "state": look.standing(), "health": look.health.as_str(), "reason": look.why,
            "domain": look.configured.as_ref().map(|cell| &cell.domain),
            "room": room.into_iter().collect::<serde_json::Map<_, _>>(),
            "phases": phases.collect::<serde_json::Map<_, _>>(),
        })
    };
    format!("{:#}", serde_json::json!({ "cells": looks.iter().map(of).collect::<Vec<_>>() }))
}
