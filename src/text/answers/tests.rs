use super::*;
use crate::domain::actor::{ActorId, OrgId};
use crate::domain::engine::Engine;
use crate::domain::plan::Plan;
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Observed, Spec, Task};
use crate::domain::store::{StoreId, StoreName};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn store(phase: Phase) -> Record {
    let spec = Spec {
        name: StoreName::parse("teashop").unwrap(),
        engine: Engine::Woocommerce,
        plan: Plan::Medium,
        title: "Tea & *Co*".to_owned(),
        currency: None,
        country: None,
        owner: ActorId::new("discord:1"),
        cell: "main".to_owned(),
        host: "teashop.stores.localhost".to_owned(),
        url: "http://teashop.stores.localhost".to_owned(),
        created_at: at(0),
        expires_at: Some(at(3 * 86_400)),
        org: None,
        size: Size::default(),
    };
    let desired = Desired::new(1, Want::Present, Task::Install);
    let mut observed = Observed::fresh(1);
    observed.phase = phase;
    Record { id: StoreId::from_bits(7), spec, desired, observed, version: 1, trail: Default::default() }
}

fn sleeper(removes_at: Option<Timestamp>) -> Record {
    let mut record = store(Phase::Asleep);
    (record.desired.want, record.desired.removes_at) = (Want::Asleep, removes_at);
    record
}

fn use_of(used: u32, limit: u32) -> QuotaUse {
    let mut own = Share::default();
    (own.used.stores, own.quota.stores) = (used, limit);
    own.quota.size.memory_mib = 8192;
    own.quota.creations_per_hour = limit;
    own.quota.asleep_percent = 25;
    QuotaUse { own, org: Some((OrgId::new("discord:7"), Share::default())) }
}

fn tea() -> Create {
    Create {
        name: StoreName::parse("tea").unwrap(),
        engine: Engine::Medusa,
        plan: Plan::Large,
        title: None,
        currency: None,
        country: None,
        ttl: None,
        cell: None,
    }
}

/// Everything that is answered, a name before each.
fn all(lang: Lang) -> Vec<(&'static str, String)> {
    let mut drifted = store(Phase::Ready);
    drifted.observed.drift = vec!["Deployment shop: image".to_owned()];
    let someone =
        Login { url: "http://x/admin".to_owned(), username: "owner".to_owned(), password: "abcdefgh23456789".into() };
    let stores = [store(Phase::Ready), store(Phase::Installing)];
    let mut all = vec![
        ("status, changed", status(lang, &drifted, at(90))),
        ("status, over", status(lang, &store(Phase::Ready), at(4 * 86_400))),
        ("status, asleep", status(lang, &sleeper(None), at(90))),
        ("status, over and asleep", status(lang, &sleeper(Some(at(864_000))), at(90))),
        ("list", list(lang, &stores, true, &use_of(2, 10))),
        ("list, none", list(lang, &[], false, &use_of(0, 1))),
        ("list, no limit", list(lang, &[], false, &use_of(0, 0))),
        ("room", room(lang, &use_of(2, 3), Some(Duration::from_secs(40)))),
        ("quota", quota(lang, &use_of(2, 3))),
        ("quota of one", quota(lang, &use_of(1, 1))),
        ("approval", approval(lang, &tea(), "**X.** Y", "<@1>")),
        ("approved", decided(lang, &tea(), true, "<@2>")),
        ("denied", decided(lang, &tea(), false, "<@2>")),
        ("login", login(lang, &someone)),
        ("help", help(lang)),
    ];
    all.extend(Phase::ALL.map(|phase| ("in a list", entry(lang, &store(phase)))));
    all
}

#[test]
fn german_is_told_whole() {
    let told: Vec<String> = all(Lang::De).into_iter().map(|(what, text)| format!("-- {what}\n{text}")).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn every_answer_is_told_in_every_language() {
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
        for ((what, text), (_, english)) in all(lang).into_iter().zip(all(Lang::En)) {
            assert!(!text.contains(['{', '}', '$', '\u{2068}', '\u{2069}']), "{lang:?}: {text}");
            assert!(text.encode_utf16().count() <= 2_000, "{what} in {lang:?}: {text}");
            assert_eq!(text.lines().count(), english.lines().count(), "{what} in {lang:?}");
            let same = |line: &str| !line.starts_with("CPU") && english.lines().any(|other| other == line);
            assert!(!text.lines().any(same), "{what} in {lang:?} has an English line: {text}");
            assert!(!text.contains("/store"), "{what} in {lang:?} names an English command: {text}");
        }
    }
}

#[test]
fn times_are_told_as_people_count() {
    let days = |lang, count: i64| ago(lang, SignedDuration::from_hours(24 * count));
    let told = [
        days(Lang::De, 3),
        ago(Lang::De, SignedDuration::from_secs(1)),
        span_left(Lang::De, SignedDuration::from_hours(72)),
        days(Lang::Fr, 3),
        ago(Lang::Fr, SignedDuration::ZERO),
        ago(Lang::Es, SignedDuration::ZERO),
        days(Lang::Pt, 3),
    ];
    insta::assert_snapshot!(told.join("\n"), @r"
    vor 3 Tagen
    vor 1 Sekunde
    3 Tage
    il y a 3 jours
    il y a 0 seconde
    hace 0 segundos
    há 3 dias
    ");
}
