//! The two stores that `make run` creates, one through a signed webhook and one through
//! a slash command in the stand-in Discord, as anybody outside would.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::{Client, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use sha2::Sha256;
use tokio::time::{Instant, sleep};

use crate::progress::Progress;

/// How long a store may take to be ready: as long as storebot itself gives it. A real one in a
/// reader's own cluster pulls images first.
const READY_LIMIT: Duration = Duration::from_secs(15 * 60);
/// How long an accepted command may take to be visible.
const VISIBLE_LIMIT: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(100);

/// A client of storebot's public listener and of the stand-in Discord.
pub struct Demo {
    client: Client,
    storebot: String,
    token: String,
    progress: Progress,
}

impl Demo {
    /// Talks to storebot at `storebot` with the bearer token of somebody who may see all stores.
    pub fn new(storebot: String, token: String, progress: Progress) -> Result<Self> {
        Ok(Self { client: client()?, storebot, token, progress })
    }

    /// Creates a store by a delivery signed as Standard Webhooks says and follows it to its end.
    /// One that an earlier run made is left as it is.
    pub async fn by_webhook(&self, url: &str, secret: &str, (name, engine): (&str, &str)) -> Result<String> {
        let known = self.is_known(name).await?;
        if !known {
            let data = json!({"name": name, "engine": engine, "plan": "small"});
            self.deliver(url, secret, &data).await?;
        }
        self.follow(name, known).await
    }

    /// Types a slash command into the stand-in Discord and follows the store to its end. The
    /// stand-in forgets all messages when it stops: for a store of an earlier run its state is asked.
    pub async fn by_slash(&self, discord: &str, name: &str, engine: &str) -> Result<String> {
        let known = self.is_known(name).await?;
        let text = match known {
            true => format!("/store status name:{name}"),
            false => format!("/store create name:{name} engine:{engine}"),
        };
        let command = json!({"user": "ana", "text": text});
        let request = self.client.post(format!("{discord}/_control/slash")).json(&command);
        accepted(request, "the slash command").await?;
        self.follow(name, known).await
    }

    async fn is_known(&self, name: &str) -> Result<bool> {
        Ok(!self.store(name).await?.is_null())
    }

    async fn deliver(&self, url: &str, secret: &str, data: &Value) -> Result<()> {
        let body = json!({"type": "store.create", "data": data}).to_string();
        let now = SystemTime::now().duration_since(UNIX_EPOCH).context("the clock is before 1970")?;
        let (id, time) = (format!("msg_{}", now.as_micros()), now.as_secs().to_string());
        let signature = sign(secret, &format!("{id}.{time}.{body}"))?;
        let request = self
            .client
            .post(url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", time)
            .header("webhook-signature", signature)
            .body(body);
        accepted(request, "the signed webhook").await
    }

    /// Follows a store until it is ready; returns what is to be said of it.
    async fn follow(&self, name: &str, known: bool) -> Result<String> {
        let start = Instant::now();
        let mut last = String::new();
        loop {
            let store = self.store(name).await?;
            let phase = store["phase"].as_str().unwrap_or_default();
            if phase != last && !phase.is_empty() {
                let earlier = if known { " (from an earlier run)" } else { "" };
                self.progress.say(&format!("store {name}{earlier}: {phase}"));
                phase.clone_into(&mut last);
            }
            let message = store["message"].as_str().unwrap_or_default();
            match phase {
                "ready" | "asleep" | "deleted" => return Ok(message.to_owned()),
                "failed" => bail!("{message}"),
                "" if start.elapsed() > VISIBLE_LIMIT => {
                    bail!("store {name} was never created: look at the stand-in Discord and the log");
                }
                _ if start.elapsed() > READY_LIMIT => {
                    bail!("store {name} is still {phase} after {} s: {message}", READY_LIMIT.as_secs());
                }
                _ => sleep(POLL).await,
            }
        }
    }

    /// The store, or null when there is none of this name yet.
    async fn store(&self, name: &str) -> Result<Value> {
        let url = format!("{}/v1/stores/{name}", self.storebot);
        let answer = self.client.get(url).bearer_auth(&self.token).send().await;
        let answer = answer.context("storebot does not answer")?;
        match answer.status() {
            StatusCode::NOT_FOUND => Ok(Value::Null),
            status if status.is_success() => json_of(answer).await,
            status => bail!("asking for store {name} answered {status}: {}", text_of(answer).await),
        }
    }
}

/// A client that goes straight to loopback, whatever proxy the environment names.
pub fn client() -> Result<Client> {
    let client = Client::builder().no_proxy().timeout(Duration::from_secs(10)).build();
    client.context("no HTTP client")
}

/// `v1,` and the base64 of HMAC-SHA256 over `<id>.<time>.<body>`.
fn sign(secret: &str, content: &str) -> Result<String> {
    let key = secret.strip_prefix("whsec_").context("the webhook secret lacks whsec_")?;
    let key = STANDARD.decode(key).context("the webhook secret is not base64")?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).context("the webhook secret is unusable")?;
    mac.update(content.as_bytes());
    Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
}

async fn accepted(request: RequestBuilder, what: &str) -> Result<()> {
    let answer = request.send().await.with_context(|| format!("{what} was not delivered"))?;
    let status = answer.status();
    if status.is_success() {
        return Ok(());
    }
    bail!("{what} was answered {status}: {}", text_of(answer).await)
}

async fn json_of(answer: reqwest::Response) -> Result<Value> {
    answer.json().await.context("storebot's answer is not JSON")
}

async fn text_of(answer: reqwest::Response) -> String {
    answer.text().await.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of the Standard Webhooks libraries.
    #[test]
    fn signatures_are_those_of_standard_webhooks() -> Result<()> {
        let content = "msg_p5jXN8AQM9LWM0D4loKWxJek.1614265330.{\"test\": 2432232314}";
        let signature = sign("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", content)?;
        assert_eq!(signature, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        Ok(())
    }
}
