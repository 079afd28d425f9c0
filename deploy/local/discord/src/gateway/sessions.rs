//! Sessions and their events. No I/O.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Value, json};

use super::{code, op};

/// What Discord asks for, give or take.
const HEARTBEAT: Duration = Duration::from_millis(41_250);
/// GUILDS: with it the bot hears of its guilds.
const GUILDS: u64 = 1;
/// GUILD_MEMBERS, GUILD_PRESENCES, MESSAGE_CONTENT: only for applications that Discord has let have them.
const PRIVILEGED: u64 = 1 << 1 | 1 << 8 | 1 << 15;
/// Every bit that means something.
const KNOWN: u64 = (1 << 26) - 1;

/// What goes wrong with the connections that are there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GatewayFault {
    /// The connection ends without a word; the session can be resumed.
    Drop,
    /// RECONNECT (op 7): the bot shall come back and resume.
    Reconnect,
    /// INVALID_SESSION (op 9) that cannot be resumed.
    InvalidSession,
    /// Heartbeats are not acknowledged any more, and nothing else is said.
    Silence,
    /// Closed by this code.
    Close(u16),
}

/// A session, as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatewaySession {
    /// Discord's name for it.
    pub id: String,
    /// Whether a connection reads it at present.
    pub connected: bool,
    /// This shard, and of how many.
    pub shard: (u64, u64),
    /// What was asked for when it began.
    pub intents: u64,
    /// How often it was resumed.
    pub resumed: u32,
}

struct Session {
    seen: GatewaySession,
    /// The event of sequence number n is at n - 1.
    events: Vec<Value>,
    /// The connection that reads it.
    reader: Option<u64>,
    fault: Option<GatewayFault>,
}

/// Why a connection is not let in: closed by this code, or told to begin a new session.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Rejected {
    Closed(u16),
    NoSession,
}

/// What a connection has to do next.
pub(super) enum Turn {
    /// Send these; the last one has this sequence number.
    Send(Vec<Value>, usize),
    Fault(GatewayFault),
    /// The session has gone, or is read by another connection.
    Over,
}

/// Whose sessions, and what may happen to them.
pub(crate) struct Sessions {
    sessions: Vec<Session>,
    connections: u64,
    /// Sessions begun.
    pub(crate) identified: u32,
    /// How often a heartbeat is wanted.
    pub(crate) heartbeat: Duration,
    /// The next IDENTIFY is closed by this code.
    pub(crate) refuse: Option<u16>,
}

impl Default for Sessions {
    fn default() -> Self {
        Self { sessions: Vec::new(), connections: 0, identified: 0, heartbeat: HEARTBEAT, refuse: None }
    }
}

impl Sessions {
    pub(crate) fn all(&self) -> Vec<GatewaySession> {
        self.sessions.iter().map(|session| session.seen.clone()).collect()
    }

    /// Whether there is anybody to dispatch to, connected or coming back.
    pub(crate) fn are_there(&self) -> bool {
        !self.sessions.is_empty()
    }

    /// Each session hears of it, as on Discord.
    pub(crate) fn dispatch(&mut self, name: &str, data: &Value) {
        self.sessions.iter_mut().for_each(|session| session.push(name, data));
    }

    /// Orders a fault of all connections.
    pub(crate) fn order(&mut self, fault: GatewayFault) {
        for session in self.sessions.iter_mut().filter(|session| session.reader.is_some()) {
            session.fault = Some(fault);
        }
    }

    /// A number for a new connection.
    pub(super) fn connect(&mut self) -> u64 {
        self.connections += 1;
        self.connections
    }

    /// Begins a session of this id for a connection; `ready` and `guilds` are its first events.
    pub(super) fn identify(
        &mut self,
        reader: u64,
        id: &str,
        asked: &Value,
        (ready, guilds): (Value, Vec<Value>),
    ) -> Result<(), Rejected> {
        if let Some(code) = self.refuse.take() {
            return Err(Rejected::Closed(code));
        }
        let intents = asked.get("intents").and_then(Value::as_u64).ok_or(Rejected::Closed(code::DECODE_ERROR))?;
        let shard = shard(asked)?;
        match intents {
            bits if bits & !KNOWN != 0 => return Err(Rejected::Closed(code::INVALID_INTENTS)),
            bits if bits & PRIVILEGED != 0 => return Err(Rejected::Closed(code::DISALLOWED_INTENTS)),
            _ => {}
        }
        let seen = GatewaySession { id: id.to_owned(), connected: true, shard, intents, resumed: 0 };
        let mut session = Session { seen, events: Vec::new(), reader: Some(reader), fault: None };
        session.push("READY", &ready);
        if intents & GUILDS != 0 {
            guilds.iter().for_each(|guild| session.push("GUILD_CREATE", guild));
        }
        self.identified += 1;
        self.sessions.push(session);
        Ok(())
    }

    /// Goes on with a session behind the event that was read last. One that is said to have been read
    /// further than it is, is over.
    pub(super) fn resume(&mut self, reader: u64, id: &str, read: usize) -> Result<(), Rejected> {
        let session = self.sessions.iter_mut().find(|session| session.seen.id == id).ok_or(Rejected::NoSession)?;
        if read > session.events.len() {
            self.sessions.retain(|session| session.seen.id != id);
            return Err(Rejected::Closed(code::INVALID_SEQ));
        }
        session.reader = Some(reader);
        session.fault = None;
        session.seen.connected = true;
        session.seen.resumed += 1;
        session.push("RESUMED", &json!({}));
        Ok(())
    }

    pub(super) fn turn(&mut self, reader: u64, id: &str, read: usize) -> Turn {
        let Some(session) = self.sessions.iter_mut().find(|it| it.seen.id == id && it.reader == Some(reader)) else {
            return Turn::Over;
        };
        match session.fault.take() {
            Some(fault) => Turn::Fault(fault),
            None => Turn::Send(session.events.get(read..).unwrap_or_default().to_vec(), session.events.len()),
        }
    }

    /// The connection has ended, and its session with it unless it may be resumed.
    pub(super) fn leave(&mut self, reader: u64, resumable: bool) {
        let own = |session: &Session| session.reader == Some(reader);
        if !resumable {
            self.sessions.retain(|session| !own(session));
        }
        for session in self.sessions.iter_mut().filter(|session| own(session)) {
            session.reader = None;
            session.seen.connected = false;
        }
    }
}

impl Session {
    fn push(&mut self, name: &str, data: &Value) {
        let sequence = self.events.len() + 1;
        self.events.push(json!({ "op": op::DISPATCH, "t": name, "s": sequence, "d": data }));
    }
}

/// `[number, of]`; without it the only one.
fn shard(asked: &Value) -> Result<(u64, u64), Rejected> {
    let Some(given) = asked.get("shard") else { return Ok((0, 1)) };
    let numbers = given.as_array().map(Vec::as_slice).unwrap_or_default();
    match numbers.iter().map(Value::as_u64).collect::<Vec<_>>()[..] {
        [Some(number), Some(of)] if number < of => Ok((number, of)),
        _ => Err(Rejected::Closed(code::INVALID_SHARD)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begun() -> Sessions {
        let mut sessions = Sessions::default();
        let reader = sessions.connect();
        sessions.identify(reader, "a", &json!({ "intents": 0 }), (json!({}), vec![json!({})])).unwrap();
        sessions
    }

    fn names(turn: Turn) -> Vec<String> {
        match turn {
            Turn::Send(events, _) => events.iter().map(|e| e["t"].as_str().unwrap().to_owned()).collect(),
            Turn::Fault(_) | Turn::Over => panic!("nothing to send"),
        }
    }

    #[test]
    fn what_was_missed_is_read_again() {
        let mut sessions = begun();
        assert_eq!(names(sessions.turn(1, "a", 0)), ["READY"]);
        sessions.leave(1, true);
        sessions.dispatch("INTERACTION_CREATE", &json!({ "id": "7" }));
        let reader = sessions.connect();
        assert!(matches!(sessions.turn(1, "a", 1), Turn::Over));
        assert_eq!(sessions.resume(reader, "b", 1), Err(Rejected::NoSession));
        sessions.resume(reader, "a", 1).unwrap();
        assert_eq!(names(sessions.turn(reader, "a", 1)), ["INTERACTION_CREATE", "RESUMED"]);
        assert_eq!(sessions.resume(reader, "a", 9), Err(Rejected::Closed(code::INVALID_SEQ)));
        assert!(!sessions.are_there());
    }

    #[test]
    fn what_is_asked_for_is_looked_at() {
        let cases = [
            (json!({ "intents": 1 }), Ok(())),
            (json!({}), Err(Rejected::Closed(code::DECODE_ERROR))),
            (json!({ "intents": 1_u64 << 40 }), Err(Rejected::Closed(code::INVALID_INTENTS))),
            (json!({ "intents": 1 << 15 }), Err(Rejected::Closed(code::DISALLOWED_INTENTS))),
            (json!({ "intents": 0, "shard": [1, 1] }), Err(Rejected::Closed(code::INVALID_SHARD))),
            (json!({ "intents": 0, "shard": [1] }), Err(Rejected::Closed(code::INVALID_SHARD))),
            (json!({ "intents": 0, "shard": [1, 2] }), Ok(())),
        ];
        for (asked, wanted) in cases {
            let got = Sessions::default().identify(1, "a", &asked, (json!({}), Vec::new()));
            assert_eq!(got, wanted, "{asked}");
        }
    }
}
