//! Reads a stream as one consumer of a group, on a connection of its own.

use redis::aio::MultiplexedConnection;
use redis::streams::{StreamId, StreamReadReply};

use super::{BLOCK, Ledger, LedgerError, millis};

pub(super) struct GroupReader {
    ledger: Ledger,
    stream: String,
    group: &'static str,
    consumer: String,
    connection: Option<MultiplexedConnection>,
    /// Read the own pending entries first: a read that failed may have been delivered.
    catch_up: bool,
}

impl GroupReader {
    pub(super) fn new(ledger: Ledger, stream: &str, group: &'static str, consumer: &str) -> Self {
        let (stream, consumer) = (stream.to_owned(), consumer.to_owned());
        Self { ledger, stream, group, consumer, connection: None, catch_up: true }
    }

    pub(super) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn consumer(&self) -> &str {
        &self.consumer
    }

    /// Up to `max` entries; none when there was nothing for a second. Pending entries of an earlier
    /// read come first, once, all of them that fit.
    ///
    /// # Errors
    /// `Unavailable`. The next call connects anew and begins with what may have been delivered.
    pub(super) async fn next(&mut self, max: usize) -> Result<Vec<StreamId>, LedgerError> {
        let result = self.read(max).await;
        if result.is_err() {
            self.connection = None;
            self.catch_up = true;
        }
        result
    }

    async fn read(&mut self, max: usize) -> Result<Vec<StreamId>, LedgerError> {
        let connection = match &mut self.connection {
            Some(connection) => connection,
            none => none.insert(self.ledger.blocking_connection().await?),
        };
        let mut call = redis::cmd("XREADGROUP");
        call.arg(&["GROUP", self.group, &self.consumer, "COUNT"]).arg(max);
        if !self.catch_up {
            call.arg("BLOCK").arg(millis(BLOCK));
        }
        call.arg(&["STREAMS", &self.stream, if self.catch_up { "0" } else { ">" }]);
        let reply: Result<Option<StreamReadReply>, _> = call.query_async(connection).await;
        let reply = match reply {
            // Nobody has read yet, or the stream was lost: from the first entry on.
            Err(error) if error.code() == Some("NOGROUP") => {
                self.ledger.make_group(&self.stream, self.group).await?;
                return Ok(Vec::new());
            }
            other => other?,
        };
        self.catch_up = false;
        let entries = reply.into_iter().flat_map(|r| r.keys).flat_map(|k| k.ids);
        Ok(entries.collect())
    }
}

impl Ledger {
    /// Creates a consumer group from the very first entry on; that it exists is fine.
    pub(super) async fn make_group(&self, stream: &str, group: &str) -> Result<(), LedgerError> {
        let mut call = redis::cmd("XGROUP");
        call.arg(&["CREATE", stream, group, "0", "MKSTREAM"]);
        match call.query_async::<()>(&mut self.connection()).await {
            Err(error) if error.code() == Some("BUSYGROUP") => Ok(()),
            other => Ok(other?),
        }
    }
}
