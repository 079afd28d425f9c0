use std::time::Duration;

use jiff::Timestamp;

use super::change::Decision;
use super::{delete, retry, upgrade, verify};
use crate::domain::actor::ActorId;
use crate::domain::engine::Engine;
use crate::domain::outcome::Obstacle;
use crate::domain::plan::Plan;
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Observed, Phase, Reason, Record, Spec, Task, Trouble, Want};
use crate::domain::store::{StoreId, StoreName};

/// A store at rest.
pub(super) fn store(phase: Phase) -> Record {
    let spec = Spec {
        name: StoreName::parse("tea").unwrap(),
        engine: Engine::Medusa,
        plan: Plan::Small,
        title: "Tea".to_owned(),
        currency: None,
        country: None,
        owner: ActorId::new("api:ana"),
        cell: "main".to_owned(),
        host: "tea.x".to_owned(),
        url: "http://tea.x".to_owned(),
        created_at: Timestamp::UNIX_EPOCH,
        expires_at: None,
        org: None,
        size: Size::default(),
    };
    let ready_at = (phase == Phase::Ready).then_some(Timestamp::UNIX_EPOCH);
    let observed = Observed { phase, ready_at, ..Observed::fresh(3) };
    let desired = Desired::new(3, Want::Present, Task::Install);
    Record { id: StoreId::from_bits(7), spec, desired, observed, version: 9, trail: Default::default() }
}

/// The same with a wish that no worker has fulfilled.
fn wanting(mut record: Record, task: Task) -> Record {
    record.desired = Desired::new(4, Want::Present, task);
    record
}

fn failed(reason: &str) -> Record {
    let mut record = store(Phase::Failed);
    record.observed.trouble = Some(Trouble { reason: reason.to_owned(), message: "…".to_owned(), detail: None });
    record
}

fn going(phase: Phase) -> Record {
    let mut record = store(phase);
    record.desired.want = Want::Absent;
    record
}

type Decide = fn(&Record) -> Result<Decision, Obstacle>;

const MINUTE: Duration = Duration::from_secs(60);

fn at_once(seen: &Record) -> Result<Decision, Obstacle> {
    delete::decide(seen, Duration::ZERO)
}

fn in_a_minute(seen: &Record) -> Result<Decision, Obstacle> {
    delete::decide(seen, MINUTE)
}

/// To be deleted, and nobody has begun.
fn to_go(mut record: Record) -> Record {
    let not_before = Some(Timestamp::UNIX_EPOCH);
    record.desired = Desired { not_before, ..Desired::new(4, Want::Absent, Task::Install) };
    record
}

#[test]
fn what_each_command_makes_of_each_store() {
    let wanted = |task| Ok(Decision::Wanted(Want::Present, task));
    let table: [(&str, Decide, Record, Result<Decision, Obstacle>); 41] = [
        ("verify", verify::decide, store(Phase::Ready), wanted(Task::Verify)),
        ("verify", verify::decide, failed(Reason::VerifyFailed.as_str()), wanted(Task::Verify)),
        ("verify", verify::decide, failed(Reason::NoProof.as_str()), wanted(Task::Verify)),
        ("verify", verify::decide, failed("setup-failed"), Err(Obstacle::Failed)),
        ("verify", verify::decide, wanting(store(Phase::Ready), Task::Verify), Ok(Decision::AsItIs)),
        ("verify", verify::decide, wanting(store(Phase::Ready), Task::Install), Err(Obstacle::Busy)),
        ("verify", verify::decide, wanting(store(Phase::Installing), Task::Install), Err(Obstacle::NotThereYet)),
        ("verify", verify::decide, going(Phase::Deleting), Err(Obstacle::Going)),
        ("verify", verify::decide, going(Phase::Failed), Err(Obstacle::Going)),
        ("verify", verify::decide, going(Phase::Deleted), Err(Obstacle::Gone)),
        ("upgrade", upgrade::decide, store(Phase::Ready), wanted(Task::Install)),
        ("upgrade", upgrade::decide, failed("setup-failed"), wanted(Task::Reinstall)),
        ("upgrade", upgrade::decide, failed(Reason::VerifyFailed.as_str()), wanted(Task::Reinstall)),
        ("upgrade", upgrade::decide, wanting(store(Phase::Ready), Task::Install), Ok(Decision::AsItIs)),
        ("upgrade", upgrade::decide, wanting(store(Phase::Ready), Task::Verify), Err(Obstacle::Busy)),
        ("upgrade", upgrade::decide, wanting(store(Phase::Queued), Task::Install), Err(Obstacle::NotThereYet)),
        ("upgrade", upgrade::decide, going(Phase::Deleted), Err(Obstacle::Gone)),
        ("retry", retry::decide, failed(Reason::VerifyFailed.as_str()), wanted(Task::Verify)),
        ("retry", retry::decide, failed("setup-failed"), wanted(Task::Reinstall)),
        ("retry", retry::decide, failed("removed-in-cluster"), wanted(Task::Reinstall)),
        ("retry", retry::decide, store(Phase::Failed), wanted(Task::Reinstall)),
        ("retry", retry::decide, going(Phase::Failed), Ok(Decision::Wanted(Want::Absent, Task::Install))),
        ("retry", retry::decide, wanting(failed("setup-failed"), Task::Reinstall), Ok(Decision::AsItIs)),
        ("retry", retry::decide, wanting(store(Phase::Installing), Task::Install), Err(Obstacle::NotThereYet)),
        ("retry", retry::decide, wanting(store(Phase::Ready), Task::Install), Err(Obstacle::Busy)),
        ("retry", retry::decide, store(Phase::Ready), Err(Obstacle::NotFailed)),
        ("retry", retry::decide, going(Phase::Deleting), Err(Obstacle::Going)),
        ("retry", retry::decide, going(Phase::Deleted), Err(Obstacle::Gone)),
        ("delete", at_once, store(Phase::Ready), Ok(Decision::Wanted(Want::Absent, Task::Install))),
        ("delete", at_once, going(Phase::Deleting), Ok(Decision::AsItIs)),
        ("delete", at_once, going(Phase::Deleted), Ok(Decision::AsItIs)),
        ("delete", at_once, to_go(store(Phase::Ready)), Ok(Decision::Wanted(Want::Absent, Task::Install))),
        ("delete later", in_a_minute, store(Phase::Ready), Ok(Decision::Going(MINUTE))),
        ("delete later", in_a_minute, store(Phase::Installing), Ok(Decision::Going(MINUTE))),
        ("delete later", in_a_minute, to_go(store(Phase::Ready)), Ok(Decision::AsItIs)),
        // What has begun cannot be taken back.
        ("delete later", in_a_minute, going(Phase::Failed), Ok(Decision::Wanted(Want::Absent, Task::Install))),
        ("undo", delete::undo, to_go(store(Phase::Ready)), Ok(Decision::Back)),
        ("undo", delete::undo, to_go(store(Phase::Failed)), Ok(Decision::Back)),
        ("undo", delete::undo, going(Phase::Deleting), Err(Obstacle::Going)),
        ("undo", delete::undo, going(Phase::Deleted), Err(Obstacle::Gone)),
        ("undo", delete::undo, store(Phase::Ready), Err(Obstacle::NothingToUndo)),
    ];
    for (command, decide, record, decision) in table {
        assert_eq!(decide(&record), decision, "{command} {record:?}");
    }
}
