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

## Discord: como foi perguntado, dito só a quem pergunta

ask-unknown-command = Este storebot não conhece esse comando: é mais antigo ou mais novo do que o que o Discord oferece. `/store help` mostra o que se pode pedir.
ask-unknown-button = Este botão é de outra versão do storebot. Digite o comando: `/store help` mostra todos.
ask-missing-option = Falta `{ $option }`. Digite `/{ $command }` outra vez e preencha.
ask-odd-option = `{ $option }` não pode ser lido. Digite `/{ $command }` outra vez e escolha um dos valores oferecidos.
ask-not-yours = Este botão é de uma loja que já não existe ou que não é sua. `/store list` mostra as suas lojas.
ask-wrong-name = Nada foi apagado: a loja chama-se **{ $store }** e você digitou “{ $typed }”. Para apagá-la, comece de novo e digite exatamente o nome dela.
ask-twice = Isto já foi ouvido e não é feito de novo. Se faltar algo, peça outra vez.
ask-too-slow = Isto demorou demais. `/store list` mostra se foi feito; se não foi, tente outra vez.
ask-broken = Algo falhou no storebot. `/store list` mostra se foi feito; se não foi, tente outra vez.
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
server-roles-none = Nenhum cargo tem aqui um significado próprio.
server-most = Aqui pode ser dado no máximo { $role }; quem opera o storebot decide isso.
server-most-none = Aqui só quem opera o storebot pode dar significado a um cargo.
ask-managers-only = Para isto você precisa de “Gerenciar servidor” aqui, ou ser administrador do storebot.
ask-server-only = Isto é de um servidor: digite-o num dos canais dele.
approval-elsewhere = { $refusal } O pedido está com quem aprova, em { $channel }.
