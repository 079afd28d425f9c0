//! Who may do what with whose store: one table, pure. Every door asks it, and `storebot doctor --policy`
//! prints it.

use crate::domain::action::{Action, Matter};
use crate::domain::actor::{Actor, ActorId, Role};
use crate::domain::command::CommandKind;
use crate::domain::outcome::Refusal;

/// The least role for an action, by whose store it is about, and how many requests it counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    pub own: Role,
    /// `None`: nobody, whatever their role.
    pub others: Option<Role>,
    pub weight: u32,
}

/// The whole policy. What is not about a store has the same role in both columns.
pub const TABLE: [(Action, Rule); 30] = [
    (Action::Do(CommandKind::Create), rule(Role::Member, Some(Role::Admin), 5)),
    (Action::Do(CommandKind::Delete), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Undo), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Retry), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Verify), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Upgrade), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Extend), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Sleep), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Wake), rule(Role::Member, Some(Role::Admin), 2)),
    // Whoever bills for a store: no other door gives these.
    (Action::Do(CommandKind::Suspend), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Resume), rule(Role::Member, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Expire), rule(Role::Member, Some(Role::Admin), 2)),
    // An administrator of storebot looks after shops and does not sign in to them as somebody else.
    (Action::Do(CommandKind::Credentials), rule(Role::Member, None, 5)),
    (Action::Do(CommandKind::Redrive), rule(Role::Admin, Some(Role::Admin), 2)),
    // Of others' requests: those of the approver's own organisation.
    (Action::Do(CommandKind::Approve), rule(Role::Admin, Some(Role::Approver), 1)),
    (Action::Do(CommandKind::Deny), rule(Role::Member, Some(Role::Approver), 1)),
    // And whoever manages the server on Discord.
    (Action::Do(CommandKind::Configure), rule(Role::Admin, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Replay), rule(Role::Admin, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Drain), rule(Role::Admin, Some(Role::Admin), 2)),
    (Action::Do(CommandKind::Undrain), rule(Role::Admin, Some(Role::Admin), 2)),
    (Action::See(Matter::Stores), rule(Role::Viewer, Some(Role::Admin), 1)),
    (Action::See(Matter::Events), rule(Role::Viewer, Some(Role::Admin), 1)),
    (Action::See(Matter::Pods), rule(Role::Viewer, Some(Role::Admin), 3)),
    (Action::See(Matter::Quota), rule(Role::Viewer, Some(Role::Admin), 1)),
    (Action::See(Matter::Overview), rule(Role::Viewer, Some(Role::Admin), 1)),
    (Action::See(Matter::Approvals), rule(Role::Viewer, Some(Role::Approver), 1)),
    (Action::See(Matter::Audit), rule(Role::Admin, Some(Role::Admin), 1)),
    (Action::See(Matter::DeadLetters), rule(Role::Admin, Some(Role::Admin), 1)),
    (Action::See(Matter::Deliveries), rule(Role::Admin, Some(Role::Admin), 1)),
    // Reads the phase of every store.
    (Action::See(Matter::Cells), rule(Role::Admin, Some(Role::Admin), 5)),
];

const fn rule(own: Role, others: Option<Role>, weight: u32) -> Rule {
    Rule { own, others, weight }
}

/// The row of an action.
#[must_use]
pub fn of(action: Action) -> Rule {
    // A test holds the table against every action there is.
    TABLE.into_iter().find(|(a, _)| *a == action).map_or(rule(Role::Admin, None, 1), |(_, rule)| rule)
}

/// May the actor do this at all, with some store?
///
/// # Errors
/// `Forbidden`, with the least role it takes.
pub fn may(actor: &Actor, action: Action) -> Result<(), Refusal> {
    let Rule { own, others, .. } = of(action);
    let least = others.map_or(own, |others| own.min(others));
    if actor.role >= least { Ok(()) } else { Err(Refusal::Forbidden { action, needs: least }) }
}

/// May the actor do this with what `owner` has? Who may not even see it is told that it does not exist.
#[must_use]
pub fn may_with(actor: &Actor, action: Action, owner: &ActorId) -> bool {
    let Rule { own, others, .. } = of(action);
    if *owner == actor.id { actor.role >= own } else { others.is_some_and(|others| actor.role >= others) }
}

/// Whose stores the actor may know of: its own alone, or everybody's (`None`).
#[must_use]
pub fn sees(actor: &Actor) -> Option<&ActorId> {
    let everybody = of(Action::See(Matter::Stores)).others.is_some_and(|others| actor.role >= others);
    (!everybody).then_some(&actor.id)
}

/// The table as text, for people.
#[must_use]
pub fn print() -> String {
    let mut text = format!("{:<18}{:<12}{:<12}{}\n", "action", "own", "others'", "counts as");
    for (action, Rule { own, others, weight }) in TABLE {
        let others = others.map_or("nobody", Role::as_str);
        text += &format!("{:<18}{:<12}{others:<12}{weight}\n", action.to_string(), own.as_str());
    }
    text + "\nA role includes those before it: viewer, member, approver, admin. Approvers decide about requests of \
            their own organisation, and nobody but an administrator approves their own.\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(id: &str, role: Role) -> Actor {
        Actor { id: ActorId::new(id), role, org: None }
    }

    fn all() -> impl Iterator<Item = Action> {
        CommandKind::ALL.into_iter().map(Action::Do).chain(Matter::ALL.into_iter().map(Action::See))
    }

    #[test]
    fn every_action_has_one_row() {
        for action in all() {
            assert_eq!(TABLE.iter().filter(|(a, _)| *a == action).count(), 1, "{action}");
        }
        assert_eq!(TABLE.len(), all().count());
    }

    /// The whole table, spelt out a second time: role x action x whose.
    #[test]
    fn the_table_is_what_people_are_promised() {
        use Role::{Admin, Approver, Member, Viewer};
        let own = |action| Role::ALL.map(|role| may_with(&actor("ana", role), action, &ActorId::new("ana")));
        let others = |action| Role::ALL.map(|role| may_with(&actor("ana", role), action, &ActorId::new("ben")));
        let from = |least: Option<Role>| Role::ALL.map(|role| least.is_some_and(|least| role >= least));
        for action in all() {
            let (mine, theirs) = match action {
                Action::Do(CommandKind::Credentials) => (Some(Member), None),
                Action::Do(
                    CommandKind::Redrive
                    | CommandKind::Configure
                    | CommandKind::Replay
                    | CommandKind::Drain
                    | CommandKind::Undrain,
                )
                | Action::See(Matter::Audit | Matter::DeadLetters | Matter::Deliveries | Matter::Cells) => {
                    (Some(Admin), Some(Admin))
                }
                Action::Do(CommandKind::Approve) => (Some(Admin), Some(Approver)),
                Action::Do(CommandKind::Deny) => (Some(Member), Some(Approver)),
                Action::See(Matter::Approvals) => (Some(Viewer), Some(Approver)),
                Action::Do(_) => (Some(Member), Some(Admin)),
                Action::See(_) => (Some(Viewer), Some(Admin)),
            };
            assert_eq!(own(action), from(mine), "{action} with one's own");
            assert_eq!(others(action), from(theirs), "{action} with somebody else's");
        }
    }

    #[test]
    fn a_role_that_may_do_it_with_no_store_is_told_so_at_once() {
        let refused = |role, action| may(&actor("ana", role), action).err();
        let create = Action::Do(CommandKind::Create);
        assert_eq!(refused(Role::Viewer, create), Some(Refusal::Forbidden { action: create, needs: Role::Member }));
        assert_eq!(refused(Role::Member, create), None);
        let redrive = Action::Do(CommandKind::Redrive);
        assert_eq!(refused(Role::Approver, redrive), Some(Refusal::Forbidden { action: redrive, needs: Role::Admin }));
    }

    #[test]
    fn it_prints() {
        insta::assert_snapshot!(print());
    }
}
