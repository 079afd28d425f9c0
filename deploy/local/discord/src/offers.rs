//! The commands somebody is offered where they are, in the language of their client: what a page
//! needs to help with typing.

use serde_json::{Value, json};

use crate::interactions::{shown_to, works_in_dm};
use crate::state::{Command, World};

/// Where somebody is, and in which language.
type Place<'a> = (&'a World, Option<u64>, &'a str);

/// Every command and subcommand as one entry, in the order of their registration.
pub(crate) fn offers(world: &World, (user, channel): (u64, u64)) -> Vec<Value> {
    let locale = world.users.get(&user).map_or("en-US", |user| user.locale.as_str());
    let guild = world.channels.get(&channel).and_then(|channel| channel.guild_id);
    let usable = |command: &&Command| {
        let found = world.slash_command(command.name(), guild).is_some_and(|found| found.id == command.id);
        found && if guild.is_some() { shown_to(world, user, command) } else { works_in_dm(command) }
    };
    let mut offers = Vec::new();
    for command in world.commands.iter().filter(usable) {
        collect(&command.definition, (&[], &[]), (world, guild, locale), &mut offers);
    }
    offers
}

/// Walks down to what can be sent. `words` are the names above: as registered, and as shown.
fn collect(item: &Value, words: (&[String], &[String]), place: Place<'_>, offers: &mut Vec<Value>) {
    let locale = place.2;
    let extended = |words: &[String], word: String| words.iter().cloned().chain([word]).collect::<Vec<_>>();
    let path = extended(words.0, text(item, "name").to_owned());
    let label = extended(words.1, said(item, "name", locale).to_owned());
    let options = list(item, "options");
    if options.iter().any(is_branch) {
        for branch in options.iter().filter(|option| is_branch(option)) {
            collect(branch, (&path, &label), place, offers);
        }
        return;
    }
    offers.push(json!({
        "command": path.join(" "), "label": label.join(" "), "description": said(item, "description", locale),
        "options": options.iter().map(|option| offered(option, place)).collect::<Vec<_>>(),
    }));
}

fn offered(option: &Value, (world, guild, locale): Place<'_>) -> Value {
    let yes_or_no = || ["True", "False"].map(|name| json!({ "name": name, "value": name.to_lowercase() })).to_vec();
    let offered: Vec<Value> = match option.get("type").and_then(Value::as_u64) {
        Some(5) => yes_or_no(),
        Some(kind @ 6..=9) => mentionable(world, guild, kind),
        _ => choices(list(option, "choices"), locale),
    };
    json!({
        "name": text(option, "name"), "label": said(option, "name", locale),
        "description": said(option, "description", locale),
        "required": option.get("required") == Some(&json!(true)),
        "autocomplete": option.get("autocomplete") == Some(&json!(true)),
        "number": matches!(option.get("type").and_then(Value::as_u64), Some(4 | 10)),
        "choices": offered,
        "min_length": option.get("min_length"), "max_length": option.get("max_length"),
        "min_value": option.get("min_value"), "max_value": option.get("max_value"),
    })
}

/// People (6), channels (7), roles (8), or people and roles (9), each as it is mentioned.
pub(crate) fn mentionable(world: &World, guild: Option<u64>, kind: u64) -> Vec<Value> {
    let offer = |sign: char, name: &str, mention: String| json!({ "name": format!("{sign}{name}"), "value": mention });
    let here = |of: Option<u64>| guild.is_some() && of == guild;
    let people = world.users.values().filter(|_| matches!(kind, 6 | 9));
    let channels = world.channels.values().filter(|channel| kind == 7 && here(channel.guild_id));
    let roles = world.roles.values().filter(|role| matches!(kind, 8 | 9) && here(Some(role.guild_id)));
    let mut offers: Vec<Value> = people.map(|user| offer('@', &user.name, format!("<@{}>", user.id))).collect();
    offers.extend(channels.map(|channel| offer('#', &channel.name, format!("<#{}>", channel.id))));
    offers.extend(roles.map(|role| offer('@', &role.name, format!("<@&{}>", role.id))));
    offers
}

/// Choices as a person sees them: `{name, value}`, both text.
pub(crate) fn choices(choices: &[Value], locale: &str) -> Vec<Value> {
    let choice = |choice: &Value| json!({ "name": said(choice, "name", locale), "value": plain(choice.get("value")) });
    choices.iter().map(choice).collect()
}

/// Subcommands (1) and groups of them (2).
fn is_branch(option: &Value) -> bool {
    matches!(option.get("type").and_then(Value::as_u64), Some(1 | 2))
}

/// A text in somebody's language, where the definition has it.
fn said<'a>(item: &'a Value, key: &str, locale: &str) -> &'a str {
    let translated = item.get(format!("{key}_localizations")).and_then(|all| all.get(locale)?.as_str());
    translated.unwrap_or_else(|| text(item, key))
}

fn text<'a>(item: &'a Value, key: &str) -> &'a str {
    item.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn list<'a>(item: &'a Value, key: &str) -> &'a [Value] {
    item.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

fn plain(value: Option<&Value>) -> String {
    match value {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}
