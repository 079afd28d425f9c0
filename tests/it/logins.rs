//! A new login for a shop's administrator: shown once, to its owner alone, and kept nowhere.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use storebot::app::{App, Role};

use crate::harness::environment::PATIENCE;
use crate::harness::secrets;
use crate::harness::{Ending, Nodes, Test, TestBot, run_test};

fn real() -> TestBot {
    TestBot { nodes: Nodes::ByHand, ..TestBot::default() }
}

/// Nothing of a login is left: no Job, no Secret, no word in Redis.
async fn nothing_left(t: &Test, store: &Value, password: &str) -> Result<()> {
    let namespace = store["namespace"].as_str().context("no namespace")?;
    t.cluster.until_gone(namespace, "login").await?;
    ensure!(t.cluster.secrets(namespace).await?.iter().all(|s| s != "store-login"));
    ensure!(!t.redis_dump().await?.contains(password), "the password is in Redis");
    Ok(())
}

#[tokio::test]
async fn an_owner_gets_a_login_that_is_nowhere_else() {
    run_test(real(), async |t| {
        let _hands = t.hands();
        let ana = t.api("ana");
        for (name, engine, user, path) in
            [("tea", "woocommerce", "owner", "/wp-admin/"), ("coffee", "medusa", "owner@coffee.example", "/app")]
        {
            ana.create(&json!({ "name": name, "engine": engine })).await?.error_for_status()?;
            t.until_idle().await?;
            let before = t.store("ana", name).await?;
            let mut passwords = Vec::new();
            for _ in 0..2 {
                let answer = ana.ask("credentials", name).await?;
                ensure!(answer.status() == 200, "{}", answer.text().await?);
                ensure!(answer.headers()["cache-control"] == "no-store");
                let login: Value = answer.json().await?;
                ensure!(
                    login["username"] == user && login["url"].as_str().is_some_and(|u| u.ends_with(path)),
                    "{login}"
                );
                let password = login["password"].as_str().context("no password")?;
                secrets::note("a login's password", password);
                passwords.push(password.to_owned());
            }
            ensure!(passwords[0] != passwords[1] && passwords[0].len() == 32);
            t.until_idle().await?;
            ensure!(t.store("ana", name).await? == before, "the store itself has not changed");
            nothing_left(t, &before, &passwords[1]).await?;
        }
        let events = t.redis_dump().await?;
        ensure!(events.matches("credentials-asked").count() == 8, "each one is told and logged");
        ensure!(events.matches("credentials-changed").count() == 8);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn discord_shows_a_login_to_its_owner_alone() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let (ana, bob) = (t.person("ana"), t.person("bob"));
        ana.slash("/store create name:tea engine:woocommerce").await?;
        t.until_idle().await?;
        let asked = ana.slash("/store login name:tea").await?;
        ensure!(asked.response_type() == Some(5));
        let message = asked.wait_message(|m| m.content().contains("Password"), PATIENCE).await?;
        ensure!(message.is_ephemeral() && message.content().contains("User: `owner`"), "{}", message.content());
        ensure!(bob.sees().iter().all(|m| !m.content().contains("Password")), "nobody else sees it");
        let password = message.content().split("||`").nth(1).and_then(|t| t.split('`').next()).context("none")?;
        secrets::note("a login's password", password);
        nothing_left(t, &t.store("x", "tea").await?, password).await?;

        let strangers = bob.slash("/store login name:tea").await?.message().context("no answer")?;
        ensure!(strangers.is_ephemeral() && strangers.content().contains("no such store"), "{}", strangers.content());
        hands.ends("login", Ending::badly("user owner was renamed"));
        let asked = ana.slash("/store login name:tea").await?;
        let message = asked.wait_message(|m| m.content().contains("renamed"), PATIENCE).await?;
        ensure!(message.is_ephemeral() && !message.content().contains("Password"), "{}", message.content());
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_login_is_refused_where_it_cannot_be_had() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let early: Value = ana.ask("credentials", "tea").await?.json().await?;
        ensure!(early["type"] == "urn:storebot:problem:not-now", "{early}");
        t.until_idle().await?;
        let simulated = ana.ask("credentials", "tea").await?;
        ensure!(simulated.status() == 409 && simulated.text().await?.contains("simulated"));
        ensure!(t.api("bob").ask("credentials", "tea").await?.status() == 404);
        let admin = t.api_as("root", "admin").ask("credentials", "tea").await?;
        ensure!(admin.status() == 403 && admin.text().await?.contains("owner-only"), "not even an administrator");
        ensure!(t.api_as("ana", "viewer").ask("credentials", "tea").await?.status() == 403);
        ensure!(!t.redis_dump().await?.contains("credentials-asked"), "nothing was asked of anybody");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_login_that_does_not_work_out_says_why() {
    run_test(real(), async |t| {
        let hands = t.hands();
        let ana = t.api("ana");
        ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_idle().await?;
        hands.ends("login", Ending::badly("there is no user owner@tea.example"));
        let failed = ana.ask("credentials", "tea").await?;
        ensure!(failed.status() == 502);
        let failed: Value = failed.json().await?;
        ensure!(failed["detail"].as_str().is_some_and(|d| d.contains("no user")), "{failed}");
        ensure!(failed.get("password").is_none());
        t.until_idle().await?;
        // The store stands as it stood, and it can be tried again.
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        hands.ends("login", Ending::well(""));
        ensure!(ana.ask("credentials", "tea").await?.status() == 200);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_login_outlives_the_worker_that_began_it() {
    let worker = "lease = '5s'\nbackoff = '100ms'\nsweep = '500ms'\ndrain = '100ms'\n".to_owned();
    run_test(TestBot { not_started: true, worker: Some(worker), ..real() }, async |t| {
        let hands = t.hands();
        let doors = App::start(t.config.clone(), Role::Serve).await?;
        let first = App::start(t.config.clone(), Role::Work).await?;
        t.reach(&format!("http://{}", doors.public_address().context("no listener")?)).await?;
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        t.until_idle().await?;
        let store = t.store("ana", "tea").await?;
        let namespace = store["namespace"].as_str().context("no namespace")?;

        hands.withhold("login");
        let api = t.api("ana");
        let asking = api.ask("credentials", "tea");
        let meanwhile = async {
            t.cluster.until_there(namespace, "login-1-").await?;
            let begun = t.cluster.jobs(namespace).await?;
            first.stop().await?;
            let second = App::start(t.config.clone(), Role::Work).await?;
            ensure!(t.cluster.jobs(namespace).await? == begun, "it goes on where the first one was");
            hands.ends("login", Ending::well(""));
            Ok(second)
        };
        let (answer, second) = tokio::join!(asking, meanwhile);
        let (answer, second) = (answer?, second?);
        ensure!(answer.status() == 200, "{}", answer.text().await?);
        t.until_idle().await?;
        second.stop().await?;
        doors.stop().await
    })
    .await;
}
