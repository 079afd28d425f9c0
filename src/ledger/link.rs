//! The one connection that all commands share, and its replacement.
//!
//! redis' own `ConnectionManager` was tried and left: a command that meets a broken connection waits
//! for its whole schedule of attempts (8 s were seen), an answer that never comes does not make it
//! connect anew, and an error other than of I/O while connecting, such as a server that is still
//! loading its file, stays its answer for ever. Here each command has one deadline, connecting
//! included, and any failure that may be the connection's ends the connection, and so does the answer
//! of a server that is not the one to ask any more.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, Value};
use tokio::sync::Mutex;
use tokio::time::Instant;

use super::durability::Guard;
use super::place::Place;

/// Cheap to clone; clones share the connection, on which commands are pipelined.
#[derive(Clone)]
pub(super) struct Link(Arc<Inner>);

struct Inner {
    place: Place,
    database: i64,
    guard: Guard,
    /// For one command, connecting included.
    deadline: Duration,
    current: RwLock<Option<Numbered>>,
    /// Connections made so far.
    made: AtomicU64,
    /// Held while connecting: one attempt for all who wait.
    connecting: Mutex<()>,
}

/// A connection, and a number that tells it from the ones before it.
#[derive(Clone)]
struct Numbered {
    number: u64,
    connection: MultiplexedConnection,
}

impl Link {
    /// Does not connect: the first command does.
    pub(super) fn new(place: Place, database: i64, guard: Guard, deadline: Duration) -> Self {
        Self(Arc::new(Inner {
            place,
            database,
            guard,
            deadline,
            current: RwLock::default(),
            made: AtomicU64::default(),
            connecting: Mutex::default(),
        }))
    }

    pub(super) fn guard(&self) -> &Guard {
        &self.0.guard
    }

    fn current(&self) -> Option<Numbered> {
        self.0.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn replace(&self, by: Option<Numbered>) {
        *self.0.current.write().unwrap_or_else(PoisonError::into_inner) = by;
    }

    /// Gives up a connection, unless it has been replaced already.
    fn give_up(&self, number: u64) {
        if self.current().is_some_and(|c| c.number == number) {
            self.replace(None);
        }
    }

    async fn connected(&self) -> RedisResult<Numbered> {
        if let Some(current) = self.current() {
            return Ok(current);
        }
        let _one_at_a_time = self.0.connecting.lock().await;
        if let Some(current) = self.current() {
            return Ok(current);
        }
        // Deadlines are kept here, for connecting and answer together.
        let settings = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let mut connection = self.0.place.connect(&settings).await?;
        self.0.guard.admit(&mut connection).await?;
        let number = self.0.made.fetch_add(1, Ordering::Relaxed);
        let fresh = Numbered { number, connection };
        self.replace(Some(fresh.clone()));
        Ok(fresh)
    }

    async fn ask<T: Answer>(
        &self,
        until: Instant,
        command: impl AsyncFnOnce(&mut MultiplexedConnection) -> RedisResult<T>,
    ) -> RedisResult<T> {
        let mut used = None;
        let asking = async {
            let mut numbered = self.connected().await?;
            used = Some(numbered.number);
            command(&mut numbered.connection).await.map_err(of_the_wire)
        };
        let result = tokio::time::timeout_at(until, asking).await.unwrap_or_else(|_| Err(too_late()));
        if let Some(number) = used
            && ends(&result)
        {
            self.give_up(number);
        }
        result
    }
}

/// At this point nothing has been made of an answer yet. So one that cannot be read says nothing about
/// what is stored: it broke off in the middle, which the client's parser does not always take for the
/// end of the connection.
fn of_the_wire(error: RedisError) -> RedisError {
    match error.kind() {
        ErrorKind::Parse => RedisError::from((ErrorKind::Io, "the answer broke off")),
        _ => error,
    }
}

fn too_late() -> RedisError {
    RedisError::from((ErrorKind::Io, "no answer in time"))
}

/// Whether an answer says that the connection is broken, or leads to the wrong server.
fn ends<T: Answer>(result: &RedisResult<T>) -> bool {
    match result {
        Ok(answer) => answer.errors().any(is_of_another_server),
        Err(error) => {
            error.is_io_error() || error.is_unrecoverable_error() || error.code().is_some_and(is_of_another_server)
        }
    }
}

/// Whether the wrong server was asked and refused everything: asking the right one is safe.
fn turned_away<T: Answer>(result: &RedisResult<T>) -> bool {
    match result {
        Ok(answer) => answer.only_errors() && answer.errors().all(is_of_another_server),
        Err(error) => error.code().is_some_and(is_of_another_server),
    }
}

/// Codes of a server that is not, not yet or not any more the one that takes the ledger's writes. It
/// has done nothing; connecting anew finds the one that does.
fn is_of_another_server(code: &str) -> bool {
    ["READONLY", "MOVED", "MASTERDOWN", "CLUSTERDOWN", "LOADING"].contains(&code)
}

/// What comes back, in which the server's errors may be hidden.
trait Answer {
    /// Their codes.
    fn errors(&self) -> impl Iterator<Item = &str>;

    /// There is nothing else in it.
    fn only_errors(&self) -> bool;
}

impl Answer for Value {
    fn errors(&self) -> impl Iterator<Item = &str> {
        code(self).into_iter()
    }

    fn only_errors(&self) -> bool {
        code(self).is_some()
    }
}

impl Answer for Vec<Value> {
    fn errors(&self) -> impl Iterator<Item = &str> {
        self.iter().filter_map(code)
    }

    fn only_errors(&self) -> bool {
        self.iter().all(|value| code(value).is_some())
    }
}

fn code(value: &Value) -> Option<&str> {
    match value {
        Value::ServerError(error) => Some(error.code()),
        _ => None,
    }
}

impl Link {
    async fn one(&self, command: &Cmd) -> RedisResult<Value> {
        let until = Instant::now() + self.0.deadline;
        let ask = async || self.ask(until, async |connection| connection.send_packed_command(command).await).await;
        let answer = ask().await;
        if turned_away(&answer) { ask().await } else { answer }
    }

    async fn many(&self, commands: &Pipeline, offset: usize, count: usize) -> RedisResult<Vec<Value>> {
        let until = Instant::now() + self.0.deadline;
        let ask = async || {
            self.ask(until, async |connection| connection.send_packed_commands(commands, offset, count).await).await
        };
        let answer = ask().await;
        if turned_away(&answer) { ask().await } else { answer }
    }
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(self.one(command))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.many(commands, offset, count))
    }

    fn get_db(&self) -> i64 {
        self.0.database
    }
}
