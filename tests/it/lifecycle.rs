//! From the question to the URL, and away again, through each door.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use storebot::domain::webhook::{Clock, Secret, SignedHeaders, verify};

use crate::harness::{Test, TestBot, delete_on_discord, run_test};

/// Without the seconds that steps took.
fn timeless(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let line = match line.rsplit_once(" (") {
            Some((head, tail)) if tail.ends_with(" s)") => head,
            _ if line.starts_with("-# took ") => "-# took",
            _ => line,
        };
        out.push_str(line);
        out.push('\n');
    }
    out
}

async fn namespace_of(t: &Test, name: &str) -> Result<String> {
    let store = t.store("watcher", name).await?;
    Ok(store["namespace"].as_str().context("no namespace")?.to_owned())
}

#[tokio::test]
async fn a_slash_command_ends_in_an_address() {
    run_test(TestBot::default(), async |t| {
        let ana = t.person("ana");
        let asked = ana.slash("/store create name:teashop engine:woocommerce").await?;
        ensure!(asked.response_type() == Some(5), "the first answer is deferred");
        t.until_idle().await?;
        let message = asked.message().context("no message")?;
        ensure!(!message.is_ephemeral());
        let domain = &t.config.cells[0].domain;
        insta::assert_snapshot!(timeless(message.content()).replace(domain, "DOMAIN"), @r"
        **teashop** is ready: http://teashop.DOMAIN (simulated nodes, no test order)
        -# took
        ✅ namespace
        ✅ release
        ✅ database and app
        ➖ products and payment
        ➖ test order
        ");
        // One message told the whole story: it was edited in place.
        ensure!(asked.history().len() > 1 && asked.follow_ups().is_empty());
        let namespace = namespace_of(t, "teashop").await?;
        ensure!(t.cluster.revisions(&namespace).await? == [(1, "deployed".to_owned())]);
        let labels = t.cluster.namespace(&namespace).await?.metadata.labels.unwrap_or_default();
        let told: Vec<_> = ["managed-by", "enforce"].map(|end| labels.iter().find(|(k, _)| k.ends_with(end))).into();
        insta::assert_snapshot!(format!("{told:?}"), @r#"[Some(("app.kubernetes.io/managed-by", "storebot")), Some(("pod-security.kubernetes.io/enforce", "restricted"))]"#);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_person_sees_lists_and_deletes_their_store() {
    run_test(TestBot::default(), async |t| {
        let (ana, bob) = (t.person("ana"), t.person("bob"));
        ana.slash("/store create name:teashop engine:medusa plan:medium title:\"Tea & <Biscuits>\"").await?;
        t.until_idle().await?;
        let status = ana.slash("/store status name:teashop").await?.message().context("no status")?;
        ensure!(status.is_ephemeral() && status.content().contains("ready"), "{}", status.content());
        let list = ana.slash("/store list").await?.message().context("no list")?;
        ensure!(list.content().contains("**teashop** (Medusa, medium): ready"), "{}", list.content());

        // Whose store it is not does not learn that it exists.
        let theirs = bob.slash("/store status name:teashop").await?.message().context("no answer")?;
        let nobodys = bob.slash("/store status name:nothing").await?.message().context("no answer")?;
        ensure!(theirs.content().replace("teashop", "nothing") == nobodys.content(), "{}", theirs.content());
        let refused = bob.slash("/store delete name:teashop").await?.message().context("no answer")?;
        ensure!(refused.is_ephemeral());

        let deleting = delete_on_discord(&ana, "teashop").await?;
        t.until_idle().await?;
        insta::assert_snapshot!(deleting.message().context("no message")?.content(), @"**teashop** is deleted.");
        ensure!(t.cluster.namespaces().await?.is_empty());
        // The name is free again.
        let again = ana.slash("/store create name:teashop engine:woocommerce").await?;
        ensure!(again.response_type() == Some(5));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_signed_delivery_is_answered_by_a_signed_callback() {
    run_test(TestBot::default(), async |t| {
        let data = json!({ "name": "preview-7", "engine": "medusa", "callback_url": t.callbacks.url });
        let accepted = t.webhook().create("msg_1", &data).await?;
        ensure!(accepted.status() == 202);
        let accepted: Value = accepted.json().await?;
        ensure!(accepted["command"] == "create" && accepted["replayed"] == false);
        let deliveries = t.callbacks.wait(1).await?;
        t.until_idle().await?;

        let delivery = &deliveries[0];
        let headers =
            SignedHeaders { id: &delivery.id, timestamp: &delivery.timestamp, signatures: &delivery.signature };
        let now = Clock { now: jiff::Timestamp::now().as_second(), tolerance: 60 };
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")?;
        verify(&[secret.into()], headers, &delivery.body, now)?;
        let body: Value = serde_json::from_slice(&delivery.body)?;
        ensure!(body["type"] == "store.ready" && body["data"]["id"] == accepted["store_id"], "{body}");
        ensure!(body["data"] == t.store("webhook", "preview-7").await?, "the same store as the API shows");
        ensure!(body["data"].get("proof").is_none(), "no proof of an order that was not placed");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_delivery_that_comes_twice_makes_one_store() {
    run_test(TestBot::default(), async |t| {
        let body = json!({ "type": "store.create", "data": { "name": "tea", "engine": "medusa" } });
        let signed = t.webhook().sign("msg_1", &body);
        let hook = t.webhook();
        let answers = futures::future::join_all((0..10).map(|_| hook.deliver(&signed))).await;
        let mut ids = Vec::new();
        let mut replayed = 0;
        for answer in answers {
            let answer = answer?;
            ensure!(answer.status() == 202, "{}", answer.text().await?);
            let answer: Value = answer.json().await?;
            replayed += usize::from(answer["replayed"] == true);
            ids.push(answer["store_id"].clone());
        }
        ids.dedup();
        ensure!(ids.len() == 1 && replayed == 9, "{ids:?} {replayed}");
        t.until_idle().await?;
        ensure!(t.cluster.namespaces().await?.len() == 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_api_creates_shows_lists_and_deletes() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        let body = json!({ "name": "tea", "engine": "woocommerce", "title": "Tea", "ttl": "72h" });
        let made = ana.create_with_key("\"k-1\"", &body).await?;
        ensure!(made.status() == 202);
        let location = made.headers()["location"].to_str()?.to_owned();
        let etag = made.headers()["etag"].clone();
        let store: Value = made.json().await?;
        ensure!(location.ends_with(store["id"].as_str().context("no id")?), "{location}");
        ensure!(etag == "\"1\"" && store["phase"] == "queued" && store.get("url").is_none(), "{store}");
        // The same key, unquoted this time, answers the same; with another body it is a mistake.
        let again = ana.create_with_key("k-1", &body).await?;
        ensure!(again.status() == 202 && again.json::<Value>().await?["id"] == store["id"]);
        let other = json!({ "name": "coffee", "engine": "woocommerce" });
        ensure!(ana.create_with_key("k-1", &other).await?.status() == 422);

        let ready = t.until_phase("tea", "ready").await?;
        ensure!(ready["steps"].as_array().context("no steps")?.iter().all(|s| s["state"] == "done"), "{ready}");
        ensure!(ready["release"] == json!({ "revision": 1, "chart": "woocommerce-0.1.0" }), "{ready}");
        ensure!(ready["message"].as_str().context("no message")?.contains("simulated"), "{ready}");

        ana.create(&other).await?.error_for_status()?;
        let page: Value = ana.get("/v1/stores?limit=1").await?.json().await?;
        ensure!(page["items"][0]["name"] == "coffee", "{page}");
        let cursor = page["next_cursor"].as_str().context("no cursor")?;
        let page: Value = ana.get(&format!("/v1/stores?limit=1&cursor={cursor}")).await?.json().await?;
        ensure!(page["items"][0]["name"] == "tea", "{page}");
        let ready_ones: Value = ana.get("/v1/stores?engine=woocommerce&phase=ready").await?.json().await?;
        ensure!(ready_ones["items"].as_array().is_some_and(|i| !i.is_empty()));

        ensure!(t.api("bob").get("/v1/stores/tea").await?.status() == 404);
        ensure!(t.api("bob").delete("tea").await?.status() == 404);
        let nothing: Value = t.api("bob").get("/v1/stores").await?.json().await?;
        ensure!(nothing["items"] == json!([]));

        for _ in 0..2 {
            let deleted = ana.delete("tea").await?;
            ensure!(deleted.status() == 202);
            ensure!(deleted.json::<Value>().await?["id"] == store["id"]);
        }
        t.until_idle().await?;
        // Still there to be read, by id and by name, and deleting it again says the same.
        for path in [location.as_str(), "/v1/stores/tea"] {
            let gone: Value = ana.get(path).await?.json().await?;
            ensure!(gone["phase"] == "deleted" && gone["id"] == store["id"], "{gone}");
            let again = ana.send(reqwest::Method::DELETE, path, None).await?;
            ensure!(again.status() == 202 && again.json::<Value>().await?["id"] == store["id"]);
        }
        ensure!(ana.delete("never-known").await?.status() == 404);
        // A new store of that name is another store.
        let anew: Value = ana.create(&body).await?.json().await?;
        ensure!(anew["id"] != store["id"], "{anew}");
        ensure!(ana.get("/v1/stores/tea").await?.json::<Value>().await?["id"] == anew["id"]);
        t.until_idle().await?;
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_that_cannot_start_says_why_and_is_kept() {
    let bot = TestBot { simulate: Some("image-not-found"), ..TestBot::default() };
    run_test(bot, async |t| {
        let asked = t.person("ana").slash("/store create name:teashop engine:medusa").await?;
        let data = json!({ "name": "preview", "engine": "medusa", "callback_url": t.callbacks.url });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        t.until_idle().await?;
        let message = asked.message().context("no message")?.content().to_owned();
        ensure!(message.contains("**teashop** failed:") && message.contains("image"), "{message}");
        let store = t.store("watcher", "teashop").await?;
        ensure!(store["phase"] == "failed" && store["reason"] == "image-not-found", "{store}");
        let body: Value = serde_json::from_slice(&t.callbacks.wait(1).await?[0].body)?;
        ensure!(body["type"] == "store.failed", "{body}");
        // Kept for looking at, and it can be taken away.
        ensure!(t.cluster.namespaces().await?.len() == 2);
        delete_on_discord(&t.person("ana"), "teashop").await?;
        t.until_idle().await?;
        ensure!(t.cluster.namespaces().await?.len() == 1);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_store_deleted_while_it_is_made_is_gone_in_the_end() {
    let bot = TestBot { simulate: Some("slow"), ..TestBot::default() };
    run_test(bot, async |t| {
        let ana = t.person("ana");
        let making = ana.slash("/store create name:teashop engine:woocommerce").await?;
        t.until_phase("teashop", "installing").await?;
        delete_on_discord(&ana, "teashop").await?;
        t.until_idle().await?;
        let told = making.message().context("no message")?.content().to_owned();
        ensure!(told.contains("**teashop** is deleted."), "{told}");
        Ok(())
    })
    .await;
}
