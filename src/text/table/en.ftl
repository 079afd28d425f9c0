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

## Discord: how something was asked, told to whoever asked alone

ask-unknown-command = This storebot does not know that command: it is older or newer than what Discord offers. `/store help` shows what can be asked.
ask-unknown-button = This button was made by another version of storebot. Type the command instead: `/store help` shows them all.
ask-missing-option = `{ $option }` is missing. Type `/{ $command }` again and fill it in.
ask-odd-option = `{ $option }` cannot be read. Type `/{ $command }` again and take one of the values that are offered.
ask-not-yours = This button is for a shop that is gone, or that is not yours. `/store list` shows your shops.
ask-wrong-name = Nothing was deleted: the shop is called **{ $store }**, and you typed “{ $typed }”. To delete it, start again and type exactly its name.
ask-twice = This was heard before and is not done again. If something is missing, ask anew.
ask-too-slow = This took too long. `/store list` shows whether it was done; if it was not, please try again.
ask-broken = Something in storebot has failed. `/store list` shows whether it was done; if it was not, please try again.
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
server-roles-none = No role has a meaning of its own here.
server-most = At most { $role } can be given here; whoever runs storebot says so.
server-most-none = No role can be given a meaning here, other than by whoever runs storebot.
ask-managers-only = For this you need Manage Server here, or to be an administrator of storebot.
ask-server-only = This is about a server: type it in one of its channels.
approval-elsewhere = { $refusal } It was put before the approvers in { $channel }.
