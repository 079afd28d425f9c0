//! Makes the lists of a ledger that has none, and mends them.
//!
//! An older storebot has kept `stores` alone, and somebody may have tampered with the lists. So they are made from all
//! records there are, piece by piece, while others write: a store is put where its hash says at that moment that it
//! belongs, in one step with the look at it. Whoever dies in the middle leaves lists that are not called whole, and the
//! next one begins again; what stands there already costs a look.

use std::collections::BTreeSet;

use super::lists::{WHOLE, list_args, stand};
use super::read::store_at;
use super::{Ledger, LedgerError};
use crate::domain::record::Record;
use crate::domain::store::StoreId;

/// Stores of one piece: some milliseconds of the server's time.
const PIECE: usize = 200;
/// Keys that are looked through at once for those of stores.
const SCAN: usize = 1000;

/// What was wrong with the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mended {
    /// Stores that were not there, or not where they belong.
    pub missing: usize,
    /// What stood there of stores that are gone, or of what they were before.
    pub surplus: usize,
}

impl Ledger {
    /// Holds the lists against all records, and mends them unless it is only to be known (`mend`). Records that
    /// cannot be read are in no list.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mend_lists(&self, mend: bool) -> Result<Mended, LedgerError> {
        let surplus = self.prune_lists(mend).await?;
        Ok(Mended { missing: self.put_all(mend).await?, surplus })
    }

    /// Makes the lists of a ledger that has stores and no lists. Whoever asks for one makes them as well; but who opens
    /// the ledger has the time.
    pub(super) async fn need_lists(&self) -> Result<(), LedgerError> {
        let mut pipe = redis::pipe();
        pipe.exists(&self.keys.counts).cmd("ZSCORE").arg(&self.keys.lists).arg(WHOLE);
        let (counted, whole): (bool, Option<f64>) = pipe.query_async(&mut self.connection()).await?;
        if counted && whole.is_none() { self.make_lists().await } else { Ok(()) }
    }

    /// Makes the lists, unless somebody has made them meanwhile.
    pub(super) async fn make_lists(&self) -> Result<(), LedgerError> {
        let _one_at_a_time = self.listing.lock().await;
        let mut whole = redis::cmd("ZSCORE");
        whole.arg(&self.keys.lists).arg(WHOLE);
        if whole.query_async::<Option<f64>>(&mut self.connection()).await?.is_none() {
            let put = self.put_all(true).await?;
            redis::cmd("ZADD").arg(&self.keys.lists).arg(0).arg(WHOLE).exec_async(&mut self.connection()).await?;
            tracing::info!(stores = put, "the lists of stores were made");
        }
        Ok(())
    }

    /// Says how many were not there.
    async fn put_all(&self, mend: bool) -> Result<usize, LedgerError> {
        let mut missing = 0;
        let mut from = From::Begin;
        while let Some((ids, next)) = self.some_stores(from).await? {
            for some in ids.chunks(PIECE) {
                let places = some.iter().map(|id| (id.to_string(), id.clone())).collect();
                let records: Vec<Record> = self.read_places(places).await?.into_iter().map(|(_, r)| r).collect();
                missing += self.put(&records, mend).await?;
            }
            from = next;
        }
        Ok(missing)
    }

    async fn put(&self, records: &[Record], mend: bool) -> Result<usize, LedgerError> {
        if records.is_empty() {
            return Ok(0);
        }
        let mut call = self.scripts.list_put.prepare_invoke();
        call.key(&self.keys.lists).arg(if mend { "mend" } else { "" });
        for record in records {
            call.key(self.keys.store(&record.id));
            list_args(&mut call, record);
        }
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// The next stores that there are, in whichever order; `None`: those were all.
    async fn some_stores(&self, from: From) -> Result<Option<(Vec<StoreId>, From)>, LedgerError> {
        let mut connection = self.connection();
        let from = match from {
            From::End => return Ok(None),
            From::Begin => {
                let there: bool = redis::cmd("EXISTS").arg(&self.keys.stores).query_async(&mut connection).await?;
                if there { From::Stores("-".to_owned()) } else { From::Keys(0) }
            }
            from => from,
        };
        match from {
            From::Stores(from) => {
                let mut call = redis::cmd("ZRANGE");
                call.arg(&self.keys.stores).arg(&from).arg("+").arg(&["BYLEX", "LIMIT", "0"]).arg(PIECE);
                let members: Vec<String> = call.query_async(&mut connection).await?;
                let next = members.last().map_or(From::End, |last| From::Stores(format!("({last}")));
                Ok(Some((members.iter().filter_map(|place| store_at(place)).collect(), next)))
            }
            From::Keys(cursor) => {
                let mut call = redis::cmd("SCAN");
                call.arg(cursor).arg("MATCH").arg(self.keys.all_stores()).arg("COUNT").arg(SCAN);
                let (next, keys): (u64, Vec<String>) = call.query_async(&mut connection).await?;
                let id = |key: &String| StoreId::parse(key.rsplit(':').next()?);
                let ids: BTreeSet<StoreId> = keys.iter().filter_map(id).collect();
                let next = if next == 0 { From::End } else { From::Keys(next) };
                Ok(Some((ids.into_iter().collect(), next)))
            }
            From::Begin | From::End => Ok(None),
        }
    }

    /// Says how much there was that should not be.
    async fn prune_lists(&self, mend: bool) -> Result<usize, LedgerError> {
        let (mut surplus, mut from) = (0, "-".to_owned());
        loop {
            let mut call = redis::cmd("ZRANGE");
            call.arg(&self.keys.lists).arg(&from).arg("+").arg(&["BYLEX", "LIMIT", "0"]).arg(PIECE);
            let members: Vec<String> = call.query_async(&mut self.connection()).await?;
            let Some(last) = members.last() else { return Ok(surplus) };
            from = format!("({last}");
            let mut call = self.scripts.list_prune.prepare_invoke();
            call.key(&self.keys.lists).arg(if mend { "mend" } else { "" });
            for member in members.iter().filter(|member| *member != WHOLE) {
                // What is no place of a store is looked for at none.
                let id = stand(member).map_or_else(|| StoreId::from_bits(0), |stand| stand.id);
                call.key(self.keys.store(&id)).arg(member);
            }
            surplus += call.invoke_async::<usize>(&mut self.connection()).await?;
        }
    }
}

/// Where it is gone on with.
enum From {
    Begin,
    /// In the index of an older storebot, which has all of its own and is in order.
    Stores(String),
    /// Among all keys.
    Keys(u64),
    End,
}
