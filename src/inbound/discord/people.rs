//! Who somebody on Discord is to storebot: pure, by the configuration and what Discord has signed.

use serenity::model::id::UserId;

use super::payload::{Member, Place};
use crate::config::People;
use crate::domain::actor::{Actor, ActorId, OrgId, Role};
use crate::domain::server::{Grant, ServerSettings};

/// The actor; `None` for somebody who may do nothing here. `set`: what was set for the server.
pub(super) fn actor(people: &People, set: &ServerSettings, user: UserId, place: &Place) -> Option<Actor> {
    let (role, org) = match place {
        Place::Server(member) => {
            (in_server(people, set, user, member)?, Some(OrgId::new(format!("discord:{}", member.server))))
        }
        Place::DirectMessage => (in_direct_message(people, user)?, None),
    };
    Some(Actor { id: ActorId::new(format!("discord:{user}")), role, org })
}

/// Whoever manages a server on Discord, as far as it is about its settings: whatever else they may do.
pub(super) fn manager(user: UserId, member: &Member) -> Actor {
    let (id, org) = (ActorId::new(format!("discord:{user}")), OrgId::new(format!("discord:{}", member.server)));
    Actor { id, role: Role::Viewer, org: Some(org) }
}

/// The most that may be given to roles of a server by its own administrators.
pub(super) fn most(people: &People, server: u64) -> Option<Role> {
    people.servers.iter().find(|known| known.id == server).map_or(people.grants, |known| known.grants)
}

/// What the operator says of a person counts; then the most powerful of their roles, by what the operator says;
/// then by what the server's own administrators have set; then what everybody is.
fn in_server(people: &People, set: &ServerSettings, user: UserId, member: &Member) -> Option<Role> {
    let (id, roles) = (member.server.get(), member.roles.iter().map(|role| role.get()).collect::<Vec<u64>>());
    let server = people.servers.iter().find(|server| server.id == id);
    let by_person = server.and_then(|server| server.users.get(&user.get()).copied());
    let by_role = || roles.iter().filter_map(|role| server?.roles.get(role).copied()).max();
    if let Some(role) = by_person.or_else(by_role) {
        return Some(role);
    }
    match set.grant(id, &roles, most(people, id)) {
        Some(Grant::Role(role)) => Some(role),
        Some(Grant::Nothing) => None,
        None => server.map_or(people.default_role, |server| server.default_role),
    }
}

/// A direct message carries no roles: what is said of the person in any server counts.
fn in_direct_message(people: &People, user: UserId) -> Option<Role> {
    let said = people.servers.iter().filter_map(|server| server.users.get(&user.get()).copied()).max();
    said.or(people.default_role)
}

#[cfg(test)]
mod tests {
    use serenity::model::id::{GuildId, RoleId};

    use super::*;
    use crate::config::Config;

    const SERVERS: &str = "
        [[discord.servers]]
        id = '1'
        default_role = 'none'
        [discord.servers.roles]
        admin = ['10']
        approver = ['11']
        member = ['12', '13']
        viewer = ['14']
        [discord.servers.users]
        admin = ['100']
        viewer = ['101']
        [[discord.servers]]
        id = '2'
        [discord.servers.users]
        member = ['100', '101']";

    fn people(default_role: &str, servers: &str) -> People {
        let key = "0".repeat(64);
        let file = format!(
            "[[cells]]\nname='main'\n[discord]\napplication_id='7'\npublic_key='{key}'\nbot_token='x'\n\
             default_role='{default_role}'\n{servers}"
        );
        Config::load(&file, &[]).unwrap().discord.unwrap().people
    }

    fn in_server(people: &People, server: u64, user: u64, roles: &[u64]) -> Option<&'static str> {
        let roles: Vec<RoleId> = roles.iter().map(|id| RoleId::new(*id)).collect();
        let member = Member { server: GuildId::new(server), roles, manages: false, lang: None };
        let actor = actor(people, &set(server), UserId::new(user), &Place::Server(member))?;
        assert_eq!(actor.org, Some(OrgId::new(format!("discord:{server}"))));
        assert_eq!(actor.id, ActorId::new(format!("discord:{user}")));
        Some(actor.role.as_str())
    }

    /// In the servers 4 and 5, the role 20 is an administrator, 21 nobody, and 10 less than it is by the operator.
    fn set(server: u64) -> ServerSettings {
        let roles = [(20, Grant::Role(Role::Admin)), (21, Grant::Nothing), (10, Grant::Role(Role::Viewer))];
        let roles = if matches!(server, 4 | 5) { roles.into() } else { [].into() };
        ServerSettings { roles, ..ServerSettings::default() }
    }

    fn directly(people: &People, user: u64) -> Option<&'static str> {
        let actor = actor(people, &ServerSettings::default(), UserId::new(user), &Place::DirectMessage)?;
        assert_eq!(actor.org, None);
        Some(actor.role.as_str())
    }

    #[test]
    fn without_servers_everybody_is_what_the_default_says() {
        let open = people("member", "");
        assert_eq!((in_server(&open, 1, 5, &[10]), directly(&open, 5)), (Some("member"), Some("member")));
        let closed = people("none", "");
        assert_eq!((in_server(&closed, 1, 5, &[10]), directly(&closed, 5)), (None, None));
    }

    #[test]
    fn roles_and_people_of_a_server_count_there() {
        let people = people("viewer", SERVERS);
        let here = |user, roles: &[u64]| in_server(&people, 1, user, roles);
        assert_eq!(here(5, &[]), None);
        assert_eq!(here(5, &[99]), None);
        assert_eq!(here(5, &[14]), Some("viewer"));
        assert_eq!(here(5, &[14, 13]), Some("member"));
        assert_eq!(here(5, &[12, 11, 14]), Some("approver"));
        assert_eq!(here(5, &[10, 11]), Some("admin"));
        assert_eq!(here(100, &[]), Some("admin"));
        // What is said of a person counts, also when it is less.
        assert_eq!(here(101, &[10]), Some("viewer"));
        // A role of one server is nothing in another one, nor is a person.
        assert_eq!(in_server(&people, 2, 5, &[10]), Some("member"));
        assert_eq!(in_server(&people, 2, 100, &[]), Some("member"));
        assert_eq!(in_server(&people, 3, 100, &[10]), Some("viewer"));
    }

    #[test]
    fn what_a_server_has_set_comes_after_the_operator_and_up_to_what_may_be_given() {
        let people = people(
            "member",
            &format!(
                "{SERVERS}\n[[discord.servers]]\nid='4'\ngrants='admin'\n[discord.servers.roles]\nadmin=['10']\n[discord.servers.users]\nviewer=['102']"
            ),
        );
        assert_eq!(
            in_server(&people, 5, 5, &[20]),
            Some("member"),
            "no more than everybody has, where nothing is said"
        );
        assert_eq!(in_server(&people, 5, 5, &[21]), None);
        assert_eq!(in_server(&people, 4, 5, &[20]), Some("admin"));
        assert_eq!(in_server(&people, 4, 5, &[21]), None);
        assert_eq!(in_server(&people, 4, 5, &[10, 21]), Some("admin"), "the operator comes first");
        assert_eq!(in_server(&people, 4, 102, &[20]), Some("viewer"), "also when it is less");
        assert_eq!(in_server(&people, 4, 5, &[99]), Some("member"));
        assert_eq!((most(&people, 4), most(&people, 9)), (Some(Role::Admin), Some(Role::Member)));
    }

    #[test]
    fn in_direct_messages_people_count_and_roles_do_not() {
        let people = people("none", SERVERS);
        assert_eq!(directly(&people, 5), None);
        assert_eq!(directly(&people, 100), Some("admin"));
        assert_eq!(directly(&people, 101), Some("member"));
    }
}
