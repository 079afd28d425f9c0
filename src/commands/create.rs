//! `create`: a new store.

use jiff::Timestamp;

use super::{Commands, keep, unavailable};
use crate::config;
use crate::domain::command::{CommandKind, Create};
use crate::domain::outcome::{Outcome, RatePolicy, Refusal};
use crate::domain::record::{Desired, Observed, Record, Spec, Task, Want};
use crate::domain::request::Request;
use crate::domain::store::{StoreId, StoreName};
use crate::ledger::{Admitted, CreateRequest, RefusedBy};

/// Ids are random; that one exists already happens about never, and twice in a row not at all.
const ID_TRIES: usize = 3;

impl Commands {
    pub(super) async fn create(&self, request: &Request, what: &Create) -> Result<Outcome, Refusal> {
        let cell = self.place(what)?;
        self.fits(what)?;
        let reply = self.reply(request);
        for _ in 0..ID_TRIES {
            let record = self.new_record(StoreId::from_bits((self.bits)()), request, what, cell);
            let audit = request.asker().entry(CommandKind::Create, &record.id, &record.spec.name);
            let asked = CreateRequest {
                record: &record,
                audit: &audit,
                keep: keep(request),
                reply: reply.as_ref(),
                quota: self.quota.stores_per_owner,
                creations_per_hour: self.quota.creations_per_hour,
            };
            match self.ledger.create(asked).await.map_err(unavailable)? {
                Ok(Admitted::New { stores }) => return Ok(self.outcome(request, record, false, stores)),
                Ok(Admitted::Replayed { answer, stores }) => {
                    return Ok(self.outcome(request, *answer, true, stores));
                }
                Err(RefusedBy::IdTaken) => {}
                Err(refused) => return Err(self.explain(refused, &what.name).await),
            }
        }
        Err(Refusal::Unavailable)
    }

    /// The cell that was asked for, else the first one.
    fn place(&self, what: &Create) -> Result<&config::Cell, Refusal> {
        let wanted = |cell: &&config::Cell| what.cell.as_ref().is_none_or(|name| *name == cell.name);
        self.cells.iter().find(wanted).ok_or_else(|| Refusal::Unknown {
            field: "cell",
            text: what.cell.clone().unwrap_or_default(),
            known: self.cells.iter().map(|c| c.name.clone()).collect(),
        })
    }

    /// Whether the engine can be what is asked: the plan is big enough by the configuration, and the
    /// engine sells in the currency.
    fn fits(&self, what: &Create) -> Result<(), Refusal> {
        let engine = what.engine;
        let smallest = self.engines.of(engine).smallest_plan;
        if what.plan < smallest {
            return Err(Refusal::PlanTooSmall { engine, smallest });
        }
        match what.currency.or(self.shop.currency) {
            Some(currency) if !currency.is_known_to(engine) => {
                let why = format!("is one that {} can sell in, and {currency} is not", engine.title());
                Err(Refusal::Invalid { field: "currency".to_owned(), why })
            }
            _ => Ok(()),
        }
    }

    async fn explain(&self, refused: RefusedBy, name: &StoreName) -> Refusal {
        match refused {
            RefusedBy::KeyReused => Refusal::KeyReused,
            RefusedBy::Quota { used } => Refusal::Quota { used, limit: self.quota.stores_per_owner },
            RefusedBy::Rate { retry_after_ms } => Refusal::RateLimited {
                policy: RatePolicy { name: "creations", limit: self.quota.creations_per_hour, window_seconds: 3600 },
                retry_after_ms,
            },
            RefusedBy::Taken { by } => {
                let holder = self.ledger.record(&by).await.ok().flatten();
                let going = holder.is_some_and(|r| r.desired.want == Want::Absent);
                Refusal::NameTaken { name: name.clone(), going }
            }
            RefusedBy::IdTaken | RefusedBy::Conflict => Refusal::Unavailable,
        }
    }

    fn new_record(&self, id: StoreId, request: &Request, what: &Create, cell: &config::Cell) -> Record {
        let name = what.name.as_str();
        let expires_at: Option<Timestamp> = what.ttl.and_then(|ttl| request.at.checked_add(ttl).ok());
        Record {
            id,
            spec: Spec {
                name: what.name.clone(),
                engine: what.engine,
                plan: what.plan,
                currency: what.currency.or(self.shop.currency),
                country: what.country.or(self.shop.country),
                title: what.title.clone().unwrap_or_else(|| name.to_owned()),
                owner: request.actor.id.clone(),
                cell: cell.name.clone(),
                host: cell.host(name),
                url: cell.url(name),
                created_at: request.at,
                expires_at,
            },
            desired: Desired { generation: 1, want: Want::Present, task: Task::Install },
            observed: Observed::default(),
            version: 1,
        }
    }
}
