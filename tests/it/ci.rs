//! Jobs of GitHub Actions and GitLab CI as their runners would run them: the very steps of
//! `deploy/github-action/action.yml` and of `deploy/gitlab`, with the variables and the tokens that a runner gives
//! them, against a running storebot.

mod github;
mod gitlab;
mod runner;

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::harness::{Issuer, Pair, Test};

/// What storebot's configuration says its tokens are for.
const AUDIENCE: &str = "https://storebot.example.com";

fn read(file: &str) -> Result<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy").join(file);
    std::fs::read_to_string(&path).with_context(|| format!("{}", path.display()))
}

fn parsed(file: &str) -> Result<Value> {
    Ok(serde_saphyr::from_str(&read(file)?)?)
}

/// An issuer that storebot trusts for one project, as its configuration says it.
fn trusted(kind: &str, issuer: &Issuer, rule: &str) -> String {
    format!(
        "[[auth.issuers]]\nname='{kind}'\nkind='{kind}'\nissuer='{}'\naudience='{AUDIENCE}'\n\
         [[auth.issuers.allow]]\n{rule}\n",
        issuer.url
    )
}

/// What every token says of itself, from now on for five minutes, with what its job says of itself.
fn token(key: &Pair, iss: &str, audience: &str, job: &Value) -> String {
    let now = Timestamp::now().as_second();
    let mut claims = json!({
        "iss": iss, "aud": audience, "jti": crate::harness::unique("jti"), "iat": now, "nbf": now - 5,
        "exp": now + 300
    });
    for (name, value) in job.as_object().into_iter().flatten() {
        claims[name] = value.clone();
    }
    key.sign(&claims)
}

/// The living stores, as an administrator sees them.
async fn living(t: &Test) -> Result<Vec<Value>> {
    let list: Value = t.api_as("watcher", "admin").get("/v1/stores").await?.error_for_status()?.json().await?;
    let all = list["items"].as_array().context("no list")?;
    Ok(all.iter().filter(|store| store["phase"] != "deleted").cloned().collect())
}

/// GitLab cannot include a script's file, so it stands in the template; both have to be the same.
#[test]
fn both_run_the_same_script() -> Result<()> {
    let template = parsed("gitlab/storebot.gitlab-ci.yml")?;
    let script = template[".storebot"]["script"][0].as_str().context("no script")?;
    ensure!(script == read("github-action/storebot.sh")?, "deploy/gitlab differs: deploy/gitlab/embed.sh");
    Ok(())
}
