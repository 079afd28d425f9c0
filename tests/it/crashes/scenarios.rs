//! Stories that come to crash points.

mod doors;

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use stand_in_discord::InteractionHandle;
use storebot::domain::record::Phase;
use storebot::domain::store::StoreRef;

use super::ends::Took;
use super::{ends, report};
use crate::harness::environment::{self, until};
use crate::harness::{Nodes, Process, Test, TestBot, try_test};
use crate::life::{now_ms, put_end};
use crate::outages::killed_in_the_middle;

/// A worker that was not heard of for so long has lost its stores.
pub(super) const LEASE: Duration = Duration::from_secs(2);
/// Short bounds of what is called, which bound how long a dead notifier's things are waited for.
const SHORT: [(&str, &str); 2] = [("STOREBOT__DISCORD__TIMEOUT", "2s"), ("STOREBOT__CALLBACKS__TIMEOUT", "2s")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scenario {
    /// A store is made.
    Create,
    /// The same, with pods that take their time.
    Slow,
    /// The same, seen from whoever asked.
    Tell,
    /// The answer comes when the interaction's token has ended: in a new message.
    TellLate,
    /// Its sender is called back.
    CallBack,
    /// Somebody else is called back, about one command.
    CallBackOfOne,
    /// The sender wants to hear no more.
    SwitchOff,
    /// The store's time is over.
    Expire,
    /// The worker is told to end meanwhile.
    Drain,
    /// Another worker has died while Helm ran.
    Locked,
    /// The test order is placed again.
    Verify,
    /// The owner gets a new login.
    Login,
    /// The store is deleted.
    Delete,
    /// It is deleted with a time in which that can be taken back.
    DeleteLater,
    /// A deleted store is forgotten.
    Purge,
    /// Helm fails at first.
    Retry,
    /// Helm fails for ever.
    Dead,
    /// The door dies with a delivery that it has trusted.
    Receive,
    /// And while a callback is to be sent again.
    SendAgain,
    /// The door dies.
    AdmitCreate,
    AdmitChange,
}

/// One case of the table.
pub(super) async fn run(scenario: Scenario, point: &str) -> Result<()> {
    try_test(bot(scenario), async |t| {
        let took = match scenario {
            Scenario::Create | Scenario::Slow | Scenario::Tell => create(t, point).await,
            Scenario::TellLate => tell_late(t, point).await,
            Scenario::CallBack => call_back(t, point).await,
            Scenario::CallBackOfOne => call_back_of_one(t, point).await,
            Scenario::SwitchOff => switch_off(t, point).await,
            Scenario::Expire => expire(t, point).await,
            Scenario::Drain => drain(t, point).await,
            Scenario::Locked => locked(t, point).await,
            Scenario::Verify => verify(t, point).await,
            Scenario::Login => login(t, point).await,
            Scenario::Delete => delete(t, point, "").await,
            Scenario::DeleteLater => delete(t, point, "?grace=2s").await,
            Scenario::Purge => purge(t, point).await,
            Scenario::Retry => retry(t, point).await,
            Scenario::Dead => dead(t, point).await,
            Scenario::Receive => doors::receive(t, point).await,
            Scenario::SendAgain => doors::send_again(t, point).await,
            Scenario::AdmitCreate => doors::admit_create(t, point).await,
            Scenario::AdmitChange => doors::admit_change(t, point).await,
        };
        report::recovered(&format!("{scenario:?}"), point, took?)
    })
    .await
}

fn bot(scenario: Scenario) -> TestBot {
    let attempts = if scenario == Scenario::Dead { 2 } else { 8 };
    let worker = format!(
        "lease = '{}s'\nbackoff = '300ms'\nbackoff_max = '1s'\nsweep = '300ms'\nattempts = {attempts}\n",
        LEASE.as_secs()
    );
    TestBot {
        worker: Some(worker),
        not_started: true,
        nodes: if scenario == Scenario::Login { Nodes::ByHand } else { Nodes::Simulated },
        simulate: matches!(scenario, Scenario::Slow | Scenario::Drain).then_some("slow"),
        extra: if scenario == Scenario::Purge { "[retention]\ndeleted = '1s'\n".to_owned() } else { String::new() },
        ..TestBot::default()
    }
}

/// A worker that will die at a point.
async fn doomed(t: &Test, point: &str, env: &[(&str, &str)]) -> Result<Process> {
    let temporary = temporary(t)?;
    let own = [("TMPDIR", temporary.as_str()), ("STOREBOT_CRASH_AT", point)];
    let env: Vec<_> = SHORT.iter().chain(env).copied().chain(own).collect();
    let mut process = Process::spawn("work", &t.config_file, &env).await?;
    process.alive_or_dead().await?;
    Ok(process)
}

/// The worker that comes after it.
async fn heir(t: &Test) -> Result<Process> {
    let temporary = temporary(t)?;
    let env: Vec<_> = SHORT.into_iter().chain([("TMPDIR", temporary.as_str())]).collect();
    Process::start_as("work", &t.config_file, &env).await
}

/// Where both of them put their temporary files.
fn temporary(t: &Test) -> Result<String> {
    let folder = ends::temporary(t)?;
    std::fs::create_dir_all(&folder)?;
    Ok(folder.to_str().context("path")?.to_owned())
}

fn tea() -> Value {
    json!({ "name": "tea", "engine": "medusa" })
}

async fn asked_for(t: &Test) -> Result<InteractionHandle> {
    Ok(t.person("ana").slash("/store create name:tea engine:medusa").await?)
}

const READY: &str = "**tea** is ready";

async fn create(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let worker = doomed(t, point, &[]).await?;
    let asked = asked_for(t).await?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    ends::told(t, &asked, READY)?;
    heir.kill().await?;
    Ok(took)
}

async fn tell_late(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let asked = asked_for(t).await?;
    // Discord takes no edit from now on, so that only the end is said, in a new message.
    asked.expire();
    let worker = doomed(t, point, &[]).await?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    ensure!(ends::said_in(t, READY) == 1, "{:?}", t.discord.channel_messages("general"));
    heir.kill().await?;
    Ok(took)
}

async fn call_back(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    if point.starts_with("notify.postpone") {
        t.callbacks.answer(&[500]);
    }
    let worker = doomed(t, point, &[]).await?;
    let data = json!({ "name": "tea", "engine": "medusa", "callback_url": t.callbacks.url });
    t.webhook().create("msg_1", &data).await?.error_for_status()?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    let deliveries = t.callbacks.wait(1).await?;
    ensure!(deliveries.iter().all(|d| d.id == deliveries[0].id), "{deliveries:?}");
    let body: Value = serde_json::from_slice(&deliveries[0].body)?;
    ensure!(body["type"] == "store.ready", "{body}");
    heir.kill().await?;
    Ok(took)
}

/// By the source that made it; nobody follows the store.
async fn call_back_of_one(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let worker = doomed(t, point, &[]).await?;
    t.webhook().create("msg_1", &tea()).await?.error_for_status()?;
    t.until_idle().await?;
    let data = json!({ "name": "tea", "callback_url": t.callbacks.url });
    t.webhook().event("msg_2", "store.verify", &data).await?.error_for_status()?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    let deliveries = t.callbacks.wait(1).await?;
    ensure!(deliveries.len() == 1 && deliveries[0].kind() == "store.ready", "{deliveries:?}");
    heir.kill().await?;
    Ok(took)
}

async fn switch_off(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    t.callbacks.answer(&[410; 4]);
    let worker = doomed(t, point, &[]).await?;
    let data = json!({ "name": "tea", "engine": "medusa", "callback_url": t.callbacks.url });
    t.webhook().create("msg_1", &data).await?.error_for_status()?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (record, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    ensure!(t.ledger.followers(&record.id).await?.is_empty(), "it would be called again");
    heir.kill().await?;
    Ok(took)
}

/// What time does is written once, and the person hears of it in one message.
async fn expire(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let worker = doomed(t, point, &[]).await?;
    t.person("ana").slash("/store create name:tea engine:medusa ttl:3h").await?;
    t.until_phase("tea", "ready").await?;
    t.until_idle().await?;
    put_end(t, "tea", now_ms(), now_ms()).await?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (record, took) = ends::ended(t, "tea", Phase::Asleep, died).await?;
    ensure!(record.desired.generation == 2, "it was put to sleep {} times", record.desired.generation - 1);
    until("it is told", || async { Ok((ends::said_in(t, OVER) > 0).then_some(())) }).await?;
    t.until_idle().await?;
    ensure!(ends::said_in(t, OVER) == 1, "{:?}", t.discord.channel_messages("general"));
    heir.kill().await?;
    Ok(took)
}

const OVER: &str = "The time of **tea** is over";

async fn drain(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let worker = doomed(t, point, &[]).await?;
    let asked = asked_for(t).await?;
    t.until_phase("tea", "installing").await?;
    worker.terminate()?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    ends::told(t, &asked, READY)?;
    heir.kill().await?;
    Ok(took)
}

/// Here whoever unlocks dies as well.
async fn locked(t: &mut Test, point: &str) -> Result<Took> {
    let (name, asked, _) = killed_in_the_middle(t).await?;
    t.start_doors().await?;
    let died = doomed(t, point, &[]).await?.dies_at(point).await?;
    let heir = heir(t).await?;
    let (record, took) = ends::over(t, &name, Phase::Ready, died).await?;
    ends::one_release(t, &record).await?;
    ends::told(t, &asked, &format!("**{name}** is ready"))?;
    heir.kill().await?;
    Ok(took)
}

/// A store that is ready, made by a worker that will die at a point where making does not come.
async fn with_store(t: &mut Test, point: &str) -> Result<Process> {
    t.start_doors().await?;
    let worker = doomed(t, point, &[]).await?;
    t.api("ana").create(&tea()).await?.error_for_status()?;
    t.until_idle().await?;
    Ok(worker)
}

async fn verify(t: &mut Test, point: &str) -> Result<Took> {
    let worker = with_store(t, point).await?;
    let asked = t.api("ana").ask("verify", "tea").await?;
    ensure!(asked.status() == 202);
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (record, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    let jobs = t.cluster.jobs(&record.id.namespace()).await?;
    ensure!(jobs == ["setup-1", "verify-1", "verify-1-2"], "{jobs:?}");
    heir.kill().await?;
    Ok(took)
}

async fn login(t: &mut Test, point: &str) -> Result<Took> {
    let _hands = t.hands();
    let worker = with_store(t, point).await?;
    let api = t.api("ana");
    let surviving = async {
        let died = worker.dies_at(point).await?;
        anyhow::Ok((died, heir(t).await?))
    };
    let (answer, survived) = tokio::join!(api.ask("credentials", "tea"), surviving);
    let (died, heir) = survived?;
    let answer = answer?;
    ensure!(answer.status() == 200, "{}", answer.text().await?);
    let (record, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    let namespace = record.id.namespace();
    t.cluster.until_gone(&namespace, "login").await?;
    ensure!(t.cluster.secrets(&namespace).await?.iter().all(|s| s != "store-login"));
    heir.kill().await?;
    Ok(took)
}

async fn delete(t: &mut Test, point: &str, query: &str) -> Result<Took> {
    let worker = with_store(t, point).await?;
    t.api("ana").delete(&format!("tea{query}")).await?.error_for_status()?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Deleted, died).await?;
    heir.kill().await?;
    Ok(took)
}

async fn purge(t: &mut Test, point: &str) -> Result<Took> {
    let worker = with_store(t, point).await?;
    t.api("ana").delete("tea").await?.error_for_status()?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    until("the store is forgotten", || async {
        Ok(t.ledger.find(&StoreRef::new("tea"), None).await?.is_none().then_some(()))
    })
    .await?;
    let settled = died.elapsed();
    t.until_idle().await?;
    let took = Took { settled, over: died.elapsed() };
    ensure!(t.ledger.counts().await?.values().all(|count| *count == 0), "{:?}", t.ledger.counts().await?);
    heir.kill().await?;
    Ok(took)
}

/// A Helm that knows its version and can do nothing.
fn failing_helm(t: &Test) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = t.config_file.parent().context("no folder")?;
    let helm = folder.join("failing-helm");
    let script = format!(
        "#!/bin/sh\n[ \"$1\" = version ] || {{ echo 'Error: out of order' >&2; exit 1; }}\nexec '{}' \"$@\"\n",
        environment::helm()
    );
    std::fs::write(&helm, script)?;
    std::fs::set_permissions(&helm, std::fs::Permissions::from_mode(0o755))?;
    Ok(helm)
}

async fn retry(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let helm = failing_helm(t)?;
    let worker = doomed(t, point, &[("STOREBOT__HELM__BINARY", helm.to_str().context("path")?)]).await?;
    let asked = asked_for(t).await?;
    let died = worker.dies_at(point).await?;
    // Whoever comes after it has a Helm that works.
    let heir = heir(t).await?;
    let (_, took) = ends::ended(t, "tea", Phase::Ready, died).await?;
    ends::told(t, &asked, READY)?;
    heir.kill().await?;
    Ok(took)
}

async fn dead(t: &mut Test, point: &str) -> Result<Took> {
    t.start_doors().await?;
    let helm = failing_helm(t)?;
    let env = [("STOREBOT__HELM__BINARY", helm.to_str().context("path")?)];
    let worker = doomed(t, point, &env).await?;
    let asked = asked_for(t).await?;
    let died = worker.dies_at(point).await?;
    let heir = heir(t).await?;
    let (record, took) = ends::ended(t, "tea", Phase::Failed, died).await?;
    let reason = record.observed.trouble.context("no reason")?.message;
    ensure!(reason.contains("out of order"), "{reason}");
    ends::told(t, &asked, "**tea** failed:")?;
    let depth = t.ledger.depth().await?;
    ensure!(depth.dead == 1, "{depth:?}");
    heir.kill().await?;
    Ok(took)
}
