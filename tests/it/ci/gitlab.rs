//! Jobs of GitLab CI that extend the templates, as the example does.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::runner::{Ran, Runner, assignments};
use super::{AUDIENCE, living, parsed, token, trusted};
use crate::harness::{Issuer, Pair, Test, TestBot, run_test, secrets};

const RULE: &str = "project_id='20'\npipeline_source='merge_request_event'";

struct Lab {
    issuer: Issuer,
    key: Pair,
    project: &'static str,
}

struct Done {
    ran: Ran,
    /// What later jobs and the environment's address are made of.
    dotenv: BTreeMap<String, String>,
}

/// The example with what it includes, each job with all that it extends.
fn job(name: &str) -> Result<Value> {
    let (example, included) = (parsed("gitlab/.gitlab-ci.yml")?, parsed("gitlab/storebot.gitlab-ci.yml")?);
    let included_file = example["include"][0]["local"].as_str().context("nothing is included")?;
    ensure!(included_file == "/deploy/gitlab/storebot.gitlab-ci.yml");
    let mut whole = json!({ "variables": example["variables"] });
    let mut line = vec![name.to_owned()];
    while let Some(parent) = found(&example, &included, &line[line.len() - 1])?["extends"].as_str() {
        line.push(parent.to_owned());
    }
    for part in line.iter().rev() {
        merge(&mut whole, found(&example, &included, part)?);
    }
    Ok(whole)
}

fn found<'a>(example: &'a Value, included: &'a Value, name: &str) -> Result<&'a Value> {
    example.get(name).or_else(|| included.get(name)).with_context(|| format!("there is no job {name}"))
}

/// As GitLab merges: maps go on inside, everything else is put in place.
fn merge(whole: &mut Value, more: &Value) {
    for (name, value) in more.as_object().into_iter().flatten() {
        match whole.get_mut(name) {
            Some(there) if there.is_object() && value.is_object() => merge(there, value),
            _ => whole[name] = value.clone(),
        }
    }
}

/// Variables in a text; those of variables, too.
fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut text = text.to_owned();
    // Longest first: one name may begin like another one.
    let mut names: Vec<&String> = variables.keys().collect();
    names.sort_by_key(|name| std::cmp::Reverse(name.len()));
    for _ in 0..3 {
        for name in &names {
            text = text.replace(&format!("${name}"), &variables[*name]);
        }
    }
    text
}

impl Lab {
    async fn start(project: &'static str) -> Result<Self> {
        let key = Pair::rsa("lab", 1);
        Ok(Self { issuer: Issuer::start(key.clone()).await?, key, project })
    }

    /// Runs a job of the example as a runner does, in a pipeline, with some variables set otherwise.
    async fn run(&self, t: &Test, name: &str, pipeline: &str, other: &[(&str, &str)]) -> Result<Done> {
        let job = job(name)?;
        let mut variables: BTreeMap<String, String> = BTreeMap::new();
        for (name, value) in job["variables"].as_object().into_iter().flatten() {
            variables.insert(name.clone(), value.as_str().context("a variable is no text")?.to_owned());
        }
        let given = [
            ("STOREBOT_URL", t.url.as_str()),
            ("STOREBOT_ENGINE", "medusa"),
            ("GITLAB_CI", "true"),
            ("CI_PROJECT_ID", self.project),
            ("CI_PIPELINE_ID", pipeline),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
        ];
        variables.extend(given.iter().chain(other).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let all: BTreeMap<String, String> = variables.iter().map(|(k, v)| (k.clone(), expand(v, &variables))).collect();
        let mut all = all;
        for (name, wanted) in job["id_tokens"].as_object().context("the job asks for no token")? {
            ensure!(wanted["aud"] == "$STOREBOT_URL", "its audience is storebot's address");
            let token = token(&self.key, &self.issuer.url, AUDIENCE, &self.claims());
            secrets::note("a job's token", &token);
            all.insert(name.clone(), token);
        }
        let lines: Vec<&str> =
            job["script"].as_array().context("no script")?.iter().filter_map(Value::as_str).collect();
        let secret = all["STOREBOT_TOKEN"].clone();
        let runner = Runner::new(&[&secret])?;
        let ran = runner.run(&["sh", "-e"], &lines.join("\n"), &all).await?;
        let file = job["artifacts"]["reports"]["dotenv"].as_str().context("nothing is handed on")?;
        Ok(Done { ran, dotenv: assignments(&runner.read(file)) })
    }

    fn claims(&self) -> Value {
        json!({
            "sub": "project_path:octo/shops:ref_type:branch:ref:tea", "project_id": self.project,
            "project_path": "octo/shops", "namespace_id": "72", "namespace_path": "octo", "user_login": "ana",
            "pipeline_id": "500", "pipeline_source": "merge_request_event", "job_id": "900", "ref": "tea",
            "ref_type": "branch", "ref_protected": "false", "runner_environment": "self-hosted"
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_request_has_its_store_once_and_loses_it() -> Result<()> {
    let lab = Lab::start("20").await?;
    let extra = trusted("gitlab", &lab.issuer, RULE);
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let made = lab.run(t, "preview", "500", &[]).await?;
        ensure!(made.ran.ok, "{}", made.ran.log);
        let store = t.store("watcher", "mr-7-20").await?;
        ensure!(store["owner"] == "gitlab:20" && made.dotenv["STOREBOT_STORE_ID"] == store["id"], "{store}");
        ensure!(made.dotenv["STOREBOT_STORE_STATUS"] == "ready", "{:?}", made.dotenv);
        // What GitLab shows as the environment's address.
        let address = job("preview")?["environment"]["url"].as_str().context("no address")?.to_owned();
        ensure!(expand(&address, &made.dotenv) == store["url"], "{address}");
        for pipeline in ["500", "501"] {
            let again = lab.run(t, "preview", pipeline, &[]).await?;
            ensure!(again.ran.ok && again.dotenv == made.dotenv, "{pipeline}: {}", again.ran.log);
        }
        ensure!(living(t).await?.len() == 1, "there is a second store");
        let gone = lab.run(t, "stop_preview", "501", &[]).await?;
        ensure!(gone.ran.ok && gone.dotenv["STOREBOT_STORE_STATUS"] == "deleted", "{}", gone.ran.log);
        ensure!(living(t).await?.is_empty());
        Ok(())
    })
    .await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_project_that_is_not_let_in_is_told_so() -> Result<()> {
    let mut lab = Lab::start("20").await?;
    let extra = trusted("gitlab", &lab.issuer, RULE);
    run_test(TestBot { extra, ..TestBot::default() }, async |t| {
        let bad = lab.run(t, "preview", "500", &[("STOREBOT_TTL", "soon")]).await?;
        ensure!(!bad.ran.ok && bad.ran.log.contains("(HTTP 422"), "{}", bad.ran.log);
        lab.project = "21";
        let refused = lab.run(t, "preview", "500", &[]).await?;
        ensure!(!refused.ran.ok && refused.ran.log.contains("(HTTP 401"), "{}", refused.ran.log);
        ensure!(living(t).await?.is_empty(), "nothing was made");
        Ok(())
    })
    .await;
    Ok(())
}

/// The example's jobs belong together: the one that stops is the one that the environment names.
#[test]
fn the_environment_is_stopped_by_its_own_job() -> Result<()> {
    let (preview, stop) = (job("preview")?, job("stop_preview")?);
    ensure!(preview["environment"]["on_stop"] == "stop_preview");
    ensure!(preview["environment"]["name"] == stop["environment"]["name"] && stop["environment"]["action"] == "stop");
    ensure!(preview["rules"][0]["if"] == stop["rules"][0]["if"], "GitLab wants the same rules for both");
    Ok(())
}
