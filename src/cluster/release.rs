//! Helm's own record of a release, read from the labels of its Secrets, and the one change storebot
//! makes to it: a lock whose holder is dead becomes a failure. Pure.

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use jiff::Timestamp;
use k8s_openapi::ByteString;
use k8s_openapi::api::core::v1::Secret;
use kube::api::ObjectMeta;
use serde::Deserialize;
use serde::de::{DeserializeOwned, Deserializer, Error as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

use super::ClusterError;
use super::labels::CHART;

/// Name of the release in each store's namespace.
pub(super) const NAME: &str = "store";
/// Helm's labels of all revisions of the release.
pub(super) const SELECTOR: &str = "owner=helm,name=store";
/// Largest release that is unpacked. A Secret holds at most 1 MiB, which as a real release inflates
/// to some ten MiB, and as a gzip bomb to a thousand.
const INFLATED_MAX: u64 = 32 << 20;
/// Most members of a release and of its `info`. Helm writes about ten.
const MEMBERS_MAX: usize = 64;

/// One revision of a store's release.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseState {
    pub revision: u32,
    pub status: ReleaseStatus,
    /// When Helm began with it, by the cluster's clock.
    pub made_at: Option<Timestamp>,
    /// From the label [`CHART`], if the one who ran Helm gave it.
    pub chart: Option<String>,
    /// All labels of the revision's Secret, Helm's own included.
    pub labels: BTreeMap<String, String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReleaseStatus {
    Deployed,
    Failed,
    Superseded,
    /// An uninstall is under way, or died: Helm then neither installs nor upgrades.
    Uninstalling,
    /// Helm is at work, or died: no other operation is let in.
    Pending(Pending),
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pending {
    Install,
    Upgrade,
    Rollback,
}

impl ReleaseStatus {
    /// Helm lets no upgrade in. Whether its holder lives, only the store's fence can tell.
    #[must_use]
    pub fn is_locked(self) -> bool {
        matches!(self, Self::Pending(_) | Self::Uninstalling)
    }

    fn parse(text: &str) -> Self {
        match text {
            "deployed" => Self::Deployed,
            "failed" => Self::Failed,
            "superseded" => Self::Superseded,
            "uninstalling" => Self::Uninstalling,
            "pending-install" => Self::Pending(Pending::Install),
            "pending-upgrade" => Self::Pending(Pending::Upgrade),
            "pending-rollback" => Self::Pending(Pending::Rollback),
            _ => Self::Unknown,
        }
    }
}

pub(super) fn secret_name(revision: u32) -> String {
    format!("sh.helm.release.v1.store.v{revision}")
}

pub(super) fn newest(secrets: impl Iterator<Item = ObjectMeta>) -> Option<ReleaseState> {
    let states = secrets.filter_map(|meta| {
        let labels = meta.labels?;
        let revision = labels.get("version")?.parse().ok()?;
        let status = ReleaseStatus::parse(labels.get("status").map(String::as_str).unwrap_or_default());
        let made_at = meta.creation_timestamp.map(|time| time.0);
        Some(ReleaseState { revision, status, made_at, chart: labels.get(CHART).cloned(), labels })
    });
    states.max_by_key(|state| state.revision)
}

/// The objects that a revision consists of, as Helm has sent them to the API server; without the Jobs
/// that are run once.
pub(super) fn objects(secret: &Secret) -> Result<Vec<Value>, ClusterError> {
    let unreadable = |why: String| ClusterError::Invalid { message: format!("the release cannot be read: {why}") };
    let stored = secret.data.as_ref().and_then(|data| data.get("release"));
    let stored = stored.ok_or_else(|| unreadable("its Secret is empty".to_owned()))?;
    let Rendered { manifest } = unpack(&stored.0).map_err(unreadable)?;
    let objects: Vec<Value> = serde_saphyr::from_multiple(&manifest).map_err(|error| unreadable(error.to_string()))?;
    Ok(objects.into_iter().filter(|o| o.is_object() && o["kind"] != "Job").collect())
}

/// The Secret as it is to be written back, with its resource version; `None` when it is not locked.
pub(super) fn unlocked(mut secret: Secret) -> Result<Option<Secret>, ClusterError> {
    let unreadable = |why: &str| ClusterError::Invalid { message: format!("the release cannot be unlocked: {why}") };
    let labels = secret.metadata.labels.get_or_insert_default();
    let labelled = ReleaseStatus::parse(labels.get("status").map(String::as_str).unwrap_or_default());
    let slot = secret.data.as_mut().and_then(|data| data.get_mut("release"));
    let slot = slot.ok_or_else(|| unreadable("its Secret is empty"))?;
    let mut release: Members = unpack(&slot.0).map_err(|why| unreadable(&why))?;
    let mut info: Members = release.read("info").ok_or_else(|| unreadable("it has no info"))?;
    let stated = ReleaseStatus::parse(&info.read::<String>("status").unwrap_or_default());
    if !labelled.is_locked() && !stated.is_locked() {
        return Ok(None);
    }
    info.write("status", &"failed").map_err(|why| unreadable(&why))?;
    info.write("description", &"interrupted; unlocked by storebot").map_err(|why| unreadable(&why))?;
    release.write("info", &info.0).map_err(|why| unreadable(&why))?;
    *slot = ByteString(pack(&release.0).map_err(|why| unreadable(&why))?);
    // Helm searches by the label and decides by the status inside: both have to agree.
    labels.insert("status".to_owned(), "failed".to_owned());
    secret.immutable = Some(true);
    Ok(Some(secret))
}

/// The part of a release that says what it consists of.
#[derive(Deserialize)]
struct Rendered {
    #[serde(default)]
    manifest: String,
}

/// An object of JSON whose members stay as they are written: as a tree of values, what inflates to
/// 32 MiB of `[0,0,…]` would take a gigabyte.
struct Members(BTreeMap<String, Box<RawValue>>);

impl Members {
    /// `None` when there is no such member, or it is something else.
    fn read<T: DeserializeOwned>(&self, name: &str) -> Option<T> {
        serde_json::from_str(self.0.get(name)?.get()).ok()
    }

    fn write(&mut self, name: &str, value: &impl serde::Serialize) -> Result<(), String> {
        let raw = to_raw_value(value).map_err(|error| error.to_string())?;
        self.0.insert(name.to_owned(), raw);
        Ok(())
    }
}

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;

        impl<'de> Visitor<'de> for Read {
            type Value = Members;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = BTreeMap::new();
                while let Some((name, value)) = map.next_entry()? {
                    if members.len() == MEMBERS_MAX {
                        return Err(A::Error::custom(format!("it has more than {MEMBERS_MAX} members")));
                    }
                    members.insert(name, value);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Read)
    }
}

/// Helm's storage format: base64 of gzip of JSON (in a Secret, so base64 once more on the wire).
fn unpack<T: DeserializeOwned>(stored: &[u8]) -> Result<T, String> {
    let packed = STANDARD.decode(stored).map_err(|error| error.to_string())?;
    let mut json = Vec::new();
    GzDecoder::new(packed.as_slice()).take(INFLATED_MAX + 1).read_to_end(&mut json).map_err(|e| e.to_string())?;
    if json.len() as u64 > INFLATED_MAX {
        return Err(format!("it is larger than {INFLATED_MAX} bytes"));
    }
    serde_json::from_slice(&json).map_err(|error| error.to_string())
}

fn pack(release: &impl serde::Serialize) -> Result<Vec<u8>, String> {
    let json = serde_json::to_vec(release).map_err(|error| error.to_string())?;
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&json).map_err(|error| error.to_string())?;
    let packed = gzip.finish().map_err(|error| error.to_string())?;
    Ok(STANDARD.encode(packed).into_bytes())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn labels(status: &str, version: &str) -> BTreeMap<String, String> {
        let pairs = [("owner", "helm"), ("name", "store"), ("status", status), ("version", version)];
        pairs.map(|(k, v)| (k.to_owned(), v.to_owned())).into()
    }

    fn secret(labelled: &str, stored: Vec<u8>) -> Secret {
        let resource_version = Some("42".to_owned());
        let metadata = ObjectMeta { labels: Some(labels(labelled, "1")), resource_version, ..ObjectMeta::default() };
        Secret { metadata, data: Some([("release".to_owned(), ByteString(stored))].into()), ..Secret::default() }
    }

    fn stored(status: &str) -> Vec<u8> {
        pack(&json!({"name": "store", "info": {"status": status, "notes": "ü"}, "version": 1, "manifest": "a: 1"}))
            .unwrap()
    }

    #[test]
    fn the_newest_revision_counts_by_number() {
        let metas = [("superseded", "9"), ("pending-upgrade", "10"), ("failed", "8"), ("deployed", "x")];
        let metas = metas.map(|(s, v)| ObjectMeta { labels: Some(labels(s, v)), ..ObjectMeta::default() });
        let state = newest(metas.into_iter()).unwrap();
        assert_eq!((state.revision, state.status), (10, ReleaseStatus::Pending(Pending::Upgrade)));
        assert_eq!(newest([ObjectMeta::default()].into_iter()), None);
    }

    #[test]
    fn a_lock_becomes_a_failure_and_nothing_else_changes() {
        for status in ["pending-install", "pending-upgrade", "pending-rollback", "uninstalling"] {
            let after = unlocked(secret(status, stored(status))).unwrap().unwrap();
            assert_eq!(after.metadata.labels, Some(labels("failed", "1")));
            assert_eq!((after.metadata.resource_version.as_deref(), after.immutable), (Some("42"), Some(true)));
            let release: Value = unpack(&after.data.unwrap()["release"].0).unwrap();
            let info = json!({"status": "failed", "notes": "ü", "description": "interrupted; unlocked by storebot"});
            assert_eq!(release, json!({"name": "store", "info": info, "version": 1, "manifest": "a: 1"}));
        }
    }

    #[test]
    fn what_is_not_locked_is_left_alone_and_half_a_lock_is_one() {
        assert_eq!(unlocked(secret("deployed", stored("deployed"))), Ok(None));
        assert!(unlocked(secret("deployed", stored("pending-upgrade"))).unwrap().is_some());
        assert!(unlocked(secret("pending-upgrade", stored("failed"))).unwrap().is_some());
    }

    #[test]
    fn a_release_says_what_it_consists_of() {
        let manifest = "---\n# Source: x\nkind: Service\nmetadata: {name: shop}\n---\nkind: Job\n---\n# nothing\n";
        let stored = pack(&json!({"manifest": manifest})).unwrap();
        let found = objects(&secret("deployed", stored)).unwrap();
        assert_eq!(found, [json!({"kind": "Service", "metadata": {"name": "shop"}})]);
        assert!(objects(&secret("deployed", pack(&json!({"manifest": "a: ["})).unwrap())).is_err());
        assert!(objects(&Secret::default()).is_err());
    }

    #[test]
    fn rubbish_and_bombs_are_refused() {
        let mut bomb = GzEncoder::new(Vec::new(), Compression::best());
        let zeros = vec![b' '; 1 << 20];
        for _ in 0..=INFLATED_MAX >> 20 {
            bomb.write_all(&zeros).unwrap();
        }
        let bomb = STANDARD.encode(bomb.finish().unwrap()).into_bytes();
        for stored in [b"%".to_vec(), STANDARD.encode("no gzip").into_bytes(), pack(&json!([])).unwrap(), bomb] {
            let result = unlocked(secret("pending-install", stored));
            assert!(matches!(result, Err(ClusterError::Invalid { .. })), "{result:?}");
        }
    }
}
