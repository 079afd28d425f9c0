//! What storebot's account may do, and what it may not: asked of the API server, and tried.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result, bail, ensure};
use k8s_openapi::api::authorization::v1::{SelfSubjectRulesReview, SelfSubjectRulesReviewSpec};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace, Secret};
use k8s_openapi::api::rbac::v1::RoleBinding;
use kube::api::{
    Api, ApiResource, DeleteParams, DynamicObject, GroupVersionKind, ListParams, ObjectMeta, Patch, PatchParams,
    PostParams,
};
use kube::{Client, ResourceExt as _};
use serde_json::{Value, from_value, json};
use storebot::cluster::Cluster;

use crate::harness::account::{self, TENANT_ROLE};
use crate::harness::{Nodes, Test, TestBot, run_test, secrets, unique, until};

const RBAC: &str = "rbac.authorization.k8s.io";

/// What this account may do in a namespace, the whole cluster included: a line for each kind of object.
async fn rules(account: &Client, namespace: &str) -> Result<String> {
    let reviews: Api<SelfSubjectRulesReview> = Api::all(account.clone());
    let spec = SelfSubjectRulesReviewSpec { namespace: Some(namespace.to_owned()) };
    let review = SelfSubjectRulesReview { spec, ..SelfSubjectRulesReview::default() };
    let told = reviews.create(&PostParams::default(), &review).await?.status.context("no answer")?;
    ensure!(!told.incomplete, "it does not know them all");
    let mut lines = BTreeSet::new();
    for rule in told.resource_rules {
        let named = rule.resource_names.filter(|names| !names.is_empty()).map(|names| format!("{names:?}"));
        let mut verbs = rule.verbs;
        verbs.sort();
        for group in rule.api_groups.iter().flatten() {
            for resource in rule.resources.iter().flatten() {
                let dot = if group.is_empty() { "" } else { "." };
                let named = named.as_deref().unwrap_or_default();
                lines.insert(format!("{resource}{dot}{group}{named}: {}", verbs.join(" ")));
            }
        }
    }
    Ok(lines.into_iter().collect::<Vec<_>>().join("\n"))
}

async fn tea(t: &Test) -> Result<String> {
    t.api("ana").create(&json!({ "name": "tea", "engine": "medusa" })).await?.error_for_status()?;
    t.until_idle().await?;
    let id = t.store("ana", "tea").await?["id"].as_str().context("no id")?.to_owned();
    Ok(format!("store-{id}"))
}

#[tokio::test]
async fn what_it_may_do_is_written_down() {
    run_test(TestBot::default(), async |t| {
        let store = tea(t).await?;
        let account = account::client(account::kubeconfig().await?).await?;
        let everywhere = rules(&account, "default").await?;
        insta::assert_snapshot!("everywhere", everywhere);
        for foreign in ["kube-system", "storebot-tests"] {
            ensure!(rules(&account, foreign).await? == everywhere, "{foreign}: {}", rules(&account, foreign).await?);
        }
        insta::assert_snapshot!("in_a_store", rules(&account, &store).await?);
        ensure!(!everywhere.contains('*') && !everywhere.contains("secrets"), "{everywhere}");
        Ok(())
    })
    .await;
}

/// The doctor asks for neither more nor less than that.
#[tokio::test]
async fn the_doctor_misses_no_right_and_says_which_one_is_missing() {
    run_test(TestBot::default(), async |t| {
        let mut cell = t.config.cells[0].clone();
        let missing = Cluster::connect(&cell).await?.missing_permissions().await?;
        ensure!(missing.is_empty(), "{missing:?}");
        cell.tenant_role = Some("view".to_owned());
        let missing = Cluster::connect(&cell).await?.missing_permissions().await?;
        ensure!(
            missing == ["bind clusterroles.rbac.authorization.k8s.io named view", "read the ClusterRole view"],
            "{missing:?}"
        );
        cell.tenant_role = None;
        let missing = Cluster::connect(&cell).await?.missing_permissions().await?;
        ensure!(missing.contains(&"create secrets".to_owned()), "{missing:?}");
        Ok(())
    })
    .await;
}

/// What somebody with this account's token would try.
struct Intruder {
    client: Client,
    /// A store's namespace, and one of somebody else.
    store: String,
    foreign: String,
}

impl Intruder {
    fn any(&self, kind: &str, namespace: Option<&str>) -> Api<DynamicObject> {
        let group = match kind {
            "Role" | "RoleBinding" | "ClusterRole" | "ClusterRoleBinding" => RBAC,
            "ValidatingAdmissionPolicy" | "ValidatingAdmissionPolicyBinding" => "admissionregistration.k8s.io",
            _ => "",
        };
        let mut resource = ApiResource::from_gvk(&GroupVersionKind::gvk(group, "v1", kind));
        if kind.ends_with("Policy") {
            resource.plural = "validatingadmissionpolicies".to_owned();
        }
        match namespace {
            Some(namespace) => Api::namespaced_with(self.client.clone(), namespace, &resource),
            None => Api::all_with(self.client.clone(), &resource),
        }
    }

    async fn make(&self, kind: &str, namespace: Option<&str>, object: Value) -> kube::Result<()> {
        let mut object: DynamicObject = from_value(object).map_err(kube::Error::SerdeError)?;
        object.types = None;
        self.any(kind, namespace).create(&PostParams::default(), &object).await.map(drop)
    }

    async fn merge(&self, kind: &str, name: &str, patch: Value) -> kube::Result<()> {
        self.any(kind, None).patch(name, &PatchParams::default(), &Patch::Merge(patch)).await.map(drop)
    }

    async fn label(&self, namespace: &str, key: &str, value: Value) -> kube::Result<()> {
        self.merge("Namespace", namespace, json!({ "metadata": { "labels": { key: value } } })).await
    }

    async fn bind(&self, namespace: &str, name: &str, role: &str, subject: Value) -> kube::Result<()> {
        let role = json!({ "apiGroup": RBAC, "kind": "ClusterRole", "name": role });
        let binding = json!({ "metadata": { "name": name }, "roleRef": role, "subjects": [subject] });
        self.make("RoleBinding", Some(namespace), binding).await
    }

    /// Puts somebody else in place of itself in the binding that is there.
    async fn hand_over(&self, subject: Value) -> kube::Result<()> {
        let bindings = self.any("RoleBinding", Some(&self.store));
        let patch = json!({ "subjects": [subject] });
        bindings.patch("storebot", &PatchParams::default(), &Patch::Merge(patch)).await.map(drop)
    }
}

fn own() -> Value {
    json!({ "kind": "ServiceAccount", "name": "storebot-work", "namespace": "storebot-tests" })
}

fn pod() -> Value {
    json!({ "metadata": { "name": "intruder" }, "spec": { "containers": [{ "name": "a", "image": "a" }] } })
}

fn namespace(name: &str, psa: &str) -> Value {
    let mut labels = json!({ "app.kubernetes.io/managed-by": "storebot" });
    for mode in ["enforce", "audit", "warn"] {
        labels[format!("pod-security.kubernetes.io/{mode}")] = psa.into();
    }
    json!({ "metadata": { "name": name, "labels": labels } })
}

/// `refused_by`: a part of what the API server says.
async fn refused(what: &str, refused_by: &str, tried: impl Future<Output = kube::Result<()>>) -> Result<()> {
    match tried.await {
        Err(kube::Error::Api(status)) if status.code == 403 && status.message.contains(refused_by) => Ok(()),
        Err(error) => bail!("{what}: refused otherwise than by {refused_by:?}: {error}"),
        Ok(()) => bail!("{what}: done"),
    }
}

const BY_RBAC: &str = "cannot";
/// RBAC, too: nobody gives what they do not have and may not bind.
const NOT_HELD: &str = "attempting to grant RBAC permissions not currently held";

/// A namespace of somebody else, with a secret in it.
async fn foreign(admin: &Client) -> Result<String> {
    let name = unique("foreign");
    let object: Namespace = from_value(json!({ "metadata": { "name": name } }))?;
    Api::all(admin.clone()).create(&PostParams::default(), &object).await?;
    let secret: Secret = from_value(json!({ "metadata": { "name": "key" }, "stringData": { "a": "b" } }))?;
    Api::namespaced(admin.clone(), &name).create(&PostParams::default(), &secret).await?;
    Ok(name)
}

#[tokio::test]
async fn what_it_may_not_do_is_refused() {
    run_test(TestBot::default(), async |t| {
        let store = tea(t).await?;
        let client = account::client(account::kubeconfig().await?).await?;
        let i = Intruder { client, store, foreign: foreign(&t.cluster.client).await? };
        secrets_of_others(&i).await?;
        rights(&i).await?;
        namespaces(&i).await?;
        workloads(&i).await?;
        remove(&t.cluster.client, &i.foreign).await
    })
    .await;
}

async fn secrets_of_others(i: &Intruder) -> Result<()> {
    for place in ["kube-system", "default", "storebot-tests", &i.foreign] {
        let secrets: Api<Secret> = Api::namespaced(i.client.clone(), place);
        refused("read a secret", BY_RBAC, async { secrets.get("key").await.map(drop) }).await?;
        refused("list secrets", BY_RBAC, async { secrets.list(&ListParams::default()).await.map(drop) }).await?;
    }
    let all: Api<Secret> = Api::all(i.client.clone());
    refused("list all secrets", BY_RBAC, async { all.list(&ListParams::default()).await.map(drop) }).await?;
    refused("watch all secrets", BY_RBAC, async { all.watch(&kube::api::WatchParams::default(), "0").await.map(drop) })
        .await
}

async fn rights(i: &Intruder) -> Result<()> {
    let other = json!({ "kind": "ServiceAccount", "name": "default", "namespace": i.foreign });
    let everything = json!({ "apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin" });
    let binding = json!({ "metadata": { "name": "intruder" }, "roleRef": everything, "subjects": [own()] });
    refused("rule the cluster", BY_RBAC, i.make("ClusterRoleBinding", None, binding)).await?;
    // RBAC lets it bind one role and no other; the policy says where, under which name, and to whom.
    refused("rule a store", NOT_HELD, i.bind(&i.store, "more", "cluster-admin", own())).await?;
    refused("bind admin", NOT_HELD, i.bind(&i.store, "more", "admin", own())).await?;
    refused("bind its role twice", "to itself", i.bind(&i.store, "more", TENANT_ROLE, own())).await?;
    refused("let somebody in", "to itself", i.bind(&i.store, "more", TENANT_ROLE, other.clone())).await?;
    refused("hand a store over", "to itself", i.hand_over(other)).await?;
    for place in ["default", "kube-system", "storebot-tests", &i.foreign] {
        let tried = i.bind(place, "storebot", TENANT_ROLE, own());
        refused("enter a foreign namespace", "only in the namespaces of its stores", tried).await?;
    }
    let more = json!({ "rules": [{ "apiGroups": ["*"], "resources": ["*"], "verbs": ["*"] }] });
    for role in [TENANT_ROLE, "storebot-work"] {
        refused("widen a role", BY_RBAC, i.merge("ClusterRole", role, more.clone())).await?;
    }
    let role = json!({ "metadata": { "name": "intruder" }, "rules": [] });
    refused("make a role", BY_RBAC, i.make("ClusterRole", None, role.clone())).await?;
    refused("make a role in a store", BY_RBAC, i.make("Role", Some(&i.store), role)).await?;
    let off = json!({ "spec": { "failurePolicy": "Ignore" } });
    refused("weaken the policy", BY_RBAC, i.merge("ValidatingAdmissionPolicy", "storebot-work", off)).await?;
    let policies = i.any("ValidatingAdmissionPolicyBinding", None);
    refused("remove the policy", BY_RBAC, async {
        policies.delete("storebot-work", &DeleteParams::default()).await.map(drop)
    })
    .await
}

const OTHERS: &str = "neither changes nor deletes";

async fn namespaces(i: &Intruder) -> Result<()> {
    let managed = "app.kubernetes.io/managed-by";
    for place in ["kube-system", "default", &i.foreign] {
        refused("adopt", "namespaces", i.label(place, managed, "storebot".into())).await?;
        refused("label", "namespaces", i.label(place, "pod-security.kubernetes.io/enforce", "privileged".into()))
            .await?;
    }
    let all: Api<Namespace> = Api::all(i.client.clone());
    // These Kubernetes itself keeps as well: it says so first.
    for (place, by) in
        [("kube-system", "deleted"), ("default", "deleted"), ("storebot-tests", OTHERS), (i.foreign.as_str(), OTHERS)]
    {
        let gone = async { all.delete(place, &DeleteParams::default()).await.map(drop) };
        refused("delete", by, gone).await?;
    }
    refused("another name", "named store-", i.make("Namespace", None, namespace(&unique("x"), "restricted"))).await?;
    let bare = json!({ "metadata": { "name": "store-0123456789ab" } });
    refused("without its label", "named store-", i.make("Namespace", None, bare)).await?;
    let weak = namespace("store-0123456789ab", "baseline");
    refused("a weak namespace", "restricted", i.make("Namespace", None, weak)).await?;
    for mode in ["enforce", "audit", "warn"] {
        let key = format!("pod-security.kubernetes.io/{mode}");
        refused("weaken", "restricted", i.label(&i.store, &key, "privileged".into())).await?;
        refused("unguard", "restricted", i.label(&i.store, &key, Value::Null)).await?;
        refused("an old version", "version", i.label(&i.store, &format!("{key}-version"), "v1.20".into())).await?;
    }
    refused("let go", "namespaces", i.label(&i.store, managed, "me".into())).await
}

async fn workloads(i: &Intruder) -> Result<()> {
    for place in ["default", "kube-system", &i.foreign, &i.store] {
        refused("run a pod", BY_RBAC, i.make("Pod", Some(place), pod())).await?;
    }
    let accounts = Api::<k8s_openapi::api::core::v1::ServiceAccount>::namespaced(i.client.clone(), &i.store);
    let request = k8s_openapi::api::authentication::v1::TokenRequest::default();
    refused("a token", BY_RBAC, async {
        accounts.create_token_request("default", &PostParams::default(), &request).await.map(drop)
    })
    .await
}

async fn remove(admin: &Client, name: &str) -> Result<()> {
    Api::<Namespace>::all(admin.clone()).delete(name, &DeleteParams::default()).await?;
    Ok(())
}

/// An administrator who grants it too much has not opened anything.
#[tokio::test]
async fn the_policy_holds_where_roles_do_not() {
    run_test(TestBot::default(), async |t| {
        let admin = &t.cluster.client;
        let (client, foreign) = (account::client(account::kubeconfig().await?).await?, foreign(admin).await?);
        let too_much: RoleBinding = from_value(json!({
            "metadata": { "name": "too-much" },
            "roleRef": { "apiGroup": RBAC, "kind": "ClusterRole", "name": "cluster-admin" },
            "subjects": [own()],
        }))?;
        Api::namespaced(admin.clone(), &foreign).create(&PostParams::default(), &too_much).await?;
        let secrets: Api<Secret> = Api::namespaced(client.clone(), &foreign);
        until("it may read there", || async { Ok(secrets.get("key").await.ok().map(drop)) }).await?;
        let metadata = ObjectMeta { name: Some("a".to_owned()), ..ObjectMeta::default() };
        let object = ConfigMap { metadata, ..ConfigMap::default() };
        let maps: Api<ConfigMap> = Api::namespaced(client.clone(), &foreign);
        let only = "only in the namespaces of its stores";
        refused("make", only, async { maps.create(&PostParams::default(), &object).await.map(drop) }).await?;
        refused("delete", only, async { secrets.delete("key", &DeleteParams::default()).await.map(drop) }).await?;
        let i = Intruder { client, store: foreign.clone(), foreign: foreign.clone() };
        refused("run", only, i.make("Pod", Some(&foreign), pod())).await?;
        // Nor does a label make a namespace a store's.
        let label = json!({ "metadata": { "labels": { "app.kubernetes.io/managed-by": "storebot" } } });
        let all: Api<Namespace> = Api::all(admin.clone());
        all.patch(&foreign, &PatchParams::default(), &Patch::Merge(label)).await?;
        refused("run", only, i.make("Pod", Some(&foreign), pod())).await?;
        remove(admin, &foreign).await
    })
    .await;
}

/// Stores that were made with another account, or whose binding somebody has taken away.
#[tokio::test]
async fn a_store_of_before_is_entered_when_there_is_something_to_do() {
    run_test(TestBot { nodes: Nodes::ByHand, ..TestBot::default() }, async |t| {
        let _hands = t.hands();
        let store = tea(t).await?;
        let bindings: Api<RoleBinding> = Api::namespaced(t.cluster.client.clone(), &store);
        let (api, mine) = (t.api("ana"), account::client(account::kubeconfig().await?).await?);
        let secrets: Api<Secret> = Api::namespaced(mine, &store);
        for what in ["sleep", "wake", "verify", "credentials"] {
            bindings.delete("storebot", &DeleteParams::default()).await?;
            until("its rights are gone", || async { Ok(secrets.list(&ListParams::default()).await.err().map(drop)) })
                .await?;
            let answer: Value = api.ask(what, "tea").await?.error_for_status()?.json().await?;
            if let Some(password) = answer["password"].as_str() {
                secrets::note("a login's password", password);
            }
            t.until_idle().await?;
            let bound = bindings.get("storebot").await.with_context(|| what.to_owned())?;
            ensure!(bound.role_ref.name == TENANT_ROLE && bound.name_any() == "storebot", "{bound:?}");
        }
        ensure!(t.store("ana", "tea").await?["phase"] == "ready");
        Ok(())
    })
    .await;
}
