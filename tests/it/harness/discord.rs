//! The stand-in Discord of a test. It asks Discord's own document about every body, where there is one.

use anyhow::{Result, ensure};
use stand_in_discord::{Config, StandIn};

use super::document;

pub(crate) async fn start() -> Result<StandIn> {
    Ok(StandIn::start(Config { second_opinion: document::second_opinion()?, ..Config::default() }).await?)
}

/// Fails where the bot has sent something that Discord would refuse.
pub(crate) fn was_content(discord: &StandIn) -> Result<()> {
    let (objections, refusals) = (discord.objections(), discord.refusals());
    ensure!(objections.is_empty(), "Discord's document objects: {objections:#?}");
    ensure!(refusals.is_empty(), "Discord would refuse: {refusals:#?}");
    Ok(())
}
