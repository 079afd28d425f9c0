//! What whoever manages a Discord server sets for it.

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;
use stand_in_discord::{InteractionHandle, SlashError, UserHandle, stable_id};

use crate::harness::environment::PATIENCE;
use crate::harness::{Test, TestBot, run_test};

/// Permission bit of Discord, besides what everybody has.
const MANAGE_GUILD: u64 = (1 << 5) | (1 << 10) | (1 << 11) | (1 << 14);

/// What the person alone was told.
fn told(interaction: &InteractionHandle) -> Result<String> {
    let message = interaction.message().context("no answer")?;
    ensure!(message.is_ephemeral(), "all see {:?}", message.content());
    Ok(message.content().to_owned())
}

fn manager(t: &Test) -> UserHandle {
    let maria = t.person("maria");
    maria.set_permissions(MANAGE_GUILD);
    maria
}

#[tokio::test]
async fn roles_mean_what_is_set_up_to_what_may_be_given() {
    let elsewhere = stable_id("guild:elsewhere");
    let extra = format!("[[discord.servers]]\nid='{elsewhere}'\ndefault_role='none'\ngrants='admin'\n");
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let (ana, ben, maria) = (t.person("ana"), t.person("ben"), manager(t));
        let _made = t.discord.role("guest");
        let refused = ana.slash("/store-admin show").await;
        ensure!(matches!(refused, Err(SlashError::NotAllowed(_))), "it is not shown to everybody");

        let set = told(&maria.slash("/store-admin roles role:@guest as:viewer").await?)?;
        ensure!(set.contains(&format!("<@&{}>: viewer", t.discord.role("guest"))), "{set}");
        ben.set_roles(&["guest"]);
        ensure!(told(&ben.slash("/store create name:tea engine:medusa").await?)?.contains("role member"));
        maria.slash("/store-admin roles role:@guest as:admin").await?;
        let shown = told(&maria.slash("/store-admin show").await?)?;
        ensure!(shown.contains("admin, and counts as member"), "{shown}");
        ana.slash("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        ensure!(
            told(&ben.slash("/store status name:tea").await?)?.contains("No store"),
            "no more than the operator lets"
        );
        maria.slash("/store-admin roles role:@everyone as:nothing").await?;
        ensure!(told(&ana.slash("/store list").await?)?.contains("Nobody has given you a role"));
        ensure!(told(&maria.slash("/store-admin roles role:@everyone as:default").await?)?.contains("@&"));
        ensure!(told(&ana.slash("/store list").await?)?.contains("**tea**"));

        // Where the operator lets its administrators give more; nobody has a role there, not even they.
        let _made = t.discord.role("elsewhere/boss");
        ben.set_roles(&["elsewhere/boss"]);
        let there = "elsewhere/general";
        ensure!(told(&maria.slash_in(there, "/store list").await?)?.contains("Nobody has given you a role"));
        maria.slash_in(there, "/store-admin roles role:@boss as:admin").await?;
        ensure!(told(&ben.slash_in(there, "/store status name:tea").await?)?.contains("tea"));
        ensure!(!told(&ben.slash_in(there, "/store status name:tea").await?)?.contains("No store"));
        let audit: Value = t.api_as("root", "admin").get("/v1/audit?command=configure").await?.json().await?;
        ensure!(audit["items"].as_array().map(Vec::len) == Some(5), "each change is written down: {audit}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_server_has_a_language_and_defaults() {
    run_test(TestBot::default(), async |t| {
        let (ana, maria) = (t.person("ana"), manager(t));
        maria.slash("/store-admin language language:Deutsch").await?;
        let set = told(&maria.slash("/store-admin defaults plan:medium ttl:7d").await?)?;
        ensure!(set.contains("Deutsch") && set.contains("medium") && set.contains("7 days"), "{set}");
        ensure!(!maria.autocomplete("/store-admin defaults ttl:3").await?.is_empty());
        let asked = ana.slash("/store create name:tea engine:medusa").await?;
        t.until_idle().await?;
        let ready = asked.message().context("no message")?.content().to_owned();
        ensure!(ready.contains("**tea** ist fertig"), "what all see is in the server's language: {ready}");
        ensure!(told(&ana.slash("/store status name:tea").await?)?.contains("Created"), "what one sees in one's own");
        let store = t.store("ana", "tea").await?;
        ensure!(store["plan"] == "medium" && store["expires_at"].is_string(), "{store}");
        ana.slash("/store create name:coffee engine:medusa plan:small ttl:1h").await?;
        t.until_idle().await?;
        ensure!(t.store("ana", "coffee").await?["plan"] == "small", "what is said counts");

        let back = told(&maria.slash("/store-admin defaults").await?)?;
        ensure!(back.contains("have no end") && back.contains("smallest plan"), "{back}");
        maria.slash("/store-admin language").await?;
        let asked = ana.slash("/store create name:cocoa engine:medusa").await?;
        t.until_idle().await?;
        ensure!(asked.message().context("no message")?.content().contains("**cocoa** is ready"));
        ensure!(t.store("ana", "cocoa").await?.get("expires_at").is_none());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn late_news_and_requests_for_approval_go_to_the_channel_that_was_chosen() {
    let home = stable_id("guild");
    let extra =
        format!("[[discord.servers]]\nid='{home}'\n[discord.servers.roles]\napprover=['{}']\n", stable_id("role:boss"));
    let limits = "stores_per_owner = 1\ncreations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\n";
    let bot = TestBot { extra, limits: Some(limits.to_owned()), simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let (ana, ben, maria) = (t.person("ana"), t.person("ben"), manager(t));
        ben.set_roles(&["boss"]);
        let shops = t.discord.channel("shops");
        let set = told(&maria.slash("/store-admin channel channel:#shops").await?)?;
        ensure!(set.contains(&format!("<#{shops}>")), "{set}");
        let asked = ana.slash("/store create name:tea engine:medusa").await?;
        t.until_phase("tea", "installing").await?;
        asked.expire();
        let over = told(&ana.slash("/store create name:coffee engine:medusa").await?)?;
        ensure!(over.contains("quota") && over.contains(&format!("<#{shops}>")), "{over}");
        t.until_idle().await?;
        let there = t.discord.channel_messages("shops");
        ensure!(there.iter().any(|message| message.content().contains("**tea** is ready")), "late news: {there:?}");
        let request = there.iter().find(|message| message.content().contains("asks for")).context("no request")?;
        let approve = request.latest().context("no version")?.components[0]["components"][0]["custom_id"].clone();
        let pressed = ben.press_button(request.id, approve.as_str().context("no button")?).await?;
        ensure!(pressed.response_type() == Some(7));
        t.until_phase("coffee", "ready").await?;
        t.until_idle().await?;
        let told = t.discord.messages().into_iter().any(|message| message.content().contains("**coffee** is ready"));
        ensure!(told, "and whoever asked hears of it");
        let decided = t.discord.channel_messages("shops").into_iter().find(|message| message.id == request.id);
        ensure!(decided.context("gone")?.content().contains("was approved by"));
        let _ = PATIENCE;
        Ok(())
    })
    .await;
}
