//! Who may do what with whose store: one table, pure.

use crate::domain::actor::{Actor, Role};
use crate::domain::command::CommandKind;
use crate::domain::outcome::Refusal;
use crate::domain::record::Record;

/// The least role that may give a command, on a store of one's own where it is about one.
#[must_use]
pub fn needs(command: CommandKind) -> Role {
    match command {
        CommandKind::Create
        | CommandKind::Delete
        | CommandKind::Retry
        | CommandKind::Verify
        | CommandKind::Upgrade
        | CommandKind::Credentials => Role::Member,
        CommandKind::Redrive => Role::Admin,
    }
}

/// May the actor give this command at all?
///
/// # Errors
/// `Forbidden`, with the role it takes.
pub fn may_give(actor: &Actor, command: CommandKind) -> Result<(), Refusal> {
    let needs = needs(command);
    if actor.role >= needs { Ok(()) } else { Err(Refusal::Forbidden { command, needs: needs.as_str() }) }
}

/// May the actor know that this store exists? Who may not is told the same as if it did not.
#[must_use]
pub fn may_see(actor: &Actor, record: &Record) -> bool {
    actor.role == Role::Admin || record.spec.owner == actor.id
}

/// May the actor have the login of this shop? Its owner only: an administrator of storebot looks
/// after shops and does not sign in to them as somebody else.
///
/// # Errors
/// `OwnerOnly`.
pub fn may_sign_in(actor: &Actor, record: &Record) -> Result<(), Refusal> {
    if record.spec.owner == actor.id { Ok(()) } else { Err(Refusal::OwnerOnly { command: CommandKind::Credentials }) }
}
