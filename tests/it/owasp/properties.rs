//! API3: nobody sets what is not theirs to set, and nobody is shown what is not theirs to see.

use anyhow::{Context as _, ensure};
use serde_json::{Value, json};

use crate::harness::{TestBot, run_test};

#[tokio::test]
async fn a_body_sets_nothing_but_what_is_documented() {
    run_test(TestBot::default(), async |t| {
        let fields = [
            ("owner", json!("api:root")),
            ("role", json!("admin")),
            ("org", json!("discord:1")),
            ("size", json!({ "cpu": 0, "memory": 0, "disk": 0 })),
            ("id", json!("700000000000")),
            ("phase", json!("ready")),
            ("url", json!("https://evil.example")),
            ("version", json!(7)),
            ("approval", json!("0000000000000000")),
        ];
        for (field, value) in &fields {
            let mut body = json!({ "name": "tea", "engine": "medusa" });
            body[*field] = value.clone();
            let answer = t.api("ana").create(&body).await?;
            ensure!(answer.status() == 400, "{field}: {}", answer.text().await?);
            let delivered = t.webhook().create(&format!("msg-{field}"), &body).await?;
            ensure!(delivered.status() == 400, "{field} in a delivery: {}", delivered.text().await?);
        }
        ensure!(t.ledger.page(None, None, 10).await?.items.is_empty(), "something was made");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_list_shows_nobody_elses_stores_whatever_is_asked_for() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        for query in ["", "?owner=api:ana", "?owner=", "?phase=queued", "?limit=200", "?owner=api:ben&owner=api:ana"] {
            let answer = t.api("ben").get(&format!("/v1/stores{query}")).await?;
            let (status, text) = (answer.status(), answer.text().await?);
            ensure!(!text.contains("tea"), "{query}: {status} {text}");
        }
        Ok(())
    })
    .await;
}

/// Everything that any answer says of a store is on this list: a new field is thought about first.
#[tokio::test]
async fn a_store_is_shown_with_these_fields_and_no_others() {
    const KNOWN: [&str; 22] = [
        "id",
        "name",
        "engine",
        "plan",
        "phase",
        "message",
        "reason",
        "url",
        "admin_url",
        "owner",
        "cell",
        "namespace",
        "created_at",
        "ready_at",
        "expires_at",
        "steps",
        "proof",
        "release",
        "version",
        "title",
        "simulated",
        "drift",
    ];
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa", "ttl": "1h" })).await?.error_for_status()?;
        let store: Value = t.until_phase("tea", "ready").await?;
        for field in store.as_object().context("no object")?.keys() {
            ensure!(KNOWN.contains(&field.as_str()), "{field} is new: is it anybody's business?");
        }
        let text = store.to_string();
        for word in ["secret", "password", "token", "credential"] {
            ensure!(!text.contains(word), "{word}: {text}");
        }
        Ok(())
    })
    .await;
}
