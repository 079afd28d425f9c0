//! What this account may do inside the namespace of a store: nothing, until it has bound the one ClusterRole to
//! itself there that it may bind. So whoever gets hold of the account holds the stores, and nothing else
//! of the cluster.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::authentication::v1::{SelfSubjectReview, UserInfo};
use k8s_openapi::api::rbac::v1::{RoleBinding, RoleRef, Subject};
use kube::Api;
use kube::api::{ObjectMeta, Patch, PatchParams, PostParams};
use tokio::sync::OnceCell;

use super::labels::MANAGED_BY;
use super::{Cluster, ClusterError, DEADLINE, MANAGER, within};
use crate::crash;
use crate::domain::store::StoreId;

/// Name of the RoleBinding in each store's namespace.
pub(super) const BINDING: &str = "storebot";
pub(super) const GROUP: &str = "rbac.authorization.k8s.io";
/// What service accounts are called where users are named: `system:serviceaccount:<namespace>:<name>`.
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";
/// An API server learns of a binding from its own watch, some milliseconds after it has taken it.
const PAUSE: Duration = Duration::from_millis(10);
const PAUSE_MAX: Duration = Duration::from_millis(500);

/// How a cell's account comes to its rights.
#[derive(Clone)]
pub(super) struct Rights {
    role: Option<String>,
    /// Who this account is to the cluster; asked once.
    account: Arc<OnceCell<Subject>>,
}

impl Rights {
    pub(super) fn new(role: Option<String>) -> Self {
        Self { role, account: Arc::default() }
    }

    /// The role that is to be bound.
    pub(super) fn role(&self) -> Option<&str> {
        self.role.as_deref()
    }
}

impl Cluster {
    pub(super) fn may_enter(&self) -> bool {
        self.rights.role.is_some()
    }

    /// Gives this account the rights of `cells.tenant_role` in a store's namespace, and waits until they count.
    /// Safe to repeat; what is bound already is left as it is. Does nothing where no role is configured.
    ///
    /// # Errors
    /// `Forbidden` when it may not, or when the API server does not let them count in time; `Terminating`.
    pub async fn enter(&self, id: &StoreId) -> Result<(), ClusterError> {
        let Some(role) = self.rights.role() else { return Ok(()) };
        let wanted = binding(role, self.account().await?);
        let bindings: Api<RoleBinding> = Api::namespaced(self.client.clone(), &id.namespace());
        let params = PatchParams::apply(MANAGER).force().validation_strict();
        crash::point!("cluster.enter.before");
        within(bindings.patch(BINDING, &params, &Patch::Apply(&wanted))).await?;
        crash::point!("cluster.enter.after");
        let counts = tokio::time::timeout(DEADLINE, self.until_entered(id)).await;
        counts.unwrap_or_else(|_| {
            let message =
                format!("{BINDING} in {} was made, and still \"storebot\" cannot go on there", id.namespace());
            Err(ClusterError::Forbidden { message })
        })
    }

    async fn until_entered(&self, id: &StoreId) -> Result<(), ClusterError> {
        let mut pause = PAUSE;
        while !self.may_in(&id.namespace(), "", "secrets", "create").await? {
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
        Ok(())
    }

    /// Whom the cluster takes this account for.
    async fn account(&self) -> Result<&Subject, ClusterError> {
        let ask = async {
            let reviews: Api<SelfSubjectReview> = Api::all(self.client.clone());
            let review = within(reviews.create(&PostParams::default(), &SelfSubjectReview::default())).await?;
            let user = review.status.and_then(|status| status.user_info);
            user.as_ref().and_then(subject).ok_or_else(|| ClusterError::Invalid {
                message: "the cluster does not say whose account this is, so that no rights can be given to it"
                    .to_owned(),
            })
        };
        self.rights.account.get_or_try_init(|| ask).await
    }
}

/// Pure. `None`: nobody.
fn subject(user: &UserInfo) -> Option<Subject> {
    let name = user.username.as_deref().filter(|name| !name.is_empty())?;
    let of_namespace = name.strip_prefix(SERVICE_ACCOUNT).and_then(|rest| rest.split_once(':'));
    Some(match of_namespace {
        Some((namespace, name)) => Subject {
            kind: "ServiceAccount".to_owned(),
            name: name.to_owned(),
            namespace: Some(namespace.to_owned()),
            api_group: None,
        },
        None => Subject {
            kind: "User".to_owned(),
            name: name.to_owned(),
            api_group: Some(GROUP.to_owned()),
            namespace: None,
        },
    })
}

/// Pure.
fn binding(role: &str, account: &Subject) -> RoleBinding {
    let labels = [(MANAGED_BY.to_owned(), MANAGER.to_owned())].into();
    RoleBinding {
        metadata: ObjectMeta { name: Some(BINDING.to_owned()), labels: Some(labels), ..ObjectMeta::default() },
        role_ref: RoleRef { api_group: GROUP.to_owned(), kind: "ClusterRole".to_owned(), name: role.to_owned() },
        subjects: Some(vec![account.clone()]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_is_bound_as_what_it_is() {
        let of = |name: &str| {
            let user = UserInfo { username: Some(name.to_owned()), ..UserInfo::default() };
            subject(&user).map(|s| serde_json::to_string(&s).unwrap()).unwrap_or_default()
        };
        let account = r#"{"kind":"ServiceAccount","name":"storebot-work","namespace":"bots"}"#;
        assert_eq!(of("system:serviceaccount:bots:storebot-work"), account);
        assert_eq!(of("ana"), r#"{"apiGroup":"rbac.authorization.k8s.io","kind":"User","name":"ana"}"#);
        assert_eq!(of(""), "");
    }
}
