use std::collections::BTreeSet;

use jiff::Timestamp;

use super::*;
use crate::domain::action::Matter;
use crate::domain::actor::{ActorId, Role};
use crate::domain::delivery::Unreplayable;
use crate::domain::engine::Engine;
use crate::domain::outcome::RatePolicy;
use crate::domain::placement::Unfit;
use crate::domain::rule::Rule;
use crate::domain::store::{StoreId, StoreName};
use crate::text::table::keys;

fn show(refusals: &[Refusal]) -> String {
    show_in(Lang::En, refusals)
}

fn show_in(lang: Lang, refusals: &[Refusal]) -> String {
    let lines = refusals.iter().map(|r| {
        let words = refusal(lang, r);
        format!("{}: {}.\n  {}", words.kind, words.title, words.detail)
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn bad_name(text: &str) -> Refusal {
    Refusal::Name { text: text.to_owned(), why: StoreName::parse(text).unwrap_err() }
}

fn not_now(command: CommandKind, obstacle: Obstacle) -> Refusal {
    Refusal::NotNow { command, store: StoreName::parse("tea").unwrap(), obstacle }
}

fn no_place(cell: Option<&str>, why: Unfit) -> Refusal {
    Refusal::NoPlace { cell: cell.map(str::to_owned), why }
}

/// Each way in which a store has no place.
fn places() -> Vec<Refusal> {
    vec![
        no_place(None, Unfit::Full),
        no_place(Some("main"), Unfit::Full),
        no_place(Some("main"), Unfit::Drained),
        no_place(Some("main"), Unfit::Plan),
        no_place(Some("main"), Unfit::Engine),
        no_place(None, Unfit::Plan),
        no_place(None, Unfit::Engine),
    ]
}

fn limited(limit: u32, window_seconds: u32, retry_after_ms: u64) -> Refusal {
    Refusal::RateLimited { policy: RatePolicy { name: "actor", limit, window_seconds }, retry_after_ms }
}

#[test]
fn what_was_typed_wrong_is_said_with_the_way_out() {
    let known = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let unknown = |field, text: &str, words| Refusal::Unknown { field, text: text.to_owned(), known: known(words) };
    insta::assert_snapshot!(show(&[
        bad_name(""),
        bad_name(&"a".repeat(70)),
        bad_name("Tea\nShop"),
        bad_name("-tea"),
        unknown("engine", "magento", &["woocommerce", "medusa"]),
        unknown("plan", "huge", &["small", "medium", "large"]),
        unknown("cell", "mars", &["main"]),
        unknown("cell", "mars", &[]),
        Refusal::Invalid { field: "ttl".to_owned(), why: Rule::TtlBounds },
    ]), @r#"
        bad-name: This name cannot be used.
          The name is empty. Choose one such as teashop.
        bad-name: This name cannot be used.
          "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…" has more than 40 characters. Choose a name such as teashop or tea-shop-2.
        bad-name: This name cannot be used.
          "Tea Shop" has characters other than small letters a-z, digits and dashes. Choose a name such as teashop or tea-shop-2.
        bad-name: This name cannot be used.
          "-tea" starts or ends with a dash. Choose a name such as teashop or tea-shop-2.
        unknown-value: There is no such choice.
          There is no engine "magento". Choose woocommerce or medusa.
        unknown-value: There is no such choice.
          There is no plan "huge". Choose small, medium or large.
        unknown-value: There is no such choice.
          There is no cell "mars". The only cell is main.
        unknown-value: There is no such choice.
          There is no cell "mars". Leave cell out or ask an administrator.
        invalid-value: A value cannot be used.
          ttl is at least 1s and at most 366d. Correct it and try again.
        "#);
}

#[test]
fn what_stands_in_the_way_is_said_with_the_way_out() {
    let tea = StoreName::parse("tea").unwrap();
    let excess = |resource, used, limit| Excess { of_org: false, resource, used, limit };
    let waiting = Waiting { id: "00000000000000a7".to_owned(), expires_at: Timestamp::UNIX_EPOCH };
    insta::assert_snapshot!(show(&[
        Refusal::NameTaken { name: tea.clone(), going: false },
        Refusal::NameTaken { name: tea, going: true },
        Refusal::NotFound { store: "coffee".to_owned() },
        Refusal::Forbidden { action: Action::Do(CommandKind::Create), needs: Role::Member },
        Refusal::Forbidden { action: Action::See(Matter::Audit), needs: Role::Admin },
        Refusal::Quota { excess: excess(Resource::Stores, 10, 10), approval: None },
        Refusal::Quota { excess: Excess { of_org: true, ..excess(Resource::Memory, 7168, 8192) }, approval: None },
        Refusal::Quota { excess: excess(Resource::Cpu, 250, 1000), approval: Some(waiting) },
        Refusal::Decided { verdict: Verdict::Denied { by: ActorId::new("api:root") } },
        Refusal::Decided { verdict: Verdict::Expired },
        Refusal::NoSuchApproval { approval: "x".to_owned() },
        Refusal::KeyReused,
        Refusal::Conflict { store: StoreId::from_bits(7) },
        Refusal::Unavailable,
    ]), @r#"
    name-taken: This name is taken.
      There is already a store called tea. Choose another name; if that store is yours, you can also delete it first.
    name-taken: This name is taken.
      The store tea is still being deleted. Its name is free again in a minute or two; try again then.
    store-not-found: There is no such store.
      No store "coffee" is known to you. List your stores to see their names and ids.
    forbidden: You may not do this.
      To create a store you need the role member. Ask an administrator for it.
    forbidden: You may not do this.
      To see who did what you need the role admin. Ask an administrator for it.
    quota-exceeded: Your quota is used up.
      You have 10 of 10 stores. Put one to sleep or delete one that is not needed any more, then try again.
    quota-exceeded: Your organisation's quota is used up.
      Your organisation has 7Gi of 8Gi memory in use, and this store would be too much. Put one to sleep or delete one that is not needed any more, then try again.
    quota-exceeded: Your quota is used up.
      You have 250m of 1 CPU in use, and this store would be too much. An approver has been asked, who may still allow it until 1970-01-01 00:00 UTC (request 00000000000000a7).
    decided: This request does not wait any more.
      api:root has denied it. What was asked can be asked for again.
    decided: This request does not wait any more.
      Nobody decided in time. What was asked can be asked for again.
    approval-not-found: There is no such request.
      No request "x" is known to you. List those that wait.
    idempotency-key-reused: This idempotency key was used before.
      The first request with this key asked for something else. Use a new key for a new request, and the old key only to repeat exactly the same one.
    conflict: The store changed meanwhile.
      Somebody else changed store 700000000000 at the same moment. Look at it and try again.
    unavailable: storebot cannot accept requests right now.
      Try again in a few seconds. With the same idempotency key nothing is ever done twice; without one, look first whether it is there already.
    "#);
}

#[test]
fn whoever_asks_too_often_is_told_when_to_ask_again() {
    insta::assert_snapshot!(show(&[
        limited(100, 900, 8_001),
        limited(5, 3600, 720_000),
        limited(50, 1, 20),
        limited(1, 60, 60_000),
    ]), @r#"
    rate-limited: Too many requests.
      100 times per 15 minutes is the limit. Try again in 9 seconds.
    rate-limited: Too many requests.
      5 times per hour is the limit. Try again in 12 minutes.
    rate-limited: Too many requests.
      50 times per second is the limit. Try again in 1 second.
    rate-limited: Too many requests.
      Once per minute is the limit. Try again in 1 minute.
    "#);
}

#[test]
fn where_there_is_no_place_is_said_with_the_way_out() {
    insta::assert_snapshot!(show(&places()), @r#"
    no-room: There is no room for another store.
      All cells that could have this store are full or take no new ones, so nothing was made. Try again when a store was deleted, or ask an administrator for room.
    no-room: There is no room for another store.
      The cell "main" is full, so nothing was made. Leave the cell out to have one chosen, or ask an administrator for room.
    cell-drained: This cell takes no new stores.
      The cell "main" is drained: those that are there go on, and no new one is made. Leave the cell out to have one chosen.
    cell-unfit: Such a store is not made there.
      The cell "main" has no stores of this plan. Choose another plan, or leave the cell out to have one chosen.
    cell-unfit: Such a store is not made there.
      The cell "main" has no stores of this engine. Leave the cell out to have one chosen.
    cell-unfit: Such a store is not made there.
      No cell has stores of this engine with this plan. Choose another plan, or ask an administrator.
    cell-unfit: Such a store is not made there.
      No cell has stores of this engine. Choose another engine, or ask an administrator.
    "#);
}

#[test]
fn what_cannot_be_done_with_this_store_is_said_with_the_way_out() {
    insta::assert_snapshot!(show(&[
        Refusal::PlanTooSmall { engine: Engine::Medusa, smallest: Plan::Medium },
        Refusal::PlanTooSmall { engine: Engine::Woocommerce, smallest: Plan::Large },
        not_now(CommandKind::Verify, Obstacle::NotThereYet),
        not_now(CommandKind::Upgrade, Obstacle::Busy),
        not_now(CommandKind::Verify, Obstacle::Failed),
        not_now(CommandKind::Credentials, Obstacle::Failed),
        not_now(CommandKind::Retry, Obstacle::NotFailed),
        not_now(CommandKind::Verify, Obstacle::Going),
        not_now(CommandKind::Upgrade, Obstacle::Gone),
        not_now(CommandKind::Credentials, Obstacle::Simulated),
        Refusal::OwnerOnly { command: CommandKind::Credentials },
        Refusal::NotDone { command: CommandKind::Credentials, why: "no such user.".to_owned() },
        Refusal::NoAnswer { command: CommandKind::Credentials },
        Refusal::NoSuchLetter { letter: "1-0".to_owned() },
        Refusal::Forbidden { action: Action::Do(CommandKind::Redrive), needs: Role::Admin },
    ]), @r#"
    plan-too-small: This plan is too small.
      A Medusa shop needs more than this plan has. Take medium or large.
    plan-too-small: This plan is too small.
      A WooCommerce shop needs more than this plan has. Take large.
    not-now: This cannot be done now.
      tea is still being made. Try again when it is ready.
    not-now: This cannot be done now.
      tea is busy with an earlier command. Try again when that is done.
    not-now: This cannot be done now.
      tea has failed before it could sell. Retry it: that goes on from where it stopped.
    not-now: This cannot be done now.
      tea has failed; to get a login, it must be ready. Its status says why it is not.
    not-now: This cannot be done now.
      tea has not failed, so there is nothing to go on with. Its status says how it is.
    not-now: This cannot be done now.
      tea is being deleted.
    not-now: This cannot be done now.
      tea is deleted. Create a new store first.
    not-now: This cannot be done now.
      tea runs on simulated nodes: there is no shop behind its address, so there is nothing to sign in to.
    owner-only: This is for the shop's owner alone.
      Nobody else can get a login, administrators included. Its owner can ask.
    not-done: It did not work out.
      The attempt to get a login failed: no such user. Try again; if it stays so, tell an administrator.
    no-answer: Nobody answered in time.
      It is not known whether it took effect. Ask again to get a login; the newest one counts.
    dead-letter-not-found: There is no such dead letter.
      No dead letter "1-0" is on the list; it may have been redriven before. List them to see what is.
    forbidden: You may not do this.
      To look after what was given up you need the role admin. Ask an administrator for it.
    "#);
}

#[test]
fn what_nobody_has_time_for_now_is_said_with_the_way_out() {
    insta::assert_snapshot!(show(&[
        Refusal::NoWorker,
        Refusal::ClusterAway,
        Refusal::Crowded,
        Refusal::TooManyStreams { limit: 100 },
    ]), @r#"
    no-worker: No worker answered.
      Only a worker can look into the store's cluster, and none answered in time. Nothing was changed. Try again in a few seconds; if it stays so, tell an administrator.
    cluster-away: The store's cluster does not answer.
      The store itself may well be in order. Nothing was changed. Try again in a few seconds.
    crowded: Too many are waiting already.
      storebot holds as many open questions and streams as it can. Close those you do not need, and try again in a few seconds.
    too-many-streams: You follow as much as you may.
      100 open streams are the limit. Close one that you do not need, then try again.
    "#);
}

/// Budgets of requests that are used up.
fn limits() -> [Refusal; 4] {
    [limited(100, 900, 8_001), limited(5, 3600, 720_000), limited(1, 60, 60_000), limited(50, 1, 20)]
}

/// Those that differ by resource, command, role or obstacle.
fn of_each_kind() -> Vec<Refusal> {
    let quota = |of_org, resource| {
        let excess = Excess { of_org, resource, used: 1, limit: 2048 };
        Refusal::Quota { excess, approval: None }
    };
    let actions = CommandKind::ALL.map(Action::Do).into_iter().chain(Matter::ALL.map(Action::See));
    let forbidden =
        actions.zip(Role::ALL.into_iter().cycle()).map(|(action, needs)| Refusal::Forbidden { action, needs });
    let mut all: Vec<Refusal> =
        [false, true].into_iter().flat_map(|org| Resource::ALL.map(|r| quota(org, r))).collect();
    all.extend(forbidden);
    all.extend(Obstacle::ALL.map(|obstacle| not_now(CommandKind::Upgrade, obstacle)));
    all.extend(Unreplayable::ALL.map(|why| Refusal::NotReplayable { why }));
    all
}

/// Every refusal there is, with every reason.
fn all() -> Vec<Refusal> {
    let tea = || StoreName::parse("tea").unwrap();
    let known = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let unknown = |field, words| Refusal::Unknown { field, text: "mars".to_owned(), known: known(words) };
    let waiting = Waiting { id: "00000000000000a7".to_owned(), expires_at: Timestamp::UNIX_EPOCH };
    let quota = |of_org, resource, limit, approval| {
        let excess = Excess { of_org, resource, used: 1, limit };
        Refusal::Quota { excess, approval }
    };
    let (by, command) = (ActorId::new("api:root"), CommandKind::Credentials);
    let store = StoreId::from_bits(7);
    let mut all = vec![
        bad_name(""),
        bad_name(&"a".repeat(41)),
        bad_name("Tea"),
        bad_name("-tea"),
        unknown("plan", &["small", "medium", "large"]),
        unknown("cell", &["main"]),
        unknown("cell", &[]),
        Refusal::Invalid { field: "ttl".to_owned(), why: Rule::TtlBounds },
        Refusal::NameTaken { name: tea(), going: false },
        Refusal::NameTaken { name: tea(), going: true },
        Refusal::NotFound { store: "coffee".to_owned() },
        Refusal::NoRole,
        Refusal::NotThisSource {
            command: CommandKind::Delete,
            allowed: vec![CommandKind::Create, CommandKind::Verify],
        },
        quota(false, Resource::Stores, 1, None),
        quota(true, Resource::Stores, 10, Some(waiting)),
        Refusal::PlanTooSmall { engine: Engine::Medusa, smallest: Plan::Medium },
        not_now(CommandKind::Verify, Obstacle::Failed),
        not_now(CommandKind::Undo, Obstacle::Going),
        Refusal::OwnerOnly { command },
        Refusal::NotDone { command, why: "no such user.".to_owned() },
        Refusal::NoAnswer { command },
        Refusal::NoWorker,
        Refusal::ClusterAway,
        Refusal::TooManyStreams { limit: 1 },
        Refusal::TooManyStreams { limit: 100 },
        Refusal::NoSuchLetter { letter: "1-0".to_owned() },
        Refusal::NoSuchDelivery { delivery: "1-0".to_owned() },
        Refusal::NoSuchApproval { approval: "x".to_owned() },
        Refusal::Decided { verdict: Verdict::Waiting },
        Refusal::Decided { verdict: Verdict::Approved { by: by.clone(), store: Some(store.clone()) } },
        Refusal::Decided { verdict: Verdict::Approved { by: by.clone(), store: None } },
        Refusal::Decided { verdict: Verdict::Denied { by } },
        Refusal::Decided { verdict: Verdict::Expired },
        Refusal::Crowded,
        Refusal::KeyReused,
        Refusal::Conflict { store },
        Refusal::Unavailable,
    ];
    all.extend(limits());
    all.extend(of_each_kind());
    all.extend(places());
    all
}

#[test]
fn german_is_told_whole() {
    insta::assert_snapshot!(show_in(Lang::De, &all()));
}

#[test]
fn every_refusal_is_told_in_every_language() {
    let all = all();
    let told: BTreeSet<String> = all.iter().map(|r| format!("refusal-{}", kind(r))).collect();
    let titles = keys(Lang::En).into_iter().filter(|key| key.starts_with("refusal-") && !key.ends_with("-org"));
    assert_eq!(told, titles.collect(), "each kind is among them");
    for lang in Lang::ALL.into_iter().filter(|lang| *lang != Lang::En) {
        for r in &all {
            let (words, english) = (refusal(lang, r), refusal(Lang::En, r));
            let text = format!("{}. {}", words.title, words.detail);
            assert!(!text.contains(['{', '}', '$', '\u{2068}', '\u{2069}']), "{lang:?}: {text}");
            assert!(text.chars().count() <= 500, "{lang:?}: {text}");
            assert!(words.detail.ends_with('.') && !words.title.ends_with('.'), "{lang:?}: {text}");
            assert!(words.title != english.title && words.detail != english.detail, "{lang:?}: {text}");
            assert_eq!(words.kind, english.kind);
        }
    }
}
