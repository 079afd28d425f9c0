//! How long stores take, for whoever waits for one.

use std::time::Duration;

use super::{Ledger, LedgerError, millis};
use crate::domain::engine::Engine;
use crate::domain::record::StepName;
use crate::domain::store::StoreId;
use crate::domain::usual::Usual;

/// Where stores of an engine are kept, and each of their steps: `medusa`, `medusa/setup`.
fn fields(engine: Engine) -> [String; 1 + StepName::ALL.len()] {
    let [a, b, c, d, e] = StepName::ALL.map(|step| format!("{engine}/{}", step.as_str()));
    [engine.as_str().to_owned(), a, b, c, d, e]
}

impl Ledger {
    /// How long stores of an engine usually took lately, and the place of this one in line: 1 for the one that
    /// is next, `None` when it is not in line. One round trip.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn outlook(&self, engine: Engine, store: &StoreId) -> Result<(Usual, Option<u64>), LedgerError> {
        let names = fields(engine);
        let (times, rank): (Vec<Option<u64>>, Option<u64>) = redis::pipe()
            .cmd("HMGET")
            .arg(&self.keys.took)
            .arg(&names)
            .zrank(&self.keys.ready, store.as_str())
            .query_async(&mut self.connection())
            .await?;
        let time = |at: usize| times.get(at).copied().flatten().map(Duration::from_millis);
        let usual = Usual { whole: time(0), steps: std::array::from_fn(|step| time(step + 1)) };
        Ok((usual, rank.map(|before| before + 1)))
    }

    /// Notes how long a store took, and what of it each step; all at once. The means lean to the newer ones.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn note_took(&self, engine: Engine, took: &Usual) -> Result<(), LedgerError> {
        let mut call = self.scripts.took.prepare_invoke();
        call.key(&self.keys.took);
        let times = std::iter::once(took.whole).chain(took.steps);
        for (field, time) in fields(engine).iter().zip(times) {
            if let Some(time) = time {
                call.arg(field).arg(millis(time));
            }
        }
        Ok(call.invoke_async(&mut self.connection()).await?)
    }
}
