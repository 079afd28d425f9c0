//! Things that go away and come back.

use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;
use stand_in_discord::{Fault, InteractionHandle, Scope};
use storebot::config::address::Address;
use storebot::domain::store::StoreRef;
use storebot::ledger::{Ledger, LedgerError};

use crate::harness::environment::{self, until};
use crate::harness::{Process, Proxy, Test, TestBot, account, run_test};

fn tea() -> serde_json::Value {
    json!({ "name": "tea", "engine": "medusa" })
}

/// Host and port of a URL.
fn authority(url: &str) -> Result<String> {
    let url = url::Url::parse(url)?;
    Ok(format!("{}:{}", url.host_str().context("no host")?, url.port_or_known_default().context("no port")?))
}

/// The shared Redis' address, by way of a proxy.
async fn redis_through() -> Result<(Proxy, String)> {
    let redis = environment::redis_url();
    let proxy = Proxy::start(&authority(&redis)?).await?;
    let through = redis.replace(&authority(&redis)?, &proxy.address.to_string());
    Ok((proxy, through))
}

async fn until_redis_is_back(t: &Test) -> Result<()> {
    until("redis is back", || async {
        let answer = t.http.get(format!("{}/health/ready", t.url)).send().await?;
        Ok((answer.status() == 200).then_some(()))
    })
    .await
}

/// The shared cluster's kubeconfig, by way of a proxy.
async fn kubeconfig_through(folder: &Path) -> Result<(Proxy, String)> {
    let text = std::fs::read_to_string(account::kubeconfig().await?)?;
    let server = text.lines().find_map(|l| l.trim().strip_prefix("server: ")).context("no server")?.trim_matches('"');
    let proxy = Proxy::start(&authority(server)?).await?;
    let file = folder.join("kubeconfig");
    std::fs::write(&file, text.replace(server, &format!("https://{}", proxy.address)))?;
    Ok((proxy, file.to_str().context("path")?.to_owned()))
}

#[tokio::test]
async fn without_redis_nothing_is_accepted_and_it_is_said() {
    let (proxy, through) = redis_through().await.unwrap();
    run_test(TestBot { redis_url: Some(through), ..TestBot::default() }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_idle().await?;
        proxy.cut();
        let refused = t.api("ana").create(&json!({ "name": "coffee", "engine": "medusa" })).await?;
        ensure!(refused.status() == 503 && refused.headers().contains_key("retry-after"));
        let delivery = t.webhook().create("msg_1", &json!({ "name": "cocoa", "engine": "medusa" })).await?;
        ensure!(delivery.status() == 503, "the sender shall try again");
        let told = t.person("ana").slash("/store create name:milk engine:medusa").await?;
        ensure!(told.message().context("no answer")?.is_ephemeral());
        ensure!(t.http.get(format!("{}/health/live", t.url)).send().await?.status() == 200);
        let ready = t.http.get(format!("{}/health/ready", t.url)).send().await?;
        ensure!(ready.status() == 503 && ready.text().await?.contains("redis"));
        proxy.mend();
        // It goes on by itself, and what was refused never happened.
        until_redis_is_back(t).await?;
        ensure!(t.ledger.page(None, None, 10).await?.items.len() == 1);
        let again = t.webhook().create("msg_1", &json!({ "name": "cocoa", "engine": "medusa" })).await?;
        ensure!(again.status() == 202);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_redis_that_says_nothing_is_away_too() {
    let (proxy, through) = redis_through().await.unwrap();
    run_test(TestBot { redis_url: Some(through), ..TestBot::default() }, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_idle().await?;
        proxy.freeze();
        // Each answer comes from the deadline of one command, long before the request's own.
        for _ in 0..2 {
            let refused = t.api("ana").create(&json!({ "name": "coffee", "engine": "medusa" })).await?;
            let (status, body) = (refused.status(), refused.text().await?);
            ensure!(status == 503 && body.contains("urn:storebot:problem:unavailable"), "{status}: {body}");
        }
        proxy.mend();
        until_redis_is_back(t).await?;
        t.api("ana").create(&json!({ "name": "coffee", "engine": "medusa" })).await?.error_for_status()?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_breaks_off_says_nothing_about_what_is_stored() {
    let (proxy, through) = redis_through().await.unwrap();
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_idle().await?;
        let id = t.ledger.find(&StoreRef::new("tea"), None).await?.context("no store")?.id;
        let config = storebot::config::Redis { address: Address::parse(&through)?, ..t.config.redis.clone() };
        let ledger = Ledger::new(&config, &t.config.retention)?;
        let whole = t.ledger.record(&id).await?;
        // Wherever it breaks off, the record behind it is in order; up to where it is there as a whole.
        for bytes in (0..).step_by(10) {
            proxy.mend();
            until("redis is back", || async { Ok(ledger.ping().await.ok()) }).await?;
            proxy.set(crate::harness::Fault::CutAfter { bytes });
            match ledger.record(&id).await {
                Err(LedgerError::Unavailable(_)) => {}
                Ok(read) if bytes > 100 => {
                    ensure!(read == whole, "after {bytes} bytes: {read:?}");
                    return Ok(());
                }
                read => bail!("after {bytes} bytes: {read:?}"),
            }
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_kubernetes_it_is_accepted_and_finishes_later() {
    let folder = tempfile::tempdir().unwrap();
    let (proxy, kubeconfig) = kubeconfig_through(folder.path()).await.unwrap();
    proxy.cut();
    run_test(TestBot { kubeconfig: Some(kubeconfig), ..TestBot::default() }, async |t| {
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        ensure!(asked.response_type() == Some(5), "accepted");
        let told = asked.wait_message(|m| m.content().contains("does not answer"), environment::PATIENCE).await?;
        ensure!(!told.content().contains("failed"), "{}", told.content());
        proxy.mend();
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains("**teashop** is ready"), "{}", message.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn kubernetes_may_go_away_in_the_middle() {
    let folder = tempfile::tempdir().unwrap();
    let (proxy, kubeconfig) = kubeconfig_through(folder.path()).await.unwrap();
    let bot = TestBot { kubeconfig: Some(kubeconfig), simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_phase("tea", "installing").await?;
        proxy.cut();
        until("the outage is noticed", || async {
            let store = t.store("watcher", "tea").await?;
            Ok((store["reason"] == "cluster-away").then_some(()))
        })
        .await?;
        proxy.mend();
        t.until_phase("tea", "ready").await?;
        Ok(())
    })
    .await;
}

/// A store whose worker was killed while Helm was at it: its name, its message and its namespace.
///
/// Helm is in the middle for some hundred milliseconds. If it has ended before the kill reached it,
/// there is nothing to see; then another store is made.
pub(crate) async fn killed_in_the_middle(t: &mut Test) -> Result<(String, InteractionHandle, String)> {
    for turn in 0..5 {
        let process = Process::start(&t.config_file, &[]).await?;
        let url = process.url.clone();
        t.reach(&url).await?;
        let name = format!("teashop{turn}");
        let asked = t.person("ana").slash(&format!("/store create name:{name} engine:woocommerce")).await?;
        let locked = [(1, "pending-install".to_owned())];
        let namespace = until("Helm is in the middle of its work", || async {
            let store = t.ledger.find(&StoreRef::new(&name), None).await?.context("no store")?;
            let namespace = store.id.namespace();
            Ok((t.cluster.revisions(&namespace).await? == locked).then_some(namespace))
        })
        .await?;
        process.kill().await?;
        // Helm died with its worker and left the release locked.
        if t.cluster.revisions(&namespace).await? == locked {
            return Ok((name, asked, namespace));
        }
    }
    anyhow::bail!("Helm was never caught in the middle")
}

#[tokio::test]
async fn a_worker_killed_while_helm_runs_loses_nothing() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let (name, asked, namespace) = killed_in_the_middle(t).await?;
        t.start_bot().await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains(&format!("**{name}** is ready")), "{}", message.content());
        // Unlocked and gone over, never uninstalled.
        let revisions = t.cluster.revisions(&namespace).await?;
        ensure!(
            matches!(&revisions[..], [(1, old), (2, new)] if old != "pending-install" && new == "deployed"),
            "{revisions:?}"
        );
        ensure!(t.cluster.namespaces().await?.contains(&namespace));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_stopped_process_hands_its_work_on() {
    let bot = TestBot { simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        t.api("ana").create(&tea()).await?.error_for_status()?;
        t.until_phase("tea", "installing").await?;
        t.stop_bot().await?;
        let depth = t.ledger.depth().await?;
        ensure!((depth.waiting, depth.running) == (1, 0), "handed back at once: {depth:?}");
        t.start_bot().await?;
        t.until_phase("tea", "ready").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn discord_may_stumble() {
    run_test(TestBot::default(), async |t| {
        let limited = Fault::RateLimited { retry_after: std::time::Duration::from_millis(300), scope: Scope::User };
        t.discord.fault(limited, 1);
        t.discord.fault(Fault::Status(502), 1);
        t.discord.fault(Fault::LostAnswer, 1);
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(message.content().contains("**teashop** is ready"), "{}", message.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_comes_after_a_quarter_of_an_hour_finds_its_channel() {
    let bot = TestBot { simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        t.until_phase("teashop", "installing").await?;
        asked.expire();
        t.until_idle().await?;
        let channel = t.discord.channel_messages("general");
        let told: Vec<_> = channel.iter().filter(|m| m.content().contains("**teashop** is ready")).collect();
        ensure!(told.len() == 1, "{channel:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_receiver_of_callbacks_may_stumble() {
    run_test(TestBot::default(), async |t| {
        t.callbacks.answer(&[500, 503]);
        let data = json!({ "name": "tea", "engine": "medusa", "callback_url": t.callbacks.url });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        let deliveries = t.callbacks.wait(3).await?;
        ensure!(deliveries.iter().all(|d| d.id == deliveries[0].id), "one id for all attempts");
        t.until_idle().await?;
        Ok(())
    })
    .await;
}
