//! How long people wait to hear of a shop that is ready.

use std::time::Duration;

use anyhow::{Context as _, Result};
use stand_in_discord::{InteractionHandle, StandIn};
use storebot::domain::store::StoreRef;
use storebot::ledger::Ledger;

use crate::bot::Setup;
use crate::cluster::TestCluster;
use crate::floor::ENGINE;
use crate::report::{Figure, Goal, Report, median};

const STORES: usize = 12;
/// Longest wait for one message.
const PATIENCE: Duration = Duration::from_secs(60);

/// `ready_lag`: from the last pod ready, or Job's pod done, as a watch of the bench's own sees it, to the
/// stand-in Discord holding the final message.
pub(crate) async fn ready(report: &mut Report) -> Result<()> {
    let discord = StandIn::start(stand_in_discord::Config::default()).await?;
    let setup = Setup::new("lag", Some(&discord))?;
    let cluster = TestCluster::connect(&setup).await?;
    let lags = cluster.tidy(&setup, asking(&setup, &cluster, &discord)).await?;
    report.add("ready_lag", &Figure::plain(median(lags.into_iter()), "ms", Goal::ValueBelow(100.0)))
}

async fn asking(setup: &Setup, cluster: &TestCluster, discord: &StandIn) -> Result<Vec<f64>> {
    let ours = setup.start("all").await?;
    discord.set_interactions_url(&format!("{}/discord/interactions", ours.url()));
    storebot::app::register_commands(&setup.config, None, false).await?;
    let ledger = Ledger::new(&setup.config.redis, &setup.config.retention)?;
    let ana = discord.user("ana");
    let mut lags = Vec::new();
    for turn in 0..=STORES {
        let name = format!("lag-{turn}");
        let asked = ana.slash(&format!("/store create name:{name} engine:{}", ENGINE.as_str())).await?;
        let told = told_at(&asked).await?;
        let record = ledger.find(&StoreRef::new(&name), None).await?.context("no such store")?;
        let done = cluster.until_done(&record.id.namespace()).await?;
        if turn > 0 {
            lags.push(told.duration_since(done).as_secs_f64() * 1000.0);
        }
    }
    ours.stop().await?;
    Ok(lags)
}

/// When the message came to say that the shop is ready.
async fn told_at(asked: &InteractionHandle) -> Result<jiff::Timestamp> {
    let is_ready = |text: &str| text.contains(" is ready: ");
    asked.wait_message(|message| is_ready(message.content()), PATIENCE).await?;
    let history = asked.history();
    let version = history.iter().find(|version| is_ready(&version.content)).context("no such version")?;
    Ok(version.at)
}
