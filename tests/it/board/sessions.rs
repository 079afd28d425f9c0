//! The end of being signed in.

use anyhow::{Context as _, Result, ensure};
use reqwest::StatusCode;
use reqwest::header::{COOKIE, LOCATION};
use serde_json::json;

use super::{Hand, SAME};
use crate::harness::environment::{redis_ask, redis_do};
use crate::harness::{Test, TestBot, run_test};

/// Lets twelve hours pass for everybody who is signed in.
pub(super) async fn all_sessions_end(t: &Test) -> Result<()> {
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
