//! Jobs of GitHub Actions that use the action.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context as _, Result, ensure};
use poem::listener::TcpAcceptor;
use poem::web::{Data, Query};
use poem::{EndpointExt as _, Request, Response, Route, Server, get, handler};
use serde_json::{Value, json};

use super::runner::{Ran, Runner, assignments};
use super::{AUDIENCE, living, parsed, token, trusted};
use crate::harness::{Issuer, Pair, Test, TestBot, run_test, unique};

/// What the runner gives a job to ask for its token with.
const REQUEST_TOKEN: &str = "runner-request-token-4711";
const RULE: &str = "repository_id='74'\nevent_name='pull_request'";

/// GitHub, as far as a job needs it: it says who the job is.
struct Hub {
    issuer: Issuer,
    key: Pair,
    address: String,
    server: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Drop for Hub {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Makes the token of a job for an audience.
type Mint = Arc<dyn Fn(&str) -> String + Send + Sync>;

#[derive(serde::Deserialize)]
struct Asked {
    audience: String,
    #[serde(rename = "api-version")]
    version: String,
}

#[handler]
fn give(request: &Request, Query(asked): Query<Asked>, Data(mint): Data<&Mint>) -> Response {
    let known = request.header("authorization") == Some(&format!("bearer {REQUEST_TOKEN}"));
    if !known || asked.version != "2.0" {
        return poem::http::StatusCode::UNAUTHORIZED.into();
    }
    let body = json!({ "value": mint(&asked.audience), "count": 1 });
    Response::builder().content_type("application/json; charset=utf-8").body(body.to_string())
}

impl Hub {
    async fn start() -> Result<Self> {
        let key = Pair::rsa("hub", 0);
        let issuer = Issuer::start(key.clone()).await?;
        Ok(Self { issuer, key, address: String::new(), server: tokio::spawn(async { Ok(()) }) })
    }

    /// From now on its jobs are of this repository.
    async fn serve(&mut self, repository_id: &str) -> Result<()> {
        let job = json!({
            "sub": "repo:octo/shops:pull_request", "repository": "octo/shops", "repository_id": repository_id,
            "repository_owner": "octo", "repository_owner_id": "65", "repository_visibility": "private",
            "ref": "refs/pull/7/merge", "ref_type": "branch", "event_name": "pull_request", "actor": "ana",
            "run_id": "9001", "run_attempt": "1", "runner_environment": "github-hosted",
            "job_workflow_ref": "octo/shops/.github/workflows/preview.yml@refs/pull/7/merge"
        });
        let (key, iss) = (self.key.clone(), self.issuer.url.clone());
        let mint: Mint = Arc::new(move |audience| token(&key, &iss, audience, &job));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
        self.address = format!("http://{}/token?api-version=2.0", listener.local_addr()?);
        let routes = Route::new().at("/token", get(give)).data(mint);
        self.server.abort();
        self.server = tokio::spawn(Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?).run(routes));
        Ok(())
    }
}

/// One use of the action in a workflow.
struct Use<'a> {
    hub: &'a Hub,
    run: &'a str,
    attempt: &'a str,
    with: BTreeMap<String, String>,
}

struct Done {
    ran: Ran,
    outputs: BTreeMap<String, String>,
    summary: String,
}

impl Done {
    fn output(&self, name: &str) -> &str {
        self.outputs.get(name).map_or("", String::as_str)
    }
}

impl<'a> Use<'a> {
    fn new(t: &Test, hub: &'a Hub, with: &[(&str, &str)]) -> Self {
        let given = [("url", t.url.as_str()), ("audience", AUDIENCE), ("engine", "medusa"), ("timeout", "60")];
        let with = given.iter().chain(with).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Self { hub, run: "9001", attempt: "1", with }
    }

    /// Runs the action's steps as a runner does.
    async fn go(&self) -> Result<Done> {
        let action = parsed("github-action/action.yml")?;
        let mut inputs = BTreeMap::new();
        for (name, input) in action["inputs"].as_object().context("no inputs")? {
            let given = self.with.get(name).cloned();
            let default = input.get("default").map(|default| default.as_str().unwrap_or_default().to_owned());
            let missing = input["required"] == true && given.is_none();
            ensure!(!missing, "{name} is required");
            inputs.insert(name.clone(), given.or(default).unwrap_or_default());
        }
        ensure!(self.with.keys().all(|name| inputs.contains_key(name)), "the action has no such input");
        let runner = Runner::new(&[REQUEST_TOKEN])?;
        let mut context: BTreeMap<String, String> =
            inputs.into_iter().map(|(name, value)| (format!("inputs.{name}"), value)).collect();
        context.insert("github.repository_id".to_owned(), "74".to_owned());
        context.insert("github.run_id".to_owned(), self.run.to_owned());
        ensure!(action["runs"]["using"] == "composite");
        let mut last = Ran { ok: true, log: String::new() };
        for step in action["runs"]["steps"].as_array().context("no steps")? {
            last = self.step(step, &runner, &mut context).await?;
            if !last.ok {
                break;
            }
        }
        let outputs = action["outputs"].as_object().context("no outputs")?.iter();
        let outputs = outputs.map(|(name, output)| (name.clone(), expand(&output["value"], &context)));
        Ok(Done { ran: last, outputs: outputs.collect(), summary: runner.read("summary") })
    }

    async fn step(&self, step: &Value, runner: &Runner, context: &mut BTreeMap<String, String>) -> Result<Ran> {
        ensure!(step["shell"] == "bash", "only bash is played");
        let mut variables = self.variables(runner);
        for (name, value) in step["env"].as_object().into_iter().flatten() {
            variables.insert(name.clone(), expand(value, context));
        }
        let bash = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail"];
        let ran = runner.run(&bash, &expand(&step["run"], context), &variables).await?;
        let id = step["id"].as_str().unwrap_or("none");
        let said = assignments(&runner.read("output")).into_iter();
        context.extend(said.map(|(name, value)| (format!("steps.{id}.outputs.{name}"), value)));
        Ok(ran)
    }

    fn variables(&self, runner: &Runner) -> BTreeMap<String, String> {
        let file = |name: &str| runner.file(name).display().to_string();
        let action = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/github-action").to_owned();
        let all = [
            ("GITHUB_ACTIONS", "true".to_owned()),
            ("GITHUB_ACTION_PATH", action),
            ("GITHUB_REPOSITORY", "octo/shops".to_owned()),
            ("GITHUB_REPOSITORY_ID", "74".to_owned()),
            ("GITHUB_RUN_ID", self.run.to_owned()),
            ("GITHUB_RUN_ATTEMPT", self.attempt.to_owned()),
            ("GITHUB_OUTPUT", file("output")),
            ("GITHUB_STEP_SUMMARY", file("summary")),
            ("ACTIONS_ID_TOKEN_REQUEST_URL", self.hub.address.clone()),
            ("ACTIONS_ID_TOKEN_REQUEST_TOKEN", REQUEST_TOKEN.to_owned()),
        ];
        // A job without the permission is given no address to ask at.
        let all = all
            .into_iter()
            .filter(|(name, value)| !(name.starts_with("ACTIONS_") && self.hub.address.is_empty() || value.is_empty()));
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// GitHub's expressions, as far as the action uses them: names and `||`.
fn expand(text: &Value, context: &BTreeMap<String, String>) -> String {
    let mut rest = text.as_str().unwrap_or_default();
    let mut whole = String::new();
    while let Some((before, after)) = rest.split_once("${{") {
        let (expression, behind) = after.split_once("}}").unwrap_or((after, ""));
        let mut values = expression.split("||").map(|name| context.get(name.trim()).cloned().unwrap_or_default());
        whole += before;
        whole += &values.find(|value| !value.is_empty()).unwrap_or_default();
        rest = behind;
    }
    whole + rest
}

async fn with_hub(
    bot: TestBot,
    repository: &str,
    test: impl AsyncFnOnce(&mut Test, &mut Hub) -> Result<()>,
) -> Result<()> {
    let mut hub = Hub::start().await?;
    hub.serve(repository).await?;
    let extra = trusted("github", &hub.issuer, RULE);
    run_test(TestBot { extra, ..bot }, async |t| test(t, &mut hub).await).await;
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pull_request_has_its_store_once_and_loses_it() -> Result<()> {
    with_hub(TestBot::default(), "74", async |t, hub| {
        let name = unique("pr");
        let preview = Use::new(t, hub, &[("name", &name), ("title", "The \"7th\" shop\\"), ("plan", "medium")]);
        let made = preview.go().await?;
        ensure!(made.ran.ok, "{}", made.ran.log);
        let store = t.store("watcher", &name).await?;
        ensure!(store["owner"] == "github:74" && store["title"] == "The \"7th\" shop\\" && store["plan"] == "medium");
        ensure!(store["expires_at"].is_string(), "it ends by itself: {store}");
        ensure!(made.output("status") == "ready" && made.output("url") == store["url"], "{:?}", made.outputs);
        ensure!(made.output("store-id") == store["id"], "{:?}", made.outputs);
        ensure!(made.summary.contains(made.output("url")), "{}", made.summary);
        ensure!(made.ran.log.contains(&format!("{name} is ready: {}", made.output("url"))), "{}", made.ran.log);

        let again = Use {
            attempt: "2",
            ..Use::new(t, hub, &[("name", &name), ("title", "The \"7th\" shop\\"), ("plan", "medium")])
        };
        let again = again.go().await?;
        ensure!(
            again.ran.ok && again.output("store-id") == store["id"],
            "a run that is started again: {}",
            again.ran.log
        );
        let pushed = Use { run: "9002", ..Use::new(t, hub, &[("name", &name)]) }.go().await?;
        ensure!(pushed.ran.ok && pushed.output("store-id") == store["id"], "another push: {}", pushed.ran.log);
        ensure!(pushed.ran.log.contains("is there already"), "{}", pushed.ran.log);
        let strict = Use { run: "9003", ..Use::new(t, hub, &[("name", &name), ("reuse", "false")]) }.go().await?;
        ensure!(!strict.ran.ok && strict.ran.log.contains("was not created"), "{}", strict.ran.log);
        ensure!(living(t).await?.len() == 1, "there is a second store");

        let gone = Use::new(t, hub, &[("name", &name), ("mode", "delete")]).go().await?;
        ensure!(gone.ran.ok && gone.output("status") == "deleted" && gone.output("url").is_empty(), "{}", gone.ran.log);
        ensure!(living(t).await?.is_empty());
        let never = Use::new(t, hub, &[("name", "never-there"), ("mode", "delete")]).go().await?;
        ensure!(never.ran.ok && never.output("status") == "deleted", "{}", never.ran.log);
        let late = Use { attempt: "3", ..preview }.go().await?;
        ensure!(!late.ran.ok && late.ran.log.contains("Start a new run"), "{}", late.ran.log);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_is_refused_says_why() -> Result<()> {
    with_hub(TestBot::default(), "74", async |t, hub| {
        t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
        let fails = async |hub: &Hub, with: &[(&str, &str)], why: &str| -> Result<()> {
            let done = Use::new(t, hub, with).go().await?;
            ensure!(!done.ran.ok && done.ran.log.contains(why), "{why:?} is missing in: {}", done.ran.log);
            ensure!(done.ran.log.contains("::error title=storebot::"), "{}", done.ran.log);
            Ok(())
        };
        fails(hub, &[("name", "tea")], "request ").await?;
        fails(hub, &[("name", "tea")], "(HTTP 409").await?;
        fails(hub, &[("name", "x"), ("engine", "magento")], "\"magento\"").await?;
        fails(hub, &[("name", "x"), ("engine", "a\"b\\c%25")], "(HTTP 422").await?;
        fails(hub, &[("name", "../quota")], "cannot be one").await?;
        fails(hub, &[("name", "Tea Shop")], "cannot be one").await?;
        fails(hub, &[("name", "x"), ("mode", "shake")], "create or delete").await?;
        fails(hub, &[("name", "x"), ("timeout", "soon")], "number of seconds").await?;
        fails(hub, &[("name", "x"), ("audience", "https://elsewhere.example.com")], "(HTTP 401").await?;
        fails(hub, &[("name", "tea"), ("mode", "delete"), ("audience", "https://elsewhere.example.com")], "(HTTP 401")
            .await?;
        hub.serve("75").await?;
        fails(hub, &[("name", "x")], "Send a valid token").await?;
        hub.address = String::new();
        fails(hub, &[("name", "x")], "id-token: write").await?;
        ensure!(living(t).await?.len() == 1, "nothing was made");
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_store_fails_fails_with_the_reason() -> Result<()> {
    let bot = TestBot { simulate: Some("image-not-found"), ..TestBot::default() };
    with_hub(bot, "74", async |t, hub| {
        let failed = Use::new(t, hub, &[("name", "tea")]).go().await?;
        ensure!(!failed.ran.ok && failed.output("status") == "failed", "{}", failed.ran.log);
        ensure!(failed.ran.log.contains("tea has failed: "), "{}", failed.ran.log);
        ensure!(failed.ran.log.contains("image"), "{}", failed.ran.log);
        Ok(())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_does_not_wait_for_ever() -> Result<()> {
    let bot = TestBot { simulate: Some("slow"), ..TestBot::default() };
    with_hub(bot, "74", async |t, hub| {
        let late = Use::new(t, hub, &[("name", "tea"), ("timeout", "0")]).go().await?;
        ensure!(!late.ran.ok && late.ran.log.contains("after 0 seconds"), "{}", late.ran.log);
        ensure!(!late.output("store-id").is_empty(), "it is known which store it was: {:?}", late.outputs);
        let asked = Use { run: "9002", ..Use::new(t, hub, &[("name", "coffee"), ("wait", "false"), ("timeout", "0")]) };
        let asked = asked.go().await?;
        ensure!(asked.ran.ok && asked.output("status") == "queued", "{}", asked.ran.log);
        Ok(())
    })
    .await
}
