//! A refusal as a problem: its status, and what its fields tell a program.

use poem::error::ResponseError;
use poem::http::StatusCode;
use poem::http::header::RETRY_AFTER;
use serde_json::json;

use super::{Problem, RATE_LIMIT, RATE_LIMIT_POLICY, UNAVAILABLE_RETRY, left_header, policy_header};
use crate::domain::approval::{Excess, Waiting};
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::placement::Unfit;
use crate::text;

impl ResponseError for Refusal {
    fn status(&self) -> StatusCode {
        match self {
            Self::NoPlace { why: Unfit::Drained, cell: Some(_) }
            | Self::NameTaken { .. }
            | Self::Conflict { .. }
            | Self::NotNow { .. }
            | Self::Decided { .. }
            | Self::NotReplayable { .. } => StatusCode::CONFLICT,
            Self::NotFound { .. }
            | Self::NoSuchLetter { .. }
            | Self::NoSuchApproval { .. }
            | Self::NoSuchDelivery { .. } => StatusCode::NOT_FOUND,
            Self::Forbidden { .. } | Self::OwnerOnly { .. } | Self::NoRole | Self::NotThisSource { .. } => {
                StatusCode::FORBIDDEN
            }
            Self::RateLimited { .. } | Self::TooManyStreams { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::NoWorker | Self::ClusterAway | Self::Crowded | Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            // Nothing was done, and asking again by itself would change nothing: room is made by people.
            Self::NoPlace { why: Unfit::Full | Unfit::Drained, .. } => StatusCode::INSUFFICIENT_STORAGE,
            // storebot is in order; what is behind it was not.
            Self::NotDone { .. } => StatusCode::BAD_GATEWAY,
            Self::NoAnswer { .. } => StatusCode::GATEWAY_TIMEOUT,
            Self::Name { .. }
            | Self::Unknown { .. }
            | Self::Invalid { .. }
            | Self::PlanTooSmall { .. }
            | Self::NoPlace { why: Unfit::Plan | Unfit::Engine, .. }
            | Self::Quota { .. }
            | Self::KeyReused => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

impl Problem {
    pub(in crate::inbound::http) fn refused(refusal: &Refusal) -> Self {
        let words = text::refusal::refusal(Lang::En, refusal);
        let problem = Self::new(refusal.status(), words.kind, words.title, words.detail);
        match refusal {
            Refusal::Name { text, .. } => problem.with("field", "name").with("value", text.as_str()),
            Refusal::Unknown { field, known, .. } => problem.with("field", *field).with("known", json!(known)),
            Refusal::Invalid { field, .. } => problem.with("field", field.as_str()),
            Refusal::NameTaken { name, .. } => problem.with("name", name.as_str()),
            Refusal::NotFound { store } => problem.with("store", store.as_str()),
            Refusal::Forbidden { action, needs } => {
                problem.with("action", action.to_string()).with("needs", needs.as_str())
            }
            Refusal::PlanTooSmall { smallest, .. } => problem.with("field", "plan").with("smallest", smallest.as_str()),
            Refusal::NoPlace { cell, why } => match cell {
                Some(cell) => problem.with("reason", why.as_str()).with("cell", cell.as_str()),
                None => problem.with("reason", why.as_str()),
            },
            Refusal::NotNow { command, store, .. } => {
                problem.with("command", command.as_str()).with("store", store.as_str())
            }
            Refusal::OwnerOnly { command } | Refusal::NotDone { command, .. } | Refusal::NoAnswer { command } => {
                problem.with("command", command.as_str())
            }
            Refusal::Quota { excess, approval } => quota(problem, *excess, approval.as_ref()),
            Refusal::NoSuchDelivery { delivery } => problem.with("delivery", delivery.as_str()),
            Refusal::NotReplayable { why } => problem.with("reason", why.as_str()),
            Refusal::NoSuchApproval { approval } => problem.with("approval", approval.as_str()),
            Refusal::Decided { verdict } => problem.with("state", verdict.as_str()),
            Refusal::RateLimited { policy, retry_after_ms } => {
                let seconds = retry_after_ms.div_ceil(1000).max(1);
                problem
                    .with("policy", policy.name)
                    .header(RETRY_AFTER, &seconds.to_string())
                    .header(RATE_LIMIT_POLICY, &policy_header(policy))
                    .header(RATE_LIMIT, &left_header(policy, 0, seconds))
            }
            Refusal::TooManyStreams { limit } => {
                problem.with("limit", *limit).header(RETRY_AFTER, &UNAVAILABLE_RETRY.to_string())
            }
            Refusal::NoSuchLetter { letter } => problem.with("letter", letter.as_str()),
            Refusal::NoWorker | Refusal::ClusterAway | Refusal::Crowded | Refusal::Unavailable => {
                problem.header(RETRY_AFTER, &UNAVAILABLE_RETRY.to_string())
            }
            Refusal::Conflict { store } => problem.with("store", store.as_str()),
            Refusal::NotThisSource { command, allowed } => {
                let allowed: Vec<_> = allowed.iter().map(|c| c.as_str()).collect();
                problem.with("command", command.as_str()).with("allowed", json!(allowed))
            }
            Refusal::KeyReused | Refusal::NoRole => problem,
        }
    }
}

fn quota(problem: Problem, excess: Excess, approval: Option<&Waiting>) -> Problem {
    let Excess { of_org, resource, used, limit } = excess;
    let whose = if of_org { "organisation" } else { "own" };
    let problem = problem.with("quota", whose).with("resource", resource.as_str());
    let problem = problem.with("used", used).with("limit", limit);
    match approval {
        Some(Waiting { id, expires_at }) => {
            let url = format!("/v1/approvals/{id}");
            problem.with("approval", json!({ "id": id, "url": url, "expires_at": expires_at }))
        }
        None => problem,
    }
}
