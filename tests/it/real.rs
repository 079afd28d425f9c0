//! Shops that really run: on a node with a kubelet and containerd, opened and bought from in a browser.
//!
//! `make e2e` runs these, one after the other, and only these. Everything else keeps to simulated nodes.
//! Pictures of every page go to `target/e2e/`, times to `target/e2e.json`.

mod browser;
mod cluster;
mod inside;
mod network;
mod report;
mod shop;
mod sleep;

use anyhow::{Context as _, Result, ensure};

use crate::harness::environment::{PATIENCE, has_images, ingress_port};
use crate::harness::{Nodes, Test, TestBot, delete_on_discord, run_test};
use report::Report;
use shop::Shop;

/// Quotes, markup, an emoji, what shells and Kubernetes would expand: shown exactly as typed.
const TITLE: &str = r#"Ana's "Tea" & <b>Co</b> 🍵 $(HOME) \o/"#;

/// How often the way from the question to the proof is measured.
const ROUNDS: usize = 3;

/// Runs a test with a bot whose stores are real, where the engine's images are there.
async fn run_real(engine: &str, values: &'static str, test: impl AsyncFnOnce(&mut Test) -> Result<()>) {
    if has_images(engine) {
        let ingress_port = ingress_port().unwrap();
        run_test(TestBot { nodes: Nodes::Real { ingress_port }, values, ..TestBot::default() }, test).await;
    }
}

/// From `/store create` to a deleted store, with everything in between that people do.
async fn whole_way(t: &mut Test, engine: &'static str) -> Result<()> {
    let ana = t.person("ana");
    let asked = ana.slash(&format!("/store create name:teashop engine:{engine} title:{TITLE}")).await?;
    let shop = Shop::ready(t, "teashop", engine).await?;
    // Edits keep to Discord's pace, so the last one may come after the fact.
    let ready = |text: &str| text.contains(&shop.url) && text.contains("test order");
    asked.wait_message(|message| ready(message.content()), PATIENCE).await.context("the message does not say ready")?;
    let first_proof = shop.proof.clone();

    network::is_closed(&shop).await?;
    let bought = browser::buy(&shop, TITLE).await?;
    let login = shop.login(&ana).await?;
    browser::own(&shop, &login, &bought).await?;

    cluster::restart_every_pod(t, &shop).await?;
    browser::own(&shop, &login, &bought).await.context("after every pod was restarted")?;

    ana.slash("/store verify name:teashop").await?;
    let shop = Shop::proven_after(t, "teashop", engine, &first_proof).await?;

    t.change_values("podAnnotations: {operator: changed}\n").await?;
    ana.slash("/store upgrade name:teashop").await?;
    let shop = Shop::proven_after(t, "teashop", engine, &shop.proof).await?;
    ensure!(shop.revision == 2, "upgraded to revision {}", shop.revision);
    browser::own(&shop, &login, &bought).await.context("after an upgrade")?;

    let (shop, _) = sleep::sleeps_and_wakes(t, &shop).await?;
    browser::own(&shop, &login, &bought).await.context("after it slept")?;

    let volumes = cluster::volumes(t, &shop).await?;
    ensure!(volumes.len() == 2, "volumes: {volumes:?}");
    delete_on_discord(&ana, "teashop").await?;
    t.until_idle().await?;
    cluster::nothing_left(t, &shop, &volumes).await
}

/// How long it takes from the question to the proof, with the images there.
async fn timed(t: &mut Test, engine: &'static str) -> Result<()> {
    let mut report = Report::default();
    for round in 1..=ROUNDS {
        let name = format!("round-{round}");
        let shop = Shop::created(t, &name, engine).await?;
        report.add(&shop)?;
        let (_, woken) = sleep::sleeps_and_wakes(t, &shop).await?;
        report.woken(&woken);
        t.api(shop::OWNER).delete(&name).await?.error_for_status()?;
        t.until_idle().await?;
    }
    report.write(engine)
}

#[tokio::test]
#[ignore = "needs a real node: make e2e"]
async fn medusa_from_the_question_to_the_end() {
    run_real("medusa", "", async |t| whole_way(t, "medusa").await).await;
}

#[tokio::test]
#[ignore = "needs a real node and storebot's image: make e2e"]
async fn storebot_in_its_own_pods() {
    if has_images("medusa") {
        let ingress_port = ingress_port().unwrap();
        run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
            inside::makes_a_shop(t, ingress_port).await
        })
        .await;
    }
}

#[tokio::test]
#[ignore = "needs a real node: make e2e"]
async fn medusa_in_time() {
    run_real("medusa", "", async |t| timed(t, "medusa").await).await;
}

/// The slow way: a database that nobody has prepared, as at an upgrade of the shop's software.
#[tokio::test]
#[ignore = "needs a real node: make e2e"]
async fn medusa_from_an_empty_database() {
    let plain = "images: {database: {repository: storebot/postgres, tag: \"17\"}}\n";
    run_real("medusa", plain, async |t| from_nothing(t, "medusa").await).await;
}

#[tokio::test]
#[ignore = "needs a real node and the image of WooCommerce: make e2e WOOCOMMERCE_ZIP=…"]
async fn woocommerce_from_the_question_to_the_end() {
    run_real("woocommerce", "", async |t| whole_way(t, "woocommerce").await).await;
}

#[tokio::test]
#[ignore = "needs a real node and the image of WooCommerce: make e2e WOOCOMMERCE_ZIP=…"]
async fn woocommerce_in_time() {
    run_real("woocommerce", "", async |t| timed(t, "woocommerce").await).await;
}

#[tokio::test]
#[ignore = "needs a real node and the image of WooCommerce: make e2e WOOCOMMERCE_ZIP=…"]
async fn woocommerce_from_an_empty_database() {
    let plain = "images: {database: {repository: storebot/mariadb, tag: \"11.8\"}}\n";
    run_real("woocommerce", plain, async |t| from_nothing(t, "woocommerce").await).await;
}

async fn from_nothing(t: &mut Test, engine: &'static str) -> Result<()> {
    let shop = Shop::created(t, "slowly", engine).await?;
    report::slow(&shop)?;
    browser::buy(&shop, "slowly").await?;
    t.api(shop::OWNER).delete("slowly").await?.error_for_status()?;
    t.until_idle().await
}
