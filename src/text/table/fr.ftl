### Français
#
# Glossaire. store, shop : boutique. engine : logiciel. plan : taille. quota : quota. test order : commande de test.
# approver : approbateur. login : accès. to retry : reprendre. worker : worker. cluster : cluster. release : version.
# request : demande. dead letter : tâche abandonnée. On vouvoie. Les verbes sous « do- » et « see- » commencent par
# une consonne, pour suivre « de ».

## The command as Discord offers it: names have small letters, digits and dashes, at most 32, and none twice
## beside each other; descriptions have at most 100 characters. The English ones stand in the definition.

command-store = boutique
    .description = Des boutiques en ligne toutes prêtes, créées et supprimées par une commande
command-store-create = créer
    .description = Créer une boutique
command-store-create-name = nom
    .description = Un nouveau nom : minuscules, chiffres et tirets ; il fera partie de l’adresse
command-store-create-engine = logiciel
    .description = Quel logiciel de boutique
command-store-create-plan = taille
    .description = Quelle taille (petite si rien n’est dit)
command-store-create-ttl = durée
    .description = Combien de temps vous la voulez, par exemple 72h ou 7d
command-store-create-title = titre
    .description = Comment s’appelle la boutique
command-store-create-currency = devise
    .description = La devise dans laquelle elle vend, par exemple EUR ou USD
command-store-create-country = pays
    .description = Le pays depuis lequel elle vend, par exemple DE ou US
command-store-status = état
    .description = Comment va une boutique ?
command-store-status-name = nom
    .description = Quelle boutique
command-store-list = liste
    .description = Montrer mes boutiques
command-store-retry = reprendre
    .description = Reprendre une boutique en échec, là où elle s’est arrêtée
command-store-retry-name = nom
    .description = Quelle boutique
command-store-verify = vérifier
    .description = Passer encore une commande de test dans une boutique
command-store-verify-name = nom
    .description = Quelle boutique
command-store-upgrade = mettre-à-jour
    .description = Mettre une boutique à la dernière version
command-store-upgrade-name = nom
    .description = Quelle boutique
command-store-extend = prolonger
    .description = Donner plus de temps à une boutique ; la réveille si son temps était écoulé
command-store-extend-name = nom
    .description = Quelle boutique
command-store-extend-by = durée
    .description = De combien, par exemple 72h ou 7d
command-store-sleep = mettre-en-veille
    .description = Tout garder d’une boutique et ne rien faire tourner
command-store-sleep-name = nom
    .description = Quelle boutique
command-store-wake = réveiller
    .description = Relancer une boutique en veille
command-store-wake-name = nom
    .description = Quelle boutique
command-store-login = accès
    .description = Un nouveau mot de passe pour l’administration d’une boutique, montré à vous seul
command-store-login-name = nom
    .description = Quelle boutique
command-store-delete = supprimer
    .description = Supprimer une boutique et tout ce qu’elle contient, pour de bon
command-store-delete-name = nom
    .description = Quelle boutique
command-store-undo = annuler
    .description = Annuler une suppression tant que rien n’a été fait
command-store-undo-name = nom
    .description = Quelle boutique
command-store-quota = quota
    .description = À combien j’ai droit, et ce que j’ai
command-store-help = aide
    .description = Ce qu’on peut demander
command-store-admin = boutique-admin
    .description = Ce que storebot fait sur ce serveur, et pour qui
command-store-admin-roles = rôles
    .description = Ce que peuvent faire les membres ayant un rôle
command-store-admin-roles-role = rôle
    .description = Quel rôle de ce serveur ; @everyone vaut pour tous les autres
command-store-admin-roles-as = comme
    .description = Ce qu’ils peuvent faire alors
command-store-admin-roles-as-viewer = { role-viewer }
command-store-admin-roles-as-member = { role-member }
command-store-admin-roles-as-approver = { role-approver }
command-store-admin-roles-as-admin = { role-admin }
command-store-admin-roles-as-nothing = rien
command-store-admin-roles-as-default = par défaut
command-store-admin-channel = salon
    .description = Où vont les nouvelles tardives et les demandes d’approbation
command-store-admin-channel-channel = salon
    .description = Quel salon (là où l’on a demandé si rien n’est dit)
command-store-admin-language = langue
    .description = Dans quelle langue sont les messages visibles par tous
command-store-admin-language-language = langue
    .description = Quelle langue (celle du serveur si rien n’est dit)
command-store-admin-defaults = défauts
    .description = Avec quoi une boutique est créée si rien n’est dit
command-store-admin-defaults-plan = taille
    .description = Quelle taille
command-store-admin-defaults-plan-small = { plan-small }
command-store-admin-defaults-plan-medium = { plan-medium }
command-store-admin-defaults-plan-large = { plan-large }
command-store-admin-defaults-plan-default = par défaut
command-store-admin-defaults-ttl = durée
    .description = Combien de temps, par exemple 72h ou 7d
command-store-admin-show = montrer
    .description = Montrer ce qui est réglé pour ce serveur

## Words and parts of other sentences

list-or = { $first } ou { $last }

role-viewer = lecteur
role-member = membre
role-approver = approbateur
role-admin = administrateur

plan-small = petite
plan-medium = moyenne
plan-large = grande

phase-queued = en attente
phase-provisioning = en préparation
phase-installing = en cours d’installation
phase-verifying = en cours de vérification
phase-ready = prête
phase-updating = en cours de mise à jour
phase-asleep = en veille
phase-failed = en échec
phase-deleting = en cours de suppression
phase-deleted = supprimée

# What is not an option of a command and can yet be wrong.
field-cell = cellule
field-command = commande
field-door = entrée
field-phase = phase

# After "pour" or "de", as in "pour créer une boutique".
do-create = créer une boutique
do-delete = supprimer cette boutique
do-undo = revenir sur la suppression de cette boutique
do-retry = reprendre cette boutique
do-verify = passer une commande de test
do-upgrade = mettre à jour cette boutique
do-extend = prolonger cette boutique
do-sleep = mettre cette boutique en veille
do-wake = réveiller cette boutique
do-suspend = mettre cette boutique en veille jusqu’au paiement
do-resume = réveiller cette boutique une fois payée
do-expire = mettre fin au temps de cette boutique
do-credentials = recevoir un accès
do-redrive = relancer des tâches abandonnées
do-replay = rejouer des livraisons
do-drain = faire qu’une cellule n’accepte plus de nouvelles boutiques
do-undrain = faire qu’une cellule accepte de nouveau des boutiques
do-approve = donner votre accord à une demande
do-deny = refuser une demande
do-configure = changer les réglages de ce serveur
see-stores = voir des boutiques
see-events = voir ce qui s’est passé
see-pods = voir ce qui tourne
see-quota = voir un quota
see-overview = voir la vue d’ensemble
see-approvals = voir les demandes
see-audit = voir qui a fait quoi
see-dead-letters = voir les tâches abandonnées
see-deliveries = voir les livraisons
see-cells = voir les cellules

## Times

# Time that has passed, "created ...".
ago-second = { $count ->
    [one] il y a { $count } seconde
   *[other] il y a { $count } secondes
}
ago-minute = { $count ->
    [one] il y a { $count } minute
   *[other] il y a { $count } minutes
}
ago-hour = { $count ->
    [one] il y a { $count } heure
   *[other] il y a { $count } heures
}
ago-day = { $count ->
    [one] il y a { $count } jour
   *[other] il y a { $count } jours
}

# Time that something takes or that is left.
span-second = { $count ->
    [one] { $count } seconde
   *[other] { $count } secondes
}
span-minute = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hour = { $count ->
    [one] { $count } heure
   *[other] { $count } heures
}
span-day = { $count ->
    [one] { $count } jour
   *[other] { $count } jours
}

# After a number of times, "100 times ...".
per-second = { $count ->
    [one] par seconde
   *[other] en { $count } secondes
}
per-minute = { $count ->
    [one] par minute
   *[other] en { $count } minutes
}
per-hour = { $count ->
    [one] par heure
   *[other] en { $count } heures
}

## Refusals: what happened, without the full stop

refusal-bad-name = Ce nom ne convient pas
refusal-unknown-value = Ce choix n’existe pas
refusal-invalid-value = Une valeur ne convient pas
refusal-name-taken = Ce nom est déjà pris
refusal-store-not-found = Cette boutique n’existe pas
refusal-forbidden = Vous n’avez pas ce droit
refusal-no-role = Vous ne pouvez pas utiliser storebot ici
refusal-not-this-source = Cette source n’a pas ce droit
refusal-quota-exceeded = Votre quota est épuisé
refusal-quota-exceeded-org = Le quota de votre organisation est épuisé
refusal-plan-too-small = Cette taille ne suffit pas
refusal-no-room = Il n’y a plus de place pour une boutique
refusal-cell-drained = Cette cellule n’accepte pas de nouvelles boutiques
refusal-cell-unfit = Une telle boutique n’est pas créée là
refusal-not-now = Ce n’est pas possible maintenant
refusal-owner-only = C’est réservé au propriétaire de la boutique
refusal-not-done = Cela n’a pas fonctionné
refusal-no-answer = Personne n’a répondu à temps
refusal-no-worker = Aucun worker n’a répondu
refusal-cluster-away = Le cluster de la boutique ne répond pas
refusal-too-many-streams = Vous suivez déjà le maximum autorisé
refusal-dead-letter-not-found = Cette tâche abandonnée n’existe pas
refusal-delivery-not-found = Cette livraison n’existe pas
refusal-not-replayable = Cette livraison ne peut pas être rejouée
refusal-approval-not-found = Cette demande n’existe pas
refusal-decided = Cette demande n’attend plus
refusal-crowded = Trop de demandes attendent déjà
refusal-rate-limited = Trop de demandes
refusal-idempotency-key-reused = Cette clé d’idempotence a déjà servi
refusal-conflict = La boutique a changé entre-temps
refusal-unavailable = storebot ne peut pas accepter de demandes pour le moment

## Refusals: why, and what to do next

bad-name-empty = Le nom est vide. Choisissez-en un, par exemple teashop.
bad-name-long = « { $text } » a plus de { $max } caractères. Choisissez un nom tel que teashop ou tea-shop-2.
bad-name-character = « { $text } » contient autre chose que des minuscules a-z, des chiffres et des tirets. Choisissez un nom tel que teashop ou tea-shop-2.
bad-name-edge = « { $text } » commence ou finit par un tiret. Choisissez un nom tel que teashop ou tea-shop-2.

unknown-value-none = « { $text } » n’existe pas pour « { $field } ». Omettez « { $field } » ou demandez à un administrateur.
unknown-value-one = « { $text } » n’existe pas pour « { $field } ». Le seul choix pour « { $field } » est { $known }.
unknown-value-some = « { $text } » n’existe pas pour « { $field } ». Choisissez { $known }.

invalid-value = « { $field } » { $why }. Corrigez la valeur et réessayez.

# What a value has to be, after its name.
rule-title-visible = doit avoir au moins un caractère visible
rule-title-short = a au plus { $max } caractères
rule-title-one-line = n’a ni saut de ligne ni autre caractère de contrôle
rule-ttl-duration = est un nombre avec une unité, par exemple 90m, 72h ou 7d
rule-ttl-bounds = est d’au moins 1s et d’au plus 366d
rule-ttl-longest = se termine au plus tard dans { $most }
rule-grace-duration = est un nombre avec une unité, par exemple 30s ou 5m
rule-grace-bounds = est d’au plus 7d
rule-callback-whole = est une adresse complète, par exemple https://example.com/hooks/storebot
rule-callback-web = commence par https:// ou http://
rule-callback-bare = ne contient ni nom d’utilisateur ni mot de passe ; les envois sont signés
rule-callback-short = a au plus 2048 caractères, une fois encodée
rule-callback-public = est une adresse accessible de l’extérieur et non interne ; l’exploitant de storebot peut l’autoriser avec callbacks.allow_hosts
rule-callback-signed = ne peut pas être appelée : ce storebot n’a pas de secret pour signer les envois ; omettez-la ou demandez à ses responsables de régler callbacks.secrets
rule-key = a de 1 à { $max } caractères ASCII imprimables
rule-moment = est un instant tel que 2026-11-21T08:00:00Z
rule-cursor = n’est pas le next_cursor d’une page précédente
rule-cursor-order = n’est pas le next_cursor d’une page précédente dans le même ordre ; recommencez sans lui
rule-search-short = compte au plus { $max } caractères : une partie d’un nom, un identifiant ou un propriétaire
rule-currency = est le code ISO 4217 d’une devise, par exemple EUR, USD ou GBP
rule-no-money = est le code d’une monnaie qu’une boutique peut accepter, par exemple EUR, USD ou GBP
rule-replaced = a été remplacée : prenez { $by }
rule-country = est le code ISO 3166-1 d’un pays, en deux lettres, par exemple DE, US ou GB
rule-sold-in = doit être une devise dans laquelle { $engine } peut vendre, ce que { $currency } n’est pas
rule-roles-few = ont déjà un sens pour { $max } ; retirez-en un d’abord

name-taken = Il existe déjà une boutique nommée { $store }. Choisissez un autre nom ; si cette boutique est à vous, vous pouvez aussi la supprimer d’abord.
name-taken-going = La boutique { $store } est encore en cours de suppression. Son nom sera libre dans une minute ou deux ; réessayez alors.
store-not-found = Vous n’avez pas de boutique « { $store } ». Votre liste montre les noms et les identifiants de vos boutiques.

forbidden = Pour { $what }, il vous faut le rôle « { $role } ». Demandez-le à un administrateur.
no-role = Personne ne vous a donné de rôle pour storebot ici. Demandez-en un au responsable de storebot.
not-this-source = Elle a droit à { $allowed }, mais pas à { $command }. Demandez au responsable de storebot de l’ajouter aux commandes de cette source.

# $whose: "org" or "own".
quota-stores = { $whose ->
    [org] Votre organisation a
   *[own] Vous avez
} { $used } sur { $limit ->
    [one] { $limit } boutique
   *[other] { $limit } boutiques
}.
quota-cpu = { $whose ->
    [org] Votre organisation utilise
   *[own] Vous utilisez
} { $used } sur { $limit } de CPU, et cette boutique serait de trop.
quota-memory = { $whose ->
    [org] Votre organisation utilise
   *[own] Vous utilisez
} { $used } sur { $limit } de mémoire, et cette boutique serait de trop.
quota-disk = { $whose ->
    [org] Votre organisation utilise
   *[own] Vous utilisez
} { $used } sur { $limit } de disque, et cette boutique serait de trop.
quota-next = { $has } Mettez-en une en veille ou supprimez-en une dont vous n’avez plus besoin, puis réessayez.
quota-asked = { $has } Un approbateur a été consulté et peut encore l’autoriser jusqu’au { $until } (demande { $request }).

plan-too-small = Une boutique { $engine } demande plus que cette taille. Prenez { $plans }.
no-room = Toutes les cellules qui pourraient avoir cette boutique sont pleines ou n’en acceptent plus ; rien n’a été créé. Réessayez quand une boutique aura été supprimée, ou demandez de la place à un administrateur.
no-room-cell = La cellule « { $cell } » est pleine ; rien n’a été créé. Omettez la cellule pour qu’une autre soit choisie, ou demandez de la place à un administrateur.
cell-drained = La cellule « { $cell } » est en cours de vidage : ce qui s’y trouve continue, et rien de nouveau n’y est créé. Omettez la cellule pour qu’une autre soit choisie.
cell-unfit-plan = La cellule « { $cell } » n’a pas de boutiques de cette taille. Choisissez une autre taille, ou omettez la cellule pour qu’une autre soit choisie.
cell-unfit-engine = La cellule « { $cell } » n’a pas de boutiques avec ce logiciel. Omettez la cellule pour qu’une autre soit choisie.
cell-unfit-plan-all = Aucune cellule n’a de boutiques avec ce logiciel dans cette taille. Choisissez une autre taille ou demandez à un administrateur.
cell-unfit-engine-all = Aucune cellule n’a de boutiques avec ce logiciel. Choisissez-en un autre ou demandez à un administrateur.

not-now-not-there-yet = { $store } est encore en création. Réessayez quand la boutique sera prête.
not-now-busy = { $store } est occupée par une commande précédente. Réessayez quand elle sera terminée.
not-now-failed-verify = { $store } a échoué avant de pouvoir vendre. Reprenez la boutique : elle repart de là où elle s’est arrêtée.
not-now-failed = { $store } est en échec ; pour { $what }, la boutique doit être prête. Son état dit pourquoi elle ne l’est pas.
not-now-not-failed = { $store } n’est pas en échec, il n’y a donc rien à reprendre. Son état dit comment elle va.
not-now-going = { $store } est en cours de suppression.
not-now-begun = La suppression de { $store } a commencé, on ne peut plus revenir dessus.
not-now-nothing-to-undo = { $store } n’est pas à supprimer : il n’y a rien à annuler.
not-now-gone = { $store } est supprimée. Créez d’abord une nouvelle boutique.
not-now-simulated = { $store } tourne sur des nœuds simulés : il n’y a pas de boutique derrière son adresse, donc rien où se connecter.
not-now-asleep = { $store } est en veille. Réveillez-la d’abord.
not-now-expired = Le temps de { $store } est écoulé. Prolongez-la : cela lui donne du temps et la réveille.
not-now-endless = { $store } n’a pas de fin à repousser : elle reste jusqu’à ce que quelqu’un la supprime.
not-now-too-long = { $store } vivrait plus longtemps que ce qui est permis ici. Demandez moins de temps.
not-now-suspended = { $store } est en veille parce qu’elle n’est pas payée. Elle se réveille d’elle-même dès qu’elle l’est.

owner-only = Personne d’autre n’a le droit de { $what }, pas même un administrateur. Son propriétaire peut le demander.
not-done = La tentative de { $what } a échoué : { $why }. Réessayez ; si cela persiste, prévenez un administrateur.
no-answer = On ne sait pas si cela a pris effet. Demandez à nouveau de { $what } ; c’est le plus récent qui compte.
no-worker = Seul un worker peut regarder dans le cluster de la boutique, et aucun n’a répondu à temps. Rien n’a été changé. Réessayez dans quelques secondes ; si cela persiste, prévenez un administrateur.
cluster-away = La boutique elle-même va peut-être très bien. Rien n’a été changé. Réessayez dans quelques secondes.
too-many-streams = { $limit ->
    [one] { $limit } flux ouvert est le maximum
   *[other] { $limit } flux ouverts sont le maximum
}. Fermez-en un dont vous n’avez pas besoin, puis réessayez.
no-such-letter = Aucune tâche abandonnée « { $letter } » dans la liste ; elle a peut-être déjà été relancée. La liste montre celles qui restent.
no-such-delivery = Aucune livraison « { $delivery } » n’est conservée ; elle a peut-être été oubliée. La liste montre celles qui restent.
not-replayable-untrusted = Elle a été refusée avant de pouvoir être distinguée des autres, donc rien n’en a été conservé. Demandez à son expéditeur de la renvoyer.
not-replayable-not-kept = Son contenu n’est pas conservé : il était trop grand ou a laissé la place à de plus récents. Demandez à son expéditeur de la renvoyer.
not-replayable-no-source = Sa source n’est plus configurée. Configurez-la de nouveau, puis rejouez la livraison.
not-replayable-pending = Elle est encore en cours d’envoi. Attendez la fin ; la liste dit quand aura lieu le prochain essai.
not-replayable-no-store = Sa boutique est oubliée : il n’y a plus rien à annoncer.
no-such-approval = Vous n’avez pas de demande « { $request } ». La liste montre celles qui attendent.

decided-waiting = Elle attend encore. Réessayez.
decided-approved-made = { $by } l’a approuvée, et la boutique { $store } a été créée.
decided-approved = { $by } l’a approuvée.
decided-denied = { $by } l’a refusée. Vous pouvez refaire la demande.
decided-expired = Personne n’a décidé à temps. Vous pouvez refaire la demande.

crowded = storebot tient déjà autant de questions et de flux ouverts qu’il peut. Fermez ce dont vous n’avez pas besoin et réessayez dans quelques secondes.
rate-limited = La limite est de { $times ->
    [1] une demande
   *[other] { $times } demandes
} { $per }. Réessayez dans { $wait }.
key-reused = La première demande avec cette clé voulait autre chose. Prenez une nouvelle clé pour une nouvelle demande, et l’ancienne seulement pour répéter exactement la même.
conflict = Quelqu’un d’autre a modifié la boutique { $store } au même instant. Regardez-la et réessayez.
unavailable = Réessayez dans quelques secondes. Avec la même clé d’idempotence, rien n’est jamais fait deux fois ; sans clé, regardez d’abord si c’est déjà fait.

## Answers

status-head = **{ $store }** ({ $size }) : { $phase }
status-title = Titre : { $title }
status-created = Créée { $ago }
status-address = Adresse : { $url }{ $proof }
status-drift = Modifié dans le cluster : { $what }
status-drift-next = `{ $upgrade }` rétablit tout.
status-left = Prévue encore pour { $left } ; `{ $extend }` lui donne plus de temps
status-over = Son temps est écoulé ; elle s’endort maintenant. `{ $extend }` lui donne plus de temps
status-asleep = Tout est gardé et rien ne tourne. `{ $wake }` la réveille.
status-expired = Son temps est écoulé. Tout est gardé jusqu’au { $until }, puis supprimé ; `{ $extend }` lui donne plus de temps et la réveille.

stores-used = { $used } sur { $limit ->
    [one] { $limit } boutique
   *[other] { $limit } boutiques
}
stores-used-unlimited = { $used ->
    [one] { $used } boutique
   *[other] { $used } boutiques
}
room = { $stores }, environ { $usually }

list-none = Vous n’avez pas encore de boutique. `{ $create }` en crée une. ({ $stores })
list-head = Vos boutiques ({ $stores }) :
list-entry = - **{ $store }** ({ $size }) : { $phase }
list-entry-ready = - **{ $store }** ({ $size }) : { $phase }, { $url }
list-more = ... et d’autres. `{ $status }` montre chacune.

quota-own = **Votre quota :**
quota-org = **Quota de votre organisation** ({ $org }) :
quota-line = { $resource } : { $used } (sur { $limit })
quota-line-unlimited = { $resource } : { $used } (sans limite)
quota-rate = { $count ->
    [one] Au plus { $count } nouvelle par heure
   *[other] Au plus { $count } nouvelles par heure
}
quota-asleep = { $percent ->
    [0] Les boutiques en veille ne comptent que pour leur disque
   *[other] Une boutique en veille compte pour { $percent } % d’une boutique, et pour son disque seul
}
resource-stores = Boutiques
resource-cpu = CPU
resource-memory = Mémoire
resource-disk = Disque

login-url = Connectez-vous sur { $url }
login-user = Utilisateur : `{ $user }`
login-password = Mot de passe : ||`{ $password }`||
login-once = Vous seul voyez ceci, et une seule fois : gardez le mot de passe maintenant. Le précédent ne vaut plus.

help-head = **{ $command }** vous donne une boutique en ligne toute prête et la retire :
help-create = `{ $command }` crée une boutique. `{ $plan }` fixe sa taille, `{ $ttl }` sa durée (`72h`, `7d`), `{ $title }` son titre, `{ $currency }` et `{ $country }` en quelle devise et depuis quel pays elle vend.
help-status = `{ $command }` dit comment elle va.
help-list = `{ $command }` montre vos boutiques et combien vous pouvez encore en avoir.
help-quota = `{ $command }` dit à combien vous avez droit, et ce que vous avez.
help-retry = `{ $command }` reprend une boutique en échec, là où elle s’est arrêtée.
help-verify = `{ $command }` passe encore une commande de test.
help-upgrade = `{ $command }` met la boutique à la dernière version.
help-extend = `{ $command }` donne plus de temps à une boutique et la réveille si son temps était écoulé.
help-sleep = `{ $sleep }` garde tout et ne fait rien tourner ; `{ $wake }` la relance.
help-login = `{ $command }` crée un nouveau mot de passe pour son administration et le montre à vous seul, une fois.
help-delete = `{ $command }` demande le nom de la boutique et la supprime avec tout ce qu’elle contient, pour de bon.
help-undo = `{ $command }` revient là-dessus, tant que rien n’a été fait.
help-names = Noms de boutiques, tailles et durées sont proposés pendant la saisie ; les boutons sous les messages font la même chose.
help-proof = Une boutique n’est dite prête qu’après une commande de test réussie ; les nœuds simulés n’en ont pas, et le message le dit.

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
button-extend = Prolonger
button-sleep = Mettre en veille
button-wake = Réveiller

## Requests over a quota

approval-asked = { $by } demande **{ $store }** ({ $engine }, { $plan }). { $refusal }
approved-by = La demande pour **{ $store }** a été approuvée par { $by }.
denied-by = La demande pour **{ $store }** a été refusée par { $by }.

## Discord : la façon de demander, dit à la seule personne qui demande

ask-unknown-command = Ce storebot ne connaît pas cette commande : il est plus ancien ou plus récent que ce que Discord propose. `{ $help }` montre ce qui est possible.
ask-unknown-button = Ce bouton vient d’une autre version de storebot. Tapez plutôt la commande : `{ $help }` les montre toutes.
ask-missing-option = `{ $option }` manque. Tapez `{ $command }` à nouveau et remplissez-le.
ask-odd-option = `{ $option }` est illisible. Tapez `{ $command }` à nouveau et prenez une des valeurs proposées.
ask-not-yours = Ce bouton concerne une boutique qui n’existe plus ou qui n’est pas à vous. `{ $list }` montre vos boutiques.
ask-wrong-name = Rien n’a été supprimé : la boutique s’appelle **{ $store }**, et vous avez tapé « { $typed } ». Pour la supprimer, recommencez et tapez exactement son nom.
ask-twice = Ceci a déjà été entendu et ne sera pas refait. S’il manque quelque chose, demandez à nouveau.
ask-too-slow = Cela a pris trop de temps. `{ $list }` montre si c’est fait ; sinon, veuillez réessayer.
ask-broken = Quelque chose a échoué dans storebot. `{ $list }` montre si c’est fait ; sinon, veuillez réessayer.
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
server-role-void = { $role } : { $may }, sans effet : aucun rôle ne peut être donné ici
server-roles-none = Aucun rôle n’a de sens particulier ici.
server-most = On peut donner ici au plus { $role } ; c’est fixé par les responsables de storebot.
server-most-none = Seuls les responsables de storebot peuvent donner un sens à un rôle ici.
ask-managers-only = Il faut pour cela « Gérer le serveur » ici, ou être administrateur de storebot.
ask-server-only = Ceci concerne un serveur : tapez-le dans un de ses salons.
approval-elsewhere = { $refusal } La demande est soumise à approbation dans { $channel }.

## Stories of stores: what is being done

story-creating = Création de **{ $store }** ({ $size }) ...
story-resuming = Reprise de **{ $store }** ({ $size }) ...
story-upgrading = Mise à jour de **{ $store }** ({ $size }) ...
story-verifying = Une commande de test est passée dans **{ $store }** ...
story-waking = Réveil de **{ $store }** ({ $size }) ...
story-dozing = **{ $store }** s’endort ...
story-deleting = Suppression de **{ $store }** ...
story-doomed = **{ $store }** sera supprimée { $when }.
story-kept = **{ $store }** reste : la suppression a été annulée.
story-place =
    { $place ->
        [1] Prochaine boutique dans la file
       *[other] Place { $place } dans la file d’attente
    }
story-percent = { $percent } %

# $when: a time that Discord counts down to, such as “in 20 seconds”
story-eta = prête { $when }
story-soon = c’est imminent
story-late = cela prend plus de temps que d’habitude
story-waiting = En attente : { $why }

## Its steps, in lists

step-namespace = espace de noms
step-release = installation
step-workloads = base de données et application
step-setup = produits et paiement
step-verify = commande de test

## Their ends

story-ready = **{ $store }** est prête : { $url }
story-sells = **{ $store }** vend : { $url }
story-simulated = nœuds simulés, pas de commande de test
story-order = commande de test #{ $order }, { $total }
story-took = en { $took }
story-proof = Preuve : { $proof }
story-untouched = **{ $store }** est déjà à jour : rien n’a été changé.
story-deleted = **{ $store }** est supprimée.
story-asleep = **{ $store }** est en veille : tout est gardé et rien ne tourne.
story-expired = Le temps de **{ $store }** est écoulé. La boutique est en veille : tout est gardé jusqu’au { $until }, puis supprimé.
story-extended = **{ $store }** a du temps jusqu’au { $until }.
story-failed = **{ $store }** a échoué : { $why }
story-not-deleted = **{ $store }** n’a pas pu être supprimée : { $why }
story-reason = Raison : `{ $reason }`
story-unknown = la raison n’est pas connue ; les journaux en disent plus
story-for = pour { $owner }

## What nobody has asked for

notice-expiring = Le temps de **{ $store }** se termine { $when }. La boutique se met alors en veille : tout est encore gardé un moment, puis supprimé si elle ne reçoit pas plus de temps.
notice-extend = `{ $extend }` lui donne plus de temps.
notice-removed = Le temps de **{ $store }** était écoulé et personne ne lui en a redonné : la boutique est supprimée.

## What to do next

next-not-deleted = Rien d’autre n’a été touché. `{ $retry }` essaie encore.
next-by-hand = Rien n’est refait tout seul. `{ $retry }` le fait.
next-unproven = Rien n’a été retiré. `{ $retry }` repasse la commande de test.
next-kept = Ses données sont gardées. `{ $retry }` reprend là où cela s’est arrêté.
next-unfinished = Ce qui existe reste. `{ $retry }` reprend là où cela s’est arrêté ; `{ $delete }` retire tout.
next-asleep = `{ $wake }` la réveille.
next-expired = `{ $extend }` lui donne plus de temps et la réveille.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = Une image est introuvable.
reason-image-unavailable = Le registre d’images ne répond pas pour le moment.
reason-quota-exceeded = Le quota de la boutique est épuisé.
reason-refused-by-admission = Une règle du cluster le refuse.
reason-admission-away = Un webhook du cluster ne répond pas.
reason-no-room = Il n’y a plus de place sur le cluster.
reason-volume-not-bound = Il manque un volume.
reason-crash-loop = Un programme plante sans cesse.
reason-out-of-memory = La mémoire de cette taille ne suffit pas.
reason-setup-failed = La configuration de la boutique a échoué.
reason-verify-failed = La commande de test a échoué.
reason-no-proof = La commande de test n’a pas laissé de preuve.
reason-login-failed = La boutique n’a pas accepté le nouvel accès.
reason-not-ready-in-time = La boutique n’a pas démarré à temps.
reason-not-finished-in-time = Ce n’était pas fini à temps.
reason-namespace-leaving = L’espace de noms ne peut pas encore partir.
reason-cluster-away = Le cluster ne répond pas.
reason-cluster-error = Quelque chose s’est mal passé dans le cluster.
reason-refused-by-cluster = Le cluster le refuse.
reason-values-refused = Le chart n’accepte pas ses valeurs.
reason-helm-missing = Il manque un outil qui installe les boutiques.
reason-helm-failed = Helm a échoué.
reason-not-installed = La boutique n’est plus installée comme avant.
reason-chart-too-old = La boutique a été installée par un ancien chart.
reason-cell-not-configured = Sa cellule n’est plus configurée.
reason-workers-ended = Les workers se sont arrêtés au milieu.
reason-removed-in-cluster = Quelqu’un l’a retirée dans le cluster.
reason-stopped-in-cluster = Quelqu’un l’a arrêtée dans le cluster.
