//! The operations of the API, each: who is calling, what is asked, what became of it.
//!
//! They translate and nothing else. Operations that share a path stand in one `impl`, because the generator loses
//! one of them otherwise; those of other paths may stand apart, as in [`follow`](super::follow).

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use poem_openapi::param::{Header, Path, Query};
use poem_openapi::{OpenApi, Tags};
use tokio_util::sync::CancellationToken;

use super::answers::{Accepted, Alive, Created, Found, Healthy, Listed, Shown};
use super::caller::Caller;
use super::dto::{CreateStore, CreatedStore, Dependency, Health, Store, StoreList};
use super::governed::Room;
use super::payload::{Body, Json};
use super::shape::{Cursor, Key, Search, Word};
use super::translate::{self, ListQuery};
use crate::commands::{self, Commands};
use crate::domain::actor::Door;
use crate::domain::command::Command;
use crate::domain::engine::Engine;
use crate::domain::outcome::Outcome;
use crate::domain::record::{Phase, Record};
use crate::domain::request::Request;
use crate::domain::sort::Sort;
use crate::domain::store::StoreRef;
use crate::forge::Forges;
use crate::inbound;
use crate::inbound::discord::GatewayState;
use crate::inbound::webhook::Sources;
use crate::metrics::Metrics;

/// What the operations work with.
pub(super) struct State {
    pub(super) commands: Arc<Commands>,
    pub(super) sources: Arc<Sources>,
    pub(super) forges: Forges,
    pub(super) metrics: Metrics,
    pub(super) gateway: Option<GatewayState>,
    pub(super) clock: fn() -> Timestamp,
    /// Cancelled when the process is asked to end.
    pub(super) draining: CancellationToken,
    /// Cancelled when its doors close.
    pub(super) close: CancellationToken,
}

/// How long a caller is kept waiting for a login. Clients and proxies give up after 30 s.
pub(super) const LOGIN_WAIT: Duration = Duration::from_secs(25);

#[derive(Clone)]
pub(super) struct Api(pub(super) Arc<State>);

#[derive(Tags)]
pub(super) enum Tag {
    /// Shops.
    Stores,
    /// Limits and what is used of them.
    Quota,
    /// Requests for more than a quota allows.
    Approvals,
    /// Who did what. For administrators.
    Audit,
    /// What was given up. For administrators.
    DeadLetters,
    /// Signed deliveries from other systems.
    Webhooks,
    /// What came in by webhook and what went out. For administrators.
    Deliveries,
    /// The clusters that stores are on. For administrators.
    Cells,
    /// For whatever runs storebot.
    Health,
}

#[OpenApi]
impl Api {
    /// Create a store
    ///
    /// The answer comes at once; the store gets ready by itself. Repeating the request with the same
    /// `Idempotency-Key` answers what the first one answered and creates nothing.
    #[oai(path = "/v1/stores", method = "post", operation_id = "createStore", tag = "Tag::Stores")]
    async fn create_store(
        &self,
        caller: Caller,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
        body: Body<CreateStore>,
    ) -> poem::Result<Created> {
        let create = translate::create(&body.value)?;
        let key = key.0.map(|key| inbound::parse::idempotency_key(key.as_str(), translate::fingerprint(&body.raw)));
        let request = Request { key: key.transpose()?, ..self.request(caller, Command::Create(create)) };
        let outcome = self.submit(request).await?;
        let room = Room::new(&outcome.quota, outcome.usually);
        let (location, tag) = (format!("/v1/stores/{}", outcome.store.id), etag(&outcome.store));
        let created = CreatedStore { store: Store::from(&outcome.store), room };
        Ok(Created::Accepted(Json(created), location, tag))
    }

    /// List stores
    ///
    /// Your own; for administrators everybody's. A deleted one stays listed for a while, as `deleted`. The store
    /// whose name or id is searched for comes before all others. A page may be short of `limit` and have a
    /// `next_cursor`: then there is more to be looked through.
    #[expect(clippy::too_many_arguments, reason = "to the generator each query parameter is an argument")]
    #[oai(path = "/v1/stores", method = "get", operation_id = "listStores", tag = "Tag::Stores")]
    async fn list_stores(
        &self,
        caller: Caller,
        /// Only stores of this owner.
        owner: Query<Option<String>>,
        /// Only stores in this phase.
        phase: Query<Option<Word<Phase>>>,
        /// Only stores with this shop software.
        engine: Query<Option<Word<Engine>>>,
        /// Only stores with this in their names, in whatever case, or with this id; with a colon in it, of this owner.
        q: Query<Option<Word<Search>>>,
        /// The order: `newest` when absent; `ends` has only stores that end by themselves, the next one first.
        sort: Query<Option<Word<Sort>>>,
        /// Stores on a page; 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// The `next_cursor` of the page before, which had the same `sort`.
        cursor: Query<Option<Word<Cursor>>>,
    ) -> poem::Result<Listed> {
        let query = ListQuery {
            owner: owner.0,
            phase: phase.0,
            engine: engine.0,
            q: q.0,
            sort: sort.0,
            limit: limit.0,
            cursor: cursor.0.map(Word::into),
        };
        let page = self.0.commands.list(caller.asker(), &translate::list(query)?).await?;
        let items = page.items.iter().map(Store::from).collect();
        Ok(Listed::Page(Json(StoreList { items, next_cursor: page.next_cursor })))
    }

    /// Look at a store
    ///
    /// As it is now. `phase` says how far it is: `ready` means that a test order was placed in it, unless its nodes
    /// are simulated. With `If-None-Match` and the `ETag` of the last answer, nothing new is answered with 304.
    #[oai(path = "/v1/stores/:store", method = "get", operation_id = "getStore", tag = "Tag::Stores")]
    async fn get_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// Answer 304 when the store still has this version.
        #[oai(name = "If-None-Match")]
        if_none_match: Header<Option<String>>,
    ) -> poem::Result<Found> {
        let record = self.0.commands.get(caller.asker(), &StoreRef::new(&store.0)).await?;
        let tag = etag(&record);
        let known = if_none_match.0.is_some_and(|tags| has_tag(&tags, &tag));
        Ok(if known { Found::NotModified(tag) } else { Found::Found(Json(Store::from(&record)), tag) })
    }

    /// Delete a store
    ///
    /// With all it holds. Repeating it answers the same store again. With `grace` nothing is done about it for that
    /// long, and until then `undo` takes it back.
    #[oai(path = "/v1/stores/:store", method = "delete", operation_id = "deleteStore", tag = "Tag::Stores")]
    async fn delete_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// How long it can be taken back, such as `30s` or `5m`, up to 7 days; left out: not at all.
        grace: Query<Option<String>>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        let store = StoreRef::new(&store.0);
        let grace = grace.0.as_deref().map_or(Ok(Duration::ZERO), inbound::parse::grace)?;
        self.change(caller, Command::Delete { store, grace }, key.0).await
    }

    /// Take a deletion back
    ///
    /// Of a store that was deleted with a `grace` that is not over: it is left as it was. Once its deletion has
    /// begun, or where there was none, the answer is `not-now`.
    #[oai(path = "/v1/stores/:store/undo", method = "post", operation_id = "undoDeletion", tag = "Tag::Stores")]
    async fn undo_deletion(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        let store = StoreRef::new(&store.0);
        self.change(caller, Command::Undo { store }, key.0).await
    }

    /// Go on with a store that has failed
    ///
    /// From where it stopped: its data, namespace and credentials stay. A test order that failed is placed
    /// again; what failed before it gets a new revision; a deletion is tried again. A store that has not
    /// failed is answered with `not-now`.
    #[oai(path = "/v1/stores/:store/retry", method = "post", operation_id = "retryStore", tag = "Tag::Stores")]
    async fn retry_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        let store = StoreRef::new(&store.0);
        self.change(caller, Command::Retry { store }, key.0).await
    }

    /// Place a test order again
    ///
    /// On a store that is ready, or one whose last test order failed. It is `verifying`, then `ready` with a
    /// new proof, or `failed` with the reason.
    #[oai(path = "/v1/stores/:store/verify", method = "post", operation_id = "verifyStore", tag = "Tag::Stores")]
    async fn verify_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        let store = StoreRef::new(&store.0);
        self.change(caller, Command::Verify { store }, key.0).await
    }

    /// Upgrade a store
    ///
    /// To the chart, images and values of today. It is `updating`, then verified again. Where nothing has
    /// changed it stays as it is. A failed upgrade keeps the shop's data and can be asked for again.
    #[oai(path = "/v1/stores/:store/upgrade", method = "post", operation_id = "upgradeStore", tag = "Tag::Stores")]
    async fn upgrade_store(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
        /// The caller's own name for this request, up to 255 characters, with or without quotes.
        #[oai(name = "Idempotency-Key")]
        key: Header<Option<Word<Key>>>,
    ) -> poem::Result<Accepted> {
        let store = StoreRef::new(&store.0);
        self.change(caller, Command::Upgrade { store }, key.0).await
    }

    /// Get a new login
    ///
    /// A fresh password for the shop's administrator, for the store's owner alone. It is shown this once; the
    /// one before it ends. The answer comes when the shop has taken it, within half a minute.
    #[oai(
        path = "/v1/stores/:store/credentials",
        method = "post",
        operation_id = "createCredentials",
        tag = "Tag::Stores"
    )]
    async fn create_credentials(
        &self,
        caller: Caller,
        /// Id or name of the store.
        store: Path<String>,
    ) -> poem::Result<Shown> {
        let (state, store) = (&self.0, StoreRef::new(&store.0));
        let asked = inbound::login(&state.commands, &state.metrics, caller.asker(), &store).await?;
        let login = asked.wait(LOGIN_WAIT).await?;
        Ok(Shown::Login(Json(login.into()), "no-store".to_owned()))
    }

    /// Whether the process runs
    ///
    /// Depends on nothing else, so that a restart never follows from somebody else's trouble.
    #[oai(path = "/health/live", method = "get", operation_id = "live", tag = "Tag::Health")]
    async fn live(&self) -> Alive {
        Alive::Ok(Json(Health { ok: true, dependencies: Vec::new() }))
    }

    /// Whether commands can be accepted
    ///
    /// What Discord's gateway is like is told among the dependencies, and not held against the process: the API
    /// and webhooks work without.
    #[oai(path = "/health/ready", method = "get", operation_id = "ready", tag = "Tag::Health")]
    async fn ready(&self) -> Healthy {
        let mut found = self.0.commands.health().await;
        if self.0.draining.is_cancelled() {
            found.push(stopping());
        }
        let ok = found.iter().all(|d| d.ok);
        found.extend(self.0.gateway.as_ref().map(GatewayState::dependency));
        let dependencies =
            found.into_iter().map(|d| Dependency { name: d.name.to_owned(), ok: d.ok, detail: d.detail }).collect();
        let health = Json(Health { ok, dependencies });
        if ok { Healthy::Ok(health) } else { Healthy::Not(health) }
    }
}

impl Api {
    fn request(&self, caller: Caller, command: Command) -> Request {
        let Caller { actor, origin, at } = caller;
        Request { actor, door: Door::Api, command, key: None, reply_to: None, origin, at }
    }

    pub(super) async fn change(
        &self,
        caller: Caller,
        command: Command,
        key: Option<Word<Key>>,
    ) -> poem::Result<Accepted> {
        // These requests have no body: what is asked stands in the address.
        let asked = translate::fingerprint(format!("{command:?}").as_bytes());
        let key = key.map(|key| inbound::parse::idempotency_key(key.as_str(), asked)).transpose()?;
        let request = Request { key, ..self.request(caller, command) };
        self.submit(request).await.map(|o| accepted(&o.store))
    }

    async fn submit(&self, request: Request) -> poem::Result<Outcome> {
        Ok(inbound::submit(&self.0.commands, &self.0.metrics, request).await?)
    }
}

/// What is told of a process that still answers and shall be sent nothing new.
fn stopping() -> commands::Dependency {
    commands::Dependency { name: "storebot", ok: false, detail: "it stops: go on at another one".to_owned() }
}

fn accepted(record: &Record) -> Accepted {
    Accepted::Accepted(Json(Store::from(record)), format!("/v1/stores/{}", record.id), etag(record))
}

fn etag(record: &Record) -> String {
    format!("\"{}\"", record.version)
}

/// Whether a list of entity tags names this one. Compared weakly, as RFC 9110 asks for here.
pub(super) fn has_tag(tags: &str, tag: &str) -> bool {
    tags.split(',').map(str::trim).any(|t| t == "*" || t.strip_prefix("W/").unwrap_or(t) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_tags_names_a_version() {
        for tags in ["\"3\"", "W/\"3\"", "\"1\", \"3\"", "*"] {
            assert!(has_tag(tags, "\"3\""), "{tags}");
        }
        assert!(!has_tag("\"33\"", "\"3\""));
        assert!(!has_tag("", "\"3\""));
    }
}
