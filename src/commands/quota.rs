//! How much somebody may have, and has.

use super::{Commands, policy, unavailable};
use crate::domain::action::{Action, Matter};
use crate::domain::actor::{ActorId, OrgId};
use crate::domain::audit::Asker;
use crate::domain::outcome::{QuotaUse, RatePolicy, Refusal};
use crate::domain::quota::{Share, Used};
use crate::ledger::{Allowance, Rate, RateLimit};

impl Commands {
    /// What the actor has, and may have.
    ///
    /// # Errors
    /// `Unavailable`.
    pub async fn quota(&self, asker: Asker<'_>) -> Result<QuotaUse, Refusal> {
        self.admit(asker, Action::See(Matter::Quota))?;
        self.used(&asker.actor.id, asker.actor.org.as_ref()).await
    }

    pub(super) async fn used(&self, owner: &ActorId, org: Option<&OrgId>) -> Result<QuotaUse, Refusal> {
        let (own, of_org) =
            self.ledger.used(owner, org, self.quotas.of(owner).asleep_percent).await.map_err(unavailable)?;
        Ok(self.quota_use(owner, own, org.map(|org| (org, of_org))))
    }

    pub(super) fn quota_use(&self, owner: &ActorId, own: Used, org: Option<(&OrgId, Used)>) -> QuotaUse {
        let own = Share { used: own, quota: self.quotas.of(owner) };
        let share = |(org, used): (&OrgId, Used)| (org.clone(), Share { used, quota: self.quotas.of_org(org) });
        QuotaUse { own, org: org.map(share) }
    }

    pub(super) fn allowance(&self, owner: &ActorId, org: Option<&OrgId>, action: Action) -> Allowance {
        let org = org.map(|org| self.quotas.of_org(org)).unwrap_or_default();
        Allowance { owner: self.quotas.of(owner), org, requests: Some(self.requests(action)) }
    }

    /// The budget of requests that holds across replicas: that of each replica, once more.
    pub(super) fn requests(&self, action: Action) -> Rate {
        Rate { limit: self.rates.requests, window: self.rates.window, weight: policy::of(action).weight }
    }

    pub(super) fn too_often(&self, limit: RateLimit, allowance: Allowance, retry_after_ms: u64) -> Refusal {
        let hourly = |name, limit| RatePolicy { name, limit, window_seconds: 3600 };
        let policy = match limit {
            RateLimit::Requests => RatePolicy {
                name: "requests",
                limit: self.rates.requests,
                window_seconds: u32::try_from(self.rates.window.as_secs()).unwrap_or(u32::MAX),
            },
            RateLimit::Creations => hourly("creations", allowance.owner.creations_per_hour),
            RateLimit::OrgCreations => hourly("organisation-creations", allowance.org.creations_per_hour),
        };
        Refusal::RateLimited { policy, retry_after_ms }
    }
}
