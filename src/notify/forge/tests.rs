use super::*;
use crate::domain::actor::ActorId;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::forge::ForgeKind;
use crate::domain::plan as size;
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Observed, Spec, Task};
use crate::domain::store::StoreName;

/// Seconds after the beginning.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn promise(id: &str, commit: &str, asked: i64) -> (Reply, Told) {
    let to = ReplyTo::Forge {
        source: "github".into(),
        thread: Thread { forge: ForgeKind::Github, repository: "octo/shop".into(), number: 1 },
        commit: commit.into(),
        branch: "change".into(),
        asked_at: at(asked),
    };
    (Reply { id: id.into(), command: CommandKind::Create, to, room: None, notice: None }, Told::default())
}

fn store(want: Want, phase: Phase) -> Record {
    let spec = Spec {
        name: StoreName::parse("pr-1-shop").unwrap(),
        engine: Engine::Medusa,
        plan: size::Plan::Small,
        title: "octo/shop#1".into(),
        currency: None,
        country: None,
        owner: ActorId::new("webhook:github"),
        cell: "main".into(),
        host: "pr-1-shop.x".into(),
        url: "http://pr-1-shop.x".into(),
        created_at: at(0),
        expires_at: Some(at(86_400)),
        org: None,
        size: Size::default(),
    };
    let observed = Observed { phase, ..Observed::fresh(1) };
    Record {
        id: StoreId::from_bits(7),
        spec,
        desired: Desired::new(1, want, Task::Install),
        observed,
        version: 1,
        trail: Default::default(),
    }
}

fn said(record: &Record, end: bool) -> Message {
    let all = [promise("a", "abc", 0)];
    message(&all[0].0, record, end, &all).unwrap()
}

fn taken(told: &mut Told, message: &Message, seconds: i64) {
    remember(told, message, Sent { comment: Some("5".to_owned()), trouble: None }, at(seconds));
}

#[test]
fn a_commit_is_told_what_its_store_is() {
    let state = |want, phase| said(&store(want, phase), false).state;
    assert_eq!(state(Want::Present, Phase::Installing), Some(State::Pending));
    assert_eq!(state(Want::Present, Phase::Ready), Some(State::Success));
    assert_eq!(state(Want::Present, Phase::Failed), Some(State::Failure));
    assert_eq!(state(Want::Absent, Phase::Deleting), None);
    assert_eq!(state(Want::Absent, Phase::Deleted), Some(State::Gone { after_success: false }));
    assert_eq!(said(&store(Want::Present, Phase::Ready), true).url.as_deref(), Some("http://pr-1-shop.x"));
    assert_eq!(said(&store(Want::Present, Phase::Failed), true).url, None);
}

#[test]
fn what_was_said_is_not_said_again_and_the_end_does_not_wait() {
    let (begun, ready) =
        (said(&store(Want::Present, Phase::Queued), false), said(&store(Want::Present, Phase::Ready), true));
    let mut told = Told::default();
    assert_eq!(plan(begun.clone(), &told, at(0)), Plan::Send(begun.clone()));
    taken(&mut told, &begun, 0);
    assert_eq!(plan(begun, &told, at(1)), Plan::Nothing);
    let next = said(&store(Want::Present, Phase::Installing), false);
    assert_eq!(plan(next, &told, at(1)), Plan::Later(at(20)));
    assert_eq!(plan(ready.clone(), &told, at(1)), Plan::Send(ready.clone()));
    taken(&mut told, &ready, 1);
    assert_eq!((told.message.as_deref(), plan(ready, &told, at(2))), (Some("5"), Plan::Close));
}

#[test]
fn trouble_is_waited_for_and_a_refusal_is_not() {
    let ready = said(&store(Want::Present, Phase::Ready), true);
    let mut told = Told { message: Some("5".to_owned()), ..Told::default() };
    let mut with = |trouble, now| {
        remember(&mut told, &ready, Sent { comment: None, trouble: Some(trouble) }, at(now));
        plan(ready.clone(), &told, at(now))
    };
    assert_eq!(with(Trouble::Away, 0), Plan::Later(at(1)));
    assert_eq!(with(Trouble::Away, 1), Plan::Later(at(3)));
    assert_eq!(with(Trouble::Wait(SignedDuration::from_secs(90)), 3), Plan::Later(at(93)));
    assert_eq!(with(Trouble::Refused(404), 93), Plan::Close);
    assert_eq!(told.message.as_deref(), Some("5"));
    let tired = Told { failures: ATTEMPTS, ..Told::default() };
    assert_eq!(plan(ready, &tired, at(0)), Plan::GiveUp);
}

#[test]
fn the_youngest_promise_has_the_comment_and_each_commit_its_own_status() {
    let all = [promise("a", "abc", 0), promise("b", "abc", 1), promise("c", "def", 2)];
    assert_eq!(all.each_ref().map(|(reply, _)| is_taken_over(reply, &all)), [true, false, false]);
    let record = store(Want::Present, Phase::Ready);
    let comments = all.each_ref().map(|(reply, _)| message(reply, &record, true, &all).unwrap().comment);
    assert!(comments[1].is_empty() && comments[2].contains("`def`"), "{comments:?}");
}

#[test]
fn the_comment_in_words() {
    let mut ready = store(Want::Present, Phase::Ready);
    ready.observed.simulated = true;
    insta::assert_snapshot!(said(&ready, true).comment);
    insta::assert_snapshot!(said(&store(Want::Present, Phase::Queued), false).comment);
    insta::assert_snapshot!(said(&store(Want::Absent, Phase::Deleted), true).comment);
}
