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
