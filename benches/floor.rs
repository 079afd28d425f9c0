//! The floors: a bare server that does one XADD for each request, and Helm by hand.

use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use ed25519_dalek::{Signature, SigningKey, Verifier as _};
use poem::http::StatusCode;
use poem::listener::TcpListener;
use poem::web::Data;
use poem::{Body, EndpointExt as _, Request, Response, Route, Server, get, handler, post};
use redis::AsyncConnectionConfig;
use redis::aio::MultiplexedConnection;
use serde_json::json;
use stand_in_discord::{SIGNATURE_HEADER, TIMESTAMP_HEADER};
use storebot::cluster::CREDENTIALS;
use storebot::domain::engine::Engine;
use storebot::domain::record::Record;
use storebot::domain::webhook::github;
use tokio::process::Command;
use tokio::sync::broadcast;

use crate::bot::{self, CHARTS, Process, Setup};

/// Longest time for an answer of Redis.
const PATIENCE: Duration = Duration::from_secs(5);

/// About what a record takes.
const ENTRY: [u8; 300] = [b'x'; 300];

#[derive(Clone)]
struct Shared {
    redis: MultiplexedConnection,
    prefix: String,
}

#[handler]
async fn add(shared: Data<&Shared>) -> StatusCode {
    let mut redis = shared.redis.clone();
    let mut call = redis::cmd("XADD");
    call.arg(format!("{{{}}}:floor", shared.prefix)).arg(&["*", "d"]).arg(&ENTRY);
    match call.query_async::<String>(&mut redis).await {
        Ok(_) => StatusCode::ACCEPTED,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE,
    }
}

/// All stores as Redis holds them, with nothing read into them.
#[handler]
async fn list(shared: Data<&Shared>) -> poem::Result<Vec<u8>> {
    raw(shared.redis.clone(), &shared.prefix, ("a", 200)).await.map_err(poem::error::InternalServerError)
}

/// The oldest of all, which are in a rare phase, as Redis holds them, with nothing read into them.
#[handler]
async fn rare(shared: Data<&Shared>) -> poem::Result<Vec<u8>> {
    raw(shared.redis.clone(), &shared.prefix, ("aqw", 50)).await.map_err(poem::error::InternalServerError)
}

/// `letters`: of a range of the lists that has them by age.
async fn raw(
    mut redis: MultiplexedConnection,
    prefix: &str,
    (letters, most): (&str, u32),
) -> redis::RedisResult<Vec<u8>> {
    let mut call = redis::cmd("ZRANGE");
    call.arg(format!("{{{prefix}}}:lists"))
        .arg(format!("[{letters}~"))
        .arg(format!("[{letters}"))
        .arg(&["BYLEX", "REV"]);
    let members: Vec<String> = call.arg("LIMIT").arg(0).arg(most).query_async(&mut redis).await?;
    let mut pipe = redis::pipe();
    for member in &members {
        let id = member.get(16..28).unwrap_or_default();
        pipe.cmd("HMGET").arg(format!("{{{prefix}}}:store:{id}")).arg(&["want", "gen", "ver", "task"]);
        pipe.cmd("MGET").arg(&[format!("{{{prefix}}}:spec:{id}"), format!("{{{prefix}}}:seen:{id}")]);
    }
    let rows: Vec<Vec<Option<Vec<u8>>>> = pipe.query_async(&mut redis).await?;
    Ok(rows.into_iter().flatten().flatten().collect::<Vec<_>>().concat())
}

/// What any endpoint for interactions has to do: verify, and ask one thing.
#[handler]
async fn interaction(request: &Request, body: Body, shared: Data<&Shared>) -> poem::Result<&'static str> {
    let text = |name: &str| request.header(name).unwrap_or_default().to_owned();
    let (signature, at) = (text(SIGNATURE_HEADER), text(TIMESTAMP_HEADER));
    let body = body.into_bytes_limit(64 * 1024).await?;
    let mut signed = at.into_bytes();
    signed.extend_from_slice(&body);
    let signature = hex::decode(signature).ok().and_then(|s| Signature::from_slice(&s).ok());
    let signature = signature.ok_or(StatusCode::UNAUTHORIZED)?;
    let seed = stand_in_discord::Config::default().seed;
    let key = SigningKey::from_bytes(&seed).verifying_key();
    key.verify(&signed, &signature).map_err(|_| StatusCode::UNAUTHORIZED)?;
    let mut redis = shared.redis.clone();
    let mut call = redis::cmd("HGETALL");
    call.arg(format!("{{{}}}:server:1", shared.prefix));
    call.query_async::<redis::Value>(&mut redis).await.map_err(poem::error::InternalServerError)?;
    Ok("{\"type\":5}")
}

/// What any endpoint for deliveries has to do: verify, and write one entry.
#[handler]
async fn delivery(body: Body, shared: Data<&Shared>) -> poem::Result<StatusCode> {
    let body = body.into_bytes_limit(1024 * 1024).await?;
    let secret = github::Secret::parse(crate::deliveries::SECRET).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    if secret.sign(&body).len() < 64 {
        return Err(StatusCode::UNAUTHORIZED.into());
    }
    let mut redis = shared.redis.clone();
    let mut call = redis::cmd("XADD");
    call.arg(format!("{{{}}}:floor", shared.prefix)).arg(&["*", "d"]).arg(&ENTRY);
    call.query_async::<String>(&mut redis).await.map_err(poem::error::InternalServerError)?;
    Ok(StatusCode::ACCEPTED)
}

#[handler]
fn live() -> StatusCode {
    StatusCode::OK
}

/// What each entry becomes on every open connection: about what a page is told.
const TOLD: &str = "event: change\ndata: ";
const TOLD_BYTES: usize = 6_000;

/// What anybody would have to do to tell many: one reader of one stream, and a write for each.
#[handler]
fn stream(Data(told): Data<&broadcast::Sender<Arc<str>>>) -> Response {
    let events = futures::stream::unfold(told.subscribe(), async |mut told| {
        let text = told.recv().await.ok()?;
        Some((std::io::Result::Ok(text.to_string()), told))
    });
    Response::builder().content_type("text/event-stream").body(Body::from_bytes_stream(events))
}

/// Reads what is added to the stream, for ever.
async fn tell(redis: redis::Client, prefix: String, told: broadcast::Sender<Arc<str>>) -> Result<()> {
    // A read that waits holds its connection, for longer than any answer takes.
    let waiting = AsyncConnectionConfig::new().set_response_timeout(None);
    let mut redis = redis.get_multiplexed_async_connection_with_config(&waiting).await?;
    let text: Arc<str> = format!("{TOLD}{}\n\n", "x".repeat(TOLD_BYTES)).into();
    loop {
        let mut call = redis::cmd("XREAD");
        call.arg(&["BLOCK", "0", "COUNT", "1", "STREAMS", &format!("{{{prefix}}}:floor"), "$"]);
        let _: redis::Value = call.query_async(&mut redis).await?;
        // Nobody may be there.
        let _ = told.send(Arc::clone(&text));
    }
}

/// The bare server: `<address> <redis> <prefix>`.
pub(crate) async fn serve(args: &[String]) -> Result<()> {
    let [address, redis, prefix] = args else { anyhow::bail!("wants an address, a Redis and a prefix") };
    // Its own limit of half a second would be a refusal on a machine that is busy.
    let patient = AsyncConnectionConfig::new().set_response_timeout(Some(PATIENCE));
    let client = redis::Client::open(redis.as_str())?;
    let redis = client.get_multiplexed_async_connection_with_config(&patient).await?;
    let (told, _) = broadcast::channel(64);
    tokio::spawn(tell(client, prefix.clone(), told.clone()));
    let routes = Route::new()
        .at("/v1/stores", post(add).get(list))
        .at("/v1/stores/rare", get(rare))
        .at("/discord/interactions", post(interaction))
        .at("/webhooks/:source", post(delivery))
        .at("/health/live", get(live))
        .at("/live", get(stream))
        .data(told)
        .data(Shared { redis, prefix: prefix.clone() });
    Ok(Server::new(TcpListener::bind(address)).run(routes).await?)
}

/// Starts the bare server as a process of its own.
pub(crate) async fn start(setup: &Setup) -> Result<Process> {
    let address = bot::free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(crate::FLOOR_SERVER).arg(address.to_string()).args([bot::variable("REDIS_URL")?, setup.prefix.clone()]);
    Process::start(command, address, &setup.log("floor")).await
}

/// Helm by hand: what storebot gives it, and nothing around it. Its caches are kept between runs, as
/// they are for a person.
pub(crate) struct BareHelm {
    folder: PathBuf,
}

impl BareHelm {
    pub(crate) fn new(setup: &Setup) -> Self {
        Self { folder: setup.folder().join("bare-helm") }
    }

    /// Installs one store's chart into its prepared namespace.
    pub(crate) async fn install(&self, record: &Record) -> Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let values = self.folder.join(format!("{}.json", record.id));
        std::fs::write(&values, values_of(record).to_string())?;
        let chart = PathBuf::from(CHARTS).join(record.spec.engine.as_str());
        let mut command = Command::new(bot::variable("STOREBOT_HELM")?);
        command
            .args(["upgrade", "--install", "store"])
            .arg(&chart)
            .args(["--reset-values", "--history-max", "3", "--values"])
            .arg(chart.join("values-local.yaml"))
            .arg("--values")
            .arg(&values)
            .args(["--namespace", &record.id.namespace(), "--kubeconfig", &bot::variable("KUBECONFIG")?])
            .env("HOME", &self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .kill_on_drop(true);
        let output = command.output().await.context("Helm cannot be started")?;
        ensure!(output.status.success(), "Helm failed: {}", String::from_utf8_lossy(&output.stderr));
        Ok(())
    }
}

fn values_of(record: &Record) -> serde_json::Value {
    let spec = &record.spec;
    json!({
        "store": {
            "id": record.id.as_str(), "name": spec.name.as_str(), "title": spec.title,
            "plan": spec.plan.as_str(), "cell": spec.cell, "host": spec.host, "url": spec.url,
        },
        "credentialsSecret": CREDENTIALS,
        "ingress": { "className": bot::CLASS, "clusterIssuer": "" },
        "storage": { "className": bot::CLASS },
    })
}

/// The engine of all bench stores.
pub(crate) const ENGINE: Engine = Engine::Woocommerce;
