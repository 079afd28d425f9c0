//! Callbacks that wait for another attempt.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Ledger, LedgerError, millis, record};
use crate::domain::delivery::{Begun, DeliveryState, Ended};
use crate::domain::event::EventKind;
use crate::domain::secret::SecretText;
use crate::domain::store::StoreId;

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
    /// The promise it was made from.
    pub reply: String,
}

impl Ledger {
    /// Makes a delivery of a promise, if the promise is still open: whoever was to be called back is
    /// from now on called under this one id.
    ///
    /// # Errors
    /// `Unavailable`: whether it was made is unknown; doing it again is safe.
    pub async fn add_callback(&self, callback: &PendingCallback, begun: &Begun) -> Result<(), LedgerError> {
        let mut call = self.scripts.callback_add.prepare_invoke();
        call.key(self.keys.replies(&callback.store)).key(&self.keys.callbacks).key(&self.keys.callbacks_due);
        call.arg(&callback.reply).arg(&callback.id).arg(record::json(callback)?);
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

    /// Ends a callback, and writes down how.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn finish_callback(&self, id: &str, ended: &Ended) -> Result<(), LedgerError> {
        self.end_attempt(id, ended, "", Duration::ZERO).await
    }
}
