//! Forms that did not come from where they seem to come from, and what is typed into others.

use anyhow::ensure;
use reqwest::StatusCode;
use reqwest::header::LOCATION;
use serde_json::json;

use super::{Hand, SAME};
use crate::harness::{TestBot, run_test};

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
        for path in ["/", "/stores/tea", "/?q=%3Cimg%3E", "/?sort=%3Cimg%3E", "/?phase=%3Cimg%3E"] {
            let (_, html) = ana.get(path).await?;
            ensure!(!html.contains("<img"), "{path}: {html}");
        }
        Ok(())
    })
    .await;
}
