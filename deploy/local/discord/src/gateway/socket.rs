//! One connection, from HELLO to its end.

use std::sync::Arc;
use std::time::Duration;

use futures::{SinkExt as _, StreamExt as _};
use poem::Upgraded;
use serde_json::{Value, json};
use tokio::time::Instant;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::CloseCode;

use super::sessions::{GatewayFault, Rejected, Turn};
use super::{code, events, op};
use crate::hub::Hub;

/// What ends a connection.
enum End {
    /// Closed by us with this code.
    Code(u16),
    /// Nothing more is said. The session can be resumed.
    Dropped,
    /// The bot has gone. With 1000 and 1001 it says that it does not come back.
    Left { resumable: bool },
}

struct Connection {
    hub: Arc<Hub>,
    stream: WebSocketStream<Upgraded>,
    number: u64,
    /// The session it reads, and how far it has read it.
    session: Option<(String, usize)>,
    silent: bool,
}

pub(super) async fn serve(hub: Arc<Hub>, stream: WebSocketStream<Upgraded>, query: &str) {
    let (number, heartbeat) = hub.change(|world| (world.gateway.connect(), world.gateway.heartbeat));
    let mut connection = Connection { hub, stream, number, session: None, silent: false };
    let end = match query.split('&').any(|pair| pair == "v=10") {
        true => connection.run(heartbeat).await,
        false => End::Code(code::INVALID_API_VERSION),
    };
    connection.end(&end).await;
}

impl Connection {
    async fn run(&mut self, heartbeat: Duration) -> End {
        let hello = json!({ "op": op::HELLO, "d": { "heartbeat_interval": millis(heartbeat) }, "s": null, "t": null });
        if !self.send(&hello).await {
            return End::Dropped;
        }
        let stopping = self.hub.stopping.clone();
        let mut bell = self.hub.listen();
        // Half an interval of grace: the network takes its time.
        let patience = heartbeat + heartbeat / 2;
        let mut late = Instant::now() + patience;
        loop {
            bell.borrow_and_update();
            if let Some(end) = self.turn().await {
                return end;
            }
            let heard = tokio::select! {
                message = self.stream.next() => message,
                changed = bell.changed() => match changed {
                    Ok(()) => continue,
                    Err(_) => return End::Dropped,
                },
                () = tokio::time::sleep_until(late) => return End::Code(code::SESSION_TIMED_OUT),
                () = stopping.cancelled() => return End::Dropped,
            };
            // What was ordered before this was said comes first.
            if let Some(end) = self.turn().await {
                return end;
            }
            match self.hear(heard).await {
                Ok(true) => late = Instant::now() + patience,
                Ok(false) => {}
                Err(end) => return end,
            }
        }
    }

    /// Sends what there is to send, or does what was ordered.
    async fn turn(&mut self) -> Option<End> {
        let (id, read) = self.session.clone()?;
        let turn = self.hub.lock().gateway.turn(self.number, &id, read);
        match turn {
            Turn::Over => Some(End::Code(code::UNKNOWN_ERROR)),
            Turn::Send(..) if self.silent => None,
            Turn::Send(events, last) => {
                for event in events {
                    if !self.send(&event).await {
                        return Some(End::Dropped);
                    }
                }
                self.session = Some((id, last));
                None
            }
            Turn::Fault(GatewayFault::Drop) => Some(End::Dropped),
            Turn::Fault(GatewayFault::Close(code)) => Some(End::Code(code)),
            Turn::Fault(GatewayFault::Silence) => {
                self.silent = true;
                None
            }
            Turn::Fault(GatewayFault::Reconnect) => {
                self.send(&json!({ "op": op::RECONNECT, "d": null, "s": null, "t": null })).await;
                None
            }
            Turn::Fault(GatewayFault::InvalidSession) => {
                self.forget().await;
                None
            }
        }
    }

    /// Whether it was a heartbeat.
    async fn hear(
        &mut self,
        message: Option<Result<Message, tokio_tungstenite::tungstenite::Error>>,
    ) -> Result<bool, End> {
        let text = match message {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Close(frame))) => {
                let over = frame.is_some_and(|frame| matches!(u16::from(frame.code), 1000 | 1001));
                return Err(End::Left { resumable: !over });
            }
            Some(Ok(_)) => return Ok(false),
            None | Some(Err(_)) => return Err(End::Left { resumable: true }),
        };
        let said: Value = serde_json::from_str(&text).map_err(|_| End::Code(code::DECODE_ERROR))?;
        let data = said.get("d").cloned().unwrap_or_default();
        match said.get("op").and_then(Value::as_u64) {
            Some(op::HEARTBEAT) => {
                if !self.silent {
                    self.send(&json!({ "op": op::ACK, "d": null, "s": null, "t": null })).await;
                }
                return Ok(true);
            }
            Some(op::IDENTIFY | op::RESUME) if self.session.is_some() => {
                return Err(End::Code(code::ALREADY_AUTHENTICATED));
            }
            Some(op::IDENTIFY) => self.identify(&data)?,
            Some(op::RESUME) => self.resume(&data).await?,
            Some(op::PRESENCE) if self.session.is_some() => {}
            Some(op::PRESENCE) => return Err(End::Code(code::NOT_AUTHENTICATED)),
            _ => return Err(End::Code(code::UNKNOWN_OPCODE)),
        }
        Ok(false)
    }

    fn identify(&mut self, asked: &Value) -> Result<(), End> {
        self.check_token(asked)?;
        let number = self.number;
        let signed = self.hub.signer.sign("gateway session", &number.to_be_bytes());
        let id = signed.chars().take(32).collect::<String>();
        let begun = self.hub.change(|world| {
            let first = (events::ready(world, &id, asked.get("shard")), events::guilds(world));
            world.gateway.identify(number, &id, asked, first)
        });
        match begun {
            Ok(()) => self.session = Some((id, 0)),
            Err(Rejected::Closed(code)) => return Err(End::Code(code)),
            Err(Rejected::NoSession) => return Err(End::Code(code::UNKNOWN_ERROR)),
        }
        Ok(())
    }

    async fn resume(&mut self, asked: &Value) -> Result<(), End> {
        self.check_token(asked)?;
        let id = asked.get("session_id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let read = asked.get("seq").and_then(Value::as_u64).and_then(|read| usize::try_from(read).ok());
        let read = read.ok_or(End::Code(code::DECODE_ERROR))?;
        let number = self.number;
        match self.hub.change(|world| world.gateway.resume(number, &id, read)) {
            Ok(()) => self.session = Some((id, read)),
            Err(Rejected::Closed(code)) => return Err(End::Code(code)),
            Err(Rejected::NoSession) => self.forget().await,
        }
        Ok(())
    }

    fn check_token(&self, asked: &Value) -> Result<(), End> {
        let given = asked.get("token").and_then(Value::as_str).unwrap_or_default();
        let good = given.strip_prefix("Bot ").unwrap_or(given) == self.hub.lock().bot_token;
        good.then_some(()).ok_or(End::Code(code::AUTHENTICATION_FAILED))
    }

    /// The session is over for good: the bot may begin another one.
    async fn forget(&mut self) {
        let number = self.number;
        self.session = None;
        self.hub.change(|world| world.gateway.leave(number, false));
        self.send(&json!({ "op": op::INVALID_SESSION, "d": false, "s": null, "t": null })).await;
    }

    async fn send(&mut self, value: &Value) -> bool {
        self.stream.send(Message::Text(value.to_string())).await.is_ok()
    }

    async fn end(mut self, end: &End) {
        let resumable = match end {
            End::Code(code) => !matches!(*code, code::SESSION_TIMED_OUT | code::INVALID_SEQ | 4010..=4014 | 1000),
            End::Dropped => true,
            End::Left { resumable } => *resumable,
        };
        let number = self.number;
        self.hub.change(|world| world.gateway.leave(number, resumable));
        if let End::Code(code) = end {
            let frame = CloseFrame { code: CloseCode::from(*code), reason: "".into() };
            // Somebody who has gone does not hear it.
            let _ = self.stream.close(Some(frame)).await;
        }
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
