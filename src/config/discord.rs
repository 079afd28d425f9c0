//! Discord: the application, and who of its people may do what.

use std::collections::BTreeMap;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::reader::{Reader, unique};
use crate::domain::actor::Role;

#[derive(Clone, Debug)]
pub struct Discord {
    pub application_id: u64,
    pub public_key: [u8; 32],
    pub bot_token: SecretString,
    pub api_url: Url,
    pub tolerance: Duration,
    pub timeout: Duration,
    /// How long a deletion asked for on Discord can be taken back; zero: not at all.
    pub undo_for: Duration,
    pub people: People,
}

/// Who may do what.
#[derive(Clone, Debug)]
pub struct People {
    /// Of everybody else, in direct messages and in servers that are not listed; `None`: nothing.
    pub default_role: Option<Role>,
    /// The most that administrators of such servers may give to roles there; `None`: nothing.
    pub grants: Option<Role>,
    pub servers: Vec<Server>,
}

#[derive(Clone, Debug)]
pub struct Server {
    pub id: u64,
    /// Of everybody else here; `None`: nothing.
    pub default_role: Option<Role>,
    /// The most that this server's own administrators may give to its roles; `None`: nothing.
    pub grants: Option<Role>,
    /// By the id of a role of the server.
    pub roles: BTreeMap<u64, Role>,
    /// By the id of a person.
    pub users: BTreeMap<u64, Role>,
}

/// What everybody else may be.
const DEFAULT_ROLES: [(&str, Option<Role>); 3] =
    [("member", Some(Role::Member)), ("viewer", Some(Role::Viewer)), ("none", None)];

/// What a server's own administrators may give; as what everybody is, where nothing is said.
const GRANTS: [(&str, Option<Option<Role>>); 6] = [
    ("", None),
    ("none", Some(None)),
    ("viewer", Some(Some(Role::Viewer))),
    ("member", Some(Some(Role::Member))),
    ("approver", Some(Some(Role::Approver))),
    ("admin", Some(Some(Role::Admin))),
];

/// `None` without a fault: no application id is set.
pub(super) fn read(mut r: Reader<'_>) -> Option<Discord> {
    if r.string("application_id").is_empty() {
        return None;
    }
    let application_id = r.parsed("application_id", "Discord application id");
    let key = r.required("public_key", "64 hex digits from Discord's developer portal");
    let public_key = hex::decode(&key).ok().and_then(|k| k.try_into().ok());
    if public_key.is_none() && !key.is_empty() {
        r.fault("public_key", "is not 64 hex digits");
    }
    let bot_token = r.required("bot_token", "the bot's token from Discord's developer portal");
    let api_url = r.parsed("api_url", "URL such as https://discord.com");
    let tolerance = r.duration("tolerance");
    let timeout = r.duration("timeout");
    let default_role = r.choice("default_role", &DEFAULT_ROLES);
    let grants = r.choice("grants", &GRANTS);
    let undo_for = r.grace("undo_for");
    let servers = r.each("servers", read_server);
    let ids: Vec<String> = servers.iter().map(|s| s.id.to_string()).collect();
    unique(ids.iter().map(String::as_str), "discord.servers", r.faults());
    Some(Discord {
        application_id: application_id?,
        public_key: public_key?,
        bot_token: bot_token.into(),
        api_url: api_url?,
        tolerance,
        timeout,
        undo_for,
        people: People { default_role: default_role?, grants: grants?.unwrap_or(default_role?), servers },
    })
}

fn read_server(mut r: Reader<'_>) -> Option<Server> {
    let id = r.parsed("id", "server id, such as 81384788765712384");
    let default_role = r.choice("default_role", &DEFAULT_ROLES);
    let grants = r.choice("grants", &GRANTS);
    let roles = r.section("roles").map(read_ids).unwrap_or_default();
    let users = r.section("users").map(read_ids).unwrap_or_default();
    let default_role = default_role?;
    Some(Server { id: id?, default_role, grants: grants?.unwrap_or(default_role), roles, users })
}

/// Ids by what they give; nobody is in two lists.
fn read_ids(mut r: Reader<'_>) -> BTreeMap<u64, Role> {
    let mut ids = BTreeMap::new();
    for role in Role::ALL {
        let key = role.as_str();
        for text in r.strings(key) {
            let Ok(id) = text.parse() else {
                r.fault(key, format!("{text:?} is no id such as 80351110224678912"));
                continue;
            };
            if let Some(other) = ids.insert(id, role) {
                r.fault(key, format!("{text} is in {} as well", other.as_str()));
            }
        }
    }
    ids
}
