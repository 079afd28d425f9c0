//! The operations about how long a store lives and whether it runs. Apart from [`api`](super::api) for the sake
//! of its length.

use std::sync::Arc;

use poem_openapi::OpenApi;
use poem_openapi::param::{Header, Path, Query};

use super::answers::Accepted;
use super::api::{Api, State, Tag};
use super::caller::Caller;
use super::shape::{Key, Length, Word};
use crate::domain::command::Command;
use crate::domain::store::StoreRef;
use crate::inbound;

#[derive(Clone)]
pub(super) struct Life(pub(super) Arc<State>);

#[OpenApi]
impl Life {
    /// Give a store more time
    ///
    /// From its end, or from now where that has passed: a store whose time was over wakes up again. One that has
    /// no end is answered with `not-now`, and so is one that would live longer than is allowed.
    #[oai(path = "/v1/stores/:store/extend", method = "post", operation_id = "extendStore", tag = "Tag::Stores")]
    async fn extend_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// How much more, such as `72h` or `7d`; left out: as much as storebot's configuration says.
        by: Query<Option<Word<Length>>>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        let by = by.0.as_ref().map(|by| inbound::parse::length("by", by.as_str())).transpose()?;
        self.change(caller, Command::Extend { store: StoreRef::new(&store.0), by }, key.0).await
    }

    /// Put a store to sleep
    ///
    /// Nothing of it runs any more, everything is kept, and it takes only a part of the quota. It is `updating`,
    /// then `asleep`. A store that is not at rest is answered with `not-now`.
    #[oai(path = "/v1/stores/:store/sleep", method = "post", operation_id = "sleepStore", tag = "Tag::Stores")]
    async fn sleep_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        self.change(caller, Command::Sleep { store: StoreRef::new(&store.0) }, key.0).await
    }

    /// Wake a store
    ///
    /// It is `updating`, then proven by a test order and `ready`. It has to fit in the quota again. A store whose
    /// time is over is answered with `not-now`: `extend` wakes it.
    #[oai(path = "/v1/stores/:store/wake", method = "post", operation_id = "wakeStore", tag = "Tag::Stores")]
    async fn wake_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        self.change(caller, Command::Wake { store: StoreRef::new(&store.0) }, key.0).await
    }
}

impl Life {
    async fn change(&self, caller: Caller, command: Command, key: Option<Word<Key>>) -> poem::Result<Accepted> {
        Api(Arc::clone(&self.0)).change(caller, command, key).await
    }
}
