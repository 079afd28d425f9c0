//! Whom storebot calls, and how patiently: `[callbacks]`.

use std::time::Duration;

use sha2::{Digest, Sha256};
use url::Url;

use super::reader::{Reader, unique};
use super::sections::secrets;
use crate::domain::event::EventKind;
use crate::domain::secret::SecretText;
use crate::domain::webhook;

/// What deliveries are signed with, where they may go, and when they are tried again.
#[derive(Clone, Debug)]
pub struct Callbacks {
    /// Empty: nobody can name a `callback_url`.
    pub secrets: Vec<webhook::Secret>,
    pub allow_hosts: Vec<String>,
    pub timeout: Duration,
    /// Pauses before the second attempt, the third, and so on; behind the last one a delivery is given up.
    pub retries: Vec<Duration>,
    /// Receivers of what happens to all stores.
    pub endpoints: Vec<Endpoint>,
}

/// A receiver that the operator names.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Names it in the ledger: a digest of its address, whose query may hold a secret.
    pub id: String,
    pub url: SecretText,
    /// What it hears of; not empty.
    pub events: Vec<EventKind>,
    /// Its own, or those of all.
    pub secrets: Vec<webhook::Secret>,
}

impl Callbacks {
    /// Whether anybody is ever called.
    #[must_use]
    pub fn is_used(&self) -> bool {
        !self.secrets.is_empty() || !self.endpoints.is_empty()
    }
}

pub(super) fn read(mut r: Reader<'_>) -> Callbacks {
    let shared = secrets(&mut r, "secrets");
    let endpoints = r.each("endpoints", |r| read_endpoint(r, &shared));
    unique(endpoints.iter().map(|endpoint| endpoint.id.as_str()), "callbacks.endpoints", r.faults());
    let mut retries = Vec::new();
    for (index, text) in r.strings("retries").iter().enumerate() {
        match humantime::parse_duration(text) {
            Ok(pause) if !pause.is_zero() => retries.push(pause),
            _ => r.fault(&format!("retries[{index}]"), format!("{text:?} is no duration such as 30s or 2h")),
        }
    }
    Callbacks {
        secrets: shared,
        allow_hosts: r.strings("allow_hosts"),
        timeout: r.duration("timeout"),
        retries,
        endpoints,
    }
}

fn read_endpoint(mut r: Reader<'_>, shared: &[webhook::Secret]) -> Option<Endpoint> {
    let url = r.required("url", "where deliveries go, such as https://example.com/hooks/storebot");
    match Url::parse(&url) {
        Ok(parsed) if matches!(parsed.scheme(), "http" | "https") && parsed.has_host() => {
            if !parsed.username().is_empty() || parsed.password().is_some() {
                r.fault("url", "has a user name or password in it; deliveries are signed instead");
            }
        }
        _ if url.is_empty() => {}
        _ => r.fault("url", "is no whole address, such as https://example.com/hooks/storebot"),
    }
    let own = secrets(&mut r, "secrets");
    let secrets = if own.is_empty() { shared.to_vec() } else { own };
    if secrets.is_empty() {
        r.fault("secrets", "is empty, and so is callbacks.secrets: deliveries could not be signed");
    }
    let id = hex::encode(&Sha256::digest(&url)[..8]);
    Some(Endpoint { id, url: url.into(), events: read_events(&mut r), secrets })
}

/// None named: all.
fn read_events(r: &mut Reader<'_>) -> Vec<EventKind> {
    let known: Vec<(EventKind, &str)> =
        EventKind::ALL.into_iter().filter_map(|kind| Some((kind, kind.callback_type()?))).collect();
    let named = r.strings("events");
    if named.is_empty() {
        return known.into_iter().map(|(kind, _)| kind).collect();
    }
    let mut events = Vec::new();
    for name in named {
        match known.iter().find(|(_, known)| *known == name) {
            Some((kind, _)) => events.push(*kind),
            None => {
                let known: Vec<_> = known.iter().map(|(_, name)| *name).collect();
                r.fault("events", format!("{name:?} is none of: {}", known.join(", ")));
            }
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use super::super::Config;
    use super::*;

    const SECRET: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";

    fn load(callbacks: &str) -> Result<Callbacks, String> {
        let file = format!("[[cells]]\nname='main'\n[callbacks]\n{callbacks}");
        Config::load(&file, &[])
            .map(|config| config.callbacks)
            .map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    #[test]
    fn a_delivery_is_tried_for_two_days() {
        let callbacks = load("").unwrap();
        let whole: Duration = callbacks.retries.iter().sum();
        assert!((Duration::from_secs(47 * 3_600)..Duration::from_secs(50 * 3_600)).contains(&whole), "{whole:?}");
        assert!(callbacks.retries.is_sorted() && !callbacks.is_used());
    }

    #[test]
    fn an_endpoint_has_its_own_secrets_or_those_of_all() {
        let url = "url='https://example.com/hook'";
        let shared = load(&format!("secrets=['{SECRET}']\n[[callbacks.endpoints]]\n{url}\nevents=['store.asleep']"));
        let shared = shared.unwrap().endpoints.remove(0);
        assert_eq!((shared.secrets.len(), shared.events), (1, vec![EventKind::Asleep]));
        let own = load(&format!("[[callbacks.endpoints]]\n{url}\nsecrets=['{SECRET}','{SECRET}']")).unwrap();
        assert!(own.is_used() && own.secrets.is_empty());
        assert_eq!((own.endpoints[0].secrets.len(), own.endpoints[0].events.len()), (2, 5));
    }

    #[test]
    fn what_is_wrong_with_an_endpoint_is_named() {
        let endpoint = |more: &str| load(&format!("[[callbacks.endpoints]]\n{more}")).unwrap_err();
        let good = format!("url='https://example.com/'\nsecrets=['{SECRET}']");
        for (more, named) in [
            (format!("secrets=['{SECRET}']"), "callbacks.endpoints[0].url: is missing"),
            (format!("url='ftp://example.com/'\nsecrets=['{SECRET}']"), "callbacks.endpoints[0].url: is no whole"),
            (format!("url='http://a:b@example.com/'\nsecrets=['{SECRET}']"), "has a user name or password"),
            ("url='https://example.com/'".to_owned(), "callbacks.endpoints[0].secrets: is empty"),
            (format!("{good}\nevents=['store.gone']"), "callbacks.endpoints[0].events: \"store.gone\" is none of"),
            (format!("{good}\n[[callbacks.endpoints]]\n{good}"), "callbacks.endpoints: "),
        ] {
            let faults = endpoint(&more);
            assert!(faults.contains(named), "{more}: {faults}");
        }
        assert!(load("retries=['1s','soon']").unwrap_err().contains("callbacks.retries[1]: \"soon\""));
    }
}
