//! The public listener against those who are slow, greedy, or not who they say they are.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use rustix::process::{Pid, Resource, Rlimit, getrlimit, prlimit};
use serde_json::json;
use storebot::ledger::AuditSpan;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::harness::environment::PATIENCE;
use crate::harness::{Process, Test, TestBot, run_test, until};

/// The listener's pause after an accept that failed.
const PAUSE: Duration = Duration::from_millis(50);

fn bot(http: &'static str) -> TestBot {
    TestBot { http, ..TestBot::default() }
}

async fn connect(url: &str) -> Result<TcpStream> {
    let address: SocketAddr = url.trim_start_matches("http://").parse()?;
    Ok(TcpStream::connect(address).await?)
}

/// All that comes until the connection is closed; a reset closes it, too.
async fn rest(stream: &mut TcpStream) -> Result<String> {
    let mut text = Vec::new();
    let reading = stream.read_to_end(&mut text);
    tokio::time::timeout(PATIENCE, reading).await.context("the connection stays open")?.ok();
    Ok(String::from_utf8(text)?)
}

/// Where the newest command in the audit came from.
async fn audited(t: &Test) -> Result<String> {
    let found = t.ledger.audit(&AuditSpan::default(), 1).await?;
    let (_, entry) = found.items.first().context("there is no audit")?;
    Ok(entry.address.map(|address| address.to_string()).unwrap_or_default())
}

/// Asks for a store, with lines that proxies would write.
async fn create_from(t: &Test, name: &str, forwarded: &[&str]) -> Result<()> {
    let token = storebot::app::mint_token(&t.config, "ana", "member", "1h")?;
    let mut request = t.http.post(format!("{}/v1/stores", t.url)).bearer_auth(token);
    for line in forwarded {
        request = request.header("x-forwarded-for", *line);
    }
    request.json(&json!({ "name": name, "engine": "medusa" })).send().await?.error_for_status()?;
    Ok(())
}

#[tokio::test]
async fn a_proxy_that_is_trusted_says_who_asks() {
    run_test(bot("trusted_proxies = ['127.0.0.1', '10.0.0.0/8']"), async |t| {
        create_from(t, "tea", &["198.51.100.1, 203.0.113.9, 10.0.0.1"]).await?;
        ensure!(audited(t).await? == "203.0.113.9");
        create_from(t, "coffee", &["198.51.100.1", "2001:db8::7"]).await?;
        ensure!(audited(t).await? == "2001:db8::7");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn everybody_behind_a_proxy_has_an_own_limit() {
    let limits = Some("address_per_second = 1\n".to_owned());
    run_test(TestBot { limits, ..bot("trusted_proxies = ['127.0.0.1']") }, async |t| {
        for client in 1..=30 {
            let request = t.http.get(format!("{}/openapi.yaml", t.url));
            let answer = request.header("x-forwarded-for", format!("203.0.113.{client}")).send().await?;
            ensure!(answer.status() == 200, "{client}: {}", answer.status());
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn nobody_else_can_say_who_asks() {
    let limits = Some("address_per_second = 1\n".to_owned());
    run_test(TestBot { limits, ..TestBot::default() }, async |t| {
        // Would each of them count as somebody else, none would be refused.
        let mut refused = 0;
        for client in 1..=30 {
            let request = t.http.get(format!("{}/openapi.yaml", t.url));
            let answer = request.header("x-forwarded-for", format!("203.0.113.{client}")).send().await?;
            refused += usize::from(answer.status() == 429);
        }
        ensure!(refused > 0, "a made-up address is as good as a new one");
        Ok(())
    })
    .await;
    run_test(TestBot::default(), async |t| {
        create_from(t, "tea", &["203.0.113.9"]).await?;
        ensure!(audited(t).await? == "127.0.0.1");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn who_is_slow_is_not_waited_for() {
    run_test(bot("head_timeout = '300ms'\nbody_timeout = '300ms'"), async |t| {
        let mut head = connect(&t.url).await?;
        head.write_all(b"GET /health/live HTTP/1.1\r\nhost:").await?;
        rest(&mut head).await?;
        for framing in ["content-length: 50", "transfer-encoding: chunked"] {
            let mut body = connect(&t.url).await?;
            let start = format!("POST /v1/stores HTTP/1.1\r\nhost: a\r\n{framing}\r\n\r\n1\r\n{{\r\n");
            body.write_all(start.as_bytes()).await?;
            let answer = rest(&mut body).await?;
            ensure!(answer.starts_with("HTTP/1.1 408"), "{framing}: {answer}");
            ensure!(answer.contains("urn:storebot:problem:body-too-slow"), "{framing}: {answer}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn one_address_cannot_take_all_connections() {
    run_test(bot("connections_per_address = 3"), async |t| {
        let mut taken = Vec::new();
        // Connections that the test's own client keeps count, too.
        let closed = loop {
            let mut next = connect(&t.url).await?;
            next.write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n").await.ok();
            let mut first = [0; 12];
            match tokio::time::timeout(PATIENCE, next.read_exact(&mut first)).await? {
                Ok(_) => taken.push(next),
                Err(_) => break true,
            }
            ensure!(taken.len() <= 3, "there is no end");
        };
        ensure!(closed && !taken.is_empty());
        drop(taken);
        until("there is room again", || async {
            let answer = t.http.get(format!("{}/health/live", t.url)).send().await;
            Ok(answer.is_ok_and(|answer| answer.status() == 200).then_some(()))
        })
        .await
    })
    .await;
}

#[tokio::test]
async fn head_answers_what_get_would_without_the_body() {
    run_test(TestBot::default(), async |t| {
        let ask = async |method: &str, path: &str| {
            let mut stream = connect(&t.url).await?;
            let request = format!("{method} {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n");
            stream.write_all(request.as_bytes()).await?;
            let answer = rest(&mut stream).await?;
            let (head, body) = answer.split_once("\r\n\r\n").context("no head")?;
            let differs = |line: &&str| !line.starts_with("date:") && !line.starts_with("x-request-id:");
            let mut lines: Vec<String> = head.lines().filter(differs).map(str::to_owned).collect();
            lines.sort();
            anyhow::Ok((lines, body.len()))
        };
        for path in ["/openapi.yaml", "/health/live", "/nowhere", "/v1/stores"] {
            let ((got, body), (head, none)) = (ask("GET", path).await?, ask("HEAD", path).await?);
            ensure!(body > 0 && none == 0, "{path}: {body} {none}");
            // RFC 9110 lets HEAD leave out how long the body would be.
            let told = |lines: &[String]| -> Vec<String> {
                lines.iter().filter(|line| !line.starts_with("content-length:")).cloned().collect()
            };
            ensure!(told(&got) == told(&head), "{path}: {got:?} {head:?}");
            let length = head.iter().find(|line| line.starts_with("content-length:"));
            ensure!(length.is_none_or(|length| got.contains(length)), "{path}: {got:?} {head:?}");
        }
        Ok(())
    })
    .await;
}

/// How many files a process has open.
fn open_files(pid: i32) -> Result<u64> {
    Ok(std::fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64)
}

#[tokio::test]
async fn without_a_file_descriptor_it_waits_and_goes_on_when_there_is_one() {
    run_test(TestBot { not_started: true, ..TestBot::default() }, async |t| {
        let process = Process::start_as("serve", &t.config_file, &[]).await?;
        let (id, began) = (process.id()?, Instant::now());
        let (pid, usual) = (Pid::from_raw(id), getrlimit(Resource::Nofile));
        prlimit(pid, Resource::Nofile, Rlimit { current: Some(open_files(id)?), ..usual })?;
        let failures = || process.log().matches("a connection cannot be accepted").count();
        let mut waiting = Vec::new();
        // The kernel takes connections until storebot does. What it has just closed may make room for some.
        until("there is no file descriptor left", || {
            waiting.push(std::net::TcpStream::connect(process.url.trim_start_matches("http://")));
            async { Ok((failures() > 3).then_some(())) }
        })
        .await?;
        let (failed, took) = (failures() as u128, began.elapsed().as_millis());
        ensure!(failed <= took / PAUSE.as_millis() + 1, "it tries without a pause: {failed} times in {took} ms");
        prlimit(pid, Resource::Nofile, usual)?;
        let answer = t.http.get(format!("{}/health/live", process.url)).send().await?;
        ensure!(answer.status() == 200);
        process.kill().await
    })
    .await;
}

#[tokio::test]
async fn a_deletion_with_a_key_is_done_once() {
    run_test(TestBot::default(), async |t| {
        let ana = t.api("ana");
        for name in ["tea", "coffee"] {
            ana.create(&json!({ "name": name, "engine": "medusa" })).await?.error_for_status()?;
        }
        t.until_idle().await?;
        let delete = async |name: &str| ana.send_with_key(Method::DELETE, &format!("/v1/stores/{name}"), "k1").await;
        let first = delete("tea").await?;
        ensure!(first.status() == 202);
        let first: serde_json::Value = first.json().await?;
        t.until_idle().await?;
        let again = delete("tea").await?;
        ensure!(again.status() == 202);
        // As it was answered the first time, not as it is now.
        ensure!(again.json::<serde_json::Value>().await? == first);
        let other = delete("coffee").await?;
        ensure!(other.status() == 422, "{}", other.text().await?);
        Ok(())
    })
    .await;
}
