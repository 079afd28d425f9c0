### Deutsch

## Buttons: at most 80 characters, better 20

button-open = Öffnen
button-admin = Verwaltung
button-approve = Genehmigen
button-deny = Ablehnen
button-login = Zugang zeigen
button-retry = Erneut versuchen
button-keep = Behalten
button-delete = Löschen
button-undo = Rückgängig

## Requests over a quota

approved-by = Die Anfrage nach **{ $store }** wurde von { $by } genehmigt.
denied-by = Die Anfrage nach **{ $store }** wurde von { $by } abgelehnt.

## Stories of stores: what is being done

story-creating = **{ $store }** wird erstellt ({ $size }) ...
story-resuming = Weiter mit **{ $store }** ({ $size }) ...
story-upgrading = **{ $store }** wird aktualisiert ({ $size }) ...
story-verifying = In **{ $store }** wird eine Testbestellung aufgegeben ...
story-deleting = **{ $store }** wird gelöscht ...
story-doomed = **{ $store }** wird { $when } gelöscht.
story-kept = **{ $store }** bleibt: die Löschung wurde zurückgenommen.
story-place =
    { $place ->
        [1] Als Nächstes an der Reihe
       *[other] Platz { $place } in der Warteschlange
    }
story-percent = { $percent } %

# $when: a time that Discord counts down to, such as “in 20 seconds”
story-eta = fertig { $when }
story-soon = gleich so weit
story-late = es dauert länger als sonst
story-waiting = Es hakt: { $why }

## Its steps, in lists

step-namespace = Namespace
step-release = Installation
step-workloads = Datenbank und App
step-setup = Produkte und Zahlung
step-verify = Testbestellung

## Their ends

story-ready = **{ $store }** ist fertig: { $url }
story-sells = **{ $store }** verkauft: { $url }
story-simulated = simulierte Knoten, keine Testbestellung
story-order = Testbestellung #{ $order }, { $total }
story-took = Dauer { $took }
story-proof = Beleg: { $proof }
story-untouched = **{ $store }** ist schon aktuell: nichts wurde geändert.
story-deleted = **{ $store }** ist gelöscht.
story-failed = **{ $store }** ist fehlgeschlagen: { $why }
story-not-deleted = **{ $store }** konnte nicht gelöscht werden: { $why }
story-unknown = der Grund ist nicht bekannt; in den Logs steht mehr
story-for = für { $owner }

## What to do next

next-not-deleted = Sonst wurde nichts angerührt. `/store retry name:{ $store }` versucht es erneut.
next-by-hand = Von selbst wird nichts neu gemacht. `/store retry name:{ $store }` tut es.
next-unproven = Nichts wurde entfernt. `/store retry name:{ $store }` gibt die Testbestellung erneut auf.
next-kept = Die Daten bleiben erhalten. `/store retry name:{ $store }` macht dort weiter, wo es aufgehört hat.
next-unfinished = Was da ist, bleibt. `/store retry name:{ $store }` macht dort weiter, wo es aufgehört hat; `/store delete name:{ $store }` entfernt alles.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = Ein Image wurde nicht gefunden.
reason-image-unavailable = Die Image-Registry liefert gerade nicht.
reason-quota-exceeded = Das Kontingent des Shops ist ausgeschöpft.
reason-refused-by-admission = Eine Richtlinie des Clusters lässt es nicht zu.
reason-admission-away = Ein Webhook des Clusters antwortet nicht.
reason-no-room = Auf dem Cluster ist kein Platz.
reason-volume-not-bound = Ein Volume fehlt.
reason-crash-loop = Ein Programm stürzt immer wieder ab.
reason-out-of-memory = Der Speicher des Tarifs ist zu klein.
reason-setup-failed = Das Einrichten des Shops ist fehlgeschlagen.
reason-verify-failed = Die Testbestellung ist fehlgeschlagen.
reason-no-proof = Die Testbestellung hat keinen Beleg hinterlassen.
reason-login-failed = Der Shop hat den neuen Zugang nicht angenommen.
reason-not-ready-in-time = Der Shop ist nicht rechtzeitig gestartet.
reason-not-finished-in-time = Es wurde nicht rechtzeitig fertig.
reason-namespace-leaving = Der Namespace lässt sich noch nicht entfernen.
reason-cluster-away = Der Cluster antwortet nicht.
reason-cluster-error = Im Cluster ist etwas schiefgegangen.
reason-refused-by-cluster = Der Cluster lehnt es ab.
reason-values-refused = Das Chart nimmt seine Werte nicht an.
reason-helm-missing = Etwas, das Shops installiert, fehlt.
reason-helm-failed = Helm ist fehlgeschlagen.
reason-not-installed = Der Shop ist nicht mehr so installiert, wie er war.
reason-chart-too-old = Der Shop wurde mit einem älteren Chart installiert.
reason-cell-not-configured = Seine Zelle ist nicht mehr eingerichtet.
reason-workers-ended = Die Worker sind mittendrin ausgefallen.
reason-removed-in-cluster = Im Cluster wurde etwas davon entfernt.
reason-stopped-in-cluster = Im Cluster wurde etwas davon angehalten.
