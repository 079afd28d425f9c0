//! What was asked at a store's creation, as the ledger keeps it: short, as in `seen.rs`. Pure.
//!
//! Times are milliseconds since 1970, and the host is left out where the address has it. Everywhere else
//! [`Spec`] looks as its own `Serialize` has it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::actor::{ActorId, OrgId};
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;
use crate::domain::quota::Size;
use crate::domain::record::Spec;
use crate::domain::shop::{Country, Currency};
use crate::domain::store::StoreName;

/// Names may be added; what an older storebot does not know it passes over.
#[derive(Serialize, Deserialize)]
struct Kept {
    name: StoreName,
    engine: Engine,
    plan: Plan,
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    currency: Option<Currency>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    country: Option<Country>,
    owner: ActorId,
    cell: String,
    /// `None`: as in `url`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    host: Option<String>,
    url: String,
    created: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    org: Option<OrgId>,
    /// CPU, memory and disk as [`Size`] has them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    size: Option<(u64, u64, u64)>,
}

/// Times are cut to the millisecond.
pub(super) fn write(spec: &Spec) -> serde_json::Result<String> {
    let Spec {
        name,
        engine,
        plan,
        title,
        currency,
        country,
        owner,
        cell,
        host,
        url,
        created_at,
        expires_at,
        org,
        size,
    } = spec.clone();
    let host = Some(host).filter(|host| host_of(&url) != Some(host));
    serde_json::to_string(&Kept {
        name,
        engine,
        plan,
        title,
        currency,
        country,
        owner,
        cell,
        host,
        url,
        created: created_at.as_millisecond(),
        expires: expires_at.map(Timestamp::as_millisecond),
        org,
        size: (!size.is_nothing()).then_some((size.cpu_millis, size.memory_mib, size.disk_mib)),
    })
}

/// Or why it cannot be read.
pub(super) fn read(text: &str) -> Result<Spec, String> {
    let kept: Kept = serde_json::from_str(text).map_err(|e| e.to_string())?;
    let time = |ms| Timestamp::from_millisecond(ms).map_err(|_| format!("{ms}: there is no such time"));
    let host = match kept.host {
        Some(host) => host,
        None => host_of(&kept.url).ok_or("neither host nor url has a host")?.to_owned(),
    };
    let size = kept.size.map(|(cpu_millis, memory_mib, disk_mib)| Size { cpu_millis, memory_mib, disk_mib });
    Ok(Spec {
        name: kept.name,
        engine: kept.engine,
        plan: kept.plan,
        title: kept.title,
        currency: kept.currency,
        country: kept.country,
        owner: kept.owner,
        cell: kept.cell,
        host,
        url: kept.url,
        created_at: time(kept.created)?,
        expires_at: kept.expires.map(time).transpose()?,
        org: kept.org,
        size: size.unwrap_or_default(),
    })
}

/// Of `https://host:port`.
fn host_of(url: &str) -> Option<&str> {
    let (_, rest) = url.split_once("://")?;
    rest.split([':', '/']).next()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spec(host: &str, url: &str, created: i64, expires: Option<i64>) -> Spec {
        Spec {
            name: StoreName::parse("tea").unwrap(),
            engine: Engine::Medusa,
            plan: Plan::Small,
            title: "Tea & \"more\"".to_owned(),
            currency: None,
            country: None,
            owner: ActorId::new("discord:1"),
            cell: "main".to_owned(),
            host: host.to_owned(),
            url: url.to_owned(),
            created_at: Timestamp::from_millisecond(created).unwrap(),
            expires_at: expires.map(|ms| Timestamp::from_millisecond(ms).unwrap()),
            org: None,
            size: Size { cpu_millis: 500, memory_mib: 1024, disk_mib: 2048 },
        }
    }

    /// What stands in ledgers.
    #[test]
    fn it_is_short_and_stays_as_it_is() {
        let kept = r#"{"name":"tea","engine":"medusa","plan":"small","title":"Tea & \"more\"","owner":"discord:1","cell":"main","url":"http://tea.x:8080","created":1763712000123,"size":[500,1024,2048]}"#;
        let tea = spec("tea.x", "http://tea.x:8080", 1_763_712_000_123, None);
        assert_eq!(write(&tea).unwrap(), kept);
        assert_eq!(read(kept).unwrap(), tea);
        assert_eq!(read(&kept.replace("http://", "")).unwrap_err(), "neither host nor url has a host");
        let late = kept.replace("1763712000123", "9223372036854775807");
        assert_eq!(read(&late).unwrap_err(), "9223372036854775807: there is no such time");
    }

    proptest! {
        #[test]
        fn whatever_was_asked_reads_back(
            host in "[a-z.]{0,8}",
            url in "(https?://)?[a-z.]{0,8}(:[0-9]{2})?(/.*)?",
            created in 0..4_000_000_000_000_i64,
            expires in proptest::option::of(0..4_000_000_000_000_i64),
        ) {
            let asked = spec(&host, &url, created, expires);
            prop_assert_eq!(read(&write(&asked).unwrap()).unwrap(), asked);
        }

        #[test]
        fn nothing_that_stands_there_is_too_strange(text in ".*") {
            let _ = read(&text);
        }
    }
}
