//! Questions about records. None of them changes anything.

use std::collections::BTreeMap;

use redis::{AsyncCommands, Value};

use super::lists::BY_AGE;
use super::{Ledger, LedgerError, Sieve, record};
use crate::domain::actor::{ActorId, OrgId};
use crate::domain::engine::Engine;
use crate::domain::quota::{self, Size, Used};
use crate::domain::record::{Phase, Record};
use crate::domain::reply::Reply;
use crate::domain::store::{StoreId, StoreName, StoreRef};

/// Some stores of an index, newest first, and where to go on.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    /// Each with its place in the index, which is the cursor behind it.
    pub items: Vec<(String, Record)>,
    /// There may be more behind the last one.
    pub more: bool,
}

/// Number of stores by phase and engine.
pub type Counts = BTreeMap<(Phase, Engine), u64>;

/// How much work there is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueDepth {
    /// In line for a worker.
    pub waiting: u64,
    /// Held by a worker.
    pub running: u64,
    /// Waiting for another attempt.
    pub delayed: u64,
    pub dead: u64,
    /// Events that nobody has been told of.
    pub untold: u64,
    /// Stores whose two halves differ.
    pub unsettled: u64,
    /// Callbacks that wait for another attempt.
    pub callbacks: u64,
}

impl QueueDepth {
    /// Nothing is under way and nobody waits to be told.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        *self == Self { dead: self.dead, ..Self::default() }
    }
}

/// The store that a place in a list is of; `None`: it is no place. See `lists::index_member`.
#[must_use]
pub fn store_at(place: &str) -> Option<StoreId> {
    let (moment, id) = place.split_at_checked(13)?;
    moment.bytes().all(|b| b.is_ascii_digit()).then(|| StoreId::parse(id)).flatten()
}

impl Ledger {
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn record(&self, id: &StoreId) -> Result<Option<Record>, LedgerError> {
        self.record_of(id, None).await
    }

    /// By id, else by name: the living store of that name, or the last one that had it. With `owner`, only
    /// a store of theirs.
    ///
    /// Somebody else's store and one that is not there ask the same of Redis, and neither is read: how long
    /// the answer takes says nothing of which it was.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn find(&self, store: &StoreRef, owner: Option<&ActorId>) -> Result<Option<Record>, LedgerError> {
        if let Some(id) = store.as_id()
            && let Some(record) = self.record_of(&id, owner).await?
        {
            return Ok(Some(record));
        }
        let Some(name) = store.as_name() else { return Ok(None) };
        let id = self.id_of(&name).await?;
        self.record_of(&id.unwrap_or_else(|| StoreId::from_bits(0)), owner).await
    }

    async fn record_of(&self, id: &StoreId, owner: Option<&ActorId>) -> Result<Option<Record>, LedgerError> {
        let record = self.records(std::slice::from_ref(id), owner).await?.pop().unwrap_or(Ok(None))?;
        // Those of schema 1 have it in their specification alone.
        Ok(record.filter(|record| owner.is_none_or(|owner| *owner == record.spec.owner)))
    }

    async fn id_of(&self, name: &StoreName) -> Result<Option<StoreId>, LedgerError> {
        let (living, former): (Option<String>, Option<String>) = redis::pipe()
            .hget(&self.keys.names, name.as_str())
            .hget(&self.keys.former, name.as_str())
            .query_async(&mut self.connection())
            .await?;
        Ok(living.or(former).as_deref().and_then(StoreId::parse))
    }

    /// A page of all stores or of one owner's, newest first, beginning behind `cursor`.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn page(
        &self,
        owner: Option<&ActorId>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<ListPage, LedgerError> {
        let places = self.places(owner, cursor, limit).await?;
        let more = places.len() == limit;
        Ok(ListPage { items: self.read_places(places).await?, more })
    }

    /// Places in an index, newest first, beginning behind `cursor`.
    async fn places(
        &self,
        owner: Option<&ActorId>,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(String, StoreId)>, LedgerError> {
        if let Some(owner) = owner {
            return self.own_places(owner, BY_AGE, cursor, limit).await;
        }
        let mut found = self.stands(BY_AGE, Sieve::default(), (cursor, ""), limit).await?.stands;
        found.truncate(limit);
        Ok(found.into_iter().map(|stand| (stand.key, stand.id)).collect())
    }

    /// The records there, without those that are gone or cannot be read.
    pub(super) async fn read_places(
        &self,
        places: Vec<(String, StoreId)>,
    ) -> Result<Vec<(String, Record)>, LedgerError> {
        let (members, ids): (Vec<_>, Vec<_>) = places.into_iter().unzip();
        let mut items = Vec::with_capacity(ids.len());
        for (member, read) in members.into_iter().zip(self.records(&ids, None).await?) {
            match read {
                Ok(Some(record)) => items.push((member, record)),
                Ok(None) => {}
                Err(error) => tracing::error!(store = member, %error, "a store was left out of a list"),
            }
        }
        Ok(items)
    }

    /// Several records as they are at one moment, in the order of `ids`; with `owner`, only theirs. One
    /// damaged key does not hide the others: errors are answers here like all else.
    async fn records(
        &self,
        ids: &[StoreId],
        owner: Option<&ActorId>,
    ) -> Result<Vec<Result<Option<Record>, LedgerError>>, LedgerError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = self.scripts.read.prepare_invoke();
        for id in ids {
            call.key(self.keys.store(id)).key(self.keys.spec(id)).key(self.keys.seen(id));
        }
        call.arg(owner.map_or("", ActorId::as_str));
        let rows: Vec<Vec<Value>> = call.invoke_async(&mut self.connection()).await?;
        let read = |(id, row): (&StoreId, &Vec<Value>)| {
            let record = match row.as_slice() {
                [] => Ok(None),
                [fields, beside] => record::read_values(id, fields, beside).map(Some),
                other => Err(LedgerError::Unreadable { key: String::new(), why: format!("{other:?}") }),
            };
            record.map_err(|error| error.at(&self.keys.store(id)))
        };
        Ok(ids.iter().zip(&rows).map(read).collect())
    }

    /// Whoever must still be told about a store.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn replies(&self, id: &StoreId) -> Result<Vec<Reply>, LedgerError> {
        let key = self.keys.replies(id);
        let kept: Vec<(String, String)> = self.connection().hgetall(&key).await?;
        let mut replies = Vec::with_capacity(kept.len());
        for (field, text) in kept {
            match serde_json::from_str(&text) {
                Ok(reply) => replies.push(reply),
                // Nobody could ever be told by it, and it would be met at each event.
                Err(error) => {
                    tracing::error!(key, field, %error, "a promise to tell somebody cannot be read and was dropped");
                    self.close_reply(id, &field).await?;
                }
            }
        }
        Ok(replies)
    }

    /// What an owner has, and the organisation. `percent`: what a sleeping store counts as.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn used(&self, owner: &ActorId, org: Option<&OrgId>, percent: u32) -> Result<(Used, Used), LedgerError> {
        type Sizes = (Option<u64>, Option<u64>, Option<u64>, Option<u32>);
        let [org_alive, org_taken] = self.keys.of_org(org);
        let mut pipe = redis::pipe();
        for (alive, taken) in [(self.keys.alive(owner), self.keys.taken(owner)), (org_alive, org_taken)] {
            pipe.cmd("SCARD").arg(alive).cmd("HMGET").arg(taken).arg(&["cpu", "memory", "disk", "asleep"]);
        }
        let (stores, sizes, org_stores, org_sizes): (u32, Sizes, u32, Sizes) =
            pipe.query_async(&mut self.connection()).await?;
        let size = |(cpu, memory, disk, _): Sizes| Size {
            cpu_millis: cpu.unwrap_or(0),
            memory_mib: memory.unwrap_or(0),
            disk_mib: disk.unwrap_or(0),
        };
        let counted = |stores: u32, sizes: Sizes| quota::counted(stores, sizes.3.unwrap_or(0), percent);
        let own = Used { stores: counted(stores, sizes), size: size(sizes) };
        Ok((own, Used { stores: counted(org_stores, org_sizes), size: size(org_sizes) }))
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn counts(&self) -> Result<Counts, LedgerError> {
        let key = &self.keys.counts;
        let all: BTreeMap<String, i64> = redis::cmd("HGETALL").arg(key).query_async(&mut self.connection()).await?;
        let read = |(field, count): (String, i64)| {
            let (phase, engine) = field.split_once(':')?;
            Some(((Phase::parse(phase)?, Engine::parse(engine)?), u64::try_from(count).ok()?))
        };
        Ok(all.into_iter().filter_map(read).collect())
    }
}
