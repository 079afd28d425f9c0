//! The list while somebody looks at it: what happens elsewhere shows by itself, in its place, and to nobody else.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use reqwest::header::COOKIE;
use serde_json::{Value, json};

use super::{Hand, sign_in};
use crate::harness::page::{Page, Screen};
use crate::harness::{Test, TestBot, run_test};

const ROW: &str = "tr:has(a:text-is('tea'))";

async fn create(t: &Test, name: &str) -> Result<()> {
    t.api("ana").create(&json!({ "name": name, "engine": "medusa" })).await?.error_for_status()?;
    Ok(())
}

#[tokio::test]
async fn stores_come_change_and_go_by_themselves() {
    run_test(TestBot::default(), async |t| {
        let mut pages = Vec::new();
        for (who, role) in [("ana", "member"), ("root", "admin"), ("ben", "member")] {
            let mut page = Page::start(&t.url, &format!("board-live-{who}"), Screen::default()).await?;
            sign_in(t, &mut page, who, role).await?;
            page.see("There are no stores yet").await?;
            pages.push(page);
        }
        let mut ben = pages.pop().context("no page")?;
        // The first one takes the place of the sentence, the second one its place above.
        for name in ["tea", "coffee"] {
            create(t, name).await?;
            for page in &mut pages {
                page.has(&format!("tr:has(a:text-is('{name}')) .phase.ready")).await?;
            }
        }
        for page in &mut pages {
            let first = page.read("tbody tr:first-child th a").await?;
            ensure!(first == "coffee", "{first} stands above");
            ensure!(page.read("#count").await? == "2 stores", "the number is of before");
            page.look("two").await?;
        }
        t.api("ana").ask("sleep", "tea").await?.error_for_status()?;
        for page in &mut pages {
            page.has(&format!("{ROW} .phase.asleep")).await?;
        }
        // Who looks for something else sees it come and go.
        let mut asleep = Page::start(&t.url, "board-live-asleep", Screen::default()).await?;
        sign_in(t, &mut asleep, "ana", "member").await?;
        asleep.go("/?phase=asleep").await?;
        asleep.has(ROW).await?;
        t.api("ana").ask("wake", "tea").await?.error_for_status()?;
        asleep.see("No store is like that").await?;
        t.api("ana").delete("tea").await?.error_for_status()?;
        for page in &mut pages {
            page.step(&json!({ "step": "gone-from", "selector": ROW })).await?;
            ensure!(page.read("#count").await? == "1 store", "the number is of before");
        }
        ensure!(ben.count("tr").await? == 0, "somebody else's stores are shown");
        ben.see("There are no stores yet").await?;
        t.until_idle().await
    })
    .await;
}

/// Reads an open list until `enough`.
async fn told(stream: &mut reqwest::Response, enough: impl Fn(&str) -> bool) -> Result<String> {
    let mut told = String::new();
    while !enough(&told) {
        let chunk = tokio::time::timeout(Duration::from_secs(60), stream.chunk()).await??;
        told += &*String::from_utf8_lossy(&chunk.context("it ended")?);
    }
    Ok(told)
}

#[tokio::test]
async fn a_page_is_told_only_what_it_does_not_show() {
    run_test(TestBot::default(), async |t| {
        create(t, "tea").await?;
        t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let address = async || {
            let (_, html) = ana.get("/").await?;
            let (_, rest) = html.split_once("data-list=\"").context("no list")?;
            Ok::<_, anyhow::Error>(rest.split('"').next().context("no address")?.replace("&#38;", "&"))
        };
        let open = async |address: &str| {
            let request = ana.http.get(format!("{}{address}", t.url)).header(COOKIE, &ana.cookie);
            Ok::<_, anyhow::Error>(request.send().await?.error_for_status()?)
        };
        let before = address().await?;
        let mut stream = open(&before).await?;
        // The page is what it was: nothing is told but that.
        let first = told(&mut stream, |told| told.contains("\n:") || told.contains("data:")).await?;
        ensure!(!first.contains("event:"), "{first}");
        t.api("ana").ask("sleep", "tea").await?.error_for_status()?;
        let rows = told(&mut stream, |told| told.contains("phase asleep")).await?;
        let line = rows.lines().rev().find_map(|line| line.strip_prefix("data: ")).context("no rows")?;
        let rows: Value = serde_json::from_str(line)?;
        ensure!(rows.as_array().is_some_and(|rows| rows.len() == 1), "{rows}");
        drop(stream);
        // Who opens the old page again is told of the whole list, once.
        let mut stream = open(&before).await?;
        let list = told(&mut stream, |told| told.contains("event: list")).await?;
        ensure!(!list.contains("event: rows"), "{list}");
        t.until_idle().await
    })
    .await;
}
