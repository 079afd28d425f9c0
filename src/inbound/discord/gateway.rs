//! The second transport: interactions over a connection that storebot makes to Discord, for those without a
//! public address. What they ask is the dispatcher's business, as with the first.
//!
//! Of several processes that serve, one is connected: whoever holds a lease in the ledger, which it keeps every
//! second and loses after five. While connections change hands an interaction may be heard twice. That does no
//! harm: its id is the command's idempotency key, and Discord takes the first answer and refuses the second. To
//! share interactions out by a mark in the ledger would do harm: the one who made the mark may die with it.
//!
//! A holder that cannot reach the ledger stays connected, because a person is better told that nothing can be
//! accepted than not answered. It leaves others, who may have the lease by then, a moment to answer first.

mod callback;
mod connection;
mod invitation;
mod state;

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use reqwest::Client;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_util::sync::CancellationToken;

use self::callback::Answers;
use self::connection::{Connection, Heard};
use self::invitation::{Desk, Invitation, NotInvited};
pub use self::state::GatewayState;
use self::state::State;
use super::Dispatcher;
use super::original::Background;
use crate::commands::{Commands, Hold};
use crate::config;
use crate::domain::Bits;
use crate::metrics::Metrics;

/// A process that has not been heard of for this long is not connected any more.
const LEASE: Duration = Duration::from_secs(5);
/// How often the lease is kept, or asked for by those who wait for it.
const BEAT: Duration = Duration::from_secs(1);
/// How long the first connection of a shard may take; serenity lets five seconds pass between two.
const CONNECT: Duration = Duration::from_secs(15);
const CONNECT_EACH: Duration = Duration::from_secs(6);
/// How long one that was there may be away before it is begun anew. What can be resumed is resumed at once.
const RESUME: Duration = Duration::from_secs(3);
/// How long a connection may take to close, with everything that was heard on it.
const CLOSE: Duration = Duration::from_secs(3);
/// Pauses between two attempts, doubled each time: Discord counts connections, a thousand a day.
const PAUSE: Duration = Duration::from_secs(1);
const PAUSE_MAX: Duration = Duration::from_secs(120);

/// What a gateway needs from outside.
pub struct GatewayParts {
    pub dispatcher: Dispatcher,
    pub commands: Arc<Commands>,
    pub discord: config::Discord,
    pub client: Client,
    pub metrics: Metrics,
    pub random: Bits,
    pub background: Background,
}

/// Keeps one of all processes connected.
pub struct Gateway {
    commands: Arc<Commands>,
    discord: config::Discord,
    desk: Desk,
    answers: Answers,
    state: GatewayState,
    random: Bits,
    background: Background,
    /// This process, among those who want the lease.
    who: String,
}

/// Why a connection is over.
enum End {
    /// The process ends, or another one holds the lease.
    Quit,
    /// Another attempt would end the same.
    Refused(&'static str),
    /// Not before this pause, if there is one.
    Away(String, Option<SignedDuration>),
}

impl Gateway {
    #[must_use]
    pub fn new(parts: GatewayParts) -> Self {
        let GatewayParts { dispatcher, commands, discord, client, metrics, random, background } = parts;
        let desk = Desk::new(&discord, client.clone(), metrics.clone());
        let answers = Answers::new(dispatcher, &discord, client, metrics, Arc::clone(&random));
        let who = format!("{}-{:016x}", std::process::id(), random());
        Self { commands, discord, desk, answers, state: GatewayState::default(), random, background, who }
    }

    /// How it goes, for whoever asks.
    #[must_use]
    pub fn state(&self) -> GatewayState {
        self.state.clone()
    }

    /// Until the process ends. What was heard is answered in tasks of their own.
    pub async fn run(self) {
        let mut failures = 0;
        while self.until_ours().await {
            let end = self.connected(&mut failures).await;
            self.commands.leave_gateway(&self.who).await;
            let pause = match end {
                End::Quit => continue,
                End::Refused(why) => {
                    tracing::error!("{why}");
                    self.state.set(State::Refused(why));
                    return self.background.stop.cancelled().await;
                }
                End::Away(why, pause) => {
                    tracing::warn!(why, failures, "not connected to Discord's gateway");
                    self.state.set(State::Away(why));
                    failures += 1;
                    pause
                        .and_then(|pause| pause.try_into().ok())
                        .unwrap_or_else(|| pause_after(failures, (self.random)()))
                }
            };
            self.background.stop.run_until_cancelled(sleep(pause)).await;
        }
    }

    /// Waits for the lease. `false`: the process ends.
    async fn until_ours(&self) -> bool {
        let waiting = async {
            loop {
                match self.commands.hold_gateway(&self.who, LEASE).await {
                    Hold::Ours => return,
                    Hold::Anothers => self.state.set(State::Standby),
                    Hold::Unknown => self.state.set(State::Away("the ledger does not answer".to_owned())),
                }
                sleep(BEAT).await;
            }
        };
        self.background.stop.run_until_cancelled(waiting).await.is_some()
    }

    async fn connected(&self, failures: &mut u32) -> End {
        let quit = self.background.stop.child_token();
        tokio::select! {
            end = self.talk(&quit, failures) => end,
            () = self.keep(&quit) => End::Quit,
        }
    }

    /// Keeps the lease; when another process has it, has the connection closed and waits for that.
    async fn keep(&self, quit: &CancellationToken) {
        loop {
            sleep(BEAT).await;
            let hold = self.commands.hold_gateway(&self.who, LEASE).await;
            self.answers.doubt(hold == Hold::Unknown);
            if hold == Hold::Anothers {
                tracing::info!("another process is connected to Discord's gateway now");
                quit.cancel();
                return std::future::pending().await;
            }
        }
    }

    async fn talk(&self, quit: &CancellationToken, failures: &mut u32) -> End {
        self.state.set(State::Connecting);
        let Some(invited) = quit.run_until_cancelled(self.desk.ask()).await else { return End::Quit };
        let invitation = match invited {
            Ok(invitation) => invitation,
            Err(NotInvited::Refused(why)) => return End::Refused(why),
            Err(NotInvited::Away(why, pause)) => return End::Away(why, pause),
        };
        let mut connection = match Connection::open(&self.discord, &invitation) {
            Ok(connection) => connection,
            Err(why) => return End::Away(why, None),
        };
        let end = self.listen(&mut connection, &invitation, quit, failures).await;
        connection.close();
        let rest = async {
            while let Some(heard) = connection.hear().await {
                if let Heard::Interaction(body) = heard {
                    self.answer(body);
                }
            }
        };
        if timeout(CLOSE, rest).await.is_err() {
            tracing::warn!("the connection to Discord's gateway did not close in time");
        }
        end
    }

    async fn listen(
        &self,
        connection: &mut Connection,
        invitation: &Invitation,
        quit: &CancellationToken,
        failures: &mut u32,
    ) -> End {
        let mut elsewhere = invitation.posted_elsewhere;
        let mut patience = Some(Instant::now() + CONNECT + CONNECT_EACH * invitation.shards);
        loop {
            let heard = tokio::select! {
                heard = connection.hear() => heard,
                () = quit.cancelled() => return End::Quit,
                () = sleep_until(patience.unwrap_or_else(Instant::now)), if patience.is_some() => {
                    return End::Away("the connection does not come about".to_owned(), None);
                }
            };
            match heard {
                Some(Heard::Interaction(body)) => {
                    if std::mem::take(&mut elsewhere) {
                        self.state.set(State::Ready { elsewhere });
                    }
                    self.answer(body);
                }
                Some(Heard::Up) => {
                    (*failures, patience) = (0, None);
                    tracing::info!(shards = invitation.shards, "connected to Discord's gateway");
                    self.state.set(State::Ready { elsewhere });
                }
                Some(Heard::Down) => {
                    // With several shards the others go on, and serenity brings the one back.
                    let resume = if invitation.shards == 1 { RESUME } else { CONNECT + CONNECT_EACH };
                    patience = Some(Instant::now() + resume);
                    self.state.set(State::Connecting);
                }
                Some(Heard::Refused(why)) => return End::Refused(why),
                None => return End::Away("the connection has ended".to_owned(), None),
            }
        }
    }

    fn answer(&self, body: Vec<u8>) {
        self.background.tasks.spawn(self.answers.clone().answer(body, Instant::now()));
    }
}

/// Between a half and the whole of a pause that doubles with each failure.
fn pause_after(failures: u32, random: u64) -> Duration {
    let whole = PAUSE.saturating_mul(1_u32.checked_shl(failures.saturating_sub(1)).unwrap_or(u32::MAX)).min(PAUSE_MAX);
    let part = u32::try_from(random % 1_000).unwrap_or(0);
    whole / 2 + whole / 2_000 * part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_an_end_and_differ() {
        let (least, most) = (0, 999);
        assert_eq!(pause_after(1, least), Duration::from_millis(500));
        assert!(pause_after(1, most) > Duration::from_millis(990) && pause_after(1, most) < PAUSE);
        assert_eq!(pause_after(4, least), Duration::from_secs(4));
        for failures in [8, 40, u32::MAX] {
            assert_eq!(pause_after(failures, least), PAUSE_MAX / 2);
        }
    }
}
