//! Requests for more than a quota allows: kept for an approver, and decided.

use jiff::SignedDuration;

use super::{Commands, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::{Actor, Role};
use crate::domain::approval::{Approval, Excess, Verdict, is_approval_id};
use crate::domain::audit::{ACCEPTED, Asker};
use crate::domain::command::{Command, CommandKind, Create};
use crate::domain::outcome::{Outcome, Refusal};
use crate::domain::request::Request;
use crate::ledger::{Approved, AskedApproval, EndedApproval, RefusedBy};

/// Most requests on one list.
const LIST_MAX: usize = 200;

impl Commands {
    /// Has what is over a quota wait for an approver, and says so to whoever asked.
    pub(super) async fn ask_for_more(
        &self,
        request: &Request,
        what: &Create,
        excess: Excess,
    ) -> Result<Refusal, Refusal> {
        if self.approvals.waiting == 0 {
            return Ok(Refusal::Quota { excess, approval: None });
        }
        let ttl = SignedDuration::try_from(self.approvals.ttl).unwrap_or(SignedDuration::MAX);
        let approval = Approval {
            id: self.fresh_id(),
            actor: request.actor.id.clone(),
            role: request.actor.role,
            org: request.actor.org.clone(),
            door: request.door,
            create: what.clone(),
            excess,
            key: request.key.clone(),
            reply_to: request.reply_to.clone(),
            asked_at: request.at,
            expires_at: request.at.saturating_add(ttl).unwrap_or(request.at),
        };
        let audit = request.asker().note(CommandKind::Create, what.name.as_str(), "approval-asked");
        let asked = self.ledger.ask_approval(&approval, self.approvals.waiting, &audit).await.map_err(unavailable)?;
        let approval = match asked {
            AskedApproval::Waits(waiting) => Some(waiting),
            AskedApproval::Full => None,
        };
        Ok(Refusal::Quota { excess, approval })
    }

    /// Requests that wait and that the actor may decide about, or has made; the one that ends first at the front.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn approvals(&self, asker: Asker<'_>) -> Result<Vec<Approval>, Refusal> {
        self.admit(asker, Action::See(Matter::Approvals))?;
        let mut items = self.ledger.approvals(LIST_MAX).await.map_err(unavailable)?;
        items.retain(|approval| concerns(asker.actor, Action::See(Matter::Approvals), approval));
        Ok(items)
    }

    /// # Errors
    /// `NoSuchApproval`, also for one that is none of the actor's business.
    pub async fn approval(&self, asker: Asker<'_>, id: &str) -> Result<(Approval, Verdict), Refusal> {
        self.admit(asker, Action::See(Matter::Approvals))?;
        self.find_approval(asker.actor, Action::See(Matter::Approvals), id).await
    }

    /// Creates what was asked, whatever the quotas say.
    ///
    /// # Errors
    /// `NoSuchApproval`; `Decided` when it does not wait any more; and what can stand against any create.
    pub async fn approve(&self, asker: Asker<'_>, id: &str) -> Result<(Approval, Outcome), Refusal> {
        let action = Action::Do(CommandKind::Approve);
        self.admit(asker, action)?;
        let (approval, verdict) = self.find_approval(asker.actor, action, id).await?;
        if verdict != Verdict::Waiting {
            return Err(Refusal::Decided { verdict });
        }
        let request = Request {
            actor: approval.asker(),
            door: approval.door,
            command: Command::Create(approval.create.clone()),
            key: approval.key.clone(),
            reply_to: approval.reply_to.clone(),
            origin: Default::default(),
            at: asker.at,
        };
        let approved = Approved { id: &approval.id, actor: &approval.actor, by: &asker.actor.id };
        let entry = asker.note(CommandKind::Approve, approval.create.name.as_str(), ACCEPTED);
        match self.try_create(&request, &approval.create, Some((approved, &entry))).await? {
            Ok(outcome) => Ok((approval, outcome)),
            Err(RefusedBy::Decided) => {
                let (_, verdict) = self.find_approval(asker.actor, action, id).await?;
                Err(Refusal::Decided { verdict })
            }
            Err(refused) => Err(self.explain(refused, &request, &approval.create).await),
        }
    }

    /// # Errors
    /// `NoSuchApproval`; `Decided` when it does not wait any more.
    pub async fn deny(&self, asker: Asker<'_>, id: &str) -> Result<Approval, Refusal> {
        let action = Action::Do(CommandKind::Deny);
        self.admit(asker, action)?;
        let (approval, _) = self.find_approval(asker.actor, action, id).await?;
        let entry = asker.note(CommandKind::Deny, approval.create.name.as_str(), ACCEPTED);
        match self.ledger.deny(&approval, &asker.actor.id, &entry).await.map_err(unavailable)? {
            EndedApproval::Done => Ok(approval),
            EndedApproval::Already(verdict) => Err(Refusal::Decided { verdict }),
            EndedApproval::Gone => Err(no_such(id)),
        }
    }

    async fn find_approval(&self, actor: &Actor, action: Action, id: &str) -> Result<(Approval, Verdict), Refusal> {
        if !is_approval_id(id) {
            return Err(no_such(id));
        }
        let found = self.ledger.approval(id).await.map_err(unavailable)?;
        found.filter(|(approval, _)| concerns(actor, action, approval)).ok_or_else(|| no_such(id))
    }
}

/// Whether the actor may do this with the request: its own, or one of its organisation as an approver. An
/// administrator decides about all of them.
fn concerns(actor: &Actor, action: Action, approval: &Approval) -> bool {
    let same = actor.role == Role::Admin || actor.id == approval.actor || actor.org == approval.org;
    same && policy::may_with(actor, action, &approval.actor)
}

fn no_such(id: &str) -> Refusal {
    Refusal::NoSuchApproval { approval: id.to_owned() }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::actor::{ActorId, Door, OrgId};
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;
    use crate::domain::quota::Resource;
    use crate::domain::store::StoreName;

    fn actor(id: &str, role: Role, org: Option<&str>) -> Actor {
        Actor { id: ActorId::new(id), role, org: org.map(OrgId::new) }
    }

    fn asked_by(actor: &Actor) -> Approval {
        let create = Create {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: None,
            currency: None,
            country: None,
            ttl: None,
            cell: None,
        };
        Approval {
            id: "0".repeat(16),
            actor: actor.id.clone(),
            role: actor.role,
            org: actor.org.clone(),
            door: Door::Api,
            create,
            excess: Excess { of_org: false, resource: Resource::Stores, used: 1, limit: 1 },
            key: None,
            reply_to: None,
            asked_at: Timestamp::UNIX_EPOCH,
            expires_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn approvers_decide_for_their_own_organisation_and_not_for_themselves() {
        let request = asked_by(&actor("ana", Role::Member, Some("a")));
        let approve = |who: &Actor| concerns(who, Action::Do(CommandKind::Approve), &request);
        let see = |who: &Actor| concerns(who, Action::See(Matter::Approvals), &request);
        let deny = |who: &Actor| concerns(who, Action::Do(CommandKind::Deny), &request);
        for (who, may) in [
            (actor("ben", Role::Approver, Some("a")), [true, true, true]),
            (actor("ben", Role::Approver, Some("b")), [false, false, false]),
            (actor("ben", Role::Approver, None), [false, false, false]),
            (actor("ben", Role::Member, Some("a")), [false, false, false]),
            (actor("root", Role::Admin, None), [true, true, true]),
            // Whoever asked may look, and take it back.
            (actor("ana", Role::Member, Some("a")), [false, true, true]),
            (actor("ana", Role::Approver, Some("a")), [false, true, true]),
        ] {
            assert_eq!([approve(&who), see(&who), deny(&who)], may, "{who:?}");
        }
    }
}
