//! Where Redis, Kubernetes and Helm are: told by `storebot-local with -- cargo test`.

use std::future::Future;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use storebot::config::address::Address;
use tokio::time::MissedTickBehavior;

/// Longest wait for a condition. Only a test that is about to fail waits this long.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);
/// How often a condition that cannot be waited for is asked.
pub(super) const ASK: Duration = Duration::from_millis(20);

/// Address of a Redis that tests may fill.
pub(crate) fn redis_url() -> String {
    variable("REDIS_URL")
}

/// The same for a ledger.
pub(crate) fn redis_address() -> Address {
    Address::parse(&redis_url()).unwrap()
}

/// A connection that waits as long as tests do: by itself it gives up after half a second, which a busy machine takes.
pub(crate) async fn redis_connection(url: &str) -> Result<MultiplexedConnection> {
    let patient = AsyncConnectionConfig::new().set_connection_timeout(Some(PATIENCE));
    let patient = patient.set_response_timeout(Some(PATIENCE));
    Ok(redis::Client::open(url)?.get_multiplexed_async_connection_with_config(&patient).await?)
}

/// Everything that Redis holds under a prefix, as text.
pub(crate) async fn redis_dump(prefix: &str) -> Result<String> {
    let mut connection = redis_connection(&redis_url()).await?;
    let pattern = format!("{{{prefix}}}:*");
    let keys: Vec<String> = redis::cmd("KEYS").arg(pattern).query_async(&mut connection).await?;
    let mut text = String::new();
    for key in keys {
        let kind: String = redis::cmd("TYPE").arg(&key).query_async(&mut connection).await?;
        let (read, rest): (&str, &[&str]) = match kind.as_str() {
            "hash" => ("HGETALL", &[]),
            "list" => ("LRANGE", &["0", "-1"]),
            "set" => ("SMEMBERS", &[]),
            "zset" => ("ZRANGE", &["0", "-1"]),
            "stream" => ("XRANGE", &["-", "+"]),
            "string" => ("GET", &[]),
            // Gone meanwhile, and perhaps back as something else by the time it would be read.
            _ => continue,
        };
        let value: redis::Value = redis::cmd(read).arg(&key).arg(rest).query_async(&mut connection).await?;
        text.push_str(&format!("{key} {value:?}\n"));
    }
    Ok(text)
}

/// Changes something in the shared Redis, past storebot.
pub(crate) async fn redis_do(command: &[&str]) -> Result<()> {
    let mut connection = redis_connection(&redis_url()).await?;
    let (name, arguments) = command.split_first().context("no command")?;
    redis::cmd(name).arg(arguments).query_async::<redis::Value>(&mut connection).await?;
    Ok(())
}

/// Loses everything that Redis holds under a prefix.
pub(crate) async fn redis_flush(prefix: &str) -> Result<()> {
    let mut connection = redis_connection(&redis_url()).await?;
    let keys: Vec<String> = redis::cmd("KEYS").arg(format!("{{{prefix}}}:*")).query_async(&mut connection).await?;
    Ok(redis::cmd("DEL").arg(keys).query_async(&mut connection).await?)
}

/// Open connections to Redis, of all tests that run now.
pub(crate) async fn redis_connections() -> Result<usize> {
    let mut connection = redis_connection(&redis_url()).await?;
    let told: String = redis::cmd("INFO").arg("clients").query_async(&mut connection).await?;
    let count = told.lines().find_map(|line| line.strip_prefix("connected_clients:")).context("no count")?;
    Ok(count.trim().parse()?)
}

/// Asks Redis, past the bot.
pub(crate) async fn redis_ask<T: redis::FromRedisValue>(command: &[&str]) -> Result<T> {
    let mut connection = redis_connection(&redis_url()).await?;
    let mut call = redis::cmd(command[0]);
    Ok(call.arg(&command[1..]).query_async(&mut connection).await?)
}

/// Kubeconfig of an administrator of the cluster: for what tests do past storebot.
pub(crate) fn kubeconfig() -> String {
    variable("KUBECONFIG")
}

/// Path of Helm.
pub(crate) fn helm() -> String {
    variable("STOREBOT_HELM")
}

/// Whether the images of an engine's shops are there. Where not, that is said loudly.
pub(crate) fn has_images(engine: &str) -> bool {
    let has = variable("STOREBOT_ENGINES").split(',').any(|known| known == engine);
    if !has {
        eprintln!("\nNOT TESTED: no {engine} shop has run, since its images are not built (`make images` says why)");
    }
    has
}

/// Port of loopback at which a real node's ingress listens.
pub(crate) fn ingress_port() -> Result<u16> {
    variable("STOREBOT_INGRESS_PORT").parse().context("STOREBOT_INGRESS_PORT is not a port")
}

/// A port of loopback that nobody listens at. Below those that the kernel gives to outgoing connections, and
/// each only once in a run: between finding it free and its use, nobody else gets it.
pub(crate) async fn free_port() -> Result<u16> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    for _ in 0..PORTS {
        let number = std::process::id().wrapping_add(NEXT.fetch_add(1, Ordering::Relaxed)) % PORTS;
        let port = u16::try_from(FIRST_PORT + number)?;
        if tokio::net::TcpListener::bind(("127.0.0.1", port)).await.is_ok() {
            return Ok(port);
        }
    }
    bail!("no port from {FIRST_PORT} on is free")
}

/// What storebot-local takes for itself begins above them.
const FIRST_PORT: u32 = 10_000;
const PORTS: u32 = 10_000;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| {
        panic!("{name} is not set: run the tests with `make test`, or `storebot-local with -- cargo test`")
    })
}

/// A word no other test of this or an earlier run has: for key prefixes and names of cells.
pub(crate) fn unique(kind: &str) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let since = std::time::SystemTime::UNIX_EPOCH.elapsed().unwrap().as_millis();
    format!("{kind}{since:x}{count:x}")
}

/// Asks until the answer is there.
pub(crate) async fn until<T, F>(what: &str, ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    until_within(PATIENCE, what, ask).await
}

/// As [`until`], for what takes its time where things really run.
pub(crate) async fn until_within<T, F>(patience: Duration, what: &str, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let mut turns = tokio::time::interval(ASK);
    // On a machine that is busy, turns that were missed would come all at once.
    turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let asking = async {
        loop {
            turns.tick().await;
            if let Some(answer) = ask().await? {
                return Ok(answer);
            }
        }
    };
    tokio::time::timeout(patience, asking).await.with_context(|| format!("waited in vain until {what}"))?
}
