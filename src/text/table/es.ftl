### Español
#
# Glosario. store, shop: tienda. engine: software. plan: tamaño. quota: cuota. test order: pedido de prueba.
# approver: aprobador. login: acceso. to retry: reanudar. worker: worker. cluster: clúster. release: versión.
# request: solicitud. dead letter: tarea abandonada. Tratamiento: tú.

## The command as Discord offers it: names have small letters, digits and dashes, at most 32, and none twice
## beside each other; descriptions have at most 100 characters. The English ones stand in the definition.

command-store = tienda
    .description = Tiendas en línea terminadas, creadas y eliminadas con un comando
command-store-create = crear
    .description = Crear una tienda
command-store-create-name = nombre
    .description = Un nombre nuevo: minúsculas, cifras y guiones; será parte de la dirección
command-store-create-engine = software
    .description = Qué software de tienda
command-store-create-plan = tamaño
    .description = Qué tamaño (pequeño si no se dice)
command-store-create-ttl = duración
    .description = Cuánto tiempo la necesitas, por ejemplo 72h o 7d
command-store-create-title = título
    .description = Cómo se llama la tienda
command-store-create-currency = moneda
    .description = La moneda en la que vende, por ejemplo EUR o USD
command-store-create-country = país
    .description = El país desde el que vende, por ejemplo DE o US
command-store-status = estado
    .description = ¿Cómo está una tienda?
command-store-status-name = nombre
    .description = Qué tienda
command-store-list = lista
    .description = Mostrar mis tiendas
command-store-retry = reanudar
    .description = Reanudar una tienda que ha fallado, desde donde se detuvo
command-store-retry-name = nombre
    .description = Qué tienda
command-store-verify = verificar
    .description = Hacer otro pedido de prueba en una tienda
command-store-verify-name = nombre
    .description = Qué tienda
command-store-upgrade = actualizar
    .description = Llevar una tienda a la versión más reciente
command-store-upgrade-name = nombre
    .description = Qué tienda
command-store-extend = ampliar
    .description = Dar más tiempo a una tienda; la despierta si su tiempo había terminado
command-store-extend-name = nombre
    .description = Qué tienda
command-store-extend-by = tiempo
    .description = Cuánto más, por ejemplo 72h o 7d
command-store-sleep = dormir
    .description = Conservar todo de una tienda sin que nada funcione
command-store-sleep-name = nombre
    .description = Qué tienda
command-store-wake = despertar
    .description = Volver a poner en marcha una tienda dormida
command-store-wake-name = nombre
    .description = Qué tienda
command-store-login = acceso
    .description = Una contraseña nueva para la administración de una tienda, mostrada solo a ti
command-store-login-name = nombre
    .description = Qué tienda
command-store-delete = eliminar
    .description = Eliminar una tienda y todo lo que contiene, para siempre
command-store-delete-name = nombre
    .description = Qué tienda
command-store-undo = deshacer
    .description = Deshacer una eliminación mientras no se haya hecho nada
command-store-undo-name = nombre
    .description = Qué tienda
command-store-quota = cuota
    .description = Cuánto puedo tener y cuánto tengo
command-store-help = ayuda
    .description = Qué se puede pedir
command-store-admin = tienda-admin
    .description = Lo que storebot hace en este servidor, y para quién
command-store-admin-roles = roles
    .description = Lo que pueden los miembros con un rol
command-store-admin-roles-role = rol
    .description = Qué rol de este servidor; @everyone vale por todos los demás
command-store-admin-roles-as = como
    .description = Lo que pueden entonces
command-store-admin-roles-as-viewer = { role-viewer }
command-store-admin-roles-as-member = { role-member }
command-store-admin-roles-as-approver = { role-approver }
command-store-admin-roles-as-admin = { role-admin }
command-store-admin-roles-as-nothing = nada
command-store-admin-roles-as-default = por defecto
command-store-admin-channel = canal
    .description = Adónde van las noticias tardías y las peticiones de aprobación
command-store-admin-channel-channel = canal
    .description = Qué canal (donde se preguntó si no se dice)
command-store-admin-language = idioma
    .description = En qué idioma se escriben los mensajes para todos
command-store-admin-language-language = idioma
    .description = Qué idioma (el del servidor si no se dice)
command-store-admin-defaults = valores
    .description = Con qué se crea una tienda si no se dice nada
command-store-admin-defaults-plan = tamaño
    .description = Qué tamaño
command-store-admin-defaults-plan-small = { plan-small }
command-store-admin-defaults-plan-medium = { plan-medium }
command-store-admin-defaults-plan-large = { plan-large }
command-store-admin-defaults-plan-default = por defecto
command-store-admin-defaults-ttl = duración
    .description = Cuánto tiempo, por ejemplo 72h o 7d
command-store-admin-show = mostrar
    .description = Mostrar lo que está puesto para este servidor

## Words and parts of other sentences

list-or = { $first } o { $last }

role-viewer = lector
role-member = miembro
role-approver = aprobador
role-admin = administrador

plan-small = pequeño
plan-medium = mediano
plan-large = grande

phase-queued = en espera
phase-provisioning = preparándose
phase-installing = instalándose
phase-verifying = en verificación
phase-ready = lista
phase-updating = actualizándose
phase-asleep = dormida
phase-failed = fallida
phase-deleting = eliminándose
phase-deleted = eliminada

# What is not an option of a command and can yet be wrong.
field-cell = celda
field-command = comando
field-door = entrada
field-phase = fase

# After "para" or "de", as in "para crear una tienda".
do-create = crear una tienda
do-delete = eliminar esta tienda
do-undo = deshacer la eliminación de esta tienda
do-retry = reanudar esta tienda
do-verify = hacer un pedido de prueba
do-upgrade = actualizar esta tienda
do-extend = dar más tiempo a esta tienda
do-sleep = dormir esta tienda
do-wake = despertar esta tienda
do-suspend = dormir esta tienda hasta que esté pagada
do-resume = despertar esta tienda cuando esté pagada
do-expire = terminar el tiempo de esta tienda
do-credentials = obtener un acceso
do-redrive = repetir tareas abandonadas
do-replay = repetir entregas
do-drain = hacer que una celda no acepte tiendas nuevas
do-undrain = hacer que una celda vuelva a aceptar tiendas nuevas
do-approve = aprobar una solicitud
do-deny = denegar una solicitud
do-configure = cambiar los ajustes de este servidor
see-stores = ver tiendas
see-events = ver qué ha pasado
see-pods = ver qué se ejecuta
see-quota = ver una cuota
see-overview = ver el resumen
see-approvals = ver solicitudes
see-audit = ver quién hizo qué
see-dead-letters = ver las tareas abandonadas
see-deliveries = ver las entregas
see-cells = ver las celdas

## Times

# Time that has passed, "created ...".
ago-second = { $count ->
    [one] hace { $count } segundo
   *[other] hace { $count } segundos
}
ago-minute = { $count ->
    [one] hace { $count } minuto
   *[other] hace { $count } minutos
}
ago-hour = { $count ->
    [one] hace { $count } hora
   *[other] hace { $count } horas
}
ago-day = { $count ->
    [one] hace { $count } día
   *[other] hace { $count } días
}

# Time that something takes or that is left.
span-second = { $count ->
    [one] { $count } segundo
   *[other] { $count } segundos
}
span-minute = { $count ->
    [one] { $count } minuto
   *[other] { $count } minutos
}
span-hour = { $count ->
    [one] { $count } hora
   *[other] { $count } horas
}
span-day = { $count ->
    [one] { $count } día
   *[other] { $count } días
}

# After a number of times, "100 times ...".
per-second = { $count ->
    [one] por segundo
   *[other] cada { $count } segundos
}
per-minute = { $count ->
    [one] por minuto
   *[other] cada { $count } minutos
}
per-hour = { $count ->
    [one] por hora
   *[other] cada { $count } horas
}

## Refusals: what happened, without the full stop

refusal-bad-name = Este nombre no sirve
refusal-unknown-value = Esa opción no existe
refusal-invalid-value = Un valor no sirve
refusal-name-taken = Este nombre ya está en uso
refusal-store-not-found = Esa tienda no existe
refusal-forbidden = No tienes permiso para esto
refusal-no-role = Aquí no puedes usar storebot
refusal-not-this-source = Esta fuente no tiene permiso para esto
refusal-quota-exceeded = Tu cuota está agotada
refusal-quota-exceeded-org = La cuota de tu organización está agotada
refusal-plan-too-small = Este tamaño no basta
refusal-no-room = No hay sitio para otra tienda
refusal-cell-drained = Esta celda no acepta tiendas nuevas
refusal-cell-unfit = Una tienda así no se crea ahí
refusal-not-now = Ahora no es posible
refusal-owner-only = Esto es solo para el dueño de la tienda
refusal-not-done = No ha funcionado
refusal-no-answer = Nadie ha respondido a tiempo
refusal-no-worker = Ningún worker ha respondido
refusal-cluster-away = El clúster de la tienda no responde
refusal-too-many-streams = Ya sigues todo lo que puedes
refusal-dead-letter-not-found = Esa tarea abandonada no existe
refusal-delivery-not-found = Esa entrega no existe
refusal-not-replayable = Esta entrega no se puede repetir
refusal-approval-not-found = Esa solicitud no existe
refusal-decided = Esta solicitud ya no espera
refusal-crowded = Ya hay demasiadas solicitudes en espera
refusal-rate-limited = Demasiadas solicitudes
refusal-idempotency-key-reused = Esta clave de idempotencia ya se ha usado
refusal-conflict = La tienda ha cambiado mientras tanto
refusal-unavailable = storebot no puede aceptar solicitudes en este momento

## Refusals: why, and what to do next

bad-name-empty = El nombre está vacío. Elige uno como teashop.
bad-name-long = «{ $text }» tiene más de { $max } caracteres. Elige un nombre como teashop o tea-shop-2.
bad-name-character = «{ $text }» tiene otros caracteres que minúsculas a-z, cifras y guiones. Elige un nombre como teashop o tea-shop-2.
bad-name-edge = «{ $text }» empieza o termina con un guion. Elige un nombre como teashop o tea-shop-2.

unknown-value-none = «{ $text }» no existe para «{ $field }». Omite «{ $field }» o pregunta a un administrador.
unknown-value-one = «{ $text }» no existe para «{ $field }». La única opción para «{ $field }» es { $known }.
unknown-value-some = «{ $text }» no existe para «{ $field }». Elige { $known }.

invalid-value = «{ $field }» { $why }. Corrígelo e inténtalo de nuevo.

# What a value has to be, after its name.
rule-title-visible = necesita al menos un carácter visible
rule-title-short = tiene como máximo { $max } caracteres
rule-title-one-line = no tiene saltos de línea ni otros caracteres de control
rule-ttl-duration = es un número con una unidad, por ejemplo 90m, 72h o 7d
rule-ttl-bounds = es como mínimo 1s y como máximo 366d
rule-ttl-longest = termina como mucho dentro de { $most }
rule-grace-duration = es un número con una unidad, por ejemplo 30s o 5m
rule-grace-bounds = es como máximo 7d
rule-callback-whole = es una dirección completa, por ejemplo https://example.com/hooks/storebot
rule-callback-web = empieza por https:// o http://
rule-callback-bare = no contiene nombre de usuario ni contraseña; los envíos van firmados
rule-callback-short = tiene como máximo 2048 caracteres, codificada
rule-callback-public = es una dirección accesible desde fuera y no interna; quien opera storebot puede permitirla con callbacks.allow_hosts
rule-callback-signed = no se puede llamar: este storebot no tiene secreto para firmar los envíos; omítelo o pide a sus operadores que configuren callbacks.secrets
rule-key = tiene de 1 a { $max } caracteres ASCII imprimibles
rule-moment = es un momento como 2026-11-21T08:00:00Z
rule-cursor = no es el next_cursor de una página anterior
rule-cursor-order = no es el next_cursor de una página anterior en el mismo orden; empieza de nuevo sin él
rule-search-short = tiene como máximo { $max } caracteres: una parte de un nombre, un identificador o un propietario
rule-currency = es el código ISO 4217 de una moneda, por ejemplo EUR, USD o GBP
rule-no-money = es el código de un dinero que una tienda puede aceptar, por ejemplo EUR, USD o GBP
rule-replaced = ha sido sustituida: usa { $by }
rule-country = es el código ISO 3166-1 de un país, en dos letras, por ejemplo DE, US o GB
rule-sold-in = tiene que ser una en la que { $engine } pueda vender, y { $currency } no lo es
rule-roles-few = ya tienen un significado para { $max }; quita uno primero

name-taken = Ya existe una tienda llamada { $store }. Elige otro nombre; si esa tienda es tuya, también puedes eliminarla primero.
name-taken-going = La tienda { $store } todavía se está eliminando. Su nombre quedará libre en un minuto o dos; inténtalo entonces.
store-not-found = No tienes ninguna tienda «{ $store }». Tu lista muestra los nombres y los identificadores de tus tiendas.

forbidden = Para { $what } necesitas el rol «{ $role }». Pídeselo a un administrador.
no-role = Nadie te ha dado aquí un rol para storebot. Pídeselo a quien administra storebot.
not-this-source = Puede usar { $allowed }, pero no { $command }. Pide a quien administra storebot que lo añada a los comandos de esta fuente.

# $whose: "org" or "own".
quota-stores = { $whose ->
    [org] Tu organización tiene
   *[own] Tienes
} { $used } de { $limit ->
    [one] { $limit } tienda
   *[other] { $limit } tiendas
}.
quota-cpu = { $whose ->
    [org] Tu organización usa
   *[own] Usas
} { $used } de { $limit } de CPU, y esta tienda sería demasiado.
quota-memory = { $whose ->
    [org] Tu organización usa
   *[own] Usas
} { $used } de { $limit } de memoria, y esta tienda sería demasiado.
quota-disk = { $whose ->
    [org] Tu organización usa
   *[own] Usas
} { $used } de { $limit } de disco, y esta tienda sería demasiado.
quota-next = { $has } Duerme una o elimina una que ya no haga falta, y vuelve a intentarlo.
quota-asked = { $has } Se ha preguntado a un aprobador, que aún puede permitirlo hasta { $until } (solicitud { $request }).

plan-too-small = Una tienda con { $engine } necesita más de lo que tiene este tamaño. Elige { $plans }.
no-room = Todas las celdas que podrían tener esta tienda están llenas o no aceptan nuevas, así que no se ha creado nada. Vuelve a intentarlo cuando se haya eliminado una tienda o pide sitio a un administrador.
no-room-cell = La celda «{ $cell }» está llena, así que no se ha creado nada. Omite la celda para que se elija una o pide sitio a un administrador.
cell-drained = La celda «{ $cell }» se está vaciando: lo que hay en ella sigue y no se crea nada nuevo. Omite la celda para que se elija una.
cell-unfit-plan = En la celda «{ $cell }» no hay tiendas de este tamaño. Elige otro tamaño u omite la celda para que se elija una.
cell-unfit-engine = En la celda «{ $cell }» no hay tiendas con este software. Omite la celda para que se elija una.
cell-unfit-plan-all = En ninguna celda hay tiendas con este software y este tamaño. Elige otro tamaño o pregunta a un administrador.
cell-unfit-engine-all = En ninguna celda hay tiendas con este software. Elige otro o pregunta a un administrador.

not-now-not-there-yet = { $store } todavía se está creando. Inténtalo cuando esté lista.
not-now-busy = { $store } está ocupada con un comando anterior. Inténtalo cuando termine.
not-now-failed-verify = { $store } ha fallado antes de poder vender. Reanúdala: sigue desde donde se detuvo.
not-now-failed = { $store } ha fallado; para { $what }, tiene que estar lista. Su estado dice por qué no lo está.
not-now-not-failed = { $store } no ha fallado, así que no hay nada que reanudar. Su estado dice cómo está.
not-now-going = { $store } se está eliminando.
not-now-begun = La eliminación de { $store } ha empezado y ya no se puede deshacer.
not-now-nothing-to-undo = { $store } no se va a eliminar: no hay nada que deshacer.
not-now-gone = { $store } está eliminada. Crea primero una tienda nueva.
not-now-simulated = { $store } funciona en nodos simulados: no hay ninguna tienda detrás de su dirección, así que no hay dónde iniciar sesión.
not-now-asleep = { $store } está dormida. Despiértala primero.
not-now-expired = El tiempo de { $store } ha terminado. Amplíalo: eso le da más tiempo y despierta la tienda.
not-now-endless = { $store } no tiene un final que aplazar: existe hasta que alguien la elimine.
not-now-too-long = { $store } viviría más tiempo del permitido aquí. Pide menos tiempo.
not-now-suspended = { $store } está dormida porque no está pagada. Se despierta sola en cuanto lo esté.

owner-only = Nadie más puede { $what }, tampoco los administradores. Su dueño puede pedirlo.
not-done = El intento de { $what } ha fallado: { $why }. Inténtalo de nuevo; si sigue igual, avisa a un administrador.
no-answer = No se sabe si ha tenido efecto. Vuelve a pedir { $what }; vale lo más reciente.
no-worker = Solo un worker puede mirar en el clúster de la tienda, y ninguno ha respondido a tiempo. No se ha cambiado nada. Inténtalo de nuevo en unos segundos; si sigue igual, avisa a un administrador.
cluster-away = Puede que la tienda esté perfectamente. No se ha cambiado nada. Inténtalo de nuevo en unos segundos.
too-many-streams = { $limit ->
    [one] El límite es { $limit } flujo abierto
   *[other] El límite son { $limit } flujos abiertos
}. Cierra uno que no necesites y vuelve a intentarlo.
no-such-letter = No hay ninguna tarea abandonada «{ $letter }» en la lista; puede que ya se haya repetido. La lista muestra las que hay.
no-such-delivery = No se conserva ninguna entrega «{ $delivery }»; puede que se haya olvidado. La lista muestra las que hay.
not-replayable-untrusted = Se rechazó antes de poder distinguirla de otras, así que no se conservó nada de ella. Pide a su remitente que la envíe otra vez.
not-replayable-not-kept = Su contenido no se conserva: era demasiado grande o ha dejado sitio a otros más nuevos. Pide a su remitente que la envíe otra vez.
not-replayable-no-source = Su origen ya no está configurado. Configúralo de nuevo y después repite la entrega.
not-replayable-pending = Todavía se está enviando. Espera a que termine; la lista dice cuándo es el próximo intento.
not-replayable-no-store = Su tienda está olvidada, así que ya no hay nada que comunicar.
no-such-approval = No tienes ninguna solicitud «{ $request }». La lista muestra las que esperan.

decided-waiting = Todavía espera. Inténtalo de nuevo.
decided-approved-made = { $by } la ha aprobado y se ha creado la tienda { $store }.
decided-approved = { $by } la ha aprobado.
decided-denied = { $by } la ha denegado. Puedes volver a pedirlo.
decided-expired = Nadie ha decidido a tiempo. Puedes volver a pedirlo.

crowded = storebot ya tiene todas las consultas y flujos abiertos que puede. Cierra lo que no necesites e inténtalo de nuevo en unos segundos.
rate-limited = El límite es de { $times ->
    [1] una solicitud
   *[other] { $times } solicitudes
} { $per }. Inténtalo de nuevo en { $wait }.
key-reused = La primera solicitud con esta clave pedía otra cosa. Usa una clave nueva para una solicitud nueva, y la antigua solo para repetir exactamente la misma.
conflict = Otra persona ha cambiado la tienda { $store } en el mismo momento. Mírala e inténtalo de nuevo.
unavailable = Inténtalo de nuevo en unos segundos. Con la misma clave de idempotencia nada se hace dos veces; sin ella, mira primero si ya está hecho.

## Answers

status-head = **{ $store }** ({ $size }): { $phase }
status-title = Título: { $title }
status-created = Creada { $ago }
status-address = Dirección: { $url }{ $proof }
status-drift = Cambiado en el clúster: { $what }
status-drift-next = `{ $upgrade }` lo restablece.
status-left = Hace falta todavía { $left }; `{ $extend }` le da más tiempo
status-over = Su tiempo ha terminado; se duerme ahora. `{ $extend }` le da más tiempo
status-asleep = Todo se conserva y nada funciona. `{ $wake }` la despierta.
status-expired = Su tiempo ha terminado. Todo se conserva hasta el { $until } y después se elimina; `{ $extend }` le da más tiempo y la despierta.

stores-used = { $used } de { $limit ->
    [one] { $limit } tienda
   *[other] { $limit } tiendas
}
stores-used-unlimited = { $used ->
    [one] { $used } tienda
   *[other] { $used } tiendas
}
room = { $stores }, aproximadamente { $usually }

list-none = Todavía no tienes tiendas. `{ $create }` crea una. ({ $stores })
list-head = Tus tiendas ({ $stores }):
list-entry = - **{ $store }** ({ $size }): { $phase }
list-entry-ready = - **{ $store }** ({ $size }): { $phase }, { $url }
list-more = ... y más. `{ $status }` informa de cada una.

quota-own = **Tu cuota:**
quota-org = **Cuota de tu organización** ({ $org }):
quota-line = { $resource }: { $used } (de { $limit })
quota-line-unlimited = { $resource }: { $used } (sin límite)
quota-rate = { $count ->
    [one] Como máximo { $count } nueva por hora
   *[other] Como máximo { $count } nuevas por hora
}
quota-asleep = { $percent ->
    [0] Las tiendas dormidas solo cuentan por su disco
   *[other] Una tienda dormida cuenta como el { $percent } % de una, y solo por su disco
}
resource-stores = Tiendas
resource-cpu = CPU
resource-memory = Memoria
resource-disk = Disco

login-url = Inicia sesión en { $url }
login-user = Usuario: `{ $user }`
login-password = Contraseña: ||`{ $password }`||
login-once = Solo tú ves esto, y solo esta vez: guarda la contraseña ahora. La anterior ya no vale.

help-head = **{ $command }** te da una tienda en línea terminada y la vuelve a quitar:
help-create = `{ $command }` crea una tienda. `{ $plan }` fija su tamaño, `{ $ttl }` cuánto tiempo la necesitas (`72h`, `7d`), `{ $title }` cómo se llama, `{ $currency }` y `{ $country }` en qué moneda y desde dónde vende.
help-status = `{ $command }` dice cómo está.
help-list = `{ $command }` muestra tus tiendas y cuántas más puedes tener.
help-quota = `{ $command }` dice cuánto puedes tener y cuánto tienes.
help-retry = `{ $command }` reanuda una tienda que ha fallado, desde donde se detuvo.
help-verify = `{ $command }` hace otro pedido de prueba.
help-upgrade = `{ $command }` lleva la tienda a la versión más reciente.
help-extend = `{ $command }` da más tiempo a una tienda y la despierta si su tiempo había terminado.
help-sleep = `{ $sleep }` conserva todo sin que nada funcione; `{ $wake }` la vuelve a poner en marcha.
help-login = `{ $command }` crea una contraseña nueva para su administración y te la muestra solo a ti, una vez.
help-delete = `{ $command }` pregunta el nombre de la tienda y la elimina con todo lo que contiene, para siempre.
help-undo = `{ $command }` lo deshace, mientras no se haya hecho nada.
help-names = Nombres de tiendas, tamaños y tiempos se ofrecen al escribir; los botones bajo los mensajes hacen lo mismo.
help-proof = Una tienda solo se llama lista después de un pedido de prueba con éxito; los nodos simulados no tienen ninguno, y el mensaje lo dice.

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
button-extend = Ampliar
button-sleep = Dormir
button-wake = Despertar

## Requests over a quota

approval-asked = { $by } pide **{ $store }** ({ $engine }, { $plan }). { $refusal }
approved-by = { $by } ha aprobado la solicitud de **{ $store }**.
denied-by = { $by } ha denegado la solicitud de **{ $store }**.

## Discord: cómo se preguntó, dicho solo a quien pregunta

ask-unknown-command = Este storebot no conoce ese comando: es más antiguo o más nuevo que lo que Discord ofrece. `{ $help }` muestra lo que se puede pedir.
ask-unknown-button = Este botón es de otra versión de storebot. Escribe el comando: `{ $help }` los muestra todos.
ask-missing-option = Falta `{ $option }`. Escribe `{ $command }` otra vez y rellénalo.
ask-odd-option = `{ $option }` no se puede leer. Escribe `{ $command }` otra vez y toma uno de los valores ofrecidos.
ask-not-yours = Este botón es de una tienda que ya no existe o que no es tuya. `{ $list }` muestra tus tiendas.
ask-wrong-name = No se ha borrado nada: la tienda se llama **{ $store }** y escribiste «{ $typed }». Para borrarla, empieza de nuevo y escribe exactamente su nombre.
ask-twice = Esto ya se oyó y no se hace otra vez. Si falta algo, pídelo de nuevo.
ask-too-slow = Esto tardó demasiado. `{ $list }` muestra si se hizo; si no, inténtalo otra vez.
ask-broken = Algo ha fallado en storebot. `{ $list }` muestra si se hizo; si no, inténtalo otra vez.
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
server-role-void = { $role }: { $may }, sin efecto: aquí no se puede dar ningún rol
server-roles-none = Ningún rol tiene aquí un significado propio.
server-most = Aquí se puede dar como mucho { $role }; lo decide quien opera storebot.
server-most-none = Aquí solo quien opera storebot puede dar significado a un rol.
ask-managers-only = Para esto necesitas aquí «Gestionar servidor», o ser administrador de storebot.
ask-server-only = Esto es de un servidor: escríbelo en uno de sus canales.
approval-elsewhere = { $refusal } La petición está ante quienes aprueban, en { $channel }.

## Stories of stores: what is being done

story-creating = Creando **{ $store }** ({ $size }) ...
story-resuming = Continuando con **{ $store }** ({ $size }) ...
story-upgrading = Actualizando **{ $store }** ({ $size }) ...
story-verifying = Haciendo un pedido de prueba en **{ $store }** ...
story-waking = Despertando **{ $store }** ({ $size }) ...
story-dozing = **{ $store }** se está durmiendo ...
story-deleting = Eliminando **{ $store }** ...
story-doomed = **{ $store }** se eliminará { $when }.
story-kept = **{ $store }** se queda: la eliminación se deshizo.
story-place =
    { $place ->
        [1] La siguiente en la cola
       *[other] Puesto { $place } en la cola
    }
story-percent = { $percent } %

# $when: a time that Discord counts down to, such as “in 20 seconds”
story-eta = lista { $when }
story-soon = en cualquier momento
story-late = tarda más de lo habitual
story-waiting = En espera: { $why }

## Its steps, in lists

step-namespace = espacio de nombres
step-release = instalación
step-workloads = base de datos y aplicación
step-setup = productos y pago
step-verify = pedido de prueba

## Their ends

story-ready = **{ $store }** está lista: { $url }
story-sells = **{ $store }** vende: { $url }
story-simulated = nodos simulados, sin pedido de prueba
story-order = pedido de prueba #{ $order }, { $total }
story-took = tardó { $took }
story-proof = Prueba: { $proof }
story-untouched = **{ $store }** ya está al día: no se ha cambiado nada.
story-deleted = **{ $store }** está eliminada.
story-asleep = **{ $store }** está dormida: todo se conserva y nada funciona.
story-expired = El tiempo de **{ $store }** ha terminado. La tienda está dormida: todo se conserva hasta el { $until } y después se elimina.
story-extended = **{ $store }** tiene tiempo hasta el { $until }.
story-failed = **{ $store }** ha fallado: { $why }
story-not-deleted = **{ $store }** no se pudo eliminar: { $why }
story-reason = Motivo: `{ $reason }`
story-unknown = no se sabe por qué; los registros dicen más
story-for = para { $owner }

## What nobody has asked for

notice-expiring = El tiempo de **{ $store }** termina { $when }. Entonces se duerme: todo se conserva un tiempo y después se elimina si no recibe más tiempo.
notice-extend = `{ $extend }` le da más tiempo.
notice-removed = El tiempo de **{ $store }** había terminado y nadie le dio más: la tienda está eliminada.

## What to do next

next-not-deleted = No se ha tocado nada más. `{ $retry }` lo intenta otra vez.
next-by-hand = Nada se rehace solo. `{ $retry }` lo hace.
next-unproven = No se ha quitado nada. `{ $retry }` repite el pedido de prueba.
next-kept = Sus datos se conservan. `{ $retry }` sigue donde se quedó.
next-unfinished = Lo que hay se queda. `{ $retry }` sigue donde se quedó; `{ $delete }` lo elimina.
next-asleep = `{ $wake }` la despierta.
next-expired = `{ $extend }` le da más tiempo y la despierta.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = No se ha encontrado una imagen.
reason-image-unavailable = El registro de imágenes no responde ahora.
reason-quota-exceeded = La cuota de la tienda está agotada.
reason-refused-by-admission = Una regla del clúster no lo permite.
reason-admission-away = Un webhook del clúster no responde.
reason-no-room = No hay sitio en el clúster.
reason-volume-not-bound = Falta un volumen.
reason-crash-loop = Un programa falla una y otra vez.
reason-out-of-memory = La memoria de este tamaño no basta.
reason-setup-failed = La configuración de la tienda ha fallado.
reason-verify-failed = El pedido de prueba ha fallado.
reason-no-proof = El pedido de prueba no dejó constancia.
reason-login-failed = La tienda no aceptó el nuevo acceso.
reason-not-ready-in-time = La tienda no arrancó a tiempo.
reason-not-finished-in-time = No se terminó a tiempo.
reason-namespace-leaving = El espacio de nombres aún no se puede quitar.
reason-cluster-away = El clúster no responde.
reason-cluster-error = Algo salió mal en el clúster.
reason-refused-by-cluster = El clúster lo rechaza.
reason-values-refused = El chart no acepta sus valores.
reason-helm-missing = Falta algo que instala las tiendas.
reason-helm-failed = Helm ha fallado.
reason-not-installed = La tienda ya no está instalada como estaba.
reason-chart-too-old = La tienda se instaló con un chart antiguo.
reason-cell-not-configured = Su celda ya no está configurada.
reason-workers-ended = Los workers se detuvieron a la mitad.
reason-removed-in-cluster = Alguien la quitó en el clúster.
reason-stopped-in-cluster = Alguien la detuvo en el clúster.
