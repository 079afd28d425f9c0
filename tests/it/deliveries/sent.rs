//! Those who send: a source of each kind, and their deliveries before they are sent.

use anyhow::{Context as _, Result};
use reqwest::Response;
use serde_json::json;
use storebot::domain::webhook::{Secret, github, gitlab, standard, stripe};

use crate::harness::{Test, TestBot, WEBHOOK_SECRET, secrets};

const GITHUB: &str = "a secret of GitHub, for tests";
pub(crate) const GITLAB: &str = "a secret token of GitLab, for tests";
const STRIPE: &str = "whsec_of_stripe_for_tests_only";

/// A source of each kind, and one that may only create.
pub(crate) fn senders() -> TestBot {
    for secret in [GITHUB, GITLAB, STRIPE] {
        secrets::note("the secret of a sender", secret);
    }
    let extra = format!(
        "[[webhooks]]\nname = 'hub'\nkind = 'github'\nsecrets = [\"{GITHUB}\"]\n\
         [[webhooks]]\nname = 'lab'\nkind = 'gitlab'\nsecrets = ['{GITLAB}', '{WEBHOOK_SECRET}']\n\
         [[webhooks]]\nname = 'pay'\nkind = 'stripe'\nsecrets = ['{STRIPE}']\n\
         [[webhooks]]\nname = 'narrow'\nsecrets = ['{WEBHOOK_SECRET}']\ncommands = ['create']\n"
    );
    TestBot { extra, ..TestBot::default() }
}

/// A delivery of any kind before it is sent; every part can be spoilt.
#[derive(Clone)]
pub(crate) struct Sent {
    pub(crate) source: &'static str,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");

impl Sent {
    fn new(source: &'static str, headers: Vec<(&'static str, String)>, body: Vec<u8>) -> Self {
        let headers = headers.into_iter().chain([(JSON.0, JSON.1.to_owned())]).collect();
        Self { source, headers, body }
    }

    pub(crate) fn standard(source: &'static str, id: &str, body: &str, at: i64) -> Self {
        let signature = Secret::parse(WEBHOOK_SECRET).unwrap().sign(id, at, body.as_bytes());
        let headers = vec![
            (standard::ID, id.to_owned()),
            (standard::TIMESTAMP, at.to_string()),
            (standard::SIGNATURE, signature),
        ];
        Self::new(source, headers, body.into())
    }

    pub(crate) fn github(id: &str, event: &str, body: &str) -> Self {
        let signature = github::Secret::parse(GITHUB).unwrap().sign(body.as_bytes());
        let headers =
            vec![(github::SIGNATURE, signature), (github::EVENT, event.to_owned()), (github::DELIVERY, id.to_owned())];
        Self::new("hub", headers, body.into())
    }

    pub(crate) fn gitlab(id: &str, event: &str, body: &str) -> Self {
        let headers = vec![
            (gitlab::TOKEN, GITLAB.to_owned()),
            (gitlab::EVENT, event.to_owned()),
            (gitlab::IDEMPOTENCY, id.to_owned()),
        ];
        Self::new("lab", headers, body.into())
    }

    pub(crate) fn stripe(id: &str, event: &str, at: i64) -> Self {
        let body = json!({ "id": id, "type": event, "created": at, "object": "event", "data": {} }).to_string();
        let signature = stripe::Secret::parse(STRIPE).unwrap().sign(at, body.as_bytes());
        Self::new("pay", vec![(stripe::SIGNATURE, signature)], body.into())
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(known, _)| *known != name);
        self
    }

    pub(crate) fn twice(mut self, name: &'static str) -> Self {
        let value = self.headers.iter().find(|(known, _)| *known == name).unwrap().1.clone();
        self.headers.push((name, value));
        self
    }

    pub(crate) fn with_body(mut self, body: &str) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) async fn send(&self, t: &Test) -> Result<Response> {
        let mut request = t.http.post(format!("{}/webhooks/{}", t.url, self.source));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request.body(self.body.clone()).send().await.context("no answer")
    }
}
