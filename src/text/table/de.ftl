### Deutsch
#
# Glossar. store, shop: Shop. engine: Software. plan: Größe. quota: Kontingent. test order: Testbestellung.
# approver: Genehmiger. login: Zugang. to retry: fortsetzen. worker: Worker. cluster: Cluster. release: Version.
# request: Anfrage. dead letter: aufgegebener Auftrag. Anrede: du.

## The command as Discord offers it: names have small letters, digits and dashes, at most 32, and none twice
## beside each other; descriptions have at most 100 characters. The English ones stand in the definition.

command-store = shop
    .description = Fertige Onlineshops, per Befehl erstellt und entfernt
command-store-create = erstellen
    .description = Einen Shop erstellen
command-store-create-name = name
    .description = Ein neuer Name: Kleinbuchstaben, Ziffern, Bindestriche; er wird Teil der Adresse
command-store-create-engine = software
    .description = Welche Shopsoftware
command-store-create-plan = größe
    .description = Welche Größe (klein, wenn nichts gesagt wird)
command-store-create-ttl = dauer
    .description = Wie lange du ihn brauchst, etwa 72h oder 7d
command-store-create-title = titel
    .description = Wie der Shop heißt
command-store-create-currency = währung
    .description = Die Währung, in der er verkauft, etwa EUR oder USD
command-store-create-country = land
    .description = Das Land, aus dem er verkauft, etwa DE oder US
command-store-status = status
    .description = Wie geht es einem Shop?
command-store-status-name = name
    .description = Welcher Shop
command-store-list = liste
    .description = Meine Shops zeigen
command-store-retry = fortsetzen
    .description = Einen fehlgeschlagenen Shop dort fortsetzen, wo er stehen blieb
command-store-retry-name = name
    .description = Welcher Shop
command-store-verify = prüfen
    .description = Noch eine Testbestellung in einem Shop aufgeben
command-store-verify-name = name
    .description = Welcher Shop
command-store-upgrade = aktualisieren
    .description = Einen Shop auf die neueste Version bringen
command-store-upgrade-name = name
    .description = Welcher Shop
command-store-extend = verlängern
    .description = Einem Shop mehr Zeit geben; weckt ihn auf, wenn seine Zeit um war
command-store-extend-name = name
    .description = Welcher Shop
command-store-extend-by = um
    .description = Um wie viel, zum Beispiel 72h oder 7d
command-store-sleep = schlafen-legen
    .description = Alles von einem Shop behalten und nichts laufen lassen
command-store-sleep-name = name
    .description = Welcher Shop
command-store-wake = aufwecken
    .description = Einen schlafenden Shop wieder starten
command-store-wake-name = name
    .description = Welcher Shop
command-store-login = zugang
    .description = Ein neues Passwort für die Verwaltung eines Shops, nur dir gezeigt
command-store-login-name = name
    .description = Welcher Shop
command-store-delete = löschen
    .description = Einen Shop und alles darin entfernen, endgültig
command-store-delete-name = name
    .description = Welcher Shop
command-store-undo = rückgängig
    .description = Eine Löschung zurücknehmen, solange noch nichts geschehen ist
command-store-undo-name = name
    .description = Welcher Shop
command-store-quota = kontingent
    .description = Wie viel ich haben darf und habe
command-store-help = hilfe
    .description = Was man fragen kann
command-store-admin = shop-verwaltung
    .description = Was storebot auf diesem Server tut, und für wen
command-store-admin-roles = rollen
    .description = Was Mitglieder mit einer Rolle dürfen
command-store-admin-roles-role = rolle
    .description = Welche Rolle dieses Servers; @everyone steht für alle anderen
command-store-admin-roles-as = als
    .description = Was sie dann dürfen
command-store-admin-roles-as-viewer = { role-viewer }
command-store-admin-roles-as-member = { role-member }
command-store-admin-roles-as-approver = { role-approver }
command-store-admin-roles-as-admin = { role-admin }
command-store-admin-roles-as-nothing = nichts
command-store-admin-roles-as-default = Vorgabe
command-store-admin-channel = kanal
    .description = Wohin späte Nachrichten und Anfragen zur Genehmigung gehen
command-store-admin-channel-channel = kanal
    .description = Welcher Kanal (wo gefragt wurde, wenn nichts gesagt wird)
command-store-admin-language = sprache
    .description = In welcher Sprache Nachrichten für alle geschrieben sind
command-store-admin-language-language = sprache
    .description = Welche Sprache (die des Servers, wenn nichts gesagt wird)
command-store-admin-defaults = vorgaben
    .description = Womit ein Shop erstellt wird, wenn nichts gesagt ist
command-store-admin-defaults-plan = größe
    .description = Welche Größe
command-store-admin-defaults-plan-small = { plan-small }
command-store-admin-defaults-plan-medium = { plan-medium }
command-store-admin-defaults-plan-large = { plan-large }
command-store-admin-defaults-plan-default = Vorgabe
command-store-admin-defaults-ttl = dauer
    .description = Wie lange, etwa 72h oder 7d
command-store-admin-show = zeigen
    .description = Zeigen, was für diesen Server eingestellt ist

## Words and parts of other sentences

list-or = { $first } oder { $last }

role-viewer = Betrachter
role-member = Mitglied
role-approver = Genehmiger
role-admin = Administrator

plan-small = klein
plan-medium = mittel
plan-large = groß

phase-queued = wartet
phase-provisioning = wird angelegt
phase-installing = wird installiert
phase-verifying = wird geprüft
phase-ready = bereit
phase-updating = wird aktualisiert
phase-asleep = schläft
phase-failed = fehlgeschlagen
phase-deleting = wird gelöscht
phase-deleted = gelöscht

# What is not an option of a command and can yet be wrong.
field-cell = Zelle
field-command = Befehl
field-door = Eingang
field-phase = Phase

# After "um", as in "um einen Shop zu erstellen, brauchst du".
do-create = einen Shop zu erstellen
do-delete = diesen Shop zu löschen
do-undo = die Löschung dieses Shops zurückzunehmen
do-retry = diesen Shop fortzusetzen
do-verify = eine Testbestellung aufzugeben
do-upgrade = diesen Shop zu aktualisieren
do-extend = diesem Shop mehr Zeit zu geben
do-sleep = diesen Shop schlafen zu legen
do-wake = diesen Shop aufzuwecken
do-suspend = diesen Shop schlafen zu legen, bis er bezahlt ist
do-resume = diesen Shop aufzuwecken, sobald er bezahlt ist
do-expire = die Zeit dieses Shops zu beenden
do-credentials = einen Zugang zu bekommen
do-redrive = aufgegebene Aufträge zu wiederholen
do-replay = Zustellungen zu wiederholen
do-drain = eine Zelle keine neuen Shops mehr nehmen zu lassen
do-undrain = eine Zelle wieder neue Shops nehmen zu lassen
do-approve = eine Anfrage zu genehmigen
do-deny = eine Anfrage abzulehnen
do-configure = die Einstellungen dieses Servers zu ändern
see-stores = Shops zu sehen
see-events = zu sehen, was geschehen ist
see-pods = zu sehen, was läuft
see-quota = ein Kontingent zu sehen
see-overview = die Übersicht zu sehen
see-approvals = Anfragen zu sehen
see-audit = zu sehen, wer was getan hat
see-dead-letters = aufgegebene Aufträge zu sehen
see-deliveries = Zustellungen zu sehen
see-cells = die Zellen zu sehen

## Times

# Time that has passed, "created ...".
ago-second = { $count ->
    [one] vor { $count } Sekunde
   *[other] vor { $count } Sekunden
}
ago-minute = { $count ->
    [one] vor { $count } Minute
   *[other] vor { $count } Minuten
}
ago-hour = { $count ->
    [one] vor { $count } Stunde
   *[other] vor { $count } Stunden
}
ago-day = { $count ->
    [one] vor { $count } Tag
   *[other] vor { $count } Tagen
}

# Time that something takes or that is left.
span-second = { $count ->
    [one] { $count } Sekunde
   *[other] { $count } Sekunden
}
span-minute = { $count ->
    [one] { $count } Minute
   *[other] { $count } Minuten
}
span-hour = { $count ->
    [one] { $count } Stunde
   *[other] { $count } Stunden
}
span-day = { $count ->
    [one] { $count } Tag
   *[other] { $count } Tage
}

# After a number of times, "100 times ...".
per-second = { $count ->
    [one] pro Sekunde
   *[other] in { $count } Sekunden
}
per-minute = { $count ->
    [one] pro Minute
   *[other] in { $count } Minuten
}
per-hour = { $count ->
    [one] pro Stunde
   *[other] in { $count } Stunden
}

## Refusals: what happened, without the full stop

refusal-bad-name = Dieser Name geht nicht
refusal-unknown-value = Diese Auswahl gibt es nicht
refusal-invalid-value = Eine Angabe passt nicht
refusal-name-taken = Dieser Name ist vergeben
refusal-store-not-found = Diesen Shop gibt es nicht
refusal-forbidden = Das darfst du nicht
refusal-no-role = Du darfst storebot hier nicht benutzen
refusal-not-this-source = Diese Quelle darf das nicht
refusal-quota-exceeded = Dein Kontingent ist aufgebraucht
refusal-quota-exceeded-org = Das Kontingent deiner Organisation ist aufgebraucht
refusal-plan-too-small = Diese Größe reicht nicht
refusal-no-room = Für einen weiteren Shop ist kein Platz
refusal-cell-drained = Diese Zelle nimmt keine neuen Shops
refusal-cell-unfit = Ein solcher Shop entsteht dort nicht
refusal-not-now = Das geht gerade nicht
refusal-owner-only = Das ist nur für den Besitzer des Shops
refusal-not-done = Das hat nicht geklappt
refusal-no-answer = Niemand hat rechtzeitig geantwortet
refusal-no-worker = Kein Worker hat geantwortet
refusal-cluster-away = Der Cluster des Shops antwortet nicht
refusal-too-many-streams = Du verfolgst so viel, wie du darfst
refusal-dead-letter-not-found = Diesen aufgegebenen Auftrag gibt es nicht
refusal-delivery-not-found = Diese Zustellung gibt es nicht
refusal-not-replayable = Diese Zustellung kann nicht wiederholt werden
refusal-approval-not-found = Diese Anfrage gibt es nicht
refusal-decided = Diese Anfrage wartet nicht mehr
refusal-crowded = Es warten schon zu viele
refusal-rate-limited = Zu viele Anfragen
refusal-idempotency-key-reused = Dieser Idempotenzschlüssel wurde schon benutzt
refusal-conflict = Der Shop hat sich inzwischen geändert
refusal-unavailable = storebot kann gerade keine Anfragen annehmen

## Refusals: why, and what to do next

bad-name-empty = Der Name ist leer. Wähle einen wie teashop.
bad-name-long = „{ $text }“ hat mehr als { $max } Zeichen. Wähle einen Namen wie teashop oder tea-shop-2.
bad-name-character = „{ $text }“ enthält andere Zeichen als Kleinbuchstaben a-z, Ziffern und Bindestriche. Wähle einen Namen wie teashop oder tea-shop-2.
bad-name-edge = „{ $text }“ beginnt oder endet mit einem Bindestrich. Wähle einen Namen wie teashop oder tea-shop-2.

unknown-value-none = „{ $text }“ gibt es als „{ $field }“ nicht. Lass „{ $field }“ weg oder frage einen Administrator.
unknown-value-one = „{ $text }“ gibt es als „{ $field }“ nicht. Die einzige Möglichkeit für „{ $field }“ ist { $known }.
unknown-value-some = „{ $text }“ gibt es als „{ $field }“ nicht. Wähle { $known }.

invalid-value = „{ $field }“ { $why }. Verbessere die Angabe und versuche es noch einmal.

# What a value has to be, after its name.
rule-title-visible = braucht mindestens ein sichtbares Zeichen
rule-title-short = hat höchstens { $max } Zeichen
rule-title-one-line = hat keine Zeilenumbrüche oder anderen Steuerzeichen
rule-ttl-duration = ist eine Zahl mit Einheit, etwa 90m, 72h oder 7d
rule-ttl-bounds = ist mindestens 1s und höchstens 366d
rule-ttl-longest = endet spätestens { $most } von jetzt an
rule-grace-duration = ist eine Zahl mit Einheit, etwa 30s oder 5m
rule-grace-bounds = ist höchstens 7d
rule-callback-whole = ist eine vollständige Adresse, etwa https://example.com/hooks/storebot
rule-callback-web = beginnt mit https:// oder http://
rule-callback-bare = enthält keinen Benutzernamen und kein Passwort; Zustellungen sind stattdessen signiert
rule-callback-short = hat höchstens 2048 Zeichen, kodiert
rule-callback-public = ist eine von außen erreichbare Adresse und keine interne; wer storebot betreibt, kann sie mit callbacks.allow_hosts erlauben
rule-callback-signed = kann nicht aufgerufen werden: dieser storebot hat kein Geheimnis, um Zustellungen zu signieren; lass es weg oder bitte die Betreiber, callbacks.secrets zu setzen
rule-key = hat 1 bis { $max } druckbare ASCII-Zeichen
rule-moment = ist ein Zeitpunkt wie 2026-11-21T08:00:00Z
rule-cursor = ist kein next_cursor einer früheren Seite
rule-cursor-order = ist kein next_cursor einer früheren Seite in derselben Reihenfolge; ohne ihn beginnt die Liste von vorn
rule-search-short = hat höchstens { $max } Zeichen: ein Teil eines Namens, eine Id oder ein Besitzer
rule-currency = ist der ISO-4217-Code einer Währung, etwa EUR, USD oder GBP
rule-no-money = ist der Code von Geld, das ein Shop annehmen kann, etwa EUR, USD oder GBP
rule-replaced = wurde ersetzt: nimm { $by }
rule-country = ist der ISO-3166-1-Code eines Landes in zwei Buchstaben, etwa DE, US oder GB
rule-sold-in = muss eine sein, in der { $engine } verkaufen kann, und { $currency } ist es nicht
rule-roles-few = haben schon für { $max } eine Bedeutung; nimm zuerst eine zurück

name-taken = Es gibt schon einen Shop namens { $store }. Wähle einen anderen Namen; wenn der Shop dir gehört, kannst du ihn auch zuerst löschen.
name-taken-going = Der Shop { $store } wird noch gelöscht. In ein, zwei Minuten ist sein Name wieder frei; versuche es dann noch einmal.
store-not-found = Einen Shop „{ $store }“ gibt es für dich nicht. Deine Liste zeigt die Namen und Kennungen deiner Shops.

forbidden = Um { $what }, brauchst du die Rolle „{ $role }“. Bitte einen Administrator darum.
no-role = Niemand hat dir hier eine Rolle für storebot gegeben. Bitte den Betreiber von storebot um eine.
not-this-source = Sie darf { $allowed }, aber nicht { $command }. Bitte den Betreiber von storebot, das den Befehlen dieser Quelle hinzuzufügen.

# $whose: "org" or "own".
quota-stores = { $whose ->
    [org] Deine Organisation hat
   *[own] Du hast
} { $used } von { $limit ->
    [one] { $limit } Shop
   *[other] { $limit } Shops
}.
quota-cpu = { $whose ->
    [org] Deine Organisation nutzt
   *[own] Du nutzt
} { $used } von { $limit } CPU, und dieser Shop wäre zu viel.
quota-memory = { $whose ->
    [org] Deine Organisation nutzt
   *[own] Du nutzt
} { $used } von { $limit } Arbeitsspeicher, und dieser Shop wäre zu viel.
quota-disk = { $whose ->
    [org] Deine Organisation nutzt
   *[own] Du nutzt
} { $used } von { $limit } Speicherplatz, und dieser Shop wäre zu viel.
quota-next = { $has } Lege einen schlafen oder lösche einen, der nicht mehr gebraucht wird, und versuche es dann erneut.
quota-asked = { $has } Ein Genehmiger wurde gefragt und kann es bis { $until } noch erlauben (Anfrage { $request }).

plan-too-small = Ein Shop mit { $engine } braucht mehr, als diese Größe hat. Nimm { $plans }.
no-room = Alle Zellen, in denen dieser Shop sein könnte, sind voll oder nehmen keine neuen, also ist nichts entstanden. Versuche es wieder, wenn ein Shop gelöscht wurde, oder bitte einen Administrator um Platz.
no-room-cell = Die Zelle „{ $cell }“ ist voll, also ist nichts entstanden. Lass die Zelle weg, damit eine gewählt wird, oder bitte einen Administrator um Platz.
cell-drained = Die Zelle „{ $cell }“ wird geleert: Was dort ist, läuft weiter, und Neues entsteht dort nicht. Lass die Zelle weg, damit eine gewählt wird.
cell-unfit-plan = In der Zelle „{ $cell }“ gibt es keine Shops dieser Größe. Nimm eine andere Größe oder lass die Zelle weg, damit eine gewählt wird.
cell-unfit-engine = In der Zelle „{ $cell }“ gibt es keine Shops mit dieser Software. Lass die Zelle weg, damit eine gewählt wird.
cell-unfit-plan-all = In keiner Zelle gibt es Shops dieser Software in dieser Größe. Nimm eine andere Größe oder frage einen Administrator.
cell-unfit-engine-all = In keiner Zelle gibt es Shops mit dieser Software. Nimm eine andere oder frage einen Administrator.

not-now-not-there-yet = { $store } entsteht noch. Versuche es wieder, wenn der Shop bereit ist.
not-now-busy = { $store } ist noch mit einem früheren Befehl beschäftigt. Versuche es wieder, wenn der fertig ist.
not-now-failed-verify = { $store } ist fehlgeschlagen, bevor etwas verkauft werden konnte. Setze den Shop fort: das geht dort weiter, wo er stehen blieb.
not-now-failed = { $store } ist fehlgeschlagen; um { $what }, muss der Shop bereit sein. Sein Status sagt, warum er es nicht ist.
not-now-not-failed = { $store } ist nicht fehlgeschlagen, es gibt also nichts fortzusetzen. Sein Status sagt, wie es um ihn steht.
not-now-going = { $store } wird gerade gelöscht.
not-now-begun = Die Löschung von { $store } hat begonnen und lässt sich nicht mehr zurücknehmen.
not-now-nothing-to-undo = { $store } soll nicht gelöscht werden: es gibt nichts zurückzunehmen.
not-now-gone = { $store } ist gelöscht. Erstelle zuerst einen neuen Shop.
not-now-simulated = { $store } läuft auf simulierten Knoten: hinter der Adresse steht kein Shop, es gibt also nichts zum Anmelden.
not-now-asleep = { $store } schläft. Wecke ihn zuerst auf.
not-now-expired = Die Zeit von { $store } ist abgelaufen. Verlängere ihn: das gibt ihm mehr Zeit und weckt ihn auf.
not-now-endless = { $store } hat kein Ende, das sich verschieben ließe: er bleibt, bis ihn jemand löscht.
not-now-too-long = { $store } würde länger bestehen, als hier erlaubt ist. Bitte um weniger Zeit.
not-now-suspended = { $store } schläft, weil er nicht bezahlt ist. Er wacht von selbst auf, sobald er es ist.

owner-only = Niemandem sonst ist es erlaubt, { $what }, auch Administratoren nicht. Der Besitzer kann darum bitten.
not-done = Der Versuch, { $what }, ist gescheitert: { $why }. Versuche es noch einmal; wenn es so bleibt, sag einem Administrator Bescheid.
no-answer = Es ist nicht bekannt, ob es gewirkt hat. Bitte noch einmal darum, { $what }; das Neueste gilt.
no-worker = Nur ein Worker kann in den Cluster des Shops sehen, und keiner hat rechtzeitig geantwortet. Nichts wurde geändert. Versuche es in ein paar Sekunden noch einmal; wenn es so bleibt, sag einem Administrator Bescheid.
cluster-away = Der Shop selbst kann durchaus in Ordnung sein. Nichts wurde geändert. Versuche es in ein paar Sekunden noch einmal.
too-many-streams = { $limit ->
    [one] Erlaubt ist { $limit } offener Datenstrom
   *[other] Erlaubt sind { $limit } offene Datenströme
}. Schließe einen, den du nicht brauchst, und versuche es dann noch einmal.
no-such-letter = Kein aufgegebener Auftrag „{ $letter }“ steht auf der Liste; vielleicht wurde er schon wiederholt. Die Liste zeigt, welche es gibt.
no-such-delivery = Keine Zustellung „{ $delivery }“ ist aufbewahrt; vielleicht ist sie vergessen. Die Liste zeigt, welche es gibt.
not-replayable-untrusted = Sie wurde abgelehnt, bevor sie von anderen zu unterscheiden war, also wurde nichts von ihr aufbewahrt. Lass sie vom Absender noch einmal schicken.
not-replayable-not-kept = Ihr Inhalt ist nicht aufbewahrt: Er war zu groß oder hat neueren Platz gemacht. Lass sie vom Absender noch einmal schicken.
not-replayable-no-source = Ihre Quelle ist nicht mehr eingerichtet. Richte sie wieder ein und wiederhole die Zustellung dann.
not-replayable-pending = Sie wird noch zugestellt. Warte, bis das zu Ende ist; die Liste sagt, wann der nächste Versuch ist.
not-replayable-no-store = Ihr Shop ist vergessen, also gibt es nichts mehr mitzuteilen.
no-such-approval = Du hast keine Anfrage „{ $request }“. Die Liste zeigt, welche warten.

decided-waiting = Sie wartet noch. Versuche es noch einmal.
decided-approved-made = { $by } hat sie genehmigt, und der Shop { $store } wurde erstellt.
decided-approved = { $by } hat sie genehmigt.
decided-denied = { $by } hat sie abgelehnt. Du kannst noch einmal darum bitten.
decided-expired = Niemand hat rechtzeitig entschieden. Du kannst noch einmal darum bitten.

crowded = storebot hält schon so viele offene Fragen und Datenströme wie möglich. Schließe, was du nicht brauchst, und versuche es in ein paar Sekunden noch einmal.
rate-limited = Erlaubt { $times ->
    [1] ist eine Anfrage
   *[other] sind { $times } Anfragen
} { $per }. Versuche es in { $wait } noch einmal.
key-reused = Die erste Anfrage mit diesem Schlüssel wollte etwas anderes. Nimm für eine neue Anfrage einen neuen Schlüssel und den alten nur, um genau dieselbe zu wiederholen.
conflict = Jemand anderes hat den Shop { $store } im selben Augenblick geändert. Sieh ihn dir an und versuche es noch einmal.
unavailable = Versuche es in ein paar Sekunden noch einmal. Mit demselben Idempotenzschlüssel geschieht nichts doppelt; ohne sieh zuerst nach, ob es schon da ist.

## Answers

status-head = **{ $store }** ({ $size }): { $phase }
status-title = Titel: { $title }
status-created = Erstellt { $ago }
status-address = Adresse: { $url }{ $proof }
status-drift = Im Cluster geändert: { $what }
status-drift-next = `{ $upgrade }` stellt es wieder her.
status-left = Wird noch { $left } gebraucht; `{ $extend }` gibt ihm mehr Zeit
status-over = Die Zeit ist um; der Shop schläft jetzt ein. `{ $extend }` gibt ihm mehr Zeit
status-asleep = Alles bleibt erhalten, und nichts läuft. `{ $wake }` weckt ihn auf.
status-expired = Die Zeit ist um. Alles bleibt bis { $until } erhalten und wird dann entfernt; `{ $extend }` gibt ihm mehr Zeit und weckt ihn auf.

stores-used = { $used } von { $limit ->
    [one] { $limit } Shop
   *[other] { $limit } Shops
}
stores-used-unlimited = { $used ->
    [one] { $used } Shop
   *[other] { $used } Shops
}
room = { $stores }, etwa { $usually }

list-none = Du hast noch keine Shops. `{ $create }` erstellt einen. ({ $stores })
list-head = Deine Shops ({ $stores }):
list-entry = - **{ $store }** ({ $size }): { $phase }
list-entry-ready = - **{ $store }** ({ $size }): { $phase }, { $url }
list-more = ... und weitere. `{ $status }` zeigt jeden einzeln.

quota-own = **Dein Kontingent:**
quota-org = **Kontingent deiner Organisation** ({ $org }):
quota-line = { $resource }: { $used } (von { $limit })
quota-line-unlimited = { $resource }: { $used } (unbegrenzt)
quota-rate = { $count ->
    [one] Höchstens ein neuer pro Stunde
   *[other] Höchstens { $count } neue pro Stunde
}
quota-asleep = { $percent ->
    [0] Schlafende Shops zählen nur mit ihrer Festplatte
   *[other] Ein schlafender Shop zählt als { $percent } % von einem und nur mit seiner Festplatte
}
resource-stores = Shops
resource-cpu = CPU
resource-memory = Arbeitsspeicher
resource-disk = Speicherplatz

login-url = Anmelden unter { $url }
login-user = Benutzer: `{ $user }`
login-password = Passwort: ||`{ $password }`||
login-once = Nur du siehst das, und nur dieses eine Mal: bewahre das Passwort jetzt auf. Das vorige gilt nicht mehr.

help-head = **{ $command }** gibt dir einen fertigen Onlineshop und räumt ihn wieder weg:
help-create = `{ $command }` erstellt einen Shop. `{ $plan }` bestimmt die Größe, `{ $ttl }`, wie lange du ihn brauchst (`72h`, `7d`), `{ $title }`, wie er heißt, `{ $currency }` und `{ $country }`, in welcher Währung und von wo aus er verkauft.
help-status = `{ $command }` sagt, wie es um ihn steht.
help-list = `{ $command }` zeigt deine Shops und wie viele du noch haben darfst.
help-quota = `{ $command }` sagt, wie viel du haben darfst und hast.
help-retry = `{ $command }` setzt einen fehlgeschlagenen Shop dort fort, wo er stehen blieb.
help-verify = `{ $command }` gibt noch eine Testbestellung auf.
help-upgrade = `{ $command }` bringt den Shop auf die neueste Version.
help-extend = `{ $command }` gibt einem Shop mehr Zeit und weckt ihn auf, wenn sie um war.
help-sleep = `{ $sleep }` behält alles und lässt nichts laufen; `{ $wake }` startet ihn wieder.
help-login = `{ $command }` macht ein neues Passwort für die Verwaltung und zeigt es nur dir, nur einmal.
help-delete = `{ $command }` fragt nach dem Namen des Shops und entfernt ihn mit allem darin, endgültig.
help-undo = `{ $command }` nimmt das zurück, solange noch nichts geschehen ist.
help-names = Namen von Shops, Größen und Zeiten werden beim Tippen angeboten; die Knöpfe unter den Nachrichten tun dasselbe.
help-proof = Bereit heißt ein Shop erst, wenn eine Testbestellung durchgegangen ist; simulierte Knoten haben keine, und die Nachricht sagt es.

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
button-extend = Verlängern
button-sleep = Schlafen legen
button-wake = Aufwecken

## Requests over a quota

approval-asked = { $by } bittet um **{ $store }** ({ $engine }, { $plan }). { $refusal }
approved-by = Die Anfrage nach **{ $store }** wurde von { $by } genehmigt.
denied-by = Die Anfrage nach **{ $store }** wurde von { $by } abgelehnt.

## Discord: wie etwas gefragt wurde, nur für die fragende Person

ask-unknown-command = Diesen Befehl kennt dieser storebot nicht: Er ist älter oder neuer als das, was Discord anbietet. `{ $help }` zeigt, was möglich ist.
ask-unknown-button = Dieser Knopf stammt von einer anderen Version von storebot. Gib stattdessen den Befehl ein: `{ $help }` zeigt alle.
ask-missing-option = `{ $option }` fehlt. Gib `{ $command }` noch einmal ein und fülle es aus.
ask-odd-option = `{ $option }` ist nicht lesbar. Gib `{ $command }` noch einmal ein und nimm einen der angebotenen Werte.
ask-not-yours = Dieser Knopf gehört zu einem Shop, den es nicht mehr gibt oder der nicht dir gehört. `{ $list }` zeigt deine Shops.
ask-wrong-name = Nichts wurde gelöscht: Der Shop heißt **{ $store }**, und eingegeben wurde „{ $typed }“. Zum Löschen fang noch einmal an und gib genau seinen Namen ein.
ask-twice = Das wurde schon gehört und wird nicht noch einmal getan. Wenn etwas fehlt, frag neu.
ask-too-slow = Das hat zu lange gedauert. `{ $list }` zeigt, ob es geschehen ist; wenn nicht, versuch es bitte noch einmal.
ask-broken = In storebot ist etwas schiefgegangen. `{ $list }` zeigt, ob es geschehen ist; wenn nicht, versuch es bitte noch einmal.
ask-request = Anfrage `{ $id }`: Wer storebot betreibt, kann sie nachschlagen.
kept-by = { $by } lässt es, wie es ist.

## The form in which somebody confirms a deletion: at most 45 characters

form-delete-title = { $store } löschen?
form-delete-label = Zum endgültigen Löschen den Namen eingeben

## What is offered while somebody types

offer-plan = { $plan } · { $memory } Speicher
offer-store = { $store } · { $phase }

## What is set for a server

server-head = **storebot auf diesem Server**
server-channel = Späte Nachrichten und Anfragen zur Genehmigung: { $channel }
server-channel-none = Späte Nachrichten und Anfragen zur Genehmigung: dort, wo gefragt wurde
server-language = Nachrichten für alle: { $language }
server-language-none = Nachrichten für alle: in der Sprache des Servers
server-plan = Neue Shops: { $plan }, wenn kein Plan genannt ist
server-plan-none = Neue Shops: der kleinste Plan, wenn keiner genannt ist
server-ttl = Neue Shops sind für { $ttl } gewünscht, wenn nichts gesagt ist
server-ttl-none = Neue Shops haben kein Ende, wenn keines genannt ist
server-role = { $role }: { $may }
server-role-nothing = { $role }: darf nichts
server-role-less = { $role }: { $may }, zählt als { $counts }: mehr darf hier nicht vergeben werden
server-role-void = { $role }: { $may }, zählt aber nicht: hier darf keine Rolle vergeben werden
server-roles-none = Keine Rolle hat hier eine eigene Bedeutung.
server-most = Höchstens { $role } kann hier vergeben werden; das legt fest, wer storebot betreibt.
server-most-none = Hier kann keiner Rolle eine Bedeutung gegeben werden, außer von denen, die storebot betreiben.
ask-managers-only = Dafür brauchst du hier „Server verwalten“ oder musst Administrator von storebot sein.
ask-server-only = Das betrifft einen Server: Gib es in einem seiner Kanäle ein.
approval-elsewhere = { $refusal } Es liegt jetzt in { $channel } zur Genehmigung vor.

## Stories of stores: what is being done

story-creating = **{ $store }** wird erstellt ({ $size }) ...
story-resuming = Weiter mit **{ $store }** ({ $size }) ...
story-upgrading = **{ $store }** wird aktualisiert ({ $size }) ...
story-verifying = In **{ $store }** wird eine Testbestellung aufgegeben ...
story-waking = **{ $store }** wird aufgeweckt ({ $size }) ...
story-dozing = **{ $store }** schläft ein ...
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
story-asleep = **{ $store }** schläft: Alles bleibt erhalten, und nichts läuft.
story-expired = Die Zeit von **{ $store }** ist um. Der Shop schläft: Alles bleibt bis { $until } erhalten und wird dann entfernt.
story-extended = **{ $store }** hat Zeit bis { $until }.
story-failed = **{ $store }** ist fehlgeschlagen: { $why }
story-not-deleted = **{ $store }** konnte nicht gelöscht werden: { $why }
story-reason = Grund: `{ $reason }`
story-unknown = der Grund ist nicht bekannt; in den Logs steht mehr
story-for = für { $owner }

## What nobody has asked for

notice-expiring = Die Zeit von **{ $store }** endet { $when }. Dann schläft der Shop ein: Alles bleibt noch eine Weile erhalten und wird danach entfernt, wenn er nicht mehr Zeit bekommt.
notice-extend = `{ $extend }` gibt ihm mehr Zeit.
notice-removed = Die Zeit von **{ $store }** war um, und niemand hat dem Shop mehr gegeben: Er ist entfernt.

## What to do next

next-not-deleted = Sonst wurde nichts angerührt. `{ $retry }` versucht es erneut.
next-by-hand = Von selbst wird nichts neu gemacht. `{ $retry }` tut es.
next-unproven = Nichts wurde entfernt. `{ $retry }` gibt die Testbestellung erneut auf.
next-kept = Die Daten bleiben erhalten. `{ $retry }` macht dort weiter, wo es aufgehört hat.
next-unfinished = Was da ist, bleibt. `{ $retry }` macht dort weiter, wo es aufgehört hat; `{ $delete }` entfernt alles.
next-asleep = `{ $wake }` weckt ihn auf.
next-expired = `{ $extend }` gibt ihm mehr Zeit und weckt ihn auf.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = Ein Image wurde nicht gefunden.
reason-image-unavailable = Die Image-Registry liefert gerade nicht.
reason-quota-exceeded = Das Kontingent des Shops ist ausgeschöpft.
reason-refused-by-admission = Eine Richtlinie des Clusters lässt es nicht zu.
reason-admission-away = Ein Webhook des Clusters antwortet nicht.
reason-no-room = Auf dem Cluster ist kein Platz.
reason-volume-not-bound = Ein Volume fehlt.
reason-crash-loop = Ein Programm stürzt immer wieder ab.
reason-out-of-memory = Der Arbeitsspeicher dieser Größe reicht nicht.
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
