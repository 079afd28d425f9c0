//! Records brought back from the second truth, and what the ledger keeps beside its records held
//! against them.

use std::collections::{BTreeMap, BTreeSet};

use redis::AsyncCommands as _;

use super::admission::in_ms;
use super::lists::index_member;
use super::record::{json, numbers, unwritable};
use super::{Ledger, LedgerError, asked, seen};
use crate::domain::actor::{ActorId, OrgId};
use crate::domain::event::Note;
use crate::domain::record::{Phase, Record, Want};
use crate::domain::store::{StoreId, StoreName};

/// What a restore found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Restored {
    /// It was unknown and is known now.
    New,
    /// It was unknown; its name belongs to this other store, and it has none now.
    Unnamed { holder: StoreId },
    /// It was unknown; it has got its name back from this other store, which is going.
    Renamed { holder: StoreId },
    /// The ledger knows the store: nothing was written.
    Known,
    /// The ledger knows the store, by an older fence than its namespace: that was raised.
    Raised,
    /// The ledger, which came from a backup, knew the store as it was before: what its namespace tells stands now.
    CaughtUp,
}

/// What a namespace was last written with.
#[derive(Clone, Copy, Debug)]
pub struct Written {
    /// The highest that is known of; claims begin above it.
    pub fence: u64,
    /// Of the wish.
    pub generation: u64,
}

impl Ledger {
    /// Writes a record that the ledger does not know, or knows as it was before, and has a worker look at it. Safe to repeat, and beside running workers.
    ///
    /// # Errors
    /// `Unavailable`: whether it was written is unknown.
    pub async fn restore(&self, record: &Record, written: Written) -> Result<Restored, LedgerError> {
        let (spec, desired) = (&record.spec, &record.desired);
        let gives_way = self.gives_way(record).await?;
        let mut call = self.scripts.restore.prepare_invoke();
        call.key(self.keys.store(&record.id))
            .key(&self.keys.names)
            .key(self.keys.alive(&spec.owner))
            .key(&self.keys.stores)
            .key(self.keys.of(&spec.owner));
        self.line_keys(&mut call);
        let [org_alive, org_taken] = self.keys.of_org(spec.org.as_ref());
        call.key(&self.keys.events).key(self.keys.log(&record.id)).key(&self.keys.counts);
        call.key(self.keys.taken(&spec.owner)).key(org_alive).key(org_taken);
        call.key(self.keys.spec(&record.id)).key(self.keys.seen(&record.id)).key(&self.keys.leases);
        let [counted, taken] = self.keys.of_cell(&spec.cell);
        call.key(&self.keys.cells).key(counted).key(taken).key(&self.keys.lists);
        call.arg(record.id.as_str())
            .arg(spec.name.as_str())
            .arg(spec.owner.as_str())
            .arg(asked::write(spec).map_err(unwritable)?)
            .arg(desired.want.as_str())
            .arg(desired.task.as_str())
            .arg(desired.generation)
            .arg(seen::write(&record.observed).map_err(unwritable)?)
            .arg(record.version)
            .arg(record.phase().as_str())
            .arg(spec.engine.as_str())
            .arg(written.fence)
            .arg(index_member(record))
            .arg(gives_way.as_ref().map_or("", StoreId::as_str))
            .arg(json(&Note::seen(record))?);
        self.log_args(&mut call);
        call.arg(numbers(spec.size)).arg(spec.org.as_ref().map_or("", OrgId::as_str));
        call.arg(in_ms(desired.extended_to)).arg(in_ms(desired.removes_at)).arg(in_ms(record.expires_at()));
        call.arg(in_ms(desired.sleeps_at)).arg(written.generation).arg(&spec.cell).arg(in_ms(spec.expires_at));
        let answer: Vec<String> = call.invoke_async(&mut self.connection()).await?;
        let holder = || {
            let id = answer.get(1).and_then(|id| StoreId::parse(id));
            id.ok_or_else(|| LedgerError::Unreadable { key: self.keys.names.clone(), why: "no store id".to_owned() })
        };
        Ok(match answer.first().map_or("", String::as_str) {
            "known" => Restored::Known,
            "raised" => Restored::Raised,
            "caught-up" => Restored::CaughtUp,
            "unnamed" => Restored::Unnamed { holder: holder()? },
            "renamed" => Restored::Renamed { holder: holder()? },
            _ => Restored::New,
        })
    }

    /// What [`Ledger::restore`] would find now.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn would_restore(&self, record: &Record, written: Written) -> Result<Restored, LedgerError> {
        let fields = &["fence", "gen", "ver", "phase"];
        let known: (Option<u64>, Option<u64>, Option<u64>, Option<String>) =
            self.connection().hmget(self.keys.store(&record.id), fields).await?;
        if let (Some(known), generation, version, phase) = known {
            // As `restore.lua` decides it.
            let (generation, version) = (generation.unwrap_or(0), version.unwrap_or(0));
            let asked = written.generation;
            let older = asked > generation || (asked == generation && record.version > version + 1);
            return Ok(match () {
                () if older && phase.as_deref() != Some(Phase::Deleted.as_str()) => Restored::CaughtUp,
                () if known < written.fence => Restored::Raised,
                () => Restored::Known,
            });
        }
        Ok(match (self.holder(&record.spec.name).await?, self.gives_way(record).await?) {
            (_, Some(holder)) => Restored::Renamed { holder },
            (Some(holder), None) if holder != record.id => Restored::Unnamed { holder },
            _ => Restored::New,
        })
    }

    /// The store that has this one's name and must give it back: this one is wanted, and that one is
    /// going or has no record.
    async fn gives_way(&self, record: &Record) -> Result<Option<StoreId>, LedgerError> {
        let holder = self.holder(&record.spec.name).await?;
        let Some(holder) = holder.filter(|h| *h != record.id && record.desired.want != Want::Absent) else {
            return Ok(None);
        };
        let has_a_claim = self.record(&holder).await?.is_some_and(|r| r.desired.want != Want::Absent);
        Ok((!has_a_claim).then_some(holder))
    }

    /// The living store that has a name.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn holder(&self, name: &StoreName) -> Result<Option<StoreId>, LedgerError> {
        let id: Option<String> = self.connection().hget(&self.keys.names, name.as_str()).await?;
        Ok(id.as_deref().and_then(StoreId::parse))
    }

    /// All names of living stores.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn names(&self) -> Result<BTreeMap<String, StoreId>, LedgerError> {
        let all: BTreeMap<String, String> = self.connection().hgetall(&self.keys.names).await?;
        Ok(all.into_iter().filter_map(|(name, id)| Some((name, StoreId::parse(&id)?))).collect())
    }

    /// The stores that an owner's quota counts.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn living(&self, owner: &ActorId) -> Result<BTreeSet<StoreId>, LedgerError> {
        let ids: Vec<String> = self.connection().smembers(self.keys.alive(owner)).await?;
        Ok(ids.iter().filter_map(|id| StoreId::parse(id)).collect())
    }
}
