### Français

## Buttons: at most 80 characters, better 20

button-open = Ouvrir
button-admin = Administration
button-approve = Approuver
button-deny = Refuser
button-login = Afficher l’accès
button-retry = Réessayer
button-keep = Garder
button-delete = Supprimer
button-undo = Annuler

## Requests over a quota

approved-by = La demande pour **{ $store }** a été approuvée par { $by }.
denied-by = La demande pour **{ $store }** a été refusée par { $by }.
