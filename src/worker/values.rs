//! What Helm is given for a store: pure.

use std::collections::BTreeMap;

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::cluster::CREDENTIALS;
use crate::config;
use crate::domain::Bits;
use crate::domain::engine::Engine;
use crate::domain::login::{ADMIN_USER, admin_email, password};
use crate::domain::record::{Record, Want};
use crate::domain::secret::SecretText;
use crate::domain::store::StoreName;

/// Label on the release: digest of what it was made from.
pub(super) const DIGEST_LABEL: &str = "storebot.dev/values";

/// The chart's values.
pub(super) fn chart(record: &Record, cell: &config::Cell) -> Value {
    let spec = &record.spec;
    let mut values = json!({
        "store": {
            "id": record.id.as_str(),
            "name": spec.name.as_str(),
            "title": spec.title,
            "plan": spec.plan.as_str(),
            "cell": spec.cell,
            "host": spec.host,
            "url": spec.url,
        },
        "credentialsSecret": CREDENTIALS,
        "ingress": { "className": cell.ingress_class, "clusterIssuer": cell.cluster_issuer },
        "storage": { "className": cell.storage_class },
    });
    // Set only for a store that is to sleep: what is made from the others stays what it was.
    if record.desired.want == Want::Asleep {
        values["asleep"] = true.into();
    }
    // Set only where something was chosen: a key would win over the cell's own values.
    let chosen = [("currency", spec.currency.map(String::from)), ("country", spec.country.map(String::from))];
    for (key, value) in chosen.into_iter().filter_map(|(key, value)| value.map(|v| (key, v))) {
        values["shop"][key] = value.into();
    }
    values
}

/// Digest of what a release is made from, short enough for a label.
pub(super) fn digest(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hex::encode(&hash.finalize()[..8])
}

/// A new shop's credentials. Made once; what is in the cluster already is never overwritten.
pub(super) fn credentials(engine: Engine, name: &StoreName, bits: &Bits) -> BTreeMap<String, SecretText> {
    let secret_keys: &[&str] = match engine {
        Engine::Woocommerce => &[
            "database-password",
            "database-root-password",
            "admin-password",
            "auth-key",
            "secure-auth-key",
            "logged-in-key",
            "nonce-key",
            "auth-salt",
            "secure-auth-salt",
            "logged-in-salt",
            "nonce-salt",
        ],
        Engine::Medusa => &["database-password", "admin-password", "jwt-secret", "cookie-secret"],
    };
    let mut data: BTreeMap<String, SecretText> =
        secret_keys.iter().map(|k| ((*k).to_owned(), password(bits).into())).collect();
    data.insert("admin-email".to_owned(), admin_email(name).into());
    match engine {
        Engine::Woocommerce => data.insert("admin-user".to_owned(), ADMIN_USER.to_owned().into()),
        // Not a secret to the shop's visitors, but unique for each shop.
        Engine::Medusa => {
            data.insert("publishable-key".to_owned(), format!("pk_{}", password(bits).expose_secret()).into())
        }
    };
    data
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    fn bits() -> Bits {
        let count = AtomicU64::new(1);
        Arc::new(move || count.fetch_add(1, Ordering::Relaxed).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    fn templates(chart: &str) -> String {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("charts").join(chart).join("templates");
        let files = std::fs::read_dir(folder).unwrap();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }

    /// A key that a chart reads and nobody makes would keep its pods from starting.
    #[test]
    fn credentials_have_the_keys_that_the_charts_read() {
        for engine in Engine::ALL {
            let text = templates(engine.as_str());
            let made = credentials(engine, &StoreName::parse("tea").unwrap(), &bits());
            for read in text.split("\"key\" \"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
                assert!(made.contains_key(read), "{engine} reads {read}");
            }
            for key in made.keys() {
                assert!(text.contains(&format!("\"{key}\"")), "nothing of {engine} reads {key}");
            }
        }
    }

    #[test]
    fn a_digest_tells_parts_apart() {
        assert_ne!(digest(&["ab", "c"]), digest(&["a", "bc"]));
        assert_eq!(digest(&["a"]).len(), 16);
    }
}
