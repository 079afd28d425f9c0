//! The two ways into the node's network, both on the machine's loopback: the API server and
//! the ingress. Their sockets are opened before this process leaves the machine's network, and
//! a socket stays where it was opened.

use std::net::{Ipv4Addr, TcpListener as Listener};
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::net::{TcpListener, TcpStream};

/// Two listening sockets.
pub struct Doors {
    /// Leads to the API server.
    pub api: TcpListener,
    /// Leads to the shops.
    pub ingress: TcpListener,
}

impl Doors {
    /// Opens both.
    pub fn open(api: u16, ingress: u16) -> Result<Self> {
        Ok(Self { api: listen(api)?, ingress: listen(ingress)? })
    }
}

fn listen(port: u16) -> Result<TcpListener> {
    let opened = (|| {
        let listener = Listener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        TcpListener::from_std(listener)
    })();
    opened.with_context(|| format!("127.0.0.1:{port} cannot be listened on"))
}

/// Hands every connection on to the same port of the node's loopback.
pub async fn forward(listener: TcpListener, port: u16) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(carry(stream, port));
            }
            // Out of file descriptors, for example: others may end meanwhile.
            Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
}

async fn carry(mut outside: TcpStream, port: u16) {
    // Refused while the server is not there: the caller sees its connection closed.
    if let Ok(mut inside) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await {
        let _ = (outside.set_nodelay(true), inside.set_nodelay(true));
        let _ = tokio::io::copy_bidirectional(&mut outside, &mut inside).await;
    }
}
