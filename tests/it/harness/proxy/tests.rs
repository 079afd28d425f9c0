//! Each fault, as a client sees it.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use futures::StreamExt as _;
use k8s_openapi::api::core::v1::Namespace;
use kube::api::{Api, WatchParams};
use poem::http::StatusCode;
use poem::listener::TcpAcceptor;
use poem::{Route, Server, handler};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use super::{Fault, Proxy, Side, Tls, Upstream};
use crate::harness::account;
use crate::harness::environment::{self, PATIENCE};
use crate::harness::kubernetes::{Kubernetes, kubeconfig_through};

/// Where nothing is to be heard, this long is listened for it.
const SILENCE: Duration = Duration::from_millis(200);

/// Says back what it hears, and counts the bytes.
struct Echo {
    address: SocketAddr,
    heard: std::sync::Arc<AtomicU64>,
}

async fn echo() -> Result<Echo> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let (address, heard) = (listener.local_addr()?, std::sync::Arc::new(AtomicU64::new(0)));
    let count = std::sync::Arc::clone(&heard);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let count = std::sync::Arc::clone(&count);
            tokio::spawn(async move {
                let mut piece = [0; 1024];
                while let Ok(read @ 1..) = stream.read(&mut piece).await {
                    count.fetch_add(read as u64, Ordering::Relaxed);
                    if stream.write_all(&piece[..read]).await.is_err() {
                        return;
                    }
                }
            });
        }
    });
    Ok(Echo { address, heard })
}

/// A proxy before an echo, and a client that has been answered once.
async fn connected() -> Result<(Echo, Proxy, TcpStream)> {
    let echo = echo().await?;
    let proxy = Proxy::start(&echo.address.to_string()).await?;
    let mut client = TcpStream::connect(proxy.address).await?;
    ensure!(says_back(&mut client).await);
    Ok((echo, proxy, client))
}

async fn says_back(client: &mut TcpStream) -> bool {
    let mut back = [0; 4];
    client.write_all(b"ping").await.is_ok()
        && matches!(timeout(PATIENCE, client.read_exact(&mut back)).await, Ok(Ok(_)))
        && &back == b"ping"
}

/// Whether the connection ends, rather than stay silent.
async fn ends(client: &mut TcpStream) -> bool {
    let mut rest = Vec::new();
    timeout(PATIENCE, client.read_to_end(&mut rest)).await.is_ok()
}

async fn is_silent(client: &mut TcpStream) -> bool {
    timeout(SILENCE, client.read_u8()).await.is_err()
}

#[tokio::test]
async fn nothing_is_broken_unasked() {
    let (_echo, proxy, mut client) = connected().await.unwrap();
    let long: Vec<u8> = (0..1_000_000_u32).map(|i| i.to_le_bytes()[0]).collect();
    let (mut read, mut write) = client.split();
    let mut back = vec![0; long.len()];
    let (sent, heard) = tokio::join!(write.write_all(&long), read.read_exact(&mut back));
    sent.unwrap();
    heard.unwrap();
    assert!(back == long && proxy.hits().is_empty());
    // The end of what a client says goes through as well, and so does the answer to it.
    write.shutdown().await.unwrap();
    assert_eq!(read.read_u8().await.unwrap_err().kind(), ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_cut_ends_connections_and_refuses_new_ones() {
    let (_echo, proxy, mut client) = connected().await.unwrap();
    proxy.cut();
    assert!(ends(&mut client).await);
    let refused = TcpStream::connect(proxy.address).await.map(|_| ()).map_err(|e| e.kind());
    assert_eq!(refused, Err(ErrorKind::ConnectionRefused));
    assert_eq!(proxy.hits()["cut"], 1);
    proxy.mend();
    let again = environment::until("it listens again", || async { Ok(TcpStream::connect(proxy.address).await.ok()) });
    assert!(says_back(&mut again.await.unwrap()).await);
}

#[tokio::test]
async fn latency_makes_late_and_breaks_nothing() {
    let (_echo, proxy, mut client) = connected().await.unwrap();
    proxy.set(Fault::Latency { pause: Duration::from_millis(60), jitter: Duration::from_millis(20) });
    let begun = Instant::now();
    assert!(says_back(&mut client).await);
    // There and back, each at least 40 ms late.
    assert!(begun.elapsed() >= Duration::from_millis(80), "{:?}", begun.elapsed());
    assert!(proxy.hits()["latency"] >= 2);
}

#[tokio::test]
async fn a_body_can_be_cut_in_the_middle() {
    let (echo, proxy, mut client) = connected().await.unwrap();
    proxy.set(Fault::CutAfter { bytes: 10 });
    client.write_all(&[7; 100]).await.unwrap();
    let mut back = Vec::new();
    // A reset is an end as well; what came before it counts.
    let _ = timeout(PATIENCE, client.read_to_end(&mut back)).await.unwrap();
    assert_eq!(back, [7; 10]);
    assert_eq!((echo.heard.load(Ordering::Relaxed), proxy.hits()["cut-in-a-body"]), (104, 1));
}

#[tokio::test]
async fn who_hangs_says_nothing_and_forgets() {
    let (echo, proxy, mut client) = connected().await.unwrap();
    proxy.set(Fault::Hang);
    let mut new = TcpStream::connect(proxy.address).await.unwrap();
    for silent in [&mut client, &mut new] {
        silent.write_all(b"ping").await.unwrap();
        assert!(is_silent(silent).await);
    }
    proxy.mend();
    assert!(ends(&mut client).await && ends(&mut new).await);
    assert_eq!(echo.heard.load(Ordering::Relaxed), 4, "only the first word was ever heard");
}

#[tokio::test]
async fn what_is_stalled_comes_late() {
    let (echo, proxy, mut client) = connected().await.unwrap();
    proxy.set(Fault::Stall);
    client.write_all(b"late").await.unwrap();
    assert!(is_silent(&mut client).await);
    assert_eq!(echo.heard.load(Ordering::Relaxed), 4);
    proxy.mend();
    let mut back = [0; 4];
    client.read_exact(&mut back).await.unwrap();
    assert_eq!(&back, b"late");
}

#[tokio::test]
async fn half_a_connection_can_fall_silent() {
    for (silent, heard) in [(Side::Upstream, 8), (Side::Client, 4)] {
        let (echo, proxy, mut client) = connected().await.unwrap();
        proxy.set(Fault::HalfOpen { silent });
        client.write_all(b"more").await.unwrap();
        assert!(is_silent(&mut client).await);
        let reached = || async { Ok((echo.heard.load(Ordering::Relaxed) == heard).then_some(())) };
        environment::until(&format!("{silent:?} is silent"), reached).await.unwrap();
        proxy.mend();
        assert!(ends(&mut client).await);
    }
}

#[tokio::test]
async fn a_server_can_vanish_without_a_word() {
    let (_echo, proxy, mut client) = connected().await.unwrap();
    proxy.set(Fault::Vanish);
    assert!(is_silent(&mut client).await);
    proxy.mend();
    assert!(ends(&mut client).await);
}

#[handler]
async fn hello(request: &poem::Request) -> String {
    format!("hello {}", request.header("authorization").unwrap_or("nobody"))
}

async fn web() -> Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let server = Server::new_with_acceptor(TcpAcceptor::from_tokio(listener)?);
    tokio::spawn(server.run(Route::new().at("/", poem::get(hello))));
    Ok(address)
}

#[tokio::test]
async fn statuses_hit_their_share_and_say_how_long_to_wait() {
    let proxy = Proxy::in_front_of(&web().await.unwrap().to_string(), Upstream::Http, 7).await.unwrap();
    let client = reqwest::Client::new();
    let ask = || client.get(format!("http://{}/", proxy.address)).send();
    assert_eq!(ask().await.unwrap().text().await.unwrap(), "hello nobody");
    proxy.set(Fault::Status { code: 429, retry_after: Some(3), share: 100 });
    let limited = ask().await.unwrap();
    assert_eq!(
        (limited.status(), limited.headers()["retry-after"].to_str().unwrap()),
        (StatusCode::TOO_MANY_REQUESTS, "3")
    );
    assert!(limited.text().await.unwrap().contains(r#""retry_after":3"#));
    proxy.set(Fault::Status { code: 503, retry_after: None, share: 30 });
    let mut refused = 0;
    for _ in 0..100 {
        let answer = ask().await.unwrap();
        assert!(!answer.headers().contains_key("retry-after"));
        refused += u64::from(answer.status() == StatusCode::SERVICE_UNAVAILABLE);
    }
    assert!((15..=45).contains(&refused), "{refused} of 100");
    assert_eq!(proxy.hits()["status-503"], refused);
}

/// The API server of the tests speaks TLS, and answers long watches.
#[tokio::test]
async fn a_server_that_speaks_tls_is_answered_for_and_passed_on() {
    let folder = tempfile::tempdir().unwrap();
    let direct = Kubernetes::read(&environment::kubeconfig()).unwrap();
    let tls = Tls::new(&folder.path().join("proxy"), direct.ca.clone()).unwrap();
    let proxy = Proxy::in_front_of(&direct.authority, Upstream::Https(&tls), 1).await.unwrap();
    let (file, token) = (folder.path().join("kubeconfig"), account::token().await.unwrap());
    kubeconfig_through(&proxy.address, &tls.ca().unwrap(), &token, &file).unwrap();
    let through = Kubernetes::read(file.to_str().unwrap()).unwrap();
    let namespaces: Api<Namespace> = Api::all(through.client().await.unwrap());
    assert!(namespaces.get_opt("kube-system").await.unwrap().is_some());
    let mut watch = namespaces.watch(&WatchParams::default(), "0").await.unwrap().boxed();
    assert!(timeout(PATIENCE, watch.next()).await.unwrap().unwrap().is_ok(), "what is there, and then it goes on");
    proxy.set(Fault::Status { code: 500, retry_after: None, share: 100 });
    let refused = namespaces.get("kube-system").await.unwrap_err();
    assert!(matches!(&refused, kube::Error::Api(status) if status.code == 500), "{refused}");
    proxy.cut();
    assert!(timeout(PATIENCE, async { while let Some(Ok(_)) = watch.next().await {} }).await.is_ok());
}
