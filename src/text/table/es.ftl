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

## Discord: cómo se preguntó, dicho solo a quien pregunta

ask-unknown-command = Este storebot no conoce ese comando: es más antiguo o más nuevo que lo que Discord ofrece. `/store help` muestra lo que se puede pedir.
ask-unknown-button = Este botón es de otra versión de storebot. Escribe el comando: `/store help` los muestra todos.
ask-missing-option = Falta `{ $option }`. Escribe `/{ $command }` otra vez y rellénalo.
ask-odd-option = `{ $option }` no se puede leer. Escribe `/{ $command }` otra vez y toma uno de los valores ofrecidos.
ask-not-yours = Este botón es de una tienda que ya no existe o que no es tuya. `/store list` muestra tus tiendas.
ask-wrong-name = No se ha borrado nada: la tienda se llama **{ $store }** y escribiste «{ $typed }». Para borrarla, empieza de nuevo y escribe exactamente su nombre.
ask-twice = Esto ya se oyó y no se hace otra vez. Si falta algo, pídelo de nuevo.
ask-too-slow = Esto tardó demasiado. `/store list` muestra si se hizo; si no, inténtalo otra vez.
ask-broken = Algo ha fallado en storebot. `/store list` muestra si se hizo; si no, inténtalo otra vez.
ask-request = Petición `{ $id }`: quien opera storebot puede buscarla.
kept-by = { $by } la deja como está.

## The form in which somebody confirms a deletion: at most 45 characters

form-delete-title = ¿Borrar { $store }?
form-delete-label = Escribe su nombre para borrarla del todo

## What is offered while somebody types

offer-plan = { $plan } · { $memory } de memoria
offer-store = { $store } · { $phase }
