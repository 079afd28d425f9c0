//! What stands before the ledger: the checks of one request, and the memory of those who keep asking.

use std::hint::black_box;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use jiff::Timestamp;
use storebot::commands::policy;
use storebot::config::Config;
use storebot::domain::action::Action;
use storebot::domain::actor::ActorId;
use storebot::domain::webhook::{Headers, Secret, standard};
use storebot::inbound::http::auth::Verifier;
use storebot::inbound::webhook::{Delivery, Meaning, Sources};
use storebot::limits::Limits;
use storebot::metrics::Metrics;

use crate::report::{Figure, Goal, Report};

/// What the bench program calls itself with to fill a limiter and say what it took.
pub(crate) const LIMITER: &str = "--limiter";

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const KEY: &str = "b25seSBmb3IgYmVuY2hlczogMzIgYnl0ZXMgb2YgaXQ=";
const BODY: usize = 1024;
const TIMES: usize = 50_000;
const KEYS: u128 = 100_000;

fn config() -> Result<Config> {
    let text = format!(
        "[[cells]]\nname = 'main'\n[[auth.keys]]\nkid = 'bench'\nsecret = '{KEY}'\n\
         [[webhooks]]\nname = 'ci'\nsecrets = ['{SECRET}']\n\
         [limits]\nrequests = 100000000\naddress_per_second = 1000000\nkeys_max = {KEYS}\n"
    );
    Config::load(&text, &[]).map_err(|faults| anyhow::anyhow!("{faults:?}"))
}

/// `checks`: everything that a request has to pass before the ledger is asked, one after the other: its
/// address's budget, the signature over its body, what that asks for, a bearer token, the policy, its owner's budget.
/// A real request has a signature or a token and not both.
pub(crate) async fn checks(report: &mut Report) -> Result<()> {
    let config = config()?;
    let (sources, verifier, limits) =
        (Sources::new(&config), Verifier::new(&config.auth, &Metrics::new()), Limits::new(&config.limits));
    let now = Timestamp::now();
    let token = storebot::app::mint_token(&config, "ana", "member", "1h")?;
    let body = body()?;
    let (id, at) = ("msg_27UH4WbU6Z5A5EzD8u03UvzRbpk", now.as_second().to_string());
    let signatures = Secret::parse(SECRET)?.sign(id, now.as_second(), &body);
    let address = IpAddr::from(Ipv6Addr::LOCALHOST);
    let origin = Arc::default();
    let mut took = Vec::with_capacity(TIMES);
    for _ in 0..TIMES {
        let began = Instant::now();
        black_box(limits.admit_address(address)?);
        let lines = [(standard::ID, id), (standard::TIMESTAMP, &at), (standard::SIGNATURE, &signatures)];
        let headers = Headers::new(lines.map(|(name, value)| (name, value.as_bytes())));
        let (content_type, body) = (Some("application/json"), black_box(&body[..]));
        let proven = sources.trust("ci", Delivery { headers: &headers, content_type, body, origin: &origin, now })?;
        let Meaning::Command(request) = sources.read(&sources.open(proven)?)? else { bail!("ignored") };
        black_box(verifier.verify(black_box(&token), now).await?);
        let action = Action::Do(request.command.kind());
        policy::may(&request.actor, action)?;
        black_box(limits.admit_actor(&request.actor.id, policy::of(action).weight)?);
        took.push(began.elapsed().as_secs_f64() * 1e6);
    }
    took.sort_by(f64::total_cmp);
    println!("{:<20} {:>10.2} us", "checks, median", took[TIMES / 2]);
    report.add("checks", &Figure::plain(took[TIMES * 99 / 100], "us p99", Goal::ValueBelow(100.0)))
}

/// A create, filled up with blanks.
fn body() -> Result<Vec<u8>> {
    let event = serde_json::json!({ "type": "store.create", "data": {
        "name": "teashop", "engine": "medusa", "plan": "small", "ttl": "72h", "title": "Tea & <Co>",
        "currency": "EUR", "country": "DE" } });
    let text = format!("{:<BODY$}", event.to_string()).into_bytes();
    ensure!(text.len() == BODY, "{} bytes", text.len());
    Ok(text)
}

/// `limiter_100k`: what a limiter of a hundred thousand people takes.
pub(crate) async fn limiter(report: &mut Report) -> Result<()> {
    let run = tokio::process::Command::new(std::env::current_exe()?).arg(LIMITER).output().await?;
    ensure!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    report
        .add("limiter_100k", &Figure::plain(str::from_utf8(&run.stdout)?.trim().parse()?, "MB", Goal::ValueBelow(30.0)))
}

/// Fills one in a process of its own, where nothing else grows or shrinks, and prints the MB.
pub(crate) fn fill() -> Result<()> {
    let limits = Limits::new(&config()?.limits);
    let before = resident()?;
    for key in 0..KEYS {
        // As long as Discord's.
        limits.admit_actor(&ActorId::new(format!("discord:{}", 100_000_000_000_000_000 + key)), 1)?;
    }
    ensure!(limits.keys() as u128 == KEYS, "{} keys", limits.keys());
    println!("{:.1}", resident()? - before);
    Ok(())
}

/// Of this process, in MB.
fn resident() -> Result<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}
