//! Every page on screens of all kinds, and without scripts: nothing cut off at the side, nothing that keeps people
//! out as far as axe can tell.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::sign_in;
use crate::harness::page::{Page, Screen};
use crate::harness::{Ending, Hands, Nodes, Test, TestBot, run_test};

#[tokio::test]
async fn a_page_is_whole_without_scripts_small_and_dark() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let screen = Screen { width: 390, dark: true, without_scripts: true, ..Screen::default() };
        let mut page = Page::start(&t.url, "board-plain", screen).await?;
        sign_in(t, &mut page, "ana", "member").await?;
        page.look("list").await?;
        page.follow("tea").await?;
        page.see("tea is ready").await?;
        page.look("store").await?;
        t.until_idle().await
    })
    .await;
}

/// Long words that cannot be broken, as people have them.
const LONG: &str = "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetz";
const LONG_NAME: &str = "a-store-whose-name-is-as-long-as-it-goes";

/// A screen, and what its pictures are called.
type Look = (&'static str, Screen);

/// 320 pixels are what WCAG 1.4.10 asks for; a desktop at 200 % comes close to a tablet, at 400 % to a phone.
fn screens() -> [Look; 8] {
    [
        ("light", Screen::default()),
        ("dark", Screen { dark: true, ..Screen::default() }),
        ("phone", Screen { width: 360, ..Screen::default() }),
        ("phone-dark", Screen { width: 360, dark: true, ..Screen::default() }),
        ("narrow", Screen { width: 320, ..Screen::default() }),
        ("twice", Screen { zoom: 200, ..Screen::default() }),
        ("four-times", Screen { zoom: 400, ..Screen::default() }),
        ("forced", Screen { forced_colors: true, ..Screen::default() }),
    ]
}

/// A store that is ready, one that has failed, one that waits for an approval; all with as much text as fits.
async fn furnish(t: &Test, hands: &Hands) -> Result<()> {
    let ana = t.api("ana");
    let ready = json!({ "name": LONG_NAME, "title": LONG, "engine": "medusa", "ttl": "8h" });
    ana.create(&ready).await?.error_for_status()?;
    t.until_phase(LONG_NAME, "ready").await?;
    hands.ends("setup", Ending::badly(format!("{LONG}: {}", "x".repeat(300))));
    ana.create(&json!({ "name": "broken", "engine": "woocommerce" })).await?.error_for_status()?;
    t.until_phase("broken", "failed").await?;
    ana.create(&json!({ "name": "waiting", "title": LONG, "engine": "medusa" })).await?;
    hands.ends("setup", Ending::well(""));
    Ok(())
}

/// Looks at everything that there is for somebody who may see it all.
async fn look_around(t: &Test, (name, screen): Look) -> Result<()> {
    let store = |name| async move { Ok::<_, anyhow::Error>(t.store("watcher", name).await?["id"].clone()) };
    let (ready, broken) = (store(LONG_NAME).await?, store("broken").await?);
    let (ready, broken) = (ready.as_str().context("no id")?, broken.as_str().context("no id")?);
    let mut page = Page::start(&t.url, &format!("look-{name}"), screen).await?;
    page.go("/").await?;
    page.look("sign-in").await?;
    page.fill("Token", "nonsense").await?;
    page.press("Sign in").await?;
    page.see("not valid").await?;
    page.look("sign-in-refused").await?;
    sign_in(t, &mut page, "root", "admin").await?;
    let pages = [
        ("list", "/".to_owned(), LONG_NAME),
        ("nothing-found", "/?phase=asleep".to_owned(), "No store is like that"),
        ("new", "/stores/new".to_owned(), "Small letters"),
        ("ready", format!("/stores/{ready}"), "is ready"),
        ("failed", format!("/stores/{broken}"), "failed"),
        ("overview", "/overview".to_owned(), "Cells"),
        ("requests", "/requests".to_owned(), "waiting"),
        ("audit", "/audit".to_owned(), "create"),
        ("no-such-store", "/stores/nothing".to_owned(), "There is no such store"),
        ("no-such-page", "/stores/".to_owned(), "There is no such page"),
    ];
    for (picture, path, text) in pages {
        page.go(&path).await?;
        page.see(text).await?;
        page.look(picture).await.with_context(|| format!("on the screen {name}"))?;
    }
    // Logins are for those alone whose stores they are.
    page.press("Sign out").await?;
    sign_in(t, &mut page, "ana", "member").await?;
    refusals(&mut page, ready).await.with_context(|| format!("on the screen {name}"))
}

/// What is refused on its own page, and what is shown this once.
async fn refusals(page: &mut Page, ready: &str) -> Result<()> {
    page.go("/stores/new").await?;
    page.fill("Name", "No Such Name!").await?;
    page.step(&json!({ "step": "click", "selector": "input[value=medusa]" })).await?;
    page.press("Create").await?;
    page.has(".alarm").await?;
    page.look("new-refused").await?;
    page.go(&format!("/stores/{ready}")).await?;
    page.step(&json!({ "step": "unfold", "name": "Delete this store" })).await?;
    page.step(&json!({ "step": "set", "selector": "#confirm", "value": "coffee" })).await?;
    page.press("Delete").await?;
    page.see("Nothing was deleted").await?;
    page.look("delete-refused").await?;
    page.press("Show login").await?;
    page.see("Shown this once").await?;
    page.look("login").await
}

fn bot() -> TestBot {
    let limits = "creations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\nstores_per_owner = 2\n";
    TestBot { limits: Some(limits.to_owned()), nodes: Nodes::ByHand, ..TestBot::default() }
}

#[tokio::test]
async fn every_page_fits_every_screen() {
    run_test(bot(), async |t| {
        let hands = t.hands();
        furnish(t, &hands).await?;
        for look in screens() {
            look_around(t, look).await?;
        }
        t.until_idle().await
    })
    .await;
}

/// Who wants things to stand still gets that: nothing on the pages moves by itself.
#[tokio::test]
async fn nothing_moves() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let mut page = Page::start(&t.url, "still", Screen::default()).await?;
        sign_in(t, &mut page, "ana", "member").await?;
        for path in ["/", "/stores/new", "/stores/tea"] {
            page.go(path).await?;
            let moving = page.evaluate(
                "[...document.querySelectorAll('*')].filter(one => { const s = getComputedStyle(one); \
                 return s.animationName !== 'none' || s.transitionDuration !== '0s' || s.scrollBehavior === 'smooth' }).length",
            );
            ensure!(moving.await? == 0, "{path}: something moves, and `prefers-reduced-motion` is not asked");
        }
        t.until_idle().await
    })
    .await;
}
