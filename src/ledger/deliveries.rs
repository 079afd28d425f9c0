//! The log of deliveries: what came in by webhook, and what went out to those who asked to be called.
//!
//! One hash holds all entries, so that a script can forget any of them: field `<id>` is how it began, `<id>/end` what
//! became of it, `<id>/again` how often it came again, `<id>/seen` by which names it is known, `<id>/callback` what is
//! sent. Three sorted sets order them by id: what came in, what went out, and what could not be trusted. The last is
//! short and apart, so that nobody who has no secret can push out what others sent.

use std::io::{Read as _, Write as _};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use redis::AsyncCommands;

use super::{Ledger, LedgerError, millis, record};
use crate::crash;
use crate::domain::audit::AuditEntry;
use crate::domain::delivery::{Begun, Direction, Ended, LoggedDelivery};

/// Most entries of what came in, and of what went out.
const ENTRIES_MAX: usize = 10_000;
/// Most entries of what could not be trusted.
const REFUSED_MAX: usize = 1_000;
/// Most bytes of all bodies together, compressed. The oldest make room.
const BODIES_MAX: usize = 64 << 20;
/// Largest body that is kept, compressed: no single one may push out many.
const BODY_MAX: usize = 256 << 10;
/// Largest body that is read back, as a guard against a damaged entry.
const UNPACKED_MAX: u64 = 32 << 20;
/// How many of each list one round of upkeep forgets.
const TRIM: usize = 500;

/// What is known of a delivery when it has been received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Received {
    New {
        id: String,
    },
    /// It came before.
    Again {
        id: String,
        ended: Option<Ended>,
    },
    /// Another one came before under its name.
    Contradiction,
}

/// What became of a wish to send something again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SentAgain {
    Due,
    /// It has not ended.
    Pending,
    /// It is not kept.
    Gone,
}

impl Ledger {
    /// Writes down a delivery that can be trusted, before anything follows from it.
    ///
    /// # Errors
    /// `Unavailable`: nothing follows, and its sender may repeat it.
    pub async fn receive(&self, begun: &Begun, body: &[u8]) -> Result<Received, LedgerError> {
        let source = begun.source.as_deref().unwrap_or_default();
        let packed = pack(body).filter(|packed| packed.len() <= BODY_MAX).unwrap_or_default();
        let mut call = self.scripts.delivery_in.prepare_invoke();
        self.delivery_keys(&mut call);
        call.key(&self.keys.deliveries_in);
        call.arg(format!("unique {source}/{}", begun.unique)).arg(format!("named {source}/{}", begun.delivery_id));
        call.arg(&begun.fingerprint).arg(record::json(begun)?).arg(packed);
        call.arg(ENTRIES_MAX).arg(millis(self.retention.deliveries)).arg(BODIES_MAX);
        crash::point!("ledger.receive.before");
        let said: Vec<String> = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.receive.after");
        let id = said.get(1).cloned().unwrap_or_default();
        Ok(match said.first().map(String::as_str) {
            Some("new") => Received::New { id },
            Some("again") => {
                Received::Again { id, ended: said.get(2).and_then(|text| serde_json::from_str(text).ok()) }
            }
            _ => Received::Contradiction,
        })
    }

    /// Writes down what became of it. One that was forgotten meanwhile stays forgotten.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn mark_delivery(&self, id: &str, ended: &Ended) -> Result<(), LedgerError> {
        let mut call = self.scripts.delivery_mark.prepare_invoke();
        call.key(&self.keys.deliveries).arg(id).arg(record::json(ended)?);
        crash::point!("ledger.mark-delivery.before");
        call.invoke_async::<()>(&mut self.connection()).await?;
        crash::point!("ledger.mark-delivery.after");
        Ok(())
    }

    /// Writes down a delivery of which nothing is kept but that it was refused, and why. `trusted`: it may take room
    /// among those that can be trusted.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_delivery(&self, begun: &Begun, ended: &Ended, trusted: bool) -> Result<(), LedgerError> {
        let mut call = self.scripts.delivery_note.prepare_invoke();
        self.delivery_keys(&mut call);
        call.key(if trusted { &self.keys.deliveries_in } else { &self.keys.deliveries_refused });
        call.arg(record::json(begun)?).arg(record::json(ended)?);
        call.arg(if trusted { ENTRIES_MAX } else { REFUSED_MAX }).arg(millis(self.retention.deliveries));
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Up to `limit` entries of one direction or of both, newest first, older than the one named `before`.
    ///
    /// # Errors
    /// `Unavailable`. An entry that cannot be read is left out.
    pub async fn deliveries(
        &self,
        direction: Option<Direction>,
        before: Option<&str>,
        limit: usize,
    ) -> Result<Vec<LoggedDelivery>, LedgerError> {
        let keys = &self.keys;
        let indexes: &[&String] = match direction {
            Some(Direction::In) => &[&keys.deliveries_in, &keys.deliveries_refused],
            Some(Direction::Out) => &[&keys.deliveries_out],
            None => &[&keys.deliveries_in, &keys.deliveries_refused, &keys.deliveries_out],
        };
        let newest = before.map_or_else(|| "+".to_owned(), |before| format!("({before}"));
        let mut pipe = redis::pipe();
        for index in indexes {
            pipe.cmd("ZRANGE").arg(*index).arg(&newest).arg(&["-", "BYLEX", "REV", "LIMIT", "0"]).arg(limit);
        }
        let found: Vec<Vec<String>> = pipe.query_async(&mut self.connection()).await?;
        let mut ids = found.concat();
        ids.sort_unstable_by(|a, b| b.cmp(a));
        ids.truncate(limit);
        self.logged(&ids).await
    }

    /// # Errors
    /// `Unavailable`.
    pub async fn delivery(&self, id: &str) -> Result<Option<LoggedDelivery>, LedgerError> {
        Ok(self.logged(&[id.to_owned()]).await?.pop())
    }

    async fn logged(&self, ids: &[String]) -> Result<Vec<LoggedDelivery>, LedgerError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut call = redis::cmd("HMGET");
        call.arg(&self.keys.deliveries);
        for id in ids {
            call.arg(id).arg(format!("{id}/end")).arg(format!("{id}/again"));
        }
        let fields: Vec<Option<String>> = call.query_async(&mut self.connection()).await?;
        let read = |(id, fields): (&String, &[Option<String>])| {
            let begun = serde_json::from_str(fields[0].as_deref()?).ok()?;
            let ended = fields[1].as_deref().and_then(|text| serde_json::from_str(text).ok());
            let repeats = fields[2].as_deref().and_then(|n| n.parse().ok()).unwrap_or_default();
            Some(LoggedDelivery { id: id.clone(), begun, ended, repeats })
        };
        Ok(ids.iter().zip(fields.chunks_exact(3)).filter_map(read).collect())
    }

    /// The body of a delivery that came in. `None`: it is not kept.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn delivery_body(&self, id: &str) -> Result<Option<Vec<u8>>, LedgerError> {
        let packed: Option<Vec<u8>> = self.connection().hget(&self.keys.delivery_bodies, id).await?;
        Ok(packed.and_then(|packed| unpack(&packed)))
    }

    /// Sends a delivery out again that has ended, under the same id.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn send_again(&self, id: &str, ended: &Ended, entry: &AuditEntry) -> Result<SentAgain, LedgerError> {
        let mut call = self.scripts.callback_again.prepare_invoke();
        call.key(&self.keys.callbacks).key(&self.keys.callbacks_due).key(&self.keys.deliveries);
        call.key(&self.keys.audit).key(&self.keys.audit_head).key(&self.keys.endpoints_gone);
        call.arg(id).arg(record::json(ended)?).arg(record::json(entry)?);
        crash::point!("ledger.send-again.before");
        let said: String = call.invoke_async(&mut self.connection()).await?;
        crash::point!("ledger.send-again.after");
        Ok(match said.as_str() {
            "ok" => SentAgain::Due,
            "pending" => SentAgain::Pending,
            _ => SentAgain::Gone,
        })
    }

    /// Forgets deliveries whose time has passed.
    pub(super) async fn trim_deliveries(&self) -> Result<(), LedgerError> {
        let mut call = self.scripts.delivery_trim.prepare_invoke();
        self.delivery_keys(&mut call);
        let keys = &self.keys;
        call.key(&keys.deliveries_in).key(&keys.deliveries_out).key(&keys.deliveries_refused);
        call.arg(millis(self.retention.deliveries)).arg(TRIM).arg(ENTRIES_MAX);
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// What scripts about the log begin with.
    fn delivery_keys(&self, call: &mut redis::ScriptInvocation<'_>) {
        let keys = &self.keys;
        call.key(&keys.deliveries).key(&keys.delivery_bodies).key(&keys.deliveries_seen).key(&keys.deliveries_kept);
    }

    /// What `callback_add.lua` needs besides to write a delivery out down.
    pub(super) fn log_out(&self, call: &mut redis::ScriptInvocation<'_>, begun: &Begun) -> Result<(), LedgerError> {
        self.delivery_keys(call);
        call.key(&self.keys.deliveries_out);
        call.arg(record::json(begun)?).arg(ENTRIES_MAX).arg(millis(self.retention.deliveries));
        Ok(())
    }
}

/// JSON shrinks to a tenth; the fastest level does nearly all of that.
fn pack(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    GzDecoder::new(packed).take(UNPACKED_MAX).read_to_end(&mut body).ok()?;
    Some(body)
}
