//! Long lists, at the API and at the dashboard: filtered, searched, sorted, page by page.

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use reqwest::StatusCode;
use serde_json::{Value, json};
use storebot::domain::actor::ActorId;
use storebot::domain::engine::Engine;
use storebot::domain::event::EventKind;
use storebot::domain::record::{Phase, Record};
use storebot::ledger::{Claimed, CreateRequest, Ending, Report};

use crate::board::hand::Hand;
use crate::board::sign_in;
use crate::harness::page::{Page, Screen};

use crate::harness::{Process, Test, TestBot, run_test};
use crate::ledger::{allowance, asked, record, seen};

const LEASE: std::time::Duration = std::time::Duration::from_secs(30);

/// A store at rest that nobody has worked for.
async fn put(t: &Test, store: &Record, phase: Phase) -> Result<()> {
    let request = CreateRequest { allowance: allowance(1000, 100_000), ..asked(store) };
    ensure!(t.ledger.create(request).await?.is_ok(), "{} was refused", store.spec.name);
    let Claimed::Mine(claim) = t.ledger.claim(&store.id, "w1", LEASE).await? else { anyhow::bail!("it is held") };
    let observed = seen(1, phase);
    let report = Report { observed: &observed, kind: EventKind::Progress };
    ensure!(
        t.ledger.report(&claim, report).await?.is_ok() && t.ledger.finish(&claim, 1, &Ending::Settled).await?.is_ok()
    );
    Ok(())
}

/// 120 stores of two owners: the names of every third are about tea, every tenth has failed, every fourth ends.
async fn fill(t: &Test) -> Result<()> {
    for number in 0..120_u64 {
        let word = if number % 3 == 0 { "green-tea" } else { "shop" };
        let mut store = record(&format!("{word}-{number:03}"), number + 1);
        store.spec.cell.clone_from(&t.config.cells[0].name);
        if number % 2 == 0 {
            store.spec.owner = ActorId::new("api:bob");
            store.spec.engine = Engine::Woocommerce;
        }
        if number % 4 == 0 {
            store.spec.expires_at = Some(Timestamp::from_second(1_900_000_000 - number as i64 * 86_400)?);
        }
        put(t, &store, if number % 10 == 0 { Phase::Failed } else { Phase::Ready }).await?;
    }
    Ok(())
}

/// All pages of a list, as the numbers in the names.
async fn numbers(t: &Test, role: &str, query: &str) -> Result<Vec<u64>> {
    let (reader, mut found, mut cursor) = (t.api_as("bob", role), Vec::new(), String::new());
    loop {
        let page: Value = reader.get(&format!("/v1/stores?{query}{cursor}")).await?.error_for_status()?.json().await?;
        for item in page["items"].as_array().context("no items")? {
            let (_, number) = item["name"].as_str().context("no name")?.rsplit_once('-').context("no number")?;
            found.push(number.parse()?);
        }
        let Some(next) = page["next_cursor"].as_str() else { return Ok(found) };
        cursor = format!("&cursor={next}");
    }
}

/// With doors and nobody who works.
fn doors() -> TestBot {
    let limits = "requests = 100000\naddress_per_second = 100000\n";
    TestBot { not_started: true, limits: Some(limits.to_owned()), ..TestBot::default() }
}

#[tokio::test]
async fn the_api_lists_in_any_order_what_is_searched_for() {
    run_test(doors(), async |t| {
        fill(t).await?;
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        t.url.clone_from(&process.url);
        let all = |fits: fn(&u64) -> bool| (0..120).filter(fits);
        for (role, query, expected) in [
            ("admin", "limit=50", all(|_| true).rev().collect::<Vec<_>>()),
            ("admin", "limit=50&sort=oldest", all(|_| true).collect()),
            ("admin", "limit=7&phase=failed", all(|n| n % 10 == 0).rev().collect()),
            ("admin", "limit=7&sort=ends", all(|n| n % 4 == 0).rev().collect()),
            ("admin", "limit=7&q=TEA&sort=oldest&engine=medusa", all(|n| n % 6 == 3).collect()),
            ("admin", "limit=7&q=*", Vec::new()),
            ("admin", "limit=200&q=api:bob", all(|n| n % 2 == 0).rev().collect()),
            ("admin", "limit=7&sort=name&q=green", all(|n| n % 3 == 0).collect()),
            ("admin", "limit=7&q=shop-01", vec![19, 17, 16, 14, 13, 11, 10]),
            ("member", "limit=7&sort=name&q=green", all(|n| n % 6 == 0).collect()),
            ("member", "limit=7&sort=ends&phase=failed", all(|n| n % 20 == 0).rev().collect()),
            ("member", "limit=7&q=api:ana", Vec::new()),
        ] {
            ensure!(numbers(t, role, query).await? == expected, "{role} {query}: {:?}", numbers(t, role, query).await?);
        }
        // Whose name or id it is comes first, though others are newer and it is in the names of some.
        let mut tea = record("tea", 500);
        tea.spec.created_at = Timestamp::from_second(1_600_000_000)?;
        put(t, &tea, Phase::Ready).await?;
        let root = t.api_as("root", "admin");
        for query in ["q=tea&limit=1", "q=Tea&limit=3", &format!("q={}", tea.id)] {
            let page: Value = root.get(&format!("/v1/stores?{query}")).await?.error_for_status()?.json().await?;
            ensure!(page["items"][0]["id"] == tea.id.as_str(), "{query}: {page}");
        }
        let page: Value = root.get("/v1/stores?q=tea&limit=1").await?.json().await?;
        let next = page["next_cursor"].as_str().context("there are others")?;
        let page: Value = root.get(&format!("/v1/stores?q=tea&limit=1&cursor={next}")).await?.json().await?;
        ensure!(page["items"][0]["name"] == "green-tea-117", "{page}");
        for (query, status, said) in [
            ("sort=size", 422, "newest, oldest, name or ends"),
            (&format!("sort=name&cursor={next}"), 422, "in the same order"),
            ("cursor=x", 422, "next_cursor"),
            (&format!("q={}", "x".repeat(201)), 422, "at most 200 characters"),
        ] {
            let answer = root.get(&format!("/v1/stores?{query}")).await?;
            let (got, text) = (answer.status(), answer.text().await?);
            ensure!(got.as_u16() == status && text.contains(said), "{query}: {got} {text}");
        }
        process.kill().await
    })
    .await;
}

/// The names in a page's rows.
fn names(html: &str) -> Vec<&str> {
    let rows = html.split("<th scope=\"row\">").skip(1);
    rows.filter_map(|row| row.split_once('>')?.1.split_once('<').map(|(name, _)| name)).collect()
}

fn link(html: &str, rel: &str) -> Option<String> {
    let (_, rest) = html.split_once(&format!("rel=\"{rel}\" href=\""))?;
    Some(rest.split('"').next()?.replace("&#38;", "&"))
}

#[tokio::test]
async fn the_dashboard_goes_through_pages_forth_and_back() {
    run_test(doors(), async |t| {
        fill(t).await?;
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        t.url.clone_from(&process.url);
        let root = Hand::sign_in(t, "root", "admin").await?;
        let mut at = "/?sort=name".to_owned();
        let (mut forth, mut back) = (Vec::new(), Vec::new());
        loop {
            let (status, html) = root.get(&at).await?;
            ensure!(status == StatusCode::OK && html.contains("120 stores"), "{at}: {status} {html}");
            ensure!(html.contains("aria-sort=\"ascending\"") && html.contains("by name"), "{html}");
            forth.push(names(&html).iter().map(ToString::to_string).collect::<Vec<_>>());
            match link(&html, "next") {
                Some(next) => at = next,
                None => break,
            }
        }
        loop {
            let (_, html) = root.get(&at).await?;
            back.insert(0, names(&html).iter().map(ToString::to_string).collect::<Vec<_>>());
            match link(&html, "prev") {
                Some(before) => at = before,
                None => break,
            }
        }
        ensure!(forth.iter().map(Vec::len).collect::<Vec<_>>() == [50, 50, 20] && forth == back, "{forth:?} {back:?}");
        ensure!(forth.concat().is_sorted());

        // What is asked for is kept from page to page.
        let (_, html) = root.get("/?q=shop&engine=medusa&sort=oldest").await?;
        let next = link(&html, "next");
        ensure!(next.is_none() && names(&html).len() == 40, "{html}");
        let (_, html) = root.get("/?q=SHOP&sort=oldest").await?;
        let next = link(&html, "next").context("80 of them")?;
        let (_, html) = root.get(&next).await?;
        ensure!(
            names(&html).len() == 30 && names(&html).iter().all(|name| name.starts_with("shop-")),
            "{next}: {html}"
        );
        ensure!(html.contains("value=\"SHOP\"") && html.contains("<option value=\"oldest\" selected>"), "{html}");

        // The only one that is meant is gone to at once, and nobody is sent where there are several.
        let see = async |query: &str| Ok::<_, anyhow::Error>(root.get(query).await?.0 == StatusCode::SEE_OTHER);
        ensure!(see("/?q=shop-001").await? && see("/?q=-001").await? && !see("/?q=shop-00").await?);
        ensure!(see(&format!("/?q={}", record("x", 8).id)).await?);
        let (_, html) = root.get("/?q=shop-001&phase=failed").await?;
        ensure!(html.contains("No store is like that"), "{html}");
        let (_, html) = root.get("/?q=api:bob&phase=failed").await?;
        ensure!(names(&html).len() == 12 && html.contains("12 stores"), "{html}");
        let (status, html) = root.get("/?sort=name&cursor=1763712000000700000000000").await?;
        ensure!(status == StatusCode::UNPROCESSABLE_ENTITY && html.contains("in the same order"), "{status} {html}");
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let (_, html) = ana.get("/?q=green").await?;
        ensure!(names(&html).len() == 20 && !html.contains("api:bob") && !see_owner(&html), "{html}");
        process.kill().await
    })
    .await;
}

/// Whether there is a column of owners.
fn see_owner(html: &str) -> bool {
    html.contains(">Owner</th>")
}

#[tokio::test]
async fn somebody_searches_sorts_and_turns_pages() {
    run_test(doors(), async |t| {
        fill(t).await?;
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        t.url.clone_from(&process.url);
        let mut page = Page::start(&t.url, "list", Screen::default()).await?;
        sign_in(t, &mut page, "root", "admin").await?;
        page.see("120 stores").await?;
        page.look("wide").await?;
        page.step(&json!({ "step": "follow", "name": "Next page" })).await?;
        page.see("Page before").await?;
        page.step(&json!({ "step": "follow", "name": "Ends" })).await?;
        page.see("shop-116").await?;
        page.step(&json!({ "step": "has", "selector": "th[aria-sort=ascending]" })).await?;
        page.step(&json!({ "step": "set", "selector": "input[name=q]", "value": "tea-0" })).await?;
        page.press("Show").await?;
        page.see("green-tea-012").await?;
        page.look("found").await?;
        let mut phone = Page::start(&t.url, "list-phone", Screen { width: 390, ..Screen::default() }).await?;
        sign_in(t, &mut phone, "bob", "member").await?;
        phone.look("wide").await?;
        process.kill().await
    })
    .await;
}
