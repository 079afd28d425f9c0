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
