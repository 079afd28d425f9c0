//! What people do at the dashboard, from signing in to signing out.

use anyhow::{Context as _, ensure};
use reqwest::StatusCode;
use serde_json::json;

use super::{Hand, sign_in};
use crate::harness::page::{Page, Screen};
use crate::harness::{Ending, Nodes, TestBot, run_test};

#[tokio::test]
async fn somebody_signs_in_makes_a_store_and_deletes_it() {
    run_test(TestBot { undo_for: Some("1h"), ..TestBot::default() }, async |t| {
        let mut page = Page::start(&t.url, "board", Screen::default()).await?;
        page.step(&json!({ "step": "open", "path": "/" })).await?;
        page.look("sign-in").await?;
        sign_in(t, &mut page, "ana", "member").await?;
        page.see("There are no stores yet").await?;
        page.look("empty").await?;

        page.step(&json!({ "step": "follow", "name": "New store" })).await?;
        page.step(&json!({ "step": "fill", "name": "Name", "value": "tea" })).await?;
        page.step(&json!({ "step": "click", "selector": "input[value=medusa]" })).await?;
        page.look("new").await?;
        page.press("Create").await?;
        // By itself, as it happens.
        page.see("tea is ready").await?;
        page.look("ready").await?;

        page.press("Sleep").await?;
        page.see("tea is asleep").await?;
        page.step(&json!({ "step": "open", "path": "/" })).await?;
        page.see("asleep").await?;
        page.look("list").await?;

        page.step(&json!({ "step": "follow", "name": "tea" })).await?;
        page.step(&json!({ "step": "unfold", "name": "Delete this store" })).await?;
        page.step(&json!({ "step": "set", "selector": "#confirm", "value": "coffee" })).await?;
        page.press("Delete").await?;
        page.see("Nothing was deleted").await?;
        page.step(&json!({ "step": "unfold", "name": "Delete this store" })).await?;
        page.step(&json!({ "step": "set", "selector": "#confirm", "value": "tea" })).await?;
        page.press("Delete").await?;
        page.see("is being deleted").await?;
        page.look("deleting").await?;
        page.press("Take the deletion back").await?;
        page.see("asleep").await?;
        page.press("Sign out").await?;
        page.step(&json!({ "step": "has", "selector": "input[name=token]" })).await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn who_looks_after_all_sees_how_it_is_and_decides() {
    let limits = "creations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\nstores_per_owner = 1\n";
    let bot = TestBot { limits: Some(limits.to_owned()), ..TestBot::default() };
    run_test(bot, async |t| {
        for name in ["tea", "coffee"] {
            t.api("ana").create(&json!({ "name": name, "engine": "medusa" })).await?;
        }
        t.until_phase("tea", "ready").await?;
        let (ana, root) = (Hand::sign_in(t, "ana", "member").await?, Hand::sign_in(t, "root", "admin").await?);
        for path in ["/overview", "/audit"] {
            let (status, html) = ana.get(path).await?;
            ensure!(status == StatusCode::FORBIDDEN && !html.contains("tea"), "{path}: {status} {html}");
        }
        let mut page = Page::start(&t.url, "board-root", Screen::default()).await?;
        sign_in(t, &mut page, "root", "admin").await?;
        page.step(&json!({ "step": "follow", "name": "Requests" })).await?;
        page.see("coffee").await?;
        page.look("requests").await?;
        page.press("Approve coffee").await?;
        page.see("Nobody waits").await?;
        t.until_phase("coffee", "ready").await?;
        page.step(&json!({ "step": "follow", "name": "Overview" })).await?;
        page.see("Nothing was given up").await?;
        page.look("overview").await?;
        let cell = t.config.cells.first().context("no cell")?.name.clone();
        page.press(&format!("drain {cell}")).await?;
        page.see("undrain").await?;
        page.press(&format!("undrain {cell}")).await?;
        page.see("open").await?;
        page.step(&json!({ "step": "follow", "name": "Audit" })).await?;
        page.see("approve").await?;
        page.look("audit").await?;
        let (_, html) = root.get("/audit?command=drain&door=dashboard").await?;
        ensure!(html.contains("api:root") && html.contains(&cell), "{html}");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_store_that_ends_is_extended() {
    run_test(TestBot::default(), async |t| {
        let mut page = Page::start(&t.url, "extend", Screen::default()).await?;
        sign_in(t, &mut page, "ana", "member").await?;
        page.follow("New store").await?;
        page.fill("Name", "tea").await?;
        page.step(&json!({ "step": "click", "selector": "input[value=medusa]" })).await?;
        page.step(&json!({ "step": "set", "selector": "#ttl", "value": "8h" })).await?;
        page.press("Create").await?;
        page.see("tea is ready").await?;
        let ends = "document.querySelector('dt:has(+ dd time)') && [...document.querySelectorAll('dt')]\
                    .find(one => one.innerText === 'Ends').nextElementSibling.querySelector('time').dateTime";
        let before: jiff::Timestamp = page.evaluate(ends).await?.as_str().context("no end")?.parse()?;
        page.press("Extend").await?;
        page.see("tea is ready").await?;
        let after: jiff::Timestamp = page.evaluate(ends).await?.as_str().context("no end")?.parse()?;
        ensure!(after > before, "{before} became {after}");
        page.look("extended").await?;
        let store = t.store("watcher", "tea").await?;
        ensure!(store["expires_at"] == json!(after), "{store}");
        t.until_idle().await
    })
    .await;
}

/// What is on the page when a store could not be made, and what comes of trying again when it can be.
#[tokio::test]
async fn a_failure_says_why_and_what_to_do_and_trying_again_works() {
    let bot = TestBot { nodes: Nodes::ByHand, ..TestBot::default() };
    run_test(bot, async |t| {
        let hands = t.hands();
        hands.ends("setup", Ending::badly("the currency XTS is not known"));
        let mut page = Page::start(&t.url, "failure", Screen::default()).await?;
        sign_in(t, &mut page, "ana", "member").await?;
        page.follow("New store").await?;
        page.fill("Name", "tea").await?;
        page.step(&json!({ "step": "click", "selector": "input[value=medusa]" })).await?;
        page.press("Create").await?;
        page.has("#phase.failed").await?;
        page.has("li.failed[data-step=setup]").await?;
        page.see("tea failed.").await?;
        let why = t.store("watcher", "tea").await?;
        let why = why["message"].as_str().and_then(|message| message.split_once(": ")).context("no reason")?.1;
        page.see(why).await?;
        page.see("the currency XTS is not known").await?;
        page.look("failed").await?;
        page.go("/?phase=failed").await?;
        page.see("tea").await?;
        page.look("failed-list").await?;
        page.follow("tea").await?;

        hands.ends("setup", Ending::well(""));
        page.press("Try again").await?;
        page.has("#phase.ready").await?;
        page.see("tea is ready").await?;
        ensure!(page.count(".alarm").await? == 0, "the trouble is still told");
        page.look("mended").await?;
        t.until_idle().await
    })
    .await;
}
