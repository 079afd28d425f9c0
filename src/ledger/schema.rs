//! What the ledger is written in, and how a newer storebot takes over from an older one.
//!
//! During a roll-out both work side by side. What makes that safe is in the record: each version takes
//! a store only when the lease there has ended, and writes only with the newest fence. So the way work
//! travels may change from one version to the next: the first had a stream of jobs, the second a line of
//! sorted sets, the third has the same line under names of its own. What an older one puts into its line is
//! taken over by upkeep.
//!
//! Since the third, what was asked and what was seen stand beside the record's hash (`record.rs`): an older
//! storebot finds neither. It would give up such a store as damaged wherever it meets it in line, and this
//! is why the line has other names: it meets none. It answers for stores of before, and for no others, until
//! it ends; started again, it refuses.
//!
//! Since the fourth, everybody's stores are listed by phase, name and end (`lists.rs`), and not in `stores` alone. Beside
//! an older storebot `stores` is kept as well, and the lists are held against it again and again (`listing.rs`), because
//! an older one writes phases and new stores past them. A day after the ledger was raised, `stores` goes, and from then
//! on an older storebot refuses to start.
//!
//! A new version is raised forward only. `readable_from` is the oldest version that may still work with
//! what this one writes; an older one refuses to start.

use std::time::Duration;

use redis::streams::StreamRangeReply;
use redis::{AsyncCommands, Value};

use super::{Ledger, LedgerError, Requeued, millis};
use crate::domain::store::StoreId;

/// What this storebot writes.
const VERSION: u32 = 4;
/// The oldest storebot that works beside it.
const READABLE_FROM: u32 = 4;
/// The same, on a ledger that still has `stores`.
const READABLE_WITH_STORES: u32 = 3;
/// Jobs or stores of an older storebot that are taken over in one turn of upkeep.
const BATCH: usize = 500;

/// How long an older storebot may work beside this one: longer than any rollout takes.
const BESIDE: Duration = Duration::from_secs(24 * 3600);
/// How often is looked after what it writes.
const FOLLOW: Duration = Duration::from_secs(60);

/// The ledger is written by a newer storebot that this one does not understand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the ledger is written in version {found}, which this storebot does not understand; it knows {VERSION}: run a newer storebot"
)]
pub struct TooNew {
    pub found: u32,
}

impl Ledger {
    /// To be called once before anything is written.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`TooNew`].
    pub async fn open(&self) -> Result<Result<(), TooNew>, LedgerError> {
        let mut call = self.scripts.schema.prepare_invoke();
        call.key(&self.keys.schema).key(&self.keys.stores).arg(VERSION).arg(READABLE_FROM);
        call.arg(READABLE_WITH_STORES);
        let answer: Vec<Value> = call.invoke_async(&mut self.connection()).await?;
        let text = |at: usize| answer.get(at).and_then(|v| redis::from_redis_value_ref::<String>(v).ok());
        let number = || text(1).and_then(|n| n.parse().ok()).unwrap_or(0);
        match text(0).as_deref() {
            Some("newer") => return Ok(Err(TooNew { found: number() })),
            Some("raised") => tracing::info!(from = number(), to = VERSION, "the ledger is raised to a new version"),
            _ => {}
        }
        self.need_lists().await?;
        Ok(Ok(()))
    }

    /// Takes over what an older storebot has in line and is going to forget. Says what came into ours.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn adopt(&self) -> Result<Vec<Requeued>, LedgerError> {
        let mut adopted = self.adopt_old_jobs().await?;
        adopted.extend(self.adopt_old_line().await?);
        self.adopt_old_purge().await?;
        self.adopt_old_stores().await?;
        Ok(adopted)
    }

    /// Stores that are unsettled for a storebot of before the third version. One that such a worker holds
    /// stays with it by the lease in its record.
    async fn adopt_old_line(&self) -> Result<Vec<Requeued>, LedgerError> {
        let (old, mut connection) = (&self.keys.old_unsettled, self.connection());
        let members: Vec<String> = connection.zrange(old, 0, BATCH as isize - 1).await?;
        if members.is_empty() {
            return Ok(Vec::new());
        }
        let ids = self.ids(members.clone()).await?;
        if !ids.is_empty() {
            let mut call = redis::cmd("ZADD");
            call.arg(&self.keys.unsettled).arg("NX");
            for id in &ids {
                call.arg(0).arg(id.as_str());
            }
            call.exec_async(&mut connection).await?;
        }
        let adopted = self.requeue(ids).await?;
        // Only now: who dies in between adopts them again.
        let mut pipe = redis::pipe();
        for key in &self.keys.old_line {
            pipe.del(key);
        }
        pipe.zrem(old, &members).exec_async(&mut connection).await?;
        Ok(adopted)
    }

    /// Deleted stores of before the third version that are still to be forgotten.
    async fn adopt_old_purge(&self) -> Result<(), LedgerError> {
        let (old, ours, mut connection) = (&self.keys.old_purge, &self.keys.forget, self.connection());
        if connection.exists(old).await? {
            let mut pipe = redis::pipe();
            pipe.atomic().zunionstore_max(ours, &[ours, old]).del(old);
            pipe.exec_async(&mut connection).await?;
        }
        Ok(())
    }

    /// Follows with the lists what a storebot of before the fourth version writes past them, as long as there may be one.
    async fn adopt_old_stores(&self) -> Result<(), LedgerError> {
        let (there, times): (bool, [Option<u64>; 2]) = redis::pipe()
            .exists(&self.keys.stores)
            .hmget(&self.keys.schema, &["raised", "listed"])
            .query_async(&mut self.connection())
            .await?;
        let (now, [raised, listed]) = (self.now_ms().await?, times);
        if !there || listed.is_some_and(|listed| now < listed + millis(FOLLOW)) {
            return Ok(());
        }
        let () = self.connection().hset(&self.keys.schema, "listed", now).await?;
        self.mend_lists(true).await?;
        if raised.is_none_or(|raised| now < raised + millis(BESIDE)) {
            let () = self.connection().hset_nx(&self.keys.schema, "raised", now).await?;
            return Ok(());
        }
        let mut pipe = redis::pipe();
        pipe.atomic().hset(&self.keys.schema, "readable_from", READABLE_FROM).unlink(&self.keys.stores);
        pipe.exec_async(&mut self.connection()).await?;
        tracing::info!("the list of stores of an older storebot is not kept any more: none works beside this one now");
        Ok(())
    }

    /// Puts the stores in line that a storebot of the first version has jobs for.
    async fn adopt_old_jobs(&self) -> Result<Vec<Requeued>, LedgerError> {
        let jobs: StreamRangeReply = self.connection().xrange_count(&self.keys.old_jobs, "-", "+", BATCH).await?;
        if jobs.ids.is_empty() {
            return Ok(Vec::new());
        }
        let store = |job: &redis::streams::StreamId| job.get::<String>("s").and_then(|s| StoreId::parse(&s));
        for job in &jobs.ids {
            match store(job) {
                Some(_) if job.get::<u32>("v") == Some(1) => {}
                _ => self.set_aside_job(job).await?,
            }
        }
        let adopted = self.requeue(jobs.ids.iter().filter_map(store).collect()).await?;
        // Only now: who dies in between adopts them again. An older worker that holds one of them keeps
        // its store by the lease in the record.
        let ids: Vec<&str> = jobs.ids.iter().map(|job| job.id.as_str()).collect();
        self.connection().xdel::<_, _, ()>(&self.keys.old_jobs, &ids).await?;
        Ok(adopted)
    }

    async fn set_aside_job(&self, job: &redis::streams::StreamId) -> Result<(), LedgerError> {
        tracing::error!(job.id = %job.id, "a job of an unknown version was put to the dead letters");
        let store: String = job.get("s").unwrap_or_default();
        let fields = [("s", store.as_str()), ("kind", "unreadable"), ("reason", "a job of an unknown version")];
        Ok(self.connection().xadd(&self.keys.dead, "*", &fields).await?)
    }
}
