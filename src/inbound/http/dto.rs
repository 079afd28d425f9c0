//! The shapes of the API: what clients write and read, apart from what storebot keeps.
//!
//! Each type is read and written by serde; its derived `Object` only documents it. Fields that are
//! not set are absent, never null; in requests null counts as absent.

use poem_openapi::Object;
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};

use super::governed::Room;
use super::shape::{CountryCode, CurrencyCode, Id, Length, Name, Time, Title, Word};
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::login::Login;
use crate::domain::plan::Plan;
use crate::domain::record::{self, Phase, Record, StepName, StepState};
use crate::domain::view::StoreView;
use crate::text::story;

/// What a new store shall be.
#[derive(Debug, Deserialize, Object)]
#[serde(deny_unknown_fields)]
#[oai(deny_unknown_fields)]
pub(super) struct CreateStore {
    /// The first part of the store's address; free again once the store has been deleted.
    pub(super) name: Word<Name>,
    /// The shop software.
    pub(super) engine: Word<Engine>,
    /// The store's size; `small` when absent.
    pub(super) plan: Option<Word<Plan>>,
    /// How long the store is wanted, such as `90m`, `72h` or `7d`; as long as the configuration
    /// says when absent. At its end the store is put to sleep, and removed some days later.
    pub(super) ttl: Option<Word<Length>>,
    /// The shop's own title, shown exactly as written; the name when absent.
    pub(super) title: Option<Word<Title>>,
    /// The ISO 4217 code of the money it sells in; storebot's configuration says when absent.
    pub(super) currency: Option<Word<CurrencyCode>>,
    /// The ISO 3166-1 code (two letters) of the country it sells from.
    pub(super) country: Option<Word<CountryCode>>,
    /// The cluster to put the store on; storebot chooses when absent.
    pub(super) cell: Option<String>,
}

/// One shop.
#[derive(Debug, Serialize, Object)]
pub(super) struct Store {
    /// Identifies the store for ever, also after its name was given to another one.
    id: Word<Id>,
    name: Word<Name>,
    /// The shop's own title.
    title: String,
    engine: Word<Engine>,
    plan: Word<Plan>,
    /// What it sells in; absent where the charts' values decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    currency: Option<Word<CurrencyCode>>,
    /// The country it sells from; absent where the charts' values decide.
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<Word<CountryCode>>,
    phase: Word<Phase>,
    /// Why it failed or what holds it up, in kebab-case for programs.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// How the store stands, in words.
    message: String,
    /// The shop's address; absent until the shop has been ready once.
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// Where the shop's owner signs in; absent until the shop has been ready once.
    #[serde(skip_serializing_if = "Option::is_none")]
    admin_url: Option<String>,
    owner: String,
    /// The cluster it is on.
    cell: String,
    namespace: String,
    created_at: Word<Time>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ready_at: Option<Word<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<Word<Time>>,
    /// Of a store that is being deleted with a grace: not before, and until then `undo` takes it back. Of one whose
    /// time is over: it sleeps, and until then `extend` wakes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    deletes_at: Option<Word<Time>>,
    /// The steps of its creation, in their order.
    steps: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proof: Option<Proof>,
    #[serde(skip_serializing_if = "Option::is_none")]
    release: Option<Release>,
    /// What somebody has changed in the cluster past storebot, in plain words, one object each; absent where
    /// the shop is as it was installed. `upgrade` brings it back.
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Vec<String>>,
    /// Grows with each change; also the `ETag`.
    version: u64,
}

/// One step of a creation.
#[derive(Debug, Serialize, Object)]
struct Step {
    name: Word<StepName>,
    state: Word<StepState>,
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Word<Time>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    finished_at: Option<Word<Time>>,
}

/// The test order that showed that the shop sells.
#[derive(Debug, Serialize, Object)]
struct Proof {
    /// The order's number in the shop.
    order: String,
    /// Amount and currency as the shop printed them.
    total: String,
    placed_at: Word<Time>,
    /// How long the order took, from the first request to the last.
    #[serde(skip_serializing_if = "Option::is_none")]
    seconds: Option<f64>,
}

/// What is installed.
#[derive(Debug, Serialize, Object)]
struct Release {
    revision: u32,
    /// Chart name and version.
    chart: String,
}

/// A login of the shop's administrator. Shown this once: keep it now.
#[derive(Serialize, Object)]
pub(super) struct Credentials {
    /// Where to sign in.
    url: String,
    username: String,
    password: String,
}

impl From<Login> for Credentials {
    fn from(login: Login) -> Self {
        let password = login.password.expose_secret().to_owned();
        Self { url: login.url, username: login.username, password }
    }
}

/// Stores, newest first.
#[derive(Debug, Serialize, Object)]
pub(super) struct StoreList {
    pub(super) items: Vec<Store>,
    /// Give it as `cursor` to get the next page; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_cursor: Option<String>,
}

/// A store that was just asked for, and what there is room for besides.
#[derive(Debug, Serialize, Object)]
pub(super) struct CreatedStore {
    #[serde(flatten)]
    #[oai(flatten)]
    pub(super) store: Store,
    pub(super) room: Room,
}

/// A delivery that became a command.
#[derive(Debug, Serialize, Object)]
pub(super) struct DeliveryAccepted {
    pub(super) store_id: Word<Id>,
    pub(super) command: Word<CommandKind>,
    /// The same delivery came before; nothing was done now.
    pub(super) replayed: bool,
}

/// A delivery that asks for nothing.
#[derive(Debug, Serialize, Object)]
pub(super) struct DeliveryIgnored {
    /// Why.
    pub(super) ignored: String,
}

/// Whether storebot can accept commands.
#[derive(Debug, Serialize, Object)]
pub(super) struct Health {
    pub(super) ok: bool,
    pub(super) dependencies: Vec<Dependency>,
}

/// The state of something storebot depends on.
#[derive(Debug, Serialize, Object)]
pub(super) struct Dependency {
    pub(super) name: String,
    pub(super) ok: bool,
    pub(super) detail: String,
}

impl From<&Record> for Store {
    fn from(record: &Record) -> Self {
        let view = StoreView::new(record, story::headline(record));
        Self {
            id: Word::new(view.id),
            name: Word::new(view.name),
            title: view.title,
            engine: view.engine.into(),
            plan: view.plan.into(),
            currency: view.currency.map(|c| Word::new(c.code())),
            country: view.country.map(|c| Word::new(c.code().to_owned())),
            phase: view.phase.into(),
            reason: view.reason,
            message: view.message,
            url: view.url,
            admin_url: view.admin_url,
            owner: view.owner,
            cell: view.cell,
            namespace: view.namespace,
            created_at: view.created_at.into(),
            ready_at: view.ready_at.map(Word::from),
            expires_at: view.expires_at.map(Word::from),
            deletes_at: view.deletes_at.map(Word::from),
            steps: view.steps.into_iter().map(Step::from).collect(),
            proof: view.proof.map(Proof::from),
            release: view.release.map(Release::from),
            drift: Some(view.drift).filter(|d| !d.is_empty()),
            version: view.version,
        }
    }
}

impl From<record::Step> for Step {
    fn from(step: record::Step) -> Self {
        Self {
            name: step.name.into(),
            state: step.state.into(),
            started_at: step.started_at.map(Word::from),
            finished_at: step.finished_at.map(Word::from),
        }
    }
}

impl From<record::Proof> for Proof {
    fn from(proof: record::Proof) -> Self {
        Self { order: proof.order, total: proof.total, placed_at: proof.placed_at.into(), seconds: proof.seconds }
    }
}

impl From<record::Release> for Release {
    fn from(release: record::Release) -> Self {
        Self { revision: release.revision, chart: release.chart }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::actor::ActorId;
    use crate::domain::quota::Size;
    use crate::domain::record::{Desired, Observed, Reason, Spec, Task, Trouble, Want};
    use crate::domain::store::{StoreId, StoreName};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_700_000_000 + second).unwrap()
    }

    fn fresh() -> Record {
        Record {
            id: StoreId::from_bits(7),
            spec: Spec {
                name: StoreName::parse("tea").unwrap(),
                engine: Engine::Woocommerce,
                plan: Plan::Small,
                title: "Tea".to_owned(),
                currency: None,
                country: None,
                owner: ActorId::new("api:ana"),
                cell: "main".to_owned(),
                host: "tea.stores.localhost".to_owned(),
                url: "http://tea.stores.localhost:8080".to_owned(),
                created_at: at(0),
                expires_at: None,
                org: None,
                size: Size::default(),
            },
            desired: Desired::new(1, Want::Present, Task::Install),
            observed: Observed { steps: Vec::new(), ..Observed::fresh(1) },
            version: 1,
            trail: Default::default(),
        }
    }

    fn json(record: &Record) -> serde_json::Value {
        serde_json::to_value(Store::from(record)).unwrap()
    }

    #[test]
    fn a_new_store_has_no_address_and_no_nulls() {
        let mut store = json(&fresh());
        store["message"] = "words".into();
        let expected = serde_json::json!({
            "id": "700000000000", "name": "tea", "title": "Tea", "engine": "woocommerce", "plan": "small", "phase": "queued",
            "message": "words", "owner": "api:ana", "cell": "main", "namespace": "store-700000000000",
            "created_at": "2023-11-14T22:13:20Z", "steps": [], "version": 1
        });
        assert_eq!(store, expected);
    }

    #[test]
    fn a_ready_store_shows_everything() {
        let mut record = fresh();
        record.observed = Observed {
            phase: Phase::Ready,
            ready_at: Some(at(60)),
            proof: Some(record::Proof {
                order: "17".to_owned(),
                total: "23.00 EUR".to_owned(),
                placed_at: at(59),
                seconds: None,
            }),
            release: Some(record::Release { revision: 1, chart: "woocommerce-0.1.0".to_owned() }),
            ..Observed::fresh(1)
        };
        record.observed.set_step(StepName::Namespace, StepState::Done, at(1));
        let store = json(&record);
        assert_eq!(store["url"], "http://tea.stores.localhost:8080");
        assert_eq!(store["admin_url"], "http://tea.stores.localhost:8080/wp-admin/");
        assert_eq!(store["ready_at"], "2023-11-14T22:14:20Z");
        assert_eq!(store["proof"]["order"], "17");
        assert_eq!(store["release"]["revision"], 1);
        assert_eq!(store["steps"][0]["state"], "done");
        assert_eq!(store["steps"][1], serde_json::json!({"name": "release", "state": "pending"}));
    }

    #[test]
    fn an_address_stays_in_trouble_and_goes_with_the_store() {
        let mut record = fresh();
        let trouble = Trouble::new(Reason::CrashLoop, "It stops again and again").with_detail("exit code 1");
        record.observed =
            Observed { phase: Phase::Failed, ready_at: Some(at(60)), trouble: Some(trouble), ..Observed::fresh(1) };
        assert_eq!(json(&record)["reason"], "crash-loop");
        assert!(json(&record)["url"].is_string());
        record.desired = Desired::new(2, Want::Absent, Task::Install);
        assert_eq!(json(&record)["phase"], "deleting");
        assert!(json(&record).get("url").is_none());
    }
}
