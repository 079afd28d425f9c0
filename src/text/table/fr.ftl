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

## Discord : la façon de demander, dit à la seule personne qui demande

ask-unknown-command = Ce storebot ne connaît pas cette commande : il est plus ancien ou plus récent que ce que Discord propose. `/store help` montre ce qui est possible.
ask-unknown-button = Ce bouton vient d’une autre version de storebot. Tapez plutôt la commande : `/store help` les montre toutes.
ask-missing-option = `{ $option }` manque. Tapez `/{ $command }` à nouveau et remplissez-le.
ask-odd-option = `{ $option }` est illisible. Tapez `/{ $command }` à nouveau et prenez une des valeurs proposées.
ask-not-yours = Ce bouton concerne une boutique qui n’existe plus ou qui n’est pas à vous. `/store list` montre vos boutiques.
ask-wrong-name = Rien n’a été supprimé : la boutique s’appelle **{ $store }**, et vous avez tapé « { $typed } ». Pour la supprimer, recommencez et tapez exactement son nom.
ask-twice = Ceci a déjà été entendu et ne sera pas refait. S’il manque quelque chose, demandez à nouveau.
ask-too-slow = Cela a pris trop de temps. `/store list` montre si c’est fait ; sinon, veuillez réessayer.
ask-broken = Quelque chose a échoué dans storebot. `/store list` montre si c’est fait ; sinon, veuillez réessayer.
ask-request = Requête `{ $id }` : les responsables de storebot peuvent la retrouver.
kept-by = { $by } garde la boutique telle quelle.

## The form in which somebody confirms a deletion: at most 45 characters

form-delete-title = Supprimer { $store } ?
form-delete-label = Tapez son nom pour supprimer définitivement

## What is offered while somebody types

offer-plan = { $plan } · { $memory } de mémoire
offer-store = { $store } · { $phase }

## What is set for a server

server-head = **storebot sur ce serveur**
server-channel = Nouvelles tardives et demandes d’approbation : { $channel }
server-channel-none = Nouvelles tardives et demandes d’approbation : là où l’on a demandé
server-language = Messages pour tout le monde : { $language }
server-language-none = Messages pour tout le monde : dans la langue du serveur
server-plan = Nouvelles boutiques : { $plan }, si aucune formule n’est indiquée
server-plan-none = Nouvelles boutiques : la plus petite formule, si aucune n’est indiquée
server-ttl = Nouvelles boutiques voulues pour { $ttl }, si rien n’est indiqué
server-ttl-none = Nouvelles boutiques sans fin, si rien n’est indiqué
server-role = { $role } : { $may }
server-role-nothing = { $role } : rien n’est permis
server-role-less = { $role } : { $may }, compte comme { $counts } : on ne peut pas donner plus ici
server-roles-none = Aucun rôle n’a de sens particulier ici.
server-most = On peut donner ici au plus { $role } ; c’est fixé par les responsables de storebot.
server-most-none = Seuls les responsables de storebot peuvent donner un sens à un rôle ici.
ask-managers-only = Il faut pour cela « Gérer le serveur » ici, ou être administrateur de storebot.
ask-server-only = Ceci concerne un serveur : tapez-le dans un de ses salons.
approval-elsewhere = { $refusal } La demande est soumise à approbation dans { $channel }.
