### Português

## Buttons: at most 80 characters, better 20

button-open = Abrir
button-admin = Administração
button-approve = Aprovar
button-deny = Recusar
button-login = Mostrar acesso
button-retry = Tentar de novo
button-keep = Manter
button-delete = Excluir
button-undo = Desfazer

## Requests over a quota

approved-by = { $by } aprovou o pedido de **{ $store }**.
denied-by = { $by } recusou o pedido de **{ $store }**.
