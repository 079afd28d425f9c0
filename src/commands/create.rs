//! `create`: a new store.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::cells::Tried;
use super::{Commands, keep, unavailable};
use crate::config;
use crate::domain::action::Action;
use crate::domain::audit::AuditEntry;
use crate::domain::command::{CommandKind, Create};
use crate::domain::lease;
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::record::{Desired, Observed, Record, Spec, Task, Want};
use crate::domain::reply::Reply;
use crate::domain::request::Request;
use crate::domain::rule::Rule;
use crate::domain::store::StoreId;
use crate::ledger::{Admitted, Allowance, Approved, CreateRequest, RefusedBy, Room};

/// Ids are random; that one exists already happens about never, and twice in a row not at all.
const ID_TRIES: usize = 3;

impl Commands {
    pub(super) async fn create(&self, request: &Request, what: &Create) -> Result<Outcome, Refusal> {
        match self.try_create(request, what, None).await? {
            Ok(outcome) => Ok(outcome),
            Err(RefusedBy::Quota(excess)) => Err(self.ask_for_more(request, what, excess).await?),
            Err(refused) => Err(self.explain(refused, request, what).await),
        }
    }

    /// With what an approver has agreed to, if anybody has.
    pub(super) async fn try_create(
        &self,
        request: &Request,
        what: &Create,
        approval: Option<(Approved<'_>, &AuditEntry)>,
    ) -> Result<Result<Outcome, RefusedBy>, Refusal> {
        let allowed = match self.allowed(what) {
            Ok(allowed) => allowed,
            Err(refusal @ Refusal::NoPlace { .. }) => return self.nowhere(request, refusal).await,
            Err(refusal) => return Err(refusal),
        };
        self.fits(what)?;
        let reply = self.reply(request);
        let follower = reply.as_ref().map(Reply::lasting);
        let mut tried = Tried::new();
        for _ in 0..ID_TRIES + allowed.len() {
            let cell = match self.place(&allowed, self.plans.of(what.plan), &tried).await? {
                Ok(cell) => cell,
                Err(why) => return self.nowhere(request, Refusal::NoPlace { cell: what.cell.clone(), why }).await,
            };
            let record = self.new_record(StoreId::from_bits((self.bits)()), request, what, cell);
            let asked = request.asker().entry(CommandKind::Create, &record.id, &record.spec.name);
            let approved = approval.map(|(_, entry)| AuditEntry { store: Some(record.id.clone()), ..entry.clone() });
            let wanted = CreateRequest {
                record: &record,
                audit: approved.as_ref().unwrap_or(&asked),
                keep: keep(request),
                reply: reply.as_ref(),
                moment: lease::next_moment(&record, &self.leases.terms, request.at),
                follower: follower.as_ref(),
                allowance: self.allowance_of(request),
                approval: approval.map(|(approved, _)| approved),
                capacity: cell.capacity,
            };
            match self.ledger.create(wanted).await.map_err(unavailable)? {
                Ok(Admitted::New(room)) => return Ok(Ok(self.created(record, room))),
                Ok(Admitted::Replayed(answer)) => return self.outcome(request, *answer, true).await.map(Ok),
                Err(RefusedBy::IdTaken) => {}
                // Somebody else was quicker, or it was drained just now.
                Err(RefusedBy::Cell(why)) => drop(tried.insert(&cell.name, why)),
                Err(refused) => return Ok(Err(refused)),
            }
        }
        Err(Refusal::Unavailable)
    }

    fn created(&self, store: Record, room: Room) -> Outcome {
        let (owner, org) = (&store.spec.owner, store.spec.org.as_ref());
        let quota = self.quota_use(owner, room.owner, org.map(|org| (org, room.org)));
        Outcome { command: CommandKind::Create, store, replayed: false, quota, usually: room.usually }
    }

    fn allowance_of(&self, request: &Request) -> Allowance {
        self.allowance(&request.actor.id, request.actor.org.as_ref(), Action::Do(CommandKind::Create))
    }

    /// Whether the engine can be what is asked: the plan is big enough by the configuration, and the
    /// engine sells in the currency.
    fn fits(&self, what: &Create) -> Result<(), Refusal> {
        let engine = what.engine;
        let smallest = self.engines.of(engine).smallest_plan;
        if what.plan < smallest {
            return Err(Refusal::PlanTooSmall { engine, smallest });
        }
        let longest = self.leases.terms.longest;
        if let (Some(ttl), Some(longest)) = (what.ttl, longest)
            && Duration::try_from(ttl).is_ok_and(|ttl| ttl > longest)
        {
            return Err(Refusal::Invalid { field: "ttl".to_owned(), why: Rule::TtlLongest(longest) });
        }
        match what.currency.or(self.shop.currency) {
            Some(currency) if !currency.is_known_to(engine) => {
                Err(Refusal::Invalid { field: "currency".to_owned(), why: Rule::SoldIn { engine, currency } })
            }
            _ => Ok(()),
        }
    }

    pub(super) async fn explain(&self, refused: RefusedBy, request: &Request, what: &Create) -> Refusal {
        match refused {
            RefusedBy::KeyReused => Refusal::KeyReused,
            RefusedBy::Quota(excess) => Refusal::Quota { excess, approval: None },
            RefusedBy::Rate { limit, retry_after_ms } => {
                self.too_often(limit, self.allowance_of(request), retry_after_ms)
            }
            RefusedBy::Taken { by } => {
                let holder = self.ledger.record(&by).await.ok().flatten();
                let going = holder.is_some_and(|r| r.desired.want == Want::Absent);
                Refusal::NameTaken { name: what.name.clone(), going }
            }
            RefusedBy::Cell(why) => Refusal::NoPlace { cell: what.cell.clone(), why },
            RefusedBy::IdTaken | RefusedBy::Conflict | RefusedBy::Decided => Refusal::Unavailable,
        }
    }

    fn new_record(&self, id: StoreId, request: &Request, what: &Create, cell: &config::Cell) -> Record {
        let name = what.name.as_str();
        let of_plan = || self.leases.of(what.plan).and_then(|ttl| SignedDuration::try_from(ttl).ok());
        let ttl = what.ttl.or_else(of_plan);
        let expires_at: Option<Timestamp> = ttl.and_then(|ttl| request.at.checked_add(ttl).ok());
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
                org: request.actor.org.clone(),
                size: self.plans.of(what.plan),
            },
            desired: Desired::new(1, Want::Present, Task::Install),
            observed: Observed::default(),
            version: 1,
            trail: request.origin.trail(),
        }
    }
}
