import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';
import { packageRoot } from '../scaler/shared/package-root.js';
import { parseTrigger } from '../scaler/trigger/parse.js';
import { scalingObjects } from '../test/support/k8s/checks/scaling.js';
import { checkSecurity } from '../test/support/k8s/checks/security.js';
import { hasService } from '../test/support/k8s/checks/services.js';
import type { KubernetesObject } from '../test/support/k8s/kubernetes-object.js';
import { noHelm, noKustomize, renderChart, renderKustomization } from '../test/support/k8s/render.js';
import { checkSchema } from '../test/support/k8s/validate.js';

const read = (path: string) => readFileSync(join(packageRoot, path), 'utf8');

describe('what is scaled', () => {
  let base: KubernetesObject[];
  before(function () {
    if (noKustomize !== undefined) {
      console.warn(`      SKIPPED: ${noKustomize}`);
      this.skip();
    }
    base = renderKustomization('base');
  });

  const find = (objects: KubernetesObject[], kind: string, name: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === name)!;

  it('app-a keeps the numbers of its predictkube trigger', () => {
    const { spec } = find(base, 'ScaledObject', 'app-a-predictive');
    const { type, metadata } = spec.triggers[0];
    assert.equal(type, 'external');
    const trigger = parseTrigger(
      { name: 'app-a-predictive', namespace: 'apps', scalerMetadata: metadata },
      { default: 'default' },
    );
    assert.deepEqual(
      {
        threshold: trigger.threshold,
        activation: trigger.activationThreshold,
        historyDays: trigger.historySeconds / 86_400,
        horizonHours: trigger.horizonSeconds / 3600,
        replicas: [spec.minReplicaCount, spec.maxReplicaCount],
      },
      { threshold: 10, activation: 5, historyDays: 14, horizonHours: 2, replicas: [1, 10] },
    );
    assert.ok(spec.fallback.replicas > 1);
    assert.ok(spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleDown.stabilizationWindowSeconds > 0);
  });

  it('app-b gets pushes over a stream', () => {
    assert.equal(find(base, 'ScaledObject', 'app-b-push').spec.triggers[0].type, 'external-push');
  });

  it('the boiler’s consumer grows and shrinks alike in both ways, 1 to 4 pods at 70 % of processor and memory', () => {
    const behavior = {
      scaleUp: {
        stabilizationWindowSeconds: 0,
        policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }],
      },
      scaleDown: {
        stabilizationWindowSeconds: 60,
        policies: [{ type: 'Percent', value: 100, periodSeconds: 60 }],
      },
    };
    const { spec: predictive } = find(base, 'ScaledObject', 'boiler-consumer-predictive');
    assert.deepEqual(predictive.advanced.horizontalPodAutoscalerConfig.behavior, behavior);
    assert.deepEqual([predictive.minReplicaCount, predictive.maxReplicaCount], [1, 4]);
    const [inflow, cpu, memory] = predictive.triggers;
    assert.equal(inflow.type, 'external');
    assert.deepEqual(
      [cpu.type, cpu.metadata.value, memory.type, memory.metadata.value],
      ['cpu', '70', 'memory', '70'],
    );
    const { spec: classic } = find(
      renderKustomization('../test/support/k8s/with-classic-hpa'),
      'HorizontalPodAutoscaler',
      'boiler-consumer',
    );
    assert.deepEqual(classic.behavior, behavior);
    assert.deepEqual([classic.minReplicas, classic.maxReplicas], [1, 4]);
    for (const { resource } of classic.metrics) assert.equal(resource.target.averageUtilization, 70);
  });

  it('stands in the table of docs/scaled-workloads.md, row by row', () => {
    const rows = [
      ...read('docs/scaled-workloads.md').matchAll(/^\| `([\w-]+)\/([\w-]+)` \| ([^|]*) \| ([^|]*) \|/gm),
    ].map(
      ([, namespace, name, replicas, owner]) =>
        `${namespace}/${name}: ${replicas!.replace(/ \(behind a load balancer: 2\)/, '')}, ${owner}`,
    );
    const expected = base
      .filter(({ kind }) => kind === 'Deployment')
      .map(({ metadata: { namespace, name }, spec }) => {
        const owner = scalingObjects(base).find(
          (object) => object.metadata.namespace === namespace && object.spec.scaleTargetRef.name === name,
        );
        if (owner === undefined) return `${namespace}/${name}: ${spec.replicas}, itself`;
        const { spec: of } = owner;
        const triggers = (of.triggers ?? []).map(({ type }: { type: string }) => `\`${type}\``).join(', ');
        const range = `${of.minReplicaCount ?? of.minReplicas} to ${of.maxReplicaCount ?? of.maxReplicas}`;
        const suffix = triggers === '' ? '' : ` (${triggers})`;
        return `${namespace}/${name}: ${range}, ${owner.kind} \`${owner.metadata.name}\`${suffix}`;
      });
    assert.deepEqual(rows.sort(), expected.sort());
  });

  for (const overlay of ['cloud', 'prometheus-operator'])
    it(`hello-metrics is behind a load balancer in ${overlay}: port 80 to port 5000 of two pods`, () => {
      const objects = renderKustomization(`overlays/${overlay}`);
      const { replicas, template } = find(objects, 'Deployment', 'hello-metrics').spec;
      const { type, ports } = find(objects, 'Service', 'hello-metrics').spec;
      const [{ port, targetPort }] = ports;
      const listening = template.spec.containers[0].ports.find(
        ({ name }: { name: string }) => name === targetPort,
      );
      assert.deepEqual([replicas, type, port, listening.containerPort], [2, 'LoadBalancer', 80, 5000]);
    });

  it('hello-metrics is scraped every 15 s by the Prometheus of the operator, with an alert on many requests', () => {
    const objects = renderKustomization('overlays/prometheus-operator');
    const monitor = find(objects, 'ServiceMonitor', 'predictive-scaler-workloads');
    const rule = find(objects, 'PrometheusRule', 'predictive-scaler');
    for (const { metadata } of [monitor, rule])
      assert.equal(metadata.labels?.release, 'prometheus-monitoring');
    assert.equal(monitor.spec.endpoints[0].interval, '15s');
    const service = find(objects, 'Service', 'hello-metrics');
    assert.ok(monitor.spec.namespaceSelector.matchNames.includes(service.metadata.namespace));
    for (const [label, value] of Object.entries(monitor.spec.selector.matchLabels))
      assert.equal(service.metadata.labels?.[label], value);
    assert.equal(monitor.spec.endpoints[0].port, service.spec.ports[0].name);
    const alerts = rule.spec.groups.flatMap(({ rules }: { rules: { alert: string }[] }) => rules);
    assert.ok(alerts.some(({ alert }: { alert: string }) => alert === 'MuitasRequisicoes'));
  });

  it('microk8s opens the ports that its page names', () => {
    const opened = renderKustomization('overlays/microk8s')
      .filter(({ spec }) => spec?.type === 'NodePort')
      .flatMap(({ metadata, spec }) =>
        spec.ports.map(
          ({ name, nodePort }: { name: string; nodePort: number }) => `${metadata.name} ${name} ${nodePort}`,
        ),
      );
    assert.deepEqual(opened.sort(), [
      'app-a-service http 30080',
      'app-a-service metrics 30081',
      'grafana-service http 30300',
      'prometheus-service http 30090',
    ]);
    const kind = parse(read('k8s/overlays/kind/cluster.yaml'));
    for (const text of opened) {
      const port = text.split(' ').at(-1)!;
      assert.match(read('docs/install-microk8s.md'), new RegExp(`127\\.0\\.0\\.1:${port}\\b`));
      assert.ok(
        kind.nodes[0].extraPortMappings.some(
          ({ hostPort }: { hostPort: number }) => hostPort === Number(port),
        ),
        port,
      );
    }
  });
});

describe('docs/operations.md', () => {
  it('shows triggers that the scaler takes without a notice, and formulas over triggers that have these names', () => {
    const specs = [...read('docs/operations.md').matchAll(/```yaml\n(.*?)```/gs)].map(
      ([, text]) => parse(text!).spec,
    );
    const withTriggers = specs.filter(({ triggers }) => triggers !== undefined);
    assert.equal(withTriggers.length, 2);
    for (const { triggers, advanced } of withTriggers) {
      const [ours] = triggers.filter(({ type }: { type: string }) => type === 'external');
      const ref = { name: 'checkout', namespace: 'shop', scalerMetadata: ours.metadata };
      assert.deepEqual(parseTrigger(ref, { default: 'default' }).notices, []);
      const names = triggers.map(({ name }: { name: string }) => name);
      for (const name of advanced?.scalingModifiers.formula.match(/\w+/g) ?? [])
        assert.ok(names.includes(name), `the formula names ${name}, which is none of ${names}`);
    }
  });
});

describe('docs/migrating-from-predictkube.md', () => {
  const manifests = [...read('docs/migrating-from-predictkube.md').matchAll(/```yaml\n(.*?)```/gs)].map(
    ([, text]) => parseAllDocuments(text!).map((document) => document.toJS()),
  );
  const trigger = (
    documents: { kind: string; spec: { triggers: { type: string; metadata: Record<string, string> }[] } }[],
  ) => documents.find(({ kind }) => kind === 'ScaledObject')!.spec.triggers[0]!;

  it('changes the type and adds the address, and keeps every other key', () => {
    const [before, after] = manifests.map(trigger);
    assert.deepEqual([before!.type, after!.type], ['predictkube', 'external']);
    const { scalerAddress, ...kept } = after!.metadata;
    assert.equal(scalerAddress, 'predictive-scaler.predictive-scaler:50051');
    assert.deepEqual(kept, before!.metadata);
  });

  it('gives metadata that the scaler takes without a notice', () => {
    const parsed = parseTrigger(
      { name: 'app-a-predictive', namespace: 'apps', scalerMetadata: trigger(manifests[1]!).metadata },
      {
        default: 'default',
        named: { default: { address: 'http://prometheus-service.monitoring:9090' } },
      },
    );
    assert.deepEqual(parsed.notices, []);
    assert.deepEqual(parsed.source, { kind: 'named', name: 'default' });
  });
});

describe('docs/install-manual.md', function () {
  this.timeout(20_000);
  const text = read('docs/install-manual.md');
  let objects: KubernetesObject[];
  before(function () {
    if (noKustomize !== undefined) {
      console.warn(`      SKIPPED: ${noKustomize}`);
      this.skip();
    }
    objects = renderKustomization('.');
  });

  it('forwards ports that Services and the scaler have, each to a port of its own', () => {
    const forwards = [...text.matchAll(/-n (\S+) port-forward (\w+)\/(\S+) (\d+):(\d+)`/g)];
    for (const [command, namespace, kind, name, , port] of forwards) {
      // The scaler's Service is headless and has the ports of its pods.
      if (kind === 'deployment') assert.equal(name, 'predictive-scaler');
      assert.ok(hasService(objects, `${name}.${namespace}`, Number(port)), command);
    }
    assert.equal(new Set(forwards.map(([, , , , local]) => local)).size, forwards.length);
    const pages = objects.filter(
      ({ kind, spec }) =>
        kind === 'Service' && spec.ports.some(({ name }: { name: string }) => name === 'http'),
    );
    for (const { metadata } of pages)
      assert.ok(
        forwards.some(
          ([, namespace, , name]) => `${namespace}/${name}` === `${metadata.namespace}/${metadata.name}`,
        ),
        metadata.name,
      );
  });

  it('shows the logs of everything that runs', () => {
    const shown = [...text.matchAll(/-n (\S+) logs (deployment|statefulset)\/([\w-]+)/g)].map(
      ([, namespace, kind, name]) => `${kind} ${namespace}/${name}`,
    );
    const running = objects
      .filter(({ kind }) => kind === 'Deployment' || kind === 'StatefulSet')
      .map(({ kind, metadata }) => `${kind.toLowerCase()} ${metadata.namespace}/${metadata.name}`);
    assert.deepEqual(shown.filter((each) => !each.includes(' keda/')).sort(), running.sort());
  });
});

describe('docs/boiler-chart.md', function () {
  this.timeout(20_000);
  const text = read('docs/boiler-chart.md');

  it('sets values that the chart takes', function () {
    if (noHelm !== undefined) {
      console.warn(`      SKIPPED: ${noHelm}`);
      this.skip();
    }
    const commands = [...text.matchAll(/^helm upgrade (?:--install )?boiler (.*)$/gm)];
    assert.ok(commands.length >= 3);
    const [install] = commands.map(([, args]) => [...args!.matchAll(/--set (\S+)/g)].map(([, set]) => set!));
    for (const [, args] of commands) {
      const set = [...args!.matchAll(/--set (\S+)/g)].map(([, value]) => value!);
      const kinds = renderChart('boiler', { namespace: 'steam', set: [...install!, ...set] }).map(
        ({ kind }) => kind,
      );
      assert.ok(kinds.includes(args!.includes('classic') ? 'HorizontalPodAutoscaler' : 'ScaledObject'));
    }
  });

  it('has a debug pod that the level restricted lets run', async () => {
    const pod = parse(read('k8s/debug-pod.yaml')) as KubernetesObject;
    await checkSchema(pod);
    assert.deepEqual(checkSecurity([pod]), []);
  });

  it('gives RabbitMQ the settings and the version that the base has', () => {
    const { image, config, auth } = parse(read('k8s/rabbitmq/values.yaml'));
    const { spec } = parse(read('k8s/rabbitmq/cluster.yaml'));
    const base = parse(read('k8s/base/rabbitmq/stateful-set.yaml')).spec.template.spec.containers[0].image;
    assert.deepEqual([`rabbitmq:${image.tag}`, spec.image], [base, base]);
    const setting = 'prometheus.return_per_object_metrics = true';
    for (const configuration of [
      config.extraConfiguration,
      spec.rabbitmq.additionalConfig,
      read('compose/rabbitmq/10-stack.conf'),
    ])
      assert.ok(configuration.includes(setting));
    const keys = /create secret generic rabbitmq [^\n]*<<END\n(.*?)END/s.exec(text)![1]!;
    for (const key of ['password', 'erlang-cookie', 'uri']) assert.match(keys, new RegExp(`^${key}=`, 'm'));
    assert.match(keys, new RegExp(`^username=${auth.username}$`, 'm'));
  });
});

describe('the pages about clusters', () => {
  const pages = [
    'README.md',
    'README.pt-BR.md',
    'infra/README.md',
    ...[
      'migrating-from-predictkube',
      'install-microk8s',
      'install-helm',
      'install-manual',
      'alerts',
      'boiler-chart',
      'troubleshooting',
      'clean-up',
      'architecture',
      'capacity',
      'scaled-workloads',
    ].map((name) => `docs/${name}.md`),
  ];
  const makefile = read('Makefile');

  for (const page of pages)
    it(`${page} names make targets, npm scripts, overlays, components and files that exist`, () => {
      const text = read(page);
      for (const [, target] of text.matchAll(/\bmake ([a-z][a-z-]*)/g))
        assert.match(
          makefile,
          new RegExp(`^(?:[\\w-]+ )*${target}(?: [\\w-]+)*:`, 'm'),
          `no target ${target}`,
        );
      const { scripts } = JSON.parse(read('package.json'));
      for (const [, script] of text.matchAll(/\bnpm run ([\w:]+)/g))
        assert.ok(scripts[script!], `no script ${script}`);
      for (const [, overlay] of text.matchAll(/OVERLAY=([a-z0-9-]+)/g))
        assert.ok(readdirSync(join(packageRoot, 'k8s/overlays')).includes(overlay!), `no overlay ${overlay}`);
      for (const [, component] of text.matchAll(/COMPONENTS=([a-z0-9-]+)/g))
        assert.ok(
          readdirSync(join(packageRoot, 'k8s/components')).includes(component!),
          `no component ${component}`,
        );
      for (const [, link] of text.matchAll(/\]\((?!https?:)([^)#]+)\)/g))
        assert.ok(existsSync(join(packageRoot, dirname(page), link!)), `${link} does not exist`);
      for (const [path] of text.matchAll(/\b(?:k8s|scripts|compose|infra)\/[\w./-]+\w/g))
        assert.ok(existsSync(join(packageRoot, path)), `${path} does not exist`);
    });
});
