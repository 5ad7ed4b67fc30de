import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';

/** Every text of the dashboards that reads otherwise in Brazilian Portuguese. */
export const portuguese: Readonly<Record<string, string>> = {
  // Shared
  'Other dashboards': 'Outros painéis',
  'Alerts that fire, and pending ones whose time has not passed yet. Empty when all is well.':
    'Alertas disparados e alertas pendentes, cujo tempo ainda não passou. Vazio quando está tudo bem.',
  State: 'Estado',
  Alert: 'Alerta',
  Severity: 'Severidade',
  App: 'App',
  Queue: 'Fila',
  Namespace: 'Namespace',
  Calendar: 'Calendário',
  Instance: 'Instância',
  For: 'Há',
  none: 'nenhum',
  // Boiler
  Boiler: 'Caldeira',
  'Readings from the sensors over RabbitMQ into the database.':
    'Das leituras dos sensores, pelo RabbitMQ, até o banco de dados.',
  Flow: 'Fluxo',
  published: 'publicadas',
  taken: 'retiradas',
  stored: 'gravadas',
  'Readings per second': 'Leituras por segundo',
  'What the producers publish, what the consumers take and what they store. The first is what the consumers are scaled on.':
    'O que os produtores publicam, o que os consumidores retiram da fila e o que gravam. Os consumidores são escalados pela primeira.',
  Consumers: 'Consumidores',
  consumers: 'consumidores',
  'Consumers that answer scrapes.': 'Consumidores que respondem às coletas.',
  'Dead letters': 'Mensagens mortas',
  'Messages of the time shown that are no readings: they wait in boiler.readings.dead for people.':
    'Mensagens do período que não são leituras: ficam em boiler.readings.dead à espera de alguém.',
  messages: 'mensagens',
  'Messages that wait in the queue, and those that consumers hold. A growing line means too few consumers.':
    'Mensagens à espera na fila e as que estão com os consumidores. Uma linha que cresce indica consumidores de menos.',
  '{{queue}}: waiting': '{{queue}}: à espera',
  '{{queue}}: held': '{{queue}}: com consumidores',
  'Not confirmed': 'Sem confirmação',
  'Readings measured and not yet confirmed by RabbitMQ, and times that producers had to wait.':
    'Leituras feitas e ainda não confirmadas pelo RabbitMQ, e quantas vezes os produtores tiveram de esperar.',
  'not confirmed': 'sem confirmação',
  'waits/s': 'esperas/s',
  Storing: 'Gravação',
  'Time of a batch': 'Tempo de um lote',
  'From the start of storing a batch to its acknowledgement.':
    'Do início da gravação de um lote até a sua confirmação.',
  half: 'metade',
  'Readings in a batch': 'Leituras por lote',
  'On average. Batches that are always full mean that the consumer is at its limit.':
    'Em média. Lotes sempre cheios indicam que o consumidor está no limite.',
  readings: 'leituras',
  'Duplicates and retries': 'Duplicatas e novas tentativas',
  'Readings that came again and were stored only once, and batches that were tried again.':
    'Leituras que chegaram de novo e mesmo assim foram gravadas uma só vez, e lotes que foram tentados de novo.',
  duplicates: 'duplicatas',
  retries: 'novas tentativas',
  Findings: 'Achados',
  'Anomalies per hour': 'Anomalias por hora',
  'Values outside of their limits or far from the median of the readings before, by measure and kind.':
    'Valores fora dos limites ou longe da mediana das leituras anteriores, por medida e tipo.',
  'Alerts per hour': 'Alertas por hora',
  'Alerts that RabbitMQ has confirmed, by boiler.': 'Alertas confirmados pelo RabbitMQ, por caldeira.',
  // Containers
  Containers: 'Contêineres',
  'Processor, memory, disk and network of each container, from cAdvisor.':
    'CPU, memória, disco e rede de cada contêiner, segundo o cAdvisor.',
  'Processor and memory': 'CPU e memória',
  Processor: 'CPU',
  'Cores that each container uses, over all of its pods.':
    'Núcleos que cada contêiner usa, somando todos os seus pods.',
  Memory: 'Memória',
  'Working set, which is what a limit is held against, of the largest pod of each container.':
    'Working set, que é o que se compara com o limite, do maior pod de cada contêiner.',
  Throttled: 'CPU limitada',
  'Share of periods in which a container with a processor limit had to wait.':
    'Parcela dos períodos em que um contêiner com limite de CPU teve de esperar.',
  'How many of each run.': 'Quantos de cada um estão rodando.',
  Disk: 'Disco',
  'Read and written': 'Lido e gravado',
  'Bytes per second that each container reads from disks and writes to them.':
    'Bytes por segundo que cada contêiner lê dos discos e grava neles.',
  '{{container}} read': '{{container}} lido',
  '{{container}} written': '{{container}} gravado',
  Space: 'Espaço',
  'What each container has written beside its volumes, where the runtime tells (Docker does, containerd does not), and the volumes that pods have claimed.':
    'O que cada contêiner gravou fora dos seus volumes, quando o runtime informa (o Docker informa, o containerd não), e os volumes que os pods reservaram.',
  'Disks of the machines': 'Discos das máquinas',
  'How full each disk is. Above 85 % Kubernetes begins to evict pods.':
    'Quanto de cada disco está ocupado. Acima de 85 % o Kubernetes começa a despejar pods.',
  Network: 'Rede',
  Received: 'Recebido',
  'Bytes per second that came in, by pod.': 'Bytes por segundo que entraram, por pod.',
  Sent: 'Enviado',
  'Bytes per second that went out, by pod.': 'Bytes por segundo que saíram, por pod.',
  // Predictive scaling
  Horizon: 'Horizonte',
  "The trigger's predictHorizon: how far forecasts are moved to lie over what came.":
    'O predictHorizon do trigger: quanto as previsões são deslocadas para ficarem sobre o que de fato veio.',
  'Predictive scaling': 'Escalonamento preditivo',
  'What the scaler observes, forecasts and answers, and what KEDA and the HPA make of it.':
    'O que o scaler observa, prevê e responde, e o que o KEDA e o HPA fazem com isso.',
  Now: 'Agora',
  'Load now': 'Carga agora',
  "What the trigger's query gives now, in its own unit.":
    'O que a consulta do trigger dá agora, na unidade dela.',
  load: 'carga',
  'Coming peak': 'Pico previsto',
  "The trigger's quantile of the highest load within the horizon.":
    'O quantil do trigger para a maior carga dentro do horizonte.',
  peak: 'pico',
  'Load that one replica carries.': 'Carga que uma réplica aguenta.',
  'Replicas asked for': 'Réplicas pedidas',
  'The answered value divided by the threshold, rounded up: before the limits of the HPA.':
    'O valor respondido dividido pelo threshold, arredondado para cima, antes dos limites do HPA.',
  'asked for': 'pedidas',
  'Active pods': 'Pods ativos',
  'Replicas that the HPA sees now.': 'Réplicas que o HPA vê agora.',
  Stage: 'Estágio',
  'How far the model has come: observed, trend, daily, weekly.':
    'Até onde o modelo chegou: observed (observado), trend (tendência), daily (diário), weekly (semanal).',
  Reason: 'Motivo',
  'Why the answered value is what it is: docs/metrics.md lists the reasons.':
    'Por que o valor respondido é esse: docs/metrics.md lista os motivos.',
  Forecast: 'Previsão',
  forecast: 'previsão',
  band: 'faixa',
  'lower end': 'limite inferior',
  'Forecast against reality': 'Previsão e realidade',
  'The load as it came, and what had been forecast for that moment one horizon before: mean and band of quantiles. Choose the horizon of the trigger at the top.':
    'A carga que veio e o que havia sido previsto para aquele momento um horizonte antes: média e faixa de quantis. Escolha no alto o horizonte do trigger.',
  'coming peak': 'pico previsto',
  answer: 'resposta',
  capacity: 'capacidade',
  'Load, answer and capacity': 'Carga, resposta e capacidade',
  'The answer should rise before the load does, and the capacity (threshold times active pods) should stay above the load.':
    'A resposta deve subir antes da carga, e a capacidade (threshold vezes pods ativos) deve ficar acima da carga.',
  'wanted by the HPA': 'desejadas pelo HPA',
  'active pods': 'pods ativos',
  maximum: 'máximo',
  'Scaling activity': 'Atividade de escalonamento',
  'Replicas that the answer asks for, that the HPA wants within its limits, and that there are.':
    'Réplicas que a resposta pede, que o HPA deseja dentro dos seus limites e que existem.',
  'How far it can be trusted': 'Quanto se pode confiar',
  'last value': 'último valor',
  'Forecast error against last value': 'Erro da previsão e do último valor',
  "Mean absolute error at the horizon in use, on the trigger's own past. While the forecast is not below the last value, the model is set aside.":
    'Erro absoluto médio no horizonte em uso, no passado do próprio trigger. Enquanto o da previsão não for menor que o do último valor, o modelo fica de lado.',
  coverage: 'cobertura',
  'quantile asked for': 'quantil pedido',
  Coverage: 'Cobertura',
  'Share of past peaks that stayed at or below the forecast quantile. Well below the quantile: raise it, or lower the threshold.':
    'Parcela dos picos passados que ficaram no quantil previsto ou abaixo dele. Bem abaixo do quantil: aumente-o ou reduza o threshold.',
  no: 'não',
  'this stage': 'este estágio',
  'set aside': 'posto de lado',
  'Stage and guard': 'Estágio e proteção',
  'Which stage held when, and when the model was set aside.':
    'Qual estágio valia em cada momento e quando o modelo foi posto de lado.',
  guarded: 'posto de lado',
  'this reason': 'este motivo',
  'Overload beside the accepted share': 'Sobrecarga e a parcela aceita',
  'Share of time in which the load was above what the ready pods carry, beside the share that targetOverload accepts. Empty for triggers without targetOverload.':
    'Parcela do tempo em que a carga ficou acima do que os pods prontos aguentam, ao lado da que targetOverload aceita. Vazio para triggers sem targetOverload.',
  'last day': 'último dia',
  'last week': 'última semana',
  accepted: 'aceita',
  'Reasons over time': 'Motivos ao longo do tempo',
  'Why the answered value was what it was.': 'Por que o valor respondido era aquele.',
  'Age of the model, history still missing': 'Idade do modelo e histórico que falta',
  'Time since the newest step that the model has seen, and history that it needs for the next stage: 0 on the last.':
    'Tempo desde o passo mais novo que o modelo viu, e o histórico que falta para o próximo estágio: 0 no último.',
  'age of the model': 'idade do modelo',
  'missing for the next stage': 'falta para o próximo estágio',
  'Better than last value': 'Melhor que o último valor',
  'All triggers': 'Todos os triggers',
  'Every trigger that the scaler knows, with what it observes and answers.':
    'Todos os triggers que o scaler conhece, com o que observa e responde.',
  Metric: 'Métrica',
  Load: 'Carga',
  Answer: 'Resposta',
  Requests: 'Requisições',
  'Current rate': 'Taxa atual',
  'Requests per second of all apps.': 'Requisições por segundo de todos os apps.',
  rate: 'taxa',
  'Total requests': 'Total de requisições',
  'Requests of all apps in the time shown.': 'Requisições de todos os apps no período.',
  requests: 'requisições',
  'Request trend': 'Tendência das requisições',
  'Requests per second of each app. The dashed lines are what one replica (10) and ten replicas (100) of app-a or app-b carry.':
    'Requisições por segundo de cada app. As linhas tracejadas são o que uma réplica (10) e dez réplicas (100) de app-a ou app-b aguentam.',
  'Distribution by endpoint': 'Distribuição por endpoint',
  'Which endpoints the requests of the time shown went to.':
    'Para quais endpoints foram as requisições do período.',
  'Requests of the day': 'Requisições do dia',
  'Busiest minute': 'Minuto mais movimentado',
  Mean: 'Média',
  'Simulated history': 'Histórico simulado',
  'What the apps tell of a simulated week: requests and busiest minute of each of the last seven whole days (UTC).':
    'O que os apps informam de uma semana simulada: requisições e minuto mais movimentado de cada um dos últimos sete dias completos (UTC).',
  Weekday: 'Dia da semana',
  'Days ago': 'Dias atrás',
  "The scaler's health": 'Saúde do scaler',
  'Calls from KEDA': 'Chamadas do KEDA',
  'Answered gRPC calls per second, by method and status. Anything but OK is worth a look.':
    'Chamadas gRPC respondidas por segundo, por método e status. O que não for OK merece atenção.',
  'Time of a call': 'Tempo de uma chamada',
  'How long a call from KEDA takes. Answers come from memory: 100 ms is slow.':
    'Quanto demora uma chamada do KEDA. As respostas vêm da memória: 100 ms já é lento.',
  'Delay of the event loop': 'Atraso do event loop',
  'Above 0.1 s calls from KEDA wait: fewer triggers per replica, or more processor.':
    'Acima de 0,1 s as chamadas do KEDA esperam: menos triggers por réplica, ou mais CPU.',
  'Requests to sources of history': 'Requisições às fontes do histórico',
  'Requests per second by source, kind and outcome.': 'Requisições por segundo, por fonte, tipo e resultado.',
  'Time of fetches and fits': 'Tempo das consultas e dos ajustes',
  'The slowest twentieth of requests to sources, and of fits with their wait for a worker.':
    'Os 5 % mais lentos das requisições às fontes e dos ajustes, com a espera por um worker.',
  'fetch, {{kind}}': 'consulta, {{kind}}',
  fit: 'ajuste',
  'Resident memory of each replica.': 'Memória residente de cada réplica.',
  'with an error': 'com erro',
  'Triggers, and those with an error': 'Triggers, e os que têm erro',
  'Triggers that a replica knows, and those for which KEDA gets an error instead of a value.':
    'Triggers que uma réplica conhece, e aqueles em que o KEDA recebe um erro em vez de um valor.',
  'Metric value in KEDA': 'Valor da métrica no KEDA',
  'What KEDA has got from each trigger of this ScaledObject and hands to the HPA.':
    'O que o KEDA recebeu de cada trigger deste ScaledObject e repassa ao HPA.',
  'Time that KEDA waits for a metric': 'Tempo que o KEDA espera por uma métrica',
  'Latency of the last read of each trigger, as KEDA measures it.':
    'Latência da última leitura de cada trigger, medida pelo KEDA.',
  'Errors and activity in KEDA': 'Erros e atividade no KEDA',
  'Failed reads per second of each trigger, and whether KEDA holds it active (1) or not (0).':
    'Leituras com falha por segundo de cada trigger, e se o KEDA o considera ativo (1) ou não (0).',
  '{{metric}}: errors/s': '{{metric}}: erros/s',
  '{{metric}}: active': '{{metric}}: ativo',
  'Metrics server to operator: calls': 'Do metrics server ao operator: chamadas',
  'Calls per second by which the HPA gets its metrics through KEDA, by status.':
    'Chamadas por segundo com que o HPA obtém as suas métricas pelo KEDA, por status.',
  'Metrics server to operator: time': 'Do metrics server ao operator: tempo',
  'How long such a call takes; the time of our own answer is part of it.':
    'Quanto demora uma chamada dessas; o tempo da nossa resposta faz parte dela.',
  'Delay of KEDA’s scaling loop': 'Atraso do loop de escalonamento do KEDA',
  'How much later than planned KEDA polls a ScaledObject.':
    'Com quanto atraso o KEDA consulta um ScaledObject.',
  // Workloads
  Workloads: 'Cargas de trabalho',
  'Requests, errors, times and pods of the HTTP apps, and the messages between others.':
    'Requisições, erros, tempos e pods dos apps HTTP, e as mensagens entre os demais.',
  'HTTP apps': 'Apps HTTP',
  'Requests per minute': 'Requisições por minuto',
  'The alert MuitasRequisicoes fires above 5 per minute, the dashed line.':
    'O alerta MuitasRequisicoes dispara acima de 5 por minuto, a linha tracejada.',
  'Failed requests': 'Requisições com falha',
  'Share answered with a status of 500 or above. The alert HighErrorRate fires above 5 %.':
    'Parcela respondida com status 500 ou superior. O alerta HighErrorRate dispara acima de 5 %.',
  'Time of a request, 95 %': 'Tempo de uma requisição, 95 %',
  'Nineteen of twenty requests were answered in this time.':
    'Dezenove em cada vinte requisições foram respondidas nesse tempo.',
  'Requests in flight': 'Requisições em andamento',
  'Requests being worked on, over all pods of an app.':
    'Requisições em processamento, somando todos os pods de um app.',
  'Pods that answer scrapes': 'Pods que respondem às coletas',
  'Instances of each app that Prometheus reads.': 'Instâncias de cada app que o Prometheus lê.',
  'Answers by status': 'Respostas por status',
  'Requests per second of the chosen apps, by status.':
    'Requisições por segundo dos apps escolhidos, por status.',
  Replicas: 'Réplicas',
  'Replicas of each HPA: wanted and there.': 'Réplicas de cada HPA: desejadas e existentes.',
  '{{horizontalpodautoscaler}}: wanted': '{{horizontalpodautoscaler}}: desejadas',
  '{{horizontalpodautoscaler}}: there': '{{horizontalpodautoscaler}}: existentes',
  Lookups: 'Consultas',
  'Lookups per second by how they ended; `unavailable` means that the database was away.':
    'Consultas por segundo, por resultado; `unavailable` indica que o banco de dados estava fora.',
  Messages: 'Mensagens',
  'Messages per minute: confirmed by RabbitMQ, without a receiver, skipped while it was away, received.':
    'Mensagens por minuto: confirmadas pelo RabbitMQ, sem destinatário, puladas enquanto ele estava fora, recebidas.',
  'without a receiver': 'sem destinatário',
  skipped: 'puladas',
  received: 'recebidas',
  'Deployments without all of their replicas': 'Deployments sem todas as réplicas',
  'Deployments with fewer available replicas than they should have.':
    'Deployments com menos réplicas disponíveis do que deveriam ter.',
};

/** Fields of a dashboard's JSON that people read. */
const textFields = new Set(['title', 'description', 'legendFormat', 'text', 'label', 'noValue']);

/** The texts that a dashboard shows, as a walk meets them; each is replaced by what `replace` gives. */
export function replaceTexts(dashboard: Dashboard, replace: (text: string) => string): Dashboard {
  return walk(dashboard, replace) as Dashboard;
}

/** A dashboard in Portuguese. What has no translation keeps its words: names, and labels alone. */
export function inPortuguese(dashboard: Dashboard): Dashboard {
  return replaceTexts(dashboard, (text) => portuguese[text] ?? text);
}

function walk(value: unknown, replace: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((each) => walk(each, replace));
  if (typeof value !== 'object' || value === null) return value;
  const from = value as Record<string, unknown>;
  // Looks refer to a line or column by its name.
  const named = from.id === 'byName' ? 'options' : from.id === 'custom.fillBelowTo' ? 'value' : undefined;
  return Object.fromEntries(
    Object.entries(from).map(([key, held]) => {
      if (typeof held === 'string') return [key, textFields.has(key) || key === named ? replace(held) : held];
      if (key === 'renameByName')
        return [
          key,
          Object.fromEntries(Object.entries(held as object).map(([column, text]) => [column, replace(text)])),
        ];
      return [key, walk(held, replace)];
    }),
  );
}
