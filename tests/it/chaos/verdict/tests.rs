//! Every check is shown a world that it must refuse, made from one that is in order.

use super::super::model::examples::{accepted, heard};
use super::super::world::{Seen, Talk, World};
use super::*;

fn seen(id: &str, phase: &str) -> Seen {
    Seen {
        id: id.to_owned(),
        owner: "api:ana".to_owned(),
        name: "tea".to_owned(),
        phase: phase.to_owned(),
        reason: None,
        settled: true,
        generation: 1,
        replies: 0,
    }
}

fn told(ask: Ask, message: &str) -> Talk {
    Talk {
        owner: "api:ana".to_owned(),
        name: "tea".to_owned(),
        ask,
        deferred: true,
        failed: false,
        message: Some(message.to_owned()),
        others: Vec::new(),
    }
}

/// One store was created and lives, another one was created and deleted; both were talked about.
fn in_order() -> (Vec<Heard>, World) {
    let create = Heard { callback: Some(1), ..accepted(Ask::Create, "1") };
    let other = Heard { name: "coffee".to_owned(), ..accepted(Ask::Create, "2") };
    let delete = Heard { name: "coffee".to_owned(), callback: Some(2), ..accepted(Ask::Delete, "2") };
    let world = World {
        records: vec![seen("1", "ready"), Seen { name: "coffee".to_owned(), generation: 2, ..seen("2", "deleted") }],
        namespaces: [namespace_of("1")].into(),
        releases: [(namespace_of("1"), vec![(1, "superseded".to_owned()), (2, "deployed".to_owned())])].into(),
        quotas: [("api:ana".to_owned(), 1)].into(),
        counted: 2,
        talks: vec![
            told(Ask::Create, "**tea** is ready: http://tea"),
            Talk { name: "coffee".to_owned(), ..told(Ask::Delete, "**coffee** is deleted.") },
        ],
        callbacks: [(1, called("7-0-a", "store.ready")), (2, called("9-0-a", "store.deleted"))].into(),
        ..World::default()
    };
    (vec![create, other, delete], world)
}

fn called(id: &str, kind: &str) -> BTreeMap<String, String> {
    [(id.to_owned(), kind.to_owned())].into()
}

#[test]
fn a_store_that_does_not_sleep_as_it_should_is_found() {
    let slept = |heard: &mut Vec<Heard>, world: &mut World, phase: &str| {
        heard.push(accepted(Ask::Sleep, "1"));
        world.records[0] = Seen { generation: 2, ..seen("1", phase) };
        world.callbacks.insert(1, called("8-0-a", &format!("store.{phase}")));
    };
    assert_eq!(spoilt(|heard, world| slept(heard, world, "asleep")), "");
    assert!(spoilt(|heard, world| slept(heard, world, "ready")).contains("should be asleep"));
    let runs = spoilt(|heard, world| {
        slept(heard, world, "asleep");
        world.pods.insert(namespace_of("1"), 2);
    });
    assert!(runs.contains("sleeps, and 2 of its pods run"), "{runs}");
    let woken = |heard: &mut Vec<Heard>| heard.push(accepted(Ask::Wake, "1"));
    for phase in ["asleep", "ready"] {
        let either = spoilt(|heard, world| {
            slept(heard, world, phase);
            woken(heard);
        });
        assert_eq!(either, "", "{phase}");
    }
}

/// What is found wrong after something was spoilt.
fn spoilt(spoil: impl FnOnce(&mut Vec<Heard>, &mut World)) -> String {
    let (mut heard, mut world) = in_order();
    spoil(&mut heard, &mut world);
    judge(&heard, &world).iter().map(|wrong| format!("{} {}\n", wrong.of, wrong.what)).collect()
}

#[test]
fn a_world_in_order_is_in_order() {
    assert_eq!(spoilt(|_, _| {}), "");
}

#[test]
fn records_that_are_not_as_promised_are_found() {
    let check = |spoil: fn(&mut World), words: &str| {
        let found = spoilt(|_, world| spoil(world));
        assert!(found.contains(words), "{words:?} is not in {found:?}");
    };
    check(|w| w.records.clear(), "no record is left");
    check(|w| w.records[0].phase = "installing".to_owned(), "should be ready");
    check(|w| w.records[0].phase = "failed".to_owned(), "without a reason");
    check(|w| w.records[1].phase = "ready".to_owned(), "should be deleted");
    check(|w| w.records[0].settled = false, "not settled");
    check(|w| w.records[0].replies = 1, "wait to hear");
    check(|w| w.records[0].generation = 2, "generation 2");
    check(|w| w.records.push(seen("3", "ready")), "3 tea of api:ana was promised to nobody");
    check(|w| w.counted = 3, "say 3 stores");
    check(|w| w.misplaced.missing = 1, "the lists differ");
    check(|w| w.misplaced.surplus = 1, "the lists differ");
    check(|w| w.quotas = [("api:ana".to_owned(), 2)].into(), "1 stores, and 2 are counted");
    check(|w| w.quotas = [("api:bob".to_owned(), 1)].into(), "api:bob has 0 stores, and 1 are counted");
    check(|w| w.work = vec!["waiting 1".to_owned()], "waiting 1");
    check(|w| w.processes = vec!["helm 7".to_owned()], "helm 7 still runs");
}

#[test]
fn a_cluster_that_is_not_as_promised_is_found() {
    let check = |spoil: fn(&mut World), words: &str| {
        let found = spoilt(|_, world| spoil(world));
        assert!(found.contains(words), "{words:?} is not in {found:?}");
    };
    check(|w| w.namespaces.clear(), "has no namespace");
    check(|w| w.namespaces.extend([namespace_of("2")]), "its namespace is there");
    check(|w| w.namespaces.extend([namespace_of("9")]), "store-9 belongs to no store");
    check(|w| w.releases.clear(), "has the releases");
    let release = |w: &mut World, number, status: &str| {
        w.releases.entry(namespace_of("1")).or_default().push((number, status.to_owned()));
    };
    assert!(spoilt(|_, w| release(w, 3, "deployed")).contains("has the releases"));
    assert!(spoilt(|_, w| release(w, 3, "pending-upgrade")).contains("has the releases"));
}

#[test]
fn answers_that_cannot_be_are_found() {
    let never = |heard: &mut Vec<Heard>| heard.push(heard_of(Answer::Never("timeout".to_owned())));
    assert!(spoilt(|heard, _| never(heard)).contains("never answered, at last: timeout"));
    assert!(spoilt(|heard, _| heard.push(heard_of(Answer::Odd("500".to_owned())))).contains("answered 500"));
    let twice = spoilt(|heard, _| heard[0].ids.extend(["3".to_owned()]));
    assert!(twice.contains("accepted for several stores"), "{twice}");
    // What nobody heard of is unclear, and not surplus.
    let unclear = spoilt(|heard, world| {
        never(heard);
        world.records.push(seen("3", "deleted"));
        world.counted = 3;
    });
    assert!(!unclear.contains("promised to nobody"), "{unclear}");
}

fn heard_of(answer: Answer) -> Heard {
    heard(Ask::Create, answer)
}

#[test]
fn people_and_receivers_who_are_told_wrong_are_found() {
    let check = |spoil: fn(&mut World), words: &str| {
        let found = spoilt(|_, world| spoil(world));
        assert!(found.contains(words), "{words:?} is not in {found:?}");
    };
    check(|w| w.talks[0].message = None, "told 0 times");
    check(|w| w.talks[0].message = Some("Creating **tea** ...".to_owned()), "told 0 times");
    check(|w| w.talks[0].others = vec!["**tea** is ready: again".to_owned()], "told 2 times");
    check(|w| w.talks[0].others = vec!["Creating".to_owned()], "more than one message");
    check(|w| w.talks[0].message = Some("**tea** is deleted.".to_owned()), "nobody deleted");
    check(|w| w.talks[1].message = Some("**coffee** is ready: x".to_owned()), "its person reads");
    check(|w| w.channel = vec!["**tea** is ready: x".to_owned()], "0 had to be told in the channel");
    check(|w| (w.talks[0].failed, w.channel) = (true, vec!["Creating **tea**".to_owned()]), "no end");
    check(|w| w.callbacks.clear(), "callback 1 of create has 0 ids instead of 1");
    check(|w| w.callbacks.entry(2).or_default().extend(called("b", "x")), "has 2 ids instead of 1");
    check(
        |w| w.callbacks.entry(1).or_default().extend(called("7-10-a", "store.failed")),
        "was last called store.failed",
    );
    assert_eq!(spoilt(|_, w| w.callbacks.entry(1).or_default().extend(called("7-0-b", "store.ready"))), "");
}
