//! What is worth offering to somebody who has not asked yet: their own stores, and whether a command would
//! come to anything.

use super::change::Decision;
use super::{Commands, delete, extend, login, policy, retry, sleep, unavailable, upgrade, verify};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::Actor;
use crate::domain::audit::Asker;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::outcome::Refusal;
use crate::domain::plan::Plan;
use crate::domain::quota::Size;
use crate::domain::record::{Phase, Record};
use crate::domain::store::StoreRef;

/// Stores of one page, and most that are looked at. Nobody reads through more than a few dozen names; the
/// newest ones are what people ask about.
const PAGE: usize = 100;
const LOOK_MAX: usize = 300;

impl Commands {
    /// The actor's own living stores, newest first, of the newest 300. Asked at every key somebody types, so it
    /// costs them none of their requests.
    ///
    /// # Errors
    /// `Forbidden`, `Unavailable`.
    pub async fn own(&self, actor: &Actor) -> Result<Vec<Record>, Refusal> {
        policy::may(actor, Action::See(Matter::Stores))?;
        let (mut found, mut cursor, mut looked) = (Vec::new(), None::<String>, 0);
        while looked < LOOK_MAX {
            let page = self.ledger.page(Some(&actor.id), cursor.as_deref(), PAGE).await.map_err(unavailable)?;
            looked += PAGE;
            for (place, record) in page.items {
                cursor = Some(place);
                if record.phase() != Phase::Deleted {
                    found.push(record);
                }
            }
            if !page.more {
                break;
            }
        }
        Ok(found)
    }

    /// The plans that an engine can be made with, or all, with what stores of them count as.
    #[must_use]
    pub fn plans(&self, engine: Option<Engine>) -> Vec<(Plan, Size)> {
        let smallest = engine.map(|engine| self.engines.of(engine).smallest_plan);
        let enough = Plan::ALL.into_iter().filter(|plan| smallest.is_none_or(|smallest| *plan >= smallest));
        enough.map(|plan| (plan, self.plans.of(plan))).collect()
    }

    /// The store, if the actor may do this with it: to be asked before somebody is asked whether they are sure.
    /// It costs as much as a look.
    ///
    /// # Errors
    /// What would be said of the command itself, as far as it depends on who asks.
    pub async fn may(&self, asker: Asker<'_>, command: CommandKind, store: &StoreRef) -> Result<Record, Refusal> {
        let action = Action::Do(command);
        policy::may(asker.actor, action)?;
        let seen = self.get(asker, store).await?;
        let may = policy::may_with(asker.actor, action, &seen.spec.owner);
        if may { Ok(seen) } else { Err(Refusal::NotFound { store: store.as_str().to_owned() }) }
    }
}

/// Whether a command would come to anything with a store as it is, whoever asks.
#[must_use]
pub fn suits(command: CommandKind, seen: &Record) -> bool {
    let decided = match command {
        CommandKind::Delete => delete::decide(seen, delete::GRACE_MAX),
        CommandKind::Undo => delete::undo(seen),
        CommandKind::Retry => retry::decide(seen),
        CommandKind::Verify => verify::decide(seen),
        CommandKind::Upgrade => upgrade::decide(seen),
        CommandKind::Extend => extend::suits(seen),
        CommandKind::Sleep => sleep::decide(seen),
        CommandKind::Wake => sleep::wake(seen),
        CommandKind::Credentials => return login::check(seen).is_ok(),
        CommandKind::Create
        | CommandKind::Suspend
        | CommandKind::Resume
        | CommandKind::Expire
        | CommandKind::Redrive
        | CommandKind::Approve
        | CommandKind::Deny
        | CommandKind::Configure
        | CommandKind::Replay
        | CommandKind::Drain
        | CommandKind::Undrain => return false,
    };
    decided.is_ok_and(|decision| decision != Decision::AsItIs)
}
