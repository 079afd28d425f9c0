//! Single words and lists of them, as they stand in other sentences.

use fluent_bundle::FluentArgs;

use super::table::{find, say, sentence};
use crate::domain::action::Action;
use crate::domain::actor::Role;
use crate::domain::lang::Lang;
use crate::domain::plan::Plan;
use crate::domain::quota::Resource;
use crate::domain::record::{Phase, Record};

fn word(lang: Lang, kind: &str, which: &str) -> String {
    sentence(lang, &format!("{kind}-{which}"), &FluentArgs::new())
}

pub(crate) fn role(lang: Lang, role: Role) -> String {
    word(lang, "role", role.as_str())
}

pub(crate) fn plan(lang: Lang, plan: Plan) -> String {
    word(lang, "plan", plan.as_str())
}

/// What a store is of, and how big.
pub(crate) fn size(lang: Lang, record: &Record) -> String {
    format!("{}, {}", record.spec.engine.title(), plan(lang, record.spec.plan))
}

pub(crate) fn phase(lang: Lang, phase: Phase) -> String {
    word(lang, "phase", phase.as_str())
}

pub(crate) fn resource(lang: Lang, resource: Resource) -> String {
    word(lang, "resource", resource.as_str())
}

/// What is done, after "to" and its like: `create a store`.
pub(crate) fn infinitive(lang: Lang, action: Action) -> String {
    match action {
        Action::Do(command) => word(lang, "do", command.as_str()),
        Action::See(matter) => word(lang, "see", matter.as_str()),
    }
}

/// A field by the name that it was filled in under: an option of a command, or something else that has a word.
/// What only programs fill in keeps its name.
pub(crate) fn field(lang: Lang, field: &str) -> String {
    let named = |subcommand| super::commands::name(lang, &["store", subcommand, field]);
    let option = named("create").or_else(|| named("extend"));
    option.or_else(|| find(lang, &format!("field-{field}"))).unwrap_or_else(|| field.to_owned())
}

/// `a`, `a or b`, `a, b or c`.
pub(crate) fn either(lang: Lang, of: &[String]) -> String {
    match of {
        [] => String::new(),
        [only] => only.clone(),
        [first @ .., last] => say!(lang, "list-or", first = first.join(", "), last = last.as_str()),
    }
}
