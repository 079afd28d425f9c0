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
