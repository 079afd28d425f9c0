//! storebot on Discord as people see it: the stand-in's page in a browser, the real bot behind it.
//! Pictures go to `target/pages/`.

use anyhow::{Result, ensure};
use serde_json::json;
use stand_in_discord::stable_id;

use crate::harness::page::{Page, Screen};
use crate::harness::{TestBot, run_test};

/// One store of the plan `small` fits, a second one needs an approver: who has the role `boss`.
fn bot() -> TestBot {
    let limits = "creations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\n\
                  stores_per_owner = 5\nmemory_per_owner = '1536Mi'\n";
    let (server, boss) = (stable_id("guild"), stable_id("role:boss"));
    let extra = format!("[[discord.servers]]\nid='{server}'\n[discord.servers.roles]\napprover=['{boss}']\n");
    TestBot { limits: Some(limits.to_owned()), extra, ..TestBot::default() }
}

/// Fills in the options of `/store create` one after the other, by keyboard.
async fn create(page: &mut Page, name: &str) -> Result<()> {
    page.type_in("/store cr").await?;
    page.key("Tab").await?;
    page.type_in(name).await?;
    page.key("Enter").await?;
    let engines = page.offers().await?;
    ensure!(engines.iter().any(|line| line.contains("Medusa")), "{engines:?}");
    page.type_in("medusa").await?;
    page.key("Enter").await
}

#[tokio::test]
async fn a_store_is_made_and_a_second_one_approved_at_the_page() {
    run_test(bot(), async |t| {
        t.person("cleo").set_roles(&["boss"]);
        let mut page = Page::start(&t.discord.base_url(), "storebot", Screen::default()).await?;
        page.open("ana", "general").await?;
        create(&mut page, "tea").await?;
        page.see("tea is ready").await?;
        page.look("ready").await?;

        create(&mut page, "coffee").await?;
        page.see("approver").await?;
        page.press("Approve").await?;
        page.see("You may not").await?;
        page.see("Only you can see this").await?;
        page.look("asked").await?;
        page.open("ben", "general").await?;
        page.see("approver").await?;
        ensure!(page.count(".ephemeral").await? == 0, "what is for ana alone");

        page.open("cleo", "general").await?;
        page.press("Approve").await?;
        page.see("coffee is ready").await?;
        page.gone("approver").await?;
        page.look("approved").await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn in_a_direct_message_on_a_phone() {
    run_test(bot(), async |t| {
        let screen = Screen { width: 360, dark: true, ..Screen::default() };
        let mut page = Page::start(&t.discord.base_url(), "storebot-phone", screen).await?;
        page.open("ana", "@dm").await?;
        page.type_in("/store quota").await?;
        page.key("Enter").await?;
        page.see("Memory").await?;
        ensure!(page.read("h1").await? == "@storebot");
        page.look("quota").await?;
        page.steps(json!([{ "step": "follow", "name": "Channels and people" }, { "step": "follow", "name": "general" },
            { "step": "see", "text": "Nothing here yet" }]))
            .await
    })
    .await;
}
