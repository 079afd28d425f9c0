//! Settings of Discord servers.

use super::{Commands, policy, unavailable};
use crate::domain::action::Action;
use crate::domain::actor::Actor;
use crate::domain::audit::{ACCEPTED, Asker};
use crate::domain::command::CommandKind;
use crate::domain::outcome::Refusal;
use crate::domain::rule::Rule;
use crate::domain::server::{ServerSettings, Setting};

const CONFIGURE: Action = Action::Do(CommandKind::Configure);

impl Commands {
    /// What was set for a server: asked with each interaction, so it costs nobody a request.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn server(&self, id: u64) -> Result<ServerSettings, Refusal> {
        self.ledger.server(id).await.map_err(unavailable)
    }

    /// What was set for several, in their order: asked when somebody signs in with Discord.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn servers(&self, ids: &[u64]) -> Result<Vec<ServerSettings>, Refusal> {
        self.ledger.servers(ids).await.map_err(unavailable)
    }

    /// Whether somebody may look at a server's settings and change them: those who manage it, and whom the
    /// policy lets.
    ///
    /// # Errors
    /// `Forbidden`.
    pub fn may_configure(&self, actor: &Actor, manages: bool) -> Result<(), Refusal> {
        if manages { Ok(()) } else { policy::may(actor, CONFIGURE) }
    }

    /// Sets these for a server, and says what is set then. `manages`: Discord has signed that whoever asks
    /// manages this server; otherwise it takes the role that the policy wants.
    ///
    /// # Errors
    /// `Forbidden`; `Invalid` where too many roles would have a meaning; `RateLimited`; `Unavailable`.
    pub async fn set_server(
        &self,
        asker: Asker<'_>,
        (id, manages): (u64, bool),
        settings: &[Setting],
    ) -> Result<ServerSettings, Refusal> {
        self.may_configure(asker.actor, manages)?;
        let budget = self.limits.admit_actor(&asker.actor.id, policy::of(CONFIGURE).weight)?;
        let _ = asker.origin.budget.set(budget);
        let said: Vec<String> = settings.iter().map(Setting::to_string).collect();
        let entry = asker.note(CommandKind::Configure, &format!("discord:{id} {}", said.join(", ")), ACCEPTED);
        if !self.ledger.set_server(id, settings, &entry).await.map_err(unavailable)? {
            return Err(Refusal::Invalid { field: "roles".to_owned(), why: Rule::RolesFew });
        }
        self.server(id).await
    }
}
