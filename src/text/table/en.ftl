### English
#
# Glossary. store, shop: one and the same; "shop" where people sell, "store" where storebot counts.
# engine: the shop's software. plan: its size. quota: how much somebody may have. test order: the order that
# proves that a shop sells. approver: who may allow more than a quota. login: user and password of a shop's
# administration. to retry: to go on with what has failed. worker: the part of storebot that makes stores.
#
# Names of commands and options are no keys here: they stand in the command's definition, and the other
# languages have them under "command-".

## Words and parts of other sentences

list-or = { $first } or { $last }

role-viewer = viewer
role-member = member
role-approver = approver
role-admin = admin

plan-small = small
plan-medium = medium
plan-large = large

phase-queued = queued
phase-provisioning = provisioning
phase-installing = installing
phase-verifying = verifying
phase-ready = ready
phase-updating = updating
phase-asleep = asleep
phase-failed = failed
phase-deleting = deleting
phase-deleted = deleted

# What is not an option of a command and can yet be wrong.
field-cell = cell
field-command = command
field-door = door
field-phase = phase

# After "to", as in "to create a store you need".
do-create = create a store
do-delete = delete this store
do-undo = take back the deletion of this store
do-retry = retry this store
do-verify = place a test order
do-upgrade = upgrade this store
do-extend = give this store more time
do-sleep = put this store to sleep
do-wake = wake this store
do-suspend = put this store to sleep until it is paid for
do-resume = wake this store once it is paid for
do-expire = end this store's time
do-credentials = get a login
do-redrive = look after what was given up
do-replay = replay deliveries
do-drain = have a cell take no new stores
do-undrain = have a cell take new stores again
do-approve = approve a request
do-deny = deny a request
do-configure = change this server's settings
see-stores = see stores
see-events = see what happened
see-pods = see what runs
see-quota = see a quota
see-overview = see the overview
see-approvals = see requests for approval
see-audit = see who did what
see-dead-letters = see what was given up
see-deliveries = see deliveries
see-cells = see the cells

## Times

# Time that has passed, "created ...".
ago-second = { $count ->
    [one] { $count } second ago
   *[other] { $count } seconds ago
}
ago-minute = { $count ->
    [one] { $count } minute ago
   *[other] { $count } minutes ago
}
ago-hour = { $count ->
    [one] { $count } hour ago
   *[other] { $count } hours ago
}
ago-day = { $count ->
    [one] { $count } day ago
   *[other] { $count } days ago
}

# Time that something takes or that is left.
span-second = { $count ->
    [one] { $count } second
   *[other] { $count } seconds
}
span-minute = { $count ->
    [one] { $count } minute
   *[other] { $count } minutes
}
span-hour = { $count ->
    [one] { $count } hour
   *[other] { $count } hours
}
span-day = { $count ->
    [one] { $count } day
   *[other] { $count } days
}

# After a number of times, "100 times ...".
per-second = { $count ->
    [one] per second
   *[other] per { $count } seconds
}
per-minute = { $count ->
    [one] per minute
   *[other] per { $count } minutes
}
per-hour = { $count ->
    [one] per hour
   *[other] per { $count } hours
}

## Refusals: what happened, without the full stop

refusal-bad-name = This name cannot be used
refusal-unknown-value = There is no such choice
refusal-invalid-value = A value cannot be used
refusal-name-taken = This name is taken
refusal-store-not-found = There is no such store
refusal-forbidden = You may not do this
refusal-no-role = You may not use storebot here
refusal-not-this-source = This source may not do this
refusal-quota-exceeded = Your quota is used up
refusal-quota-exceeded-org = Your organisation's quota is used up
refusal-plan-too-small = This plan is too small
refusal-no-room = There is no room for another store
refusal-cell-drained = This cell takes no new stores
refusal-cell-unfit = Such a store is not made there
refusal-not-now = This cannot be done now
refusal-owner-only = This is for the shop's owner alone
refusal-not-done = It did not work out
refusal-no-answer = Nobody answered in time
refusal-no-worker = No worker answered
refusal-cluster-away = The store's cluster does not answer
refusal-too-many-streams = You follow as much as you may
refusal-dead-letter-not-found = There is no such dead letter
refusal-delivery-not-found = There is no such delivery
refusal-not-replayable = This delivery cannot be replayed
refusal-approval-not-found = There is no such request
refusal-decided = This request does not wait any more
refusal-crowded = Too many are waiting already
refusal-rate-limited = Too many requests
refusal-idempotency-key-reused = This idempotency key was used before
refusal-conflict = The store changed meanwhile
refusal-unavailable = storebot cannot accept requests right now

## Refusals: why, and what to do next

bad-name-empty = The name is empty. Choose one such as teashop.
bad-name-long = "{ $text }" has more than { $max } characters. Choose a name such as teashop or tea-shop-2.
bad-name-character = "{ $text }" has characters other than small letters a-z, digits and dashes. Choose a name such as teashop or tea-shop-2.
bad-name-edge = "{ $text }" starts or ends with a dash. Choose a name such as teashop or tea-shop-2.

unknown-value-none = There is no { $field } "{ $text }". Leave { $field } out or ask an administrator.
unknown-value-one = There is no { $field } "{ $text }". The only { $field } is { $known }.
unknown-value-some = There is no { $field } "{ $text }". Choose { $known }.

invalid-value = { $field } { $why }. Correct it and try again.

# What a value has to be, after its name.
rule-title-visible = needs at least one visible character
rule-title-short = has at most { $max } characters
rule-title-one-line = has no line breaks or other control characters
rule-ttl-duration = is a number with a unit, such as 90m, 72h or 7d
rule-ttl-bounds = is at least 1s and at most 366d
rule-ttl-longest = ends at most { $most } from now
rule-grace-duration = is a number with a unit, such as 30s or 5m
rule-grace-bounds = is at most 7d
rule-callback-whole = is a whole address, such as https://example.com/hooks/storebot
rule-callback-web = starts with https:// or http://
rule-callback-bare = has no user name or password in it; deliveries are signed instead
rule-callback-short = has at most 2048 characters, encoded
rule-callback-public = is an address that others can reach, and not one inside; whoever runs storebot can allow it with callbacks.allow_hosts
rule-callback-signed = cannot be called: this storebot has no secret to sign deliveries with; leave it out, or ask its operators to set callbacks.secrets
rule-key = has 1 to { $max } printable ASCII characters
rule-moment = is a moment such as 2026-11-21T08:00:00Z
rule-cursor = is not the next_cursor of an earlier page
rule-cursor-order = is not the next_cursor of an earlier page in the same order; begin again without it
rule-search-short = has at most { $max } characters: a part of a name, an id or an owner
rule-currency = is the ISO 4217 code of a currency, such as EUR, USD or GBP
rule-no-money = is the code of money that a shop can take, such as EUR, USD or GBP
rule-replaced = has been replaced: take { $by }
rule-country = is the ISO 3166-1 code of a country, in two letters, such as DE, US or GB
rule-sold-in = is one that { $engine } can sell in, and { $currency } is not
rule-roles-few = have a meaning already for { $max }; take one back first

name-taken = There is already a store called { $store }. Choose another name; if that store is yours, you can also delete it first.
name-taken-going = The store { $store } is still being deleted. Its name is free again in a minute or two; try again then.
store-not-found = No store "{ $store }" is known to you. List your stores to see their names and ids.

forbidden = To { $what } you need the role { $role }. Ask an administrator for it.
no-role = Nobody has given you a role for storebot in this place. Ask whoever runs storebot for one.
not-this-source = It may { $allowed }, but not { $command }. Ask whoever runs storebot to add that to the commands of this source.

# $whose: "org" or "own".
quota-stores = { $whose ->
    [org] Your organisation has
   *[own] You have
} { $used } of { $limit ->
    [one] { $limit } store
   *[other] { $limit } stores
}.
quota-cpu = { $whose ->
    [org] Your organisation has
   *[own] You have
} { $used } of { $limit } CPU in use, and this store would be too much.
quota-memory = { $whose ->
    [org] Your organisation has
   *[own] You have
} { $used } of { $limit } memory in use, and this store would be too much.
quota-disk = { $whose ->
    [org] Your organisation has
   *[own] You have
} { $used } of { $limit } disk in use, and this store would be too much.
quota-next = { $has } Put one to sleep or delete one that is not needed any more, then try again.
quota-asked = { $has } An approver has been asked, who may still allow it until { $until } (request { $request }).

plan-too-small = A { $engine } shop needs more than this plan has. Take { $plans }.
no-room = All cells that could have this store are full or take no new ones, so nothing was made. Try again when a store was deleted, or ask an administrator for room.
no-room-cell = The cell "{ $cell }" is full, so nothing was made. Leave the cell out to have one chosen, or ask an administrator for room.
cell-drained = The cell "{ $cell }" is drained: those that are there go on, and no new one is made. Leave the cell out to have one chosen.
cell-unfit-plan = The cell "{ $cell }" has no stores of this plan. Choose another plan, or leave the cell out to have one chosen.
cell-unfit-engine = The cell "{ $cell }" has no stores of this engine. Leave the cell out to have one chosen.
cell-unfit-plan-all = No cell has stores of this engine with this plan. Choose another plan, or ask an administrator.
cell-unfit-engine-all = No cell has stores of this engine. Choose another engine, or ask an administrator.

not-now-not-there-yet = { $store } is still being made. Try again when it is ready.
not-now-busy = { $store } is busy with an earlier command. Try again when that is done.
not-now-failed-verify = { $store } has failed before it could sell. Retry it: that goes on from where it stopped.
not-now-failed = { $store } has failed; to { $what }, it must be ready. Its status says why it is not.
not-now-not-failed = { $store } has not failed, so there is nothing to go on with. Its status says how it is.
not-now-going = { $store } is being deleted.
not-now-begun = The deletion of { $store } has begun and cannot be taken back.
not-now-nothing-to-undo = { $store } is not to be deleted: nothing has to be taken back.
not-now-gone = { $store } is deleted. Create a new store first.
not-now-simulated = { $store } runs on simulated nodes: there is no shop behind its address, so there is nothing to sign in to.
not-now-asleep = { $store } is asleep. Wake it first.
not-now-expired = The time of { $store } is over. Extend it: that gives it more time and wakes it.
not-now-endless = { $store } has no end that could be put off: it is there until somebody deletes it.
not-now-too-long = { $store } would live longer than is allowed here. Ask for less time.
not-now-suspended = { $store } sleeps because it is not paid for. It wakes up by itself once it is.

owner-only = Nobody else can { $what }, administrators included. Its owner can ask.
not-done = The attempt to { $what } failed: { $why }. Try again; if it stays so, tell an administrator.
no-answer = It is not known whether it took effect. Ask again to { $what }; the newest one counts.
no-worker = Only a worker can look into the store's cluster, and none answered in time. Nothing was changed. Try again in a few seconds; if it stays so, tell an administrator.
cluster-away = The store itself may well be in order. Nothing was changed. Try again in a few seconds.
too-many-streams = { $limit } open { $limit ->
    [one] stream is
   *[other] streams are
} the limit. Close one that you do not need, then try again.
no-such-letter = No dead letter "{ $letter }" is on the list; it may have been redriven before. List them to see what is.
no-such-delivery = No delivery "{ $delivery }" is kept; it may have been forgotten. List them to see what is.
not-replayable-untrusted = It was refused before it could be told from others, so nothing of it was kept. Have its sender send it again.
not-replayable-not-kept = What it said is not kept: it was too large, or has made room for newer ones. Have its sender send it again.
not-replayable-no-source = Its source is not configured any more. Configure it again, then replay it.
not-replayable-pending = It is still being sent. Wait for its end; the list says when the next attempt is.
not-replayable-no-store = Its store is forgotten, so there is nothing left to tell.
no-such-approval = No request "{ $request }" is known to you. List those that wait.

decided-waiting = It still waits. Try again.
decided-approved-made = { $by } has approved it, and store { $store } was made.
decided-approved = { $by } has approved it.
decided-denied = { $by } has denied it. What was asked can be asked for again.
decided-expired = Nobody decided in time. What was asked can be asked for again.

crowded = storebot holds as many open questions and streams as it can. Close those you do not need, and try again in a few seconds.
rate-limited = { $times ->
    [1] Once
   *[other] { $times } times
} { $per } is the limit. Try again in { $wait }.
key-reused = The first request with this key asked for something else. Use a new key for a new request, and the old key only to repeat exactly the same one.
conflict = Somebody else changed store { $store } at the same moment. Look at it and try again.
unavailable = Try again in a few seconds. With the same idempotency key nothing is ever done twice; without one, look first whether it is there already.

## Answers

status-head = **{ $store }** ({ $size }): { $phase }
status-title = Title: { $title }
status-created = Created { $ago }
status-address = Address: { $url }{ $proof }
status-drift = Changed in the cluster: { $what }
status-drift-next = `{ $upgrade }` brings it back.
status-left = Wanted for another { $left }; `{ $extend }` gives it more time
status-over = Its time is over; it falls asleep now. `{ $extend }` gives it more time
status-asleep = Everything is kept and nothing runs. `{ $wake }` wakes it.
status-expired = Its time is over. Everything is kept until { $until } and then removed; `{ $extend }` gives it more time and wakes it.

stores-used = { $used } of { $limit } stores
stores-used-unlimited = { $used } stores
room = { $stores }, about { $usually }

list-none = You have no stores yet. `{ $create }` makes one. ({ $stores } used)
list-head = Your stores ({ $stores } used):
list-entry = - **{ $store }** ({ $size }): { $phase }
list-entry-ready = - **{ $store }** ({ $size }): { $phase }, { $url }
list-more = ... and more. `{ $status }` tells about each of them.

quota-own = **Yours:**
quota-org = **Your organisation's** ({ $org }):
quota-line = { $resource }: { $used } (of { $limit })
quota-line-unlimited = { $resource }: { $used } (no limit)
quota-rate = At most { $count } new ones per hour
quota-asleep = { $percent ->
    [0] Sleeping stores count for their disk alone
   *[other] A sleeping store counts as { $percent }% of one, and for its disk alone
}
resource-stores = Stores
resource-cpu = CPU
resource-memory = Memory
resource-disk = Disk

login-url = Sign in at { $url }
login-user = User: `{ $user }`
login-password = Password: ||`{ $password }`||
login-once = Only you see this, and only this once: keep the password now. The one before it has ended.

help-head = **{ $command }** gives you a finished online shop and takes it away again:
help-create = `{ $command }` makes a shop. `{ $plan }` sets its size, `{ $ttl }` how long it is wanted (`72h`, `7d`), `{ $title }` what it is called, `{ $currency }` and `{ $country }` what it sells in and from where.
help-status = `{ $command }` tells how it is.
help-list = `{ $command }` shows your stores and how many more you may have.
help-quota = `{ $command }` tells how much you may have, and have.
help-retry = `{ $command }` goes on with a shop that has failed, from where it stopped.
help-verify = `{ $command }` places a test order again.
help-upgrade = `{ $command }` brings the shop to the newest release.
help-extend = `{ $command }` gives a shop more time and wakes it if its time was over.
help-sleep = `{ $sleep }` keeps everything and runs nothing; `{ $wake }` starts it again.
help-login = `{ $command }` makes a new password for its administration and shows it to you alone, once.
help-delete = `{ $command }` asks for the shop's name and removes it with everything in it, for good.
help-undo = `{ $command }` takes that back, as long as nothing has been done about it.
help-names = Names of shops, sizes and times are offered while you type; buttons below the messages do the same.
help-proof = A shop is called ready only after a test order went through; simulated nodes have none, and the message says so.

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
button-extend = Extend
button-sleep = Sleep
button-wake = Wake up

## Requests over a quota

approval-asked = { $by } asks for **{ $store }** ({ $engine }, { $plan }). { $refusal }
approved-by = The request for **{ $store }** was approved by { $by }.
denied-by = The request for **{ $store }** was denied by { $by }.

## Discord: how something was asked, told to whoever asked alone

ask-unknown-command = This storebot does not know that command: it is older or newer than what Discord offers. `{ $help }` shows what can be asked.
ask-unknown-button = This button was made by another version of storebot. Type the command instead: `{ $help }` shows them all.
ask-missing-option = `{ $option }` is missing. Type `{ $command }` again and fill it in.
ask-odd-option = `{ $option }` cannot be read. Type `{ $command }` again and take one of the values that are offered.
ask-not-yours = This button is for a shop that is gone, or that is not yours. `{ $list }` shows your shops.
ask-wrong-name = Nothing was deleted: the shop is called **{ $store }**, and you typed “{ $typed }”. To delete it, start again and type exactly its name.
ask-twice = This was heard before and is not done again. If something is missing, ask anew.
ask-too-slow = This took too long. `{ $list }` shows whether it was done; if it was not, please try again.
ask-broken = Something in storebot has failed. `{ $list }` shows whether it was done; if it was not, please try again.
ask-request = Request `{ $id }`: whoever runs storebot can look it up.
kept-by = { $by } keeps it as it is.

## The form in which somebody confirms a deletion: at most 45 characters

form-delete-title = Delete { $store }?
form-delete-label = Type its name to delete it for good

## What is offered while somebody types

offer-plan = { $plan } · { $memory } memory
offer-store = { $store } · { $phase }

## What is set for a server

server-head = **storebot in this server**
server-channel = Late news and requests for approval: { $channel }
server-channel-none = Late news and requests for approval: where it was asked
server-language = Messages for everybody: { $language }
server-language-none = Messages for everybody: in the server's own language
server-plan = New shops: { $plan }, where no plan is said
server-plan-none = New shops: the smallest plan, where none is said
server-ttl = New shops are wanted for { $ttl }, where nothing is said
server-ttl-none = New shops have no end, where none is said
server-role = { $role }: { $may }
server-role-nothing = { $role }: may do nothing
server-role-less = { $role }: { $may }, and counts as { $counts }: more may not be given here
server-role-void = { $role }: { $may }, and counts as nothing: no role may be given a meaning here
server-roles-none = No role has a meaning of its own here.
server-most = At most { $role } can be given here; whoever runs storebot says so.
server-most-none = No role can be given a meaning here, other than by whoever runs storebot.
ask-managers-only = For this you need Manage Server here, or to be an administrator of storebot.
ask-server-only = This is about a server: type it in one of its channels.
approval-elsewhere = { $refusal } It was put before the approvers in { $channel }.

## Stories of stores: what is being done

story-creating = Creating **{ $store }** ({ $size }) ...
story-resuming = Going on with **{ $store }** ({ $size }) ...
story-upgrading = Upgrading **{ $store }** ({ $size }) ...
story-verifying = Placing a test order in **{ $store }** ...
story-waking = Waking **{ $store }** ({ $size }) ...
story-dozing = **{ $store }** is falling asleep ...
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
story-asleep = **{ $store }** is asleep: everything is kept and nothing runs.
story-expired = The time of **{ $store }** is over. It is asleep: everything is kept until { $until }, and then removed.
story-extended = **{ $store }** has time until { $until }.
story-failed = **{ $store }** failed: { $why }
story-not-deleted = **{ $store }** could not be deleted: { $why }
story-reason = Reason: `{ $reason }`
story-unknown = the reason is not known; the logs have more
story-for = for { $owner }

## What nobody has asked for

notice-expiring = The time of **{ $store }** ends { $when }. Then it falls asleep: everything is kept for a while, and removed after that unless it gets more time.
notice-extend = `{ $extend }` gives it more time.
notice-removed = The time of **{ $store }** was over, and nobody gave it more: it is removed.

## What to do next

next-not-deleted = Nothing else was touched. `{ $retry }` tries again.
next-by-hand = Nothing is made anew by itself. `{ $retry }` does it.
next-unproven = Nothing was removed. `{ $retry }` places the test order again.
next-kept = Its data is kept. `{ $retry }` goes on from where it stopped.
next-unfinished = What there is stays. `{ $retry }` goes on from where it stopped; `{ $delete }` removes it.
next-asleep = `{ $wake }` wakes it.
next-expired = `{ $extend }` gives it more time and wakes it.

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
