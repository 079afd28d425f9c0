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

## Discord: wie etwas gefragt wurde, nur für die fragende Person

ask-unknown-command = Diesen Befehl kennt dieser storebot nicht: Er ist älter oder neuer als das, was Discord anbietet. `/store help` zeigt, was möglich ist.
ask-unknown-button = Dieser Knopf stammt von einer anderen Version von storebot. Gib stattdessen den Befehl ein: `/store help` zeigt alle.
ask-missing-option = `{ $option }` fehlt. Gib `/{ $command }` noch einmal ein und fülle es aus.
ask-odd-option = `{ $option }` ist nicht lesbar. Gib `/{ $command }` noch einmal ein und nimm einen der angebotenen Werte.
ask-not-yours = Dieser Knopf gehört zu einem Shop, den es nicht mehr gibt oder der nicht dir gehört. `/store list` zeigt deine Shops.
ask-wrong-name = Nichts wurde gelöscht: Der Shop heißt **{ $store }**, und eingegeben wurde „{ $typed }“. Zum Löschen fang noch einmal an und gib genau seinen Namen ein.
ask-twice = Das wurde schon gehört und wird nicht noch einmal getan. Wenn etwas fehlt, frag neu.
ask-too-slow = Das hat zu lange gedauert. `/store list` zeigt, ob es geschehen ist; wenn nicht, versuch es bitte noch einmal.
ask-broken = In storebot ist etwas schiefgegangen. `/store list` zeigt, ob es geschehen ist; wenn nicht, versuch es bitte noch einmal.
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
server-roles-none = Keine Rolle hat hier eine eigene Bedeutung.
server-most = Höchstens { $role } kann hier vergeben werden; das legt fest, wer storebot betreibt.
server-most-none = Hier kann keiner Rolle eine Bedeutung gegeben werden, außer von denen, die storebot betreiben.
ask-managers-only = Dafür brauchst du hier „Server verwalten“ oder musst Administrator von storebot sein.
ask-server-only = Das betrifft einen Server: Gib es in einem seiner Kanäle ein.
approval-elsewhere = { $refusal } Es liegt jetzt in { $channel } zur Genehmigung vor.
