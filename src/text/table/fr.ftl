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

## Stories of stores: what is being done

story-creating = Création de **{ $store }** ({ $size }) ...
story-resuming = Reprise de **{ $store }** ({ $size }) ...
story-upgrading = Mise à jour de **{ $store }** ({ $size }) ...
story-verifying = Une commande de test est passée dans **{ $store }** ...
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
story-failed = **{ $store }** a échoué : { $why }
story-not-deleted = **{ $store }** n’a pas pu être supprimée : { $why }
story-unknown = la raison n’est pas connue ; les journaux en disent plus
story-for = pour { $owner }

## What to do next

next-not-deleted = Rien d’autre n’a été touché. `/store retry name:{ $store }` essaie encore.
next-by-hand = Rien n’est refait tout seul. `/store retry name:{ $store }` le fait.
next-unproven = Rien n’a été retiré. `/store retry name:{ $store }` repasse la commande de test.
next-kept = Ses données sont gardées. `/store retry name:{ $store }` reprend là où cela s’est arrêté.
next-unfinished = Ce qui existe reste. `/store retry name:{ $store }` reprend là où cela s’est arrêté ; `/store delete name:{ $store }` retire tout.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = Une image est introuvable.
reason-image-unavailable = Le registre d’images ne répond pas pour le moment.
reason-quota-exceeded = Le quota de la boutique est épuisé.
reason-refused-by-admission = Une règle du cluster le refuse.
reason-admission-away = Un webhook du cluster ne répond pas.
reason-no-room = Il n’y a plus de place sur le cluster.
reason-volume-not-bound = Il manque un volume.
reason-crash-loop = Un programme plante sans cesse.
reason-out-of-memory = La mémoire de la formule est trop petite.
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
