//! What is asked of a shop that is there.

use super::*;

#[test]
fn a_deletion_is_told_to_its_end() {
    let mut doomed = unwanted(ready(), 1, Phase::Ready);
    doomed.desired.not_before = Some(at(90));
    let reply = asked(Lang::En, CommandKind::Delete);
    assert_eq!(told(&reply, &doomed, &seen_at(30)).changes_at, Some(at(90)));
    let told = [
        english(CommandKind::Delete, &doomed),
        say(Lang::En, CommandKind::Delete, &doomed, &seen_at(90)),
        english(CommandKind::Undo, &untouched(Phase::Updating)),
        english(CommandKind::Delete, &untouched(Phase::Ready)),
        english(CommandKind::Delete, &unwanted(ready(), 1, Phase::Ready)),
        english(CommandKind::Delete, &unwanted(ready(), 2, Phase::Deleted)),
        english(CommandKind::Delete, &troubled(unwanted(ready(), 2, Phase::Failed), "a volume is stuck")),
        english(CommandKind::Create, &unwanted(ready(), 1, Phase::Ready)),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    **teashop** will be deleted <t:1700000090:R>.
    [Undo]
    --
    Deleting **teashop** ...
    --
    **teashop** stays: the deletion was taken back.
    --
    **teashop** stays: the deletion was taken back.
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR
    [Open] [Admin] [Show login] [Delete]
    --
    Deleting **teashop** ...
    --
    **teashop** is deleted.
    --
    **teashop** could not be deleted: a volume is stuck
    Nothing else was touched. `/store retry name:teashop` tries again.
    [Retry]
    --
    Deleting **teashop** ...
    ");
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
    let mut proven = again(Task::Verify, Phase::Ready);
    proven.observed.set_step(StepName::Verify, StepState::Running, at(30));
    proven.observed.set_step(StepName::Verify, StepState::Done, at(37));
    let told = [
        say(Lang::En, CommandKind::Verify, &waiting, &seen_at(31)),
        english(CommandKind::Verify, &proven),
        english(CommandKind::Verify, &simulated),
        english(CommandKind::Verify, &failed),
        headline(&waiting),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Placing a test order in **teashop** ...
    ready <t:1700000033:R>
    --
    **teashop** sells: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 42 s
    [Open] [Admin] [Show login] [Delete]
    --
    **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
    -# took 26 s
    [Open] [Admin] [Show login] [Delete]
    --
    **teashop** failed: The test order failed: no \*stock\*. If it fails again, ask an administrator to look at the log of its verify Job.
    Nothing was removed. `/store retry name:teashop` places the test order again.
    [Retry] [Keep] [Delete]
    --
    Verifying teashop (WooCommerce, small): placing a test order
    ");
}

#[test]
fn what_is_tried_again_has_the_same_story() {
    let accepted = Record { desired: Desired::new(2, Want::Present, Task::Reinstall), ..failed() };
    let mut under_way = Record { observed: during(Phase::Installing, StepName::Setup).observed, ..accepted.clone() };
    under_way.observed.generation = 2;
    let mut done = Record { observed: ready().observed, ..under_way.clone() };
    done.observed.generation = 2;
    let told = [
        english(CommandKind::Retry, &accepted),
        say(Lang::En, CommandKind::Retry, &under_way, &seen_at(9)),
        english(CommandKind::Retry, &done),
        english(CommandKind::Retry, &again(Task::Verify, Phase::Ready)),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Going on with **teashop** (WooCommerce, small) ...
    --
    Going on with **teashop** (WooCommerce, small) ...
    🟩🟩🟩🟩🟩🟩🟩⬜⬜⬜ 74% · ready <t:1700000015:R>
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ⏳ products and payment ...
    ▫️ test order
    --
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ✅ products and payment (2 s)
    ✅ test order (12 s)
    [Open] [Admin] [Show login] [Delete]
    --
    **teashop** sells: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    [Open] [Admin] [Show login] [Delete]
    ");
}

#[test]
fn an_upgrade_is_told_to_its_end() {
    let mut failed = Record {
        observed: during(Phase::Updating, StepName::Workloads).observed,
        ..again(Task::Install, Phase::Updating)
    };
    (failed.observed.generation, failed.observed.ready_at) = (2, Some(at(21)));
    failed.observed.phase = Phase::Failed;
    failed.observed.set_step(StepName::Workloads, StepState::Failed, at(12));
    let told = [
        english(CommandKind::Upgrade, &untouched(Phase::Updating)),
        english(CommandKind::Upgrade, &untouched(Phase::Ready)),
        english(CommandKind::Upgrade, &again(Task::Install, Phase::Ready)),
        english(CommandKind::Upgrade, &troubled(failed, "the image was not found")),
        headline(&untouched(Phase::Updating)),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Upgrading **teashop** (WooCommerce, small) ...
    --
    **teashop** is up to date already: nothing was changed.
    [Open] [Admin] [Show login] [Delete]
    --
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ✅ products and payment (2 s)
    ✅ test order (12 s)
    [Open] [Admin] [Show login] [Delete]
    --
    **teashop** failed: the image was not found
    ✅ namespace (2 s)
    ✅ release (2 s)
    ❌ database and app (7 s)
    ▫️ products and payment
    ▫️ test order
    Its data is kept. `/store retry name:teashop` goes on from where it stopped.
    [Retry] [Keep] [Delete]
    --
    Upgrading teashop (WooCommerce, small): looking for what has changed
    ");
}
