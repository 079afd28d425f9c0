### Português
#
# Glossário. store, shop: loja. engine: software. plan: tamanho. quota: cota. test order: pedido de teste.
# approver: aprovador. login: acesso. to retry: retomar. worker: worker. cluster: cluster. release: versão.
# request: pedido; onde se confundiria com o de teste, solicitação. dead letter: tarefa abandonada.
# Português do Brasil. Tratamento: você.

## The command as Discord offers it: names have small letters, digits and dashes, at most 32, and none twice
## beside each other; descriptions have at most 100 characters. The English ones stand in the definition.

command-store = loja
    .description = Lojas online prontas, criadas e removidas por um comando
command-store-create = criar
    .description = Criar uma loja
command-store-create-name = nome
    .description = Um nome novo: letras minúsculas, números e hifens; fará parte do endereço
command-store-create-engine = software
    .description = Qual software de loja
command-store-create-plan = tamanho
    .description = Qual tamanho (pequeno se nada for dito)
command-store-create-ttl = duração
    .description = Por quanto tempo você precisa dela, por exemplo 72h ou 7d
command-store-create-title = título
    .description = Como a loja se chama
command-store-create-currency = moeda
    .description = A moeda em que ela vende, por exemplo EUR ou USD
command-store-create-country = país
    .description = O país de onde ela vende, por exemplo DE ou US
command-store-status = status
    .description = Como está uma loja?
command-store-status-name = nome
    .description = Qual loja
command-store-list = lista
    .description = Mostrar minhas lojas
command-store-retry = retomar
    .description = Retomar uma loja que falhou, de onde parou
command-store-retry-name = nome
    .description = Qual loja
command-store-verify = verificar
    .description = Fazer outro pedido de teste em uma loja
command-store-verify-name = nome
    .description = Qual loja
command-store-upgrade = atualizar
    .description = Levar uma loja à versão mais recente
command-store-upgrade-name = nome
    .description = Qual loja
command-store-extend = prolongar
    .description = Dar mais tempo a uma loja; acorda-a se o tempo tinha acabado
command-store-extend-name = nome
    .description = Qual loja
command-store-extend-by = tempo
    .description = Quanto a mais, por exemplo 72h ou 7d
command-store-sleep = adormecer
    .description = Manter tudo de uma loja sem nada em execução
command-store-sleep-name = nome
    .description = Qual loja
command-store-wake = acordar
    .description = Religar uma loja adormecida
command-store-wake-name = nome
    .description = Qual loja
command-store-login = acesso
    .description = Uma senha nova para a administração de uma loja, mostrada só a você
command-store-login-name = nome
    .description = Qual loja
command-store-delete = excluir
    .description = Excluir uma loja e tudo o que há nela, de vez
command-store-delete-name = nome
    .description = Qual loja
command-store-undo = desfazer
    .description = Desfazer uma exclusão enquanto nada tiver sido feito
command-store-undo-name = nome
    .description = Qual loja
command-store-quota = cota
    .description = Quanto posso ter e quanto tenho
command-store-help = ajuda
    .description = O que se pode pedir
command-store-admin = loja-admin
    .description = O que o storebot faz neste servidor, e para quem
command-store-admin-roles = cargos
    .description = O que podem os membros com um cargo
command-store-admin-roles-role = cargo
    .description = Qual cargo deste servidor; @everyone vale por todos os outros
command-store-admin-roles-as = como
    .description = O que podem então
command-store-admin-roles-as-viewer = { role-viewer }
command-store-admin-roles-as-member = { role-member }
command-store-admin-roles-as-approver = { role-approver }
command-store-admin-roles-as-admin = { role-admin }
command-store-admin-roles-as-nothing = nada
command-store-admin-roles-as-default = padrão
command-store-admin-channel = canal
    .description = Para onde vão notícias tardias e pedidos de aprovação
command-store-admin-channel-channel = canal
    .description = Qual canal (onde se perguntou se nada for dito)
command-store-admin-language = idioma
    .description = Em que idioma são escritas as mensagens para todos
command-store-admin-language-language = idioma
    .description = Qual idioma (o do servidor se nada for dito)
command-store-admin-defaults = padrões
    .description = Com que se cria uma loja quando nada é dito
command-store-admin-defaults-plan = tamanho
    .description = Qual tamanho
command-store-admin-defaults-plan-small = { plan-small }
command-store-admin-defaults-plan-medium = { plan-medium }
command-store-admin-defaults-plan-large = { plan-large }
command-store-admin-defaults-plan-default = padrão
command-store-admin-defaults-ttl = duração
    .description = Por quanto tempo, por exemplo 72h ou 7d
command-store-admin-show = mostrar
    .description = Mostrar o que está definido para este servidor

## Words and parts of other sentences

list-or = { $first } ou { $last }

role-viewer = leitor
role-member = membro
role-approver = aprovador
role-admin = administrador

plan-small = pequeno
plan-medium = médio
plan-large = grande

phase-queued = em espera
phase-provisioning = em preparação
phase-installing = em instalação
phase-verifying = em verificação
phase-ready = pronta
phase-updating = em atualização
phase-asleep = adormecida
phase-failed = com falha
phase-deleting = em exclusão
phase-deleted = excluída

# What is not an option of a command and can yet be wrong.
field-cell = célula
field-command = comando
field-door = entrada
field-phase = fase

# After "para" or "de", as in "para criar uma loja".
do-create = criar uma loja
do-delete = excluir esta loja
do-undo = desfazer a exclusão desta loja
do-retry = retomar esta loja
do-verify = fazer um pedido de teste
do-upgrade = atualizar esta loja
do-extend = dar mais tempo a esta loja
do-sleep = adormecer esta loja
do-wake = acordar esta loja
do-suspend = adormecer esta loja até ser paga
do-resume = acordar esta loja quando for paga
do-expire = terminar o tempo desta loja
do-credentials = obter um acesso
do-redrive = repetir tarefas abandonadas
do-replay = repetir entregas
do-drain = fazer uma célula não aceitar novas lojas
do-undrain = fazer uma célula voltar a aceitar novas lojas
do-approve = aprovar um pedido
do-deny = recusar um pedido
do-configure = mudar as configurações deste servidor
see-stores = ver lojas
see-events = ver o que aconteceu
see-pods = ver o que está em execução
see-quota = ver uma cota
see-overview = ver o resumo
see-approvals = ver pedidos de aprovação
see-audit = ver quem fez o quê
see-dead-letters = ver as tarefas abandonadas
see-deliveries = ver as entregas
see-cells = ver as células

## Times

# Time that has passed, "created ...".
ago-second = { $count ->
    [one] há { $count } segundo
   *[other] há { $count } segundos
}
ago-minute = { $count ->
    [one] há { $count } minuto
   *[other] há { $count } minutos
}
ago-hour = { $count ->
    [one] há { $count } hora
   *[other] há { $count } horas
}
ago-day = { $count ->
    [one] há { $count } dia
   *[other] há { $count } dias
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
    [one] { $count } dia
   *[other] { $count } dias
}

# After a number of times, "100 times ...".
per-second = { $count ->
    [one] por segundo
   *[other] a cada { $count } segundos
}
per-minute = { $count ->
    [one] por minuto
   *[other] a cada { $count } minutos
}
per-hour = { $count ->
    [one] por hora
   *[other] a cada { $count } horas
}

## Refusals: what happened, without the full stop

refusal-bad-name = Este nome não serve
refusal-unknown-value = Essa opção não existe
refusal-invalid-value = Um valor não serve
refusal-name-taken = Este nome já está em uso
refusal-store-not-found = Essa loja não existe
refusal-forbidden = Você não tem permissão para isso
refusal-no-role = Você não pode usar o storebot aqui
refusal-not-this-source = Esta fonte não tem permissão para isso
refusal-quota-exceeded = Sua cota acabou
refusal-quota-exceeded-org = A cota da sua organização acabou
refusal-plan-too-small = Este tamanho não basta
refusal-no-room = Não há espaço para mais uma loja
refusal-cell-drained = Esta célula não aceita novas lojas
refusal-cell-unfit = Uma loja assim não é criada ali
refusal-not-now = Isso não é possível agora
refusal-owner-only = Isso é só para o dono da loja
refusal-not-done = Não deu certo
refusal-no-answer = Ninguém respondeu a tempo
refusal-no-worker = Nenhum worker respondeu
refusal-cluster-away = O cluster da loja não responde
refusal-too-many-streams = Você já acompanha tudo o que pode
refusal-dead-letter-not-found = Essa tarefa abandonada não existe
refusal-delivery-not-found = Essa entrega não existe
refusal-not-replayable = Esta entrega não pode ser repetida
refusal-approval-not-found = Esse pedido não existe
refusal-decided = Este pedido não espera mais
refusal-crowded = Já há pedidos demais em espera
refusal-rate-limited = Pedidos demais
refusal-idempotency-key-reused = Esta chave de idempotência já foi usada
refusal-conflict = A loja mudou nesse meio-tempo
refusal-unavailable = O storebot não pode aceitar pedidos neste momento

## Refusals: why, and what to do next

bad-name-empty = O nome está vazio. Escolha um como teashop.
bad-name-long = "{ $text }" tem mais de { $max } caracteres. Escolha um nome como teashop ou tea-shop-2.
bad-name-character = "{ $text }" tem outros caracteres além de letras minúsculas a-z, números e hifens. Escolha um nome como teashop ou tea-shop-2.
bad-name-edge = "{ $text }" começa ou termina com hífen. Escolha um nome como teashop ou tea-shop-2.

unknown-value-none = "{ $text }" não existe para "{ $field }". Deixe "{ $field }" de fora ou pergunte a um administrador.
unknown-value-one = "{ $text }" não existe para "{ $field }". A única opção para "{ $field }" é { $known }.
unknown-value-some = "{ $text }" não existe para "{ $field }". Escolha { $known }.

invalid-value = "{ $field }" { $why }. Corrija e tente de novo.

# What a value has to be, after its name.
rule-title-visible = precisa de pelo menos um caractere visível
rule-title-short = tem no máximo { $max } caracteres
rule-title-one-line = não tem quebras de linha nem outros caracteres de controle
rule-ttl-duration = é um número com unidade, por exemplo 90m, 72h ou 7d
rule-ttl-bounds = é no mínimo 1s e no máximo 366d
rule-ttl-longest = termina no máximo daqui a { $most }
rule-grace-duration = é um número com unidade, por exemplo 30s ou 5m
rule-grace-bounds = é no máximo 7d
rule-callback-whole = é um endereço completo, por exemplo https://example.com/hooks/storebot
rule-callback-web = começa com https:// ou http://
rule-callback-bare = não contém nome de usuário nem senha; as entregas são assinadas
rule-callback-short = tem no máximo 2048 caracteres, codificado
rule-callback-public = é um endereço acessível de fora e não interno; quem opera o storebot pode permiti-lo com callbacks.allow_hosts
rule-callback-signed = não pode ser chamado: este storebot não tem segredo para assinar as entregas; deixe de fora ou peça aos operadores para configurar callbacks.secrets
rule-key = tem de 1 a { $max } caracteres ASCII imprimíveis
rule-moment = é um momento como 2026-11-21T08:00:00Z
rule-cursor = não é o next_cursor de uma página anterior
rule-cursor-order = não é o next_cursor de uma página anterior na mesma ordem; comece de novo sem ele
rule-search-short = tem no máximo { $max } caracteres: uma parte de um nome, um identificador ou um proprietário
rule-currency = é o código ISO 4217 de uma moeda, por exemplo EUR, USD ou GBP
rule-no-money = é o código de um dinheiro que uma loja pode aceitar, por exemplo EUR, USD ou GBP
rule-replaced = foi substituída: use { $by }
rule-country = é o código ISO 3166-1 de um país, em duas letras, por exemplo DE, US ou GB
rule-sold-in = precisa ser uma em que { $engine } possa vender, e { $currency } não é
rule-roles-few = já têm um significado para { $max }; retire um primeiro

name-taken = Já existe uma loja chamada { $store }. Escolha outro nome; se essa loja é sua, você também pode excluí-la antes.
name-taken-going = A loja { $store } ainda está sendo excluída. O nome fica livre em um ou dois minutos; tente de novo depois disso.
store-not-found = Você não tem nenhuma loja "{ $store }". Sua lista mostra os nomes e os identificadores das suas lojas.

forbidden = Para { $what }, você precisa do papel "{ $role }". Peça-o a um administrador.
no-role = Ninguém deu a você um papel no storebot aqui. Peça um a quem administra o storebot.
not-this-source = Ela pode usar { $allowed }, mas não { $command }. Peça a quem administra o storebot para incluir isso nos comandos desta fonte.

# $whose: "org" or "own".
quota-stores = { $whose ->
    [org] Sua organização tem
   *[own] Você tem
} { $used } de { $limit ->
    [one] { $limit } loja
   *[other] { $limit } lojas
}.
quota-cpu = { $whose ->
    [org] Sua organização usa
   *[own] Você usa
} { $used } de { $limit } de CPU, e esta loja seria demais.
quota-memory = { $whose ->
    [org] Sua organização usa
   *[own] Você usa
} { $used } de { $limit } de memória, e esta loja seria demais.
quota-disk = { $whose ->
    [org] Sua organização usa
   *[own] Você usa
} { $used } de { $limit } de disco, e esta loja seria demais.
quota-next = { $has } Adormeça uma ou exclua uma de que não precisa mais e tente de novo.
quota-asked = { $has } Um aprovador foi consultado e ainda pode permitir isso até { $until } (pedido { $request }).

plan-too-small = Uma loja { $engine } precisa de mais do que este tamanho tem. Escolha { $plans }.
no-room = Todas as células que poderiam ter esta loja estão cheias ou não aceitam novas, então nada foi criado. Tente de novo quando uma loja tiver sido excluída ou peça espaço a um administrador.
no-room-cell = A célula "{ $cell }" está cheia, então nada foi criado. Deixe a célula de fora para que uma seja escolhida ou peça espaço a um administrador.
cell-drained = A célula "{ $cell }" está sendo esvaziada: o que está nela continua, e nada novo é criado ali. Deixe a célula de fora para que uma seja escolhida.
cell-unfit-plan = Na célula "{ $cell }" não há lojas deste tamanho. Escolha outro tamanho ou deixe a célula de fora para que uma seja escolhida.
cell-unfit-engine = Na célula "{ $cell }" não há lojas com este software. Deixe a célula de fora para que uma seja escolhida.
cell-unfit-plan-all = Em nenhuma célula há lojas com este software neste tamanho. Escolha outro tamanho ou pergunte a um administrador.
cell-unfit-engine-all = Em nenhuma célula há lojas com este software. Escolha outro ou pergunte a um administrador.

not-now-not-there-yet = { $store } ainda está sendo criada. Tente de novo quando estiver pronta.
not-now-busy = { $store } está ocupada com um comando anterior. Tente de novo quando ele terminar.
not-now-failed-verify = { $store } falhou antes de poder vender. Retome a loja: ela continua de onde parou.
not-now-failed = { $store } falhou; para { $what }, ela precisa estar pronta. O status diz por que não está.
not-now-not-failed = { $store } não falhou, então não há nada a retomar. O status diz como ela está.
not-now-going = { $store } está sendo excluída.
not-now-begun = A exclusão de { $store } já começou e não pode mais ser desfeita.
not-now-nothing-to-undo = { $store } não vai ser excluída: não há nada a desfazer.
not-now-gone = { $store } foi excluída. Crie primeiro uma loja nova.
not-now-simulated = { $store } roda em nós simulados: não há loja atrás do endereço, então não há onde entrar.
not-now-asleep = { $store } está adormecida. Acorde-a primeiro.
not-now-expired = O tempo de { $store } terminou. Prolongue-o: isso dá mais tempo e acorda a loja.
not-now-endless = { $store } não tem um fim para adiar: existe até alguém a excluir.
not-now-too-long = { $store } viveria mais tempo do que é permitido aqui. Peça menos tempo.
not-now-suspended = { $store } está adormecida porque não está paga. Acorda sozinha assim que estiver.

owner-only = Ninguém mais pode { $what }, nem mesmo administradores. O dono pode pedir.
not-done = A tentativa de { $what } falhou: { $why }. Tente de novo; se continuar assim, avise um administrador.
no-answer = Não se sabe se teve efeito. Peça de novo para { $what }; vale o mais recente.
no-worker = Só um worker pode olhar dentro do cluster da loja, e nenhum respondeu a tempo. Nada foi alterado. Tente de novo em alguns segundos; se continuar assim, avise um administrador.
cluster-away = A loja em si pode muito bem estar em ordem. Nada foi alterado. Tente de novo em alguns segundos.
too-many-streams = { $limit ->
    [one] O limite é { $limit } fluxo aberto
   *[other] O limite são { $limit } fluxos abertos
}. Feche um de que não precisa e tente de novo.
no-such-letter = Não há nenhuma tarefa abandonada "{ $letter }" na lista; talvez já tenha sido repetida. A lista mostra as que existem.
no-such-delivery = Nenhuma entrega "{ $delivery }" está guardada; talvez tenha sido esquecida. A lista mostra as que existem.
not-replayable-untrusted = Foi recusada antes de poder ser distinguida de outras, por isso nada dela foi guardado. Peça ao remetente que a envie de novo.
not-replayable-not-kept = O seu conteúdo não está guardado: era grande demais ou deu lugar a outros mais novos. Peça ao remetente que a envie de novo.
not-replayable-no-source = A sua origem já não está configurada. Configure-a de novo e depois repita a entrega.
not-replayable-pending = Ainda está a ser enviada. Espere pelo fim; a lista diz quando é a próxima tentativa.
not-replayable-no-store = A sua loja está esquecida, por isso já não há nada a comunicar.
no-such-approval = Você não tem nenhum pedido "{ $request }". A lista mostra os que esperam.

decided-waiting = Ele ainda espera. Tente de novo.
decided-approved-made = { $by } aprovou, e a loja { $store } foi criada.
decided-approved = { $by } aprovou.
decided-denied = { $by } recusou. Você pode pedir de novo.
decided-expired = Ninguém decidiu a tempo. Você pode pedir de novo.

crowded = O storebot já tem todas as perguntas e fluxos abertos que consegue manter. Feche o que não precisa e tente de novo em alguns segundos.
rate-limited = O limite é de { $times ->
    [1] um pedido
   *[other] { $times } pedidos
} { $per }. Tente de novo em { $wait }.
key-reused = O primeiro pedido com esta chave queria outra coisa. Use uma chave nova para um pedido novo, e a antiga só para repetir exatamente o mesmo.
conflict = Outra pessoa alterou a loja { $store } no mesmo instante. Olhe para ela e tente de novo.
unavailable = Tente de novo em alguns segundos. Com a mesma chave de idempotência nada é feito duas vezes; sem ela, veja antes se já foi feito.

## Answers

status-head = **{ $store }** ({ $size }): { $phase }
status-title = Título: { $title }
status-created = Criada { $ago }
status-address = Endereço: { $url }{ $proof }
status-drift = Alterado no cluster: { $what }
status-drift-next = `{ $upgrade }` restaura tudo.
status-left = Ainda necessária por { $left }; `{ $extend }` dá mais tempo a ela
status-over = O tempo dela acabou; ela adormece agora. `{ $extend }` dá mais tempo a ela
status-asleep = Tudo é mantido e nada está em execução. `{ $wake }` a acorda.
status-expired = O tempo dela acabou. Tudo é mantido até { $until } e depois excluído; `{ $extend }` dá mais tempo a ela e a acorda.

stores-used = { $used } de { $limit ->
    [one] { $limit } loja
   *[other] { $limit } lojas
}
stores-used-unlimited = { $used ->
    [one] { $used } loja
   *[other] { $used } lojas
}
room = { $stores }, cerca de { $usually }

list-none = Você ainda não tem lojas. `{ $create }` cria uma. ({ $stores })
list-head = Suas lojas ({ $stores }):
list-entry = - **{ $store }** ({ $size }): { $phase }
list-entry-ready = - **{ $store }** ({ $size }): { $phase }, { $url }
list-more = ... e mais. `{ $status }` fala de cada uma.

quota-own = **Sua cota:**
quota-org = **Cota da sua organização** ({ $org }):
quota-line = { $resource }: { $used } (de { $limit })
quota-line-unlimited = { $resource }: { $used } (sem limite)
quota-rate = { $count ->
    [one] No máximo { $count } nova por hora
   *[other] No máximo { $count } novas por hora
}
quota-asleep = { $percent ->
    [0] Lojas adormecidas contam apenas pelo disco
   *[other] Uma loja adormecida conta como { $percent }% de uma, e apenas pelo disco
}
resource-stores = Lojas
resource-cpu = CPU
resource-memory = Memória
resource-disk = Disco

login-url = Entre em { $url }
login-user = Usuário: `{ $user }`
login-password = Senha: ||`{ $password }`||
login-once = Só você vê isto, e só desta vez: guarde a senha agora. A anterior não vale mais.

help-head = **{ $command }** dá a você uma loja online pronta e a remove depois:
help-create = `{ $command }` cria uma loja. `{ $plan }` define o tamanho, `{ $ttl }` por quanto tempo você precisa dela (`72h`, `7d`), `{ $title }` como ela se chama, `{ $currency }` e `{ $country }` em que moeda e de onde ela vende.
help-status = `{ $command }` diz como ela está.
help-list = `{ $command }` mostra suas lojas e quantas mais você pode ter.
help-quota = `{ $command }` diz quanto você pode ter, e quanto tem.
help-retry = `{ $command }` retoma uma loja que falhou, de onde parou.
help-verify = `{ $command }` faz outro pedido de teste.
help-upgrade = `{ $command }` leva a loja à versão mais recente.
help-extend = `{ $command }` dá mais tempo a uma loja e a acorda se o tempo tinha acabado.
help-sleep = `{ $sleep }` mantém tudo sem nada em execução; `{ $wake }` a religa.
help-login = `{ $command }` cria uma senha nova para a administração e a mostra só a você, uma vez.
help-delete = `{ $command }` pergunta o nome da loja e a exclui com tudo o que há nela, de vez.
help-undo = `{ $command }` desfaz isso, enquanto nada tiver sido feito.
help-names = Nomes de lojas, tamanhos e tempos são oferecidos enquanto você digita; os botões sob as mensagens fazem o mesmo.
help-proof = Uma loja só é chamada de pronta depois de um pedido de teste bem-sucedido; nós simulados não têm nenhum, e a mensagem diz isso.

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
button-extend = Prolongar
button-sleep = Adormecer
button-wake = Acordar

## Requests over a quota

approval-asked = { $by } pede **{ $store }** ({ $engine }, { $plan }). { $refusal }
approved-by = { $by } aprovou o pedido de **{ $store }**.
denied-by = { $by } recusou o pedido de **{ $store }**.

## Discord: como foi perguntado, dito só a quem pergunta

ask-unknown-command = Este storebot não conhece esse comando: é mais antigo ou mais novo do que o que o Discord oferece. `{ $help }` mostra o que se pode pedir.
ask-unknown-button = Este botão é de outra versão do storebot. Digite o comando: `{ $help }` mostra todos.
ask-missing-option = Falta `{ $option }`. Digite `{ $command }` outra vez e preencha.
ask-odd-option = `{ $option }` não pode ser lido. Digite `{ $command }` outra vez e escolha um dos valores oferecidos.
ask-not-yours = Este botão é de uma loja que já não existe ou que não é sua. `{ $list }` mostra as suas lojas.
ask-wrong-name = Nada foi apagado: a loja chama-se **{ $store }** e você digitou “{ $typed }”. Para apagá-la, comece de novo e digite exatamente o nome dela.
ask-twice = Isto já foi ouvido e não é feito de novo. Se faltar algo, peça outra vez.
ask-too-slow = Isto demorou demais. `{ $list }` mostra se foi feito; se não foi, tente outra vez.
ask-broken = Algo falhou no storebot. `{ $list }` mostra se foi feito; se não foi, tente outra vez.
ask-request = Pedido `{ $id }`: quem opera o storebot pode consultá-lo.
kept-by = { $by } deixa-a como está.

## The form in which somebody confirms a deletion: at most 45 characters

form-delete-title = Apagar { $store }?
form-delete-label = Digite o nome para apagar de vez

## What is offered while somebody types

offer-plan = { $plan } · { $memory } de memória
offer-store = { $store } · { $phase }

## What is set for a server

server-head = **storebot neste servidor**
server-channel = Notícias tardias e pedidos de aprovação: { $channel }
server-channel-none = Notícias tardias e pedidos de aprovação: onde se perguntou
server-language = Mensagens para todos: { $language }
server-language-none = Mensagens para todos: na língua do servidor
server-plan = Lojas novas: { $plan }, quando nenhum plano é dito
server-plan-none = Lojas novas: o menor plano, quando nenhum é dito
server-ttl = Lojas novas são desejadas por { $ttl }, quando nada é dito
server-ttl-none = Lojas novas não têm fim, quando nenhum é dito
server-role = { $role }: { $may }
server-role-nothing = { $role }: não pode nada
server-role-less = { $role }: { $may }, conta como { $counts }: aqui não se pode dar mais
server-role-void = { $role }: { $may }, sem efeito: aqui nenhum cargo pode ser dado
server-roles-none = Nenhum cargo tem aqui um significado próprio.
server-most = Aqui pode ser dado no máximo { $role }; quem opera o storebot decide isso.
server-most-none = Aqui só quem opera o storebot pode dar significado a um cargo.
ask-managers-only = Para isto você precisa de “Gerenciar servidor” aqui, ou ser administrador do storebot.
ask-server-only = Isto é de um servidor: digite-o num dos canais dele.
approval-elsewhere = { $refusal } O pedido está com quem aprova, em { $channel }.

## Stories of stores: what is being done

story-creating = Criando **{ $store }** ({ $size }) ...
story-resuming = Continuando com **{ $store }** ({ $size }) ...
story-upgrading = Atualizando **{ $store }** ({ $size }) ...
story-verifying = Fazendo um pedido de teste em **{ $store }** ...
story-waking = Acordando **{ $store }** ({ $size }) ...
story-dozing = **{ $store }** está adormecendo ...
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
story-asleep = **{ $store }** está adormecida: tudo é mantido e nada está em execução.
story-expired = O tempo de **{ $store }** acabou. A loja está adormecida: tudo é mantido até { $until } e depois excluído.
story-extended = **{ $store }** tem tempo até { $until }.
story-failed = **{ $store }** falhou: { $why }
story-not-deleted = **{ $store }** não pôde ser excluída: { $why }
story-reason = Motivo: `{ $reason }`
story-unknown = o motivo não é conhecido; os logs dizem mais
story-for = para { $owner }

## What nobody has asked for

notice-expiring = O tempo de **{ $store }** termina { $when }. Então ela adormece: tudo é mantido por um tempo e depois excluído se ela não receber mais tempo.
notice-extend = `{ $extend }` dá mais tempo a ela.
notice-removed = O tempo de **{ $store }** tinha acabado e ninguém deu mais: a loja foi excluída.

## What to do next

next-not-deleted = Nada mais foi tocado. `{ $retry }` tenta de novo.
next-by-hand = Nada é refeito sozinho. `{ $retry }` faz isso.
next-unproven = Nada foi removido. `{ $retry }` refaz o pedido de teste.
next-kept = Os dados são mantidos. `{ $retry }` continua de onde parou.
next-unfinished = O que existe fica. `{ $retry }` continua de onde parou; `{ $delete }` remove tudo.
next-asleep = `{ $wake }` a acorda.
next-expired = `{ $extend }` dá mais tempo a ela e a acorda.

## What troubles there are, one sentence each. The worker's own words, in English, follow

reason-image-not-found = Uma imagem não foi encontrada.
reason-image-unavailable = O registro de imagens não responde no momento.
reason-quota-exceeded = A cota da loja está esgotada.
reason-refused-by-admission = Uma regra do cluster não permite.
reason-admission-away = Um webhook do cluster não responde.
reason-no-room = Não há espaço no cluster.
reason-volume-not-bound = Falta um volume.
reason-crash-loop = Um programa cai repetidamente.
reason-out-of-memory = A memória deste tamanho não basta.
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
