use insta::assert_snapshot;

use jiff::Timestamp;

use super::*;
use crate::domain::actor::{ActorId, OrgId};
use crate::domain::engine::Engine;
use crate::domain::login::Login;
use crate::domain::outcome::QuotaUse;
use crate::domain::plan::Plan;
use crate::domain::quota::Share;
use crate::domain::quota::Size;
use crate::domain::record::{Desired, Proof, Reason, Spec, Task, Trouble};
use crate::domain::store::{StoreId, StoreName};
use crate::text::answers::{help, list, login, quota, room, status};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + seconds).unwrap()
}

fn teashop() -> Record {
    let spec = Spec {
        name: StoreName::parse("teashop").unwrap(),
        engine: Engine::Woocommerce,
        plan: Plan::Small,
        title: "teashop".to_owned(),
        currency: None,
        country: None,
        owner: ActorId::new("discord:1"),
        cell: "main".to_owned(),
        host: "teashop.stores.localhost".to_owned(),
        url: "http://teashop.stores.localhost".to_owned(),
        created_at: at(0),
        expires_at: None,
        org: None,
        size: Size::default(),
    };
    let desired = Desired { generation: 1, want: Want::Present, task: Task::Install, not_before: None };
    Record { id: StoreId::from_bits(7), spec, desired, observed: Observed::fresh(1), version: 1 }
}

/// The first steps done, two seconds each, and the next one running.
fn during(phase: Phase, running: StepName) -> Record {
    let mut record = teashop();
    record.observed.phase = phase;
    let mut clock = 1;
    for name in StepName::ALL.into_iter().take_while(|n| *n != running) {
        record.observed.set_step(name, StepState::Running, at(clock));
        clock += 2;
        record.observed.set_step(name, StepState::Done, at(clock));
    }
    record.observed.set_step(running, StepState::Running, at(clock));
    record
}

fn ready() -> Record {
    let mut record = during(Phase::Ready, StepName::Verify);
    record.observed.set_step(StepName::Verify, StepState::Done, at(21));
    record.observed.ready_at = Some(at(21));
    record.observed.proof =
        Some(Proof { order: "37".into(), total: "23.00 EUR".into(), placed_at: at(20), seconds: None });
    record
}

fn simulated() -> Record {
    let mut record = ready();
    record.observed.simulated = true;
    record.observed.proof = None;
    record
}

fn troubled(mut record: Record, message: &str) -> Record {
    record.observed.trouble = Some(Trouble { reason: "x".into(), message: message.into(), detail: None });
    record
}

fn failed() -> Record {
    let mut record = during(Phase::Failed, StepName::Workloads);
    record.observed.set_step(StepName::Workloads, StepState::Failed, at(12));
    troubled(record, "the image shop:*latest* was not found\n# last log line")
}

fn unwanted(mut record: Record, generation: u64, phase: Phase) -> Record {
    record.desired = Desired { generation: 2, want: Want::Absent, task: Task::Install, not_before: None };
    (record.observed.generation, record.observed.phase) = (generation, phase);
    record
}

#[test]
fn a_headline_says_it_in_one_line() {
    let queued = Record {
        desired: Desired { generation: 2, want: Want::Present, task: Task::Install, not_before: None },
        ..teashop()
    };
    let told = [
        headline(&queued),
        headline(&during(Phase::Verifying, StepName::Setup)),
        headline(&troubled(during(Phase::Installing, StepName::Workloads), "no room\non the cluster")),
        headline(&simulated()),
        headline(&ready()),
        headline(&failed()),
        headline(&unwanted(ready(), 1, Phase::Ready)),
        headline(&unwanted(ready(), 2, Phase::Deleted)),
        headline(&troubled(unwanted(ready(), 2, Phase::Failed), "a volume is stuck")),
    ];
    assert_snapshot!(told.join("\n"), @r"
    Creating teashop (WooCommerce, small): waiting for a worker
    Creating teashop (WooCommerce, small): setting up the shop
    Creating teashop (WooCommerce, small): starting database and app (no room on the cluster)
    teashop is ready: http://teashop.stores.localhost (simulated nodes, no test order)
    teashop is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
    teashop failed: the image shop:*latest* was not found # last log line
    teashop is being deleted
    teashop is deleted
    teashop could not be deleted: a volume is stuck
    ");
}

#[test]
fn a_creation_begins_with_one_line() {
    assert_snapshot!(message(CommandKind::Create, &teashop()), @"Creating **teashop** (WooCommerce, small) ...");
}

#[test]
fn a_creation_grows_by_a_line_per_step() {
    let record = troubled(during(Phase::Installing, StepName::Workloads), "no room on the cluster");
    assert_snapshot!(message(CommandKind::Create, &record), @r"
    Creating **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ⏳ database and app ...
    Waiting: no room on the cluster
    ");
}

#[test]
fn a_creation_ends_with_its_proof() {
    assert_snapshot!(message(CommandKind::Create, &ready()), @r"
    Creating **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ✅ database and app (2.0 s)
    ✅ products and payment (2.0 s)
    ✅ test order (12 s)
    **teashop** is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
    ");
}

#[test]
fn simulated_nodes_have_no_proof() {
    assert_snapshot!(message(CommandKind::Create, &simulated()), @r"
    Creating **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ✅ database and app (2.0 s)
    **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
    ");
    let mut unproven = ready();
    unproven.observed.proof = None;
    let text = message(CommandKind::Create, &unproven);
    assert!(!text.contains("test order"), "{text}");
}

#[test]
fn a_failure_tells_why_and_what_to_do() {
    assert_snapshot!(message(CommandKind::Create, &failed()), @r"
    Creating **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ❌ database and app (7.0 s)
    **teashop** failed: the image shop:\*latest\* was not found
    \# last log line
    What there is stays. `/store retry name:teashop` goes on from where it stopped; `/store delete name:teashop` removes it.
    ");
}

#[test]
fn a_deletion_is_told_to_its_end() {
    let told = [
        message(CommandKind::Delete, &unwanted(ready(), 1, Phase::Ready)),
        message(CommandKind::Delete, &unwanted(ready(), 2, Phase::Deleted)),
        message(CommandKind::Delete, &troubled(unwanted(ready(), 2, Phase::Failed), "a volume is stuck")),
        message(CommandKind::Create, &unwanted(ready(), 1, Phase::Ready)),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Deleting **teashop** ...
    --
    **teashop** is deleted.
    --
    **teashop** could not be deleted: a volume is stuck
    Nothing else was touched. `/store retry name:teashop` tries again.
    --
    Creating **teashop** (WooCommerce, small) ...
    **teashop** is being deleted.
    ");
}

/// The second wish of a shop that was ready.
fn again(task: Task, phase: Phase) -> Record {
    let mut record = ready();
    record.desired = Desired { generation: 2, want: Want::Present, task, not_before: None };
    (record.observed.generation, record.observed.phase) = (2, phase);
    record
}

#[test]
fn a_verification_is_short() {
    let mut waiting = again(Task::Verify, Phase::Verifying);
    waiting.observed.proof = None;
    waiting.observed.set_step(StepName::Verify, StepState::Running, at(30));
    let failed = Trouble::new(Reason::VerifyFailed, "The test order failed: no *stock*");
    let failed = Observed { trouble: Some(failed), proof: None, ..again(Task::Verify, Phase::Failed).observed };
    let failed = Record { observed: failed, ..again(Task::Verify, Phase::Failed) };
    let mut simulated = again(Task::Verify, Phase::Ready);
    (simulated.observed.simulated, simulated.observed.proof) = (true, None);
    let told = [
        message(CommandKind::Verify, &waiting),
        message(CommandKind::Verify, &again(Task::Verify, Phase::Ready)),
        message(CommandKind::Verify, &simulated),
        message(CommandKind::Verify, &failed),
        message(CommandKind::Verify, &unwanted(ready(), 1, Phase::Ready)),
        headline(&waiting),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Placing a test order in **teashop** ...
    --
    **teashop** sells: http://teashop.stores.localhost, test order #37, 23.00 EUR
    --
    **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
    --
    **teashop** failed: The test order failed: no \*stock\*. If it fails again, ask an administrator to look at the log of its verify Job.
    Nothing was removed. `/store retry name:teashop` places the test order again.
    --
    Placing a test order in **teashop** ...
    **teashop** is being deleted.
    --
    Verifying teashop (WooCommerce, small): placing a test order
    ");
}

#[test]
fn a_retry_is_told_to_its_end() {
    let mut under_way = Record { observed: during(Phase::Installing, StepName::Setup).observed, ..failed() };
    under_way.desired = Desired { generation: 2, want: Want::Present, task: Task::Reinstall, not_before: None };
    let accepted = Record { desired: under_way.desired, ..failed() };
    under_way.observed.generation = 2;
    let mut done = Record { observed: ready().observed, ..under_way.clone() };
    done.observed.generation = 2;
    let told = [
        message(CommandKind::Retry, &accepted),
        message(CommandKind::Retry, &under_way),
        message(CommandKind::Retry, &done),
        message(CommandKind::Retry, &again(Task::Verify, Phase::Ready)),
        message(CommandKind::Retry, &unwanted(ready(), 2, Phase::Deleted)),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Going on with **teashop** (WooCommerce, small) ...
    --
    Going on with **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ✅ database and app (2.0 s)
    ⏳ products and payment ...
    --
    Going on with **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ✅ database and app (2.0 s)
    ✅ products and payment (2.0 s)
    ✅ test order (12 s)
    **teashop** is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
    --
    **teashop** sells: http://teashop.stores.localhost, test order #37, 23.00 EUR
    --
    **teashop** is deleted.
    ");
}

#[test]
fn an_upgrade_is_told_to_its_end() {
    let mut untouched = again(Task::Install, Phase::Updating);
    untouched.observed.untouched = true;
    let mut nothing = again(Task::Install, Phase::Ready);
    nothing.observed.untouched = true;
    let mut under_way = Record {
        observed: during(Phase::Updating, StepName::Workloads).observed,
        ..again(Task::Install, Phase::Updating)
    };
    (under_way.observed.generation, under_way.observed.ready_at) = (2, Some(at(21)));
    let mut failed = under_way.clone();
    failed.observed.phase = Phase::Failed;
    failed.observed.set_step(StepName::Workloads, StepState::Failed, at(12));
    let told = [
        message(CommandKind::Upgrade, &untouched),
        message(CommandKind::Upgrade, &nothing),
        message(CommandKind::Upgrade, &under_way),
        message(CommandKind::Upgrade, &again(Task::Install, Phase::Ready)),
        message(CommandKind::Upgrade, &troubled(failed, "the image was not found")),
        headline(&untouched),
        headline(&under_way),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Upgrading **teashop** (WooCommerce, small) ...
    --
    Upgrading **teashop** (WooCommerce, small) ...
    **teashop** is up to date already: nothing was changed.
    --
    Upgrading **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ⏳ database and app ...
    --
    Upgrading **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ✅ database and app (2.0 s)
    ✅ products and payment (2.0 s)
    ✅ test order (12 s)
    **teashop** is ready: http://teashop.stores.localhost, test order #37, 23.00 EUR
    --
    Upgrading **teashop** (WooCommerce, small) ...
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ❌ database and app (7.0 s)
    **teashop** failed: the image was not found
    Its data is kept. `/store retry name:teashop` goes on from where it stopped.
    --
    Upgrading teashop (WooCommerce, small): looking for what has changed
    --
    Upgrading teashop (WooCommerce, small): starting database and app
    ");
}

#[test]
fn a_login_is_shown_whole() {
    let url = "http://teashop.stores.localhost/wp-admin/".to_owned();
    let shown = login(Lang::En, &Login { url, username: "owner".to_owned(), password: "abcdefgh23456789".into() });
    assert_snapshot!(shown, @r"
    Sign in at http://teashop.stores.localhost/wp-admin/
    User: `owner`
    Password: ||`abcdefgh23456789`||
    Only you see this, and only this once: keep the password now. The one before it has ended.
    ");
}

#[test]
fn questions_are_answered() {
    let mut record = ready();
    record.spec.title = "Tea & *Co*".to_owned();
    record.spec.expires_at = Some(at(7_300));
    assert_snapshot!(status(Lang::En, &record, at(90)), @r"
    **teashop** (WooCommerce, small): ready
    Title: Tea & \*Co\*
    Created 90 seconds ago
    Address: http://teashop.stores.localhost, test order #37, 23.00 EUR
    Wanted for another 2 hours
    ");
    let mut expiry = |end, now| {
        record.spec.expires_at = Some(at(end));
        status(Lang::En, &record, at(now)).lines().last().unwrap_or_default().to_owned()
    };
    assert_snapshot!([(259_200, 4), (86_400, 0), (60, 60)].map(|(end, now)| expiry(end, now)).join("\n"), @r"
    Wanted for another 3 days
    Wanted for another 24 hours
    Its time is over; `/store delete name:teashop` removes it
    ");
    assert_snapshot!(status(Lang::En, &during(Phase::Installing, StepName::Release), at(300)), @r"
    **teashop** (WooCommerce, small): installing
    Created 5 minutes ago
    ✅ namespace (2.0 s)
    ⏳ release ...
    ");
    let held_up = troubled(during(Phase::Installing, StepName::Workloads), "no room on the cluster");
    assert_snapshot!([status(Lang::En, &failed(), at(90)), status(Lang::En, &held_up, at(90))].join("\n--\n"), @r"
    **teashop** (WooCommerce, small): failed
    Created 90 seconds ago
    **teashop** failed: the image shop:\*latest\* was not found
    \# last log line
    What there is stays. `/store retry name:teashop` goes on from where it stopped; `/store delete name:teashop` removes it.
    Reason: `x`
    --
    **teashop** (WooCommerce, small): installing
    Created 90 seconds ago
    ✅ namespace (2.0 s)
    ✅ release (2.0 s)
    ⏳ database and app ...
    Waiting: no room on the cluster
    Reason: `x`
    ");
    let quota = used(2, 10);
    assert_snapshot!(list(Lang::En, &[ready(), failed()], true, &quota), @r"
    Your stores (2 of 10 stores used):
    - **teashop** (WooCommerce, small): ready, http://teashop.stores.localhost
    - **teashop** (WooCommerce, small): failed
    ... and more. `/store status` tells about each of them.
    ");
    assert_snapshot!(list(Lang::En, &[], false, &used(0, 10)), @"You have no stores yet. `/store create` makes one. (0 of 10 stores used)");
}

fn used(stores: u32, limit: u32) -> QuotaUse {
    let mut own = Share::default();
    (own.used.stores, own.quota.stores) = (stores, limit);
    QuotaUse { own, org: None }
}

#[test]
fn a_quota_is_shown_before_it_bites() {
    let mut both = used(2, 3);
    both.own.used.size.memory_mib = 2048;
    both.own.quota.size.memory_mib = 8192;
    both.own.quota.creations_per_hour = 5;
    both.org = Some((OrgId::new("discord:7"), Share::default()));
    assert_eq!(room(Lang::En, &both, Some(Duration::from_secs(40))), "2 of 3 stores, about 40 seconds");
    assert_eq!(room(Lang::En, &both, None), "2 of 3 stores");
    assert_snapshot!(quota(Lang::En, &both), @r"
    **Yours:**
    Stores: 2 (of 3)
    CPU: 0 (no limit)
    Memory: 2Gi (of 8Gi)
    Disk: 0Mi (no limit)
    At most 5 new ones per hour
    **Your organisation's** (discord:7):
    Stores: 0 (no limit)
    CPU: 0 (no limit)
    Memory: 0Mi (no limit)
    Disk: 0Mi (no limit)
    ");
}

#[test]
fn everything_fits_into_one_message() {
    let long = troubled(failed(), &"*\u{1f375}_ ".repeat(4_000));
    let mut many = ready();
    many.spec.title = "`".repeat(80);
    many.spec.url = format!("https://{}", "a".repeat(200));
    let quota = used(200, 200);
    for text in [
        message(CommandKind::Create, &long),
        message(CommandKind::Verify, &long),
        message(CommandKind::Retry, &long),
        message(CommandKind::Upgrade, &long),
        status(Lang::En, &long, at(1)),
        status(Lang::En, &many, at(1)),
        list(Lang::En, &vec![many; 200], false, &quota),
        help(Lang::En),
    ] {
        assert!(text.encode_utf16().count() <= 2_000, "{text}");
    }
}
