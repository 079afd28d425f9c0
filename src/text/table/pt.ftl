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

## Stories of stores: what is being done

story-creating = Criando **{ $store }** ({ $size }) ...
story-resuming = Continuando com **{ $store }** ({ $size }) ...
story-upgrading = Atualizando **{ $store }** ({ $size }) ...
story-verifying = Fazendo um pedido de teste em **{ $store }** ...
story-deleting = Excluindo **{ $store }** ...
story-doomed = **{ $store }** será excluída { $when }.
story-kept = **{ $store }** fica: a exclusão foi desfeita.
story-place =
    { $place ->
        [1] A próxima da fila
       *[other] Lugar { $place } na fila
    }
story-percent = { $percent }%

# $when: a time that Discord counts down to, such as “in 20 seconds”
story-eta = pronta { $when }
story-soon = a qualquer momento
story-late = está demorando mais que o normal
story-waiting = Aguardando: { $why }

## Its steps, in lists

step-namespace = namespace
step-release = instalação
step-workloads = banco de dados e aplicativo
step-setup = produtos e pagamento
step-verify = pedido de teste

## Their ends

story-ready = **{ $store }** está pronta: { $url }
story-sells = **{ $store }** está vendendo: { $url }
story-simulated = nós simulados, sem pedido de teste
story-order = pedido de teste #{ $order }, { $total }
story-took = levou { $took }
story-proof = Prova: { $proof }
story-untouched = **{ $store }** já está em dia: nada foi mudado.
story-deleted = **{ $store }** foi excluída.
story-failed = **{ $store }** falhou: { $why }
story-not-deleted = **{ $store }** não pôde ser excluída: { $why }
story-unknown = o motivo não é conhecido; os logs dizem mais
story-for = para { $owner }

## What to do next

next-not-deleted = Nada mais foi tocado. `/store retry name:{ $store }` tenta de novo.
next-by-hand = Nada é refeito sozinho. `/store retry name:{ $store }` faz isso.
next-unproven = Nada foi removido. `/store retry name:{ $store }` refaz o pedido de teste.
next-kept = Os dados são mantidos. `/store retry name:{ $store }` continua de onde parou.
next-unfinished = O que existe fica. `/store retry name:{ $store }` continua de onde parou; `/store delete name:{ $store }` remove tudo.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = Uma imagem não foi encontrada.
reason-image-unavailable = O registro de imagens não responde no momento.
reason-quota-exceeded = A cota da loja está esgotada.
reason-refused-by-admission = Uma regra do cluster não permite.
reason-admission-away = Um webhook do cluster não responde.
reason-no-room = Não há espaço no cluster.
reason-volume-not-bound = Falta um volume.
reason-crash-loop = Um programa cai repetidamente.
reason-out-of-memory = A memória do plano é insuficiente.
reason-setup-failed = A configuração da loja falhou.
reason-verify-failed = O pedido de teste falhou.
reason-no-proof = O pedido de teste não deixou prova.
reason-login-failed = A loja não aceitou o novo acesso.
reason-not-ready-in-time = A loja não iniciou a tempo.
reason-not-finished-in-time = Não terminou a tempo.
reason-namespace-leaving = O namespace ainda não pode ser removido.
reason-cluster-away = O cluster não responde.
reason-cluster-error = Algo deu errado no cluster.
reason-refused-by-cluster = O cluster recusa.
reason-values-refused = O chart não aceita os valores.
reason-helm-missing = Falta algo que instala as lojas.
reason-helm-failed = O Helm falhou.
reason-not-installed = A loja não está mais instalada como estava.
reason-chart-too-old = A loja foi instalada com um chart antigo.
reason-cell-not-configured = A célula dela não está mais configurada.
reason-workers-ended = Os workers pararam no meio.
reason-removed-in-cluster = Alguém a removeu no cluster.
reason-stopped-in-cluster = Alguém a parou no cluster.
