//! How a story ends: with an address and a proof, or with a reason; and what can be done next, as buttons.

use std::time::Duration;

use jiff::Timestamp;
use url::Url;

use super::steps::{are_of_this_time, lines, span};
use super::{Story, cause};
use crate::domain::command::CommandKind;
use crate::domain::lang::Lang;
use crate::domain::press::{Press, Verb};
use crate::domain::record::{Observed, Record, Task};
use crate::domain::reply::Reply;
use crate::text::buttons::Button;
use crate::text::commands::typed;
use crate::text::markdown::{escape, moment};
use crate::text::table::say;

/// Longest address that Discord takes for a button.
const URL_MAX: usize = 512;

pub(super) fn ready(lang: Lang, reply: &Reply, record: &Record) -> Story {
    let (store, seen) = (record.spec.name.as_str(), &record.observed);
    let buttons = ready_buttons(record);
    if seen.untouched && reply.command == CommandKind::Upgrade {
        return Story { buttons, ..Story::of(say!(lang, "story-untouched", store = store)) };
    }
    let mut told = Vec::new();
    if matches!(reply.command, CommandKind::Delete | CommandKind::Undo) {
        told.push(say!(lang, "story-kept", store = store));
    }
    if reply.command == CommandKind::Extend {
        told.push(extended(lang, record));
    }
    told.push(first_line(lang, record));
    told.extend(evidence(lang, reply, record));
    // More time alone takes no steps: those there are were taken before.
    let stepped = reply.command != CommandKind::Extend || took(reply, record).is_some();
    if stepped && are_of_this_time(record) {
        told.extend(lines(lang, record));
    }
    Story { buttons, ..Story::of(told.join("\n")) }
}

fn first_line(lang: Lang, record: &Record) -> String {
    let (store, url, seen) = (record.spec.name.as_str(), record.spec.url.as_str(), &record.observed);
    if record.desired.task == Task::Verify && seen.proof.is_some() && !seen.simulated {
        return say!(lang, "story-sells", store = store, url = url);
    }
    let ready = say!(lang, "story-ready", store = store, url = url);
    if seen.simulated { format!("{ready}{}", proof(lang, seen)) } else { ready }
}

/// The proof behind it, and how long it took. Without a proof there is nothing to be proud of.
fn evidence(lang: Lang, reply: &Reply, record: &Record) -> Option<String> {
    let seen = &record.observed;
    let took = took(reply, record).map(|took| say!(lang, "story-took", took = span(took)));
    match seen.proof.as_ref().filter(|_| !seen.simulated) {
        Some(proof) => {
            let order = say!(lang, "story-order", order = escape(&proof.order), total = escape(&proof.total));
            let proof = [Some(order), took].into_iter().flatten().collect::<Vec<_>>().join(", ");
            Some(say!(lang, "story-proof", proof = proof))
        }
        None => took.map(|took| format!("-# {took}")),
    }
}

/// From the command to its end.
fn took(reply: &Reply, record: &Record) -> Option<Duration> {
    let seen = &record.observed;
    let from = match reply.command {
        CommandKind::Create if record.desired.generation == 1 => Some(record.spec.created_at),
        _ => reply.asked_at().or(seen.begun_at),
    }?;
    let to: Timestamp = seen.steps.iter().filter_map(|step| step.finished_at).max()?;
    Duration::try_from(to.duration_since(from)).ok().filter(|took| !seen.untouched && !took.is_zero())
}

/// The proof behind "ready", or that there is none; to be put behind an address.
pub(in crate::text) fn proof(lang: Lang, seen: &Observed) -> String {
    match &seen.proof {
        _ if seen.simulated => format!(" ({})", say!(lang, "story-simulated")),
        Some(proof) => {
            format!(", {}", say!(lang, "story-order", order = proof.order.as_str(), total = proof.total.as_str()))
        }
        None => String::new(),
    }
}

/// It has more time.
pub(super) fn extended(lang: Lang, record: &Record) -> String {
    let store = record.spec.name.as_str();
    let until = record.expires_at().map(moment).unwrap_or_default();
    say!(lang, "story-extended", store = store, until = until)
}

pub(super) fn asleep(lang: Lang, reply: &Reply, record: &Record) -> Story {
    let store = record.spec.name.as_str();
    let first = match reply.command {
        CommandKind::Delete | CommandKind::Undo => Some(say!(lang, "story-kept", store = store)),
        CommandKind::Extend => Some(extended(lang, record)),
        _ => None,
    };
    at_rest(lang, first.into_iter().collect(), record)
}

/// That it sleeps, below what comes before.
pub(super) fn at_rest(lang: Lang, mut told: Vec<String>, record: &Record) -> Story {
    let store = record.spec.name.as_str();
    let typed = |subcommand| typed(lang, subcommand, &[("name", store)]);
    let verbs = match record.desired.removes_at {
        Some(at) => {
            told.push(say!(lang, "story-expired", store = store, until = moment(at)));
            told.push(say!(lang, "next-expired", extend = typed("extend")));
            [Some(Verb::Extend), None, Some(Verb::Delete)]
        }
        None => {
            told.push(say!(lang, "story-asleep", store = store));
            told.push(say!(lang, "next-asleep", wake = typed("wake")));
            [Some(Verb::Wake), extend(record), Some(Verb::Delete)]
        }
    };
    let verbs: Vec<Verb> = verbs.into_iter().flatten().collect();
    Story { buttons: presses(record, &verbs), ..Story::of(told.join("\n")) }
}

/// Only what has an end can be extended.
fn extend(record: &Record) -> Option<Verb> {
    record.expires_at().map(|_| Verb::Extend)
}

pub(super) fn failed(lang: Lang, record: &Record) -> Story {
    // Falling asleep has none: those there are tell how it was made.
    let steps = if are_of_this_time(record) && !record.is_asleep() { lines(lang, record) } else { Vec::new() };
    let buttons = presses(record, &[Verb::Retry, Verb::Keep, Verb::Delete]);
    Story { buttons, ..Story::of(cause::failure_page(lang, record, &steps)) }
}

pub(super) fn not_deleted(lang: Lang, record: &Record) -> Story {
    Story { buttons: presses(record, &[Verb::Retry]), ..Story::of(cause::failure_page(lang, record, &[])) }
}

fn ready_buttons(record: &Record) -> Vec<Button> {
    let url = record.spec.url.clone();
    let admin = format!("{url}{}", record.spec.engine.admin_path());
    let mut buttons = Vec::new();
    if is_link(&url) {
        buttons.push(Button::Open { url });
    }
    if is_link(&admin) {
        buttons.push(Button::Admin { url: admin });
    }
    let verbs = [Some(Verb::Login), extend(record), Some(Verb::Sleep), Some(Verb::Delete)];
    buttons.extend(presses(record, &verbs.into_iter().flatten().collect::<Vec<_>>()));
    buttons
}

/// Discord refuses a whole message for a button with another address.
fn is_link(url: &str) -> bool {
    let parsed = Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    url.len() <= URL_MAX && parsed.is_some_and(|url| url.has_host())
}

fn presses(record: &Record, verbs: &[Verb]) -> Vec<Button> {
    verbs.iter().map(|verb| Button::Press(Press::On(*verb, record.id.clone()))).collect()
}
