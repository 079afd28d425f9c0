//! A TCP proxy that can be cut or frozen: what is behind it is away, and comes back.

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// Connections end, and new ones end at once.
    Cut,
    /// Connections stay and are taken, and nothing comes through any more.
    Frozen,
}

/// Ends when it is dropped.
pub(crate) struct Proxy {
    pub(crate) address: SocketAddr,
    state: Arc<watch::Sender<State>>,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Proxy {
    /// Listens on a free port in front of `target` (`host:port`).
    pub(crate) async fn start(target: &str) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let state = Arc::new(watch::Sender::new(State::Open));
        let task = tokio::spawn(serve(listener, target.to_owned(), Arc::clone(&state)));
        Ok(Self { address, state, task })
    }

    /// Cuts every connection and refuses new ones.
    pub(crate) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Lets nothing through any more, without a word to anybody.
    pub(crate) fn freeze(&self) {
        self.state.send_replace(State::Frozen);
    }

    /// Lets new connections through again; frozen ones end.
    pub(crate) fn mend(&self) {
        self.state.send_replace(State::Open);
    }
}

async fn serve(listener: TcpListener, target: String, state: Arc<watch::Sender<State>>) {
    while let Ok((client, _)) = listener.accept().await {
        tokio::spawn(carry(client, target.clone(), state.subscribe()));
    }
}

async fn carry(mut client: TcpStream, target: String, mut state: watch::Receiver<State>) {
    if *state.borrow() == State::Open {
        let Ok(mut server) = TcpStream::connect(&target).await else { return };
        tokio::select! {
            _ = copy_bidirectional(&mut client, &mut server) => return,
            _ = state.wait_for(|s| *s != State::Open) => {}
        }
    }
    // Nothing is read any more; the connection stays until the proxy is cut or mended.
    let _ = state.wait_for(|s| *s != State::Frozen).await;
}
