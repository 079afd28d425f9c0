//! People in front of a browser.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{bot, closed, two_servers};
use crate::harness::page::{Page, Screen};
use crate::harness::{Test, run_test, secrets};

async fn open(page: &mut Page, path: &str) -> Result<()> {
    page.step(&json!({ "step": "open", "path": path })).await.map(drop)
}

/// Goes to Discord, and agrees there as somebody.
async fn agree(page: &mut Page, person: &str) -> Result<()> {
    page.step(&json!({ "step": "follow", "name": "Sign in with Discord" })).await?;
    page.see("wants to access your account").await?;
    page.step(&json!({ "step": "follow", "name": person })).await?;
    page.step(&json!({ "step": "has", "selector": format!("input[name=user][value={person}]") })).await?;
    page.press("Authorize").await
}

async fn path(page: &mut Page) -> Result<String> {
    let path = page.step(&json!({ "step": "evaluate", "script": "location.pathname + location.search" })).await?;
    Ok(path.as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn somebody_comes_from_discord_and_finds_their_stores() {
    run_test(bot(), async |t: &mut Test| {
        let (ana, _ben) = (t.person("ana"), t.person("ben"));
        ana.slash("/store create name:tea engine:medusa").await?;
        t.until_phase("tea", "ready").await?;
        let mut page = Page::start(&t.url, "signin", Screen::default()).await?;
        open(&mut page, "/").await?;
        page.look("page").await?;
        agree(&mut page, "ana").await?;
        page.see("ana").await?;
        page.see("tea").await?;
        ensure!(path(&mut page).await? == "/", "{}", path(&mut page).await?);
        page.look("signed-in").await?;

        page.step(&json!({ "step": "follow", "name": "New store" })).await?;
        page.step(&json!({ "step": "fill", "name": "Name", "value": "coffee" })).await?;
        page.step(&json!({ "step": "click", "selector": "input[value=medusa]" })).await?;
        page.press("Create").await?;
        page.see("coffee is ready").await?;
        let listed = ana.slash("/store list").await?.message().map(|it| it.content().to_owned()).unwrap_or_default();
        ensure!(listed.contains("**tea**") && listed.contains("**coffee**"), "{listed}");
        ensure!(t.store("watcher", "coffee").await?["owner"] == format!("discord:{}", ana.id()), "one and the same");

        let tokens = t.discord.access_tokens();
        ensure!(tokens.len() == 1 && !tokens[0].1, "the person's token is ended at once");
        ensure!(!t.redis_dump().await?.contains(&tokens[0].0), "and is kept nowhere");

        page.press("Sign out").await?;
        page.see("Sign in with Discord").await?;
        // Somebody else at the same browser.
        agree(&mut page, "ben").await?;
        page.see("There are no stores yet").await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn who_followed_a_link_to_a_store_lands_there_after_signing_in() {
    run_test(bot(), async |t: &mut Test| {
        t.person("ana").slash("/store create name:tea engine:medusa").await?;
        t.until_phase("tea", "ready").await?;
        let mut page =
            Page::start(&t.url, "signin-next", Screen { width: 390, dark: true, ..Screen::default() }).await?;
        open(&mut page, "/stores/tea").await?;
        page.look("page").await?;
        agree(&mut page, "ana").await?;
        page.see("tea is ready").await?;
        ensure!(path(&mut page).await? == "/stores/tea", "{}", path(&mut page).await?);

        let token = storebot::app::mint_token(&t.config, "root", "admin", "1h")?;
        secrets::note("a bearer token", &token);
        let mut other = Page::start(&t.url, "signin-token", Screen::default()).await?;
        open(&mut other, "/audit?command=create").await?;
        other.step(&json!({ "step": "fill", "name": "Token", "value": token })).await?;
        other.press("Sign in").await?;
        other.see("api:root").await?;
        ensure!(path(&mut other).await? == "/audit?command=create", "{}", path(&mut other).await?);
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn who_is_known_in_two_servers_says_as_what_they_come() {
    run_test(two_servers(), async |t: &mut Test| {
        t.person("ana").set_roles(&["elsewhere/boss"]);
        t.person("ben").set_member("elsewhere", true);
        let mut page =
            Page::start(&t.url, "signin-choose", Screen { without_scripts: true, ..Screen::default() }).await?;
        let mut looks = Page::start(&t.url, "signin-choose-phone", Screen { width: 390, ..Screen::default() }).await?;
        open(&mut looks, "/").await?;
        agree(&mut looks, "ana").await?;
        looks.see("As what do you come?").await?;
        looks.look("page").await?;
        open(&mut page, "/overview").await?;
        agree(&mut page, "ana").await?;
        page.press("elsewhere admin").await?;
        page.see("Nothing was given up").await?;
        ensure!(page.read(".who .role").await? == "admin");
        page.press("Sign out").await?;
        agree(&mut page, "ana").await?;
        page.press("Shopkeepers member").await?;
        page.see("There are no stores yet").await?;
        ensure!(page.read(".who .role").await? == "member");
        page.press("Sign out").await?;
        // In both, and something in one alone: there is nothing to choose.
        agree(&mut page, "ben").await?;
        page.see("There are no stores yet").await?;
        ensure!(page.read(".who .role").await? == "member");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_does_not_agree_or_has_no_role_is_told_what_to_do() {
    run_test(closed(), async |t: &mut Test| {
        let (ana, ben) = (t.person("ana"), t.person("ben"));
        let mut page = Page::start(&t.url, "signin-no", Screen::default()).await?;
        open(&mut page, "/").await?;
        page.step(&json!({ "step": "follow", "name": "Sign in with Discord" })).await?;
        page.press("Cancel").await?;
        page.see("You have not let storebot know who you are").await?;
        page.look("cancelled").await?;
        agree(&mut page, "ana").await?;
        page.see("nobody has given you a role here").await?;
        page.see(&ana.id().to_string()).await?;
        page.look("nobody").await?;
        ben.set_member("", false);
        agree(&mut page, "ben").await?;
        page.see("nobody has given you a role here").await?;
        ana.set_roles(&["keeper"]);
        agree(&mut page, "ana").await?;
        page.see("There are no stores yet").await?;
        ensure!(t.discord.access_tokens().iter().all(|(_, lives)| !lives), "whatever came of it");
        Ok(())
    })
    .await;
}
