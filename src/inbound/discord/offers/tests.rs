use jiff::Timestamp;

use super::*;
use crate::domain::actor::ActorId;
use crate::domain::record::{Desired, Observed, Phase, Spec, Task, Want};
use crate::domain::store::{StoreId, StoreName};

fn store(name: &str, phase: Phase) -> Record {
    let spec = Spec {
        name: StoreName::parse(name).unwrap(),
        engine: Engine::Medusa,
        plan: Plan::Small,
        title: name.to_owned(),
        currency: None,
        country: None,
        owner: ActorId::new("discord:1"),
        cell: "main".to_owned(),
        host: format!("{name}.x"),
        url: format!("http://{name}.x"),
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: None,
        org: None,
        size: Size::default(),
    };
    let desired = Desired::new(1, Want::Present, Task::Install);
    let observed = Observed { phase, ..Observed::fresh(1) };
    Record { id: StoreId::from_bits(7), spec, desired, observed, version: 1, trail: Default::default() }
}

fn values(offers: &[Offer]) -> Vec<&str> {
    offers.iter().map(|offer| offer.value.as_str()).collect()
}

#[test]
fn names_that_fit_come_first_and_of_these_those_that_begin_so() {
    let records = [
        store("green-tea", Phase::Ready),
        store("tea", Phase::Failed),
        store("cup", Phase::Ready),
        store("teapot", Phase::Ready),
    ];
    let offered = |subcommand, typed: &str| -> Vec<String> {
        stores(Lang::En, subcommand, typed, &records).into_iter().map(|offer| offer.value).collect()
    };
    assert_eq!(offered(Subcommand::Status, ""), ["green-tea", "tea", "cup", "teapot"], "the newest first");
    assert_eq!(offered(Subcommand::Status, "Tea"), ["tea", "teapot", "green-tea"]);
    assert_eq!(offered(Subcommand::Retry, "tea"), ["tea", "teapot", "green-tea"], "what has failed can be retried");
    assert_eq!(offered(Subcommand::Login, "tea"), ["teapot", "green-tea", "tea"], "what is ready has a login");
    assert_eq!(offered(Subcommand::Sleep, "tea"), ["tea", "teapot", "green-tea"], "what is at rest can sleep");
    assert!(offered(Subcommand::Status, "coffee").is_empty());
    let labels = stores(Lang::En, Subcommand::Status, "tea", &records);
    assert!(labels[0].label.starts_with("tea · "), "{labels:?}");
}

#[test]
fn no_more_is_offered_than_discord_takes() {
    let records: Vec<Record> = (0..40).map(|n| store(&format!("tea-{n}"), Phase::Ready)).collect();
    assert_eq!(stores(Lang::En, Subcommand::Status, "", &records).len(), 25);
    assert_eq!((countries("").len(), currencies(None, "").len() <= 25), (25, true));
    for lang in Lang::ALL {
        let long = [store(&"a".repeat(40), Phase::Provisioning)];
        let offers = stores(lang, Subcommand::Status, "", &long);
        assert!(offers.iter().all(|offer| offer.label.chars().count() <= 100));
    }
}

#[test]
fn engines_and_plans_are_found_by_any_of_their_letters() {
    assert_eq!(values(&engines("")), ["woocommerce", "medusa"]);
    assert_eq!(values(&engines("ME")), ["medusa", "woocommerce"]);
    assert!(engines("magento").is_empty());
    let size = Size { cpu_millis: 300, memory_mib: 1024, disk_mib: 0 };
    let known = [(Plan::Medium, size), (Plan::Large, size)];
    assert_eq!(values(&plans(Lang::En, "", &known)), ["medium", "large"]);
    assert_eq!(plans(Lang::En, "la", &known)[0].label, "large · 1Gi memory");
}

#[test]
fn a_duration_is_what_was_typed_or_what_it_may_mean() {
    let offered = |typed: &str| durations(Lang::En, typed);
    assert_eq!(offered("")[3], Offer::new("7 days", "7d"));
    assert_eq!(values(&offered("90m"))[0], "90m");
    assert_eq!(values(&offered("7"))[..3], ["7d", "7h", "7w"]);
    assert_eq!(values(&offered("7d")), ["7d"], "once");
    assert_eq!(offered("1h 30m")[0].label, "90 minutes");
    assert_eq!(offered("50h")[0].label, "50h", "rounding would say two days");
    assert_eq!(values(&offered("999999")), Vec::<&str>::new());
    assert!(offered("soon").is_empty());
    for offer in ["", "1", "24", "7d", "1h"].into_iter().flat_map(offered) {
        assert!(parse::ttl(&offer.value).is_ok(), "{offer:?}");
    }
}

#[test]
fn money_and_countries_are_found_by_code_and_by_name() {
    assert_eq!(values(&currencies(None, ""))[..2], ["EUR", "USD"]);
    assert_eq!(values(&currencies(None, "eur")), ["EUR"]);
    assert_eq!(values(&currencies(None, "kwd")), ["KWD"], "every code is offered when it is typed");
    assert!(currencies(Some(Engine::Medusa), "fjd").is_empty(), "Medusa does not sell in it");
    assert_eq!(values(&countries("germ")), ["DE"]);
    assert_eq!(values(&countries("de"))[0], "DE");
}
