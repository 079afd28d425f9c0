//! What pages tell besides the stores themselves: what to expect, what runs, what came in, how it went.

use anyhow::ensure;
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::{Hand, SAME, sign_in};
use crate::harness::page::{Page, Screen};
use crate::harness::{TestBot, run_test};

#[tokio::test]
async fn a_new_store_is_told_of_before_it_is_asked_for() {
    run_test(TestBot::default(), async |t| {
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let (_, html) = ana.get("/stores/new").await?;
        ensure!(html.matches("nobody knows yet how long it takes").count() == 2, "{html}");
        ensure!(html.contains("It would be next in line.") && html.contains("You have 0 "), "{html}");
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let (_, html) = ana.get("/stores/new").await?;
        ensure!(html.matches("sells in about").count() == 1 && html.contains("You have 1 "), "{html}");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn what_runs_for_a_store_is_told_in_plain_words() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let mut page = Page::start(&t.url, "board-runs", Screen::default()).await?;
        sign_in(t, &mut page, "ana", "member").await?;
        page.step(&json!({ "step": "follow", "name": "tea" })).await?;
        page.see("asked to create a store").await?;
        page.step(&json!({ "step": "unfold", "name": "What runs in the cluster" })).await?;
        page.see("What the cluster said lately").await?;
        page.see("runs").await?;
        page.look("open").await?;

        let (ana, ben) = (Hand::sign_in(t, "ana", "member").await?, Hand::sign_in(t, "ben", "member").await?);
        let (status, html) = ana.get("/stores/tea/runs").await?;
        ensure!(status == StatusCode::OK && html.contains("Back to the store") && html.contains("runs"), "{html}");
        let (status, html) = ben.get("/stores/tea/runs").await?;
        ensure!(status == StatusCode::NOT_FOUND && !html.contains("cluster"), "{status} {html}");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn an_administrator_sees_deliveries_and_has_one_happen_again() {
    run_test(TestBot::default(), async |t| {
        let ci = t.webhook();
        let tea = json!({ "name": "tea", "engine": "medusa" });
        t.api("ana").create(&tea).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        ensure!(ci.create("d1", &tea).await?.status() == StatusCode::CONFLICT, "the name is taken");
        ensure!(ci.event("d2", "store.paint", &json!({})).await?.status() == StatusCode::OK, "nobody paints stores");

        let ana = Hand::sign_in(t, "ana", "member").await?;
        let (status, html) = ana.get("/deliveries").await?;
        ensure!(status == StatusCode::FORBIDDEN && !html.contains("store.create"), "{status} {html}");
        let mut page = Page::start(&t.url, "board-deliveries", Screen::default()).await?;
        sign_in(t, &mut page, "root", "admin").await?;
        page.step(&json!({ "step": "follow", "name": "Deliveries" })).await?;
        page.see("store.paint").await?;
        page.see("refused").await?;
        page.look("list").await?;

        // It is refused as long as there is a reason, and does what it was sent for once there is none.
        let root = Hand::sign_in(t, "root", "admin").await?;
        let (_, list) = root.get("/deliveries?state=refused").await?;
        ensure!(list.contains("store.create") && !list.contains("store.paint"), "{list}");
        let entries: Value = t.api_as("root", "admin").get("/v1/deliveries?state=refused").await?.json().await?;
        let again = format!("/deliveries/{}/replay", entries["items"][0]["id"].as_str().unwrap_or_default());
        let token = root.form_token().await?;
        let answer = root.post(&again, SAME, &[("token", &token)]).await?;
        ensure!(answer.status() == StatusCode::CONFLICT, "{}", answer.text().await?);
        t.api("ana").delete("tea").await?.error_for_status()?;
        t.until_idle().await?;
        let answer = root.post(&again, SAME, &[("token", &token)]).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.text().await?);
        t.until_phase("tea", "ready").await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn the_overview_shows_how_it_went() {
    run_test(TestBot::default(), async |t| {
        for (name, engine) in [("tea", "medusa"), ("rum", "woocommerce")] {
            t.api("ana").create(&json!({ "name": name, "engine": engine })).await?.error_for_status()?;
            t.until_phase(name, "ready").await?;
        }
        let mut page = Page::start(&t.url, "board-charts", Screen::default()).await?;
        sign_in(t, &mut page, "root", "admin").await?;
        page.step(&json!({ "step": "follow", "name": "Overview" })).await?;
        page.see("Time to ready, Medusa").await?;
        page.step(&json!({ "step": "unfold", "name": "Stores made in each hour" })).await?;
        let bars = page.count("figure.chart rect").await?;
        // Two engines' hours, and two marks for each engine's day.
        ensure!(bars == 6, "{bars}");
        page.look("overview").await?;
        t.until_idle().await
    })
    .await;
}
