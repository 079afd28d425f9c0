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
use crate::domain::record::{Desired, Observed, Proof, Reason, Spec, StepName, StepState, Task, Trouble};
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
    let desired = Desired::new(1, Want::Present, Task::Install);
    Record {
        id: StoreId::from_bits(7),
        spec,
        desired,
        observed: Observed::fresh(1),
        version: 1,
        trail: Default::default(),
    }
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
    record.desired = Desired::new(2, Want::Absent, Task::Install);
    (record.observed.generation, record.observed.phase) = (generation, phase);
    record
}

#[test]
fn a_headline_says_it_in_one_line() {
    let queued = Record { desired: Desired::new(2, Want::Present, Task::Install), ..teashop() };
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
    Wanted for another 2 hours; `/store extend name:teashop` gives it more time
    ");
    let mut expiry = |end, now| {
        record.spec.expires_at = Some(at(end));
        status(Lang::En, &record, at(now)).lines().last().unwrap_or_default().to_owned()
    };
    assert_snapshot!([(259_200, 4), (86_400, 0), (60, 60)].map(|(end, now)| expiry(end, now)).join("\n"), @r"
    Wanted for another 3 days; `/store extend name:teashop` gives it more time
    Wanted for another 24 hours; `/store extend name:teashop` gives it more time
    Its time is over; it falls asleep now. `/store extend name:teashop` gives it more time
    ");
    assert_snapshot!(status(Lang::En, &during(Phase::Installing, StepName::Release), at(300)), @r"
    **teashop** (WooCommerce, small): installing
    Created 5 minutes ago
    ✅ namespace (2 s)
    ⏳ release ...
    ▫️ database and app
    ▫️ products and payment
    ▫️ test order
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
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ▫️ products and payment
    ▫️ test order
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
    Sleeping stores count for their disk alone
    **Your organisation's** (discord:7):
    Stores: 0 (no limit)
    CPU: 0 (no limit)
    Memory: 0Mi (no limit)
    Disk: 0Mi (no limit)
    ");
}

#[test]
fn every_answer_fits_into_one_message() {
    let long = troubled(failed(), &"*\u{1f375}_ ".repeat(4_000));
    let mut many = ready();
    many.spec.title = "`".repeat(80);
    many.spec.url = format!("https://{}", "a".repeat(200));
    let quota = used(200, 200);
    for lang in Lang::ALL {
        for text in [
            status(lang, &long, at(1)),
            status(lang, &many, at(1)),
            list(lang, &vec![many.clone(); 200], false, &quota),
            help(lang),
        ] {
            assert!(text.encode_utf16().count() <= 2_000, "{text}");
        }
    }
}

mod told;
