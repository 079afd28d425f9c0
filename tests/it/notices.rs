//! People put shops to sleep and wake them on Discord, and hear of what time does to them.

use anyhow::{Context as _, Result, ensure};
use stand_in_discord::{Fault, FaultRule, InteractionHandle, Message};

use crate::asking::{button, told};
use crate::harness::environment::PATIENCE;
use crate::harness::{Test, TestBot, run_test, until};
use crate::life::{nobody_wanted_it_back, now_ms, put_end};

const MINUTE: i64 = 60_000;

fn bot(leases: &str) -> TestBot {
    TestBot { extra: format!("[leases]\n{leases}\n"), ..TestBot::default() }
}

async fn create(t: &Test, who: &str, rest: &str) -> Result<InteractionHandle> {
    let asked = t.person(who).slash(&format!("/store create name:tea engine:medusa {rest}")).await?;
    t.until_phase("tea", "ready").await?;
    t.until_idle().await?;
    Ok(asked)
}

/// The message in which this is said, once it is.
async fn heard(t: &Test, words: &str) -> Result<Message> {
    let said = |message: &Message| message.content().contains(words);
    t.discord.wait_message(said, PATIENCE).await.with_context(|| format!("nobody said {words:?}"))
}

/// In how many messages of a channel this is said.
fn times(t: &Test, channel: &str, words: &str) -> usize {
    t.discord.channel_messages(channel).iter().filter(|message| message.content().contains(words)).count()
}

#[tokio::test]
async fn a_shop_is_put_to_sleep_and_woken_by_buttons_and_commands() {
    run_test(TestBot::default(), async |t| {
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        let made = create(t, "ana", "").await?.message().context("no message")?;
        let sleep = button(&made, "sleep")?;
        ensure!(told(&ben.press_button(made.id, &sleep).await?)?.contains("not yours"));
        let asked = ana.press_button(made.id, &sleep).await?;
        ensure!(asked.response_type() == Some(6), "the story goes on in the same message");
        t.until_phase("tea", "asleep").await?;
        t.until_idle().await?;
        let asleep = asked.message().context("no message")?;
        ensure!(asleep.id == made.id && asleep.content().contains("is asleep: everything is kept"), "{asleep:?}");
        ensure!(asked.history().iter().any(|version| version.content.contains("is falling asleep")), "{asleep:?}");

        // What suits it is offered first, and what it is not in a state for is refused in words.
        let offered = ana.autocomplete("/store wake name:").await?;
        ensure!(offered[0]["value"] == "tea" && offered[0]["name"] == "tea · asleep", "{offered:?}");
        ensure!(told(&ana.slash("/store verify name:tea").await?)?.contains("Wake it first"));
        let status = told(&ana.slash("/store status name:tea").await?)?;
        ensure!(status.contains("nothing runs. `/store wake name:tea` wakes it."), "{status}");
        ensure!(told(&ana.slash("/store quota").await?)?.contains("A sleeping store counts as 25% of one"));
        ensure!(told(&ana.slash("/store extend name:tea by:3d").await?)?.contains("no end that could be put off"));
        ensure!(told(&ben.slash("/store wake name:tea").await?)?.contains("no such store"));

        let wake = button(&asleep, "wake")?;
        ensure!(told(&ben.press_button(asleep.id, &wake).await?)?.contains("not yours"));
        let waking = ana.press_button(asleep.id, &wake).await?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        let awake = waking.message().context("no message")?;
        ensure!(awake.id == made.id && awake.content().contains("**tea** is ready"), "{awake:?}");
        ensure!(waking.history().iter().any(|version| version.content.starts_with("Waking **tea**")), "{awake:?}");

        // Typed: each has a message of its own.
        let typed = ana.slash("/store sleep name:tea").await?;
        ensure!(typed.response_type() == Some(5));
        t.until_phase("tea", "asleep").await?;
        t.until_idle().await?;
        ensure!(typed.message().context("no message")?.content().contains("is asleep"));
        ana.slash("/store wake name:tea").await?;
        t.until_phase("tea", "ready").await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn an_end_is_told_before_and_can_be_put_off_by_a_button() {
    run_test(bot("notices = ['2h', '1h']\nextend_by = '5h'"), async |t| {
        create(t, "ana", "ttl:3h").await?;
        let end = now_ms() + 90 * MINUTE;
        put_end(t, "tea", end, end - 120 * MINUTE).await?;
        let notice = heard(t, "The time of **tea** ends").await?;
        let seconds = end / 1_000;
        ensure!(notice.content().contains(&format!("<t:{seconds}:R>")), "{notice:?}");
        ensure!(notice.content().contains("`/store extend name:tea`") && notice.content().contains("-# for <@"));
        t.until_idle().await?;
        ensure!(times(t, "general", "The time of **tea** ends") == 1);

        let extend = button(&notice, "extend")?;
        ensure!(told(&t.person("ben").press_button(notice.id, &extend).await?)?.contains("not yours"));
        t.person("ana").press_button(notice.id, &extend).await?;
        let extended = heard(t, "**tea** has time until").await?;
        ensure!(extended.id == notice.id && extended.content().contains("**tea** is ready"), "{extended:?}");
        t.until_idle().await?;
        let status = told(&t.person("ana").slash("/store status name:tea").await?)?;
        ensure!(status.contains("Wanted for another 6 hours; `/store extend name:tea`"), "{status}");

        // The next notice is of the new end, and is another message.
        let end = now_ms() + 30 * MINUTE;
        put_end(t, "tea", end, end - 60 * MINUTE).await?;
        heard(t, &format!("<t:{}:R>", end / 1_000)).await?;
        t.until_idle().await?;
        ensure!(times(t, "general", "The time of **tea** ends") == 1, "the first one tells of the extension now");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_shop_whose_time_is_over_can_be_had_back_by_a_button() {
    run_test(bot("notices = ['1h']\nextend_by = '5h'"), async |t| {
        create(t, "ana", "ttl:3h").await?;
        put_end(t, "tea", now_ms(), now_ms()).await?;
        t.until_phase("tea", "asleep").await?;
        let over = heard(t, "The time of **tea** is over. It is asleep").await?;
        t.until_idle().await?;
        ensure!(times(t, "general", "The time of **tea** is over") == 1);
        let ana = t.person("ana");
        let status = told(&ana.slash("/store status name:tea").await?)?;
        ensure!(status.contains("and then removed; `/store extend name:tea` gives it more time"), "{status}");
        ensure!(told(&ana.slash("/store wake name:tea").await?)?.contains("Extend it"));
        let back = ana.press_button(over.id, &button(&over, "extend")?).await?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        let back = back.message().context("no message")?;
        ensure!(back.id == over.id && back.content().starts_with("**tea** has time until"), "{back:?}");
        ensure!(back.content().contains("✅ database and app"), "it was woken: {back:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_nobody_wanted_back_is_told_to_be_gone_in_the_persons_language() {
    run_test(bot("notices = ['1h']\nrestore = '1h'"), async |t| {
        let dora = t.person("dora");
        dora.set_locale("de")?;
        dora.slash_dm("/store create name:tea engine:medusa ttl:3h").await?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        put_end(t, "tea", now_ms(), now_ms()).await?;
        let over = heard(t, "Die Zeit von **tea** ist um. Der Shop schläft").await?;
        ensure!(over.content().contains("`/shop verlängern name:tea`"), "{over:?}");
        nobody_wanted_it_back(t, "tea").await?;
        let gone = heard(t, "Die Zeit von **tea** war um, und niemand hat dem Shop mehr gegeben").await?;
        t.until_phase("tea", "deleted").await?;
        t.until_idle().await?;
        let seen = dora.sees();
        ensure!([over.id, gone.id].iter().all(|id| seen.iter().any(|message| message.id == *id)), "{seen:?}");
        ensure!(seen.iter().filter(|message| message.content().contains("Die Zeit von")).count() == 2, "{seen:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_notice_goes_where_late_news_go_and_else_to_the_person() {
    run_test(bot("notices = ['2h', '1h']"), async |t| {
        let boss = t.person("boss");
        boss.set_permissions((1 << 5) | (1 << 10) | (1 << 11) | (1 << 14));
        let late = format!("/channels/{}/messages", t.discord.channel("late"));
        boss.slash("/store-admin channel channel:#late").await?;
        create(t, "ana", "ttl:3h").await?;
        let mut end = now_ms() + 90 * MINUTE;
        put_end(t, "tea", end, end - 120 * MINUTE).await?;
        heard(t, &format!("<t:{}:R>", end / 1_000)).await?;
        t.until_idle().await?;
        ensure!(times(t, "late", "The time of **tea** ends") == 1 && times(t, "general", "The time of") == 0);

        t.discord.fault_where(FaultRule { fault: Fault::Status(403), times: 1, matching: late });
        end = now_ms() + 59 * MINUTE;
        put_end(t, "tea", end, end - 60 * MINUTE).await?;
        let direct = heard(t, &format!("<t:{}:R>", end / 1_000)).await?;
        ensure!(times(t, "late", "The time of **tea** ends") == 1 && !direct.content().contains("<@"), "{direct:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_deletion_of_a_sleeping_shop_is_taken_back_to_sleep() {
    run_test(TestBot { undo_for: Some("1h"), ..TestBot::default() }, async |t| {
        let ana = t.person("ana");
        create(t, "ana", "").await?;
        ana.slash("/store sleep name:tea").await?;
        t.until_phase("tea", "asleep").await?;
        let deleting = crate::harness::delete_on_discord(&ana, "tea").await?;
        let doomed = deleting.wait_message(|m| m.content().contains("will be deleted"), PATIENCE).await?;
        let undone = ana.press_button(doomed.id, &button(&doomed, "undo")?).await?;
        until("it sleeps again", async || Ok((t.store("ana", "tea").await?["phase"] == "asleep").then_some(())))
            .await?;
        t.until_idle().await?;
        let text = undone.message().context("no message")?.content().to_owned();
        ensure!(text.contains("the deletion was taken back") && text.contains("**tea** is asleep"), "{text}");
        Ok(())
    })
    .await;
}
