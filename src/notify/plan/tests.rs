use super::*;
use crate::domain::actor::ActorId;
use crate::domain::command::CommandKind;
use crate::domain::engine::Engine;
use crate::domain::notice::Notice;
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
    Reply { id: "r".into(), command, to, room: None, notice: None }
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
    let desired = Desired::new(1, Want::Present, Task::Install);
    Record { id: StoreId::from_bits(7), spec, desired, observed, version: 1, trail: Default::default() }
}

fn later_step() -> Record {
    let mut record = store(Phase::Installing);
    record.observed.set_step(StepName::Release, StepState::Running, at(0));
    record
}

fn decide(record: &Record, told: &Told, ms: i64) -> Plan {
    plan(&reply(CommandKind::Create), REACH, record, told, &Sight::at(at(ms)))
}

fn sent(record: &Record, told: &mut Told, ms: i64) -> Message {
    match decide(record, told, ms) {
        Plan::Send(message) => message,
        other => panic!("{other:?}"),
    }
}

fn answered(record: &Record, told: &mut Told, ms: i64, answer: Answer) {
    let message = sent(record, told, ms);
    remember(told, &message, answer.into(), REACH, at(ms));
}

#[test]
fn a_story_is_over_when_its_wish_is_settled() {
    let mut gone = store(Phase::Deleted);
    gone.desired = Desired::new(2, Want::Absent, Task::Install);
    gone.observed.generation = 2;
    let going = Record { observed: Observed { generation: 1, ..store(Phase::Ready).observed }, ..gone.clone() };
    let stuck = Record { observed: Observed { phase: Phase::Failed, ..gone.observed.clone() }, ..gone.clone() };
    let again = Record { desired: Desired::new(2, Want::Present, Task::Install), ..store(Phase::Failed) };
    for (record, over) in [
        (store(Phase::Installing), false),
        (store(Phase::Ready), true),
        (store(Phase::Failed), true),
        (again, false),
        (going, false),
        (gone, true),
        (stuck, true),
    ] {
        assert_eq!(is_over(&record), over, "{record:?}");
    }
}

#[test]
fn one_edit_a_second_and_the_newest_wins() {
    let mut told = Told::default();
    answered(&store(Phase::Queued), &mut told, 0, Answer::Taken);
    assert_eq!(decide(&store(Phase::Queued), &told, 5_000), Plan::Nothing(None));
    assert_eq!(decide(&later_step(), &told, 300), Plan::Later(at(1_000)));
    let message = sent(&later_step(), &mut told, 1_000);
    assert!(!message.end, "{message:?}");
}

#[test]
fn the_end_is_said_at_once_and_closes() {
    let mut told = Told::default();
    answered(&later_step(), &mut told, 0, Answer::Taken);
    let message = sent(&store(Phase::Ready), &mut told, 1);
    assert!(message.end && message.text.contains("is ready: http://tea.x"), "{message:?}");
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
    assert_eq!(decide(&later_step(), &told, 896_000), Plan::Nothing(None));
    let mut told = Told::default();
    assert_eq!(sent(&store(Phase::Ready), &mut told, 896_000).via, Via::Channel);
    answered(&store(Phase::Ready), &mut told, 896_000, Answer::Refused);
    assert_eq!(sent(&store(Phase::Ready), &mut told, 896_000).via, Via::Direct);
    answered(&store(Phase::Ready), &mut told, 896_000, Answer::Refused);
    assert_eq!(decide(&store(Phase::Ready), &told, 896_000), Plan::GiveUp);
    let nowhere = Reach { has_channel: false, ..REACH };
    let first =
        plan(&reply(CommandKind::Create), nowhere, &store(Phase::Ready), &Told::default(), &Sight::at(at(900_000)));
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
    assert_eq!(decide(&later_step(), &told, 90_000), Plan::Nothing(None));
    assert_eq!(sent(&store(Phase::Ready), &mut told, 90_000).via, Via::Channel);
}

#[test]
fn words_that_change_by_themselves_are_looked_at_then() {
    let mut told = Told::default();
    let queued = store(Phase::Queued);
    let sight = |place, ms| Sight { place, ..Sight::at(at(ms)) };
    let decide = |told: &Told, place, ms| plan(&reply(CommandKind::Create), REACH, &queued, told, &sight(place, ms));
    let Plan::Send(first) = decide(&told, Some(1), 0) else { panic!("nothing is said") };
    remember(&mut told, &first, Answer::Taken.into(), REACH, at(0));
    assert_eq!(decide(&told, Some(1), 1), Plan::Nothing(Some(at(3_001))));
    assert_eq!(decide(&told, Some(2), 1), Plan::Later(at(1_000)));
    assert_eq!(decide(&told, Some(2), 896_000), Plan::Nothing(None), "nobody can be told of it any more");
}

#[test]
fn other_buttons_are_news() {
    let mut told = Told::default();
    let message = sent(&store(Phase::Ready), &mut told, 0);
    assert_eq!(message.components[0]["components"].as_array().unwrap().len(), 5);
    let bare = Message { components: serde_json::json!([]), ..message.clone() };
    assert_ne!(digest(&bare), digest(&message));
}

#[test]
fn whom_a_message_in_the_channel_is_for_is_said_without_a_bell() {
    let mut told = Told { via: Via::Channel, ..Told::default() };
    let message = sent(&store(Phase::Ready), &mut told, 0);
    assert!(message.text.ends_with("\n-# for <@3>") && message.components[0].is_object(), "{message:?}");
    told.via = Via::Direct;
    assert!(!sent(&store(Phase::Ready), &mut told, 0).text.contains("<@3>"));
}

#[test]
fn the_promise_that_was_made_last_tells_on_in_a_message() {
    let told = |message: &str| Told { message: Some(message.to_owned()), ..Told::default() };
    let newer = |id: &str| {
        let mut reply = Reply { id: id.to_owned(), ..reply(CommandKind::Retry) };
        let ReplyTo::Discord { token_expires_at, .. } = &mut reply.to else { panic!() };
        *token_expires_at = at(960_000);
        reply
    };
    let (old, new) = (reply(CommandKind::Create), newer("s"));
    let all = |a: Told, b: Told| [(old.clone(), a), (new.clone(), b)];
    for (its, newest, over) in
        [(told("7"), told("7"), true), (told("7"), told("8"), false), (told("7"), Told::default(), false)]
    {
        let all = all(its.clone(), newest.clone());
        assert_eq!(is_taken_over(&old, &its, &all), over);
        assert!(!is_taken_over(&new, &newest, &all));
    }
    assert!(!is_taken_over(&old, &Told::default(), &all(Told::default(), Told::default())));
}

#[test]
fn a_message_is_remembered_by_its_id() {
    let mut told = Told::default();
    let message = sent(&later_step(), &mut told, 0);
    let sent = Sent { answer: Answer::Taken, message: Some("7".to_owned()) };
    remember(&mut told, &message, sent, REACH, at(0));
    remember(&mut told, &message, Answer::Away.into(), REACH, at(2));
    assert_eq!(told.message.as_deref(), Some("7"));
}

#[test]
fn a_notice_goes_to_the_channel_and_is_over() {
    let mut record = store(Phase::Ready);
    record.spec.expires_at = Some(at(3_600_000));
    let reply = Reply { notice: Some(Notice::Expiring { ends_at: at(3_600_000) }), ..reply(CommandKind::Expire) };
    // Its event was now: an interaction would have ended long ago.
    let reach = Reach { token_expires_at: at(0), has_channel: true };
    let decide = |record: &Record, told: &Told, ms| plan(&reply, reach, record, told, &Sight::at(at(ms)));
    let mut told = Told::default();
    let Plan::Send(message) = decide(&record, &told, 5) else { panic!("nothing is said") };
    assert_eq!((message.via, message.end), (Via::Channel, true));
    assert!(message.text.contains("<t:1700003600:R>") && message.text.ends_with("<@3>"), "{message:?}");
    remember(&mut told, &message, Answer::Refused.into(), reach, at(5));
    let Plan::Send(message) = decide(&record, &told, 6) else { panic!("nothing is said") };
    assert_eq!(message.via, Via::Direct);
    remember(&mut told, &message, Answer::Taken.into(), reach, at(6));
    assert_eq!(decide(&record, &told, 7), Plan::Close);
    // While a store is under way, too: it is not its story.
    record.observed.phase = Phase::Updating;
    assert!(matches!(decide(&record, &Told::default(), 7), Plan::Send(_)));
    record.desired.extended_to = Some(at(9_600_000));
    assert_eq!(decide(&record, &Told::default(), 7), Plan::Close, "it has got more time");
}

#[test]
fn a_notice_is_tried_for_hours() {
    let mut record = store(Phase::Ready);
    record.spec.expires_at = Some(at(90_000_000));
    let reply = Reply { notice: Some(Notice::Expiring { ends_at: at(90_000_000) }), ..reply(CommandKind::Expire) };
    let reach = Reach { token_expires_at: at(0), has_channel: true };
    let told = Told { failures: 9, ..Told::default() };
    let decide = |hours: i64| plan(&reply, reach, &record, &told, &Sight::at(at(hours * 3_600_000)));
    assert!(matches!(decide(5), Plan::Send(_)));
    assert_eq!(decide(7), Plan::GiveUp);
}
