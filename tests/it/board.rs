//! The dashboard, by people in front of a browser and by what pretends to be one. Pictures go to `target/pages/`.

use anyhow::{Context as _, Result, ensure};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::json;

use crate::harness::environment::{redis_ask, redis_do};
use crate::harness::page::{Page, Screen};
use crate::harness::{Test, TestBot, run_test, secrets};

const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");

fn token(t: &Test, subject: &str, role: &str) -> Result<String> {
    let token = storebot::app::mint_token(&t.config, subject, role, "1h")?;
    secrets::note("a bearer token", &token);
    Ok(token)
}

/// Signs in at the page.
async fn sign_in(t: &Test, page: &mut Page, subject: &str, role: &str) -> Result<()> {
    page.step(&json!({ "step": "open", "path": "/" })).await?;
    page.step(&json!({ "step": "fill", "name": "Token", "value": token(t, subject, role)? })).await?;
    page.press("Sign in").await?;
    page.see(&format!("api:{subject}")).await
}

#[tokio::test]
async fn somebody_signs_in_makes_a_store_and_deletes_it() {
    run_test(TestBot::default(), async |t| {
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
async fn a_page_is_whole_without_scripts_small_and_dark() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_phase("tea", "ready").await?;
        let screen = Screen { width: 390, dark: true, without_scripts: true };
        let mut page = Page::start(&t.url, "board-plain", screen).await?;
        sign_in(t, &mut page, "ana", "member").await?;
        page.look("list").await?;
        page.step(&json!({ "step": "follow", "name": "tea" })).await?;
        page.see("tea is ready").await?;
        page.look("store").await?;
        let mut phone = Page::start(&t.url, "board-phone", Screen { width: 390, ..Screen::default() }).await?;
        sign_in(t, &mut phone, "ana", "member").await?;
        phone.look("list").await?;
        phone.step(&json!({ "step": "follow", "name": "tea" })).await?;
        phone.look("store").await?;
        t.until_idle().await
    })
    .await;
}

/// What a browser sends, by hand.
struct Hand<'a> {
    t: &'a Test,
    http: reqwest::Client,
    cookie: String,
}

impl<'a> Hand<'a> {
    async fn sign_in(t: &'a Test, subject: &str, role: &str) -> Result<Self> {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let mut hand = Self { t, http, cookie: String::new() };
        let answer = hand.post("/sign-in", SAME, &[("token", &token(t, subject, role)?)]).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.status());
        let set = answer.headers()[SET_COOKIE].to_str()?;
        ensure!(set.contains("HttpOnly") && set.contains("SameSite=Lax"), "how it is kept");
        set.split(';').next().context("no cookie")?.clone_into(&mut hand.cookie);
        secrets::note("a session", hand.cookie.split_once('=').context("no value")?.1);
        Ok(hand)
    }

    async fn get(&self, path: &str) -> Result<(StatusCode, String)> {
        let answer = self.http.get(format!("{}{path}", self.t.url)).header(COOKIE, &self.cookie).send().await?;
        Ok((answer.status(), answer.text().await?))
    }

    async fn post(&self, path: &str, site: (&str, &str), fields: &[(&str, &str)]) -> Result<reqwest::Response> {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        let request = self.http.post(format!("{}{path}", self.t.url)).header(COOKIE, &self.cookie);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        Ok(request.header(site.0, site.1).body(form).send().await?)
    }

    /// What its forms carry.
    async fn form_token(&self) -> Result<String> {
        let (_, html) = self.get("/stores/new").await?;
        let (_, rest) = html.split_once("name=\"token\" value=\"").context("no form")?;
        Ok(rest.split('"').next().context("no token")?.to_owned())
    }
}

#[tokio::test]
async fn a_form_counts_from_ones_own_page_and_session_only() {
    run_test(TestBot::default(), async |t| {
        let (ana, ben) = (Hand::sign_in(t, "ana", "member").await?, Hand::sign_in(t, "ben", "member").await?);
        let (own, others) = (ana.form_token().await?, ben.form_token().await?);
        let create = |token: &'static str| [("token", token), ("name", "tea"), ("engine", "medusa")];
        let [own, others] = [own, others].map(|token| &*token.leak());
        let foreign =
            [("sec-fetch-site", "cross-site"), ("sec-fetch-site", "same-site"), ("origin", "https://evil.example")];
        for site in foreign {
            let answer = ana.post("/stores", site, &create(own)).await?;
            ensure!(answer.status() == StatusCode::FORBIDDEN, "{site:?}: {}", answer.status());
        }
        for token in ["", "0123456789abcdef0123456789abcdef", others] {
            let answer = ana.post("/stores", SAME, &create(token)).await?;
            ensure!(answer.status() == StatusCode::FORBIDDEN, "{}", answer.status());
        }
        let stores: serde_json::Value = t.api("ana").get("/v1/stores").await?.json().await?;
        ensure!(stores["items"] == json!([]), "a forged form made a store");
        let answer = ana.post("/stores", SAME, &create(own)).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.text().await?);
        let place = answer.headers()[LOCATION].to_str()?.to_owned();
        t.until_phase("tea", "ready").await?;

        // Somebody else's store is none.
        let (status, html) = ben.get(&place).await?;
        ensure!(status == StatusCode::NOT_FOUND && !html.contains("ana"), "{status} {html}");
        let answer = ben.post(&format!("{place}/delete"), SAME, &[("token", others), ("name", "tea")]).await?;
        ensure!(answer.status() == StatusCode::NOT_FOUND, "{}", answer.status());
        let (_, list) = ben.get("/").await?;
        ensure!(!list.contains("tea"), "{list}");

        // Once signed out, nothing of the session is of use.
        let answer = ana.post("/sign-out", SAME, &[("token", own)]).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.status());
        let (status, html) = ana.get(&place).await?;
        ensure!(status == StatusCode::OK && html.contains("Sign in") && !html.contains("tea is ready"), "{html}");
        let answer = ana.post(&format!("{place}/delete"), SAME, &[("token", own), ("name", "tea")]).await?;
        ensure!(answer.status() != StatusCode::SEE_OTHER, "{}", answer.status());
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_is_shown_and_never_markup() {
    run_test(TestBot::default(), async |t| {
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let (token, evil) = (ana.form_token().await?, "<img src=x onerror=alert(1)>\"'");
        let fields = [("token", token.as_str()), ("name", "No Such Name!"), ("title", evil), ("engine", "medusa")];
        let answer = ana.post("/stores", SAME, &fields).await?;
        let (status, html) = (answer.status(), answer.text().await?);
        ensure!(status == StatusCode::UNPROCESSABLE_ENTITY && html.contains("No Such Name!"), "{status} {html}");
        ensure!(!html.contains("<img"), "{html}");
        let fields = [("token", token.as_str()), ("name", "tea"), ("title", evil), ("engine", "medusa")];
        let answer = ana.post("/stores", SAME, &fields).await?;
        ensure!(answer.status() == StatusCode::SEE_OTHER, "{}", answer.status());
        t.until_phase("tea", "ready").await?;
        for path in ["/", "/stores/tea", "/?name=%3Cimg%3E", "/?phase=%3Cimg%3E"] {
            let (_, html) = ana.get(path).await?;
            ensure!(!html.contains("<img"), "{path}: {html}");
        }
        Ok(())
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

/// Lets twelve hours pass for everybody who is signed in.
async fn all_sessions_end(t: &Test) -> Result<()> {
    let pattern = format!("{{{}}}:session:*", t.config.redis.prefix);
    let keys: Vec<String> = redis_ask(&["KEYS", &pattern]).await?;
    ensure!(!keys.is_empty(), "nobody is signed in");
    for key in keys {
        let text: String = redis_ask(&["GET", &key]).await?;
        let mut session: serde_json::Value = serde_json::from_str(&text)?;
        session["until"] = json!(jiff::Timestamp::now());
        redis_do(&["SET", &key, &session.to_string()]).await?;
    }
    Ok(())
}

#[tokio::test]
async fn a_session_that_is_over_does_nothing_and_its_open_pages_end() {
    run_test(TestBot::default(), async |t| {
        let ana = Hand::sign_in(t, "ana", "member").await?;
        let token = ana.form_token().await?;
        let answer = ana.post("/stores", SAME, &[("token", &token), ("name", "tea"), ("engine", "medusa")]).await?;
        let place = answer.headers()[LOCATION].to_str()?.to_owned();
        t.until_phase("tea", "ready").await?;
        let mut open = ana.http.get(format!("{}{place}/live", t.url)).header(COOKIE, &ana.cookie).send().await?;
        ensure!(open.status() == StatusCode::OK, "{}", open.status());
        let mut told = String::new();
        while !told.contains("event: change") {
            told += &*String::from_utf8_lossy(&open.chunk().await?.context("it ended before it told anything")?);
        }
        all_sessions_end(t).await?;
        let answer = ana.post(&format!("{place}/sleep"), SAME, &[("token", &token)]).await?;
        ensure!(answer.status() == StatusCode::UNAUTHORIZED, "{}", answer.status());
        let (_, html) = ana.get(&place).await?;
        ensure!(html.contains("Sign in") && !html.contains("tea"), "{html}");
        // Something happens to the store, and the page that is still open hears nothing of it.
        t.api("ana").ask("sleep", "tea").await?.error_for_status()?;
        let mut rest = String::new();
        while let Some(chunk) = open.chunk().await? {
            rest += &*String::from_utf8_lossy(&chunk);
        }
        ensure!(rest.contains("event: over") && !rest.contains("event: change"), "{rest}");
        t.until_idle().await
    })
    .await;
}
