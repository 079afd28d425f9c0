//! Settings of Discord servers: a hash per server, a field for each thing that was set.

use std::collections::HashMap;

use jiff::SignedDuration;
use redis::AsyncCommands as _;

use super::record::json;
use super::{Ledger, LedgerError};
use crate::domain::audit::AuditEntry;
use crate::domain::lang::Lang;
use crate::domain::plan::Plan;
use crate::domain::server::{Grant, ROLES_MAX, ServerSettings, Setting};

const ROLE: &str = "role:";
const CHANNEL: &str = "channel";
const LANG: &str = "lang";
const PLAN: &str = "plan";
/// In seconds.
const TTL: &str = "ttl";

impl Ledger {
    /// What was set for a server; nothing where nothing was.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn server(&self, id: u64) -> Result<ServerSettings, LedgerError> {
        let fields: HashMap<String, String> = self.connection().hgetall(self.keys.server(id)).await?;
        Ok(read(&fields))
    }

    /// The same of several servers at once, in their order.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn servers(&self, ids: &[u64]) -> Result<Vec<ServerSettings>, LedgerError> {
        if ids.is_empty() {
            // Redis is asked for something, or not at all.
            return Ok(Vec::new());
        }
        let mut asked = redis::pipe();
        for id in ids {
            asked.hgetall(self.keys.server(*id));
        }
        let fields: Vec<HashMap<String, String>> = asked.query_async(&mut self.connection()).await?;
        Ok(fields.iter().map(read).collect())
    }

    /// Sets these, with their audit, in one step. `false`: there would be more than [`ROLES_MAX`] roles, and nothing
    /// was written.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn set_server(&self, id: u64, settings: &[Setting], entry: &AuditEntry) -> Result<bool, LedgerError> {
        let mut call = self.scripts.server_set.prepare_invoke();
        call.key(self.keys.server(id)).key(&self.keys.audit).key(&self.keys.audit_head);
        call.arg(json(entry)?).arg(ROLES_MAX + 4);
        for setting in settings {
            let (field, value) = field(*setting);
            call.arg(field).arg(value.unwrap_or_default());
        }
        Ok(call.invoke_async(&mut self.connection()).await?)
    }
}

fn field(setting: Setting) -> (String, Option<String>) {
    match setting {
        Setting::Role { id, grant } => (format!("{ROLE}{id}"), grant.map(|grant| grant.as_str().to_owned())),
        Setting::Channel(channel) => (CHANNEL.to_owned(), channel.map(|id| id.to_string())),
        Setting::Lang(lang) => (LANG.to_owned(), lang.map(|lang| lang.as_str().to_owned())),
        Setting::Plan(plan) => (PLAN.to_owned(), plan.map(|plan| plan.as_str().to_owned())),
        Setting::Ttl(ttl) => (TTL.to_owned(), ttl.map(|ttl| ttl.as_secs().to_string())),
    }
}

/// What a newer storebot has set and this one does not know is passed over.
fn read(fields: &HashMap<String, String>) -> ServerSettings {
    let mut settings = ServerSettings::default();
    for (field, value) in fields {
        match field.as_str() {
            CHANNEL => settings.channel = value.parse().ok(),
            LANG => settings.lang = Lang::of_locale(value),
            PLAN => settings.plan = Plan::parse(value),
            TTL => settings.ttl = value.parse().ok().map(SignedDuration::from_secs),
            other => {
                let id = other.strip_prefix(ROLE).and_then(|id| id.parse().ok());
                if let (Some(id), Some(grant)) = (id, Grant::parse(value)) {
                    settings.roles.insert(id, grant);
                }
            }
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Role;

    #[test]
    fn what_is_written_reads_back() {
        let settings = [
            Setting::Role { id: 7, grant: Some(Grant::Role(Role::Approver)) },
            Setting::Role { id: 8, grant: Some(Grant::Nothing) },
            Setting::Channel(Some(9)),
            Setting::Lang(Some(Lang::Pt)),
            Setting::Plan(Some(Plan::Medium)),
            Setting::Ttl(Some(SignedDuration::from_hours(72))),
        ];
        let mut wanted = ServerSettings::default();
        settings.iter().for_each(|setting| wanted.set(*setting));
        let fields = settings.iter().map(|setting| field(*setting)).map(|(field, value)| (field, value.unwrap()));
        assert_eq!(read(&fields.collect()), wanted);
        assert_eq!(read(&[("new".to_owned(), "x".to_owned())].into()), ServerSettings::default());
    }
}
