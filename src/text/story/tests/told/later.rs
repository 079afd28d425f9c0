//! What is asked of a shop that is there.

use super::*;
use crate::domain::notice::Notice;

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
    [Open] [Admin] [Show login] [Sleep] [Delete]
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

/// A shop that sleeps, or is to.
fn sleeper(phase: Phase, generation: u64) -> Record {
    let mut record = ready();
    record.desired = Desired::new(2, Want::Asleep, Task::Install);
    (record.observed.generation, record.observed.phase) = (generation, phase);
    record
}

fn leased(mut record: Record) -> Record {
    record.spec.expires_at = Some(at(3_600));
    record
}

/// Of one whose time is over.
fn over(record: Record) -> Record {
    let mut record = leased(record);
    record.desired.removes_at = Some(at(7_200));
    record
}

#[test]
fn sleep_is_told_to_its_end() {
    let mut held_up = troubled(sleeper(Phase::Updating, 2), "a pod does not end");
    held_up.observed.generation = 2;
    let told = [
        say(Lang::En, CommandKind::Sleep, &sleeper(Phase::Ready, 1), &Sight { place: Some(2), ..seen_at(30) }),
        english(CommandKind::Sleep, &held_up),
        english(CommandKind::Sleep, &sleeper(Phase::Asleep, 2)),
        english(CommandKind::Sleep, &leased(sleeper(Phase::Asleep, 2))),
        english(CommandKind::Create, &over(sleeper(Phase::Asleep, 2))),
        english(CommandKind::Undo, &sleeper(Phase::Asleep, 2)),
        english(CommandKind::Sleep, &troubled(sleeper(Phase::Failed, 2), "the chart was refused")),
        headline(&sleeper(Phase::Ready, 1)),
        headline(&over(sleeper(Phase::Asleep, 2))),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    **teashop** is falling asleep ...
    Number 2 in line
    --
    **teashop** is falling asleep ...
    Waiting: a pod does not end
    --
    **teashop** is asleep: everything is kept and nothing runs.
    `/store wake name:teashop` wakes it.
    [Wake up] [Delete]
    --
    **teashop** is asleep: everything is kept and nothing runs.
    `/store wake name:teashop` wakes it.
    [Wake up] [Extend] [Delete]
    --
    The time of **teashop** is over. It is asleep: everything is kept until <t:1700007200:f> (<t:1700007200:R>), and then removed.
    `/store extend name:teashop` gives it more time and wakes it.
    [Extend] [Delete]
    --
    **teashop** stays: the deletion was taken back.
    **teashop** is asleep: everything is kept and nothing runs.
    `/store wake name:teashop` wakes it.
    [Wake up] [Delete]
    --
    **teashop** failed: the chart was refused
    Its data is kept. `/store retry name:teashop` goes on from where it stopped.
    [Retry] [Keep] [Delete]
    --
    teashop is falling asleep
    --
    teashop is asleep: everything is kept and nothing runs; its time is over, and it is removed on 2023-11-15 00:13 UTC unless it is extended
    ");
}

/// All that is told of a shop without having been asked for.
fn notices(lang: Lang) -> String {
    let notice = |notice, record: &Record| {
        let reply = Reply { notice: Some(notice), ..asked(lang, CommandKind::Expire) };
        shown(&told(&reply, record, &Sight::at(at(30))), lang)
    };
    [
        notice(Notice::Expiring { ends_at: at(3_600) }, &leased(ready())),
        notice(Notice::Expired { removes_at: at(7_200) }, &over(sleeper(Phase::Asleep, 2))),
        notice(Notice::Removed, &unwanted(ready(), 2, Phase::Deleted)),
    ]
    .join("\n--\n")
}

#[test]
fn what_nobody_asked_for_says_what_can_be_done() {
    assert_snapshot!(notices(Lang::En), @r"
    The time of **teashop** ends <t:1700003600:f> (<t:1700003600:R>). Then it falls asleep: everything is kept for a while, and removed after that unless it gets more time.
    `/store extend name:teashop` gives it more time.
    [Extend]
    --
    The time of **teashop** is over. It is asleep: everything is kept until <t:1700007200:f> (<t:1700007200:R>), and then removed.
    `/store extend name:teashop` gives it more time and wakes it.
    [Extend] [Delete]
    --
    The time of **teashop** was over, and nobody gave it more: it is removed.
    ");
}

#[test]
fn what_nobody_asked_for_is_told_in_every_language() {
    assert_snapshot!([Lang::De, Lang::Fr, Lang::Es, Lang::Pt].map(notices).join("\n==\n"), @r"
    Die Zeit von **teashop** endet <t:1700003600:f> (<t:1700003600:R>). Dann schläft der Shop ein: Alles bleibt noch eine Weile erhalten und wird danach entfernt, wenn er nicht mehr Zeit bekommt.
    `/shop verlängern name:teashop` gibt ihm mehr Zeit.
    [Verlängern]
    --
    Die Zeit von **teashop** ist um. Der Shop schläft: Alles bleibt bis <t:1700007200:f> (<t:1700007200:R>) erhalten und wird dann entfernt.
    `/shop verlängern name:teashop` gibt ihm mehr Zeit und weckt ihn auf.
    [Verlängern] [Löschen]
    --
    Die Zeit von **teashop** war um, und niemand hat dem Shop mehr gegeben: Er ist entfernt.
    ==
    Le temps de **teashop** se termine <t:1700003600:f> (<t:1700003600:R>). La boutique se met alors en veille : tout est encore gardé un moment, puis supprimé si elle ne reçoit pas plus de temps.
    `/boutique prolonger nom:teashop` lui donne plus de temps.
    [Prolonger]
    --
    Le temps de **teashop** est écoulé. La boutique est en veille : tout est gardé jusqu’au <t:1700007200:f> (<t:1700007200:R>), puis supprimé.
    `/boutique prolonger nom:teashop` lui donne plus de temps et la réveille.
    [Prolonger] [Supprimer]
    --
    Le temps de **teashop** était écoulé et personne ne lui en a redonné : la boutique est supprimée.
    ==
    El tiempo de **teashop** termina <t:1700003600:f> (<t:1700003600:R>). Entonces se duerme: todo se conserva un tiempo y después se elimina si no recibe más tiempo.
    `/tienda ampliar nombre:teashop` le da más tiempo.
    [Ampliar]
    --
    El tiempo de **teashop** ha terminado. La tienda está dormida: todo se conserva hasta el <t:1700007200:f> (<t:1700007200:R>) y después se elimina.
    `/tienda ampliar nombre:teashop` le da más tiempo y la despierta.
    [Ampliar] [Eliminar]
    --
    El tiempo de **teashop** había terminado y nadie le dio más: la tienda está eliminada.
    ==
    O tempo de **teashop** termina <t:1700003600:f> (<t:1700003600:R>). Então ela adormece: tudo é mantido por um tempo e depois excluído se ela não receber mais tempo.
    `/loja prolongar nome:teashop` dá mais tempo a ela.
    [Prolongar]
    --
    O tempo de **teashop** acabou. A loja está adormecida: tudo é mantido até <t:1700007200:f> (<t:1700007200:R>) e depois excluído.
    `/loja prolongar nome:teashop` dá mais tempo a ela e a acorda.
    [Prolongar] [Excluir]
    --
    O tempo de **teashop** tinha acabado e ninguém deu mais: a loja foi excluída.
    ");
}

#[test]
fn waking_has_steps_and_a_proof() {
    let (asked, under_way) = (woken(), waking());
    let mut done = Record { desired: asked.desired, ..ready() };
    done.observed.generation = 3;
    let told = [
        english(CommandKind::Wake, &asked),
        say(Lang::En, CommandKind::Wake, &under_way, &seen_at(6)),
        english(CommandKind::Wake, &done),
        headline(&asked),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    Waking **teashop** (WooCommerce, small) ...
    --
    Waking **teashop** (WooCommerce, small) ...
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9% · ready <t:1700000033:R>
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ▫️ products and payment
    ▫️ test order
    --
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ✅ products and payment (2 s)
    ✅ test order (12 s)
    [Open] [Admin] [Show login] [Sleep] [Delete]
    --
    Waking teashop (WooCommerce, small): waiting for a worker
    ");
}

/// Of a store that slept, and is to be there again.
fn woken() -> Record {
    Record { desired: Desired::new(3, Want::Present, Task::Install), ..sleeper(Phase::Asleep, 2) }
}

fn waking() -> Record {
    let mut under_way = during(Phase::Updating, StepName::Workloads);
    under_way.desired = woken().desired;
    (under_way.observed.generation, under_way.observed.ready_at) = (3, Some(at(21)));
    under_way
}

#[test]
fn more_time_is_told_beside_what_the_store_is_about() {
    let told = [
        english(CommandKind::Extend, &leased(waking())),
        english(CommandKind::Extend, &leased(ready())),
        english(CommandKind::Extend, &leased(sleeper(Phase::Asleep, 2))),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    **teashop** has time until <t:1700003600:f> (<t:1700003600:R>).
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ▫️ products and payment
    ▫️ test order
    --
    **teashop** has time until <t:1700003600:f> (<t:1700003600:R>).
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ✅ products and payment (2 s)
    ✅ test order (12 s)
    [Open] [Admin] [Show login] [Extend] [Sleep] [Delete]
    --
    **teashop** has time until <t:1700003600:f> (<t:1700003600:R>).
    **teashop** is asleep: everything is kept and nothing runs.
    `/store wake name:teashop` wakes it.
    [Wake up] [Extend] [Delete]
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
    [Open] [Admin] [Show login] [Sleep] [Delete]
    --
    **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
    -# took 26 s
    [Open] [Admin] [Show login] [Sleep] [Delete]
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
    [Open] [Admin] [Show login] [Sleep] [Delete]
    --
    **teashop** sells: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    [Open] [Admin] [Show login] [Sleep] [Delete]
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
    [Open] [Admin] [Show login] [Sleep] [Delete]
    --
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 26 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ✅ products and payment (2 s)
    ✅ test order (12 s)
    [Open] [Admin] [Show login] [Sleep] [Delete]
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
