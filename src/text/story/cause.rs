//! Why a store failed, or what it waits for, and what to do next.
//!
//! The worker's own words are English. In other languages a sentence of the table leads them in, and they follow
//! as they are: they name images, pods and numbers that no table knows.

use crate::domain::lang::Lang;
use crate::domain::record::{Phase, Reason, Record, Trouble, Want};
use crate::text::commands::typed;
use crate::text::markdown::{MESSAGE_MAX, escape, escape_within, fold, units};
use crate::text::table::{say, sentence};

/// Longest reason that is shown, in characters before escaping: the reason of a crash carries log
/// lines, and the rest of the story must still fit.
const REASON_MAX: usize = 600;

/// What holds up the step that is under way.
pub(in crate::text) fn waiting(lang: Lang, record: &Record) -> Option<String> {
    let trouble = record.holdup()?;
    let (lead, words) = lead(lang, trouble);
    let words = escape(&clip(&words));
    Some(match lead {
        None => say!(lang, "story-waiting", why = words),
        Some(lead) => format!("{}\n> {words}", say!(lang, "story-waiting", why = lead)),
    })
}

/// Why it failed, and what to do next.
pub(in crate::text) fn failure(lang: Lang, record: &Record) -> Vec<String> {
    failure_with(lang, record, &[], REASON_MAX)
}

/// The same, with lines between the reason and what to do, and the last log lines folded away below. When it is
/// too long, the log gives way first and then the reason.
pub(super) fn failure_page(lang: Lang, record: &Record, between: &[String]) -> String {
    let bare = units(&failure_with(lang, record, between, 0).join("\n"));
    let mut text = failure_with(lang, record, between, MESSAGE_MAX.saturating_sub(bare)).join("\n");
    let detail = record.observed.trouble.as_ref().and_then(|trouble| trouble.detail.as_deref());
    let room = MESSAGE_MAX.saturating_sub(units(&text) + 1);
    if let Some(folded) = detail.and_then(|log| fold(log, room)) {
        text.push('\n');
        text.push_str(&folded);
    }
    text
}

/// `room`: longest reason, in units of a message.
fn failure_with(lang: Lang, record: &Record, between: &[String], room: usize) -> Vec<String> {
    let (lead, words) = match &record.observed.trouble {
        Some(trouble) => lead(lang, trouble),
        None => (None, String::new()),
    };
    let words = escape_within(&clip(&words), room);
    let (why, quoted) = match lead {
        Some(lead) => (lead, Some(format!("> {words}"))),
        None if words.is_empty() && room > 0 => (say!(lang, "story-unknown"), None),
        None => (words, None),
    };
    let store = record.spec.name.as_str();
    let failed = match record.desired.want {
        Want::Absent => say!(lang, "story-not-deleted", store = store, why = why),
        Want::Present | Want::Asleep => say!(lang, "story-failed", store = store, why = why),
    };
    let quoted = quoted.filter(|quoted| quoted.len() > 2);
    let next = next(lang, record);
    [failed].into_iter().chain(quoted).chain(between.iter().cloned()).chain([next]).collect()
}

/// A sentence of the table that leads in the worker's words, where these are in another language, and the words.
fn lead(lang: Lang, trouble: &Trouble) -> (Option<String>, String) {
    let words = trouble.message.trim();
    let known = Reason::ALL.iter().find(|reason| trouble.is(**reason)).filter(|_| lang != Lang::En || words.is_empty());
    let lead =
        known.map(|reason| sentence(lang, &format!("reason-{}", reason.as_str()), &fluent_bundle::FluentArgs::new()));
    let words = match &lead {
        // One line of a quotation.
        Some(_) => words.split_whitespace().collect::<Vec<_>>().join(" "),
        None => words.to_owned(),
    };
    (lead, words)
}

fn next(lang: Lang, record: &Record) -> String {
    let typed = |subcommand| typed(lang, subcommand, &[("name", record.spec.name.as_str())]);
    let retry = typed("retry");
    let trouble = record.observed.trouble.as_ref();
    let unproven = trouble.is_some_and(Trouble::is_of_the_test_order);
    let by_hand = trouble.is_some_and(|t| t.is(Reason::Removed) || t.is(Reason::Stopped));
    match record.observed.ready_at {
        _ if record.desired.want == Want::Absent => say!(lang, "next-not-deleted", retry = retry),
        _ if by_hand => say!(lang, "next-by-hand", retry = retry),
        _ if unproven => say!(lang, "next-unproven", retry = retry),
        Some(_) => say!(lang, "next-kept", retry = retry),
        None => say!(lang, "next-unfinished", retry = retry, delete = typed("delete")),
    }
}

/// The word for a trouble that holds, as the documentation and the API have it.
pub(in crate::text) fn reason_word(lang: Lang, record: &Record) -> Option<String> {
    let holds = record.phase() == Phase::Failed || record.holdup().is_some();
    let trouble = record.observed.trouble.as_ref().filter(|_| holds)?;
    Some(say!(lang, "story-reason", reason = trouble.reason.replace('`', "")))
}

pub(in crate::text) fn clip(text: &str) -> String {
    match text.char_indices().nth(REASON_MAX) {
        Some((end, _)) => format!("{} ...", text[..end].trim_end()),
        None => text.to_owned(),
    }
}
