//! Jobs that run when they are asked for: made from a suspended CronJob of the chart, as `kubectl
//! create job --from=cronjob/verify` does. The template is the chart's; what runs in a store's
//! namespace is never made up here.

use std::collections::BTreeMap;

use k8s_openapi::api::batch::v1::{CronJob, Job};
use k8s_openapi::api::core::v1::Secret;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::OwnerReference;
use kube::Api;
use kube::api::{DeleteParams, ListParams, ObjectMeta, Patch, PatchParams, PostParams};

use super::labels::{ASK, COMPONENT};
use super::{Cluster, ClusterError, MANAGER, within};
use crate::crash;
use crate::domain::store::StoreId;

/// A Job that is wanted.
#[derive(Clone, Copy, Debug)]
pub struct AskedJob<'a> {
    /// The component whose template it is made from.
    pub component: &'a str,
    /// See [`super::asked_job`].
    pub name: &'a str,
    /// What it was asked for by; others of the component are removed.
    pub ask: &'a str,
}

impl Cluster {
    /// Makes a Job from its template, if it is not there, and removes those of earlier wishes.
    ///
    /// # Errors
    /// `NotFound` when the release has no such template: its chart is too old. That the Job exists is
    /// a success.
    pub async fn ask_job(&self, id: &StoreId, job: AskedJob<'_>) -> Result<(), ClusterError> {
        let namespace = id.namespace();
        let templates: Api<CronJob> = Api::namespaced(self.client.clone(), &namespace);
        let template = within(templates.get(job.component)).await?;
        self.remove_asked_jobs(id, job.component, Some(job.ask)).await?;
        let jobs: Api<Job> = Api::namespaced(self.client.clone(), &namespace);
        let job = instance(template, job)?;
        crash::point!("cluster.ask-job.before");
        match within(jobs.create(&PostParams::default(), &job)).await {
            Ok(_) | Err(ClusterError::Exists) => {}
            Err(error) => return Err(error),
        }
        crash::point!("cluster.ask-job.after");
        Ok(())
    }

    /// Removes a component's Jobs that were asked for, with their pods; all but those of `keep`.
    ///
    /// # Errors
    /// Of the call; that there are none is a success.
    pub async fn remove_asked_jobs(
        &self,
        id: &StoreId,
        component: &str,
        keep: Option<&str>,
    ) -> Result<(), ClusterError> {
        let jobs: Api<Job> = Api::namespaced(self.client.clone(), &id.namespace());
        let but = keep.map(|ask| format!(",{ASK}!={ask}")).unwrap_or_default();
        let params = ListParams::default().labels(&format!("{COMPONENT}={component},{ASK}{but}"));
        within(jobs.delete_collection(&DeleteParams::background(), &params)).await.map(drop)
    }

    /// Writes a small Secret that lives as long as one step; what was there is replaced.
    ///
    /// # Errors
    /// Of the call.
    pub async fn put_secret(
        &self,
        id: &StoreId,
        name: &str,
        labels: BTreeMap<String, String>,
        data: BTreeMap<String, String>,
    ) -> Result<(), ClusterError> {
        let metadata = ObjectMeta { name: Some(name.to_owned()), labels: Some(labels), ..ObjectMeta::default() };
        let secret = Secret { metadata, string_data: Some(data), ..Secret::default() };
        let params = PatchParams::apply(MANAGER).force();
        crash::point!("cluster.put-secret.before");
        within(self.secrets(id).patch(name, &params, &Patch::Apply(&secret))).await?;
        crash::point!("cluster.put-secret.after");
        Ok(())
    }

    /// # Errors
    /// Of the call; that there is none is a success.
    pub async fn remove_secret(&self, id: &StoreId, name: &str) -> Result<(), ClusterError> {
        crash::point!("cluster.remove-secret.before");
        match within(self.secrets(id).delete(name, &DeleteParams::default())).await {
            Ok(_) | Err(ClusterError::NotFound) => {}
            Err(error) => return Err(error),
        }
        crash::point!("cluster.remove-secret.after");
        Ok(())
    }
}

/// The Job of a template: pure. It belongs to the template and goes with it, but is not controlled
/// by it: the CronJob controller would remove Jobs beyond its history, and with them a proof.
fn instance(template: CronJob, job: AskedJob<'_>) -> Result<Job, ClusterError> {
    let missing =
        |what: &str| ClusterError::Invalid { message: format!("the template {} has no {what}", job.component) };
    let owner = OwnerReference {
        api_version: "batch/v1".to_owned(),
        kind: "CronJob".to_owned(),
        name: template.metadata.name.ok_or_else(|| missing("name"))?,
        uid: template.metadata.uid.ok_or_else(|| missing("uid"))?,
        ..OwnerReference::default()
    };
    let wanted = template.spec.ok_or_else(|| missing("spec"))?.job_template;
    let from = wanted.metadata.unwrap_or_default();
    let mut labels = from.labels.unwrap_or_default();
    labels.insert(ASK.to_owned(), job.ask.to_owned());
    let metadata = ObjectMeta {
        name: Some(job.name.to_owned()),
        labels: Some(labels),
        annotations: from.annotations,
        owner_references: Some(vec![owner]),
        ..ObjectMeta::default()
    };
    Ok(Job { metadata, spec: wanted.spec, status: None })
}

#[cfg(test)]
mod tests {
    use serde_json::{from_value, json};

    use super::*;

    #[test]
    fn a_job_is_its_template_under_a_name_of_its_own() {
        let spec = json!({"backoffLimit": 2, "template": {"spec": {"containers": [{"name": "verify"}]}}});
        let labels = json!({"app.kubernetes.io/component": "verify", "storebot.dev/revision": "3"});
        let template: CronJob = from_value(json!({
            "metadata": {"name": "verify", "uid": "u-1"},
            "spec": {"schedule": "0 0 1 1 *", "suspend": true, "jobTemplate": {"metadata": {"labels": labels}, "spec": spec}},
        }))
        .unwrap();
        let asked = AskedJob { component: "verify", name: "verify-3-7", ask: "7" };
        insta::assert_snapshot!(serde_json::to_string_pretty(&instance(template, asked).unwrap()).unwrap());
        assert!(matches!(instance(CronJob::default(), asked), Err(ClusterError::Invalid { .. })));
    }
}
