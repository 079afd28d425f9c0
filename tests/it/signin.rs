//! Signing in to the dashboard: with Discord, and back to where somebody wanted to go.
//!
//! ```text
//! stories.rs  people in front of a browser
//! back.rs     what Discord brings back, and what others could send in its place
//! faults.rs   Discord away, slow, in haste; what cannot be checked
//! hand.rs     what a browser sends, by hand
//! ```

mod back;
mod faults;
mod hand;
mod stories;

use stand_in_discord::stable_id;

use crate::harness::{CLIENT_SECRET, TestBot};

/// People sign in with Discord, too.
fn bot() -> TestBot {
    TestBot { sign_in: Some(CLIENT_SECRET), ..TestBot::default() }
}

/// The same with two servers: in the usual one everybody is a member, elsewhere who is boss is an administrator, and
/// nobody else is anything.
fn two_servers() -> TestBot {
    let (home, elsewhere, boss) = (stable_id("guild"), stable_id("guild:elsewhere"), stable_id("role:elsewhere/boss"));
    let extra = format!(
        "[[discord.servers]]\nid='{home}'\n[[discord.servers]]\nid='{elsewhere}'\ndefault_role='none'\n\
         [discord.servers.roles]\nadmin=['{boss}']\n"
    );
    TestBot { extra, ..bot() }
}

/// Nobody is anything unless they are listed.
fn closed() -> TestBot {
    let home = stable_id("guild");
    let keeper = stable_id("role:keeper");
    let extra = format!(
        "[[discord.servers]]\nid='{home}'\ndefault_role='none'\n[discord.servers.roles]\nmember=['{keeper}']\n\
         [[discord.servers]]\nid='7'\n"
    );
    TestBot { extra, discord: "default_role = 'none'", ..bot() }
}
