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
    page.offered("Medusa").await?;
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

/// Fills in the form that asks for a store's name.
async fn confirm(page: &mut Page, name: &str) -> Result<()> {
    let field = "Type its name to delete it for good required";
    page.steps(json!([{ "step": "fill", "name": field, "value": name }, { "step": "press", "name": "Submit" }])).await
}

#[tokio::test]
async fn a_store_is_deleted_by_its_name_and_had_back_at_the_page() {
    run_test(TestBot { undo_for: Some("1h"), ..bot() }, async |t| {
        let mut page = Page::start(&t.discord.base_url(), "storebot-undo", Screen::default()).await?;
        page.open("ana", "general").await?;
        create(&mut page, "tea").await?;
        page.see("tea is ready").await?;
        page.press("Delete").await?;
        page.look("form").await?;
        confirm(&mut page, "coffee").await?;
        page.see("Nothing was deleted").await?;
        page.press("Delete").await?;
        confirm(&mut page, "tea").await?;
        page.see("tea will be deleted").await?;
        page.look("doomed").await?;

        page.open("ben", "general").await?;
        page.press("Undo").await?;
        page.see("Only you can see this").await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "deleting");

        page.open("ana", "general").await?;
        page.type_in("/store status").await?;
        page.key("Tab").await?;
        page.offered("tea").await?;
        let offered = page.offers().await?;
        ensure!(offered.len() == 1 && offered[0].contains("tea"), "{offered:?}");
        page.press("Undo").await?;
        page.see("tea is ready").await?;
        page.gone("tea will be deleted").await?;
        page.look("had-back").await?;
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
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
