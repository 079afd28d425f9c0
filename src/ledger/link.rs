//! The one connection that all commands share, and its replacement.
//!
//! redis' own `ConnectionManager` was tried and left: a command that meets a broken connection waits
//! for its whole schedule of attempts (8 s were seen), an answer that never comes does not make it
//! connect anew, and an error other than of I/O while connecting, such as a server that is still
//! loading its file, stays its answer for ever. Here each command has one deadline, connecting
//! included, and any failure that may be the connection's ends the connection.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use redis::aio::{ConnectionLike, MultiplexedConnection};
use redis::{AsyncConnectionConfig, Client, Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, RedisResult, Value};
use tokio::sync::Mutex;

/// Cheap to clone; clones share the connection, on which commands are pipelined.
#[derive(Clone)]
pub(super) struct Link(Arc<Inner>);

struct Inner {
    client: Client,
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
    pub(super) fn new(client: Client, deadline: Duration) -> Self {
        Self(Arc::new(Inner {
            client,
            deadline,
            current: RwLock::default(),
            made: AtomicU64::default(),
            connecting: Mutex::default(),
        }))
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
        let connection = self.0.client.get_multiplexed_async_connection_with_config(&settings).await?;
        let number = self.0.made.fetch_add(1, Ordering::Relaxed);
        let fresh = Numbered { number, connection };
        self.replace(Some(fresh.clone()));
        Ok(fresh)
    }

    async fn ask<T>(&self, command: impl AsyncFnOnce(&mut MultiplexedConnection) -> RedisResult<T>) -> RedisResult<T> {
        let mut used = None;
        let asking = async {
            let mut numbered = self.connected().await?;
            used = Some(numbered.number);
            command(&mut numbered.connection).await
        };
        let result = tokio::time::timeout(self.0.deadline, asking).await.unwrap_or_else(|_| Err(too_late()));
        if let (Err(error), Some(number)) = (&result, used)
            && (error.is_io_error() || error.is_unrecoverable_error())
        {
            self.give_up(number);
        }
        result
    }
}

fn too_late() -> RedisError {
    RedisError::from((ErrorKind::Io, "no answer in time"))
}

impl ConnectionLike for Link {
    fn req_packed_command<'a>(&'a mut self, command: &'a Cmd) -> RedisFuture<'a, Value> {
        Box::pin(self.ask(async |connection| connection.send_packed_command(command).await))
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        commands: &'a Pipeline,
        offset: usize,
        count: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        Box::pin(self.ask(async move |connection| connection.send_packed_commands(commands, offset, count).await))
    }

    fn get_db(&self) -> i64 {
        self.0.client.get_connection_info().redis_settings().db()
    }
}
