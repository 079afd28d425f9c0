//! What a pull request is told: one line beside its commit, one comment that is kept up to date, and answers to what
//! somebody asked in a comment. English alone: a forge says nothing of what its people speak.
//!
//! GitHub's and GitLab's markdown, which is Discord's for what is used here. Besides, whoever is named is rung and
//! whatever has a number is linked, so that words of others are kept from being either.

use jiff::Timestamp;

use super::headline::headline;
use super::markdown::escape;
use super::story::proof;
use super::{answers, refusal};
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::domain::record::{Phase, Record};

/// What a comment ends with as long as something can be asked of its store.
const HELP: &str = "Comment `/store help` for what can be asked of it.";
/// Digits of a commit that people read.
const COMMIT: usize = 8;

/// One line without markup.
#[must_use]
pub fn line(record: &Record) -> String {
    headline(record)
}

/// The comment about a preview. `mark` is what it is found by again; nobody sees it.
#[must_use]
pub fn comment(record: &Record, commit: &str, mark: &str) -> String {
    let spec = &record.spec;
    let mut parts = vec![mark.to_owned(), head(record)];
    if record.phase() != Phase::Deleted {
        let commit: String = commit.chars().take(COMMIT).collect();
        let mut about = format!("{}, {}", spec.engine.title(), spec.plan);
        if !commit.is_empty() {
            about = format!("{about} · commit `{}`", commit.replace('`', ""));
        }
        if let Some(end) = record.expires_at() {
            about.push_str(&end.strftime(" · until %Y-%m-%d %H:%M UTC").to_string());
        }
        parts.push(about);
        parts.push(HELP.to_owned());
    }
    parts.join("\n\n")
}

fn head(record: &Record) -> String {
    let (name, url) = (&record.spec.name, &record.spec.url);
    match record.phase() {
        Phase::Ready => {
            let proof = proof(Lang::default(), &record.observed);
            format!(
                "The preview store **{name}** is ready: {url}\n\n{}",
                harmless(&escape(proof.trim_start_matches([' ', ','])))
            )
        }
        Phase::Deleted => format!("The preview store **{name}** is gone."),
        Phase::Asleep => format!("The preview store **{name}** is asleep.\n\n{}", block(&headline(record))),
        Phase::Failed => {
            let what = "It stays as it is for looking at; `/store retry` goes on from where it stopped.";
            format!("The preview store **{name}** has failed.\n\n{}\n\n{what}", block(&headline(record)))
        }
        _ => format!("The preview store **{name}** is on its way.\n\n{}", block(&headline(record))),
    }
}

/// The answer to `/store status`.
#[must_use]
pub fn status(record: &Record, now: Timestamp) -> String {
    answers::status(Lang::default(), record, now)
}

/// The answer to `/store help`.
#[must_use]
pub fn help() -> String {
    "In a comment of its own, for this pull request's preview store:\n\n\
     - `/store create` makes it, also where it was not made by itself; `engine:`, `plan:` and `ttl:` may follow, as in \
     `/store create engine:medusa ttl:2d`\n\
     - `/store status` says how it is\n\
     - `/store delete` deletes it with everything in it\n\
     - `/store retry` goes on with what has failed\n\
     - `/store verify` places the test order again\n\
     - `/store upgrade` brings it to the newest release\n\
     - `/store extend` gives it more time, as in `/store extend ttl:2d`\n\
     - `/store sleep` and `/store wake` stop it and start it again; everything is kept"
        .to_owned()
}

/// Why something was not done, and what to do next.
#[must_use]
pub fn refused(why: &Refusal) -> String {
    let words = refusal::refusal(Lang::default(), why);
    let (title, detail) = (harmless(&escape(&words.title)), harmless(&escape(&words.detail)));
    format!("**{title}** {detail}")
}

/// What was typed is no command.
#[must_use]
pub fn not_understood(why: &str) -> String {
    format!("{}\n\n{}", harmless(&escape(why)), help())
}

/// Any text as a block in which nothing has a meaning.
fn block(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest.max(2) + 1);
    format!("{fence}text\n{}\n{fence}", text.trim())
}

/// Nobody is rung by it, and no other request is linked: a character that nobody sees comes between.
fn harmless(escaped: &str) -> String {
    let mut out = String::with_capacity(escaped.len() + 8);
    for c in escaped.chars() {
        out.push(c);
        if matches!(c, '@' | '#' | '!') {
            out.push('\u{200b}');
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_others_stay_words() {
        assert_eq!(block("a ``` b"), "````text\na ``` b\n````");
        assert_eq!(block("@everyone"), "```text\n@everyone\n```");
        assert!(!harmless(&escape("ask @octo/team about #12")).contains("@octo"));
        assert!(!refused(&Refusal::NotFound { store: "@octo".to_owned() }).contains("@octo"));
    }

    #[test]
    fn nothing_that_is_said_is_a_command() {
        for text in [help(), not_understood("There is no /store fly."), refused(&Refusal::Unavailable)] {
            assert!(text.lines().all(|line| !line.trim_start().starts_with("/store")), "{text}");
        }
    }
}
