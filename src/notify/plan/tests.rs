use super::*;
use crate::domain::actor::ActorId;
use crate::domain::engine::Engine;
use crate::domain::plan as size;
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Observed, Spec, StepName, StepState, Task};
use crate::domain::reply::ReplyTo;
use crate::domain::store::{StoreId, StoreName};

const REACH: Reach = Reach { token_expires_at: Timestamp::constant(1_700_000_900, 0), has_channel: true };

/// Milliseconds after the interaction.
fn at(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
}

fn reply(command: CommandKind) -> Reply {
    let to = ReplyTo::Discord {
        application_id: "1".into(),
        token: "t".to_owned().into(),
        channel_id: Some("2".into()),
        user_id: "3".into(),
        token_expires_at: REACH.token_expires_at,
        lang: crate::domain::lang::Lang::En,
    };
    Reply { id: "r".into(), command, to, room: None }
}

fn store(phase: Phase) -> Record {
    let spec = Spec {
        name: StoreName::parse("tea").unwrap(),
        engine: Engine::Medusa,
        plan: size::Plan::Small,
        title: "Tea".into(),
        currency: None,
        country: None,
        owner: ActorId::new("discord:3"),
        cell: "main".into(),
        host: "tea.x".into(),
        url: "http://tea.x".into(),
        created_at: at(0),
        expires_at: None,
        org: None,
        size: Size::default(),
    };
    let observed = Observed { phase, ..Observed::fresh(1) };
    let desired = Desired { generation: 1, want: Want::Present, task: Task::Install, not_before: None };
    Record { id: StoreId::from_bits(7), spec, desired, observed, version: 1 }
}

fn later_step() -> Record {
    let mut record = store(Phase::Installing);
    record.observed.set_step(StepName::Release, StepState::Running, at(0));
    record
}

fn decide(record: &Record, told: &Told, ms: i64) -> Plan {
    plan(&reply(CommandKind::Create), REACH, record, told, at(ms))
}

fn sent(record: &Record, told: &mut Told, ms: i64) -> Message {
    match decide(record, told, ms) {
        Plan::Send(message) => message,
        other => panic!("{other:?}"),
    }
}

fn answered(record: &Record, told: &mut Told, ms: i64, answer: Answer) {
    let message = sent(record, told, ms);
    remember(told, &message, answer, REACH, at(ms));
}

#[test]
fn a_story_is_over_when_its_wish_is_settled() {
    let mut gone = store(Phase::Deleted);
    gone.desired = Desired { generation: 2, want: Want::Absent, task: Task::Install, not_before: None };
    gone.observed.generation = 2;
    let going = Record { observed: Observed { generation: 1, ..store(Phase::Ready).observed }, ..gone.clone() };
    let stuck = Record { observed: Observed { phase: Phase::Failed, ..gone.observed.clone() }, ..gone.clone() };
    let again = Record {
        desired: Desired { generation: 2, want: Want::Present, task: Task::Install, not_before: None },
        ..store(Phase::Failed)
    };
    for (command, record, over) in [
        (CommandKind::Create, store(Phase::Installing), false),
        (CommandKind::Create, store(Phase::Ready), true),
        (CommandKind::Create, store(Phase::Failed), true),
        (CommandKind::Create, again, false),
        (CommandKind::Create, going.clone(), false),
        (CommandKind::Create, gone.clone(), true),
        (CommandKind::Delete, going, false),
        (CommandKind::Delete, gone, true),
        (CommandKind::Delete, stuck, true),
    ] {
        assert_eq!(is_over(command, &record), over, "{command:?} {record:?}");
    }
}

#[test]
fn one_edit_a_second_and_the_newest_wins() {
    let mut told = Told::default();
    answered(&store(Phase::Queued), &mut told, 0, Answer::Taken);
    assert_eq!(decide(&store(Phase::Queued), &told, 5_000), Plan::Nothing);
    assert_eq!(decide(&later_step(), &told, 300), Plan::Later(at(1_000)));
    let message = sent(&later_step(), &mut told, 1_000);
    assert!(!message.end, "{message:?}");
}

#[test]
fn the_end_is_said_at_once_and_closes() {
    let mut told = Told::default();
    answered(&later_step(), &mut told, 0, Answer::Taken);
    let message = sent(&store(Phase::Ready), &mut told, 1);
    assert!(message.end && message.text.ends_with("is ready: http://tea.x"), "{message:?}");
    answered(&store(Phase::Ready), &mut told, 1, Answer::Taken);
    assert_eq!(decide(&store(Phase::Ready), &told, 1), Plan::Close);
}

#[test]
fn an_answer_is_heeded() {
    for (answer, pauses) in [
        (Answer::Wait(SignedDuration::from_secs(7)), [7_000, 7_000]),
        (Answer::Wait(SignedDuration::from_hours(7)), [300_000, 300_000]),
        (Answer::Wait(SignedDuration::ZERO), [500, 500]),
        (Answer::Away, [500, 1_000]),
        (Answer::Unknown, [500, 500]),
    ] {
        let (mut told, mut now) = (Told::default(), 0);
        for pause in pauses {
            answered(&store(Phase::Ready), &mut told, now, answer);
            assert_eq!(decide(&store(Phase::Ready), &told, now), Plan::Later(at(now + pause)), "{answer:?}");
            now += pause;
        }
        assert_eq!(sent(&store(Phase::Ready), &mut told, now).via, Via::Original);
    }
}

#[test]
fn pauses_grow_to_a_bound() {
    let pauses: Vec<i128> = [1, 2, 3, 6, 7, 100].map(|n| backoff(n).as_millis()).to_vec();
    assert_eq!(pauses, [500, 1_000, 2_000, 16_000, 30_000, 30_000]);
}

#[test]
fn after_the_token_only_the_end_is_told_elsewhere() {
    let told = Told::default();
    assert_eq!(decide(&later_step(), &told, 896_000), Plan::Nothing);
    let mut told = Told::default();
    assert_eq!(sent(&store(Phase::Ready), &mut told, 896_000).via, Via::Channel);
    answered(&store(Phase::Ready), &mut told, 896_000, Answer::Refused);
    assert_eq!(sent(&store(Phase::Ready), &mut told, 896_000).via, Via::Direct);
    answered(&store(Phase::Ready), &mut told, 896_000, Answer::Refused);
    assert_eq!(decide(&store(Phase::Ready), &told, 896_000), Plan::GiveUp);
    let nowhere = Reach { has_channel: false, ..REACH };
    let first = plan(&reply(CommandKind::Create), nowhere, &store(Phase::Ready), &Told::default(), at(900_000));
    assert!(matches!(first, Plan::Send(Message { via: Via::Direct, .. })), "{first:?}");
    let mut told = Told::default();
    let much_later = 900_000 + 3_600_001;
    answered(&store(Phase::Ready), &mut told, much_later, Answer::Away);
    assert_eq!(decide(&store(Phase::Ready), &told, much_later), Plan::GiveUp);
}

#[test]
fn a_message_that_is_gone_stays_gone() {
    let mut told = Told::default();
    answered(&later_step(), &mut told, 60_000, Answer::Unknown);
    assert_eq!(decide(&later_step(), &told, 90_000), Plan::Nothing);
    assert_eq!(sent(&store(Phase::Ready), &mut told, 90_000).via, Via::Channel);
}
