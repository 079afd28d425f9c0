### English

## Buttons: at most 80 characters, better 20

button-open = Open
button-admin = Admin
button-approve = Approve
button-deny = Deny
button-login = Show login
button-retry = Retry
button-keep = Keep
button-delete = Delete
button-undo = Undo

## Requests over a quota

approved-by = The request for **{ $store }** was approved by { $by }.
denied-by = The request for **{ $store }** was denied by { $by }.

## Stories of stores: what is being done

story-creating = Creating **{ $store }** ({ $size }) ...
story-resuming = Going on with **{ $store }** ({ $size }) ...
story-upgrading = Upgrading **{ $store }** ({ $size }) ...
story-verifying = Placing a test order in **{ $store }** ...
story-deleting = Deleting **{ $store }** ...
story-doomed = **{ $store }** will be deleted { $when }.
story-kept = **{ $store }** stays: the deletion was taken back.
story-place =
    { $place ->
        [1] Next in line
       *[other] Number { $place } in line
    }
story-percent = { $percent }%

# $when: a time that Discord counts down to, such as “in 20 seconds”
story-eta = ready { $when }
story-soon = any moment now
story-late = this takes longer than usual
story-waiting = Waiting: { $why }

## Its steps, in lists

step-namespace = namespace
step-release = release
step-workloads = database and app
step-setup = products and payment
step-verify = test order

## Their ends

story-ready = **{ $store }** is ready: { $url }
story-sells = **{ $store }** sells: { $url }
story-simulated = simulated nodes, no test order
story-order = test order #{ $order }, { $total }
story-took = took { $took }
story-proof = Proof: { $proof }
story-untouched = **{ $store }** is up to date already: nothing was changed.
story-deleted = **{ $store }** is deleted.
story-failed = **{ $store }** failed: { $why }
story-not-deleted = **{ $store }** could not be deleted: { $why }
story-unknown = the reason is not known; the logs have more
story-for = for { $owner }

## What to do next

next-not-deleted = Nothing else was touched. `/store retry name:{ $store }` tries again.
next-by-hand = Nothing is made anew by itself. `/store retry name:{ $store }` does it.
next-unproven = Nothing was removed. `/store retry name:{ $store }` places the test order again.
next-kept = Its data is kept. `/store retry name:{ $store }` goes on from where it stopped.
next-unfinished = What there is stays. `/store retry name:{ $store }` goes on from where it stopped; `/store delete name:{ $store }` removes it.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = An image was not found.
reason-image-unavailable = The image registry does not deliver at the moment.
reason-quota-exceeded = The store’s quota has no room left.
reason-refused-by-admission = A policy of the cluster refuses it.
reason-admission-away = A webhook of the cluster does not answer.
reason-no-room = There is no room on the cluster.
reason-volume-not-bound = A volume is missing.
reason-crash-loop = A program crashes again and again.
reason-out-of-memory = The plan’s memory is too small.
reason-setup-failed = Setting up the shop failed.
reason-verify-failed = The test order failed.
reason-no-proof = The test order left no proof.
reason-login-failed = The shop did not take the new login.
reason-not-ready-in-time = The shop did not start in time.
reason-not-finished-in-time = It was not finished in time.
reason-namespace-leaving = Its namespace cannot go yet.
reason-cluster-away = The cluster does not answer.
reason-cluster-error = Something went wrong in the cluster.
reason-refused-by-cluster = The cluster refuses it.
reason-values-refused = The chart does not accept its values.
reason-helm-missing = Something that installs shops is missing.
reason-helm-failed = Helm failed.
reason-not-installed = The shop is not installed as it was left.
reason-chart-too-old = The shop was installed by an older chart.
reason-cell-not-configured = Its cell is not configured any more.
reason-workers-ended = The workers that took it up ended in the middle.
reason-removed-in-cluster = Somebody removed it in the cluster.
reason-stopped-in-cluster = Somebody stopped it in the cluster.
