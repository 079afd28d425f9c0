//! Questions of doors to a cell's cluster: asked by a door, answered once by any worker that has the
//! cell, forgotten when nobody waits any more.
//!
//! Doors know no cluster, and a look at one changes nothing, so it takes no claim, no job and no
//! event: a worker that dies with a question in hand leaves somebody to ask again. Three things keep
//! it small: a cell's list has a greatest length, every key expires, and a worker passes over what
//! nobody waits for. All times are Redis' own.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use serde::{Deserialize, Serialize};

use super::{BLOCK, Ledger, LedgerError, millis, record};
use crate::domain::pods::Pods;
use crate::domain::store::StoreId;

/// Questions that wait at one cell. A worker answers some hundred in a second; with more waiting, the
/// last one would not be answered in time.
const WAITING_MAX: usize = 100;
/// How long it is known that somebody asked: longer than whoever starts workers takes from look to look.
const KNOCK_KEPT: Duration = Duration::from_secs(60);
/// How long an answer is kept for whoever waits.
const ANSWER_KEPT: Duration = Duration::from_secs(10);

/// "What runs for this store?"
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Question {
    /// Names the answer, too.
    pub id: String,
    pub store: StoreId,
}

/// What a worker says to a [`Question`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "lowercase")]
pub enum CellAnswer {
    Seen(Pods),
    /// The cluster did not answer the worker.
    Away,
}

/// Too many questions wait at the cell already; this one was not asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many questions wait at the cell")]
pub struct Full;

impl Ledger {
    /// Puts a question to the workers of a cell; it counts for `within`.
    ///
    /// # Errors
    /// `Unavailable`; inside: [`Full`].
    pub async fn ask_cell(
        &self,
        cell: &str,
        question: &Question,
        within: Duration,
    ) -> Result<Result<(), Full>, LedgerError> {
        let mut call = self.scripts.question_ask.prepare_invoke();
        call.key(self.keys.questions(cell)).key(self.keys.question(&question.id)).key(&self.keys.knock);
        call.arg(record::json(question)?).arg(WAITING_MAX).arg(millis(within)).arg(millis(KNOCK_KEPT));
        let answer: String = call.invoke_async(&mut self.connection()).await?;
        Ok(if answer == "ok" { Ok(()) } else { Err(Full) })
    }

    /// Waits for the answer, for `within` at the longest. `None`: nobody has answered.
    pub async fn cell_answer(&self, question: &str, within: Duration) -> Option<CellAnswer> {
        self.answer(&self.keys.answer(question), within).await
    }

    /// Reads the questions to these cells.
    #[must_use]
    pub fn question_reader(&self, cells: impl IntoIterator<Item = String>) -> QuestionReader {
        let lists = cells.into_iter().map(|cell| self.keys.questions(&cell)).collect();
        QuestionReader { ledger: self.clone(), lists, connection: None }
    }

    /// Tells whoever waits.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn answer_question(&self, question: &str, answer: &CellAnswer) -> Result<(), LedgerError> {
        let key = self.keys.answer(question);
        let mut pipe = redis::pipe();
        pipe.atomic().rpush(&key, record::json(answer)?).ignore();
        pipe.cmd("PEXPIRE").arg(&key).arg(millis(ANSWER_KEPT)).ignore();
        Ok(pipe.query_async(&mut self.connection()).await?)
    }
}

/// Reads the questions to some cells, each question on one reader of all.
pub struct QuestionReader {
    ledger: Ledger,
    lists: Vec<String>,
    connection: Option<MultiplexedConnection>,
}

impl QuestionReader {
    /// The next question that somebody still waits for; none when there was nothing for a second, or
    /// nothing that counts any more.
    ///
    /// # Errors
    /// `Unavailable`. The next call connects anew.
    pub async fn next(&mut self) -> Result<Option<Question>, LedgerError> {
        let lists: Vec<&str> = self.lists.iter().map(String::as_str).collect();
        let popped = self.ledger.pop(&mut self.connection, &lists, BLOCK).await;
        if popped.is_err() {
            self.connection = None;
        }
        let Some(text) = popped? else { return Ok(None) };
        let Ok(question) = serde_json::from_str::<Question>(&text) else {
            tracing::warn!("a question of an unknown shape was passed over");
            return Ok(None);
        };
        let key = self.ledger.keys.question(&question.id);
        let (open, _): (Option<String>, i64) = redis::pipe()
            .cmd("GETDEL")
            .arg(key)
            .del(&self.ledger.keys.knock)
            .query_async(&mut self.ledger.connection())
            .await?;
        Ok(open.map(|_| question))
    }
}
