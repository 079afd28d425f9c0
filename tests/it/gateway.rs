//! Interactions over a connection to Discord's gateway: the same as over HTTP, whatever becomes of the connection.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use stand_in_discord::{Fault, FaultRule, GatewayFault, StandIn};

use crate::harness::environment::{PATIENCE, until};
use crate::harness::{Process, Test, TestBot, Transport, delete_on_discord, run_test};

fn bot() -> TestBot {
    TestBot { transport: Transport::Gateway, ..TestBot::default() }
}

/// What `/health/ready` says of the gateway, and with which status.
async fn told(t: &Test, url: &str) -> Result<(u16, Value)> {
    let answer = t.http.get(format!("{url}/health/ready")).send().await?;
    let (status, body): (u16, Value) = (answer.status().as_u16(), answer.json().await?);
    let all = body["dependencies"].as_array().context("no dependencies")?;
    let gateway = all.iter().find(|it| it["name"] == "discord gateway").context("no gateway")?;
    Ok((status, gateway.clone()))
}

async fn until_told(t: &Test, url: &str, detail: &str) -> Result<Value> {
    until(&format!("the gateway is told to be: {detail}"), || async {
        let (_, gateway) = told(t, url).await?;
        Ok(gateway["detail"].as_str().is_some_and(|text| text.starts_with(detail)).then_some(gateway))
    })
    .await
}

/// From the command to the deletion, as people see it.
async fn story(t: &mut Test) -> Result<()> {
    let ana = t.person("ana");
    let asked = ana.slash("/store create name:teashop engine:medusa").await?;
    let ready = asked.wait_message(|m| m.content().contains("is ready: "), PATIENCE).await?;
    ensure!(ready.visible_to.is_none() && ready.content().contains("teashop.t"), "{}", ready.content());
    let listed = ana.slash("/store list").await?.message().context("no list")?;
    ensure!(listed.content().contains("teashop") && listed.visible_to.is_some(), "{}", listed.content());
    let refused = ana.slash("/store create name:TEA! engine:medusa").await?.message().context("no refusal")?;
    ensure!(refused.visible_to.is_some(), "{}", refused.content());
    let direct = ana.slash_dm("/store status name:teashop").await?.message().context("no status")?;
    ensure!(direct.content().contains("teashop"), "{}", direct.content());
    let offered = ana.autocomplete("/store status name:tea").await?;
    ensure!(offered.iter().any(|offer| offer["value"] == "teashop"), "{offered:?}");
    let wrong = delete_on_discord(&ana, "nothing").await;
    ensure!(wrong.is_err(), "a form for a shop that is not there");
    let deleted = delete_on_discord(&ana, "teashop").await?;
    deleted.wait_message(|m| m.content().contains("deleted"), PATIENCE).await?;
    t.until_idle().await
}

#[tokio::test]
async fn the_same_story_by_both_transports() {
    run_test(TestBot::default(), story).await;
    run_test(bot(), async |t| {
        let (status, gateway) = told(t, &t.url).await?;
        ensure!(status == 200 && gateway["ok"].is_boolean(), "{gateway}");
        until_told(t, &t.url, "connected").await?;
        let endpoint = t.http.post(format!("{}/discord/interactions", t.url)).body("{}").send().await?;
        ensure!(endpoint.status() == 404, "the endpoint is served: {}", endpoint.status());
        story(t).await?;
        ensure!(t.discord.gateway_identified() == 1, "{} sessions", t.discord.gateway_identified());
        let sessions = t.discord.gateway_sessions();
        ensure!(sessions[0].intents == 0 && sessions[0].shard == (0, 1), "{sessions:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_button_is_pressed_over_the_gateway() {
    let limits = "stores_per_owner = 1\ncreations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\n";
    run_test(TestBot { limits: Some(limits.to_owned()), ..bot() }, async |t| {
        let ana = t.person("ana");
        ana.slash("/store create name:tea engine:medusa").await?;
        let over = ana.slash("/store create name:coffee engine:medusa").await?;
        let message = over.message().context("no message")?;
        let buttons = message.latest().context("empty")?.components.clone();
        let custom_id = buttons[0]["components"][0]["custom_id"].as_str().context("no button")?.to_owned();
        // A member presses, and is told that only approvers may.
        let pressed = t.person("bob").press_button(message.id, &custom_id).await?;
        let told = pressed.message().context("no answer")?;
        ensure!(told.visible_to.is_some() && !told.content().is_empty(), "{}", told.content());
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn nothing_is_lost_when_the_connection_drops() {
    run_test(bot(), async |t| {
        let ana = t.person("ana");
        for (number, fault) in
            [GatewayFault::Drop, GatewayFault::Reconnect, GatewayFault::Close(4000)].iter().enumerate()
        {
            t.discord.gateway_fault(*fault);
            let asked = ana.slash(&format!("/store create name:tea{number} engine:medusa")).await;
            let asked = asked.with_context(|| format!("{fault:?}"))?;
            asked.wait_message(|m| m.content().contains("is ready: "), PATIENCE).await?;
        }
        let sessions = t.discord.gateway_sessions();
        ensure!(sessions.len() == 1 && sessions[0].resumed == 3, "{sessions:?}");
        ensure!(t.ledger.page(None, None, 10).await?.items.len() == 3);
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_session_that_is_over_is_followed_by_another() {
    run_test(bot(), async |t| {
        for (number, fault) in [GatewayFault::InvalidSession, GatewayFault::Close(4009)].into_iter().enumerate() {
            until_told(t, &t.url, "connected").await?;
            let before = t.discord.gateway_sessions();
            t.discord.gateway_fault(fault);
            let another = |discord: &StandIn| {
                let now = discord.gateway_sessions();
                now.iter().any(|it| it.connected && before.iter().all(|old| old.id != it.id)).then_some(())
            };
            t.discord.until(PATIENCE, another).await.with_context(|| format!("{fault:?}"))?;
            t.person("ana").slash(&format!("/store create name:tea{number} engine:medusa")).await?;
        }
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_says_nothing_is_left() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        t.discord.set_gateway_heartbeat(Duration::from_millis(700));
        t.start_bot().await?;
        t.discord.gateway_fault(GatewayFault::Silence);
        let again = |discord: &StandIn| (discord.gateway_identified() > 1).then_some(());
        t.discord.until(PATIENCE, again).await?;
        until_told(t, &t.url, "connected").await?;
        t.person("ana").slash("/store list").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_is_killed_is_followed_by_another_process() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        let first = Process::start_as("serve", &t.config_file, &[]).await?;
        t.reach(&first.url.clone()).await?;
        until_told(t, &first.url, "connected").await?;
        let second = Process::start_as("all", &t.config_file, &[]).await?;
        until_told(t, &second.url, "another process is connected").await?;
        let ana = t.person("ana");
        let asked = ana.slash("/store create name:tea engine:medusa").await?;
        first.kill().await?;
        let gateway = until_told(t, &second.url, "connected").await?;
        ensure!(gateway["ok"] == true, "{gateway}");
        t.url.clone_from(&second.url);
        asked.wait_message(|m| m.content().contains("is ready: "), PATIENCE).await?;
        let asked = ana.slash("/store create name:coffee engine:medusa").await?;
        asked.wait_message(|m| m.content().contains("is ready: "), PATIENCE).await?;
        t.until_idle().await?;
        second.terminate()?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_wrong_token_is_told_and_not_tried_again() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        let wrong = [("STOREBOT__DISCORD__BOT_TOKEN", "a-token-of-another-bot")];
        crate::harness::secrets::note("a wrong bot token", wrong[0].1);
        let process = Process::start_as("serve", &t.config_file, &wrong).await?;
        let gateway = until_told(t, &process.url, "Discord does not take discord.bot_token").await?;
        let (status, _) = told(t, &process.url).await?;
        ensure!(status == 200 && gateway["ok"] == false, "{status} {gateway}");
        let log = process.log();
        ensure!(log.matches("Discord does not take discord.bot_token").count() == 1, "{log}");
        ensure!(!log.contains(wrong[0].1), "the token is in the log");
        let asked = t.discord.requests().iter().filter(|r| r.path.ends_with("/gateway/bot")).count();
        ensure!(asked == 1, "asked {asked} times");
        process.kill().await
    })
    .await;
}

#[tokio::test]
async fn a_close_that_is_for_good_is_not_tried_again() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        t.discord.gateway_refuse(4014);
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        let gateway = until_told(t, &process.url, "Discord refuses the intents").await?;
        ensure!(gateway["ok"] == false && t.discord.gateway_sessions().is_empty(), "{gateway}");
        process.kill().await
    })
    .await;
}

#[tokio::test]
async fn a_url_in_the_portal_is_told() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        t.discord.set_interactions_url("http://127.0.0.1:1/");
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        let gateway = until_told(t, &process.url, "connected, but an Interactions Endpoint URL").await?;
        ensure!(gateway["ok"] == false, "{gateway}");
        process.kill().await
    })
    .await;
}

/// What was answered to an interaction's callbacks so far, in order.
fn callbacks(t: &Test, interaction: u64) -> Vec<u16> {
    let path = format!("/interactions/{interaction}/");
    t.discord.requests().iter().filter(|it| it.path.contains(&path)).map(|it| it.status).collect()
}

/// A process that was away for a while does not know that another one is connected by now.
#[tokio::test]
async fn what_two_processes_hear_is_done_once() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        let first = Process::start_as("serve", &t.config_file, &[]).await?;
        t.reach(&first.url.clone()).await?;
        until_told(t, &first.url, "connected").await?;
        let second = Process::start_as("all", &t.config_file, &[]).await?;
        let pid = Pid::from_raw(first.id()?).context("no such process")?;
        kill_process(pid, Signal::STOP)?;
        until_told(t, &second.url, "connected").await?;
        t.url.clone_from(&second.url);
        ensure!(t.discord.gateway_sessions().iter().filter(|it| it.connected).count() == 2);
        let asked = t.person("ana").slash("/store create name:tea engine:medusa").await?;
        ensure!(callbacks(t, asked.id()) == [204]);
        kill_process(pid, Signal::CONT)?;
        until("the first has answered, too", || async { Ok((callbacks(t, asked.id()).len() > 1).then_some(())) })
            .await?;
        ensure!(callbacks(t, asked.id()) == [204, 400], "{:?}", callbacks(t, asked.id()));
        let one = |discord: &StandIn| (discord.gateway_sessions().len() == 1).then_some(());
        t.discord.until(PATIENCE, one).await.context("the first did not leave")?;
        until_told(t, &first.url, "another process is connected").await?;
        asked.wait_message(|m| m.content().contains("is ready: "), PATIENCE).await?;
        ensure!(t.ledger.page(None, None, 10).await?.items.len() == 1);
        t.until_idle().await?;
        first.kill().await?;
        second.kill().await
    })
    .await;
}

#[tokio::test]
async fn what_was_heard_is_answered_before_the_process_ends() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        let mut first = Process::start_as("serve", &t.config_file, &[]).await?;
        t.reach(&first.url.clone()).await?;
        let fault = Fault::Delay(Duration::from_millis(900));
        t.discord.fault_where(FaultRule { fault, times: 1, matching: "/callback".to_owned() });
        let ana = t.person("ana");
        let (asked, ended) = tokio::join!(ana.slash("/store create name:tea engine:medusa"), async {
            until("the store is wanted", || async {
                Ok((!t.ledger.page(None, None, 1).await?.items.is_empty()).then_some(()))
            })
            .await?;
            first.terminate()?;
            first.ended().await
        });
        asked.context("it was not answered")?;
        ensure!(ended? == Some(0), "{}", first.log());
        ensure!(t.discord.gateway_sessions().is_empty(), "it did not say goodbye");
        t.start_bot().await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn no_token_is_in_the_log_whatever_is_logged() {
    run_test(TestBot { not_started: true, ..bot() }, async |t| {
        let all = [(
            "STOREBOT__LOG__FILTER",
            "debug,storebot=trace,serenity=trace,tungstenite=trace,tokio_tungstenite=trace",
        )];
        let process = Process::start_as("all", &t.config_file, &all).await?;
        t.reach(&process.url.clone()).await?;
        t.person("ana").slash("/store list").await?;
        t.discord.gateway_fault(GatewayFault::Drop);
        t.person("ana").slash("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        let log = process.log();
        ensure!(log.contains("connected to Discord's gateway") && log.contains("interaction answered"), "{log}");
        for token in t.discord.interaction_tokens() {
            ensure!(!log.contains(&token), "an interaction's token is in the log");
        }
        ensure!(!log.contains("stand-in-bot-token"), "the bot's token is in the log");
        process.kill().await
    })
    .await;
}
