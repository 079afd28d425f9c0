//! What the administrators of a server read about its settings.

use super::markdown::fit;
use super::table::say;
use super::talk::lasting;
use super::words;
use crate::domain::actor::Role;
use crate::domain::lang::Lang;
use crate::domain::server::{Grant, ServerSettings};

/// Everything that is set for a server, in Discord's markdown. `most`: what its own administrators may give.
#[must_use]
pub fn settings(lang: Lang, server: u64, set: &ServerSettings, most: Option<Role>) -> String {
    let mut lines = vec![say!(lang, "server-head")];
    lines.push(match set.channel {
        Some(channel) => say!(lang, "server-channel", channel = format!("<#{channel}>")),
        None => say!(lang, "server-channel-none"),
    });
    lines.push(match set.lang {
        Some(spoken) => say!(lang, "server-language", language = spoken.title()),
        None => say!(lang, "server-language-none"),
    });
    lines.push(match set.plan {
        Some(plan) => say!(lang, "server-plan", plan = words::plan(lang, plan)),
        None => say!(lang, "server-plan-none"),
    });
    lines.push(match set.ttl {
        Some(ttl) => {
            say!(lang, "server-ttl", ttl = lasting(lang, ttl).unwrap_or_else(|| format!("{} s", ttl.as_secs())))
        }
        None => say!(lang, "server-ttl-none"),
    });
    if set.roles.is_empty() {
        lines.push(say!(lang, "server-roles-none"));
    }
    lines.extend(set.roles.iter().map(|(id, grant)| role(lang, (server, *id), *grant, most)));
    lines.push(match most {
        Some(most) => say!(lang, "server-most", role = words::role(lang, most)),
        None => say!(lang, "server-most-none"),
    });
    fit(lines.join("\n"))
}

/// A role that is worth less than what was set says so.
fn role(lang: Lang, (server, id): (u64, u64), grant: Grant, most: Option<Role>) -> String {
    // Of @everyone the id is the server's; nobody's bell rings, since the answer mentions nobody.
    let role = if id == server { "\\@everyone".to_owned() } else { format!("<@&{id}>") };
    match (grant, most) {
        (Grant::Nothing, _) => say!(lang, "server-role-nothing", role = role),
        (Grant::Role(given), Some(most)) if given <= most => {
            say!(lang, "server-role", role = role, may = words::role(lang, given))
        }
        (Grant::Role(given), most) => {
            let may = words::role(lang, given);
            match most {
                Some(most) => say!(lang, "server-role-less", role = role, may = may, counts = words::role(lang, most)),
                None => say!(lang, "server-role-void", role = role, may = may),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::plan::Plan;

    #[test]
    fn it_tells_all_that_is_set_and_what_it_is_worth() {
        let roles = [(1, Grant::Nothing), (2, Grant::Role(Role::Member)), (3, Grant::Role(Role::Admin))].into();
        let (plan, ttl) = (Some(Plan::Small), Some(SignedDuration::from_hours(168)));
        let set = ServerSettings { roles, channel: Some(7), lang: Some(Lang::De), plan, ttl };
        insta::assert_snapshot!(settings(Lang::En, 1, &set, Some(Role::Member)), @r"
        **storebot in this server**
        Late news and requests for approval: <#7>
        Messages for everybody: Deutsch
        New shops: small, where no plan is said
        New shops are wanted for 7 days, where nothing is said
        \@everyone: may do nothing
        <@&2>: member
        <@&3>: admin, and counts as member: more may not be given here
        At most member can be given here; whoever runs storebot says so.
        ");
        insta::assert_snapshot!(settings(Lang::En, 1, &ServerSettings::default(), None), @r"
        **storebot in this server**
        Late news and requests for approval: where it was asked
        Messages for everybody: in the server's own language
        New shops: the smallest plan, where none is said
        New shops have no end, where none is said
        No role has a meaning of its own here.
        No role can be given a meaning here, other than by whoever runs storebot.
        ");
        for lang in Lang::ALL {
            assert!(settings(lang, 1, &set, None).contains("<@&2>"));
        }
    }
}
