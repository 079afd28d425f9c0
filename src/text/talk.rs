//! What a person on Discord is told about how they asked, and what they are offered while they type.

use jiff::SignedDuration;

use super::commands::{self, typed};
use super::markdown::{clipped, escape};
use super::spans::span_left;
use super::table::say;
use super::words;
use crate::domain::lang::Lang;
use crate::domain::plan::Plan;
use crate::domain::quota::{Mebibytes, Size};
use crate::domain::record::Record;

/// Longest title and label of a form, in characters.
const FORM_MAX: usize = 45;
/// Longest label of something that is offered, in characters.
const OFFER_MAX: usize = 100;
/// Longest piece of somebody's own text that is said back to them, in characters.
const ECHO_MAX: usize = 60;

#[must_use]
pub fn unknown_command(lang: Lang) -> String {
    say!(lang, "ask-unknown-command", help = typed(lang, "help", &[]))
}

#[must_use]
pub fn unknown_button(lang: Lang) -> String {
    say!(lang, "ask-unknown-button", help = typed(lang, "help", &[]))
}

/// The option of a subcommand: `[command, subcommand, option]`.
#[must_use]
pub fn missing_option(lang: Lang, place: [&str; 3]) -> String {
    let (command, option) = shown(lang, place);
    say!(lang, "ask-missing-option", command = command, option = option)
}

#[must_use]
pub fn odd_option(lang: Lang, place: [&str; 3]) -> String {
    let (command, option) = shown(lang, place);
    say!(lang, "ask-odd-option", command = command, option = option)
}

/// As Discord shows them in that language.
fn shown(lang: Lang, [command, subcommand, option]: [&str; 3]) -> (String, String) {
    commands::shown(lang, &format!("{command} {subcommand}"), option)
}

#[must_use]
pub fn not_yours(lang: Lang) -> String {
    say!(lang, "ask-not-yours", list = typed(lang, "list", &[]))
}

/// What somebody typed instead of a shop's name.
#[must_use]
pub fn wrong_name(lang: Lang, store: &str, typed: &str) -> String {
    say!(lang, "ask-wrong-name", store = store, typed = escape(&clipped(typed, ECHO_MAX)))
}

/// Somebody who does not manage the server wants to set something for it.
#[must_use]
pub fn managers_only(lang: Lang) -> String {
    say!(lang, "ask-managers-only")
}

#[must_use]
pub fn server_only(lang: Lang) -> String {
    say!(lang, "ask-server-only")
}

/// What somebody asked for waits for approvers in another channel. `refusal`: in Discord's markdown.
#[must_use]
pub fn approval_elsewhere(lang: Lang, refusal: &str, channel: u64) -> String {
    say!(lang, "approval-elsewhere", refusal = refusal, channel = format!("<#{channel}>"))
}

#[must_use]
pub fn twice(lang: Lang) -> String {
    say!(lang, "ask-twice")
}

/// The answer when the own answer would come too late. The command may still have been accepted; then its
/// message takes the place of this one.
#[must_use]
pub fn too_slow(lang: Lang) -> String {
    say!(lang, "ask-too-slow", list = typed(lang, "list", &[]))
}

#[must_use]
pub fn broken(lang: Lang) -> String {
    say!(lang, "ask-broken", list = typed(lang, "list", &[]))
}

/// How whoever runs storebot finds what went wrong.
#[must_use]
pub fn request(lang: Lang, id: &str) -> String {
    say!(lang, "ask-request", id = id.replace('`', ""))
}

/// `by` is somebody's name in Discord's markdown.
#[must_use]
pub fn kept(lang: Lang, by: &str) -> String {
    say!(lang, "kept-by", by = by)
}

/// Title and label of the form that asks for a shop's name before it is deleted.
#[must_use]
pub fn delete_form(lang: Lang, store: &str) -> (String, String) {
    let title = say!(lang, "form-delete-title", store = store);
    (clipped(&title, FORM_MAX), clipped(&say!(lang, "form-delete-label"), FORM_MAX))
}

/// A shop among those that are offered.
#[must_use]
pub fn offered_store(lang: Lang, record: &Record) -> String {
    let phase = words::phase(lang, record.phase());
    clipped(&say!(lang, "offer-store", store = record.spec.name.as_str(), phase = phase), OFFER_MAX)
}

/// A plan among those that are offered, with what stores of it count as.
#[must_use]
pub fn offered_plan(lang: Lang, plan: Plan, size: Size) -> String {
    let memory = Mebibytes(size.memory_mib).to_string();
    clipped(&say!(lang, "offer-plan", plan = words::plan(lang, plan), memory = memory), OFFER_MAX)
}

/// A plan by its word in a language, as somebody types it who does not choose.
#[must_use]
pub fn plan_called(lang: Lang, text: &str) -> Option<Plan> {
    Plan::ALL.into_iter().find(|plan| words::plan(lang, *plan).to_lowercase() == text.to_lowercase())
}

/// A duration in words; `None` where they would round it.
#[must_use]
pub fn lasting(lang: Lang, time: SignedDuration) -> Option<String> {
    let seconds = time.as_secs();
    let unit = match seconds {
        0..120 => 1,
        120..7_200 => 60,
        7_200..172_800 => 3_600,
        _ => 86_400,
    };
    (seconds % unit == 0).then(|| span_left(lang, time))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_have_room_for_every_name_in_every_language() {
        for lang in Lang::ALL {
            for store in ["tea", &"a".repeat(40)] {
                let (title, label) = delete_form(lang, store);
                assert!(title.chars().count() <= FORM_MAX && title.contains(&store[..3]), "{title}");
                assert!(label.chars().count() <= FORM_MAX && !label.ends_with('…'), "{label}");
            }
        }
    }

    #[test]
    fn durations_are_told_in_words_only_where_they_are_exact() {
        let told = |seconds| lasting(Lang::En, SignedDuration::from_secs(seconds));
        assert_eq!(told(7 * 86_400).as_deref(), Some("7 days"));
        assert_eq!(told(86_400).as_deref(), Some("24 hours"));
        assert_eq!(told(90 * 60).as_deref(), Some("90 minutes"));
        assert_eq!((told(25 * 3_600 + 60), told(50 * 3_600)), (None, None));
    }

    #[test]
    fn what_somebody_typed_comes_back_without_a_meaning() {
        let told = wrong_name(Lang::En, "tea", &format!("**@everyone**\n{}", "x".repeat(200)));
        assert!(told.contains(r"\*\*\@everyone") && told.contains('…') && told.len() < 400, "{told}");
    }
}
