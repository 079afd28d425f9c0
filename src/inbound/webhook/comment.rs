//! Commands in comments: `/store <command> [option:value …]`, in a line of its own. Read as Discord's are, so that what
//! one door takes is not refused by another.

use super::preview::{Said, Wishes};
use crate::domain::lang::Lang;
use crate::domain::outcome::Refusal;
use crate::inbound::parse;
use crate::text;

/// What a line begins with that is for storebot.
const COMMAND: &str = "/store";
/// What storebot's own comments begin with: it must not answer itself.
const OWN: &str = "<!-- storebot:";
/// Longest word of somebody's that is said back to them, in characters.
const ECHO_MAX: usize = 30;

/// The first command in a comment. `None`: it is not for storebot. Quoted lines and code are other people's words.
pub(super) fn read(comment: &str) -> Option<Said> {
    if comment.contains(OWN) {
        return None;
    }
    let mut in_code = false;
    for line in comment.lines() {
        if line.trim_start().starts_with("```") || line.trim_start().starts_with("~~~") {
            in_code = !in_code;
            continue;
        }
        let rest = line.strip_prefix(COMMAND).filter(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
        if let (Some(rest), false) = (rest, in_code) {
            return Some(said(rest));
        }
    }
    None
}

fn said(rest: &str) -> Said {
    let mut words = rest.split_whitespace();
    let Some(verb) = words.next() else { return Said::Help };
    let options: Vec<&str> = words.collect();
    let plain = |said: Said| match options.first() {
        None => said,
        Some(odd) => Said::Unclear(format!("/store {verb} takes nothing here, so {} has no meaning.", echo(odd))),
    };
    match verb {
        "create" => wishes(&options).map_or_else(Said::Unclear, Said::Create),
        "extend" => match wishes(&options) {
            Ok(Wishes { engine: None, plan: None, ttl }) => Said::Extend(ttl),
            Ok(_) => Said::Unclear("/store extend takes ttl and nothing else.".to_owned()),
            Err(why) => Said::Unclear(why),
        },
        "delete" => plain(Said::Delete),
        "retry" => plain(Said::Retry),
        "verify" => plain(Said::Verify),
        "upgrade" => plain(Said::Upgrade),
        "sleep" => plain(Said::Sleep),
        "wake" => plain(Said::Wake),
        "status" => plain(Said::Status),
        "help" => plain(Said::Help),
        other => Said::Unclear(format!("There is no command {} here.", echo(other))),
    }
}

fn wishes(options: &[&str]) -> Result<Wishes, String> {
    let mut wishes = Wishes::default();
    for option in options {
        let Some((name, value)) = option.split_once([':', '=']) else {
            return Err(format!("{} is no option: write name:value, such as ttl:2d.", echo(option)));
        };
        match name.trim_start_matches('-') {
            "engine" => wishes.engine = Some(parse::engine(value).map_err(|why| words(&why))?),
            "plan" => wishes.plan = Some(parse::plan(value).map_err(|why| words(&why))?),
            "ttl" => wishes.ttl = Some(parse::ttl(value).map_err(|why| words(&why))?),
            other => return Err(format!("There is no option {} here: engine, plan and ttl are.", echo(other))),
        }
    }
    Ok(wishes)
}

fn words(why: &Refusal) -> String {
    let words = text::refusal::refusal(Lang::default(), why);
    format!("{} {}", words.title, words.detail)
}

fn echo(text: &str) -> String {
    text.chars().take(ECHO_MAX).collect()
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::domain::engine::Engine;
    use crate::domain::plan::Plan;

    #[test]
    fn a_line_of_a_comment_is_a_command() {
        assert_eq!(read("/store status"), Some(Said::Status));
        assert_eq!(read("/store"), Some(Said::Help));
        assert_eq!(read("Thanks!\r\n\r\n/store  retry  \r\n"), Some(Said::Retry));
        assert_eq!(read("/store delete\n/store create"), Some(Said::Delete));
        let wishes =
            Wishes { engine: Some(Engine::Medusa), plan: Some(Plan::Large), ttl: Some(SignedDuration::from_hours(48)) };
        assert_eq!(read("/store create engine:medusa --plan=large ttl:2d"), Some(Said::Create(wishes)));
        assert_eq!(read("/store extend"), Some(Said::Extend(None)));
        assert_eq!(read("/store extend ttl:90m"), Some(Said::Extend(Some(SignedDuration::from_mins(90)))));
    }

    #[test]
    fn what_is_not_for_storebot_is_left_alone() {
        for comment in [
            "",
            "see /store status",
            "> /store delete",
            "/stores",
            "```\n/store delete\n```",
            "<!-- storebot:answer:1 -->\n/store delete",
            "  /store delete",
        ] {
            assert_eq!(read(comment), None, "{comment:?}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_told_why() {
        for (comment, part) in [
            ("/store fly", "no command fly"),
            ("/store delete now", "now has no meaning"),
            ("/store create teashop", "teashop is no option"),
            ("/store create name:tea", "no option name"),
            ("/store create ttl:soon", "ttl"),
            ("/store create engine:magento", "magento"),
            ("/store extend plan:large", "nothing else"),
        ] {
            let said = read(comment);
            assert!(matches!(&said, Some(Said::Unclear(why)) if why.contains(part)), "{comment}: {said:?}");
        }
    }
}
