//! Where stores go while both clusters answer.

use std::collections::BTreeMap;

use anyhow::{Result, ensure};
use k8s_openapi::api::core::v1::Namespace;
use kube::Api;
use serde_json::json;

use super::plane::Far;
use super::{Cells, cell_of, create, look, refused};
use crate::harness::try_test;

pub(super) async fn stores_are_spread_evenly(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    // The same share of each: twice as many where there is twice the room.
    let bot = cells.bot("[cells.capacity]\nstores = 4", "[cells.capacity]\nstores = 8");
    try_test(bot, async |t| {
        let near = t.config.cells[0].name.clone();
        let mut count = BTreeMap::<String, usize>::new();
        for number in 0..6 {
            *count.entry(cell_of(&create(t, &format!("tea{number}"), None).await?)?.to_owned()).or_default() += 1;
        }
        ensure!(count[&near] == 2 && count[&cells.name] == 4, "{count:?}");
        t.until_idle().await?;
        for number in 0..6 {
            let store = t.until_phase(&format!("tea{number}"), "ready").await?;
            let namespace = store["namespace"].as_str().unwrap_or_default();
            let there = Api::<Namespace>::all(far.client.clone()).get_opt(namespace).await?.is_some();
            ensure!(there == (cell_of(&store)? == cells.name), "{namespace}: {store}");
            ensure!(
                store["url"]
                    .as_str()
                    .is_some_and(|url| url.ends_with(&format!("{}.localhost", cell_of(&store).unwrap())))
            );
        }
        let (of_near, of_far) = (look(t, &near).await?, look(t, &cells.name).await?);
        ensure!(of_near["room"]["stores"] == json!({ "used": 2, "limit": 4 }), "{of_near}");
        ensure!(of_far["room"]["stores"] == json!({ "used": 4, "limit": 8 }), "{of_far}");
        ensure!(of_far["phases"] == json!([{ "phase": "ready", "stores": 4 }]) && of_far["health"] == "up", "{of_far}");
        // Asked for by name, whatever is free elsewhere.
        ensure!(cell_of(&create(t, "tea6", Some(&near)).await?)? == near);
        let (status, kind, problem) = refused(t, &json!({ "name": "x", "engine": "medusa", "cell": "mars" })).await?;
        ensure!((status, kind.as_str()) == (422, "unknown-value"), "{problem}");
        t.until_idle().await
    })
    .await
}

pub(super) async fn a_cell_may_be_for_those_who_ask_for_it(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    try_test(cells.bot("", "by_name = true"), async |t| {
        let near = t.config.cells[0].name.clone();
        for name in ["tea", "coffee"] {
            ensure!(cell_of(&create(t, name, None).await?)? == near);
        }
        ensure!(cell_of(&create(t, "cocoa", Some(&cells.name)).await?)? == cells.name);
        t.until_idle().await
    })
    .await
}

pub(super) async fn a_full_cell_is_passed_over(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    let bot = cells.bot("[cells.capacity]\nstores = 1", "[cells.capacity]\nstores = 2");
    try_test(bot, async |t| {
        let near = t.config.cells[0].name.clone();
        let tea = json!({ "name": "tea", "engine": "medusa", "cell": near });
        let first: serde_json::Value =
            t.api("ana").create_with_key("k1", &tea).await?.error_for_status()?.json().await?;
        for name in ["coffee", "cocoa"] {
            ensure!(cell_of(&create(t, name, None).await?)? == cells.name);
        }
        let (status, kind, problem) = refused(t, &json!({ "name": "milk", "engine": "medusa" })).await?;
        ensure!((status, kind.as_str()) == (507, "no-room") && problem["cell"].is_null(), "{problem}");
        let (status, kind, problem) = refused(t, &json!({ "name": "milk", "engine": "medusa", "cell": near })).await?;
        ensure!((status, kind.as_str()) == (507, "no-room") && problem["cell"] == near, "{problem}");
        // What was admitted is answered again, wherever it would go today; and another body under its key is not.
        let again = t.api("ana").create_with_key("k1", &tea).await?;
        ensure!(again.status() == 202);
        let again: serde_json::Value = again.json().await?;
        ensure!(again["id"] == first["id"] && cell_of(&again)? == near, "{again}");
        let other = t.api("ana").create_with_key("k1", &json!({ "name": "milk", "engine": "medusa" })).await?;
        ensure!(other.status() == 422, "{}", other.status());
        t.until_idle().await?;
        // Room is made by people.
        t.api("ana").delete("cocoa").await?.error_for_status()?;
        t.until_idle().await?;
        ensure!(cell_of(&create(t, "milk", None).await?)? == cells.name);
        t.until_idle().await
    })
    .await
}

pub(super) async fn a_cell_takes_what_it_is_for(far: &Far) -> Result<()> {
    let cells = Cells::new(far);
    let bot = cells.bot("plans = ['small']\nengines = ['medusa']", "plans = ['medium']");
    try_test(bot, async |t| {
        let near = t.config.cells[0].name.clone();
        let ask =
            |plan: &str, engine: &str| json!({ "name": format!("{plan}-{engine}"), "engine": engine, "plan": plan });
        for (plan, engine, cell) in
            [("small", "medusa", &near), ("medium", "medusa", &cells.name), ("medium", "woocommerce", &cells.name)]
        {
            let made: serde_json::Value =
                t.api("ana").create(&ask(plan, engine)).await?.error_for_status()?.json().await?;
            ensure!(cell_of(&made)? == cell, "{made}");
        }
        for (body, reason) in [
            (ask("large", "medusa"), "plan"),
            (ask("small", "woocommerce"), "plan"),
            (json!({ "name": "x", "engine": "medusa", "plan": "medium", "cell": near }), "plan"),
            (json!({ "name": "x", "engine": "woocommerce", "plan": "small", "cell": near }), "engine"),
        ] {
            let (status, kind, problem) = refused(t, &body).await?;
            ensure!((status, kind.as_str()) == (422, "cell-unfit") && problem["reason"] == reason, "{body}: {problem}");
        }
        t.until_idle().await
    })
    .await
}
