//! What happened and who did it.

use storebot::domain::actor::{Actor, ActorId, Door, Role};
use storebot::domain::audit::{Asker, Origin};
use storebot::domain::command::CommandKind;
use storebot::domain::event::EventKind;
use storebot::domain::record::{Phase, Reason, Trouble};
use storebot::ledger::{AuditSpan, AuditState, Ending, Redriven, Report};

use super::{LEASE, claim, create, delete, ledger, ledger_with_prefix, raw, record, seen};

#[tokio::test]
async fn a_store_has_its_own_log_that_can_be_read_on_from_anywhere() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    create(&ledger, &record("other", 2)).await;
    let taken = ledger.take(1, LEASE).await.unwrap();
    let storebot::ledger::Claimed::Mine(claim) = ledger.claim(&taken[0], "w1", LEASE).await.unwrap() else { panic!() };
    let trouble = Trouble::new(Reason::ImageNotFound, "No image").with_detail("pull failed");
    let observed = storebot::domain::record::Observed { trouble: Some(trouble), ..seen(1, Phase::Failed) };
    ledger.report(&claim, Report { observed: &observed, kind: EventKind::Failed }).await.unwrap().unwrap();
    let events = ledger.events_of(&store.id, None, 10).await.unwrap();
    assert_eq!(
        events.iter().map(|e| (e.kind, e.version)).collect::<Vec<_>>(),
        [(EventKind::Accepted, 1), (EventKind::Failed, 2)]
    );
    let (asked, failed) = (&events[0].note, &events[1].note);
    assert_eq!((asked.command, asked.phase), (Some(CommandKind::Create), Some(Phase::Queued)));
    assert_eq!(asked.actor.as_ref(), Some(&store.spec.owner));
    assert_eq!((failed.phase, failed.reason.as_deref()), (Some(Phase::Failed), Some("image-not-found")));
    assert_eq!(failed.detail.as_deref(), Some("pull failed"));
    let behind = ledger.events_of(&store.id, Some(&events[0].id), 10).await.unwrap();
    assert_eq!(behind, events[1..]);
    assert!(ledger.events_of(&store.id, Some(&events[1].id), 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_log_keeps_the_newest_and_no_more_than_it_may() {
    let ledger = ledger();
    create(&ledger, &record("tea", 1)).await;
    let claim = claim(&ledger, "w1", LEASE).await;
    let observed = seen(1, Phase::Installing);
    for _ in 0..30 {
        ledger.report(&claim, Report { observed: &observed, kind: EventKind::Progress }).await.unwrap().unwrap();
    }
    let events = ledger.events_of(&claim.record.id, None, 100).await.unwrap();
    assert_eq!((events.len(), events.last().map(|e| e.version)), (20, Some(31)));
}

#[tokio::test]
async fn a_feed_hears_what_comes_and_not_what_was() {
    let ledger = ledger();
    create(&ledger, &record("old", 1)).await;
    let mut feed = ledger.feed();
    assert!(feed.next().await.unwrap().is_empty());
    create(&ledger, &record("new", 2)).await;
    let heard = feed.next().await.unwrap();
    assert_eq!(heard.iter().map(|e| e.store.clone()).collect::<Vec<_>>(), [record("new", 2).id]);
}

#[tokio::test]
async fn the_audit_shows_what_was_done_to_it() {
    let (ledger, prefix) = ledger_with_prefix();
    for (name, bits) in [("a", 1), ("b", 2), ("c", 3)] {
        create(&ledger, &record(name, bits)).await;
    }
    delete(&ledger, &record("a", 1).id).await.unwrap();
    assert_eq!(ledger.check_audit().await.unwrap(), AuditState::Whole { entries: 4 });
    let entries = ledger.audit(&AuditSpan::default(), 10).await.unwrap().items;
    assert_eq!(
        entries.iter().map(|(_, e)| (e.command, e.name.as_str().to_owned())).collect::<Vec<_>>(),
        [
            (CommandKind::Delete, "a".to_owned()),
            (CommandKind::Create, "c".to_owned()),
            (CommandKind::Create, "b".to_owned()),
            (CommandKind::Create, "a".to_owned())
        ]
    );
    let mut raw = raw().await;
    let key = format!("{{{prefix}}}:audit");
    // An entry in the middle goes: the one behind it does not follow any more.
    redis::cmd("XDEL").arg(&key).arg(&entries[1].0).query_async::<()>(&mut raw).await.unwrap();
    assert_eq!(ledger.check_audit().await.unwrap(), AuditState::Broken { at: entries[0].0.clone() });
    // The newest ones go.
    redis::cmd("XDEL").arg(&key).arg(&entries[0].0).query_async::<()>(&mut raw).await.unwrap();
    assert_eq!(ledger.check_audit().await.unwrap(), AuditState::Broken { at: "the end".to_owned() });
}

#[tokio::test]
async fn a_dead_letter_is_listed_and_redriven_once() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    let first = claim(&ledger, "w1", LEASE).await;
    ledger.finish(&first, 1, &Ending::Dead { reason: "broken".to_owned() }).await.unwrap().unwrap();
    let letters = ledger.dead_letters(None, 10).await.unwrap();
    assert_eq!(
        (letters.len(), letters[0].store.as_str(), letters[0].reason.as_str()),
        (1, store.id.as_str(), "broken")
    );
    assert!(ledger.dead_letters(Some(&letters[0].id), 10).await.unwrap().is_empty());
    let root = Actor { id: ActorId::new("api:root"), role: Role::Admin, org: None };
    let origin = Origin::default();
    let asker = Asker { actor: &root, door: Door::Api, origin: &origin, at: store.spec.created_at };
    assert_eq!(ledger.redrive(&letters[0], asker).await.unwrap(), Redriven::InLine);
    assert_eq!(ledger.redrive(&letters[0], asker).await.unwrap(), Redriven::Gone);
    let noted = ledger.audit(&AuditSpan::default(), 1).await.unwrap().items.remove(0).1;
    assert_eq!((noted.command, noted.actor, noted.store), (CommandKind::Redrive, root.id, Some(store.id)));
    claim(&ledger, "w2", LEASE).await;
    assert_eq!(ledger.depth().await.unwrap().dead, 0);
}

#[tokio::test]
async fn a_later_end_answers_a_dead_letter() {
    let ledger = ledger();
    let store = record("tea", 1);
    create(&ledger, &store).await;
    let first = claim(&ledger, "w1", LEASE).await;
    ledger.finish(&first, 1, &Ending::Dead { reason: "broken".to_owned() }).await.unwrap().unwrap();
    delete(&ledger, &store.id).await.unwrap();
    let second = claim(&ledger, "w1", LEASE).await;
    ledger.finish(&second, 2, &Ending::Gone).await.unwrap().unwrap();
    assert!(ledger.dead_letters(None, 10).await.unwrap().is_empty());
}
