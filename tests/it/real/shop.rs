//! One running shop, as its owner sees it.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};
use stand_in_discord::UserHandle;

use crate::harness::Test;
use crate::harness::environment::until_within;

/// Who asks over the API.
pub(crate) const OWNER: &str = "olga";
/// The slow way on a busy machine takes its time.
const PATIENCE: Duration = Duration::from_secs(300);
/// A password is made by a Job.
const LOGIN_PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Shop {
    pub(crate) name: String,
    pub(crate) engine: &'static str,
    pub(crate) namespace: String,
    pub(crate) url: String,
    pub(crate) admin_url: String,
    pub(crate) revision: u64,
    /// The test order that showed that it sells.
    pub(crate) proof: Value,
    /// As the API shows it.
    pub(crate) store: Value,
    /// When it was asked for.
    pub(crate) asked_at: Timestamp,
}

/// The administrator's name and a password made a moment ago. Never printed.
pub(crate) struct Login {
    pub(crate) username: String,
    pub(crate) password: String,
}

impl Shop {
    /// Asks for a shop over the API and waits until it has sold.
    pub(crate) async fn created(t: &Test, name: &str, engine: &'static str) -> Result<Self> {
        let asked_at = Timestamp::now();
        let body = json!({ "name": name, "engine": engine });
        t.api(OWNER).create(&body).await?.error_for_status()?;
        let mut shop = Self::ready(t, name, engine).await?;
        shop.asked_at = asked_at;
        Ok(shop)
    }

    /// Waits until a shop that was asked for has sold.
    pub(crate) async fn ready(t: &Test, name: &str, engine: &'static str) -> Result<Self> {
        Self::proven_after(t, name, engine, &Value::Null).await
    }

    /// Waits for a proof that is not `old`.
    pub(crate) async fn proven_after(t: &Test, name: &str, engine: &'static str, old: &Value) -> Result<Self> {
        let store = until_within(PATIENCE, &format!("{name} has sold something"), || async {
            let store = t.store("watcher", name).await?;
            ensure!(store["phase"] != "failed", "{name} has failed: {}", store["message"]);
            Ok((store["phase"] == "ready" && store["proof"] != *old).then_some(store))
        })
        .await?;
        ensure!(store["proof"]["order"].is_string(), "ready without a proof: {store}");
        Self::read(name, engine, store)
    }

    fn read(name: &str, engine: &'static str, store: Value) -> Result<Self> {
        let text = |key: &str| store[key].as_str().map(str::to_owned).with_context(|| format!("no {key}: {store}"));
        Ok(Self {
            name: name.to_owned(),
            engine,
            namespace: text("namespace")?,
            url: text("url")?,
            admin_url: text("admin_url")?,
            revision: store["release"]["revision"].as_u64().context("no revision")?,
            proof: store["proof"].clone(),
            asked_at: text("created_at")?.parse()?,
            store,
        })
    }

    /// `/store login`: what only its owner gets to see.
    pub(crate) async fn login(&self, owner: &UserHandle) -> Result<Login> {
        let asked = owner.slash(&format!("/store login name:{}", self.name)).await?;
        let told = asked
            .wait_message(|message| message.content().contains("assword"), LOGIN_PATIENCE)
            .await
            .context("no password came")?;
        ensure!(told.is_ephemeral(), "a password was said aloud");
        // In backticks: first the name, then the password.
        let mut quoted = told.content().split('`').skip(1).step_by(2).map(str::to_owned);
        let (username, password) = quoted.next().zip(quoted.next()).context("no name and password in the answer")?;
        Ok(Login { username, password })
    }
}
