### Español

## Buttons: at most 80 characters, better 20

button-open = Abrir
button-admin = Administración
button-approve = Aprobar
button-deny = Denegar
button-login = Mostrar acceso
button-retry = Reintentar
button-keep = Conservar
button-delete = Eliminar
button-undo = Deshacer

## Requests over a quota

approved-by = { $by } ha aprobado la solicitud de **{ $store }**.
denied-by = { $by } ha denegado la solicitud de **{ $store }**.
