//! The same stories in other languages.

use super::*;

#[test]
fn a_failure_is_told_in_the_other_languages_too() {
    assert_snapshot!(crashed(&[Lang::Fr, Lang::Es, Lang::Pt]), @r"
    **teashop** a échoué : Un programme plante sans cesse.
    > shop crashes again and again (3 restarts): exit code 1. If it goes on, ask an administrator to look at the log of its pods.
    ✅ espace de noms (2 s)
    ✅ installation (2 s)
    ❌ base de données et application (7 s)
    ▫️ produits et paiement
    ▫️ commande de test
    Ce qui existe reste. `/boutique reprendre nom:teashop` reprend là où cela s’est arrêté ; `/boutique supprimer nom:teashop` retire tout.
    ||```
    reading settings
    no such `¦`¦` table |¦|
    giving up
    ```||
    [Réessayer] [Garder] [Supprimer]
    --
    **teashop** ha fallado: Un programa falla una y otra vez.
    > shop crashes again and again (3 restarts): exit code 1. If it goes on, ask an administrator to look at the log of its pods.
    ✅ espacio de nombres (2 s)
    ✅ instalación (2 s)
    ❌ base de datos y aplicación (7 s)
    ▫️ productos y pago
    ▫️ pedido de prueba
    Lo que hay se queda. `/tienda reanudar nombre:teashop` sigue donde se quedó; `/tienda eliminar nombre:teashop` lo elimina.
    ||```
    reading settings
    no such `¦`¦` table |¦|
    giving up
    ```||
    [Reintentar] [Conservar] [Eliminar]
    --
    **teashop** falhou: Um programa cai repetidamente.
    > shop crashes again and again (3 restarts): exit code 1. If it goes on, ask an administrator to look at the log of its pods.
    ✅ namespace (2 s)
    ✅ instalação (2 s)
    ❌ banco de dados e aplicativo (7 s)
    ▫️ produtos e pagamento
    ▫️ pedido de teste
    O que existe fica. `/loja retomar nome:teashop` continua de onde parou; `/loja excluir nome:teashop` remove tudo.
    ||```
    reading settings
    no such `¦`¦` table |¦|
    giving up
    ```||
    [Tentar de novo] [Manter] [Excluir]
    ");
}

#[test]
fn a_shop_in_german_from_the_beginning() {
    let de = |command, record: &Record| say(Lang::De, command, record, &seen_at(6));
    let held_up = Record {
        observed: Observed {
            trouble: Some(Trouble::new(Reason::NoRoom, "There is no room on the cluster for shop: not enough CPU")),
            ..during(Phase::Installing, StepName::Workloads).observed
        },
        ..teashop()
    };
    let told = [
        de(CommandKind::Create, &teashop()),
        de(CommandKind::Create, &during(Phase::Installing, StepName::Workloads)),
        de(CommandKind::Create, &held_up),
        de(CommandKind::Create, &simulated()),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    **teashop** wird erstellt (WooCommerce, klein) ...
    ▫️ Namespace
    ▫️ Installation
    ▫️ Datenbank und App
    ▫️ Produkte und Zahlung
    ▫️ Testbestellung
    -# 2 von 3 Shops, etwa 26 Sekunden
    --
    **teashop** wird erstellt (WooCommerce, klein) ...
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9 % · fertig <t:1700000033:R>
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ⏳ Datenbank und App ...
    ▫️ Produkte und Zahlung
    ▫️ Testbestellung
    -# 2 von 3 Shops
    --
    **teashop** wird erstellt (WooCommerce, klein) ...
    🟩⬜⬜⬜⬜⬜⬜⬜⬜⬜ 9 % · fertig <t:1700000033:R>
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ⏳ Datenbank und App ...
    ▫️ Produkte und Zahlung
    ▫️ Testbestellung
    Es hakt: Auf dem Cluster ist kein Platz.
    > There is no room on the cluster for shop: not enough CPU. Take a smaller plan, or ask an administrator to add nodes.
    -# 2 von 3 Shops
    --
    **teashop** ist fertig: http://teashop.stores.localhost (simulierte Knoten, keine Testbestellung)
    -# Dauer 21 s
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ✅ Datenbank und App (2 s)
    ➖ Produkte und Zahlung
    ➖ Testbestellung
    [Öffnen] [Verwaltung] [Zugang zeigen] [Schlafen legen] [Löschen]
    ");
}

#[test]
fn sleep_is_told_in_every_language() {
    let mut sleeps = Record { desired: Desired::new(2, Want::Asleep, Task::Install), ..ready() };
    (sleeps.observed.generation, sleeps.observed.phase, sleeps.spec.expires_at) = (2, Phase::Asleep, Some(at(3_600)));
    let falls = Record { observed: Observed { generation: 1, ..sleeps.observed.clone() }, ..sleeps.clone() };
    let over = Record { desired: Desired { removes_at: Some(at(7_200)), ..sleeps.desired }, ..sleeps.clone() };
    let wakes = Record { desired: Desired::new(3, Want::Present, Task::Install), ..sleeps.clone() };
    let said = |lang| {
        let say = |command, record| say(lang, command, record, &Sight::at(at(30)));
        let wakes = say(CommandKind::Wake, &wakes).lines().next().unwrap_or_default().to_owned();
        let [falls, over] = [&falls, &over].map(|record| say(CommandKind::Sleep, record));
        [falls, say(CommandKind::Extend, &sleeps), over, wakes].join("\n")
    };
    assert_snapshot!([Lang::De, Lang::Fr, Lang::Es, Lang::Pt].map(said).join("\n--\n"), @r"
    **teashop** schläft ein ...
    **teashop** hat Zeit bis <t:1700003600:f> (<t:1700003600:R>).
    **teashop** schläft: Alles bleibt erhalten, und nichts läuft.
    `/shop aufwecken name:teashop` weckt ihn auf.
    [Aufwecken] [Verlängern] [Löschen]
    Die Zeit von **teashop** ist um. Der Shop schläft: Alles bleibt bis <t:1700007200:f> (<t:1700007200:R>) erhalten und wird dann entfernt.
    `/shop verlängern name:teashop` gibt ihm mehr Zeit und weckt ihn auf.
    [Verlängern] [Löschen]
    **teashop** wird aufgeweckt (WooCommerce, klein) ...
    --
    **teashop** s’endort ...
    **teashop** a du temps jusqu’au <t:1700003600:f> (<t:1700003600:R>).
    **teashop** est en veille : tout est gardé et rien ne tourne.
    `/boutique réveiller nom:teashop` la réveille.
    [Réveiller] [Prolonger] [Supprimer]
    Le temps de **teashop** est écoulé. La boutique est en veille : tout est gardé jusqu’au <t:1700007200:f> (<t:1700007200:R>), puis supprimé.
    `/boutique prolonger nom:teashop` lui donne plus de temps et la réveille.
    [Prolonger] [Supprimer]
    Réveil de **teashop** (WooCommerce, petite) ...
    --
    **teashop** se está durmiendo ...
    **teashop** tiene tiempo hasta el <t:1700003600:f> (<t:1700003600:R>).
    **teashop** está dormida: todo se conserva y nada funciona.
    `/tienda despertar nombre:teashop` la despierta.
    [Despertar] [Ampliar] [Eliminar]
    El tiempo de **teashop** ha terminado. La tienda está dormida: todo se conserva hasta el <t:1700007200:f> (<t:1700007200:R>) y después se elimina.
    `/tienda ampliar nombre:teashop` le da más tiempo y la despierta.
    [Ampliar] [Eliminar]
    Despertando **teashop** (WooCommerce, pequeño) ...
    --
    **teashop** está adormecendo ...
    **teashop** tem tempo até <t:1700003600:f> (<t:1700003600:R>).
    **teashop** está adormecida: tudo é mantido e nada está em execução.
    `/loja acordar nome:teashop` a acorda.
    [Acordar] [Prolongar] [Excluir]
    O tempo de **teashop** acabou. A loja está adormecida: tudo é mantido até <t:1700007200:f> (<t:1700007200:R>) e depois excluído.
    `/loja prolongar nome:teashop` dá mais tempo a ela e a acorda.
    [Prolongar] [Excluir]
    Acordando **teashop** (WooCommerce, pequeno) ...
    ");
}

#[test]
fn what_is_asked_later_in_german() {
    let de = |command, record: &Record| say(Lang::De, command, record, &seen_at(6));
    let told = [
        de(CommandKind::Verify, &again(Task::Verify, Phase::Verifying)),
        de(CommandKind::Verify, &again(Task::Verify, Phase::Ready)),
        de(CommandKind::Retry, &again(Task::Reinstall, Phase::Updating)),
        de(CommandKind::Upgrade, &again(Task::Install, Phase::Updating)),
        de(CommandKind::Delete, &unwanted(ready(), 1, Phase::Ready)),
        de(CommandKind::Delete, &unwanted(ready(), 2, Phase::Deleted)),
        de(CommandKind::Delete, &troubled(unwanted(ready(), 2, Phase::Failed), "a volume is stuck")),
        de(CommandKind::Undo, &untouched(Phase::Ready)),
    ];
    assert_snapshot!(told.join("\n--\n"), @r"
    In **teashop** wird eine Testbestellung aufgegeben ...
    --
    **teashop** verkauft: http://teashop.stores.localhost
    Beleg: Testbestellung #37, 23.00 EUR, Dauer 26 s
    [Öffnen] [Verwaltung] [Zugang zeigen] [Schlafen legen] [Löschen]
    --
    Weiter mit **teashop** (WooCommerce, klein) ...
    🟩🟩🟩🟩🟩🟩🟩🟩🟩⬜ 99 %
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ✅ Datenbank und App (2 s)
    ✅ Produkte und Zahlung (2 s)
    ✅ Testbestellung (12 s)
    --
    **teashop** wird aktualisiert (WooCommerce, klein) ...
    🟩🟩🟩🟩🟩🟩🟩🟩🟩⬜ 99 %
    ✅ Namespace (2 s)
    ✅ Installation (2 s)
    ✅ Datenbank und App (2 s)
    ✅ Produkte und Zahlung (2 s)
    ✅ Testbestellung (12 s)
    --
    **teashop** wird gelöscht ...
    --
    **teashop** ist gelöscht.
    --
    **teashop** konnte nicht gelöscht werden: a volume is stuck
    Sonst wurde nichts angerührt. `/shop fortsetzen name:teashop` versucht es erneut.
    [Erneut versuchen]
    --
    **teashop** bleibt: die Löschung wurde zurückgenommen.
    **teashop** ist fertig: http://teashop.stores.localhost
    Beleg: Testbestellung #37, 23.00 EUR
    [Öffnen] [Verwaltung] [Zugang zeigen] [Schlafen legen] [Löschen]
    ");
}
