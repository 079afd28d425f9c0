//! What the main pages look like, held against the pictures in `tests/it/board/pictures/`; and the README's own, which
//! are pictures of the running program like all others.
//!
//! A page that is meant to look different now: `make pictures` takes all of them anew, to be looked at before they are
//! committed. What differs otherwise is shown in `target/pages/`.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::sign_in;
use crate::harness::page::{Page, Screen};
use crate::harness::{Ending, Hands, Nodes, Test, TestBot, run_test};

/// Set, pages become the pictures instead of being held against them.
const RENEW: &str = "STOREBOT_PICTURES";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// How a page is looked at: the name, width, height and colours of the picture.
type View = (&'static str, u32, u32, bool);

/// A phone, a tablet and a desktop.
const VIEWS: [View; 4] =
    [("360", 360, 780, false), ("768", 768, 1024, false), ("1280", 1280, 800, false), ("1280-dark", 1280, 800, true)];

/// Takes pictures and notes which of them differ.
struct Album<'a> {
    page: Page,
    /// The test's cell, whose name is another one each time.
    cell: &'a str,
    faults: Vec<String>,
}

impl<'a> Album<'a> {
    async fn open(t: &'a Test, screen: Screen) -> Result<Self> {
        let cell = t.config.cells.first().context("no cell")?;
        let page = Page::start(&t.url, "pictures", screen).await?;
        Ok(Self { page, cell: &cell.name, faults: Vec::new() })
    }

    /// Has the open page show nothing of this moment or this machine.
    async fn steady(&mut self) -> Result<()> {
        let replace = json!([
            [format!(r"{}\.localhost(:\d+)?", self.cell), "shops.example.com"],
            [self.cell, "berlin"],
            ["store-[0-9a-z]{12}", "store-4mqmtamc1paa"],
            // How long something took.
            [r"(<1|\d+) (s|seconds?)\b", "7 $2"],
        ]);
        // Of several things that happened at once only the last one is told. Charts are of these days.
        let gone = ".events li:not(:first-child):not(:last-child)";
        let step = json!({ "step": "steady", "replace": replace, "drop": gone, "hide": ".chart svg" });
        self.page.step(&step).await.map(drop_value)
    }

    /// Holds the open page against the pictures of this name.
    async fn hold(&mut self, name: &str) -> Result<()> {
        self.steady().await?;
        for (view, width, height, dark) in VIEWS {
            self.screen(width, height, dark).await?;
            let file = format!("{name}-{view}.png");
            self.compare(root().join("tests/it/board/pictures").join(&file), &file, true).await?;
        }
        Ok(())
    }

    async fn screen(&mut self, width: u32, height: u32, dark: bool) -> Result<()> {
        let step = json!({ "step": "screen", "width": width, "height": height, "dark": dark });
        self.page.step(&step).await.map(drop_value)
    }

    /// `full`: all of the page, and not what fits on the screen.
    async fn compare(&mut self, file: PathBuf, name: &str, full: bool) -> Result<()> {
        let trouble = root().join("target/pages").join(format!("differs-{name}"));
        let renew = std::env::var_os(RENEW).is_some();
        let step = json!({ "step": "compare", "file": file, "trouble": trouble, "renew": renew, "full": full });
        self.faults.extend(self.page.step(&step).await?.as_str().map(str::to_owned));
        Ok(())
    }

    fn judge(self) -> Result<()> {
        let faults = self.faults.join("\n");
        ensure!(faults.is_empty(), "{faults}\nIf it is meant to look like this: `make pictures`, and look at each.");
        Ok(())
    }
}

fn drop_value(_: Value) {}

fn bot() -> TestBot {
    let limits = "creations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\nstores_per_owner = 5\n";
    TestBot { limits: Some(limits.to_owned()), nodes: Nodes::ByHand, ..TestBot::default() }
}

async fn create(t: &Test, owner: &str, (name, title, engine): (&str, &str, &str)) -> Result<()> {
    let body = json!({ "name": name, "title": title, "engine": engine, "ttl": "14d" });
    t.api(owner).create(&body).await?.error_for_status()?;
    Ok(())
}

/// Some shops of a few people, most of them well.
async fn furnish(t: &Test, hands: &Hands) -> Result<()> {
    hands.ends("verify", Ending::proof(1041));
    let ready = [
        ("ana", ("teashop", "Tea from Darjeeling", "woocommerce")),
        ("ben", ("coffee", "Coffee, roasted on Mondays", "medusa")),
        ("ana", ("bookbinder", "Bookbinder Müller", "woocommerce")),
        ("cleo", ("ceramics", "Bowls and cups", "medusa")),
    ];
    for (owner, store) in ready {
        create(t, owner, store).await?;
        t.until_phase(store.0, "ready").await?;
    }
    t.api("ana").ask("sleep", "bookbinder").await?.error_for_status()?;
    t.until_phase("bookbinder", "asleep").await?;
    hands.ends("setup", Ending::badly("the currency XTS is not known"));
    create(t, "ben", ("winter-sale", "Winter sale", "woocommerce")).await?;
    t.until_phase("winter-sale", "failed").await?;
    hands.withhold("setup");
    create(t, "cleo", ("flowers", "Flowers for today", "medusa")).await?;
    t.until_phase("flowers", "installing").await.map(drop_value)
}

#[tokio::test]
async fn pages_look_as_they_did() {
    run_test(bot(), async |t| {
        let hands = t.hands();
        let mut album = Album::open(t, Screen::default()).await?;
        album.page.go("/").await?;
        album.hold("sign-in").await?;
        sign_in(t, &mut album.page, "dora", "member").await?;
        album.hold("empty").await?;
        album.page.go("/stores/new").await?;
        album.hold("new").await?;
        album.page.press("Sign out").await?;

        furnish(t, &hands).await?;
        sign_in(t, &mut album.page, "root", "admin").await?;
        album.hold("list").await?;
        for (name, path, text) in [
            ("ready", "/stores/teashop", "is ready"),
            ("failed", "/stores/winter-sale", "failed"),
            ("overview", "/overview", "Cells"),
            ("requests", "/requests", "Nobody waits"),
            ("audit", "/audit?store=coffee", "create"),
        ] {
            album.page.go(path).await?;
            album.page.see(text).await?;
            album.hold(name).await?;
        }
        hands.ends("setup", Ending::well(""));
        t.until_idle().await?;
        album.judge()
    })
    .await;
}

/// Of the list with a few shops in it, for dense screens: `docs/pictures/dashboard-*.png`.
#[tokio::test]
async fn the_readmes_picture_shows_what_there_is() {
    run_test(bot(), async |t| {
        let hands = t.hands();
        furnish(t, &hands).await?;
        let mut album = Album::open(t, Screen { zoom: 200, ..Screen::default() }).await?;
        sign_in(t, &mut album.page, "root", "admin").await?;
        album.page.see("flowers").await?;
        album.steady().await?;
        for (name, dark) in [("light", false), ("dark", true)] {
            album.screen(1200, 720, dark).await?;
            let file = format!("dashboard-{name}.png");
            album.compare(root().join("docs/pictures").join(&file), &file, false).await?;
        }
        hands.ends("setup", Ending::well(""));
        t.until_idle().await?;
        album.judge()
    })
    .await;
}
