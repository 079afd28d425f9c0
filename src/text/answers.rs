//! Answers to questions: how a store is, which there are, how much there may be.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;

use super::markdown::{escape, fit};
use super::spans::{span, span_left};
use super::story::{clip, failure, progress, proof, reason_word, size, waiting};
use super::table::say;
use crate::domain::command::Create;
use crate::domain::lang::Lang;
use crate::domain::login::Login;
use crate::domain::outcome::QuotaUse;
use crate::domain::quota::{Resource, Share};
use crate::domain::record::{Phase, Record, Want};

/// Length of a list, in bytes: leaves room in a message for the hint that there is more.
const LIST_BYTES: usize = 1_900;

/// The answer to "how is this store?".
#[must_use]
pub fn status(lang: Lang, record: &Record, now: Timestamp) -> String {
    let spec = &record.spec;
    let mut lines = vec![format!("**{}** ({}): {}", spec.name, size(record), record.phase().as_str())];
    if spec.title != spec.name.as_str() {
        lines.push(format!("Title: {}", escape(&spec.title)));
    }
    lines.push(format!("Created {} ago", span(lang, now.duration_since(spec.created_at))));
    match record.phase() {
        Phase::Ready => {
            lines.push(format!("Address: {}{}", spec.url, escape(&proof(&record.observed))));
            if !record.observed.drift.is_empty() {
                lines.push(format!("Changed in the cluster: {}", escape(&clip(&record.observed.drift.join("; ")))));
                lines.push(format!("`/store upgrade name:{}` brings it back.", spec.name));
            }
        }
        Phase::Failed => lines.extend(failure(record)),
        Phase::Deleting | Phase::Deleted => lines.extend(waiting(record)),
        _ => lines.extend(progress(record)),
    }
    lines.extend(reason_word(record));
    if let Some(end) = spec.expires_at.filter(|_| record.desired.want == Want::Present) {
        lines.push(match end.duration_since(now) {
            left if left.is_positive() => format!("Wanted for another {}", span_left(lang, left)),
            _ => format!("Its time is over; `/store delete name:{}` removes it", spec.name),
        });
    }
    fit(lines.join("\n"))
}

/// The answer to "which stores are mine?".
#[must_use]
pub fn list(lang: Lang, records: &[Record], more: bool, quota: &QuotaUse) -> String {
    let (used, limit) = quota.own.of(Resource::Stores);
    let used = format!("{} used", stores(lang, used, limit));
    if records.is_empty() {
        return format!("You have no stores yet. `/store create` makes one. ({used})");
    }
    let mut text = format!("Your stores ({used}):");
    let mut shown = 0;
    for line in records.iter().map(entry) {
        if text.len() + line.len() > LIST_BYTES {
            break;
        }
        text = format!("{text}\n{line}");
        shown += 1;
    }
    if more || shown < records.len() {
        text.push_str("\n... and more. `/store status` tells about each of them.");
    }
    fit(text)
}

fn entry(record: &Record) -> String {
    let address = match record.phase() {
        Phase::Ready => format!(", {}", record.spec.url),
        _ => String::new(),
    };
    format!("- **{}** ({}): {}{address}", record.spec.name, size(record), record.phase().as_str())
}

/// What there is room for, in the reply to a create: `2 of 3 stores, about 40 s`.
#[must_use]
pub fn room(lang: Lang, quota: &QuotaUse, usually: Option<Duration>) -> String {
    let (used, limit) = quota.own.of(Resource::Stores);
    room_line(lang, used, limit, usually)
}

/// The answer to "how much may I have?".
#[must_use]
pub fn quota(lang: Lang, quota: &QuotaUse) -> String {
    let mut lines = vec!["**Yours:**".to_owned()];
    lines.extend(shares(lang, &quota.own));
    if let Some((org, share)) = &quota.org {
        lines.push(format!("**Your organisation's** ({}):", escape(org.as_str())));
        lines.extend(shares(lang, share));
    }
    fit(lines.join("\n"))
}

fn shares(_lang: Lang, share: &Share) -> Vec<String> {
    let line = |resource: Resource| {
        let (used, limit) = share.of(resource);
        let name = match resource {
            Resource::Stores => "Stores",
            Resource::Cpu => "CPU",
            Resource::Memory => "Memory",
            Resource::Disk => "Disk",
        };
        let of = if limit == 0 { "no limit".to_owned() } else { format!("of {}", resource.show(limit)) };
        format!("{name}: {} ({of})", resource.show(used))
    };
    let mut lines: Vec<String> = Resource::ALL.into_iter().map(line).collect();
    if share.quota.creations_per_hour > 0 {
        lines.push(format!("At most {} new ones per hour", share.quota.creations_per_hour));
    }
    lines
}

/// A request that is over a quota, for approvers to see. Expects buttons below it.
#[must_use]
pub fn approval(_lang: Lang, asked: &Create, refusal: &str, asker: &str) -> String {
    let what = format!("{asker} asks for **{}** ({}, {}).", asked.name, asked.engine.title(), asked.plan);
    fit(format!("{what} {refusal}"))
}

/// What became of such a request. `by` is somebody's name in Discord's markdown.
#[must_use]
pub fn decided(lang: Lang, asked: &Create, approved: bool, by: &str) -> String {
    let store = asked.name.as_str();
    fit(if approved {
        say!(lang, "approved-by", store = store, by = by)
    } else {
        say!(lang, "denied-by", store = store, by = by)
    })
}

/// A new login, for its owner alone. The one text with a secret in it.
#[must_use]
pub fn login(_lang: Lang, login: &Login) -> String {
    let (url, user, password) = (&login.url, &login.username, login.password.expose_secret());
    [
        format!("Sign in at {url}"),
        format!("User: `{user}`"),
        format!("Password: ||`{password}`||"),
        "Only you see this, and only this once: keep the password now. The one before it has ended.".to_owned(),
    ]
    .join("\n")
}

/// What can be asked, and how.
#[must_use]
pub fn help(_lang: Lang) -> String {
    [
        "**/store** gives you a finished online shop and takes it away again:",
        "`/store create name:teashop engine:woocommerce` makes a shop. `plan` sets its size, `ttl` how long it is wanted (`72h`, `7d`), `title` what it is called, `currency` and `country` what it sells in and from where.",
        "`/store status name:teashop` tells how it is.",
        "`/store list` shows your stores and how many more you may have.",
        "`/store quota` tells how much you may have, and have.",
        "`/store retry name:teashop` goes on with a shop that has failed, from where it stopped.",
        "`/store verify name:teashop` places a test order again.",
        "`/store upgrade name:teashop` brings the shop to the newest release.",
        "`/store login name:teashop` makes a new password for its administration and shows it to you alone, once.",
        "`/store delete name:teashop` removes the shop and everything in it, for good.",
        "A shop is called ready only after a test order went through; simulated nodes have none, and the message says so.",
    ]
    .join("\n")
}

pub(super) fn room_line(lang: Lang, used: u64, limit: u64, usually: Option<Duration>) -> String {
    let used = stores(lang, used, limit);
    match usually.and_then(|usually| SignedDuration::try_from(usually).ok()) {
        Some(usually) => format!("{used}, about {}", span_left(lang, usually)),
        None => used,
    }
}

pub(super) fn stores(_lang: Lang, used: u64, limit: u64) -> String {
    match limit {
        0 => format!("{used} stores"),
        _ => format!("{used} of {limit} stores"),
    }
}
