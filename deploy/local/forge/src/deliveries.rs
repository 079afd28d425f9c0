//! What is told to the bot: written down first, sent once or again, answered.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;
use sha1::Sha1;
use sha2::Sha256;

use crate::hub::Hub;
use crate::state::{Forge, World, sha_of};

/// GitHub waits ten seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Where deliveries of one forge go.
#[derive(Clone)]
pub struct Hook {
    pub url: String,
    /// GitHub: signs. GitLab: sent as it is, or, when it begins with `whsec_`, its signing token.
    pub secret: String,
}

/// One event, and what became of it.
#[derive(Debug, Clone, Serialize)]
pub struct Delivery {
    /// The same one however often it is sent.
    pub id: String,
    pub forge: Forge,
    /// GitHub: `pull_request`; GitLab: `Merge Request Hook`.
    pub event: String,
    pub body: Value,
    pub attempts: Vec<Attempt>,
}

/// What the bot said. 0: nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Attempt {
    pub status: u16,
    pub answer: String,
}

/// Writes an event down. Its id looks like the forges' own.
pub(crate) fn note(world: &mut World, forge: Forge, event: &str, body: Value) -> String {
    let number = world.next_id();
    let seed = sha_of(&format!("{} {number}", world.own_url));
    let id = format!("{}-{}-4{}-8{}-{}", &seed[..8], &seed[8..12], &seed[13..16], &seed[17..20], &seed[20..32]);
    world.deliveries.push(Delivery { id: id.clone(), forge, event: event.to_owned(), body, attempts: Vec::new() });
    id
}

/// Sends what was written down, unless deliveries are held. `None`: nobody listens, or it is held.
pub(crate) async fn send_new(hub: &Arc<Hub>, id: &str) -> Option<Attempt> {
    if hub.lock().holds { None } else { send(hub, id).await }
}

/// Sends a delivery, again or for the first time.
pub(crate) async fn send(hub: &Arc<Hub>, id: &str) -> Option<Attempt> {
    let (delivery, hook) = {
        let world = hub.lock();
        let delivery = world.deliveries.iter().find(|it| it.id == id)?.clone();
        let hook = world.hooks.get(&delivery.forge)?.clone();
        (delivery, hook)
    };
    let body = delivery.body.to_string();
    let mut request = hub.http.post(&hook.url).timeout(PATIENCE).header("content-type", "application/json");
    for (name, value) in headers(&delivery, &hook.secret, body.as_bytes()) {
        request = request.header(name, value);
    }
    let attempt = match request.body(body).send().await {
        Ok(response) => {
            let status = response.status().as_u16();
            Attempt { status, answer: response.text().await.unwrap_or_default() }
        }
        Err(_) => Attempt { status: 0, answer: String::new() },
    };
    hub.change(|world| {
        if let Some(delivery) = world.deliveries.iter_mut().find(|it| it.id == id) {
            delivery.attempts.push(attempt.clone());
        }
    });
    Some(attempt)
}

fn headers(delivery: &Delivery, secret: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    match delivery.forge {
        Forge::GitHub => vec![
            ("user-agent", "GitHub-Hookshot/044aadd".to_owned()),
            ("x-github-delivery", delivery.id.clone()),
            ("x-github-event", delivery.event.clone()),
            ("x-github-hook-id", "292430182".to_owned()),
            ("x-github-hook-installation-target-id", "79929171".to_owned()),
            ("x-github-hook-installation-target-type", "repository".to_owned()),
            ("x-hub-signature", format!("sha1={}", sha1(secret, body))),
            ("x-hub-signature-256", format!("sha256={}", sha256(secret.as_bytes(), body))),
        ],
        Forge::GitLab => {
            let mut all = vec![
                ("user-agent", "GitLab/18.9.1-ee".to_owned()),
                ("x-gitlab-event", delivery.event.clone()),
                ("x-gitlab-instance", "https://gitlab.example".to_owned()),
                ("x-gitlab-webhook-uuid", "5b6f2c58-0a5f-4bd9-9f7a-3d1f86d9a3a1".to_owned()),
                ("x-gitlab-event-uuid", delivery.id.clone()),
                ("idempotency-key", delivery.id.clone()),
            ];
            match secret.strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok()) {
                Some(key) => all.extend(standard(&key, &delivery.id, body)),
                None => all.push(("x-gitlab-token", secret.to_owned())),
            }
            all
        }
    }
}

/// A signing token's headers: those of Standard Webhooks.
fn standard(key: &[u8], id: &str, body: &[u8]) -> [(&'static str, String); 3] {
    let at = Timestamp::now().as_second();
    let signed = [format!("{id}.{at}.").as_bytes(), body].concat();
    let tag = STANDARD.encode(hex::decode(sha256(key, &signed)).unwrap_or_default());
    [("webhook-id", id.to_owned()), ("webhook-timestamp", at.to_string()), ("webhook-signature", format!("v1,{tag}"))]
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn sha256(key: &[u8], bytes: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(bytes);
    hex::encode(mac.finalize().into_bytes())
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn sha1(key: &str, bytes: &[u8]) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(bytes);
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signs_githubs_published_example() {
        assert_eq!(
            sha256(b"It's a Secret to Everybody", b"Hello, World!"),
            "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        );
    }
}
