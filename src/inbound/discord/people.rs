//! Who somebody on Discord is to storebot: pure, by the configuration and what Discord has signed.

use serenity::model::id::UserId;

use super::payload::{Member, Place};
use crate::config::People;
use crate::domain::actor::{Actor, ActorId, OrgId, Role};

/// The actor; `None` for somebody who may do nothing here.
pub(super) fn actor(people: &People, user: UserId, place: &Place) -> Option<Actor> {
    let (role, org) = match place {
        Place::Server(member) => {
            (in_server(people, user, member)?, Some(OrgId::new(format!("discord:{}", member.server))))
        }
        Place::DirectMessage => (in_direct_message(people, user)?, None),
    };
    Some(Actor { id: ActorId::new(format!("discord:{user}")), role, org })
}

/// What is said of a person counts; then the most powerful of their roles; then what everybody is.
fn in_server(people: &People, user: UserId, member: &Member) -> Option<Role> {
    let Some(server) = people.servers.iter().find(|server| server.id == member.server.get()) else {
        return people.default_role;
    };
    let by_person = server.users.get(&user.get()).copied();
    let by_role = || member.roles.iter().filter_map(|role| server.roles.get(&role.get()).copied()).max();
    by_person.or_else(by_role).or(server.default_role)
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
        let actor = actor(people, UserId::new(user), &Place::Server(member))?;
        assert_eq!(actor.org, Some(OrgId::new(format!("discord:{server}"))));
        assert_eq!(actor.id, ActorId::new(format!("discord:{user}")));
        Some(actor.role.as_str())
    }

    fn directly(people: &People, user: u64) -> Option<&'static str> {
        let actor = actor(people, UserId::new(user), &Place::DirectMessage)?;
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
    fn in_direct_messages_people_count_and_roles_do_not() {
        let people = people("none", SERVERS);
        assert_eq!(directly(&people, 5), None);
        assert_eq!(directly(&people, 100), Some("admin"));
        assert_eq!(directly(&people, 101), Some("member"));
    }
}
