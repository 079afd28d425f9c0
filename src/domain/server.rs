//! What the administrators of a Discord server have set for it, by `/store-admin`.
//!
//! The operator's configuration comes first: nothing here gives anybody more than that allows.

use std::collections::BTreeMap;
use std::fmt;

use jiff::SignedDuration;

use super::actor::Role;
use super::lang::Lang;
use super::plan::Plan;

/// Roles of a server that can be given a meaning.
pub const ROLES_MAX: usize = 100;

/// Everything set for one server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ServerSettings {
    /// What members with a role of the server may do, by the role's id. Of `@everyone` the id is the server's.
    pub roles: BTreeMap<u64, Grant>,
    /// Where late news and requests for approval go; `None`: where it was asked.
    pub channel: Option<u64>,
    /// What messages that everybody sees are written in.
    pub lang: Option<Lang>,
    /// Of stores for which nothing else is said.
    pub plan: Option<Plan>,
    /// How long stores are wanted for which nothing else is said.
    pub ttl: Option<SignedDuration>,
}

/// What a role of a server is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// Nothing may be done.
    Nothing,
    Role(Role),
}

/// One thing to be set; `None` takes it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    Role { id: u64, grant: Option<Grant> },
    Channel(Option<u64>),
    Lang(Option<Lang>),
    Plan(Option<Plan>),
    Ttl(Option<SignedDuration>),
}

impl Grant {
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Role(role) => role.as_str(),
        }
    }

    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        if text == "nothing" { Some(Self::Nothing) } else { Role::parse(text).map(Self::Role) }
    }
}

impl ServerSettings {
    /// With one thing set.
    pub fn set(&mut self, setting: Setting) {
        match setting {
            Setting::Role { id, grant: Some(grant) } => {
                self.roles.insert(id, grant);
            }
            Setting::Role { id, grant: None } => {
                self.roles.remove(&id);
            }
            Setting::Channel(channel) => self.channel = channel,
            Setting::Lang(lang) => self.lang = lang,
            Setting::Plan(plan) => self.plan = plan,
            Setting::Ttl(ttl) => self.ttl = ttl,
        }
    }

    /// What somebody with these roles may do here by what was set: of several roles the most powerful one
    /// counts, and what was said of everybody where none of theirs was named. Never more than `most`.
    /// `None`: nothing was said.
    #[must_use]
    pub fn grant(&self, server: u64, roles: &[u64], most: Option<Role>) -> Option<Grant> {
        let said = |id: &u64| self.roles.get(id).map(|grant| capped(*grant, most));
        let strongest = roles.iter().filter(|id| **id != server).filter_map(said).max_by_key(|grant| match grant {
            Grant::Nothing => None,
            Grant::Role(role) => Some(*role),
        });
        strongest.or_else(|| said(&server))
    }
}

fn capped(grant: Grant, most: Option<Role>) -> Grant {
    match (grant, most) {
        (Grant::Role(role), Some(most)) => Grant::Role(role.min(most)),
        (Grant::Role(_), None) | (Grant::Nothing, _) => Grant::Nothing,
    }
}

/// As the audit has it.
impl fmt::Display for Setting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
        match self {
            Self::Role { id, grant } => write!(f, "role {id}: {}", grant.map_or("-", Grant::as_str)),
            Self::Channel(channel) => write!(f, "channel: {}", or_none(channel.map(|id| id.to_string()))),
            Self::Lang(lang) => write!(f, "language: {}", lang.map_or("-", Lang::as_str)),
            Self::Plan(plan) => write!(f, "plan: {}", plan.map_or("-", Plan::as_str)),
            Self::Ttl(ttl) => write!(f, "ttl: {}", or_none(ttl.map(|ttl| format!("{}s", ttl.as_secs())))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_several_roles_the_strongest_counts_and_everybody_comes_last() {
        let mut set = ServerSettings::default();
        for (id, grant) in [(1, Grant::Nothing), (10, Grant::Role(Role::Viewer)), (11, Grant::Role(Role::Admin))] {
            set.set(Setting::Role { id, grant: Some(grant) });
        }
        set.set(Setting::Role { id: 12, grant: Some(Grant::Nothing) });
        let grant = |roles: &[u64], most| set.grant(1, roles, most);
        assert_eq!(grant(&[], Some(Role::Admin)), Some(Grant::Nothing));
        assert_eq!(grant(&[99], Some(Role::Admin)), Some(Grant::Nothing));
        assert_eq!(grant(&[12, 10], Some(Role::Admin)), Some(Grant::Role(Role::Viewer)));
        assert_eq!(grant(&[12], Some(Role::Admin)), Some(Grant::Nothing));
        assert_eq!(grant(&[10, 11], Some(Role::Admin)), Some(Grant::Role(Role::Admin)));
        assert_eq!(grant(&[10, 11], Some(Role::Member)), Some(Grant::Role(Role::Member)), "never more than allowed");
        assert_eq!(grant(&[11], None), Some(Grant::Nothing));
        set.set(Setting::Role { id: 1, grant: None });
        assert_eq!(set.grant(1, &[99], Some(Role::Admin)), None);
    }

    #[test]
    fn grants_and_settings_have_words() {
        for grant in [Grant::Nothing, Grant::Role(Role::Viewer), Grant::Role(Role::Admin)] {
            assert_eq!(Grant::parse(grant.as_str()), Some(grant));
        }
        let week = SignedDuration::from_hours(168);
        assert_eq!(Setting::Ttl(Some(week)).to_string(), "ttl: 604800s");
        assert_eq!(Setting::Role { id: 7, grant: None }.to_string(), "role 7: -");
    }
}
