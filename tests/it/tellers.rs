//! Several processes that tell, and one message for each person.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use stand_in_discord::{Fault, FaultRule, InteractionHandle, Scope};

use crate::harness::environment::until;
use crate::harness::{Process, Test, TestBot, run_test};

const STORES: usize = 6;
const SHORT: [(&str, &str); 1] = [("STOREBOT__DISCORD__TIMEOUT", "3s")];

/// How far a message has come: no message may ever go back.
fn rank(content: &str) -> usize {
    if content.contains("is ready: ") { usize::MAX } else { content.matches('✅').count() }
}

/// Discord takes edits slowly and each in another time, so that whoever sends first may be last; some
/// it takes without saying so, and some it does not take.
fn trouble(t: &Test) {
    let edits = |fault| FaultRule { fault, times: 1, matching: "PATCH".to_owned() };
    for turn in 0..60 {
        t.discord.fault_where(edits(Fault::Delay(Duration::from_millis([1_200, 0, 500, 50, 900][turn % 5]))));
        match turn % 6 {
            2 => t.discord.fault_where(edits(Fault::LostAnswer)),
            4 => t.discord.fault_where(edits(Fault::Status(503))),
            5 => {
                let retry_after = Duration::from_millis(300);
                t.discord.fault_where(edits(Fault::RateLimited { retry_after, scope: Scope::User }));
            }
            _ => {}
        }
    }
}

fn told_in_order(asked: &InteractionHandle) -> Result<()> {
    let message = asked.message().context("no message")?;
    let mut said: Vec<String> = message.versions.iter().map(|version| version.content.clone()).collect();
    // What is sent again because its answer was lost changes nothing.
    said.dedup();
    ensure!(said.iter().map(|text| rank(text)).is_sorted(), "a message went back: {said:#?}");
    let ends = said.iter().filter(|text| rank(text) == usize::MAX).count();
    ensure!(ends == 1 && rank(message.content()) == usize::MAX, "{said:#?}");
    ensure!(asked.follow_ups().is_empty(), "{:?}", asked.follow_ups());
    Ok(())
}

#[tokio::test]
async fn three_notifiers_write_each_message_as_one() {
    let worker = "lease = '3s'\nbackoff = '100ms'\nbackoff_max = '1s'\nsweep = '500ms'\n".to_owned();
    run_test(TestBot { not_started: true, worker: Some(worker), ..TestBot::default() }, async |t| {
        t.start_doors().await?;
        let mut notifiers = Vec::new();
        for _ in 0..3 {
            notifiers.push(Process::start_as("work", &t.config_file, &SHORT).await?);
        }
        trouble(t);
        let ana = t.person("ana");
        let mut asked = Vec::new();
        for number in 0..STORES {
            asked.push(ana.slash(&format!("/store create name:tea{number} engine:medusa")).await?);
        }
        until("some have heard something", || async {
            let begun = asked.iter().filter(|a| a.message().is_some_and(|m| rank(m.content()) > 0)).count();
            Ok((begun > 2).then_some(()))
        })
        .await?;
        notifiers.pop().context("none")?.kill().await?;
        t.until_idle().await?;
        for asked in &asked {
            told_in_order(asked)?;
        }
        ensure!(t.discord.channel_messages("general").len() == STORES, "{:?}", t.discord.channel_messages("general"));
        for notifier in notifiers {
            notifier.kill().await?;
        }
        Ok(())
    })
    .await;
}
