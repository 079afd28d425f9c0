//! What has to be done now and then: due jobs moved, lost jobs found, old records forgotten. Safe to
//! run on any number of workers at once, and bounded at each run.

use std::time::Duration;

use redis::AsyncCommands;
use redis::streams::StreamInfoGroupsReply;

use super::admission::index_member;
use super::keys::{NOTIFIERS, WORKERS};
use super::{Ledger, LedgerError, QueueDepth, millis};
use crate::crash;
use crate::domain::store::StoreId;

/// How many stores one run looks at.
const BATCH: isize = 200;
/// Pause between two looks at a store that has its job.
const LOOK_AGAIN: Duration = Duration::from_secs(30);

impl Ledger {
    /// Milliseconds on Redis' clock.
    pub(super) async fn now_ms(&self) -> Result<u64, LedgerError> {
        let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(&mut self.connection()).await?;
        Ok(seconds * 1000 + micros / 1000)
    }

    async fn due(&self, key: &str) -> Result<Vec<StoreId>, LedgerError> {
        let now = self.now_ms().await?;
        let ids: Vec<String> = self.connection().zrangebyscore_limit(key, "-inf", now, 0, BATCH).await?;
        Ok(ids.iter().filter_map(|id| StoreId::parse(id)).collect())
    }

    /// Gives stores whose pause has ended a job. Says how many.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn promote(&self) -> Result<usize, LedgerError> {
        let mut moved = 0;
        for id in self.due(&self.keys.delayed).await? {
            let mut call = self.scripts.promote.prepare_invoke();
            call.key(self.keys.store(&id)).key(&self.keys.delayed).key(&self.keys.jobs).arg(id.as_str());
            crash::point!("ledger.promote.before");
            moved += call.invoke_async::<usize>(&mut self.connection()).await?;
            crash::point!("ledger.promote.after");
        }
        Ok(moved)
    }

    /// Gives unsettled stores that have lost their job a new one. Says which.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn sweep(&self) -> Result<Vec<StoreId>, LedgerError> {
        let mut found = Vec::new();
        for id in self.due(&self.keys.unsettled).await? {
            let mut call = self.scripts.requeue.prepare_invoke();
            call.key(self.keys.store(&id)).key(&self.keys.unsettled).key(&self.keys.jobs).key(&self.keys.delayed);
            call.arg(id.as_str()).arg(millis(LOOK_AGAIN));
            crash::point!("ledger.sweep.before");
            let state: String = call.invoke_async(&mut self.connection()).await?;
            crash::point!("ledger.sweep.after");
            if state == "requeued" {
                found.push(id);
            }
        }
        Ok(found)
    }

    /// Forgets deleted stores whose time has passed. Says how many.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn purge(&self) -> Result<usize, LedgerError> {
        let mut forgotten = 0;
        for id in self.due(&self.keys.purge).await? {
            let Some(record) = self.record(&id).await? else {
                let _: () = self.connection().zrem(&self.keys.purge, id.as_str()).await?;
                continue;
            };
            let mut call = self.scripts.purge.prepare_invoke();
            call.key(self.keys.store(&id))
                .key(&self.keys.purge)
                .key(&self.keys.stores)
                .key(self.keys.of(&record.spec.owner))
                .key(self.keys.replies(&id))
                .key(&self.keys.counts)
                .key(&self.keys.former)
                .key(self.keys.told(&id));
            call.arg(id.as_str()).arg(index_member(&record)).arg(record.spec.name.as_str());
            crash::point!("ledger.purge.before");
            forgotten += call.invoke_async::<usize>(&mut self.connection()).await?;
            crash::point!("ledger.purge.after");
        }
        Ok(forgotten)
    }

    /// Forgets events whose time has passed. Nobody is told of them any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn trim_events(&self) -> Result<(), LedgerError> {
        let oldest = self.now_ms().await?.saturating_sub(millis(self.retention.events));
        let mut call = redis::cmd("XTRIM");
        call.arg(&self.keys.events).arg(&["MINID", "~"]).arg(oldest);
        Ok(call.query_async(&mut self.connection()).await?)
    }

    /// Forgets the consumers of a process that ends, unless they still hold something.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn retire(&self, consumer: &str) -> Result<(), LedgerError> {
        for (stream, group) in [(&self.keys.jobs, WORKERS), (&self.keys.events, NOTIFIERS)] {
            let mut call = self.scripts.retire.prepare_invoke();
            call.key(stream).arg(group).arg(consumer);
            match call.invoke_async::<()>(&mut self.connection()).await {
                Err(error) if error.code() != Some("NOGROUP") => return Err(error.into()),
                _ => {}
            }
        }
        Ok(())
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn depth(&self) -> Result<QueueDepth, LedgerError> {
        let (waiting, running) = self.group_depth(&self.keys.jobs, WORKERS).await?;
        let (unread, untold) = self.group_depth(&self.keys.events, NOTIFIERS).await?;
        let (delayed, dead, unsettled, callbacks): (u64, u64, u64, u64) = redis::pipe()
            .zcard(&self.keys.delayed)
            .xlen(&self.keys.dead)
            .zcard(&self.keys.unsettled)
            .zcard(&self.keys.callbacks_due)
            .query_async(&mut self.connection())
            .await?;
        Ok(QueueDepth { waiting, running, delayed, dead, untold: unread + untold, unsettled, callbacks })
    }

    /// Entries not delivered yet, and delivered but not acknowledged.
    async fn group_depth(&self, stream: &str, group: &str) -> Result<(u64, u64), LedgerError> {
        self.make_group(stream, group).await?;
        let reply: StreamInfoGroupsReply = self.connection().xinfo_groups(stream).await?;
        let found = reply.groups.into_iter().find(|g| g.name == group);
        Ok(found.map_or((0, 0), |g| (g.lag.unwrap_or(0) as u64, g.pending as u64)))
    }
}
