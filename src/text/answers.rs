//! Answers to questions: how a store is, which there are, how much there may be.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;

use super::commands::{command, option, typed};
use super::markdown::{escape, fit, moment};
use super::spans::{ago, span_left};
use super::story::{clip, failure, progress, proof, reason_word, waiting};
use super::table::say;
use super::words::{self, size};
use crate::domain::command::Create;
use crate::domain::lang::Lang;
use crate::domain::login::Login;
use crate::domain::outcome::QuotaUse;
use crate::domain::quota::{Resource, Share};
use crate::domain::record::{Phase, Record, Want};

/// Length of a list, in bytes: leaves room in a message for the hint that there is more.
const LIST_BYTES: usize = 1_900;

/// A shop's name in examples.
const EXAMPLE: (&str, &str) = ("name", "teashop");

/// The answer to "how is this store?".
#[must_use]
pub fn status(lang: Lang, record: &Record, now: Timestamp) -> String {
    let spec = &record.spec;
    let (store, phase) = (spec.name.as_str(), words::phase(lang, record.phase()));
    let mut lines = vec![say!(lang, "status-head", store = store, size = size(lang, record), phase = phase)];
    if spec.title != store {
        lines.push(say!(lang, "status-title", title = escape(&spec.title)));
    }
    lines.push(say!(lang, "status-created", ago = ago(lang, now.duration_since(spec.created_at))));
    match record.phase() {
        Phase::Ready => lines.extend(address(lang, record)),
        Phase::Failed => lines.extend(failure(lang, record)),
        Phase::Deleting | Phase::Deleted => lines.extend(waiting(lang, record)),
        Phase::Asleep => lines.push(asleep(lang, record)),
        // The steps are still those of the shop as it was.
        _ if record.is_asleep() => {
            lines.push(say!(lang, "story-dozing", store = store));
            lines.extend(waiting(lang, record));
        }
        _ => lines.extend(progress(lang, record)),
    }
    lines.extend(reason_word(lang, record));
    lines.extend(lease(lang, record, now));
    fit(lines.join("\n"))
}

/// When it ends, as long as it has not.
fn lease(lang: Lang, record: &Record, now: Timestamp) -> Option<String> {
    let desired = record.desired;
    let end = record.expires_at().filter(|_| desired.want != Want::Absent && desired.removes_at.is_none())?;
    let extend = typed(lang, "extend", &[("name", record.spec.name.as_str())]);
    Some(match end.duration_since(now) {
        left if left.is_positive() => {
            say!(lang, "status-left", left = span_left(lang, left), extend = extend)
        }
        _ => say!(lang, "status-over", extend = extend),
    })
}

/// What sleep means, and how it ends.
fn asleep(lang: Lang, record: &Record) -> String {
    let typed = |subcommand| typed(lang, subcommand, &[("name", record.spec.name.as_str())]);
    match record.desired.removes_at {
        Some(at) => say!(lang, "status-expired", until = moment(at), extend = typed("extend")),
        None => say!(lang, "status-asleep", wake = typed("wake")),
    }
}

/// Of a shop that is ready, and what is not as it was installed.
fn address(lang: Lang, record: &Record) -> Vec<String> {
    let (spec, seen) = (&record.spec, &record.observed);
    let mut lines = vec![say!(lang, "status-address", url = spec.url.as_str(), proof = escape(&proof(lang, seen)))];
    if !seen.drift.is_empty() {
        lines.push(say!(lang, "status-drift", what = escape(&clip(&seen.drift.join("; ")))));
        let upgrade = typed(lang, "upgrade", &[("name", spec.name.as_str())]);
        lines.push(say!(lang, "status-drift-next", upgrade = upgrade));
    }
    lines
}

/// The answer to "which stores are mine?".
#[must_use]
pub fn list(lang: Lang, records: &[Record], more: bool, quota: &QuotaUse) -> String {
    let (used, limit) = quota.own.of(Resource::Stores);
    let stores = stores(lang, used, limit);
    if records.is_empty() {
        return say!(lang, "list-none", create = typed(lang, "create", &[]), stores = stores);
    }
    let mut text = say!(lang, "list-head", stores = stores);
    let mut shown = 0;
    for line in records.iter().map(|record| entry(lang, record)) {
        if text.len() + line.len() > LIST_BYTES {
            break;
        }
        text = format!("{text}\n{line}");
        shown += 1;
    }
    if more || shown < records.len() {
        text = format!("{text}\n{}", say!(lang, "list-more", status = typed(lang, "status", &[])));
    }
    fit(text)
}

fn entry(lang: Lang, record: &Record) -> String {
    let spec = &record.spec;
    let (store, size, phase) = (spec.name.as_str(), size(lang, record), words::phase(lang, record.phase()));
    match record.phase() {
        Phase::Ready => {
            say!(lang, "list-entry-ready", store = store, size = size, phase = phase, url = spec.url.as_str())
        }
        _ => say!(lang, "list-entry", store = store, size = size, phase = phase),
    }
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
    let mut lines = vec![say!(lang, "quota-own")];
    lines.extend(shares(lang, &quota.own));
    if let Some((org, share)) = &quota.org {
        lines.push(say!(lang, "quota-org", org = escape(org.as_str())));
        lines.extend(shares(lang, share));
    }
    fit(lines.join("\n"))
}

fn shares(lang: Lang, share: &Share) -> Vec<String> {
    let line = |resource: Resource| {
        let (used, limit) = share.of(resource);
        let (name, used) = (words::resource(lang, resource), resource.show(used));
        if limit == 0 {
            return say!(lang, "quota-line-unlimited", resource = name, used = used);
        }
        say!(lang, "quota-line", resource = name, used = used, limit = resource.show(limit))
    };
    let mut lines: Vec<String> = Resource::ALL.into_iter().map(line).collect();
    if share.quota.creations_per_hour > 0 {
        lines.push(say!(lang, "quota-rate", count = share.quota.creations_per_hour));
    }
    if Resource::ALL.into_iter().any(|resource| share.of(resource).1 > 0) {
        lines.push(say!(lang, "quota-asleep", percent = share.quota.asleep_percent));
    }
    lines
}

/// A request that is over a quota, for approvers to see. Expects buttons below it.
#[must_use]
pub fn approval(lang: Lang, asked: &Create, refusal: &str, asker: &str) -> String {
    let (store, engine, plan) = (asked.name.as_str(), asked.engine.title(), words::plan(lang, asked.plan));
    fit(say!(lang, "approval-asked", by = asker, store = store, engine = engine, plan = plan, refusal = refusal))
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
pub fn login(lang: Lang, login: &Login) -> String {
    let password = login.password.expose_secret();
    [
        say!(lang, "login-url", url = login.url.as_str()),
        say!(lang, "login-user", user = login.username.as_str()),
        say!(lang, "login-password", password = password),
        say!(lang, "login-once"),
    ]
    .join("\n")
}

/// What can be asked, and how.
#[must_use]
pub fn help(lang: Lang) -> String {
    // Without their option: short lines for phones, and names are offered anyway.
    let about = |subcommand| typed(lang, subcommand, &[]);
    [
        say!(lang, "help-head", command = command(lang)),
        help_create(lang),
        say!(lang, "help-status", command = about("status")),
        say!(lang, "help-list", command = typed(lang, "list", &[])),
        say!(lang, "help-quota", command = typed(lang, "quota", &[])),
        say!(lang, "help-retry", command = about("retry")),
        say!(lang, "help-verify", command = about("verify")),
        say!(lang, "help-upgrade", command = about("upgrade")),
        say!(lang, "help-extend", command = about("extend")),
        say!(lang, "help-sleep", sleep = about("sleep"), wake = about("wake")),
        say!(lang, "help-login", command = about("login")),
        say!(lang, "help-delete", command = about("delete")),
        say!(lang, "help-undo", command = about("undo")),
        say!(lang, "help-names"),
        say!(lang, "help-proof"),
    ]
    .join("\n")
}

fn help_create(lang: Lang) -> String {
    let option = |name| option(lang, "create", name);
    say!(
        lang,
        "help-create",
        command = typed(lang, "create", &[EXAMPLE, ("engine", "woocommerce")]),
        plan = option("plan"),
        ttl = option("ttl"),
        title = option("title"),
        currency = option("currency"),
        country = option("country"),
    )
}

pub(super) fn room_line(lang: Lang, used: u64, limit: u64, usually: Option<Duration>) -> String {
    let stores = stores(lang, used, limit);
    match usually.and_then(|usually| SignedDuration::try_from(usually).ok()) {
        Some(usually) => say!(lang, "room", stores = stores, usually = span_left(lang, usually)),
        None => stores,
    }
}

fn stores(lang: Lang, used: u64, limit: u64) -> String {
    match limit {
        0 => say!(lang, "stores-used-unlimited", used = used),
        _ => say!(lang, "stores-used", used = used, limit = limit),
    }
}

#[cfg(test)]
mod tests;
