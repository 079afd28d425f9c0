//! API1 and API5: who may do what with whose, for every operation that the document names.
//!
//! What is promised is spelt out here a second time, apart from the policy's own table, so that a change of
//! either shows. An operation without a row fails the test: nobody adds one without saying whom it is for.

use anyhow::{Context as _, Result, ensure};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::{Test, TestBot, run_test};

/// For whom an operation is.
#[derive(Clone, Copy)]
enum For {
    /// Everybody with a token.
    All,
    /// Whoever has at least this role, whatever it is about.
    From(&'static str),
    /// About a store: its owner from this role on, and administrators.
    Owner(&'static str),
    /// About a store, for its owner alone.
    OwnerOnly,
    /// About a request: whoever asked from the first role on, others from the second on.
    Request(&'static str, &'static str),
    /// No bearer token: signed, or for everybody.
    Others,
}

const ROWS: [(&str, &str, For); 31] = [
    ("get", "/v1/stores", For::All),
    ("post", "/v1/stores", For::From("member")),
    ("get", "/v1/stores/{store}", For::Owner("viewer")),
    ("get", "/v1/stores/{store}/events", For::Owner("viewer")),
    ("get", "/v1/stores/{store}/pods", For::Owner("viewer")),
    ("post", "/v1/stores/{store}/credentials", For::OwnerOnly),
    ("post", "/v1/stores/{store}/verify", For::Owner("member")),
    ("post", "/v1/stores/{store}/retry", For::Owner("member")),
    ("post", "/v1/stores/{store}/upgrade", For::Owner("member")),
    ("post", "/v1/stores/{store}/undo", For::Owner("member")),
    ("post", "/v1/stores/{store}/extend", For::Owner("member")),
    ("post", "/v1/stores/{store}/sleep", For::Owner("member")),
    ("post", "/v1/stores/{store}/wake", For::Owner("member")),
    ("delete", "/v1/stores/{store}", For::Owner("member")),
    ("get", "/v1/quota", For::All),
    ("get", "/v1/overview", For::All),
    ("get", "/v1/audit", For::From("admin")),
    ("get", "/v1/cells", For::From("admin")),
    ("post", "/v1/cells/{cell}/drain", For::From("admin")),
    ("post", "/v1/cells/{cell}/undrain", For::From("admin")),
    ("get", "/v1/dead-letters", For::From("admin")),
    ("post", "/v1/dead-letters/{letter}/redrive", For::From("admin")),
    ("get", "/v1/deliveries", For::From("admin")),
    ("post", "/v1/deliveries/{delivery}/replay", For::From("admin")),
    ("get", "/v1/approvals", For::All),
    ("get", "/v1/approvals/{approval}", For::Request("viewer", "approver")),
    ("post", "/v1/approvals/{approval}/approve", For::Request("admin", "approver")),
    ("post", "/v1/approvals/{approval}/deny", For::Request("member", "approver")),
    ("post", "/webhooks/{source}", For::Others),
    ("get", "/health/live", For::Others),
    ("get", "/health/ready", For::Others),
];

const ROLES: [&str; 4] = ["viewer", "member", "approver", "admin"];

fn rank(role: &str) -> usize {
    ROLES.iter().position(|r| *r == role).unwrap_or(0)
}

/// 403 when the role never suffices, 404 when it would for something of one's own; `None`: it may.
fn refused(for_whom: For, role: &str, own: bool) -> Option<u16> {
    let at_least = |least: &str| rank(role) >= rank(least);
    match for_whom {
        For::All | For::Others => None,
        For::From(least) => (!at_least(least)).then_some(403),
        For::Owner(least) if !at_least(least) => Some(403),
        For::Owner(_) => (!own && role != "admin").then_some(404),
        For::OwnerOnly if !at_least("member") => Some(403),
        For::OwnerOnly if own => None,
        // An administrator sees the store anyway.
        For::OwnerOnly => Some(if role == "admin" { 403 } else { 404 }),
        For::Request(own_least, others_least) => {
            let least = if rank(own_least) < rank(others_least) { own_least } else { others_least };
            let needed = if own { own_least } else { others_least };
            if !at_least(least) { Some(403) } else { (!at_least(needed)).then_some(404) }
        }
    }
}

async fn documented(t: &Test) -> Result<Vec<(String, String, Value)>> {
    let document: Value = t.http.get(format!("{}/openapi.json", t.url)).send().await?.json().await?;
    let paths = document["paths"].as_object().context("no paths")?;
    let of = |(path, item): (&String, &Value)| {
        let methods = item.as_object().into_iter().flatten();
        methods.map(|(method, operation)| (method.clone(), path.clone(), operation.clone())).collect::<Vec<_>>()
    };
    Ok(paths.iter().flat_map(of).collect())
}

fn row(method: &str, path: &str) -> Result<For> {
    let found = ROWS.iter().find(|(m, p, _)| (*m, *p) == (method, path));
    Ok(found.with_context(|| format!("for whom is {method} {path}? Add it to the table"))?.2)
}

/// What the operations are about: a store of ana's and a request of hers.
struct Things {
    approval: String,
}

async fn call(t: &Test, things: &Things, who: (&str, Option<&str>), operation: (&str, &str)) -> Result<StatusCode> {
    let path = operation
        .1
        .replace("{store}", "tea")
        .replace("{cell}", &t.config.cells[0].name)
        .replace("{letter}", "1-1")
        .replace("{delivery}", "1763712000000-000001")
        .replace("{approval}", &things.approval);
    let method = Method::from_bytes(operation.0.to_uppercase().as_bytes())?;
    let mut request = t.http.request(method, format!("{}{path}", t.url));
    if let (subject, Some(role)) = who {
        request = request.bearer_auth(storebot::app::mint_token(&t.config, subject, role, "1h")?);
    }
    if operation == ("post", "/v1/stores") {
        request = request.json(&json!({ "name": "another", "engine": "medusa" }));
    }
    Ok(request.send().await?.status())
}

#[tokio::test]
async fn every_operation_is_for_whom_it_is_meant() {
    let limits = "stores_per_owner = 1\ncreations_per_hour = 1000\nrequests = 100000\naddress_per_second = 100000\n";
    run_test(TestBot { limits: Some(limits.to_owned()), ..TestBot::default() }, async |t| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let ready = t.until_phase("tea", "ready").await?;
        t.until_idle().await?;
        let asked: Value = t.api("ana").create(&json!({ "name": "two", "engine": "medusa" })).await?.json().await?;
        let approval = asked["approval"]["id"].as_str().context("nobody was asked")?.to_owned();
        let things = Things { approval };

        let mut allowed = Vec::new();
        for (method, path, operation) in documented(t).await? {
            let (for_whom, operation_id) = (row(&method, &path)?, operation["operationId"].clone());
            let needs_token = !matches!(for_whom, For::Others);
            let says_so = operation["security"].to_string().contains("bearer");
            ensure!(needs_token == says_so, "{operation_id}: the document says otherwise");
            if !needs_token {
                continue;
            }
            let stranger = call(t, &things, ("nobody", None), (&method, &path)).await?;
            ensure!(stranger == 401, "{operation_id} without a token: {stranger}");
            for (subject, role) in ROLES.iter().flat_map(|role| [("ana", *role), ("ben", *role)]) {
                match refused(for_whom, role, subject == "ana") {
                    Some(status) => {
                        let found = call(t, &things, (subject, Some(role)), (&method, &path)).await?;
                        ensure!(found == status, "{operation_id} by {subject} as {role}: {found}, not {status}");
                    }
                    None => allowed.push((operation_id.clone(), subject, role, method.clone(), path.clone())),
                }
            }
        }
        let after: Value = t.store("ana", "tea").await?;
        ensure!(after == ready, "what was refused has changed something: {after}");

        // Those that change most come last.
        allowed.sort_by_key(|(_, _, _, method, path)| (method == "delete", path.contains("/deny"), method != "get"));
        for (operation_id, subject, role, method, path) in allowed {
            let found = call(t, &things, (subject, Some(role)), (&method, &path)).await?;
            // A letter or a delivery that is not there is told only to those who might know of it.
            let no_letter = (path.contains("letter}") || path.contains("delivery}")) && found == 404;
            ensure!(
                no_letter || !matches!(found.as_u16(), 401 | 403 | 404 | 500..),
                "{operation_id} by {subject} as {role}: {found}"
            );
        }
        Ok(())
    })
    .await;
}

/// What is told of somebody else's store and of one that never was differs in nothing but the name.
#[tokio::test]
async fn nobody_learns_that_somebody_elses_store_exists() {
    run_test(TestBot::default(), async |t| {
        t.api("ana").create(&json!({ "name": "tea-of-ana", "engine": "medusa" })).await?.error_for_status()?;
        let id = t.until_phase("tea-of-ana", "ready").await?["id"].as_str().context("no id")?.to_owned();
        let ben = t.api("ben");
        for path in [
            "",
            "/events",
            "/pods",
            "/verify",
            "/retry",
            "/upgrade",
            "/undo",
            "/extend",
            "/sleep",
            "/wake",
            "/credentials",
        ] {
            let method = if matches!(path, "" | "/events" | "/pods") { Method::GET } else { Method::POST };
            let mut told = Vec::new();
            for store in ["tea-of-ana", id.as_str(), "tea-of-eve", "700000000000"] {
                let answer = ben.send(method.clone(), &format!("/v1/stores/{store}{path}"), None).await?;
                let (status, headers) = (answer.status(), answer.headers().clone());
                let mut names: Vec<String> = headers.keys().map(ToString::to_string).collect();
                names.sort();
                let text = answer.text().await?.replace(store, "*");
                let text = text.replace(headers["x-request-id"].to_str()?, "*");
                told.push((status, names, text));
            }
            told.dedup();
            ensure!(told.len() == 1 && told[0].0 == 404, "{path}: {told:?}");
        }
        for text in ["status", "delete", "verify", "retry", "upgrade", "login"] {
            let mut told = Vec::new();
            for store in ["tea-of-ana", "tea-of-eve"] {
                let message = t.person("ben").slash(&format!("/store {text} name:{store}")).await?.message();
                told.push(message.context("no answer")?.content().replace(store, "*"));
            }
            ensure!(told[0] == told[1], "{told:?}");
        }
        Ok(())
    })
    .await;
}
