//! The one message that tells how a shop is made: where it stands, how far it has come, how it ended, and
//! what can be done with it then.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use stand_in_discord::{Fault, FaultRule, Message, Version};
use storebot::domain::engine::Engine;
use storebot::domain::store::StoreRef;
use storebot::domain::usual::Usual;

use crate::harness::environment::PATIENCE;
use crate::harness::{Ending, Nodes, Test, TestBot, Waiting, run_test};

fn real() -> TestBot {
    TestBot { nodes: Nodes::ByHand, ..TestBot::default() }
}

/// What stands on the buttons, and what they are: an address, or a verb.
fn buttons(version: &Version) -> Vec<String> {
    let all = version.components.iter().filter_map(|row| row["components"].as_array()).flatten();
    let to = |button: &Value| {
        let id = button["custom_id"].as_str().map(|id| id.split(':').nth(1).unwrap_or_default().to_owned());
        id.or_else(|| button["url"].as_str().map(str::to_owned)).unwrap_or_default()
    };
    all.map(|button| format!("{}: {}", button["label"].as_str().unwrap_or_default(), to(button))).collect()
}

fn newest(message: &Message) -> Result<&Version> {
    message.latest().context("no version")
}

/// Edits that are no end, in order; the first version of a deferred answer is empty.
fn edits(message: &Message) -> Vec<&Version> {
    message.versions.iter().filter(|version| !version.content.is_empty()).collect()
}

#[tokio::test]
async fn a_story_goes_from_its_steps_to_its_proof_and_its_buttons() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.withhold("setup");
        hands.withhold("verify");
        let asked = t.person("ana").slash("/store create name:tea engine:woocommerce").await?;
        let wait = async |words: &'static str| asked.wait_message(|m| m.content().contains(words), PATIENCE).await;
        wait("✅ database and app").await?;
        hands.ends("setup", Ending::well(""));
        let before = wait("⏳ test order").await?;
        ensure!(buttons(newest(&before)?).is_empty(), "{before:?}");
        hands.ends("verify", Ending::proof(37));
        t.until_idle().await?;

        let message = asked.message().context("no message")?;
        let (text, url) = (message.content(), format!("http://tea.{}", t.config.cells[0].domain));
        ensure!(
            text.starts_with(&format!("**tea** is ready: {url}\nProof: test order #37, 23.00 EUR, took ")),
            "{text}"
        );
        ensure!(text.contains("✅ products and payment") && text.contains("✅ test order"), "{text}");
        let offered = buttons(newest(&message)?);
        let admin = format!("Admin: {url}/wp-admin/");
        ensure!(
            offered == [&format!("Open: {url}"), &admin, "Show login: login", "Sleep: sleep", "Delete: delete"],
            "{offered:?}"
        );
        // All that was said is one message; it names all steps from the beginning, and its edits keep their pace.
        // The end waits for nothing.
        let edits = edits(&message);
        for named in ["namespace", "release", "database and app", "products and payment", "test order"] {
            ensure!(edits[0].content.contains(named), "{}", edits[0].content);
        }
        let (_, under_way) = edits.split_last().context("no edits")?;
        for pair in under_way.windows(2) {
            let pause = pair[1].at.duration_since(pair[0].at);
            ensure!(pause.as_millis() >= 990, "{pause} between {:?} and {:?}", pair[0], pair[1]);
        }
        ensure!(under_way.len() > 2 && asked.follow_ups().is_empty(), "{edits:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn whoever_is_in_line_sees_the_line_move() {
    let worker = "slots = 1\nlease = '5s'\nbackoff = '100ms'\nbackoff_max = '1s'\nsweep = '500ms'\n".to_owned();
    run_test(TestBot { worker: Some(worker), ..real() }, async |t| {
        let hands = t.hands();
        hands.withhold("verify");
        let ana = t.person("ana");
        let first = ana.slash("/store create name:tea engine:medusa").await?;
        first.wait_message(|m| m.content().contains("✅ products and payment"), PATIENCE).await?;
        let second = ana.slash("/store create name:coffee engine:medusa").await?;
        let third = ana.slash("/store create name:cocoa engine:medusa").await?;
        second.wait_message(|m| m.content().contains("\nNext in line\n"), PATIENCE).await?;
        third.wait_message(|m| m.content().contains("\nNumber 2 in line\n"), PATIENCE).await?;
        // The second one's turn comes. Nothing happens to the third one, and yet it comes closer.
        hands.withhold("setup");
        hands.ends("verify", Ending::proof(1));
        third.wait_message(|m| m.content().contains("\nNext in line\n"), PATIENCE).await?;
        hands.ends("setup", Ending::well(""));
        t.until_idle().await?;
        ensure!(
            third.message().is_some_and(|m| m.content().starts_with("**cocoa** is ready")),
            "{:?}",
            third.message()
        );
        Ok(())
    })
    .await;
}

/// From past runs: one that is slow has long been late by them.
#[tokio::test]
async fn a_story_says_when_it_ends_and_when_it_is_late() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let past = |ms| Usual { whole: Some(Duration::from_millis(ms)), steps: [Some(Duration::from_millis(ms)); 5] };
        t.ledger.note_made(Engine::Medusa, jiff::Timestamp::now(), &past(1)).await?;
        t.ledger.note_made(Engine::Woocommerce, jiff::Timestamp::now(), &past(600_000)).await?;
        hands.withhold("setup");
        let ana = t.person("ana");
        let late = ana.slash("/store create name:late engine:medusa").await?;
        let early = ana.slash("/store create name:early engine:woocommerce").await?;
        late.wait_message(|m| m.content().contains(" · this takes longer than usual\n"), PATIENCE).await?;
        early.wait_message(|m| m.content().contains("⬜ 60% · ready <t:"), PATIENCE).await?;
        hands.ends("setup", Ending::well(""));
        t.until_idle().await?;
        // What these took is known from now on.
        let store = t.ledger.find(&StoreRef::new("late"), None).await?.context("no store")?;
        let (usual, place) = t.ledger.outlook(Engine::Medusa, &store.id).await?;
        ensure!(place.is_none() && usual.whole > Some(Duration::from_millis(1)), "{usual:?}");
        ensure!(usual.steps.iter().all(Option::is_some), "{usual:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_failure_folds_its_log_and_offers_what_can_be_done() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let log = "reading settings\n||@everyone|| ```js token=hush\nno such table\ngiving up";
        let ended = Some((3, Ending::badly(log)));
        let message = "back-off 40s restarting failed container".to_owned();
        hands.waits("shop", Waiting { reason: "CrashLoopBackOff", message, ended });
        let asked = t.person("ana").slash("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        let text = message.content();
        ensure!(text.starts_with("**tea** failed: shop crashes again and again (3 restarts)"), "{text}");
        ensure!(text.contains("\n❌ ") && text.contains("`/store retry name:tea`"), "{text}");
        let (_, folded) = text.split_once("||```\n").context("no log")?;
        let (log, behind) = folded.split_once("\n```||").context("the log does not end")?;
        ensure!(behind.is_empty() && !log.contains("||") && !log.contains("```"), "{text}");
        ensure!(log.ends_with("no such table\ngiving up") && !text.contains("hush"), "{text}");
        ensure!(!message.mention_everyone);
        let offered = buttons(newest(&message)?);
        ensure!(offered == ["Retry: retry", "Keep: keep", "Delete: delete"], "{offered:?}");
        Ok(())
    })
    .await;
}

/// Two promises for one message: the newer one tells on in it, and its buttons are those of its own end.
#[tokio::test]
async fn what_a_button_starts_is_told_in_the_same_message() {
    run_test(real(), async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending::badly("the products cannot be read"));
        let ana = t.person("ana");
        let asked = ana.slash("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        let failed = asked.message().context("no message")?;
        let retry = format!("v1:retry:{}", t.store("x", "tea").await?["id"].as_str().context("no id")?);
        hands.withhold("setup");
        let pressed = ana.press_button(failed.id, &retry).await?;
        let under_way = pressed.wait_message(|m| m.content().starts_with("Going on with **tea**"), PATIENCE).await?;
        ensure!(under_way.id == failed.id && buttons(newest(&under_way)?).is_empty(), "{under_way:?}");
        hands.ends("setup", Ending::well(""));
        t.until_idle().await?;
        let ended = asked.message().context("no message")?;
        ensure!(ended.content().starts_with("**tea** is ready"), "{}", ended.content());
        ensure!(buttons(newest(&ended)?).len() == 5, "{ended:?}");
        Ok(())
    })
    .await;
}

async fn slow(t: &Test, name: &str) -> Result<stand_in_discord::InteractionHandle> {
    let asked = t.person("ana").slash(&format!("/store create name:{name} engine:medusa")).await?;
    t.until_phase(name, "installing").await?;
    Ok(asked)
}

/// Only the end, and with its buttons: first in the channel, then, where that is closed, to the person alone.
#[tokio::test]
async fn after_the_token_the_end_is_told_in_the_channel_and_then_directly() {
    run_test(TestBot { simulate: Some("slow"), ..TestBot::default() }, async |t| {
        let asked = slow(t, "tea").await?;
        asked.expire();
        t.until_idle().await?;
        let general = t.discord.channel_messages("general");
        let told = general.iter().find(|m| m.content().contains("**tea** is ready")).context("not in the channel")?;
        let ana = t.person("ana");
        ensure!(told.content().ends_with(&format!("\n-# for <@{}>", ana.id())), "{}", told.content());
        ensure!(told.mentions.is_empty() && buttons(newest(told)?).len() == 5, "{told:?}");

        let asked = slow(t, "coffee").await?;
        asked.expire();
        let matching = format!("/channels/{}/messages", t.discord.channel("general"));
        t.discord.fault_where(FaultRule { fault: Fault::Status(403), times: 1, matching });
        t.until_idle().await?;
        let direct = t.discord.direct_messages(&ana);
        let [told] = direct.as_slice() else { anyhow::bail!("{direct:?}") };
        ensure!(told.content().starts_with("**coffee** is ready") && !told.content().contains("<@"), "{told:?}");
        ensure!(buttons(newest(told)?).len() == 5, "{told:?}");
        Ok(())
    })
    .await;
}
