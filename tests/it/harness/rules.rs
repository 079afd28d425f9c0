//! Rules of the cluster that hold for one test's stores alone: what an administrator's policies do.

use anyhow::{Context as _, Result};
use k8s_openapi::api::admissionregistration::v1::{
    ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding, ValidatingWebhookConfiguration,
};
use k8s_openapi::api::core::v1::{ConfigMap, Namespace};
use k8s_openapi::api::storage::v1::StorageClass;
use kube::api::{Api, DeleteParams, PostParams};
use serde_json::{Value, from_value, json};

use super::cluster::TestCluster;
use super::environment::until;

/// The thing by which a rule is known to be in force; nothing of a store has this name.
const PROBE: &str = "storebot-probe";

impl TestCluster {
    /// From now on a ValidatingAdmissionPolicy refuses that these are made.
    pub(crate) async fn refuse(&self, group: &str, resource: &str, message: &str) -> Result<()> {
        let rule = |group: &str, resource: &str| json!({ "apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": [resource] });
        let mut probe = rule("", "configmaps");
        probe["resourceNames"] = json!([PROBE]);
        let policy: ValidatingAdmissionPolicy = from_value(json!({ "metadata": self.own(), "spec": {
            "matchConstraints": { "namespaceSelector": self.selector(), "resourceRules": [rule(group, resource), probe] },
            "validations": [{ "expression": "false", "message": message }],
        } }))?;
        let binding: ValidatingAdmissionPolicyBinding = from_value(json!({ "metadata": self.own(),
            "spec": { "policyName": self.cell, "validationActions": ["Deny"] } }))?;
        Api::all(self.client.clone()).create(&PostParams::default(), &policy).await?;
        Api::all(self.client.clone()).create(&PostParams::default(), &binding).await?;
        self.until_in_force("denied request").await
    }

    /// From now on nobody makes these without asking a webhook, which is not there.
    pub(crate) async fn ask_nobody(&self, group: &str, resource: &str) -> Result<()> {
        let webhook = |name: &str, group: &str, resource: &str, objects: Value| {
            json!({
                "name": format!("{name}.storebot.dev"), "admissionReviewVersions": ["v1"], "sideEffects": "None",
                "failurePolicy": "Fail", "timeoutSeconds": 1, "clientConfig": { "url": "https://127.0.0.1:1/" },
                "namespaceSelector": self.selector(), "objectSelector": objects,
                "rules": [{ "apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE"],
                            "resources": [resource] }],
            })
        };
        let probe = webhook("probe", "", "configmaps", json!({ "matchLabels": { "name": PROBE } }));
        let webhooks = json!([webhook("policy", group, resource, json!({})), probe]);
        let hooks: ValidatingWebhookConfiguration =
            from_value(json!({ "metadata": self.own(), "webhooks": webhooks }))?;
        Api::all(self.client.clone()).create(&PostParams::default(), &hooks).await?;
        self.until_in_force("failed calling webhook").await
    }

    /// A storage class whose provisioner does not exist.
    pub(crate) async fn unserved_class(&self) -> Result<String> {
        let class: StorageClass = from_value(json!({ "metadata": self.own(), "provisioner": "storebot.dev/nobody",
            "volumeBindingMode": "WaitForFirstConsumer" }))?;
        Api::all(self.client.clone()).create(&PostParams::default(), &class).await?;
        Ok(self.cell.clone())
    }

    /// The rules of this test hold no more.
    pub(crate) async fn remove_rules(&self) -> Result<()> {
        let (params, ours) = (DeleteParams::default(), self.of_this_test());
        let policies: Api<ValidatingAdmissionPolicy> = Api::all(self.client.clone());
        let bindings: Api<ValidatingAdmissionPolicyBinding> = Api::all(self.client.clone());
        let hooks: Api<ValidatingWebhookConfiguration> = Api::all(self.client.clone());
        bindings.delete_collection(&params, &ours).await?;
        policies.delete_collection(&params, &ours).await?;
        hooks.delete_collection(&params, &ours).await?;
        let classes: Api<StorageClass> = Api::all(self.client.clone());
        classes.delete_collection(&params, &ours).await?;
        let namespaces: Api<Namespace> = Api::all(self.client.clone());
        if namespaces.get_opt(&self.probe()).await?.is_some() {
            namespaces.delete(&self.probe(), &params).await?;
        }
        Ok(())
    }

    fn own(&self) -> Value {
        json!({ "name": self.cell, "labels": { "storebot.dev/cell": self.cell } })
    }

    /// Name of a namespace that no store has, and that the rules hold for too.
    fn probe(&self) -> String {
        format!("{}-probe", self.cell)
    }

    fn selector(&self) -> Value {
        json!({ "matchExpressions": [
            { "key": "storebot.dev/cell", "operator": "In", "values": [self.cell, self.probe()] }] })
    }

    /// API servers learn of a rule a moment after it was made.
    async fn until_in_force(&self, sign: &str) -> Result<()> {
        let probe = self.probe();
        let labels = json!({ "storebot.dev/cell": probe });
        let namespace: Namespace = from_value(json!({ "metadata": { "name": probe, "labels": labels } }))?;
        Api::all(self.client.clone()).create(&PostParams::default(), &namespace).await?;
        let things: Api<ConfigMap> = Api::namespaced(self.client.clone(), &probe);
        let thing: ConfigMap = from_value(json!({ "metadata": { "name": PROBE, "labels": { "name": PROBE } } }))?;
        let dry = PostParams { dry_run: true, ..PostParams::default() };
        until("the rule is in force", || async {
            let told = things.create(&dry, &thing).await.err().map(|error| error.to_string());
            Ok(told.filter(|told| told.contains(sign)).map(drop))
        })
        .await
        .context(sign.to_owned())
    }
}
