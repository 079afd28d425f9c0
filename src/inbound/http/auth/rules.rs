//! What the claims of an issuer's token allow: a pure decision by ids that are never given to anybody
//! else. `sub` has changed its form before and says nothing here.

use serde::Deserialize;

use super::token::Times;
use crate::config::{self, Claim, IssuerKind, Rule};
use crate::domain::actor::{Actor, ActorId, OrgId};

/// Longest id that becomes part of an actor's, in digits: 64 bits.
const ID_MAX: usize = 20;

/// The claims of GitHub and GitLab that matter here.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct Claims {
    iat: i64,
    nbf: Option<i64>,
    exp: i64,
    pub(super) jti: Option<String>,
    repository_id: Option<String>,
    repository_owner_id: Option<String>,
    event_name: Option<String>,
    job_workflow_ref: Option<String>,
    project_id: Option<String>,
    namespace_id: Option<String>,
    ref_protected: Option<String>,
    pipeline_source: Option<String>,
    r#ref: Option<String>,
    environment: Option<String>,
}

impl Claims {
    pub(super) fn times(&self) -> Times {
        Times { iat: self.iat, nbf: self.nbf, exp: self.exp }
    }

    fn get(&self, claim: Claim) -> Option<&str> {
        let value = match claim {
            Claim::RepositoryId => &self.repository_id,
            Claim::RepositoryOwnerId => &self.repository_owner_id,
            Claim::EventName => &self.event_name,
            Claim::JobWorkflowRef => &self.job_workflow_ref,
            Claim::ProjectId => &self.project_id,
            Claim::NamespaceId => &self.namespace_id,
            Claim::RefProtected => &self.ref_protected,
            Claim::PipelineSource => &self.pipeline_source,
            Claim::Ref => &self.r#ref,
            Claim::Environment => &self.environment,
        };
        value.as_deref()
    }

    fn id(&self, claim: Claim) -> Option<&str> {
        let is_id = |id: &&str| (1..=ID_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_digit());
        self.get(claim).filter(is_id)
    }
}

/// Whom a token speaks for, by the first rule that fits.
pub(super) fn decide(issuer: &config::Issuer, claims: &Claims) -> Option<Actor> {
    let (whose, of) = match issuer.kind {
        IssuerKind::Github => (Claim::RepositoryId, Claim::RepositoryOwnerId),
        IssuerKind::Gitlab => (Claim::ProjectId, Claim::NamespaceId),
    };
    // Both issuers always send both; without them nobody could be named.
    let (id, org) = (claims.id(whose)?, claims.id(of)?);
    let rule = issuer.rules.iter().find(|rule| fits(issuer.kind, rule, claims))?;
    let named = |id: &str| format!("{}:{id}", issuer.prefix);
    let owner = rule.owner.clone().unwrap_or_else(|| ActorId::new(named(id)));
    Some(Actor { id: owner, role: rule.role, org: Some(OrgId::new(named(org))) })
}

fn fits(kind: IssuerKind, rule: &Rule, claims: &Claims) -> bool {
    let holds = |(claim, pattern): &(Claim, config::Pattern)| claims.get(*claim).is_some_and(|v| pattern.matches(v));
    let (cause, offered) = offered(kind, claims);
    rule.needs.iter().all(holds) && (!offered || rule.needs.iter().any(|(claim, _)| *claim == cause))
}

/// Whether the job runs what somebody offers and nobody has agreed to yet, and the claim that says so.
/// One that does not say why it runs is taken for such a job.
fn offered(kind: IssuerKind, claims: &Claims) -> (Claim, bool) {
    let (cause, offers): (_, fn(&str) -> bool) = match kind {
        IssuerKind::Github => (Claim::EventName, |event| event.starts_with("pull_request")),
        IssuerKind::Gitlab => (Claim::PipelineSource, |source| source.ends_with("_request_event")),
    };
    (cause, claims.get(cause).is_none_or(offers))
}

#[cfg(test)]
mod tests;
