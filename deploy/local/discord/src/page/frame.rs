//! The page around the messages: places, people, the line to type in.

use std::fmt::Write as _;

use super::html::{escape, hidden, in_url};
use super::locales::LANGUAGES;
use super::{Eyes, View, messages, modal, opened};
use crate::state::{Channel, Message, User};

pub(super) fn page(eyes: &Eyes<'_>, view: &View, version: u64) -> String {
    let asked = opened(eyes, view.modal);
    let dialog = asked.map(|asked| modal::dialog(eyes, &asked, &modal::Filled::default()));
    with_dialog(eyes, view, version, &dialog.unwrap_or_default())
}

pub(super) fn with_dialog(eyes: &Eyes<'_>, view: &View, version: u64, dialog: &str) -> String {
    let title = title(eyes);
    let class = if view.bare { " class=bare" } else { "" };
    let chat: String = messages::chat(eyes).into_iter().map(|(_, html)| html).collect();
    format!(
        "<!doctype html><html lang=en><head><meta charset=utf-8><title>{title} · {user} · stand-in Discord</title>\
         <meta name=viewport content='width=device-width, initial-scale=1'><meta name=color-scheme content='light dark'>\
         <link rel=icon href='data:,'><link rel=stylesheet href=/page/style.css><script type=module src=/page/main.js></script></head>\
         <body{class} data-version={version} data-now={now} data-user='{user}' data-channel='{channel}' data-locale='{locale}'>\
         {nav}<main><header><a class=menu href='#nav' aria-label='Channels and people'>☰</a><h1>{title}</h1>{face}</header>\
         <section id=chat role=log aria-label='Messages in {title}' tabindex=0>{chat}</section>\
         <button type=button id=newer hidden>New messages ↓</button><p id=lost role=status hidden>The stand-in Discord does not answer. Trying again ...</p>{line}</main><div id=form>{dialog}</div></body></html>",
        title = escape(&title),
        user = escape(eyes.user),
        channel = escape(eyes.channel),
        locale = escape(locale(eyes)),
        now = eyes.world.now().as_millisecond(),
        nav = nav(eyes),
        face = you(eyes),
        line = line(eyes, view),
    )
}

fn title(eyes: &Eyes<'_>) -> String {
    let channel = eyes.world.channels.get(&eyes.channel_id);
    match channel.filter(|channel| channel.recipient.is_none()) {
        Some(channel) => format!("#{}", channel.name),
        None => format!("@{}", eyes.world.bot_name),
    }
}

fn locale<'a>(eyes: &Eyes<'a>) -> &'a str {
    eyes.world.users.get(&eyes.user_id).map_or("en-US", |user| user.locale.as_str())
}

fn you(eyes: &Eyes<'_>) -> String {
    let name = escape(eyes.user);
    format!("<a class=you href='#nav' title='People and language'>{}<b>{name}</b></a>", face(eyes.user))
}

/// A round sign with a first letter; its colour comes from the name.
pub(crate) fn face(name: &str) -> String {
    let letter = name.chars().next().unwrap_or('?').to_uppercase().to_string();
    let colour = name.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(5).wrapping_add(byte.into())) % 6;
    format!("<span class='face c{colour}' aria-hidden=true>{}</span>", escape(&letter))
}

/// The bot looks like nobody else.
pub(super) fn bot_face(name: &str) -> String {
    face(name).replacen("face c", "face bot c", 1)
}

fn nav(eyes: &Eyes<'_>) -> String {
    let options: String = LANGUAGES
        .iter()
        .map(|(code, name)| {
            let chosen = if *code == locale(eyes) { " selected" } else { "" };
            format!("<option value={code}{chosen}>{name}</option>")
        })
        .collect();
    format!(
        "<nav id=nav aria-label='Channels and people'><a class=close href='#' aria-label='Close the menu'>✕</a>\
         <div id=places>{places}</div><h2>You are</h2><div id=people>{people}</div>\
         <form class=other method=get action=/>{channel}<label for=other>Somebody else</label>\
         <span><input id=other name=user required maxlength=32 placeholder=name><button class=small>Be</button></span></form>\
         <form class=speaks method=post action=/locale>{hidden}<label for=locale>Your Discord speaks</label>\
         <span><select id=locale name=locale>{options}</select><button class=small>Set</button></span></form></nav>",
        places = places(eyes),
        people = people(eyes),
        channel = hidden("channel", eyes.channel),
        hidden = eyes.hidden(),
    )
}

/// Servers with their channels, the usual one first, and the direct message.
pub(super) fn places(eyes: &Eyes<'_>) -> String {
    let world = eyes.world;
    let home = world.guilds.get_key_value(&world.guild_id);
    let others = world.guilds.iter().filter(|(id, _)| **id != world.guild_id);
    let mut html = String::new();
    for (id, name) in home.into_iter().chain(others) {
        let mut channels: Vec<&Channel> =
            world.channels.values().filter(|channel| channel.guild_id == Some(*id)).collect();
        channels.sort_by(|a, b| a.name.cmp(&b.name));
        let entries: String = channels
            .into_iter()
            .map(|channel| {
                let label = format!("<span aria-hidden=true>#</span> {}", escape(&channel.name));
                place(eyes, (&world.address(channel), Some(channel.id)), &label)
            })
            .collect();
        let _ = write!(html, "<h2>{}</h2><ul>{entries}</ul>", escape(name));
    }
    let bot = format!("{} {}", bot_face(&world.bot_name), escape(&world.bot_name));
    let channel = world.channels.values().find(|channel| channel.recipient == Some(eyes.user_id));
    let direct = place(eyes, ("@dm", channel.map(|channel| channel.id)), &bot);
    let _ = write!(html, "<h2>Direct messages</h2><ul>{direct}</ul>");
    html
}

/// Everybody who is there, with the roles held where this page looks.
pub(super) fn people(eyes: &Eyes<'_>) -> String {
    let mut users: Vec<&User> = eyes.world.users.values().collect();
    users.sort_by(|a, b| a.name.cmp(&b.name));
    let one = |user: &User| {
        let roles = roles(eyes, user);
        let roles = if roles.is_empty() { String::new() } else { format!("<small>{}</small>", escape(&roles)) };
        let label = format!("{} <span>{}{roles}</span>", face(&user.name), escape(&user.name));
        entry((&user.name, eyes.channel), user.id == eyes.user_id, &label)
    };
    format!("<ul>{}</ul>", users.into_iter().map(one).collect::<String>())
}

fn roles(eyes: &Eyes<'_>, user: &User) -> String {
    let channel = eyes.world.channels.get(&eyes.channel_id);
    let guild = channel.and_then(|channel| channel.guild_id).unwrap_or(eyes.world.guild_id);
    let held = eyes.world.roles_in(guild, user);
    let names: Vec<&str> =
        held.iter().filter_map(|role| eyes.world.roles.get(role)).map(|role| role.name.as_str()).collect();
    names.join(", ")
}

/// A channel, with the newest message that this person sees there, for the script to tell what is new.
fn place(eyes: &Eyes<'_>, (address, id): (&str, Option<u64>), label: &str) -> String {
    let here = |message: &&Message| Some(message.channel_id) == id && message.is_visible_to(eyes.user_id);
    let newest = eyes.world.messages.iter().rev().find(here).map(|message| message.id.to_string());
    let data = format!("<a data-channel='{}' data-newest='{}'", escape(address), newest.unwrap_or_default());
    entry((eyes.user, address), address == eyes.channel, label).replacen("<a", &data, 1)
}

fn entry((user, channel): (&str, &str), here: bool, label: &str) -> String {
    let current = if here { " aria-current=page" } else { "" };
    format!("<li><a{current} href='/?user={}&amp;channel={}'>{label}</a></li>", in_url(user), in_url(channel))
}

/// The line to type in, with what went wrong last.
fn line(eyes: &Eyes<'_>, view: &View) -> String {
    let title = escape(&title(eyes));
    format!(
        "<form id=composer method=post action=/slash autocomplete=off>{hidden}\
         <p class=refusal id=refusal role=alert>{error}</p><div class=box>\
         <input name=text id=line aria-label='Command in {title}' aria-describedby=refusal placeholder='Type / for commands' \
         value='{text}' maxlength=4000 autofocus><button class=send>Send</button></div>\
         <noscript><p class=quiet>Messages change while you look. <a href='/?user={user}&amp;channel={channel}'>Show what is new</a></p></noscript></form>",
        hidden = eyes.hidden(),
        error = escape(&view.error),
        text = escape(&view.text),
        user = in_url(eyes.user),
        channel = in_url(eyes.channel),
    )
}
