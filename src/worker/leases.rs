//! What time does to stores: their owners are told that they end, they are put to sleep, they are removed.
//!
//! Any worker may do it for any store: like a command it is decided on a record as it was seen, and written
//! only if it still is so. Two workers that see the same do it once.

use super::{Shared, now};
use crate::domain::actor::{Actor, ActorId, Door, Role};
use crate::domain::audit::{Asker, Origin};
use crate::domain::command::CommandKind;
use crate::domain::event::{EventKind, Note};
use crate::domain::lease::{self, Due};
use crate::domain::record::{Desired, Record, Task, Want};
use crate::domain::store::StoreId;
use crate::domain::trail::Trail;
use crate::ledger::{ChangeRequest, DueLeases, LedgerError, Wish};

/// Stores at one look; more come at the next.
const MOST: usize = 64;

/// What is written of it.
#[derive(Debug, PartialEq)]
struct Change {
    desired: Desired,
    wish: Option<Wish>,
    kind: EventKind,
    /// As what it stands in the audit; `None`: nothing was done.
    command: Option<CommandKind>,
}

impl Shared {
    /// Does what is due by now.
    pub(super) async fn end_leases(&self) -> Result<(), LedgerError> {
        let DueLeases { now, stores } = self.ledger.due_leases(MOST).await?;
        for (id, moment) in stores {
            if let Err(error) = self.end_lease(&id, moment, now).await {
                tracing::warn!(store.id = %id, %error, "what is due of a lease is done later");
            }
        }
        Ok(())
    }

    async fn end_lease(
        &self,
        id: &StoreId,
        moment: jiff::Timestamp,
        ledger_now: jiff::Timestamp,
    ) -> Result<(), LedgerError> {
        let Some(seen) = self.ledger.record(id).await? else { return self.ledger.forget_lease(id).await };
        let due = lease::due(&seen, &self.terms, moment, ledger_now);
        let Some(change) = change(&seen, due) else {
            // Of an end of before, or of a store that goes: only the moment is put right.
            return self.ledger.move_lease(&seen, lease::next_moment(&seen, &self.terms, ledger_now)).await;
        };
        let becomes = becomes(&seen, &change);
        let actor = Actor { id: ActorId::new("storebot"), role: Role::Admin, org: None };
        let asker = Asker { actor: &actor, door: Door::Clock, origin: &Origin::default(), at: now() };
        let audit = change.command.map(|command| asker.entry(command, &seen.id, &seen.spec.name));
        let note = match change.command {
            Some(command) => Note::asked(command, &actor.id, &becomes),
            None => Note::seen(&becomes),
        };
        let asked = ChangeRequest {
            seen: &seen,
            becomes: &becomes,
            keep: None,
            reply: None,
            audit: audit.as_ref(),
            note,
            wish: change.wish,
            requests: None,
            allowance: None,
            moment: lease::next_moment(&becomes, &self.terms, ledger_now.max(moment)),
            kind: change.kind,
        };
        if self.ledger.change(asked).await?.is_ok() {
            tracing::info!(store.id = %seen.id, store.name = %seen.spec.name, ?due, "time has come");
            self.line.notify_one();
        }
        // Else it has changed meanwhile, and is looked at again.
        Ok(())
    }
}

/// Pure. `None`: nothing.
fn change(seen: &Record, due: Due) -> Option<Change> {
    let desired = seen.desired;
    let wish = |want| Some(Wish { want, grace: None, back: false });
    let next = |want| Desired { generation: desired.generation + 1, want, task: Task::default(), ..desired };
    Some(match due {
        Due::Nothing => return None,
        Due::Notice => Change { desired, wish: None, kind: EventKind::Expiring, command: None },
        Due::Expire { removes_at } if desired.want == Want::Asleep => Change {
            desired: Desired { removes_at: Some(removes_at), ..desired },
            wish: None,
            kind: EventKind::Asleep,
            command: Some(CommandKind::Expire),
        },
        Due::Expire { removes_at } => Change {
            desired: Desired { removes_at: Some(removes_at), ..next(Want::Asleep) },
            wish: wish(Want::Asleep),
            kind: EventKind::Accepted,
            command: Some(CommandKind::Expire),
        },
        Due::Sleep => Change {
            desired: next(Want::Asleep),
            wish: wish(Want::Asleep),
            kind: EventKind::Accepted,
            command: Some(CommandKind::Suspend),
        },
        Due::Remove => Change {
            desired: next(Want::Absent),
            wish: wish(Want::Absent),
            kind: EventKind::Accepted,
            command: Some(CommandKind::Delete),
        },
    })
}

fn becomes(seen: &Record, change: &Change) -> Record {
    let version = if change.desired == seen.desired { seen.version } else { seen.version + 1 };
    Record { desired: change.desired, version, trail: Trail::default(), ..seen.clone() }
}
