//! Callbacks that wait for another attempt.

use std::time::Duration;

use jiff::Timestamp;
use redis::AsyncCommands as _;
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, millis, record};
use crate::domain::delivery::{Begun, DeliveryState, Ended};
use crate::domain::event::EventKind;
use crate::domain::secret::SecretText;
use crate::domain::store::StoreId;
use crate::domain::trail::Trail;

/// A signed delivery that has not been taken yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingCallback {
    /// Id of the delivery, the same at each attempt: receivers recognise repetitions by it.
    pub id: String,
    pub store: StoreId,
    pub kind: EventKind,
    pub url: SecretText,
    /// Attempts made.
    pub attempt: u32,
    /// The promise it was made from; empty where nobody was promised it.
    pub reply: String,
    /// Which of the operator's endpoints it is for. `None`: a receiver of the store's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Of the command whose end it tells, where it tells one.
    #[serde(default, skip_serializing_if = "Trail::is_empty")]
    pub trail: Trail,
}

impl Ledger {
    /// Makes a delivery, if it was never made before; one of a promise only if that is still open. Whoever is
    /// to be called is from now on called under this one id.
    ///
    /// # Errors
    /// `Unavailable`: whether it was made is unknown; doing it again is safe.
    pub async fn add_callback(&self, callback: &PendingCallback, begun: &Begun) -> Result<(), LedgerError> {
        let mut call = self.scripts.callback_add.prepare_invoke();
        call.key(self.keys.replies(&callback.store)).key(&self.keys.callbacks).key(&self.keys.callbacks_due);
        call.key(self.keys.made(&callback.store)).key(&self.keys.endpoints_gone);
        call.arg(&callback.reply).arg(&callback.id).arg(record::json(callback)?);
        call.arg(millis(self.retention.events)).arg(callback.endpoint.as_deref().unwrap_or_default());
        self.log_out(&mut call, begun)?;
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Keeps a callback for another attempt, and writes down how the last one went.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn postpone_callback(
        &self,
        callback: &PendingCallback,
        pause: Duration,
        ended: &Ended,
    ) -> Result<(), LedgerError> {
        self.end_attempt(&callback.id, ended, &record::json(callback)?, pause).await
    }

    async fn end_attempt(&self, id: &str, ended: &Ended, again: &str, pause: Duration) -> Result<(), LedgerError> {
        let mut call = self.scripts.callback_end.prepare_invoke();
        call.key(&self.keys.callbacks).key(&self.keys.callbacks_due).key(&self.keys.deliveries);
        call.arg(id).arg(record::json(ended)?).arg(again).arg(millis(pause));
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Takes up to `max` callbacks that are due. Whoever takes them postpones or finishes them; else they
    /// are due again after `lease`.
    ///
    /// # Errors
    /// `Unavailable`. One that cannot be read is dropped and logged.
    pub async fn due_callbacks(&self, max: usize, lease: Duration) -> Result<Vec<PendingCallback>, LedgerError> {
        let mut call = self.scripts.callback_take.prepare_invoke();
        call.key(&self.keys.callbacks_due).key(&self.keys.callbacks).arg(max).arg(millis(lease));
        let taken: Vec<(String, String)> = call.invoke_async(&mut self.connection()).await?;
        let mut callbacks = Vec::with_capacity(taken.len());
        for (id, text) in taken {
            match serde_json::from_str(&text) {
                Ok(callback) => callbacks.push(callback),
                // It could never be delivered, and would be met again and again.
                Err(error) => {
                    tracing::error!(callback = id, %error, "a callback cannot be read and was dropped");
                    let at = i64::try_from(self.now_ms().await?).unwrap_or_default();
                    let at = Timestamp::from_millisecond(at).unwrap_or_default();
                    let reason = Some("it cannot be read".to_owned());
                    let ended = Ended { reason, ..Ended::new(DeliveryState::Stopped, at) };
                    self.finish_callback(&id, &ended).await?;
                }
            }
        }
        Ok(callbacks)
    }

    /// Ends a delivery whose receiver wants no more, and calls that receiver no more: `followers` of the store
    /// are forgotten, an endpoint of the operator's is passed over from now on.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn switch_off(
        &self,
        callback: &PendingCallback,
        ended: &Ended,
        followers: &[String],
    ) -> Result<(), LedgerError> {
        let mut call = self.scripts.callback_gone.prepare_invoke();
        call.key(&self.keys.callbacks).key(&self.keys.callbacks_due).key(&self.keys.deliveries);
        call.key(self.keys.followers(&callback.store)).key(&self.keys.endpoints_gone);
        call.arg(&callback.id).arg(record::json(ended)?);
        call.arg(callback.endpoint.as_deref().unwrap_or_default()).arg(followers);
        Ok(call.invoke_async(&mut self.connection()).await?)
    }

    /// Whether an endpoint has said that it wants no more.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn is_switched_off(&self, endpoint: &str) -> Result<bool, LedgerError> {
        Ok(self.connection().hexists(&self.keys.endpoints_gone, endpoint).await?)
    }

    /// All endpoints are called again. Says which were not.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn switch_on(&self) -> Result<Vec<String>, LedgerError> {
        let (off, _): (Vec<String>, i64) = redis::pipe()
            .atomic()
            .hkeys(&self.keys.endpoints_gone)
            .del(&self.keys.endpoints_gone)
            .query_async(&mut self.connection())
            .await?;
        Ok(off)
    }

    /// Ends a callback, and writes down how.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn finish_callback(&self, id: &str, ended: &Ended) -> Result<(), LedgerError> {
        self.end_attempt(id, ended, "", Duration::ZERO).await
    }
}
