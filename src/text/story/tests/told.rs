//! One message, from the first line to the last.

use std::time::Duration;

use insta::assert_snapshot;

use super::*;
use crate::domain::reply::{ReplyTo, Room};
use crate::text::buttons;
use crate::text::commands::typed;

fn asked(lang: Lang, command: CommandKind) -> Reply {
    let to = ReplyTo::Discord {
        application_id: "1".into(),
        token: "t".to_owned().into(),
        channel_id: Some("2".into()),
        user_id: "3".into(),
        token_expires_at: at(-5 + 15 * 60),
        lang,
    };
    let room = Some(Room { stores: 2, limit: 3, usually_ms: 26_000 }).filter(|_| command == CommandKind::Create);
    Reply { id: "r".into(), command, to, room, notice: None }
}

/// One second for the namespace, two for the release, 20 for database and app, five for products, three for the
/// order.
fn usual() -> Usual {
    let seconds = |s| Some(Duration::from_secs(s));
    Usual { whole: seconds(31), steps: [seconds(1), seconds(2), seconds(20), seconds(5), seconds(3)] }
}

fn seen_at(second: i64) -> Sight {
    Sight { now: at(second), place: None, usual: usual() }
}

/// The text, and the buttons as their labels.
fn shown(story: &Story, lang: Lang) -> String {
    let rows = buttons::rows(lang, &story.buttons);
    let labels = rows.as_array().into_iter().flatten().flat_map(|row| row["components"].as_array().cloned()).flatten();
    // What nobody sees is shown here.
    let text = story.text.replace('\u{200b}', "¦");
    let labels: Vec<String> = labels.filter_map(|b| b["label"].as_str().map(|label| format!("[{label}]"))).collect();
    if labels.is_empty() { text } else { format!("{text}\n{}", labels.join(" ")) }
}

fn say(lang: Lang, command: CommandKind, record: &Record, sight: &Sight) -> String {
    shown(&told(&asked(lang, command), record, sight), lang)
}

fn english(command: CommandKind, record: &Record) -> String {
    say(Lang::En, command, record, &Sight::at(at(30)))
}

fn with_log(mut record: Record, log: &str) -> Record {
    let trouble = Trouble::new(Reason::CrashLoop, "shop crashes again and again (3 restarts): exit code 1");
    record.observed.trouble = Some(trouble.with_detail(log));
    record
}

/// The second wish of a shop that was ready.
fn again(task: Task, phase: Phase) -> Record {
    let mut record = ready();
    record.desired = Desired::new(2, Want::Present, task);
    (record.observed.generation, record.observed.phase) = (2, phase);
    record.observed.begun_at = Some(at(28));
    record
}

/// The same, of which nothing was done.
fn untouched(phase: Phase) -> Record {
    let mut record = again(Task::Install, phase);
    record.observed.untouched = true;
    record
}

#[test]
fn a_creation_in_line_says_which_place_it_has() {
    let place = |place| Sight { place: Some(place), ..seen_at(1) };
    let second = told(&asked(Lang::En, CommandKind::Create), &teashop(), &place(3));
    assert_eq!(second.changes_at, Some(at(1).saturating_add(SignedDuration::from_millis(3_200)).unwrap()));
    assert_snapshot!(shown(&second, Lang::En), @r"
    Creating **teashop** (WooCommerce, small) ...
    Number 3 in line
    ▫️ namespace
    ▫️ release
    ▫️ database and app
    ▫️ products and payment
    ▫️ test order
    -# 2 of 3 stores, about 26 seconds
    ");
    let line = |lang, place: u64| {
        say(lang, CommandKind::Create, &teashop(), &Sight { place: Some(place), ..seen_at(1) })
            .lines()
            .nth(1)
            .map(str::to_owned)
            .unwrap()
    };
    assert_snapshot!(Lang::ALL.map(|lang| format!("{} | {}", line(lang, 1), line(lang, 12))).join("\n"), @r"
    Next in line | Number 12 in line
    Als Nächstes an der Reihe | Platz 12 in der Warteschlange
    Prochaine boutique dans la file | Place 12 dans la file d’attente
    La siguiente en la cola | Puesto 12 en la cola
    A próxima da fila | Lugar 12 na fila
    ");
    let unseen = Record { observed: Observed::default(), ..teashop() };
    let reply = asked(Lang::En, CommandKind::Create);
    assert_eq!(told(&reply, &unseen, &place(3)), second, "no worker has seen it yet");
    let far = told(&asked(Lang::En, CommandKind::Create), &teashop(), &place(100_000));
    assert_eq!(far.changes_at, Some(at(31)));
}

#[test]
fn a_creation_says_how_far_it_has_come_and_when_it_will_be_ready() {
    let record = during(Phase::Installing, StepName::Workloads);
    let text = |second| say(Lang::En, CommandKind::Create, &record, &seen_at(second));
    assert_snapshot!(text(6), @r"
    Creating **teashop** (WooCommerce, small) ...
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9% · ready <t:1700000033:R>
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ▫️ products and payment
    ▫️ test order
    -# 2 of 3 stores
    ");
    // 28 seconds are left of the usual time when database and app begin, five seconds after the beginning.
    let reply = asked(Lang::En, CommandKind::Create);
    let sight = |second| told(&reply, &record, &seen_at(second));
    assert_eq!(sight(6).changes_at, Some(at(33)));
    let line = |second| sight(second).text.lines().nth(1).unwrap().to_owned();
    assert_snapshot!([32, 33, 42].map(line).join("\n"), @r"
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9% · ready <t:1700000033:R>
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9% · any moment now
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9% · this takes longer than usual
    ");
    assert_eq!((sight(33).changes_at, sight(42).changes_at), (Some(at(42)), None));
    assert_eq!(sight(7), sight(6), "the same words, as long as nothing has changed");
    // Nobody knows yet how long it takes.
    assert_snapshot!(say(Lang::En, CommandKind::Create, &record, &Sight::at(at(6))), @r"
    Creating **teashop** (WooCommerce, small) ...
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ▫️ products and payment
    ▫️ test order
    -# 2 of 3 stores
    ");
}

#[test]
fn a_holdup_is_told_below_the_steps() {
    let record = troubled(during(Phase::Installing, StepName::Workloads), "no room on the cluster");
    assert_snapshot!(english(CommandKind::Create, &record), @r"
    Creating **teashop** (WooCommerce, small) ...
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ▫️ products and payment
    ▫️ test order
    Waiting: no room on the cluster
    -# 2 of 3 stores
    ");
}

#[test]
fn steps_that_run_beside_each_other_add_up() {
    let mut record = during(Phase::Installing, StepName::Workloads);
    for name in [StepName::Setup, StepName::Verify] {
        record.observed.set_step(name, StepState::Running, at(5));
    }
    record.observed.set_step(StepName::Workloads, StepState::Done, at(25));
    assert_snapshot!(say(Lang::En, CommandKind::Create, &record, &seen_at(26)), @r"
    Creating **teashop** (WooCommerce, small) ...
    🟩🟩🟩🟩🟩🟩🟩⬜⬜⬜ 74% · ready <t:1700000033:R>
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (20 s)
    ⏳ products and payment ...
    ▫️ test order
    -# 2 of 3 stores
    ");
}

#[test]
fn a_creation_ends_with_its_proof() {
    assert_snapshot!(Lang::ALL.map(|lang| say(lang, CommandKind::Create, &ready(), &seen_at(30))).join("\n--\n"), @r"
    **teashop** is ready: http://teashop.stores.localhost
    Proof: test order #37, 23.00 EUR, took 21 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ✅ products and payment (2 s)
    ✅ test order (12 s)
    [Open] [Admin] [Show login] [Sleep] [Delete]
    --
    **teashop** ist fertig: http://teashop.stores.localhost
    Beleg: Testbestellung #37, 23.00 EUR, Dauer 21 s
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ✅ Datenbank und App (2 s)
    ✅ Produkte und Zahlung (2 s)
    ✅ Testbestellung (12 s)
    [Öffnen] [Verwaltung] [Zugang zeigen] [Schlafen legen] [Löschen]
    --
    **teashop** est prête : http://teashop.stores.localhost
    Preuve : commande de test #37, 23.00 EUR, en 21 s
    ✅ espace de noms (2 s)
    ✅ installation (2 s)
    ✅ base de données et application (2 s)
    ✅ produits et paiement (2 s)
    ✅ commande de test (12 s)
    [Ouvrir] [Administration] [Afficher l’accès] [Mettre en veille] [Supprimer]
    --
    **teashop** está lista: http://teashop.stores.localhost
    Prueba: pedido de prueba #37, 23.00 EUR, tardó 21 s
    ✅ espacio de nombres (2 s)
    ✅ instalación (2 s)
    ✅ base de datos y aplicación (2 s)
    ✅ productos y pago (2 s)
    ✅ pedido de prueba (12 s)
    [Abrir] [Administración] [Mostrar acceso] [Dormir] [Eliminar]
    --
    **teashop** está pronta: http://teashop.stores.localhost
    Prova: pedido de teste #37, 23.00 EUR, levou 21 s
    ✅ namespace (2 s)
    ✅ instalação (2 s)
    ✅ banco de dados e aplicativo (2 s)
    ✅ produtos e pagamento (2 s)
    ✅ pedido de teste (12 s)
    [Abrir] [Administração] [Mostrar acesso] [Adormecer] [Excluir]
    ");
}

#[test]
fn simulated_nodes_have_no_proof() {
    assert_snapshot!(english(CommandKind::Create, &simulated()), @r"
    **teashop** is ready: http://teashop.stores.localhost (simulated nodes, no test order)
    -# took 21 s
    ✅ namespace (2 s)
    ✅ release (2 s)
    ✅ database and app (2 s)
    ➖ products and payment
    ➖ test order
    [Open] [Admin] [Show login] [Sleep] [Delete]
    ");
    let mut under_way = during(Phase::Installing, StepName::Workloads);
    under_way.observed.simulated = true;
    assert_snapshot!(say(Lang::En, CommandKind::Create, &under_way, &seen_at(6)), @r"
    Creating **teashop** (WooCommerce, small) ...
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 13% · ready <t:1700000025:R>
    ✅ namespace (2 s)
    ✅ release (2 s)
    ⏳ database and app ...
    ➖ products and payment
    ➖ test order
    -# 2 of 3 stores
    ");
    let mut unproven = ready();
    unproven.observed.proof = None;
    let text = english(CommandKind::Create, &unproven);
    assert!(text.contains("➖ test order") && !text.contains("order #"), "{text}");
}

#[test]
fn a_failure_tells_why_and_what_to_do() {
    assert_snapshot!(english(CommandKind::Create, &failed()), @r"
    **teashop** failed: the image shop:\*latest\* was not found
    \# last log line
    ✅ namespace (2 s)
    ✅ release (2 s)
    ❌ database and app (7 s)
    ▫️ products and payment
    ▫️ test order
    What there is stays. `/store retry name:teashop` goes on from where it stopped; `/store delete name:teashop` removes it.
    [Retry] [Keep] [Delete]
    ");
}

fn crashed(langs: &[Lang]) -> String {
    let crashed = with_log(failed(), "reading settings\nno such ``` table ||\ngiving up");
    let told = langs.iter().map(|lang| say(*lang, CommandKind::Create, &crashed, &seen_at(30)));
    told.collect::<Vec<_>>().join("\n--\n")
}

#[test]
fn a_failure_has_its_log_folded_below() {
    assert_snapshot!(crashed(&[Lang::En, Lang::De]), @r"
    **teashop** failed: shop crashes again and again (3 restarts): exit code 1. If it goes on, ask an administrator to look at the log of its pods.
    ✅ namespace (2 s)
    ✅ release (2 s)
    ❌ database and app (7 s)
    ▫️ products and payment
    ▫️ test order
    What there is stays. `/store retry name:teashop` goes on from where it stopped; `/store delete name:teashop` removes it.
    ||```
    reading settings
    no such `¦`¦` table |¦|
    giving up
    ```||
    [Retry] [Keep] [Delete]
    --
    **teashop** ist fehlgeschlagen: Ein Programm stürzt immer wieder ab.
    > shop crashes again and again (3 restarts): exit code 1. If it goes on, ask an administrator to look at the log of its pods.
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ❌ Datenbank und App (7 s)
    ▫️ Produkte und Zahlung
    ▫️ Testbestellung
    Was da ist, bleibt. `/shop fortsetzen name:teashop` macht dort weiter, wo es aufgehört hat; `/shop löschen name:teashop` entfernt alles.
    ||```
    reading settings
    no such `¦`¦` table |¦|
    giving up
    ```||
    [Erneut versuchen] [Behalten] [Löschen]
    ");
}

#[test]
fn buttons_only_lead_to_addresses_that_discord_takes() {
    let labels = |url: &str| {
        let mut record = ready();
        url.clone_into(&mut record.spec.url);
        told(&asked(Lang::En, CommandKind::Create), &record, &seen_at(30)).buttons.len()
    };
    assert_eq!(labels("https://teashop.example"), 5);
    for url in ["", "teashop.example", "ftp://teashop.example", &format!("https://{}.example", "a".repeat(600))] {
        assert_eq!(labels(url), 3, "{url}");
    }
}

/// The address and what to do next are never cut; the log goes first, then the reason.
#[test]
fn every_story_fits_into_one_message() {
    let commands = [CommandKind::Create, CommandKind::Verify, CommandKind::Retry, CommandKind::Delete];
    let log = "`|".repeat(400) + &"\u{1f375}|| ``` <@1>\n".repeat(50);
    for (reason, message) in [("crash-loop", "*\u{1f375}_ ".repeat(4_000)), ("x", "\u{1f375}".repeat(600))] {
        let trouble = Trouble { reason: reason.into(), message, detail: Some(log.clone()) };
        let broken = Record { observed: Observed { trouble: Some(trouble), ..failed().observed }, ..failed() };
        let stuck = unwanted(broken.clone(), 1, Phase::Failed);
        let mut waits = Record { observed: during(Phase::Installing, StepName::Setup).observed, ..broken.clone() };
        waits.observed.trouble.clone_from(&broken.observed.trouble);
        for (lang, command) in Lang::ALL.into_iter().flat_map(|lang| commands.map(|command| (lang, command))) {
            for record in [&broken, &stuck, &waits] {
                let story = told(&asked(lang, command), record, &seen_at(9));
                assert!(units(&story.text) <= MESSAGE_MAX, "{}", story.text);
            }
            let text = told(&asked(lang, command), &broken, &seen_at(9)).text;
            assert!(text.contains(&typed(lang, "delete", &[("name", "teashop")])), "{text}");
        }
    }
    let mut far = ready();
    far.spec.url = format!("https://{}.example", "a".repeat(1_900));
    let text = told(&asked(Lang::En, CommandKind::Create), &far, &seen_at(30)).text;
    assert!(text.contains(&far.spec.url), "{text}");
}

mod languages;
mod later;
