//! One connection: bytes from one side to the other, as the fault of the moment lets them.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::fault::Gate;
use super::{Fault, Shared, Side};

/// Largest piece that is passed on, or made late, at once.
const PIECE: usize = 64 * 1024;

/// The connection has to end now.
struct Over;

pub(super) async fn carry(mut client: TcpStream, target: String, shared: Arc<Shared>) {
    let mut fault = shared.fault.subscribe();
    if !holds_off(*fault.borrow_and_update()) {
        let Ok(mut server) = TcpStream::connect(&target).await else { return };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (mut from_client, mut to_client) = client.split();
        let (mut from_server, mut to_server) = server.split();
        let there = Pump { side: Side::Client, fault: fault.clone(), shared: &shared };
        let back = Pump { side: Side::Upstream, fault: fault.clone(), shared: &shared };
        tokio::select! {
            _ = async { tokio::try_join!(there.run(&mut from_client, &mut to_server), back.run(&mut from_server, &mut to_client)) } => return,
            _ = fault.wait_for(|fault| ends_at_once(*fault)) => {}
        }
    }
    let now = *fault.borrow_and_update();
    shared.hit(now);
    // The upstream's side is closed by now; the client's stays until something else is broken.
    if now != Fault::Cut {
        let _ = fault.changed().await;
    }
}

/// New connections are taken and go nowhere.
fn holds_off(fault: Fault) -> bool {
    matches!(fault, Fault::Cut | Fault::Hang | Fault::Vanish)
}

fn ends_at_once(fault: Fault) -> bool {
    matches!(fault, Fault::Cut | Fault::Vanish)
}

struct Pump<'a> {
    side: Side,
    fault: watch::Receiver<Fault>,
    shared: &'a Shared,
}

impl Pump<'_> {
    /// Ends well when its side has said everything.
    async fn run(
        mut self,
        from: &mut (impl AsyncRead + Unpin),
        to: &mut (impl AsyncWrite + Unpin),
    ) -> Result<(), Over> {
        let mut piece = vec![0; PIECE];
        // Under the present fault.
        let mut passed = 0;
        loop {
            let fault = *self.fault.borrow_and_update();
            let room = match fault.gate(self.side) {
                Gate::Open | Gate::Late => PIECE,
                Gate::Measured(bytes) => usize::try_from(bytes.saturating_sub(passed)).unwrap_or(PIECE).min(PIECE),
                Gate::Held | Gate::Lost => {
                    self.wait_out(fault).await?;
                    passed = 0;
                    continue;
                }
            };
            if room == 0 {
                self.shared.hit(fault);
                return Err(Over);
            }
            let read = tokio::select! {
                // What is said after a fault began is never passed on as if it had not.
                biased;
                changed = self.fault.changed() => {
                    passed = 0;
                    changed.map_err(|_| Over)?;
                    continue;
                }
                read = from.read(&mut piece[..room]) => read.map_err(|_| Over)?,
            };
            if read == 0 {
                // The other side may still have much to say.
                return to.shutdown().await.map_err(|_| Over);
            }
            self.delay(fault).await;
            passed += read as u64;
            to.write_all(&piece[..read]).await.map_err(|_| Over)?;
        }
    }

    /// Until a gate that is shut changes.
    async fn wait_out(&mut self, fault: Fault) -> Result<(), Over> {
        // The end of a whole connection is counted once, where it ends.
        if !ends_at_once(fault) {
            self.shared.hit(fault);
        }
        self.fault.changed().await.map_err(|_| Over)?;
        if fault.gate(self.side) == Gate::Held { Ok(()) } else { Err(Over) }
    }

    async fn delay(&self, fault: Fault) {
        let Fault::Latency { pause, jitter } = fault else { return };
        self.shared.hit(fault);
        let spread = u64::try_from(jitter.as_micros()).unwrap_or(u64::MAX);
        let more = Duration::from_micros(self.shared.roll(0..=spread.saturating_mul(2)));
        tokio::time::sleep((pause + more).saturating_sub(jitter)).await;
    }
}
