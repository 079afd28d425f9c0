//! Each kind of problem in the document, in its own words: made as the server makes it.

use std::time::Duration;

use poem_openapi::error::ContentTypeError;
use serde_json::{Map, Value, json};

use crate::domain::action::{Action, Matter};
use crate::domain::actor::Role;
use crate::domain::approval::{Excess, Verdict};
use crate::domain::command::CommandKind;
use crate::domain::delivery::Unreplayable;
use crate::domain::engine::Engine;
use crate::domain::outcome::{Obstacle, RatePolicy, Refusal};
use crate::domain::placement::Unfit;
use crate::domain::plan::Plan;
use crate::domain::quota::Resource;
use crate::domain::rule::Rule;
use crate::domain::store::{StoreId, StoreName};
use crate::inbound::http::problem::{Problem, Refused};
use crate::inbound::http::reading::Malformed;

/// The examples of a status, by their kind.
pub(super) fn examples(status: &str) -> Map<String, Value> {
    let status = status.parse().ok();
    let all = samples().into_iter().map(|problem| (problem.kind(), problem.body("5f0c9d1e2b3a4857")));
    let of_status = all.filter(|(_, body)| body["status"].as_u64() == status);
    of_status.map(|(kind, body)| (kind.to_owned(), json!({"summary": body["title"], "value": body}))).collect()
}

fn samples() -> Vec<Problem> {
    let mut all = own();
    all.extend(refusals().iter().map(Problem::refused));
    all
}

/// Those of this door alone.
fn own() -> Vec<Problem> {
    let malformed = Malformed { field: Some("nmae".to_owned()), why: "The field nmae is not known".to_owned() };
    vec![
        Problem::unauthorized("Bearer"),
        Problem::token_used(),
        Problem::keys_away(30),
        Problem::bad_signature(),
        Problem::undelivered(Refused::NoSource),
        Problem::undelivered(Refused::Stale),
        Problem::undelivered(Refused::Contradiction),
        Problem::undelivered(Refused::Header("the header x-github-event is missing")),
        Problem::malformed(&malformed),
        Problem::bad_parameter("limit", "a whole number from 1 to 200"),
        Problem::too_large(65_536),
        Problem::too_slow(Duration::from_secs(10)),
        Problem::unsupported(&ContentTypeError::ExpectContentType),
        Problem::timeout(),
        Problem::internal(),
    ]
}

fn refusals() -> Vec<Refusal> {
    let (command, policy) = (CommandKind::Retry, RatePolicy { name: "actor", limit: 100, window_seconds: 900 });
    let excess = Excess { of_org: false, resource: Resource::Stores, used: 10, limit: 10 };
    let words = |all: &[&str]| all.iter().map(|word| (*word).to_owned()).collect();
    let action = Action::See(Matter::Audit);
    let mut all = vec![
        Refusal::Unknown { field: "engine", text: "magento".to_owned(), known: words(&["woocommerce", "medusa"]) },
        Refusal::Invalid { field: "ttl".to_owned(), why: Rule::TtlBounds },
        Refusal::NotFound { store: "teashop".to_owned() },
        Refusal::Forbidden { action, needs: Role::Admin },
        Refusal::NoRole,
        Refusal::NotThisSource { command: CommandKind::Delete, allowed: vec![CommandKind::Create] },
        Refusal::Quota { excess, approval: None },
        Refusal::PlanTooSmall { engine: Engine::Medusa, smallest: Plan::Medium },
        Refusal::NoPlace { cell: None, why: Unfit::Full },
        Refusal::NoPlace { cell: Some("main".to_owned()), why: Unfit::Drained },
        Refusal::NoPlace { cell: Some("main".to_owned()), why: Unfit::Plan },
        Refusal::OwnerOnly { command: CommandKind::Credentials },
        Refusal::NotDone { command: CommandKind::Credentials, why: "the shop does not answer".to_owned() },
        Refusal::NoAnswer { command: CommandKind::Credentials },
        Refusal::NoWorker,
        Refusal::ClusterAway,
        Refusal::TooManyStreams { limit: 10 },
        Refusal::NoSuchLetter { letter: "1763712000000-0".to_owned() },
        Refusal::NoSuchDelivery { delivery: "1763712000000-000001".to_owned() },
        Refusal::NotReplayable { why: Unreplayable::NotKept },
        Refusal::NoSuchApproval { approval: "0nq8x2m5c7kd".to_owned() },
        Refusal::Decided { verdict: Verdict::Expired },
        Refusal::Crowded,
        Refusal::RateLimited { policy, retry_after_ms: 8_000 },
        Refusal::KeyReused,
        Refusal::Conflict { store: StoreId::from_bits(7) },
        Refusal::Unavailable,
    ];
    all.extend(StoreName::parse("Tea Shop").err().map(|why| Refusal::Name { text: "Tea Shop".to_owned(), why }));
    if let Ok(name) = StoreName::parse("teashop") {
        all.push(Refusal::NotNow { command, store: name.clone(), obstacle: Obstacle::NotFailed });
        all.push(Refusal::NameTaken { name, going: false });
    }
    all
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::domain::lang::Lang;
    use crate::text::table::keys;

    /// A new refusal belongs into [`refusals`], too.
    #[test]
    fn every_refusal_is_in_the_document() {
        let shown: BTreeSet<String> =
            refusals().iter().map(|r| format!("refusal-{}", Problem::refused(r).kind())).collect();
        let known = keys(Lang::En).into_iter().filter(|key| key.starts_with("refusal-") && !key.ends_with("-org"));
        assert_eq!(shown, known.collect());
    }
}
