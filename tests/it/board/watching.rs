//! A page that stays open: while a store is made, while storebot is away, and after the store is gone.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::sign_in;
use crate::harness::page::{Page, Screen};
use crate::harness::{Ending, Fault, Nodes, Proxy, Test, TestBot, Upstream, run_test, until};

/// Puts a mark on the open page, which is gone with the next one.
async fn mark(page: &mut Page) -> Result<()> {
    page.evaluate("window.stays = true").await.map(drop)
}

/// Whether it is the page that was marked.
async fn stayed(page: &mut Page) -> Result<()> {
    ensure!(page.evaluate("window.stays === true").await? == true, "the page was loaded again");
    Ok(())
}

/// Opens the store's page as its owner.
async fn open(t: &Test, url: &str, prefix: &str) -> Result<Page> {
    let mut page = Page::start(url, prefix, Screen::default()).await?;
    sign_in(t, &mut page, "ana", "member").await?;
    page.follow("tea").await?;
    mark(&mut page).await?;
    Ok(page)
}

/// Has storebot listen at a port to which it can come back: none that the system gives to whoever asks for any
/// meanwhile.
async fn start_at_a_port_of_its_own(t: &mut Test) -> Result<()> {
    let free = |port: &u16| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok();
    let port = (20_000..30_000).find(free).context("no port is free")?;
    t.config.http.listen = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    t.start_bot().await
}

fn by_hand() -> TestBot {
    TestBot { nodes: Nodes::ByHand, ..TestBot::default() }
}

async fn create(t: &Test) -> Result<()> {
    t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
    Ok(())
}

#[tokio::test]
async fn steps_change_on_the_open_page_one_after_the_other() {
    run_test(by_hand(), async |t| {
        let hands = t.hands();
        hands.withhold("setup");
        hands.withhold("verify");
        create(t).await?;
        let mut page = open(t, &t.url, "watching").await?;
        page.has("li.done[data-step=workloads]").await?;
        page.has("li.running[data-step=setup]").await?;
        page.look("setup").await?;
        hands.ends("setup", Ending::well(""));
        page.has("li.done[data-step=setup]").await?;
        page.has("li.running[data-step=verify]").await?;
        ensure!(page.read("#phase").await? != "ready", "ready before its test order");
        hands.ends("verify", Ending::proof(7));
        page.has("#phase.ready").await?;
        page.see("tea is ready").await?;
        page.see("#7").await?;
        page.look("ready").await?;
        stayed(&mut page).await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_page_left_open_while_storebot_restarts_shows_what_happened_meanwhile() {
    run_test(TestBot { not_started: true, ..by_hand() }, async |t| {
        start_at_a_port_of_its_own(t).await?;
        let hands = t.hands();
        hands.withhold("verify");
        create(t).await?;
        let mut page = open(t, &t.url, "restart").await?;
        page.has("li.done[data-step=setup]").await?;
        t.stop_bot().await?;
        page.see("storebot does not answer").await?;
        page.look("away").await?;
        hands.ends("verify", Ending::proof(1));
        t.start_bot().await?;
        page.see("tea is ready").await?;
        page.gone("storebot does not answer").await?;
        stayed(&mut page).await?;
        page.look("back").await?;
        // It can be used as if nothing had been.
        page.press("Sleep").await?;
        page.see("tea is asleep").await?;
        t.until_idle().await
    })
    .await;
}

/// As when storebot restarts behind a proxy that answers in its place. The browser itself gives up then.
#[tokio::test]
async fn a_page_comes_back_by_itself_after_a_proxys_error() {
    run_test(by_hand(), async |t| {
        let hands = t.hands();
        hands.withhold("verify");
        create(t).await?;
        let address = t.url.strip_prefix("http://").context("no address")?;
        let proxy = Proxy::in_front_of(address, Upstream::Http, 0).await?;
        let mut page = open(t, &format!("http://{}", proxy.address), "proxy").await?;
        page.has("li.done[data-step=setup]").await?;
        proxy.cut();
        until("its stream is cut", || async { Ok(proxy.hits().get("cut").map(drop)) }).await?;
        proxy.set(Fault::Status { code: 503, retry_after: None, share: 100 });
        until("it was answered 503", || async { Ok(proxy.hits().get("status-503").map(drop)) }).await?;
        hands.ends("verify", Ending::proof(1));
        t.until_phase("tea", "ready").await?;
        page.see("storebot does not answer").await?;
        proxy.mend();
        page.see("tea is ready").await?;
        page.gone("storebot does not answer").await?;
        stayed(&mut page).await?;
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn a_store_that_is_deleted_elsewhere_offers_nothing_any_more() {
    let bot = TestBot { extra: "[retention]\ndeleted = '1s'\n".to_owned(), ..TestBot::default() };
    run_test(bot, async |t| {
        create(t).await?;
        let id = t.until_phase("tea", "ready").await?["id"].as_str().context("no id")?.to_owned();
        let mut page = open(t, &t.url, "elsewhere").await?;
        page.has("#phase.ready").await?;
        ensure!(page.count("main button").await? > 2 && page.count("summary").await? > 0, "nothing is offered");
        t.api("ana").delete("tea").await?.error_for_status()?;
        page.has("#phase.deleted").await?;
        page.see("tea is deleted").await?;
        stayed(&mut page).await?;
        ensure!(page.count("main button").await? == 0, "something is still offered");
        ensure!(page.count("#danger").await? == 0, "it can be deleted again");
        page.look("deleted").await?;

        let gone =
            || async { Ok((t.api("ana").get(&format!("/v1/stores/{id}")).await?.status() == 404).then_some(())) };
        until("it is forgotten", gone).await?;
        page.go(&format!("/stores/{id}")).await?;
        page.see("There is no such store").await?;
        page.look("forgotten").await?;
        page.follow("Back to the stores").await?;
        page.see("There are no stores yet").await
    })
    .await;
}
