//! Somebody who has a token and the address of `/docs`, and nothing else: Swagger UI in a browser, storebot
//! behind it. Pictures go to `target/pages/`.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::page::{Page, Screen};
use crate::harness::secrets;
use crate::harness::{Test, TestBot, run_test};

/// Swagger UI's own parts are judged by those who make it; the rest of the page is ours.
const THEIRS: &str = "#swagger-ui";

/// An operation that is unfolded, with its buttons, fields and answers.
struct Operation<'a>(&'a mut Page, &'static str);

impl<'a> Operation<'a> {
    async fn open(page: &'a mut Page, id: &'static str) -> Result<Self> {
        let operation = Self(page, id);
        operation.0.step(&json!({ "step": "click", "selector": operation.at(".opblock-summary-control") })).await?;
        Ok(operation)
    }

    fn at(&self, selector: &str) -> String {
        format!("[id$='-{}'] {selector}", self.1)
    }

    async fn set(&mut self, field: &str, value: &str) -> Result<()> {
        let step = json!({ "step": "set", "selector": self.at(field), "value": value });
        self.0.step(&step).await.map(drop)
    }

    /// Sends it, and gives the status, the headers and the body of the answer as the page shows them.
    async fn execute(&mut self) -> Result<(String, String, Value)> {
        self.0.step(&json!({ "step": "click", "selector": self.at("button.execute") })).await?;
        self.0.step(&json!({ "step": "gone-from", "selector": self.at(".loading-container") })).await?;
        let status = self.0.read(&self.at(".live-responses-table tbody .response-col_status")).await?;
        let headers = self.0.read(&self.at(".live-responses-table pre:has(.headerline)")).await?;
        let body = self.0.read(&self.at(".live-responses-table .highlight-code code")).await?;
        let body = serde_json::from_str(&body).with_context(|| format!("no JSON: {body}"))?;
        Ok((status.trim().to_owned(), headers, body))
    }
}

async fn has(page: &mut Page, selector: &str) -> Result<()> {
    page.step(&json!({ "step": "has", "selector": selector })).await.map(drop)
}

async fn look(page: &mut Page, name: &str) -> Result<()> {
    page.step(&json!({ "step": "picture", "name": name })).await?;
    let found = page.step(&json!({ "step": "axe", "without": THEIRS })).await?;
    ensure!(found == json!([]), "{name}: not accessible: {found}");
    Ok(())
}

async fn authorize(page: &mut Page, token: &str) -> Result<()> {
    // By keyboard, as far as it goes: the button, the one field there is, and out again.
    page.step(&json!({ "step": "reach", "selector": "button.authorize" })).await?;
    page.key("Enter").await?;
    has(page, ".modal-ux input").await?;
    ensure!(page.count(".modal-ux input").await? == 1, "only a token can be typed in");
    let focus = page.step(&json!({ "step": "evaluate", "script": "document.activeElement.id" })).await?;
    ensure!(focus == "auth-bearer-value", "the field has the focus: {focus}");
    page.type_in(token).await?;
    page.key("Enter").await?;
    page.see("Authorized").await?;
    page.step(&json!({ "step": "click", "selector": ".modal-ux .btn-done" })).await.map(drop)
}

fn token(t: &Test) -> Result<String> {
    let token = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
    secrets::note("the newcomer's token", &token);
    Ok(token)
}

#[tokio::test]
async fn a_newcomer_makes_a_store_from_the_documentation_alone() {
    run_test(TestBot::default(), async |t| {
        let mut page = Page::start(&t.url, "docs", Screen::default()).await?;
        page.step(&json!({ "step": "open", "path": "/docs" })).await?;
        has(&mut page, ".opblock").await?;
        look(&mut page, "open").await?;
        authorize(&mut page, &token(t)?).await?;

        let mut create = Operation::open(&mut page, "createStore").await?;
        let enough: Value = serde_json::from_str(&create.0.read(&create.at("textarea")).await?)?;
        ensure!(enough == json!({ "name": "teashop", "engine": "woocommerce" }), "{enough}");
        create.set("textarea", r#"{"name": "Tea Shop", "engine": "medusa"}"#).await?;
        let (status, _, problem) = create.execute().await?;
        ensure!(status == "422" && problem["type"] == "urn:storebot:problem:bad-name", "{status} {problem}");
        create.set("textarea", r#"{"name": "tea", "engine": "medusa"}"#).await?;
        let (status, headers, store) = create.execute().await?;
        ensure!(status == "202" && store["phase"] == "queued", "{status} {store}");
        let location = format!("location: /v1/stores/{}", store["id"].as_str().context("no id")?);
        ensure!(headers.contains(&location), "{headers}");
        look(&mut page, "created").await?;

        t.until_idle().await?;
        let mut get = Operation::open(&mut page, "getStore").await?;
        get.set("[data-param-name=store] input", "tea").await?;
        let (status, _, store) = get.execute().await?;
        ensure!(status == "200" && store["phase"] == "ready", "{status} {store}");
        look(&mut page, "ready").await?;

        let mut delete = Operation::open(&mut page, "deleteStore").await?;
        delete.set("[data-param-name=store] input", "tea").await?;
        let (status, _, store) = delete.execute().await?;
        ensure!(status == "202" && store["phase"] == "deleting", "{status} {store}");
        ensure!(page.step(&json!({ "step": "outside" })).await? == json!([]), "something came from elsewhere");
        t.until_idle().await
    })
    .await;
}

#[tokio::test]
async fn the_documentation_is_dark_and_small_where_its_reader_is() {
    run_test(TestBot::default(), async |t| {
        let screen = Screen { width: 390, dark: true, ..Screen::default() };
        let mut page = Page::start(&t.url, "docs-dark", screen).await?;
        page.step(&json!({ "step": "open", "path": "/docs" })).await?;
        has(&mut page, ".opblock").await?;
        look(&mut page, "small").await?;
        // A second visit asks for the page again, and for none of its files.
        page.step(&json!({ "step": "open", "path": "/" })).await?;
        page.step(&json!({ "step": "open", "path": "/docs" })).await?;
        has(&mut page, ".opblock").await?;
        let sizes = page.step(&json!({ "step": "evaluate", "script": SIZES })).await?;
        ensure!(sizes == json!([0, 0, 0, 0]), "files were sent again: {sizes}");
        Ok(())
    })
    .await;
}

/// What each file took of the network, in bytes.
const SIZES: &str = "performance.getEntriesByType('resource').filter((one) => one.name.includes('/docs/assets/'))\
                     .map((one) => one.transferSize)";
