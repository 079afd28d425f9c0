//! The listener. While it is cut nobody listens, so that clients are refused by the kernel; a socket
//! that is bound and does not listen keeps the port.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::carry::carry;
use super::{Fault, Shared};

/// Connections that may wait to be taken.
const BACKLOG: u32 = 1024;
/// Until a port that cannot be bound again at once is tried again.
const AGAIN: Duration = Duration::from_millis(10);

/// Takes connections until it is dropped; they end with it.
pub(super) async fn serve(mut listener: TcpListener, target: String, shared: Arc<Shared>) {
    let Ok(address) = listener.local_addr() else { return };
    let mut fault = shared.fault.subscribe();
    let mut connections = JoinSet::new();
    loop {
        tokio::select! {
            taken = listener.accept() => match taken {
                Ok((client, _)) => { connections.spawn(carry(client, target.clone(), Arc::clone(&shared))); }
                // Out of file descriptors, for example: others may end meanwhile.
                Err(_) => tokio::time::sleep(AGAIN).await,
            },
            Some(_) = connections.join_next() => {}
            () = until(&mut fault, |fault| fault == Fault::Cut) => {
                drop(listener);
                listener = closed(address, &mut fault).await;
            }
        }
    }
}

/// Keeps the port without listening until the cut is over.
async fn closed(address: SocketAddr, fault: &mut watch::Receiver<Fault>) -> TcpListener {
    loop {
        if let Ok(socket) = bound(address) {
            until(fault, |fault| fault != Fault::Cut).await;
            if let Ok(listener) = socket.listen(BACKLOG) {
                return listener;
            }
        }
        tokio::time::sleep(AGAIN).await;
    }
}

fn bound(address: SocketAddr) -> std::io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections of before may still be on their way out of this port.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

async fn until(fault: &mut watch::Receiver<Fault>, wanted: impl Fn(Fault) -> bool) {
    // An error is the end of the proxy, which ends its tasks as well.
    let _ = fault.wait_for(|fault| wanted(*fault)).await;
}
