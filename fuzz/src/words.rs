//! Words that people and programs write: names, keys, addresses, JSON.

use std::net::IpAddr;

use storebot::config::address::{Address, Place};
use storebot::domain::command::{Create, TITLE_MAX};
use storebot::domain::event::is_event_id;
use storebot::domain::mask;
use storebot::domain::sort::{SEARCH_MAX, Sort};
use storebot::domain::store::{NAME_MAX, StoreId, StoreName, StoreRef};
use storebot::egress;
use storebot::inbound::{http, parse};
use storebot::ledger::is_cursor;
use url::Url;

const YEAR: i64 = 366 * 24 * 60 * 60;
/// Stands in inputs for a secret.
const PLACEHOLDER: &str = "PASSWORD";
const SECRET: &str = "hunter2hunter2hunter2";

fn text(data: &[u8]) -> &str {
    std::str::from_utf8(data).unwrap_or_default()
}

pub fn store_name(data: &[u8]) {
    let text = text(data);
    let pointed = StoreRef::new(text);
    assert_eq!(pointed.as_str(), text);
    if let Ok(name) = StoreName::parse(text) {
        assert_label(name.as_str());
        assert_eq!((name.as_str(), pointed.as_name().as_ref()), (text, Some(&name)));
    }
    if let Some(id) = pointed.as_id() {
        assert_label(&id.namespace());
        assert_eq!(StoreId::parse(id.as_str()), Some(id));
    }
}

/// RFC 1123: what a host's name and a namespace are made of.
fn assert_label(label: &str) {
    let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    assert!(label.len() <= 63 && edge(label.chars().next()) && edge(label.chars().last()), "{label:?}");
    assert!(label.chars().all(|c| edge(Some(c)) || c == '-'), "{label:?}");
}

pub fn idempotency_key(data: &[u8]) {
    let Ok(key) = parse::idempotency_key(text(data), String::new()) else { return };
    assert!((1..=255).contains(&key.value.len()) && key.value.bytes().all(|b| (0x20..0x7f).contains(&b)));
    let quoted = parse::idempotency_key(&format!("\"{}\"", key.value), String::new());
    assert_eq!(quoted.map(|k| k.value), Ok(key.value), "its own quotes make another key of it");
}

/// `Last-Event-ID`, and the cursors of logs.
pub fn event_id(data: &[u8]) {
    let text = text(data);
    if is_event_id(text) {
        // What Redis takes for an id: two numbers of 64 bits.
        assert!(text.len() <= 41, "longer than any id");
        let (ms, n) = text.split_once('-').unwrap_or_default();
        assert!([ms, n].iter().all(|part| part.parse::<u64>().is_ok() && !part.starts_with('+')));
    }
    let _ = (http::fuzz::is_json(text), http::fuzz::wants_stream(text));
}

/// The cursor of a list of stores, and what is searched for in one.
pub fn list_cursor(data: &[u8]) {
    let text = text(data);
    let of = Sort::ALL.into_iter().filter(|sort| is_cursor(*sort, text)).count();
    assert!(of <= 1, "a cursor of two orders");
    if of == 1 {
        // It becomes the bound of a range: nothing in it may mean anything else there.
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.';
        assert!(text.len() <= 1 + NAME_MAX + 1 + 12 && text.bytes().all(plain), "{text:?}");
    }
    if let Ok(search) = parse::search(text) {
        assert!(search.chars().count() <= SEARCH_MAX && search.trim() == search);
    }
}

pub fn redis_address(data: &[u8]) {
    let text = text(data).replace(PLACEHOLDER, SECRET);
    match Address::parse(&text) {
        Ok(address) => {
            let endpoints = match &address.place {
                Place::Server(only) => vec![only.clone()],
                Place::Sentinel(sentinels) => sentinels.endpoints.clone(),
                Place::Cluster(nodes) => nodes.clone(),
                Place::Socket(path) => return assert!(!path.as_os_str().is_empty()),
            };
            assert!(!endpoints.is_empty());
            assert!(endpoints.iter().all(|e| e.port != 0 && !e.host.is_empty() && !e.host.contains(['@', '/', '?'])));
        }
        Err(error) => assert!(!error.to_string().contains(SECRET), "an error tells the password"),
    }
    let with_login = Address::parse(&format!("redis://bot:{SECRET}@{text}"));
    // Whoever writes it where a host belongs has told it.
    if let (Ok(address), false) = (with_login, text.contains(SECRET)) {
        assert!(!format!("{address:?}").contains(SECRET), "Debug tells the password");
    }
}

/// Also the guard that keeps storebot from calling what only storebot can reach.
pub fn callback_url(data: &[u8]) {
    let Ok(address) = parse::callback_url(text(data)) else { return };
    assert!(address.len() <= 2048, "kept with the store, so it is bounded");
    assert_eq!(parse::callback_url(&address).as_ref(), Ok(&address), "another address when it is read again");
    let Ok(url) = Url::parse(&address) else { panic!("no address any more: {address}") };
    assert!(["http", "https"].contains(&url.scheme()) && url.has_host());
    assert!(url.username().is_empty() && url.password().is_none());
    if let Some(ip) = egress::fuzz::reaches(&url) {
        assert_outside(ip);
    }
}

/// The standard library's own judgement of what is inside.
fn assert_outside(ip: IpAddr) {
    let inside = match ip.to_canonical() {
        IpAddr::V4(ip) => {
            ip.is_loopback() || ip.is_private() || ip.is_link_local() || ip.is_unspecified() || ip.is_documentation()
        }
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unspecified() || ip.is_unique_local() || ip.is_unicast_link_local(),
    };
    assert!(!inside && !ip.is_multicast(), "{ip} is not public");
}

/// The body of `POST /v1/stores`.
pub fn create_store(data: &[u8]) {
    if let Ok(create) = http::fuzz::create(data) {
        assert_create(&create);
    }
    if let Ok(ttl) = parse::ttl(text(data)) {
        assert!((1..=YEAR).contains(&ttl.as_secs()));
    }
}

/// What a create must be, whichever door it came through.
pub(super) fn assert_create(create: &Create) {
    assert_label(create.name.as_str());
    if let Some(title) = &create.title {
        assert!(title.chars().count() <= TITLE_MAX && !title.trim().is_empty());
        assert!(!title.contains(|c: char| c.is_control()), "a title of several lines");
    }
    assert!(create.ttl.is_none_or(|ttl| (1..=YEAR).contains(&ttl.as_secs())));
    assert!(create.currency.is_none_or(|c| c.code().len() == 3));
    assert!(create.country.as_ref().is_none_or(|c| c.code().len() == 2));
}

/// What a shop's log says before people read it.
pub fn masked_text(data: &[u8]) {
    let text = text(data);
    assert!(mask::shown(text).chars().count() <= 401);
    for secret in [format!("password={SECRET}"), format!("x://u:{SECRET}@h"), format!("whsec_{SECRET}")] {
        assert!(!mask::mask(&format!("{text} {secret}")).contains(SECRET), "after {text:?}");
        assert!(!mask::mask(&format!("{secret}\n{text}")).contains(SECRET), "before {text:?}");
    }
}
