//! What people do with messages and forms: a button is pressed, something is chosen from a menu, a
//! modal is sent. Held against what the bot had shown: nobody sends what they could not see.

use serde_json::{Value, json};

use super::mentioned::Place;
use super::{Action, SlashError};
use crate::state::{Ack, Interaction, InteractionKind, World};

/// Component types (components reference).
const BUTTON: u64 = 2;
const STRING_SELECT: u64 = 3;
const TEXT_INPUT: u64 = 4;
/// Menus of people, roles, both, and channels.
const USER_SELECT: u64 = 5;
const ROLE_SELECT: u64 = 6;
const MENTIONABLE_SELECT: u64 = 7;
const CHANNEL_SELECT: u64 = 8;
const LABEL: u64 = 18;

/// A press on the button `custom_id` of a message this person sees, or, of a menu, a choice of `values`:
/// those of its options, or people, roles and channels as they are typed into commands.
pub(crate) fn press(
    world: &World,
    user_id: u64,
    message_id: u64,
    (custom_id, values): (&str, &[String]),
) -> Result<Action, SlashError> {
    let missing = || SlashError::NoSuchComponent(format!("button {custom_id:?}"));
    let message = world.message(message_id).filter(|message| message.is_visible_to(user_id)).ok_or_else(missing)?;
    let components = message.latest().map(|version| version.components.as_slice()).unwrap_or_default();
    let mut rows = components.iter().filter_map(|row| row.get("components")?.as_array()).flatten();
    let usable = |one: &&Value| {
        (kind(one) == BUTTON || is_menu(one))
            && one.get("custom_id") == Some(&json!(custom_id))
            && one.get("disabled") != Some(&json!(true))
    };
    let component = rows.find(usable).ok_or_else(missing)?;
    let mut data = json!({ "custom_id": custom_id, "component_type": kind(component) });
    if is_menu(component) {
        let place = place(world, message.channel_id);
        let values = chosen(place, component, values)?;
        add_resolved(&mut data, place.resolved(user_id, ids(component, &values)));
        data["values"] = json!(values);
    }
    Ok(Action {
        kind: InteractionKind::Component,
        user_id,
        channel_id: message.channel_id,
        label: custom_id.to_owned(),
        data,
        completing: None,
        source_message: Some(message_id),
    })
}

fn is_menu(component: &Value) -> bool {
    matches!(kind(component), STRING_SELECT | USER_SELECT..=CHANNEL_SELECT)
}

fn place(world: &World, channel: u64) -> Place<'_> {
    Place { world, guild: world.channels.get(&channel).and_then(|channel| channel.guild_id) }
}

/// The ids that a menu's values are; those of options are no ids.
fn ids(menu: &Value, values: &[String]) -> impl Iterator<Item = u64> {
    let values = if kind(menu) == STRING_SELECT { &[] } else { values };
    values.iter().filter_map(|id| id.parse().ok())
}

fn add_resolved(data: &mut Value, resolved: Option<Value>) {
    if let Some(resolved) = resolved {
        data["resolved"] = resolved;
    }
}

/// The values as they are sent, when the menu has them and lets somebody choose so many.
fn chosen(place: Place<'_>, menu: &Value, values: &[String]) -> Result<Vec<String>, SlashError> {
    let name = menu.get("custom_id").and_then(Value::as_str).unwrap_or_default();
    let bad = |why: String| SlashError::BadValue(name.to_owned(), why);
    let options = menu.get("options").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let offered = |value: &str| options.iter().any(|option| option.get("value") == Some(&json!(value)));
    let found = |as_option: u64, value: &str| place.find(as_option, value).map(|id| id.to_string());
    let one = |value: &String| match kind(menu) {
        USER_SELECT => found(6, value),
        ROLE_SELECT => found(8, value),
        MENTIONABLE_SELECT => found(9, value),
        CHANNEL_SELECT => found(7, value),
        _ if offered(value) => Ok(value.clone()),
        _ => Err(format!("{value:?} is not among the choices")),
    };
    let sent = values.iter().map(one).collect::<Result<Vec<String>, String>>().map_err(bad)?;
    let bound = |key: &str| menu.get(key).and_then(Value::as_u64).unwrap_or(1);
    let count = values.len() as u64;
    match (bound("min_values"), bound("max_values")) {
        (least, _) if count < least => Err(bad(format!("choose at least {least}"))),
        (_, most) if count > most => Err(bad(format!("choose at most {most}"))),
        _ => Ok(sent),
    }
}

/// The inputs of a modal with what stands around each, in order: `(frame, input)`. The frame is an
/// action row, or a label with the input's words.
pub(crate) fn fields(modal: &Value) -> Vec<(&Value, &Value)> {
    let frames = modal.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let inputs = frames.iter().flat_map(|frame| {
        let row = frame.get("components").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        row.iter().chain(frame.get("component")).map(move |input| (frame, input))
    });
    inputs.filter(|(_, input)| kind(input) == TEXT_INPUT || is_menu(input)).collect()
}

/// Sends the modal that an interaction was answered with, filled in: `(custom_id, value)`. A value
/// that its input would not take is refused as [`SlashError::BadValue`] under the input's id.
pub(crate) fn submit(world: &World, interaction_id: u64, values: &[(&str, &str)]) -> Result<Action, SlashError> {
    let missing = || SlashError::NoSuchComponent("modal".to_owned());
    let interaction = world.interaction(interaction_id).filter(|it| it.ack == Ack::Done(9)).ok_or_else(missing)?;
    let modal = interaction.response.as_ref().and_then(|response| response.get("data")).ok_or_else(missing)?;
    let custom_id = modal.get("custom_id").ok_or_else(missing)?;
    let fields = fields(modal);
    let known = |id: &str| fields.iter().any(|(_, input)| input.get("custom_id") == Some(&json!(id)));
    if let Some((stranger, _)) = values.iter().find(|(id, _)| !known(id)) {
        return Err(SlashError::NoSuchComponent(format!("field {stranger:?}")));
    }
    let Interaction { user_id, channel_id, source_message, .. } = *interaction;
    let place = place(world, channel_id);
    let mut components = Vec::with_capacity(fields.len());
    let mut named = Vec::new();
    for (frame, input) in &fields {
        components.push(filled(place, (frame, input), values, &mut named)?);
    }
    let mut data = json!({ "custom_id": custom_id, "components": components });
    add_resolved(&mut data, place.resolved(user_id, named.into_iter()));
    Ok(Action {
        kind: InteractionKind::Modal,
        user_id,
        channel_id,
        label: interaction.label.clone(),
        data,
        completing: None,
        source_message,
    })
}

/// A field as it is sent: in the same frame as it was shown. Ids that it holds are added to `named`.
fn filled(
    place: Place<'_>,
    (frame, input): (&Value, &Value),
    values: &[(&str, &str)],
    named: &mut Vec<u64>,
) -> Result<Value, SlashError> {
    let id = input.get("custom_id").and_then(Value::as_str).unwrap_or_default();
    let own = || values.iter().filter(|(name, _)| *name == id).map(|(_, value)| *value);
    let sent = if is_menu(input) {
        let values: Vec<String> = own().filter(|value| !value.is_empty()).map(str::to_owned).collect();
        let optional = values.is_empty() && input.get("required") == Some(&json!(false));
        let values = if optional { values } else { chosen(place, input, &values)? };
        named.extend(ids(input, &values));
        json!({ "type": kind(input), "custom_id": id, "values": values })
    } else {
        let value = own().next().or_else(|| input.get("value")?.as_str()).unwrap_or_default();
        fits(input, value).map_err(|why| SlashError::BadValue(id.to_owned(), why))?;
        json!({ "type": TEXT_INPUT, "custom_id": id, "value": value })
    };
    Ok(match kind(frame) {
        LABEL => json!({ "type": LABEL, "component": sent }),
        _ => json!({ "type": 1, "components": [sent] }),
    })
}

/// What the client lets nobody send. Without `required: false` an input must be filled.
fn fits(input: &Value, value: &str) -> Result<(), String> {
    let length = value.chars().count() as u64;
    let bound = |key: &str| input.get(key).and_then(Value::as_u64);
    let optional = input.get("required") == Some(&json!(false));
    match (bound("min_length"), bound("max_length")) {
        _ if length == 0 && optional => Ok(()),
        _ if length == 0 => Err("this must be filled in".to_owned()),
        (Some(least), _) if length < least => Err(format!("at least {least} characters are needed")),
        (_, Some(most)) if length > most => Err(format!("at most {most} characters fit")),
        _ => Ok(()),
    }
}

fn kind(component: &Value) -> u64 {
    component.get("type").and_then(Value::as_u64).unwrap_or(0)
}
