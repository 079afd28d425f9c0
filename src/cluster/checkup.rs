//! What a cell must have for stores to live on it, for the one who runs it.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use jiff::Timestamp;
use k8s_openapi::api::authorization::v1::{ResourceAttributes, SelfSubjectAccessReview, SelfSubjectAccessReviewSpec};
use k8s_openapi::api::core::v1::Namespace;
use k8s_openapi::api::networking::v1::IngressClass;
use k8s_openapi::api::rbac::v1::{ClusterRole, PolicyRule};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::Api;
use kube::api::{ListParams, ObjectMeta, PostParams};
use kube::client::Body;

use super::{Cluster, ClusterError, MANAGED_BY, rights, within};
use crate::domain::store::StoreId;

/// Says when an answer was made.
const DATE: &str = "date";

/// Permissions asked about at once.
const AT_ONCE: usize = 8;

/// Group, resource, and the verbs that are needed, with blanks between.
type Needed = (&'static str, &'static str, &'static str);

/// What storebot does outside of stores' namespaces: it makes them, and watches what happens in all of them.
const EVERYWHERE: [Needed; 7] = [
    ("", "namespaces", "get list watch create patch delete"),
    ("", "pods", "list watch"),
    ("apps", "deployments", "list watch"),
    ("apps", "statefulsets", "list watch"),
    ("batch", "jobs", "list watch"),
    ("networking.k8s.io", "ingressclasses", "get"),
    ("storage.k8s.io", "storageclasses", "get"),
];
/// What storebot, or the Helm it runs, does in the namespace of every store.
const INSIDE: [Needed; 15] = [
    ("", "secrets", "get list create update patch delete"),
    ("", "configmaps", "get list create patch delete"),
    ("", "services", "get list create patch delete"),
    ("", "serviceaccounts", "get list create patch delete"),
    ("", "resourcequotas", "get list create patch delete"),
    ("", "limitranges", "get list create patch delete"),
    ("", "persistentvolumeclaims", "get list watch create patch delete deletecollection"),
    ("", "pods", "get list watch delete deletecollection"),
    ("", "events", "list"),
    ("apps", "deployments", "get list watch create patch delete"),
    ("apps", "statefulsets", "get list watch create patch delete"),
    ("batch", "jobs", "get list watch create patch delete deletecollection"),
    ("batch", "cronjobs", "get list create patch delete"),
    ("networking.k8s.io", "ingresses", "get list create patch delete"),
    ("networking.k8s.io", "networkpolicies", "get list create patch delete"),
];

impl Cluster {
    /// The API server's version, such as `v1.36.3`.
    ///
    /// # Errors
    /// Of the call.
    pub async fn version(&self) -> Result<String, ClusterError> {
        Ok(within(self.client.apiserver_version()).await?.git_version)
    }

    /// What the API server's clock says, in whole seconds; `None`: something in between has taken it out of the answer.
    ///
    /// # Errors
    /// Of the call.
    pub async fn clock(&self) -> Result<Option<Timestamp>, ClusterError> {
        let request = kube::core::Request::new("/version").list(&ListParams::default());
        let request = request.map_err(|error| ClusterError::Invalid { message: error.to_string() })?;
        let answer = within(self.client.send(request.map(Body::from))).await?;
        Ok(answer.headers().get(DATE).and_then(|value| date(value.to_str().ok()?)))
    }

    /// Whether the API server holds namespaces against Pod Security: it is asked for one of a level that there is not,
    /// without making it (a dry run), and has to refuse. `None`: it cannot be told, since somebody else refuses.
    ///
    /// # Errors
    /// Of the call.
    pub async fn has_pod_security(&self) -> Result<Option<bool>, ClusterError> {
        let labels = [(MANAGED_BY, "storebot"), ("pod-security.kubernetes.io/enforce", "no-such-level")];
        let labels = labels.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect();
        let name = Some(StoreId::from_bits(0).namespace());
        let metadata = ObjectMeta { name, labels: Some(labels), ..ObjectMeta::default() };
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        let dry = PostParams { dry_run: true, ..PostParams::default() };
        match within(namespaces.create(&dry, &Namespace { metadata, ..Namespace::default() })).await {
            Ok(_) | Err(ClusterError::Exists) => Ok(Some(false)),
            Err(ClusterError::Invalid { message }) => {
                Ok(message.contains("pod-security.kubernetes.io").then_some(true))
            }
            // Policies are asked behind it, and it has said nothing.
            Err(ClusterError::Forbidden { message }) if message.contains("ValidatingAdmissionPolicy") => {
                Ok(Some(false))
            }
            Err(ClusterError::Forbidden { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What storebot's account may not do and has to, such as `patch namespaces`. Of what it gives to itself in
    /// stores' namespaces: what the role lacks that it binds.
    ///
    /// # Errors
    /// Of the calls.
    pub async fn missing_permissions(&self) -> Result<Vec<String>, ClusterError> {
        let mut missing = self.not_allowed(&EVERYWHERE).await?;
        let Some(role) = self.rights.role() else {
            missing.extend(self.not_allowed(&INSIDE).await?);
            return Ok(missing);
        };
        // What gives it the rest, which it gives to itself.
        let named = [("rolebindings", "patch", rights::BINDING), ("clusterroles", "bind", role)];
        missing.extend(self.not_allowed(&[(rights::GROUP, "rolebindings", "create")]).await?);
        for (resource, verb, name) in named {
            let asked = attributes(rights::GROUP, resource, verb);
            if !self.allows(ResourceAttributes { name: Some(name.to_owned()), ..asked }).await? {
                missing.push(format!("{} named {name}", told(rights::GROUP, resource, verb)));
            }
        }
        let roles: Api<ClusterRole> = Api::all(self.client.clone());
        match within(roles.get_opt(role)).await {
            Ok(Some(found)) => {
                let rules = found.rules.unwrap_or_default();
                let lacks = each(&INSIDE).filter(|(group, resource, verb)| !grants(&rules, group, resource, verb));
                let told = lacks.map(|(group, resource, verb)| {
                    format!("{} in stores' namespaces, by the ClusterRole {role}", told(group, resource, verb))
                });
                missing.extend(told);
            }
            Ok(None) => missing.push(format!("what the ClusterRole {role} grants: it is not there")),
            Err(ClusterError::Forbidden { .. }) => missing.push(format!("read the ClusterRole {role}")),
            Err(error) => return Err(error),
        }
        Ok(missing)
    }

    async fn not_allowed(&self, needed: &[Needed]) -> Result<Vec<String>, ClusterError> {
        let asked = stream::iter(each(needed).map(|(group, resource, verb)| async move {
            let allowed = self.allows(attributes(group, resource, verb)).await?;
            Ok((!allowed).then(|| told(group, resource, verb)))
        }));
        let missing: Vec<Option<String>> = asked.buffered(AT_ONCE).try_collect().await?;
        Ok(missing.into_iter().flatten().collect())
    }

    /// Whether this account may do something in one namespace.
    pub(super) async fn may_in(
        &self,
        namespace: &str,
        group: &str,
        resource: &str,
        verb: &str,
    ) -> Result<bool, ClusterError> {
        let asked = attributes(group, resource, verb);
        self.allows(ResourceAttributes { namespace: Some(namespace.to_owned()), ..asked }).await
    }

    async fn allows(&self, attributes: ResourceAttributes) -> Result<bool, ClusterError> {
        let spec = SelfSubjectAccessReviewSpec {
            resource_attributes: Some(attributes),
            ..SelfSubjectAccessReviewSpec::default()
        };
        let review = SelfSubjectAccessReview { spec, ..SelfSubjectAccessReview::default() };
        let api: Api<SelfSubjectAccessReview> = Api::all(self.client.clone());
        let answer = within(api.create(&PostParams::default(), &review)).await?;
        Ok(answer.status.is_some_and(|status| status.allowed))
    }

    /// # Errors
    /// Of the call.
    pub async fn has_storage_class(&self, name: &str) -> Result<bool, ClusterError> {
        let api: Api<StorageClass> = Api::all(self.client.clone());
        Ok(within(api.get_metadata_opt(name)).await?.is_some())
    }

    /// # Errors
    /// Of the call.
    pub async fn has_ingress_class(&self, name: &str) -> Result<bool, ClusterError> {
        let api: Api<IngressClass> = Api::all(self.client.clone());
        Ok(within(api.get_metadata_opt(name)).await?.is_some())
    }
}

/// A moment as HTTP writes it (RFC 9110, section 5.6.7).
fn date(text: &str) -> Option<Timestamp> {
    jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp())
}

/// Verb by verb.
fn each(needed: &[Needed]) -> impl Iterator<Item = Needed> {
    needed.iter().flat_map(|(group, resource, verbs)| verbs.split(' ').map(move |verb| (*group, *resource, verb)))
}

fn told(group: &str, resource: &str, verb: &str) -> String {
    let dot = if group.is_empty() { "" } else { "." };
    format!("{verb} {resource}{dot}{group}")
}

fn attributes(group: &str, resource: &str, verb: &str) -> ResourceAttributes {
    ResourceAttributes {
        group: Some(group.to_owned()),
        resource: Some(resource.to_owned()),
        verb: Some(verb.to_owned()),
        ..ResourceAttributes::default()
    }
}

/// Whether the rules of a role allow something of all objects of a kind.
fn grants(rules: &[PolicyRule], group: &str, resource: &str, verb: &str) -> bool {
    let has = |list: Option<&Vec<String>>, what: &str| {
        list.is_some_and(|all| all.iter().any(|one| one == what || one == "*"))
    };
    rules.iter().any(|rule| {
        rule.resource_names.as_ref().is_none_or(Vec::is_empty)
            && has(rule.api_groups.as_ref(), group)
            && has(rule.resources.as_ref(), resource)
            && has(Some(&rule.verbs), verb)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_date_is_read_as_http_writes_it() {
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT").map(Timestamp::as_second), Some(784_111_777));
        assert_eq!((date(""), date("yesterday")), (None, None));
    }

    #[test]
    fn a_role_grants_what_its_rules_say() {
        let rules: Vec<PolicyRule> = from_value(json!([
            {"apiGroups": [""], "resources": ["secrets", "pods"], "verbs": ["get", "list"]},
            {"apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]},
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get"], "resourceNames": ["one"]},
        ]))
        .unwrap();
        assert!(grants(&rules, "", "pods", "list") && grants(&rules, "apps", "deployments", "delete"));
        for (group, resource, verb) in [("", "pods", "watch"), ("batch", "jobs", "get"), ("", "configmaps", "get")] {
            assert!(!grants(&rules, group, resource, verb), "{verb} {resource}");
        }
    }
}
