//! What a shop shall be: its title, its money, its country, its size.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::harness::{Test, TestBot, run_test};

/// What the setup Job is told.
async fn told(t: &Test, name: &str, variable: &str) -> Result<String> {
    let store = t.store("watcher", name).await?;
    let namespace = store["namespace"].as_str().context("no namespace")?;
    t.cluster.job_variable(namespace, "setup-1", variable).await?.with_context(|| format!("{variable} is not told"))
}

#[tokio::test]
async fn a_title_reaches_the_shop_exactly_as_typed() {
    let titles = [
        r#""Ana's" <b>Tea</b> & 'Co'"#,
        "$(DATABASE_PASSWORD) `id` ${HOME} $$ %s \\n \\",
        "**@everyone** <@1> [x](http://y) ||z|| ~~a~~ # _b_",
        "{{ .Values.store.id }} - : [a, b] {c: d} # e",
        "茶 👩\u{200d}🍳 ☕\u{fe0f} שלום",
        "null",
        &"x".repeat(80),
    ];
    run_test(TestBot::default(), async |t| {
        for (index, title) in titles.iter().enumerate() {
            let name = format!("tea-{index}");
            let body = json!({ "name": name, "engine": "woocommerce", "title": title });
            t.api("ana").create(&body).await?.error_for_status()?;
        }
        t.until_idle().await?;
        for (index, title) in titles.iter().enumerate() {
            let name = format!("tea-{index}");
            let store = t.store("ana", &name).await?;
            ensure!(store["phase"] == "ready" && store["title"] == *title, "{store}");
            // Kubernetes turns two dollars into one.
            ensure!(told(t, &name, "STORE_TITLE").await?.replace("$$", "$") == *title, "{title}");
        }
        let ana = t.person("ana");
        let typed = "**@everyone** <@1> ||z||";
        ana.slash(&format!("/store create name:coffee engine:medusa title:\"{typed}\"")).await?;
        t.until_idle().await?;
        let status = ana.slash("/store status name:coffee").await?.message().context("no status")?;
        ensure!(status.content().contains(r"Title: \*\*\@everyone\*\* \<\@1\> \|\|z\|\|"), "{}", status.content());
        for bad in ["a\nb", "a\u{0}b", "a\u{2028}b", "  ", "\u{1b}[31m"] {
            let body = json!({ "name": "bad", "engine": "medusa", "title": bad });
            ensure!(t.api("ana").create(&body).await?.status() == 422, "{bad:?}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_shop_sells_in_the_money_and_from_the_country_that_was_asked_for() {
    let bot = TestBot { extra: "[shop]\ncurrency = 'SEK'\n".to_owned(), ..TestBot::default() };
    run_test(bot, async |t| {
        let asked = json!({ "name": "tea", "engine": "medusa", "currency": "usd", "country": "us" });
        let made: Value = t.api("ana").create(&asked).await?.json().await?;
        ensure!(made["currency"] == "USD" && made["country"] == "US", "{made}");
        let data = json!({ "name": "preview", "engine": "woocommerce", "country": "SE" });
        t.webhook().create("msg_1", &data).await?.error_for_status()?;
        t.person("ana").slash("/store create name:coffee engine:medusa currency:JPY country:JP").await?;
        t.until_idle().await?;
        for (name, currency, country) in [("tea", "USD", "US"), ("preview", "SEK", "SE"), ("coffee", "JPY", "JP")] {
            ensure!(told(t, name, "STORE_CURRENCY").await? == currency, "{name}");
            ensure!(told(t, name, "STORE_COUNTRY").await? == country, "{name}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_can_be_known_to_fail_is_refused_before_anything_is_made() {
    let bot = TestBot { extra: "[engines.medusa]\nsmallest_plan = 'medium'\n".to_owned(), ..TestBot::default() };
    run_test(bot, async |t| {
        let ana = t.api("ana");
        for (field, value, said) in [
            ("currency", "BTC", "ISO 4217"),
            ("currency", "XXX", "money that a shop can take"),
            ("currency", "XAU", "money that a shop can take"),
            ("currency", "HRK", "take EUR"),
            ("country", "UK", "ISO 3166-1"),
            ("country", "DEU", "ISO 3166-1"),
        ] {
            let mut body = json!({ "name": "tea", "engine": "woocommerce" });
            body[field] = value.into();
            let refused = ana.create(&body).await?;
            ensure!(refused.status() == 422);
            let refused: Value = refused.json().await?;
            ensure!(refused["field"] == field, "{refused}");
            ensure!(refused["detail"].as_str().is_some_and(|d| d.contains(said)), "{refused}");
        }
        let fiji = json!({ "name": "tea", "engine": "medusa", "plan": "medium", "currency": "FJD" });
        let refused: Value = ana.create(&fiji).await?.json().await?;
        ensure!(refused["detail"].as_str().is_some_and(|d| d.contains("Medusa can sell in")), "{refused}");
        let small: Value = ana.create(&json!({ "name": "tea", "engine": "medusa" })).await?.json().await?;
        ensure!(small["type"] == "urn:storebot:problem:plan-too-small" && small["smallest"] == "medium", "{small}");
        let told = t.person("bob").slash("/store create name:tea engine:medusa plan:small").await?;
        let told = told.message().context("no answer")?;
        ensure!(told.is_ephemeral() && told.content().contains("Take medium or large"), "{}", told.content());
        ensure!(t.ledger.page(None, None, 10).await?.items.is_empty());
        ana.create(&json!({ "name": "tea", "engine": "medusa", "plan": "medium" })).await?.error_for_status()?;
        Ok(())
    })
    .await;
}
