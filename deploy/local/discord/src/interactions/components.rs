//! What a person does with components: presses a button, picks from a menu, fills in a modal. The client lets
//! nobody send what the component does not allow, so neither does this.

use serde_json::{Map, Value, json};

use super::mentioned::Place;
use super::{Action, SlashError};
use crate::state::{Ack, Interaction, InteractionKind, Message, World};

/// A press on the button `custom_id` of a message this person sees.
pub(crate) fn press(world: &World, user_id: u64, message_id: u64, custom_id: &str) -> Result<Action, SlashError> {
    let message = seen(world, user_id, message_id, &format!("button {custom_id:?}"))?;
    find(message, custom_id, &[2]).ok_or_else(|| missing(&format!("button {custom_id:?}")))?;
    Ok(action((message, user_id), custom_id, json!({ "custom_id": custom_id, "component_type": 2 })))
}

/// A choice from the menu `custom_id`: labels or values of its options, or people, roles and channels as they
/// are typed into a command.
pub(crate) fn pick(
    world: &World,
    (user_id, message_id): (u64, u64),
    custom_id: &str,
    picks: &[&str],
) -> Result<Action, SlashError> {
    let message = seen(world, user_id, message_id, &format!("menu {custom_id:?}"))?;
    let menu = find(message, custom_id, &[3, 5, 6, 7, 8]).ok_or_else(|| missing(&format!("menu {custom_id:?}")))?;
    let place = place(world, message.channel_id);
    let picked = picked(place, menu, picks).map_err(|why| SlashError::BadValue(custom_id.to_owned(), why))?;
    let mut data = json!({ "custom_id": custom_id, "component_type": menu.get("type"), "values": picked });
    if let (Some(resolved), Some(data)) = (resolved(place, user_id, &picked), data.as_object_mut()) {
        data.insert("resolved".to_owned(), resolved);
    }
    Ok(action((message, user_id), custom_id, data))
}

/// Sends the modal that an interaction was answered with, filled in. What is not given stays as the modal
/// has it.
pub(crate) fn submit(world: &World, interaction_id: u64, values: &[(&str, &str)]) -> Result<Action, SlashError> {
    let opened = world.interaction(interaction_id).filter(|it| it.ack == Ack::Done(9));
    let opened = opened.ok_or_else(|| missing("modal"))?;
    let modal = opened.response.as_ref().and_then(|response| response.get("data")).ok_or_else(|| missing("modal"))?;
    let rows = modal.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let known = |id: &str| rows.iter().filter_map(filled_in).any(|input| input.get("custom_id") == Some(&json!(id)));
    if let Some((id, _)) = values.iter().find(|(id, _)| !known(id)) {
        return Err(missing(&format!("input {id:?}")));
    }
    let place = place(world, opened.channel_id);
    let mut ids = Vec::new();
    let mut sent = Vec::new();
    for row in rows {
        let answer = filled_in(row).map(|input| input_with(place, input, values, &mut ids)).transpose()?;
        sent.push(wrapped(row, answer, sent.len()));
    }
    let mut data = json!({ "custom_id": modal.get("custom_id"), "components": sent });
    if let (Some(resolved), Some(data)) = (place.resolved(opened.user_id, ids.into_iter()), data.as_object_mut()) {
        data.insert("resolved".to_owned(), resolved);
    }
    Ok(from_modal(opened, data))
}

fn from_modal(opened: &Interaction, data: Value) -> Action {
    Action {
        kind: InteractionKind::Modal,
        user_id: opened.user_id,
        channel_id: opened.channel_id,
        label: opened.label.clone(),
        data,
        completing: None,
        source_message: opened.source_message,
    }
}

fn action((message, user_id): (&Message, u64), custom_id: &str, data: Value) -> Action {
    Action {
        kind: InteractionKind::Component,
        user_id,
        channel_id: message.channel_id,
        label: custom_id.to_owned(),
        data,
        completing: None,
        source_message: Some(message.id),
    }
}

fn missing(what: &str) -> SlashError {
    SlashError::NoSuchComponent(what.to_owned())
}

fn seen<'a>(world: &'a World, user: u64, message: u64, what: &str) -> Result<&'a Message, SlashError> {
    world.message(message).filter(|message| message.is_visible_to(user)).ok_or_else(|| missing(what))
}

fn place(world: &World, channel: u64) -> Place<'_> {
    Place { world, guild: world.channels.get(&channel).and_then(|channel| channel.guild_id) }
}

/// A component of a message that can be used, of one of these types.
fn find<'a>(message: &'a Message, custom_id: &str, kinds: &[u64]) -> Option<&'a Value> {
    let components = message.latest().map(|version| version.components.as_slice()).unwrap_or_default();
    let inner = components.iter().filter_map(|row| row.get("components")?.as_array()).flatten();
    let usable = |component: &&Value| {
        kinds.contains(&number(component, "type", 0))
            && component.get("custom_id") == Some(&json!(custom_id))
            && component.get("disabled") != Some(&json!(true))
    };
    inner.into_iter().find(usable)
}

fn number(thing: &Value, key: &str, otherwise: u64) -> u64 {
    thing.get(key).and_then(Value::as_u64).unwrap_or(otherwise)
}

/// The values of a menu, as many as it takes and none that it does not offer.
fn picked(place: Place<'_>, menu: &Value, picks: &[&str]) -> Result<Vec<String>, String> {
    let (least, most) = (number(menu, "min_values", 1), number(menu, "max_values", 1));
    if !(least..=most).contains(&(picks.len() as u64)) {
        return Err(format!("{} picked where {least} to {most} are to be", picks.len()));
    }
    let offered = menu.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let option = |pick: &str| {
        let is = |option: &&Value| ["label", "value"].iter().any(|key| option.get(key) == Some(&json!(pick)));
        let value = offered.iter().find(is).and_then(|option| option.get("value")?.as_str());
        value.map(str::to_owned).ok_or_else(|| format!("{pick:?} is not offered"))
    };
    let one = |pick: &&str| match number(menu, "type", 0) {
        3 => option(pick),
        5 => place.find(6, pick).map(|id| id.to_string()),
        6 => place.find(8, pick).map(|id| id.to_string()),
        7 => place.find(9, pick).map(|id| id.to_string()),
        _ => place.find(7, pick).map(|id| id.to_string()),
    };
    picks.iter().map(one).collect()
}

fn resolved(place: Place<'_>, user: u64, picked: &[String]) -> Option<Value> {
    place.resolved(user, picked.iter().filter_map(|id| id.parse().ok()))
}

/// What a row or a label of a modal holds; a text holds nothing.
fn filled_in(row: &Value) -> Option<&Value> {
    row.get("component").or_else(|| row.get("components")?.get(0))
}

/// An input as it is sent. Ids of whom it names are added to `ids`.
fn input_with(
    place: Place<'_>,
    input: &Value,
    values: &[(&str, &str)],
    ids: &mut Vec<u64>,
) -> Result<Value, SlashError> {
    let id = input.get("custom_id").and_then(Value::as_str).unwrap_or_default();
    let given = values.iter().find(|(known, _)| *known == id).map(|(_, value)| *value);
    let wrong = |why: String| SlashError::BadValue(id.to_owned(), why);
    let required = input.get("required") != Some(&json!(false));
    if number(input, "type", 0) == 4 {
        let text = given.or_else(|| input.get("value")?.as_str()).unwrap_or_default();
        fits(input, text, required).map_err(wrong)?;
        return Ok(json!({ "type": 4, "custom_id": id, "value": text }));
    }
    let picks: Vec<&str> = given.map(|given| given.split(", ").collect()).unwrap_or_default();
    let picked =
        if picks.is_empty() && !required { Vec::new() } else { picked(place, input, &picks).map_err(wrong)? };
    if number(input, "type", 0) != 3 {
        ids.extend(picked.iter().filter_map(|id| id.parse::<u64>().ok()));
    }
    Ok(json!({ "type": input.get("type"), "custom_id": id, "values": picked }))
}

/// Whether the client would let a text be sent: an optional input may stay empty whatever its least length.
fn fits(input: &Value, text: &str, required: bool) -> Result<(), String> {
    let (length, most) = (text.chars().count() as u64, number(input, "max_length", 4_000));
    let least = number(input, "min_length", 0).max(u64::from(required));
    match length {
        0 if !required => Ok(()),
        length if length < least => Err(format!("its length of {length} is less than {least}")),
        length if length > most => Err(format!("its length of {length} is more than {most}")),
        _ => Ok(()),
    }
}

/// The row or label an input came in, with the input as it was filled in. Components are counted from 1 here.
fn wrapped(row: &Value, answer: Option<Value>, before: usize) -> Value {
    let id = before * 2 + 1;
    let mut sent = Map::from_iter([("type".to_owned(), json!(row.get("type"))), ("id".to_owned(), json!(id))]);
    let Some(mut answer) = answer else {
        return Value::Object(sent);
    };
    if let Some(answer) = answer.as_object_mut() {
        answer.insert("id".to_owned(), json!(id + 1));
    }
    match row.get("component") {
        Some(_) => sent.insert("component".to_owned(), answer),
        None => sent.insert("components".to_owned(), json!([answer])),
    };
    Value::Object(sent)
}
