//! What is tried on every parser that meets the outside: one function each, which panics when something
//! is not as it must be.
//!
//! `make fuzz` feeds them what libFuzzer thinks up; the tests feed them `corpus/`, so that what was once
//! found stays found. One function is one line of [`ALL`], one program in `fuzz_targets/` and one folder
//! in `corpus/`. A function has no state and needs no network, no clock and no disk.

#![allow(unreachable_pub, reason = "the tests have it as a module")]

mod doors;
mod stored;
mod words;

/// Takes any bytes at all.
pub type Target = fn(&[u8]);

pub const ALL: [(&str, Target); 20] = [
    ("bearer_claims", doors::bearer_claims),
    ("bearer_token", doors::bearer_token),
    ("callback_url", words::callback_url),
    ("create_store", words::create_store),
    ("discord_payload", doors::discord_payload),
    ("discord_signature", doors::discord_signature),
    ("event_id", words::event_id),
    ("forge_event", doors::forge_event),
    ("helm_release", stored::helm_release),
    ("idempotency_key", words::idempotency_key),
    ("ledger_record", stored::ledger_record),
    ("list_cursor", words::list_cursor),
    ("masked_text", words::masked_text),
    ("redis_address", words::redis_address),
    ("shop_proof", stored::shop_proof),
    ("sign_in", doors::sign_in),
    ("store_name", words::store_name),
    ("webhook_event", doors::webhook_event),
    ("webhook_headers", doors::webhook_headers),
    ("webhook_signature", doors::webhook_signature),
];

/// Runs one by its name.
///
/// # Panics
/// The target found something, or there is none of that name.
pub fn run(name: &str, data: &[u8]) {
    let target = ALL.iter().find(|(known, _)| *known == name).unwrap_or_else(|| panic!("no target {name}"));
    target.1(data);
}

/// All clocks stand here: seconds since 1970.
const NOW: i64 = 1_700_000_000;

fn now() -> jiff::Timestamp {
    jiff::Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(NOW)
}

/// The first `N` lines, and all behind them.
fn lines<const N: usize>(data: &[u8]) -> Option<([&str; N], &[u8])> {
    let (mut found, mut rest) = ([""; N], data);
    for line in &mut found {
        let end = rest.iter().position(|byte| *byte == b'\n')?;
        *line = std::str::from_utf8(&rest[..end]).ok()?;
        rest = &rest[end + 1..];
    }
    Some((found, rest))
}
