//! A flood of ten thousand addresses: nothing grows beyond its bound, and whoever was known before keeps a
//! budget of their own until they are forgotten. Strangers share one while it lasts.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use anyhow::{Context as _, Result, ensure};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use storebot::domain::actor::ActorId;
use storebot::limits::Limits;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpSocket;

use crate::harness::{Process, Test, TestBot, run_test, until};

const ADDRESSES: u32 = 10_000;
/// Connections at once.
const AT_ONCE: usize = 64;
/// Addresses that are remembered in these tests.
const KEYS_MAX: usize = 1_000;
/// What the flood may leave behind in a process, in kB: some connections' buffers, and what an allocator
/// keeps. Ten thousand of anything that is kept for a connection or an address would be far more.
const LEFT_MAX_KB: u64 = 24 * 1024;

/// One of many addresses that are all this machine.
fn address(number: u32) -> Ipv4Addr {
    Ipv4Addr::from_bits(Ipv4Addr::new(127, 1, 0, 0).to_bits() + number)
}

#[test]
fn a_limiter_stays_within_its_keys_and_forgets_them() {
    let text = format!("[[cells]]\nname='main'\n[limits]\nkeys_max = {KEYS_MAX}\naddress_per_second = 5\n");
    let config = storebot::config::Config::load(&text, &[]).unwrap();
    let clock = governor::clock::FakeRelativeClock::default();
    let limits = Limits::with_clock(&config.limits, &clock);
    let known = IpAddr::from(Ipv4Addr::new(192, 0, 2, 1));
    assert!(limits.admit_address(known).is_ok());
    let mut let_in = 0;
    for number in 0..ADDRESSES {
        let_in += u32::from(limits.admit_address(address(number).into()).is_ok());
        let _ = limits.admit_actor(&ActorId::new(format!("api:{number}")), 1);
    }
    assert_eq!(limits.keys(), 2 * KEYS_MAX, "one bound for addresses and one for actors");
    // The clock stands: all the others have shared one address's budget.
    assert_eq!(let_in as usize, KEYS_MAX - 1 + 5);
    assert!(limits.admit_address(known).is_ok(), "whoever was known before has a budget of their own");
    clock.advance(std::time::Duration::from_secs(3600));
    limits.sweep();
    assert_eq!(limits.keys(), 0);
}

/// The status of one request of somebody unknown, from this address.
async fn knock(from: Ipv4Addr, to: SocketAddr) -> Result<u16> {
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let mut stream = socket.connect(to).await?;
    let request =
        format!("GET /v1/quota HTTP/1.1\r\nhost: flood\r\nauthorization: Bearer {from}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let status = answer.get(9..12).context("no answer")?;
    Ok(str::from_utf8(status)?.parse()?)
}

async fn flood(to: SocketAddr) -> Result<Vec<u16>> {
    let knocks = stream::iter((0..ADDRESSES).map(|number| knock(address(number), to)));
    knocks.buffer_unordered(AT_ONCE).try_collect().await
}

async fn serves(t: &Test, process: &Process) -> Result<bool> {
    let token = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
    let answer = t.http.get(format!("{}/v1/quota", process.url)).bearer_auth(token).send().await?;
    ensure!([200, 429].contains(&answer.status().as_u16()), "{}", answer.status());
    Ok(answer.status() == 200)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_flood_of_addresses_leaves_memory_and_others_alone() {
    let limits = format!("keys_max = {KEYS_MAX}\naddress_per_second = 20\nrequests = 100000\n");
    run_test(TestBot { not_started: true, limits: Some(limits), ..TestBot::default() }, async |t| {
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        let to: SocketAddr = process.url.trim_start_matches("http://").parse()?;
        ensure!(serves(t, &process).await?, "the first one of all is refused");
        // The first one fills pools and buffers, which stay; what the second one adds would grow for ever.
        flood(to).await?;
        let before = process.resident_kb()?;
        let answers = flood(to).await?;
        let after = process.resident_kb()?;
        let refused = answers.iter().filter(|status| **status == 429).count();
        ensure!(answers.iter().all(|status| [401, 429].contains(status)), "{answers:?}");
        ensure!(refused > 0, "nobody was held back: more addresses came than are remembered");
        ensure!(after < before + LEFT_MAX_KB, "{before} kB have become {after} kB");
        until("strangers are served again", || async { Ok(serves(t, &process).await?.then_some(())) }).await
    })
    .await;
}
