//! What must be so when everything is over.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use stand_in_discord::InteractionHandle;
use storebot::domain::record::{Phase, Record};
use storebot::domain::store::StoreRef;

use crate::harness::Test;
use crate::harness::environment::until;

/// How long it took from the death of the first process.
#[derive(Clone, Copy)]
pub(super) struct Took {
    /// Until the store had come to its end.
    pub(super) settled: Duration,
    /// Until everybody had been told and nothing was left to do.
    pub(super) over: Duration,
}

/// Waits until a store has come to its end and nothing is under way any more.
pub(super) async fn over(t: &Test, name: &str, phase: Phase, died: Instant) -> Result<(Record, Took)> {
    let record = until(&format!("{name} is {phase:?}"), || async {
        let record = t.ledger.find(&StoreRef::new(name), None).await?.context("no store")?;
        Ok((record.is_settled() && record.phase() == phase).then_some(record))
    })
    .await?;
    let settled = died.elapsed();
    t.until_idle().await?;
    Ok((record, Took { settled, over: died.elapsed() }))
}

/// The store has come to its end, and nothing is left of the way there.
pub(super) async fn ended(t: &Test, name: &str, phase: Phase, died: Instant) -> Result<(Record, Took)> {
    let (record, took) = over(t, name, phase, died).await?;
    let namespaces = t.cluster.namespaces().await?;
    let owned = t.ledger.used(&record.spec.owner, record.spec.org.as_ref(), 100).await?.0.stores;
    if phase == Phase::Deleted {
        ensure!(namespaces.is_empty() && owned == 0, "{namespaces:?}, {owned} of the quota");
    } else {
        ensure!(namespaces == [record.id.namespace()] && owned == 1, "{namespaces:?}, {owned} of the quota");
    }
    if phase == Phase::Ready {
        one_release(t, &record).await?;
    }
    // Whoever tells gives the right to it back a moment after the last event is acknowledged.
    until("nobody holds the right to tell", || async {
        Ok((!t.redis_dump().await?.contains(":telling:")).then_some(()))
    })
    .await?;
    let folder = temporary(t)?;
    let gone = until("no temporary files are left", || async { Ok(left_in(&folder).is_empty().then_some(())) }).await;
    gone.with_context(|| format!("{:?}", left_in(&folder)))?;
    Ok((record, took))
}

/// Where the processes of a case put their temporary files.
pub(super) fn temporary(t: &Test) -> Result<PathBuf> {
    Ok(t.config_file.parent().context("no folder")?.join("tmp"))
}

/// The folders, and what is in them.
fn left_in(folder: &Path) -> Vec<PathBuf> {
    let entries = |folder: &Path| std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    entries(folder).flat_map(|path| entries(&path).collect::<Vec<_>>().into_iter().chain([path])).collect()
}

/// One revision is deployed, and it is the last.
pub(super) async fn one_release(t: &Test, record: &Record) -> Result<()> {
    let revisions = t.cluster.revisions(&record.id.namespace()).await?;
    let deployed = revisions.iter().filter(|(_, status)| status == "deployed").count();
    let last = revisions.last().context("no release")?;
    ensure!(deployed == 1 && last.1 == "deployed", "{revisions:?}");
    Ok(())
}

/// The person who asked was told the end, once, in one place, and nothing after it.
pub(super) fn told(t: &Test, asked: &InteractionHandle, words: &str) -> Result<()> {
    let message = asked.message().context("no message")?;
    ensure!(message.content().contains(words), "{}", message.content());
    ensure!(asked.follow_ups().is_empty(), "{:?}", asked.follow_ups());
    // An edit that is repeated changes nothing.
    let mut said: Vec<String> = asked.history().into_iter().map(|version| version.content).collect();
    said.dedup();
    let ends = said.iter().filter(|text| text.contains(words)).count();
    ensure!(ends == 1, "{said:?}");
    ensure!(said_in(t, words) == 1, "it was said elsewhere as well");
    Ok(())
}

/// In how many messages of the channel.
pub(super) fn said_in(t: &Test, words: &str) -> usize {
    t.discord.channel_messages("general").iter().filter(|message| message.content().contains(words)).count()
}
