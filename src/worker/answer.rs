//! Answers the questions of doors about what runs for a store.
//!
//! Looks and changes nothing, so it takes no claim and runs beside the work. Asks the API server and
//! not the caches of the watch: these have summaries only, and a person who asks wants to know how it
//! is now.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use super::{LEDGER_PAUSE, Shared};
use crate::ledger::{CellAnswer, LedgerError, Question};

/// Questions answered at once by one worker. The others wait in the ledger, where another worker may
/// take them.
const AT_ONCE: usize = 4;
/// Less than a door waits, so that it hears that the cluster is away rather than nothing.
const PATIENCE: Duration = Duration::from_secs(4);

/// Answers until told to stop. A question in hand is answered to its end.
pub(super) async fn answer_questions(shared: Arc<Shared>, stop: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    let mut reader = shared.ledger.question_reader(shared.cells.keys().cloned());
    loop {
        let Ok(permit) = Arc::clone(&room).acquire_owned().await else { return };
        // What is popped in the moment of stopping is lost: whoever waits is told to ask again.
        let Some(next) = stop.run_until_cancelled(reader.next()).await else { return };
        match next {
            Ok(Some(question)) => {
                let answering = Arc::clone(&shared);
                shared.tasks.spawn(async move {
                    if let Err(error) = answering.answer(&question).await {
                        tracing::debug!(store.id = %question.store, %error, "a question was not answered");
                    }
                    drop(permit);
                });
            }
            Ok(None) => {}
            Err(error) => {
                tracing::debug!(%error, "questions cannot be read, trying again");
                tokio::time::sleep(LEDGER_PAUSE).await;
            }
        }
    }
}

impl Shared {
    async fn answer(&self, question: &Question) -> Result<(), LedgerError> {
        let Some(record) = self.ledger.record(&question.store).await? else { return Ok(()) };
        let Some(cell) = self.cells.get(&record.spec.cell) else { return Ok(()) };
        if self.vitals[&cell.config.name].is_away() {
            return self.ledger.answer_question(&question.id, &CellAnswer::Away).await;
        }
        let answer = match tokio::time::timeout(PATIENCE, cell.cluster.pods(&record.id)).await {
            Ok(Ok(pods)) => CellAnswer::Seen(pods),
            Ok(Err(error)) => {
                tracing::info!(store.id = %record.id, %error, "a store's pods cannot be looked at");
                CellAnswer::Away
            }
            Err(_elapsed) => CellAnswer::Away,
        };
        self.ledger.answer_question(&question.id, &answer).await
    }
}
