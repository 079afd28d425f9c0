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

## What is set for a server

server-head = **storebot en este servidor**
server-channel = Noticias tardías y peticiones de aprobación: { $channel }
server-channel-none = Noticias tardías y peticiones de aprobación: donde se preguntó
server-language = Mensajes para todos: { $language }
server-language-none = Mensajes para todos: en el idioma del servidor
server-plan = Tiendas nuevas: { $plan }, si no se dice ningún plan
server-plan-none = Tiendas nuevas: el plan más pequeño, si no se dice ninguno
server-ttl = Las tiendas nuevas se quieren por { $ttl }, si no se dice nada
server-ttl-none = Las tiendas nuevas no tienen fin, si no se dice ninguno
server-role = { $role }: { $may }
server-role-nothing = { $role }: no puede nada
server-role-less = { $role }: { $may }, cuenta como { $counts }: aquí no se puede dar más
server-roles-none = Ningún rol tiene aquí un significado propio.
server-most = Aquí se puede dar como mucho { $role }; lo decide quien opera storebot.
server-most-none = Aquí solo quien opera storebot puede dar significado a un rol.
ask-managers-only = Para esto necesitas aquí «Gestionar servidor», o ser administrador de storebot.
ask-server-only = Esto es de un servidor: escríbelo en uno de sus canales.
approval-elsewhere = { $refusal } La petición está ante quienes aprueban, en { $channel }.
