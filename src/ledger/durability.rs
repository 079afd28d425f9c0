//! Whether a Redis keeps what it has acknowledged.
//!
//! Judged at each new connection, before anything else is sent on it: a server that can lose data
//! must not get to acknowledge a store. The first one decides whether storebot runs at all; one that
//! comes later, by a failover or a restart, is told and lived with, since ending in the middle of
//! work would help nobody.
//!
//! Nearly everything is read from `INFO`, which managed services allow where they forbid `CONFIG`.
//! What cannot be read is told, too, and never refused.

use std::collections::HashMap;
use std::fmt;

use redis::aio::MultiplexedConnection;
use redis::{ErrorKind, RedisResult, ServerErrorKind};
use tokio::sync::watch;

use crate::config::Durability;

/// Oldest version whose commands and scripts are as the ledger needs them. Valkey tells the Redis
/// version it is compatible with, which is newer.
const OLDEST: (u32, u32) = (7, 0);

/// What a server says about itself; `None`: it does not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Major and minor.
    pub version: Option<(u32, u32)>,
    pub primary: Option<bool>,
    pub append_only: Option<bool>,
    /// `always`, `everysec` or `no`.
    pub fsync: Option<String>,
    /// Of `maxmemory-policy`.
    pub policy: Option<String>,
    pub replicas: Option<u32>,
    /// Writes need replicas that keep up.
    pub waits_for_replicas: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Acknowledged data will be lost one day.
    Refuse,
    /// May be lost in rare cases, or nobody can tell.
    Warn,
}

/// Something about a server that an operator should change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub severity: Severity,
    /// The server's own setting, where there is one.
    pub key: &'static str,
    pub what: String,
    pub what_to_do: &'static str,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.key, self.what, self.what_to_do)
    }
}

/// The first Redis that answered can lose what it has acknowledged, and must not.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the Redis at redis.url can lose what it has acknowledged:\n{}\n  To run with it all the same: redis.durability = \"warn\"", lines(.0))]
pub struct Lossy(pub Vec<Finding>);

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|f| format!("  {f}")).collect::<Vec<_>>().join("\n")
}

impl Facts {
    /// From the text of `INFO` and the value of `appendfsync`.
    fn read(info: &str, fsync: Option<String>) -> Self {
        let said: HashMap<&str, &str> = info.lines().filter_map(|line| line.trim_end().split_once(':')).collect();
        let version = said.get("redis_version").and_then(|version| {
            let mut parts = version.split('.').map(str::parse);
            Some((parts.next()?.ok()?, parts.next()?.ok()?))
        });
        Self {
            version,
            primary: said.get("role").map(|role| *role == "master"),
            append_only: said.get("aof_enabled").map(|enabled| *enabled == "1"),
            fsync,
            policy: said.get("maxmemory_policy").map(|policy| (*policy).to_owned()),
            replicas: said.get("connected_slaves").and_then(|number| number.parse().ok()),
            // There only when min-replicas-to-write is set.
            waits_for_replicas: said.contains_key("min_slaves_good_slaves"),
        }
    }

    /// Asks a server.
    ///
    /// # Errors
    /// The connection fails, or the server is still loading its data.
    async fn ask(connection: &mut MultiplexedConnection) -> RedisResult<Self> {
        let info: Option<String> = allowed(redis::cmd("INFO").query_async(connection).await)?;
        if info.as_deref().is_some_and(loading) {
            return Err((ErrorKind::Server(ServerErrorKind::BusyLoading), "this Redis still loads its data").into());
        }
        let mut call = redis::cmd("CONFIG");
        call.arg(&["GET", "appendfsync"]);
        let fsync: Option<HashMap<String, String>> = allowed(call.query_async(connection).await)?;
        Ok(Self::read(&info.unwrap_or_default(), fsync.and_then(|mut f| f.remove("appendfsync"))))
    }
}

/// While a server loads its append-only file, it has put it away and answers `aof_enabled:0`: what it says
/// of itself then is not how it will be.
fn loading(info: &str) -> bool {
    info.lines().any(|line| matches!(line.trim_end(), "loading:1" | "async_loading:1"))
}

/// `None` where the server does not let itself be asked this: a managed one knows no such command
/// (`ERR`), or the user may not give it (`NOPERM`). Any other error is of the moment (`LOADING`,
/// `BUSY`) and says nothing about the server.
fn allowed<T>(answer: RedisResult<T>) -> RedisResult<Option<T>> {
    match answer {
        Err(error) if matches!(error.code(), Some("ERR" | "NOPERM")) => Ok(None),
        answer => answer.map(Some),
    }
}

/// Everything that an operator should change, the worst first.
#[must_use]
pub fn judge(facts: &Facts) -> Vec<Finding> {
    let found = [version(facts), role(facts), append_only(facts), policy(facts), fsync(facts), replicas(facts)];
    let mut found: Vec<Finding> = found.into_iter().flatten().collect();
    found.sort_by_key(|finding| finding.severity == Severity::Warn);
    found
}

fn refuse(key: &'static str, what: impl Into<String>, what_to_do: &'static str) -> Option<Finding> {
    Some(Finding { severity: Severity::Refuse, key, what: what.into(), what_to_do })
}

fn warn(key: &'static str, what: impl Into<String>, what_to_do: &'static str) -> Option<Finding> {
    Some(Finding { severity: Severity::Warn, key, what: what.into(), what_to_do })
}

fn version(facts: &Facts) -> Option<Finding> {
    match facts.version {
        None => warn("version", "cannot be read", "make sure that it is Redis 7.0 or newer, or Valkey"),
        Some(version) if version < OLDEST => {
            let what = format!("is {}.{}, whose commands are not all there", version.0, version.1);
            refuse("version", what, "use Redis 7.0 or newer, or Valkey")
        }
        Some(_) => None,
    }
}

fn role(facts: &Facts) -> Option<Finding> {
    match facts.primary {
        None => warn("role", "cannot be read", "make sure that redis.url leads to the primary"),
        Some(false) => refuse("role", "is a replica, which takes no writes", "let redis.url lead to the primary"),
        Some(true) => None,
    }
}

fn append_only(facts: &Facts) -> Option<Finding> {
    match facts.append_only {
        None => warn("appendonly", "cannot be read", "make sure that every write is kept on a disk"),
        Some(false) => refuse(
            "appendonly",
            "is off: what was accepted since the last snapshot is lost when it ends",
            "set appendonly yes",
        ),
        Some(true) => None,
    }
}

fn policy(facts: &Facts) -> Option<Finding> {
    match facts.policy.as_deref() {
        None => warn("maxmemory-policy", "cannot be read", "make sure that it is noeviction"),
        Some("noeviction") => None,
        // Idempotency keys have a time to live: the volatile policies make things happen twice.
        Some(policy) => {
            let what = format!("is {policy}: what was accepted is thrown away when memory is full");
            refuse("maxmemory-policy", what, "set maxmemory-policy noeviction")
        }
    }
}

fn fsync(facts: &Facts) -> Option<Finding> {
    if facts.append_only == Some(false) {
        return None;
    }
    match facts.fsync.as_deref() {
        None => warn("appendfsync", "cannot be read", "make sure that it is everysec or always"),
        Some("no") => warn(
            "appendfsync",
            "is no: a crash of the machine loses the last half minute",
            "set appendfsync everysec or always",
        ),
        Some(_) => None,
    }
}

fn replicas(facts: &Facts) -> Option<Finding> {
    match facts.replicas {
        Some(1..) if !facts.waits_for_replicas => warn(
            "min-replicas-to-write",
            "is not set: a primary that is cut off goes on acknowledging what a failover then throws away",
            "set min-replicas-to-write 1",
        ),
        _ => None,
    }
}

/// Judges each server before it is used, and remembers the verdict.
pub(super) struct Guard {
    demand: Durability,
    standing: watch::Sender<Standing>,
}

#[derive(Clone, Default)]
struct Standing {
    /// A server has been let through.
    judged: bool,
    findings: Vec<Finding>,
    refused: Option<Lossy>,
}

impl Guard {
    pub(super) fn new(demand: Durability) -> Self {
        Self { demand, standing: watch::Sender::default() }
    }

    /// What is known to be wrong with the server in use.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.standing.borrow().findings.clone()
    }

    /// Ends when a server was refused.
    pub(super) async fn refused(&self) -> Lossy {
        let mut standing = self.standing.subscribe();
        loop {
            if let Some(lossy) = &standing.borrow_and_update().refused {
                return lossy.clone();
            }
            // The sender is `self`'s: it cannot be gone.
            let _ = standing.changed().await;
        }
    }

    /// Lets a new connection through, or not.
    ///
    /// # Errors
    /// The server does not answer, or it is the first one and can lose data.
    pub(super) async fn admit(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let findings = ask(connection).await?;
        let lossy = findings.iter().any(|f| f.severity == Severity::Refuse);
        if lossy && self.demand == Durability::Require && !self.standing.borrow().judged {
            self.standing.send_modify(|standing| standing.refused = Some(Lossy(findings)));
            return Err((ErrorKind::Client, "this Redis can lose what it has acknowledged").into());
        }
        let changed = self.standing.send_if_modified(|standing| {
            standing.judged = true;
            std::mem::replace(&mut standing.findings, findings.clone()) != findings
        });
        if changed {
            for finding in &findings {
                tracing::warn!(%finding, "this Redis may lose what it has acknowledged");
            }
            if findings.is_empty() {
                tracing::info!("nothing is wrong with this Redis any more");
            }
        }
        Ok(())
    }
}

/// Asks a server and judges it.
pub(super) async fn ask(connection: &mut MultiplexedConnection) -> RedisResult<Vec<Finding>> {
    Ok(judge(&Facts::ask(connection).await?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "# Server\r\nredis_version:7.0.15\r\nrole:master\r\naof_enabled:1\r\n\
                        maxmemory_policy:noeviction\r\nconnected_slaves:0\r\n";

    /// Severity and key of what is found in `INFO` with a few lines changed.
    fn found(changes: &[(&str, &str)], fsync: Option<&str>) -> Vec<(Severity, &'static str)> {
        let info = changes.iter().fold(GOOD.to_owned(), |info, (was, is)| info.replace(was, is));
        assert!(changes.iter().all(|(was, _)| GOOD.contains(was)));
        judge(&Facts::read(&info, fsync.map(str::to_owned))).iter().map(|f| (f.severity, f.key)).collect()
    }

    #[test]
    fn each_way_to_lose_data_is_found() {
        use Severity::{Refuse, Warn};
        let good = Some("everysec");
        for (changes, fsync, expected) in [
            (&[][..], good, &[][..]),
            (&[], Some("always"), &[]),
            (&[("7.0.15", "7.2.4\r\nserver_name:valkey")], good, &[]),
            (&[("7.0.15", "10.1.0")], good, &[]),
            (&[("7.0.15", "6.2.14")], good, &[(Refuse, "version")]),
            (&[("role:master", "role:slave")], good, &[(Refuse, "role")]),
            (&[("aof_enabled:1", "aof_enabled:0")], good, &[(Refuse, "appendonly")]),
            // Nobody syncs a file that is not there.
            (&[("aof_enabled:1", "aof_enabled:0")], Some("no"), &[(Refuse, "appendonly")]),
            (&[("noeviction", "allkeys-lru")], good, &[(Refuse, "maxmemory-policy")]),
            (&[("noeviction", "volatile-ttl")], good, &[(Refuse, "maxmemory-policy")]),
            (&[], Some("no"), &[(Warn, "appendfsync")]),
            (&[], None, &[(Warn, "appendfsync")]),
            (&[("slaves:0", "slaves:2")], good, &[(Warn, "min-replicas-to-write")]),
            (&[("slaves:0", "slaves:2\r\nmin_slaves_good_slaves:2")], good, &[]),
            (
                &[("noeviction", "allkeys-lfu"), ("aof_enabled:1", "aof_enabled:0"), ("slaves:0", "slaves:1")],
                good,
                &[(Refuse, "appendonly"), (Refuse, "maxmemory-policy"), (Warn, "min-replicas-to-write")],
            ),
        ] {
            assert_eq!(found(changes, fsync), expected, "{changes:?} {fsync:?}");
        }
    }

    #[test]
    fn only_a_refusal_to_tell_counts_as_silence() {
        let answer = |error: &str| {
            let bytes = format!("-{error}\r\n");
            let value = redis::parse_redis_value(bytes.as_bytes()).unwrap();
            allowed(
                value.extract_error().and_then(|value| redis::from_redis_value::<String>(value).map_err(Into::into)),
            )
        };
        for error in ["ERR unknown command 'CONFIG'", "NOPERM this user has no permissions to run it"] {
            assert_eq!(answer(error).unwrap(), None, "{error}");
        }
        for error in ["LOADING Redis is loading the dataset in memory", "BUSY Redis is busy running a script"] {
            answer(error).unwrap_err();
        }
    }

    #[test]
    fn what_a_server_does_not_say_is_told_and_not_refused() {
        let findings = judge(&Facts::default());
        assert_eq!(findings.len(), 5);
        assert!(findings.iter().all(|f| f.severity == Severity::Warn && f.what == "cannot be read"));
    }

    #[test]
    fn all_faults_are_told_at_once_each_with_what_to_set() {
        let facts =
            Facts::read(&GOOD.replace("aof_enabled:1", "aof_enabled:0").replace("noeviction", "allkeys-lru"), None);
        insta::assert_snapshot!(Lossy(judge(&facts)), @r#"
        the Redis at redis.url can lose what it has acknowledged:
          appendonly: is off: what was accepted since the last snapshot is lost when it ends; set appendonly yes
          maxmemory-policy: is allkeys-lru: what was accepted is thrown away when memory is full; set maxmemory-policy noeviction
          To run with it all the same: redis.durability = "warn"
        "#);
    }
}
