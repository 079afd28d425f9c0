//! What stands in front of several `serve`: each connection goes to the next one that says it is ready. As with
//! Kubernetes' services, a process is asked now and then, so that it is heard late that one goes: as late as a test
//! says. Connections that are there stay where they are.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use crate::harness::{Process, until};

/// Between two questions: what is heard is at most so old, and a question's own time.
const ASK: Duration = Duration::from_millis(200);

#[derive(Debug)]
struct Backend {
    url: String,
    ready: AtomicBool,
    /// Connections that it was given.
    taken: AtomicUsize,
}

type Backends = Arc<Mutex<Vec<Arc<Backend>>>>;

pub(super) struct Balancer {
    pub(super) url: String,
    backends: Backends,
    /// Whether anybody is asked at present.
    hears: Arc<AtomicBool>,
    tasks: Mutex<Vec<JoinHandle<()>>>,
}

impl Balancer {
    pub(super) async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let backends = Backends::default();
        let accepting = tokio::spawn(accept(listener, Arc::clone(&backends)));
        Ok(Self { url, backends, hears: Arc::new(AtomicBool::new(true)), tasks: Mutex::new(vec![accepting]) })
    }

    /// While it does not hear, it sends people wherever it did before.
    pub(super) fn hears(&self, hears: bool) {
        self.hears.store(hears, Ordering::Relaxed);
    }

    /// Takes one in, and waits until it was given a connection.
    pub(super) async fn add(&self, process: &Process) -> Result<()> {
        let backend = Backend { url: process.url.clone(), ready: AtomicBool::new(false), taken: AtomicUsize::new(0) };
        let backend = Arc::new(backend);
        let asking = tokio::spawn(ask(Arc::clone(&backend), Arc::clone(&self.hears)));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).push(asking);
        self.backends.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&backend));
        until("it is ready", || async { Ok(backend.ready.load(Ordering::Relaxed).then_some(())) }).await
    }

    /// Waits until nobody is sent to a process any more.
    pub(super) async fn until_left(&self, url: &str) -> Result<()> {
        until("nobody is sent there", || async {
            let backends = self.backends.lock().unwrap_or_else(PoisonError::into_inner);
            let left = backends.iter().any(|b| b.url == url && !b.ready.load(Ordering::Relaxed));
            Ok(left.then_some(()))
        })
        .await
    }

    /// Connections that a process was given.
    pub(super) fn taken(&self, url: &str) -> usize {
        let backends = self.backends.lock().unwrap_or_else(PoisonError::into_inner);
        backends.iter().find(|b| b.url == url).map_or(0, |b| b.taken.load(Ordering::Relaxed))
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).iter().for_each(JoinHandle::abort);
    }
}

async fn ask(backend: Arc<Backend>, hears: Arc<AtomicBool>) {
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().unwrap_or_default();
    let mut turns = tokio::time::interval(ASK);
    loop {
        turns.tick().await;
        let answer = client.get(format!("{}/health/ready", backend.url)).send().await;
        // What came while it does not hear is not heard later.
        if hears.load(Ordering::Relaxed) {
            backend.ready.store(answer.is_ok_and(|a| a.status() == 200), Ordering::Relaxed);
        }
    }
}

async fn accept(listener: TcpListener, backends: Backends) {
    let mut turn = 0;
    while let Ok((client, _)) = listener.accept().await {
        let ready: Vec<_> = {
            let all = backends.lock().unwrap_or_else(PoisonError::into_inner);
            all.iter().filter(|b| b.ready.load(Ordering::Relaxed)).cloned().collect()
        };
        turn += 1;
        // With nobody there, the connection is closed at once, and whoever asks fails.
        if let Some(backend) = ready.get(turn % ready.len().max(1)) {
            backend.taken.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(carry(client, backend.url.clone()));
        }
    }
}

/// Until both sides have said all they had to say.
async fn carry(mut client: TcpStream, url: String) -> Result<()> {
    let address: SocketAddr = url.trim_start_matches("http://").parse().context("no address")?;
    let mut server = TcpStream::connect(address).await?;
    client.set_nodelay(true)?;
    server.set_nodelay(true)?;
    copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}
