import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parse, stringify } from 'yaml';
import { packageRoot } from '../scaler/shared/package-root.js';
import { checkCertificates } from '../test/support/k8s/checks/certificates.js';
import { checkMounts } from '../test/support/k8s/checks/mounts.js';
import { checkNetworkPolicies } from '../test/support/k8s/checks/network.js';
import { checkPrograms } from '../test/support/k8s/checks/programs.js';
import { checkSecurity } from '../test/support/k8s/checks/security.js';
import { checkServices, hasService, selects } from '../test/support/k8s/checks/services.js';
import { installedSecrets } from '../test/support/k8s/installed-secrets.js';
import {
  containersOf,
  describeObject,
  type KubernetesObject,
  podTemplate,
} from '../test/support/k8s/kubernetes-object.js';
import {
  lintChart,
  noHelm,
  noKustomize,
  renderChart,
  renderKustomization,
  renderNotes,
  withTools,
} from '../test/support/k8s/render.js';
import { checkSchema, findUnknownFields } from '../test/support/k8s/validate.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');
const { version } = JSON.parse(read('package.json'));
const PROMETHEUS = 'prometheusAddress=http://prometheus-service.monitoring:9090';
const withAll = [
  PROMETHEUS,
  'serviceMonitor.enabled=true',
  'prometheusRule.enabled=true',
  'dashboard.enabled=true',
];
const withCertManager = [
  'tls.enabled=true',
  'tls.certManager.issuerRef.name=authority',
  'tls.certManager.scaledObjectNamespaces={apps,steam}',
];

/** Values that put every branch of the templates to use. */
const renderings: [chart: string, what: string, set: string[]][] = [
  ['predictive-scaler', 'the least that it needs', [PROMETHEUS]],
  ['predictive-scaler', 'everything for the Prometheus Operator', withAll],
  ['predictive-scaler', 'mutual TLS from cert-manager', [PROMETHEUS, ...withCertManager]],
  [
    'predictive-scaler',
    'TLS from a Secret',
    [PROMETHEUS, 'tls.enabled=true', 'tls.mutual=false', 'tls.existingSecret=scaler-tls'],
  ],
  [
    'predictive-scaler',
    'a configuration of its own',
    [
      'config.sources.named.central.address=https://mimir.monitoring/prometheus',
      'config.sources.named.central.basic.username=scaler',
      'config.sources.named.central.basic.passwordFile=/etc/scaler/secrets/mimir.history/password',
      'secretMounts={mimir.history}',
      'bootstrapConfigMap=bootstrap',
      'calendarsConfigMap=calendars',
      'config.calendars.launches.file=/etc/scaler/calendars/launches.ics',
      'http.username=operator',
      'http.existingSecret=scaler-page',
      'http.protectMetrics=true',
      'serviceMonitor.enabled=true',
      'image.pullSecrets={registry}',
      'podAnnotations.note=sample',
      'priorityClassName=high',
      'nodeSelector.disk=fast',
      'tolerations[0].key=dedicated',
      'spread.hostname=DoNotSchedule',
    ],
  ],
  [
    'predictive-scaler',
    'a page behind a token',
    [
      PROMETHEUS,
      'http.existingSecret=scaler-page',
      'http.protectMetrics=true',
      'serviceMonitor.enabled=true',
    ],
  ],
  ['boiler', 'the predictive scaler', ['rabbitmq.existingSecret=rabbitmq']],
  ['boiler', 'the classic HPA', ['rabbitmq.existingSecret=rabbitmq', 'autoscaling.kind=classic']],
  [
    'boiler',
    'a fixed number and a Secret of its own',
    ['rabbitmq.username=steam', 'rabbitmq.password=p@ss word/', 'autoscaling.kind=none'],
  ],
];

/** Secrets that the renderings name and a user brings. */
const usersSecrets = ['scaler-tls', 'scaler-page', 'mimir.history'];

describe('the Helm charts', () => {
  before(function () {
    if (noHelm === undefined) return;
    console.warn(`      SKIPPED: ${noHelm}`);
    this.skip();
  });

  for (const [chart, what, set] of renderings) {
    it(`${chart} passes lint and gives valid objects whose names agree, with ${what}`, async () => {
      lintChart(chart, set);
      const namespace = chart === 'boiler' ? 'steam' : 'predictive-scaler';
      const objects = renderChart(chart, { namespace, set });
      for (const object of objects)
        await assert.doesNotReject(checkSchema(object), `${describeObject(object)} of ${chart}`);
      assert.deepEqual(findUnknownFields(objects), []);
      const problems = [
        ...checkServices(objects),
        ...checkPrograms(withoutFiles(objects), version),
        ...checkSecurity(objects),
        ...checkCertificates(withIssuer(objects)),
        ...checkNetworkPolicies(withNamespace(objects, namespace), {
          monitoring: { 'app.kubernetes.io/name': 'prometheus' },
        }),
        ...checkMounts(objects, { ...installedSecrets(), 'steam/boiler-rabbitmq': ['uri'] }),
      ].filter(
        (problem) =>
          !usersSecrets.some((name) => problem.endsWith(`nothing makes the Secret ${name}`)) &&
          !/there is no ConfigMap (bootstrap|calendars)$/.test(problem),
      );
      assert.deepEqual(problems, []);
    });
  }

  for (const chart of ['predictive-scaler', 'boiler']) {
    const folder = `k8s/charts/${chart}`;

    it(`${chart} has the version of the project`, () => {
      const { version: chartVersion, appVersion } = parse(read(`${folder}/Chart.yaml`));
      assert.deepEqual({ chartVersion, appVersion }, { chartVersion: version, appVersion: version });
    });

    it(`${chart} describes every value in its schema, and has a default for every one that it describes`, () => {
      const schema = JSON.parse(read(`${folder}/values.schema.json`));
      const { global: _global, ...properties } = schema.properties;
      assertDescribed(
        { ...schema, description: 'all', properties },
        parse(read(`${folder}/values.yaml`)),
        chart,
      );
    });
  }

  it('predictive-scaler has alerts that speak of its own release', () => {
    const rule = renderChart('predictive-scaler', { release: 'blue', set: withAll }).find(
      ({ kind }) => kind === 'PrometheusRule',
    )!;
    const { expr } = rule.spec.groups[0].rules[0];
    assert.equal(expr, 'up{job="blue-predictive-scaler"} == 0 or absent(up{job="blue-predictive-scaler"})');
  });

  it('predictive-scaler advertises the address of its own Service', () => {
    const objects = renderChart('predictive-scaler', { release: 'blue', set: [PROMETHEUS] });
    const { name, namespace } = objects.find(({ kind }) => kind === 'Service')!.metadata;
    const scaler = objects.find(({ kind }) => kind === 'Deployment')!;
    const [container] = containersOf(podTemplate(scaler)!);
    const advertised = container!.env!.find(({ name }) => name === 'SCALER_GRPC_ADVERTISED_ADDRESS');
    assert.equal(advertised?.value, `${name}.${namespace ?? 'default'}:50051`);
  });

  it('predictive-scaler leaves the advertised address to a configuration that has one', () => {
    const set = [PROMETHEUS, 'config.grpc.advertisedAddress=scaler.example.org:443'];
    const scaler = renderChart('predictive-scaler', { set }).find(({ kind }) => kind === 'Deployment')!;
    const [container] = containersOf(podTemplate(scaler)!);
    // A variable would go before the file.
    assert.ok(!container!.env!.some(({ name }) => name === 'SCALER_GRPC_ADVERTISED_ADDRESS'));
  });

  it('predictive-scaler says what its port speaks, to proxies that go by it', () => {
    for (const [set, spoken] of [
      [[PROMETHEUS], 'kubernetes.io/h2c'],
      [[PROMETHEUS, ...withCertManager], 'https'],
    ] as const) {
      const services = renderChart('predictive-scaler', { set: [...set] }).filter(
        ({ kind }) => kind === 'Service',
      );
      const protocols = services.flatMap(({ spec }) =>
        (spec.ports as { name: string; appProtocol?: string }[])
          .filter(({ name }) => name === 'grpc')
          .map(({ appProtocol }) => appProtocol),
      );
      assert.deepEqual(protocols, [spoken, spoken]);
    }
  });

  for (const [set, labels] of [
    [[], { 'app.kubernetes.io/name': 'prometheus' }],
    [['networkPolicy.prometheus.podLabels.app=frontend'], { app: 'frontend' }],
    [['networkPolicy.prometheus.podLabels=null'], {}],
  ] as const)
    it(`predictive-scaler may reach pods with the labels ${JSON.stringify(labels)}, with ${set[0] ?? 'no value'}`, () => {
      const policy = renderChart('predictive-scaler', { set: [PROMETHEUS, ...set] }).find(
        ({ kind }) => kind === 'NetworkPolicy',
      )!;
      const { egress, ingress } = policy.spec;
      for (const [peer] of [egress[1].to, ingress[1].from])
        assert.deepEqual(peer.podSelector.matchLabels, labels);
    });

  it('boiler asks KEDA to poll for nothing, since a consumer always stays', () => {
    const [scaled] = renderChart('boiler', { set: ['rabbitmq.existingSecret=x'] }).filter(
      ({ kind }) => kind === 'ScaledObject',
    );
    assert.deepEqual([scaled!.spec.minReplicaCount, scaled!.spec.pollingInterval], [1, undefined]);
  });

  it('boiler takes fractions from helm --set, which hands them on as text', () => {
    const objects = renderChart('boiler', {
      set: [
        'rabbitmq.existingSecret=x',
        'producer.readingsPerSecond=2.5',
        'autoscaling.predictive.threshold=12.5',
      ],
    });
    const rates = objects
      .flatMap((object) => (podTemplate(object) ? containersOf(podTemplate(object)!) : []))
      .flatMap(({ env }) => env?.filter(({ name }) => name === 'READINGS_PER_SECOND') ?? []);
    assert.deepEqual(rates, [{ name: 'READINGS_PER_SECOND', value: '2.5' }]);
    const scaled = objects.find(({ kind }) => kind === 'ScaledObject');
    assert.equal(scaled!.spec.triggers[0].metadata.threshold, '12.5');
  });

  it('boiler speaks the language that is set, on its page and in its alerts', () => {
    const languages = renderChart('boiler', { set: ['rabbitmq.existingSecret=x', 'language=pt-BR'] })
      .flatMap((object) => (podTemplate(object) ? containersOf(podTemplate(object)!) : []))
      .map(({ name, env }) => [name, env?.find((one) => one.name === 'APP_LANGUAGE')?.value])
      .filter(([, language]) => language !== undefined);
    assert.deepEqual(languages.sort(), [
      ['boiler-consumer', 'pt-BR'],
      ['boiler-dashboard', 'pt-BR'],
    ]);
  });
  for (const [address, namespace] of [
    ['http://prometheus-server.observability:80', 'observability'],
    ['http://prometheus-operated.metrics.svc.cluster.local:9090/', 'metrics'],
    ['https://prometheus.example.org', 'monitoring'],
  ])
    it(`predictive-scaler may reach the namespace ${namespace} for ${address}`, () => {
      const policy = renderChart('predictive-scaler', { set: [`prometheusAddress=${address}`] }).find(
        ({ kind }) => kind === 'NetworkPolicy',
      )!;
      assert.deepEqual(policy.spec.egress[1].to[0].namespaceSelector.matchLabels, {
        'kubernetes.io/metadata.name': namespace,
      });
    });

  it('predictive-scaler, several times in one namespace, as docs/capacity.md spreads triggers: each Service has its own pods', () => {
    const page = read('docs/capacity.md');
    const [, loop] = /^ {2}helm upgrade --install "predictive-scaler-\$shard" (.*?)^done$/ms.exec(page)!;
    const set = [...loop!.matchAll(/--set (\S+)/g)].map(([, value]) => value!);
    const shards = /^for shard in (.*); do$/m.exec(page)![1]!.split(' ');
    assert.equal(shards.length, 5);
    const rendered = shards.map((shard) =>
      renderChart('predictive-scaler', {
        release: `predictive-scaler-${shard}`,
        namespace: 'predictive-scaler',
        set: [...set, 'serviceMonitor.enabled=true', 'prometheusRule.enabled=true'],
      }).filter(({ metadata }) => metadata.annotations?.['helm.sh/hook'] === undefined),
    );
    const objects = rendered.flat();
    // No two releases share an object, and no Service selects the pods of another.
    const names = objects.map(describeObject);
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(checkServices(objects), []);
    for (const [index, shard] of shards.entries()) {
      assert.ok(hasService(objects, `predictive-scaler-${shard}.predictive-scaler`, 50051));
      const own = rendered[index]!;
      const labels = podTemplate(own.find(({ kind }) => kind === 'Deployment')!)!.metadata.labels;
      const others = objects.filter((object) => !own.includes(object));
      for (const { kind, spec } of others)
        if (kind === 'NetworkPolicy') assert.ok(!selects(spec.podSelector.matchLabels, labels));
        else if (kind === 'PodDisruptionBudget') assert.ok(!selects(spec.selector.matchLabels, labels));
      const rule = own.find(({ kind }) => kind === 'PrometheusRule')!;
      assert.match(JSON.stringify(rule.spec), new RegExp(`job=\\\\"predictive-scaler-${shard}\\\\"`));
    }
  });

  it('predictive-scaler is chosen by a label with the patch of docs/capacity.md', function () {
    if (noKustomize !== undefined) {
      console.warn(`      SKIPPED: ${noKustomize}`);
      this.skip();
    }
    const patches = /^```yaml\n(patches:\n.*?)```$/ms.exec(read('docs/capacity.md'))![1]!;
    const scaledObject = (name: string, shard: string) =>
      stringify({
        apiVersion: 'keda.sh/v1alpha1',
        kind: 'ScaledObject',
        metadata: { name, labels: { shard } },
        spec: {
          scaleTargetRef: { name },
          triggers: [
            { type: 'external', metadata: { scalerAddress: 'predictive-scaler-1.predictive-scaler:50051' } },
          ],
        },
      });
    const folder = mkdtempSync(join(tmpdir(), 'shards-'));
    try {
      writeFileSync(join(folder, 'one.yaml'), scaledObject('one', '1'));
      writeFileSync(join(folder, 'three.yaml'), scaledObject('three', '3'));
      writeFileSync(join(folder, 'kustomization.yaml'), `resources: [one.yaml, three.yaml]\n${patches}`);
      const addresses = renderKustomization(relative(join(packageRoot, 'k8s'), folder)).map(
        ({ metadata, spec }) => [metadata.name, spec.triggers[0].metadata.scalerAddress],
      );
      assert.deepEqual(Object.fromEntries(addresses), {
        one: 'predictive-scaler-1.predictive-scaler:50051',
        three: 'predictive-scaler-3.predictive-scaler:50051',
      });
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('boiler escapes what an address cannot hold as it is', () => {
    const [secret] = renderChart('boiler', {
      set: ['rabbitmq.username=steam', 'rabbitmq.password=p@ss word/', 'rabbitmq.vhost=a/b'],
    }).filter(({ kind }) => kind === 'Secret') as (KubernetesObject & { stringData: { uri: string } })[];
    const uri = new URL(secret!.stringData.uri);
    assert.deepEqual(
      [decodeURIComponent(uri.password), decodeURIComponent(uri.pathname.slice(1)), uri.host],
      ['p@ss word/', 'a/b', 'rabbitmq:5672'],
    );
  });

  it('predictive-scaler prints lines that work: its address, grpcurl and a trigger', () => {
    const plain = renderNotes('predictive-scaler', [PROMETHEUS]);
    assert.match(plain, /predictive-scaler\.default:50051/);
    assert.match(plain, /grpcurl -plaintext localhost:50051 grpc\.health\.v1\.Health\/Check/);
    assert.doesNotMatch(plain, /authenticationRef/);
    const secured = renderNotes('predictive-scaler', [PROMETHEUS, ...withCertManager]);
    assert.match(secured, /-o go-template='\{\{ index \.data "ca\.crt" \| base64decode \}\}' > ca\.crt/);
    assert.match(
      secured,
      /grpcurl -cacert ca\.crt -cert client\.crt -key client\.key -authority predictive-scaler\.default/,
    );
    assert.match(secured, /name: predictive-scaler-tls\n\nThat TriggerAuthentication is in apps, steam\./);
    assert.match(renderNotes('boiler', ['rabbitmq.existingSecret=rabbitmq']), /scaled by: predictive/);
  });

  it('predictive-scaler asks no Secret of yours for an authority that it need not hold', () => {
    const set = [PROMETHEUS, 'tls.enabled=true', 'tls.mutual=false', 'tls.existingSecret=scaler-tls'];
    assert.doesNotMatch(JSON.stringify(renderChart('predictive-scaler', { set })), /ca\.crt/);
    const notes = renderNotes('predictive-scaler', set);
    assert.doesNotMatch(notes, /get secret/);
    assert.match(notes, /^Make that TriggerAuthentication in the namespace of the ScaledObject/m);
  });

  it('predictive-scaler needs no key of the page’s Secret but its password for scraping protected metrics', () => {
    const set = [
      PROMETHEUS,
      'http.username=operator',
      'http.existingSecret=scaler-page',
      'http.protectMetrics=true',
      'serviceMonitor.enabled=true',
    ];
    const objects = renderChart('predictive-scaler', { set });
    const monitor = objects.find(({ kind }) => kind === 'ServiceMonitor') as KubernetesObject & {
      spec: { endpoints: { basicAuth: Record<'username' | 'password', { name: string; key: string }> }[] };
    };
    const { username, password } = monitor.spec.endpoints[0]!.basicAuth;
    assert.deepEqual(password, { name: 'scaler-page', key: 'password' });
    const secret = objects.find(
      ({ kind, metadata }) => kind === 'Secret' && metadata.name === username.name,
    ) as KubernetesObject & { stringData: Record<string, string> };
    assert.equal(secret.stringData[username.key], 'operator');
  });

  const mistakes: [chart: string, set: string[], message: RegExp][] = [
    ['predictive-scaler', [], /needs a history: set prometheusAddress/],
    [
      'predictive-scaler',
      [PROMETHEUS, 'image.repository='],
      /no image is published for it\. Run "make deploy-scaler"/,
    ],
    [
      'boiler',
      ['rabbitmq.existingSecret=x', 'image.registry='],
      /no images are published for it\. Build them/,
    ],
    ['predictive-scaler', ['prometheusAddress=prometheus:9090'], /prometheusAddress/],
    ['predictive-scaler', [PROMETHEUS, 'replicaCuont=3'], /replicaCuont/],
    ['predictive-scaler', [PROMETHEUS, 'config.sources.named.other.address=http://other'], /are both set/],
    ['predictive-scaler', [PROMETHEUS, 'tls.enabled=true'], /tls\.enabled needs tls\.existingSecret, or/],
    [
      'predictive-scaler',
      [PROMETHEUS, ...withCertManager, 'tls.certManager.issuerRef.kind=Issuer'],
      /needs a ClusterIssuer/,
    ],
    ['predictive-scaler', [PROMETHEUS, 'http.username=me'], /http\.username needs http\.existingSecret/],
    [
      'predictive-scaler',
      [PROMETHEUS, 'http.protectMetrics=true'],
      /http\.protectMetrics needs http\.existingSecret/,
    ],
    // As a file does that has the group and nothing in it.
    ['predictive-scaler', ['config.sources=null'], /needs a history: set prometheusAddress/],
    ['predictive-scaler', [PROMETHEUS, 'spread.zone=Never'], /spread\/zone|spread\.zone/],
    ['predictive-scaler', [PROMETHEUS, 'networkPolicy=null'], /missing property 'networkPolicy'/],
    ['predictive-scaler', [PROMETHEUS, 'spread.zone=null'], /missing property 'zone'/],
    ['predictive-scaler', [PROMETHEUS, 'config.grpc.address=:6000'], /config\.grpc\.address cannot be set/],
    ['predictive-scaler', [PROMETHEUS, 'config.http.address=:9090'], /config\.http\.address cannot be set/],
    [
      'predictive-scaler',
      [PROMETHEUS, 'config.grpc.certFile=/a.crt', 'config.grpc.keyFile=/a.key'],
      /config\.grpc\.certFile and keyFile cannot be set: .*; set tls\.enabled and tls\.existingSecret/,
    ],
    [
      'predictive-scaler',
      [PROMETHEUS, 'config.http.protectMetrics=true', 'serviceMonitor.enabled=true'],
      /config\.http\.protectMetrics cannot be set with serviceMonitor\.enabled: .*; set http\.protectMetrics/,
    ],
    ['boiler', [], /rabbitmq\.username is needed, or rabbitmq\.existingSecret/],
    [
      'boiler',
      ['rabbitmq.existingSecret=x', 'autoscaling.kind=magic'],
      /autoscaling\/kind|autoscaling\.kind/,
    ],
    [
      'boiler',
      ['rabbitmq.existingSecret=x', 'autoscaling.minReplicas=5', 'autoscaling.maxReplicas=4'],
      /minReplicas is 5 and autoscaling\.maxReplicas is 4/,
    ],
    ['boiler', ['rabbitmq.existingSecret=x', 'autoscaling.predictive=null'], /missing property 'predictive'/],
    ['boiler', ['rabbitmq.existingSecret=x', 'producer.readingsPerSecond=fast'], /readingsPerSecond/],
    ['boiler', ['rabbitmq.existingSecret=x', 'autoscaling.predictive.threshold=-0.5'], /threshold/],
  ];
  for (const [chart, set, message] of mistakes)
    it(`${chart} refuses ${set.join(' ') || 'no values'} and says why`, () => {
      assert.throws(() => renderChart(chart, { set }), message);
    });

  it('are the source of the manifests that kustomize uses (else: make manifests)', () => {
    const folder = mkdtempSync(join(tmpdir(), 'manifests-'));
    try {
      execFileSync('scripts/manifests.sh', [folder], { cwd: packageRoot, env: withTools, stdio: 'pipe' });
      const written = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((path) =>
        path.endsWith('.yaml'),
      );
      assert.equal(written.length, 3);
      for (const path of written)
        assert.equal(read(join('k8s', path)), readFileSync(join(folder, path), 'utf8'), path);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

interface ValuesSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, ValuesSchema>>;
}

/** Fails unless every property of the schema has a description and a default, and every default a property. */
function assertDescribed(schema: ValuesSchema, values: Record<string, unknown>, path: string): void {
  assert.ok(schema.description, `${path} has no description`);
  if (schema.properties === undefined) return;
  assert.deepEqual(Object.keys(values).sort(), Object.keys(schema.properties).sort(), path);
  for (const [name, property] of Object.entries(schema.properties))
    assertDescribed(property, values[name] as Record<string, unknown>, `${path}.${name}`);
}

/** Without the variables that name files in volumes: the configuration is read when the scaler starts, not here. */
function withoutFiles(objects: KubernetesObject[]): KubernetesObject[] {
  return objects.map((object) => {
    if (object.kind !== 'Deployment') return object;
    const copy = structuredClone(object);
    for (const container of copy.spec.template.spec.containers)
      container.env = container.env.filter(
        ({ name }: { name: string }) => !/_FILE$|^SCALER_HTTP_/.test(name),
      );
    return copy;
  });
}

/** With the issuer that a user has. */
function withIssuer(objects: KubernetesObject[]): KubernetesObject[] {
  return [
    ...objects,
    { apiVersion: 'cert-manager.io/v1', kind: 'ClusterIssuer', metadata: { name: 'authority' } },
  ];
}

function withNamespace(objects: KubernetesObject[], name: string): KubernetesObject[] {
  return [...objects, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }];
}
