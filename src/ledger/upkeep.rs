//! What has to be done now and then: old records, events and audit forgotten, damage set aside. Safe
//! to run on any number of workers at once, and bounded at each run.

use std::time::Duration;

use redis::AsyncCommands;
use redis::streams::{StreamInfoConsumersReply, StreamInfoGroupsReply};

use super::keys::NOTIFIERS;
use super::lists::list_args;
use super::{Ledger, LedgerError, QueueDepth, millis};
use crate::crash;

/// A notifier asks every second; one that has not asked for this long is no more.
const FORGOTTEN: Duration = Duration::from_secs(3600);

impl Ledger {
    /// Milliseconds on Redis' clock.
    pub(super) async fn now_ms(&self) -> Result<u64, LedgerError> {
        let (seconds, micros): (u64, u64) = redis::cmd("TIME").query_async(&mut self.connection()).await?;
        Ok(seconds * 1000 + micros / 1000)
    }

    /// Forgets deleted stores whose time has passed. Says how many.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    pub async fn purge(&self) -> Result<usize, LedgerError> {
        let mut forgotten = 0;
        for id in self.due(&self.keys.forget).await? {
            let Some(record) = self.record(&id).await? else {
                let _: () = self.connection().zrem(&self.keys.forget, id.as_str()).await?;
                continue;
            };
            let mut call = self.scripts.purge.prepare_invoke();
            call.key(self.keys.store(&id))
                .key(&self.keys.forget)
                .key(&self.keys.stores)
                .key(self.keys.of(&record.spec.owner))
                .key(self.keys.replies(&id))
                .key(&self.keys.counts)
                .key(&self.keys.former)
                .key(self.keys.log(&id))
                .key(self.keys.told(&id))
                .key(self.keys.spec(&id))
                .key(self.keys.seen(&id))
                .key(&self.keys.leases)
                .key(self.keys.followers(&id))
                .key(self.keys.made(&id))
                .key(&self.keys.lists);
            call.arg(id.as_str());
            list_args(&mut call, &record);
            crash::point!("ledger.purge.before");
            forgotten += call.invoke_async::<usize>(&mut self.connection()).await?;
            crash::point!("ledger.purge.after");
        }
        Ok(forgotten)
    }

    /// Forgets events, audit entries and dead letters whose time has passed. Nobody is told of such
    /// events any more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn trim(&self) -> Result<(), LedgerError> {
        let now = self.now_ms().await?;
        let keep = &self.retention;
        for (stream, kept) in
            [(&self.keys.events, keep.events), (&self.keys.audit, keep.audit), (&self.keys.dead, keep.dead_letters)]
        {
            let mut call = redis::cmd("XTRIM");
            call.arg(stream).arg(&["MINID", "~"]).arg(now.saturating_sub(millis(kept)));
            call.query_async::<()>(&mut self.connection()).await?;
        }
        self.trim_deliveries().await
    }

    /// Renames keys that hold something of another type than storebot puts there, so that what it does
    /// put there has a place again. Says which.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_aside_keys(&self) -> Result<Vec<String>, LedgerError> {
        let typed = self.keys.typed();
        let mut pipe = redis::pipe();
        for (key, _) in typed {
            pipe.cmd("TYPE").arg(key);
        }
        let found: Vec<String> = pipe.query_async(&mut self.connection()).await?;
        let mut wrong = Vec::new();
        for ((key, expected), found) in typed.into_iter().zip(found) {
            if found == "none" || found == expected {
                continue;
            }
            let aside = self.keys.aside(key, self.now_ms().await?);
            redis::cmd("RENAME").arg(key).arg(&aside).query_async::<()>(&mut self.connection()).await?;
            tracing::error!(key, found, expected, aside, "a key of a wrong type was set aside");
            wrong.push(key.to_owned());
        }
        Ok(wrong)
    }

    /// What [`Ledger::set_aside_keys`] has put aside and nobody has deleted yet.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn keys_aside(&self) -> Result<Vec<String>, LedgerError> {
        let (mut found, mut cursor) = (Vec::new(), 0_u64);
        loop {
            let mut call = redis::cmd("SCAN");
            call.arg(cursor).arg("MATCH").arg(self.keys.all_aside()).arg("COUNT").arg(1000);
            let (next, keys): (u64, Vec<String>) = call.query_async(&mut self.connection()).await?;
            found.extend(keys);
            if next == 0 {
                return Ok(found);
            }
            cursor = next;
        }
    }

    /// Forgets consumers of processes that have died long ago; those that still hold something stay until it
    /// was taken over.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn forget_consumers(&self) -> Result<(), LedgerError> {
        let found: Result<StreamInfoConsumersReply, _> =
            self.connection().xinfo_consumers(&self.keys.events, NOTIFIERS).await;
        let Ok(found) = found else { return Ok(()) };
        for dead in found.consumers.iter().filter(|c| c.pending == 0 && c.idle as u64 > millis(FORGOTTEN)) {
            self.retire(&dead.name).await?;
        }
        Ok(())
    }

    /// Forgets the consumer of a process that ends, unless it still holds something.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn retire(&self, consumer: &str) -> Result<(), LedgerError> {
        let mut call = self.scripts.retire.prepare_invoke();
        call.key(&self.keys.events).arg(NOTIFIERS).arg(consumer);
        match call.invoke_async::<()>(&mut self.connection()).await {
            Err(error) if error.code() != Some("NOGROUP") => Err(error.into()),
            _ => Ok(()),
        }
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn depth(&self) -> Result<QueueDepth, LedgerError> {
        let (unread, untold) = self.group_depth(&self.keys.events, NOTIFIERS).await?;
        let (waiting, running, delayed, dead, unsettled, callbacks): (u64, u64, u64, u64, u64, u64) = redis::pipe()
            .zcard(&self.keys.ready)
            .zcard(&self.keys.leased)
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
