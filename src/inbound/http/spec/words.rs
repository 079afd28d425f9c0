//! Lists of words that several schemas share, each once and by name: a client made from the document then has
//! one type for what is one thing.

use serde_json::{Map, Value, json};

use crate::commands::{Follows, LetterKind};
use crate::domain::actor::{Door, Role};
use crate::domain::command::CommandKind;
use crate::domain::delivery::{DeliveryState, Direction};
use crate::domain::engine::Engine;
use crate::domain::event::EventKind;
use crate::domain::placement::Health;
use crate::domain::plan::Plan;
use crate::domain::quota::Resource;
use crate::domain::record::{Phase, StepName};

struct Words {
    name: &'static str,
    description: &'static str,
    words: Vec<Value>,
}

fn all() -> Vec<Words> {
    let list = |name, description, words: &[&str]| Words {
        name,
        description,
        words: words.iter().map(|word| Value::from(*word)).collect(),
    };
    vec![
        list("Engine", "A shop software.", &Engine::ALL.map(Engine::as_str)),
        list("Plan", "A store's size.", &Plan::ALL.map(Plan::as_str)),
        list("Phase", "How far a store is.", &Phase::ALL.map(Phase::as_str)),
        list("StepName", "A step of a creation.", &StepName::ALL.map(StepName::as_str)),
        list("EventKind", "What happened.", &EventKind::ALL.map(EventKind::as_str)),
        list("Command", "What can be asked.", &CommandKind::ALL.map(CommandKind::as_str)),
        list("Door", "The way something was asked.", &Door::ALL.map(Door::as_str)),
        list("Role", "What somebody may do, each more than the one before.", &Role::ALL.map(Role::as_str)),
        list("CellHealth", "Whether a cell answers.", &Health::ALL.map(Health::as_str)),
        list("Resource", "What a quota is of.", &Resource::ALL.map(Resource::as_str)),
        list("Direction", "The way a delivery went.", &Direction::ALL.map(Direction::as_str)),
        list("DeliveryState", "Where a delivery stands.", &DeliveryState::ALL.map(DeliveryState::as_str)),
        list("Follows", "What follows from a redrive.", &Follows::ALL.map(Follows::as_str)),
        list(
            "LetterKind",
            "Why something was given up.",
            &[LetterKind::GivenUp, LetterKind::Unreadable].map(LetterKind::as_str),
        ),
    ]
}

/// Names each list, and refers to it wherever it stands.
pub(super) fn add(document: &mut Value) {
    let all = all();
    refer(document, &all);
    for Words { name, description, words } in all {
        debug_assert!(document["components"]["schemas"].get(name).is_none(), "two schemas are called {name}");
        document["components"]["schemas"][name] =
            json!({ "type": "string", "title": name, "description": description, "enum": words });
    }
}

fn refer(value: &mut Value, all: &[Words]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| refer(item, all)),
        Value::Object(map) => {
            if let Some((name, or_null)) = named(map, all) {
                let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
                map.retain(|key, _| key == "description");
                match reference {
                    Value::Object(reference) if !or_null => map.extend(reference),
                    reference => drop(map.insert("anyOf".to_owned(), json!([reference, { "type": "null" }]))),
                }
            }
            map.values_mut().for_each(|child| refer(child, all));
        }
        _ => {}
    }
}

/// The list that a schema is, and whether it may be null, too.
fn named(schema: &Map<String, Value>, all: &[Words]) -> Option<(&'static str, bool)> {
    let words = schema.get("enum")?.as_array()?;
    let or_null = words.last() == Some(&Value::Null);
    let words = &words[..words.len() - usize::from(or_null)];
    all.iter().find(|known| known.words == words).map(|known| (known.name, or_null))
}
