//! What has become of a release's objects: each is held against what Helm installed, by asking the API
//! server what would change if Helm applied it now. So defaults, and what other controllers add, are no
//! differences; only what somebody has set, taken or removed is.

use futures::{StreamExt as _, TryStreamExt as _, stream};
use kube::Api;
use kube::api::{ApiResource, DynamicObject, GroupVersionKind, Patch, PatchParams};
use serde_json::Value;

use super::labels::MANAGED_BY;
use super::{Cluster, ClusterError, release, within};
use crate::domain::store::StoreId;

/// Who Helm is to server-side apply: what it has set is compared with what it would set.
const HELM: &str = "helm";
/// Objects asked for at once; a release has about twenty, each two calls.
const AT_ONCE: usize = 4;
/// Most objects that are told of.
const TOLD_MAX: usize = 20;
/// Most differences that are told of one object.
const FIELDS_MAX: usize = 4;

/// How a release's objects differ from what was installed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Drift {
    /// Kind and name of what is not there: `Deployment shop`.
    pub missing: Vec<String>,
    /// Workloads that were to run and are scaled to nothing.
    pub stopped: Vec<String>,
    /// The object and what differs, in plain words, without any value that could be a secret.
    pub differs: Vec<String>,
}

impl Drift {
    /// All of it, in plain words.
    #[must_use]
    pub fn lines(&self) -> Vec<String> {
        let missing = self.missing.iter().map(|what| format!("{what} was removed"));
        let stopped = self.stopped.iter().map(|what| format!("{what} was scaled to nothing"));
        missing.chain(stopped).chain(self.differs.iter().cloned()).collect()
    }
}

enum Held {
    Same,
    Missing(String),
    Stopped(String),
    Differs(String),
}

impl Cluster {
    /// Holds all objects of one revision of the store's release against what is there.
    ///
    /// # Errors
    /// Of the calls; `NotFound` when there is no such revision; `Invalid` when it cannot be read.
    pub async fn drift(&self, id: &StoreId, revision: u32) -> Result<Drift, ClusterError> {
        let secret = within(self.secrets(id).get(&release::secret_name(revision))).await?;
        let objects = release::objects(&secret)?;
        let held = stream::iter(objects.into_iter().map(|object| self.hold(id, object)));
        let held: Vec<Held> = held.buffered(AT_ONCE).try_collect().await?;
        let mut drift = Drift::default();
        for one in held {
            match one {
                Held::Same => {}
                Held::Missing(what) => drift.missing.push(what),
                Held::Stopped(what) => drift.stopped.push(what),
                Held::Differs(what) => drift.differs.push(what),
            }
        }
        drift.differs.truncate(TOLD_MAX);
        Ok(drift)
    }

    async fn hold(&self, id: &StoreId, object: Value) -> Result<Held, ClusterError> {
        let namespace = id.namespace();
        let text = |key: &str| object[key].as_str().unwrap_or_default().to_owned();
        let (kind, name) = (text("kind"), object["metadata"]["name"].as_str().unwrap_or_default().to_owned());
        let (group, version) = match text("apiVersion").split_once('/') {
            Some((group, version)) => (group.to_owned(), version.to_owned()),
            None => (String::new(), text("apiVersion")),
        };
        let resource = ApiResource::from_gvk(&GroupVersionKind::gvk(&group, &version, &kind));
        let api: Api<DynamicObject> = Api::namespaced_with(self.client.clone(), &namespace, &resource);
        let called = format!("{kind} {name}");
        let Some(live) = within(api.get_opt(&name)).await? else { return Ok(Held::Missing(called)) };
        let params = PatchParams { dry_run: true, ..PatchParams::apply(HELM).force() };
        let would = match within(api.patch(&name, &params, &Patch::Apply(as_helm_sends_it(object, &namespace)))).await {
            Ok(would) => would,
            Err(ClusterError::NotFound) => return Ok(Held::Missing(called)),
            // What cannot be changed back in place differs for sure.
            Err(ClusterError::Invalid { .. }) => {
                return Ok(Held::Differs(format!("{called}: it cannot be changed back")));
            }
            Err(error) => return Err(error),
        };
        let value = |object| serde_json::to_value(object).map_err(|e| ClusterError::Invalid { message: e.to_string() });
        Ok(compare(&called, &kind, &value(&live)?, &value(&would)?))
    }
}

/// Helm adds these to every object when it sends it; they are not in the manifest.
fn as_helm_sends_it(mut object: Value, namespace: &str) -> Value {
    let metadata = &mut object["metadata"];
    metadata["labels"][MANAGED_BY] = "Helm".into();
    metadata["annotations"]["meta.helm.sh/release-name"] = release::NAME.into();
    metadata["annotations"]["meta.helm.sh/release-namespace"] = namespace.into();
    object
}

fn compare(called: &str, kind: &str, live: &Value, would: &Value) -> Held {
    let replicas = |object: &Value| object["spec"]["replicas"].as_i64();
    if replicas(live) == Some(0) && replicas(would).is_some_and(|wanted| wanted > 0) {
        return Held::Stopped(called.to_owned());
    }
    let mut fields = Vec::new();
    differences(&told(live), &told(would), "", &mut fields);
    if fields.is_empty() {
        return Held::Same;
    }
    let more = fields.len().saturating_sub(FIELDS_MAX);
    fields.truncate(FIELDS_MAX);
    // Whatever a Secret or a ConfigMap holds is named and not shown.
    let shown = |field: &Field| field.told(!matches!(kind, "Secret" | "ConfigMap"));
    let mut text = format!("{called}: {}", fields.iter().map(shown).collect::<Vec<_>>().join(", "));
    if more > 0 {
        text.push_str(&format!(" and {more} more"));
    }
    Held::Differs(text)
}

/// The part of an object that people and Helm decide on.
fn told(object: &Value) -> Value {
    let mut object = object.clone();
    if let Some(top) = object.as_object_mut() {
        top.remove("status");
        if let Some(metadata) = top.get_mut("metadata").and_then(Value::as_object_mut) {
            for own in ["managedFields", "resourceVersion", "generation", "uid", "creationTimestamp"] {
                metadata.remove(own);
            }
        }
    }
    object
}

/// One difference: where, what is there, and what should be.
struct Field {
    path: String,
    is: Option<Value>,
    should: Option<Value>,
}

impl Field {
    /// Values only where they cannot be secret: numbers, switches and images.
    fn told(&self, with_values: bool) -> String {
        let path = &self.path;
        let plain = |value: &Option<Value>| match value {
            Some(value @ (Value::Number(_) | Value::Bool(_))) if with_values => Some(value.to_string()),
            Some(Value::String(text)) if with_values && path.ends_with(".image") => Some(text.clone()),
            _ => None,
        };
        match (&self.is, &self.should) {
            (None, _) => format!("{path} is missing"),
            (_, None) => format!("{path} is too much"),
            _ => match (plain(&self.is), plain(&self.should)) {
                (Some(is), Some(should)) => format!("{path} is {is} and should be {should}"),
                _ => format!("{path} was changed"),
            },
        }
    }
}

fn differences(is: &Value, should: &Value, path: &str, found: &mut Vec<Field>) {
    match (is, should) {
        (Value::Object(is), Value::Object(should)) => {
            let mut keys: Vec<_> = is.keys().chain(should.keys()).collect();
            keys.sort();
            keys.dedup();
            for key in keys {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match (is.get(key), should.get(key)) {
                    (Some(is), Some(should)) => differences(is, should, &path, found),
                    (is, should) => found.push(Field { path, is: is.cloned(), should: should.cloned() }),
                }
            }
        }
        (Value::Array(is), Value::Array(should)) if is.len() == should.len() => {
            for (index, (is, should)) in is.iter().zip(should).enumerate() {
                let place = should["name"].as_str().map_or_else(|| index.to_string(), str::to_owned);
                differences(is, should, &format!("{path}[{place}]"), found);
            }
        }
        (is, should) if is != should => {
            found.push(Field { path: path.to_owned(), is: Some(is.clone()), should: Some(should.clone()) });
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told_of(kind: &str, live: &Value, would: &Value) -> Option<String> {
        match compare(&format!("{kind} shop"), kind, live, would) {
            Held::Same => None,
            Held::Missing(what) | Held::Stopped(what) | Held::Differs(what) => Some(what),
        }
    }

    #[test]
    fn what_moves_by_itself_is_no_difference() {
        let live = json!({"metadata": {"name": "a", "generation": 2, "managedFields": [1]}, "status": {"x": 1}});
        let would = json!({"metadata": {"name": "a", "generation": 3, "managedFields": [2]}});
        assert_eq!(told_of("Service", &live, &would), None);
    }

    #[test]
    fn a_difference_is_told_in_plain_words() {
        let container =
            |image: &str, token: &str| json!({"name": "shop", "image": image, "env": [{"name": "T", "value": token}]});
        let spec = |replicas: u32, container: Value| json!({"spec": {"replicas": replicas, "containers": [container]}});
        let told =
            told_of("Deployment", &spec(3, container("b", "s3cret")), &spec(1, container("a", "other"))).unwrap();
        assert_eq!(
            told,
            "Deployment shop: spec.containers[shop].env[T].value was changed, \
             spec.containers[shop].image is b and should be a, spec.replicas is 3 and should be 1"
        );
        let told = told_of("Service", &json!({"spec": {"a": 1}}), &json!({"spec": {"b": [1]}})).unwrap();
        assert_eq!(told, "Service shop: spec.a is too much, spec.b is missing");
    }

    #[test]
    fn what_a_secret_holds_is_never_shown() {
        let told =
            told_of("Secret", &json!({"data": {"a": 1, "b": "x"}}), &json!({"data": {"a": 2, "b": "y"}})).unwrap();
        assert_eq!(told, "Secret shop: data.a was changed, data.b was changed");
    }

    #[test]
    fn a_workload_scaled_to_nothing_has_been_stopped() {
        let live = json!({"spec": {"replicas": 0}});
        assert!(matches!(compare("", "Deployment", &live, &json!({"spec": {"replicas": 1}})), Held::Stopped(_)));
        assert!(matches!(compare("", "Deployment", &live, &live), Held::Same));
    }
}
