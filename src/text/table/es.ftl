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

## Stories of stores: what is being done

story-creating = Creando **{ $store }** ({ $size }) ...
story-resuming = Continuando con **{ $store }** ({ $size }) ...
story-upgrading = Actualizando **{ $store }** ({ $size }) ...
story-verifying = Haciendo un pedido de prueba en **{ $store }** ...
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
story-failed = **{ $store }** ha fallado: { $why }
story-not-deleted = **{ $store }** no se pudo eliminar: { $why }
story-unknown = no se sabe por qué; los registros dicen más
story-for = para { $owner }

## What to do next

next-not-deleted = No se ha tocado nada más. `/store retry name:{ $store }` lo intenta otra vez.
next-by-hand = Nada se rehace solo. `/store retry name:{ $store }` lo hace.
next-unproven = No se ha quitado nada. `/store retry name:{ $store }` repite el pedido de prueba.
next-kept = Sus datos se conservan. `/store retry name:{ $store }` sigue donde se quedó.
next-unfinished = Lo que hay se queda. `/store retry name:{ $store }` sigue donde se quedó; `/store delete name:{ $store }` lo elimina.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = No se ha encontrado una imagen.
reason-image-unavailable = El registro de imágenes no responde ahora.
reason-quota-exceeded = La cuota de la tienda está agotada.
reason-refused-by-admission = Una regla del clúster no lo permite.
reason-admission-away = Un webhook del clúster no responde.
reason-no-room = No hay sitio en el clúster.
reason-volume-not-bound = Falta un volumen.
reason-crash-loop = Un programa falla una y otra vez.
reason-out-of-memory = La memoria del plan es insuficiente.
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
