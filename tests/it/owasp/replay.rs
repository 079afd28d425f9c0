//! Everything signed, sent a second time by somebody who has seen it.

use anyhow::{Context as _, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::harness::{TestBot, run_test};

#[tokio::test]
async fn a_delivery_that_comes_again_does_nothing_again() {
    run_test(TestBot::default(), async |t| {
        let hook = t.webhook();
        let body = json!({ "type": "store.create", "data": { "name": "tea", "engine": "medusa" } });
        let signed = hook.sign("msg_1", &body);
        let first: Value = hook.deliver(&signed).await?.error_for_status()?.json().await?;
        t.until_phase("tea", "ready").await?;
        let again: Value = hook.deliver(&signed).await?.error_for_status()?.json().await?;
        ensure!(again["store_id"] == first["store_id"] && again["replayed"] == true, "{again}");
        // The same id with another body, signed by somebody who has the secret.
        let other = json!({ "type": "store.delete", "data": { "name": "tea" } });
        let reused = hook.deliver(&hook.sign("msg_1", &other)).await?;
        ensure!(reused.status() == 422, "{}", reused.status());
        // What was seen long ago is not even looked up.
        let old = hook.sign_at("msg_2", &body, Timestamp::now().as_second() - 3600);
        ensure!(hook.deliver(&old).await?.status() == 401);
        ensure!(t.ledger.page(None, None, 10).await?.items.len() == 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_request_with_its_key_does_nothing_again() {
    run_test(TestBot::default(), async |t| {
        let (ana, body) = (t.api("ana"), json!({ "name": "tea", "engine": "medusa" }));
        let first: Value = ana.create_with_key("k", &body).await?.error_for_status()?.json().await?;
        let again: Value = ana.create_with_key("k", &body).await?.error_for_status()?.json().await?;
        ensure!(first["id"] == again["id"]);
        // A key is its owner's: with it nobody else gets the answer.
        let ben = t.api("ben").create_with_key("k", &body).await?;
        ensure!(ben.status() == 409, "{}", ben.status());
        let id = first["id"].as_str().context("no id")?;
        ensure!(!ben.text().await?.contains(id), "somebody else's store is told of");
        Ok(())
    })
    .await;
}
