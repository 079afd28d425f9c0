//! API2: who is not who they say they are gets nothing, and learns nothing of why.

use anyhow::ensure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::harness::{TestBot, run_test};

fn part(value: &Value) -> String {
    URL_SAFE_NO_PAD.encode(value.to_string())
}

#[tokio::test]
async fn a_token_that_is_not_ours_is_nobodys() {
    run_test(TestBot::default(), async |t| {
        let good = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
        let parts: Vec<&str> = good.split('.').collect();
        let (head, claims, tag) = (parts[0], parts[1], parts[2]);
        let decoded: Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims)?)?;
        let with = |name: &str, value: Value| {
            let mut changed = decoded.clone();
            changed[name] = value;
            format!("{head}.{}.{tag}", part(&changed))
        };
        let headed = |head: &Value| format!("{}.{claims}.{tag}", part(head));
        let bad = [
            String::new(),
            "null".to_owned(),
            "..".to_owned(),
            format!("{head}.{claims}."),
            format!("{head}.{claims}"),
            format!("{head}.{claims}.{tag}.{tag}"),
            format!("{}.{claims}.", part(&json!({ "alg": "none", "kid": "test" }))),
            headed(&json!({ "alg": "none", "kid": "test" })),
            headed(&json!({ "alg": "HS512", "kid": "test" })),
            headed(&json!({ "alg": "RS256", "kid": "test" })),
            headed(&json!({ "alg": "HS256" })),
            headed(&json!({ "alg": "HS256", "kid": "../../dev/null" })),
            headed(&json!({ "alg": "HS256", "kid": "' OR 1=1 --" })),
            headed(&json!({ "alg": "HS256", "kid": "test", "jwk": { "kty": "oct", "k": "AA" } })),
            headed(&json!({ "alg": "HS256", "kid": "test", "jku": "http://127.0.0.1:1/keys" })),
            headed(&json!({ "alg": "HS256", "kid": "test", "crit": ["exp"] })),
            with("role", json!("admin")),
            with("sub", json!("root")),
            with("exp", json!(99_999_999_999_i64)),
            "a".repeat(20_000),
        ];
        let url = format!("{}/v1/stores", t.url);
        let mut told = Vec::new();
        for token in &bad {
            let answer = t.http.get(&url).header("authorization", format!("Bearer {token}")).send().await?;
            ensure!(matches!(answer.status().as_u16(), 401 | 431), "{token}: {}", answer.status());
            if answer.status() == 401 {
                let mut body: Value = answer.json().await?;
                body["request_id"] = Value::Null;
                told.push(body);
            }
        }
        told.dedup();
        ensure!(told.len() == 1, "an answer tells of the reason: {told:?}");
        let twice = t.http.get(&url).bearer_auth(&good).bearer_auth(&good).send().await?;
        ensure!(twice.status() == 401, "two tokens are nobody's honest request: {}", twice.status());
        ensure!(t.http.get(&url).query(&[("access_token", &good)]).send().await?.status() == 401, "not in the address");
        ensure!(t.http.get(&url).basic_auth("ana", Some(&good)).send().await?.status() == 401);
        ensure!(t.http.get(&url).bearer_auth(&good).send().await?.status() == 200);
        Ok(())
    })
    .await;
}
