//! What the document shows as an example is understood by the server, and answered as the document says.

use anyhow::{Context as _, Result, ensure};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::harness::promised::Promised;
use crate::harness::{Test, TestBot, run_test, unique};

/// Every example of a body with the path, the method and its name.
fn bodies(document: &Value) -> Vec<(String, String, String, Value)> {
    let mut found = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            let examples = operation["requestBody"]["content"]["application/json"]["examples"].as_object();
            for (name, example) in examples.into_iter().flatten() {
                found.push((path.clone(), method.clone(), name.clone(), example["value"].clone()));
            }
        }
    }
    found
}

/// A store's name is its own, and whoever is called back is here.
fn with_own_words(t: &Test, body: &mut Value) {
    own(t, body);
    if let Some(data) = body.get_mut("data") {
        own(t, data);
    }
}

fn own(t: &Test, fields: &mut Value) {
    let creates = fields.get("engine").is_some();
    if let Some(name) = fields.get_mut("name").filter(|_| creates) {
        *name = unique("shown").into();
    }
    if let Some(url) = fields.get_mut("callback_url") {
        *url = t.callbacks.url.as_str().into();
    }
}

async fn judged(answer: Response, path: &str, method: &str) -> Result<(u16, Value)> {
    let status = answer.status().as_u16();
    let media_type = answer.headers()["content-type"].to_str()?.to_owned();
    let body: Value = answer.json().await?;
    let promised = Promised::shared()?;
    let responses = ["paths", path, method, "responses", &status.to_string()].map(str::to_owned);
    let place: Vec<&str> = responses.iter().map(String::as_str).collect();
    let pointer: String = place.iter().map(|part| format!("/{}", part.replace('/', "~1"))).collect();
    let response = promised.document.pointer(&pointer).with_context(|| format!("{method} {path}: {status}: {body}"))?;
    let place = match response["$ref"].as_str() {
        Some(shared) => shared.trim_start_matches("#/").split('/').collect(),
        None => place,
    };
    promised.judge(&[&place[..], &["content", &media_type, "schema"]].concat(), &body)?;
    Ok((status, body))
}

#[tokio::test]
async fn bodies_that_the_document_shows_are_understood() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api_as("ana", "admin");
        // The source's own: it may give commands about no other.
        t.webhook().create("first", &json!({ "name": "teashop", "engine": "medusa" })).await?.error_for_status()?;
        t.until_idle().await?;
        let bodies = bodies(&Promised::shared()?.document);
        ensure!(bodies.iter().any(|(path, ..)| path == "/v1/stores"), "nothing is shown");
        for (path, method, name, mut body) in bodies {
            with_own_words(t, &mut body);
            let answer = match path.as_str() {
                "/webhooks/{source}" => {
                    let hook = t.webhook();
                    hook.deliver(&hook.sign(&unique("msg"), &body)).await?
                }
                path => ana.send(method.to_uppercase().parse::<Method>()?, path, Some(&body)).await?,
            };
            let (status, said) = judged(answer, &path, &method).await?;
            // What a store is not in a state for is understood all the same.
            let understood = matches!(status, 200 | 202) || said["type"] == "urn:storebot:problem:not-now";
            ensure!(understood, "{method} {path}, example {name}: {status} {said}");
        }
        t.until_idle().await
    })
    .await;
}

/// Every question that needs nothing but what is there, asked with the parameters that the document shows.
#[tokio::test]
async fn questions_that_the_document_shows_are_answered_as_it_says() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api_as("ana", "admin");
        ana.create(&json!({ "name": "teashop", "engine": "medusa" })).await?.error_for_status()?;
        t.until_idle().await?;
        let mut answered = 0;
        for (path, item) in Promised::shared()?.document["paths"].as_object().context("no paths")? {
            let Some(operation) = item.get("get") else { continue };
            let mut asked = path.clone();
            for parameter in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "path") {
                let (name, shown) = (parameter["name"].as_str().context("no name")?, &parameter["example"]);
                asked = asked.replace(&format!("{{{name}}}"), shown.as_str().context("no example")?);
            }
            let (status, said) = judged(ana.get(&asked).await?, path, "get").await?;
            let about_a_store = path.starts_with("/v1/stores/{store}");
            ensure!(
                status == 200 || (status == 404 && path.contains('{') && !about_a_store),
                "{asked}: {status} {said}"
            );
            answered += usize::from(status == 200);
        }
        ensure!(answered >= 10, "{answered}");
        Ok(())
    })
    .await;
}
