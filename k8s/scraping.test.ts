import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../scaler/shared/package-root.js';
import { describeObject, podTemplate } from '../test/support/k8s/kubernetes-object.js';
import { noKustomize, renderKustomization } from '../test/support/k8s/render.js';
import { scrapedPorts } from '../test/support/k8s/scraped-ports.js';

const configuration = readFileSync(join(packageRoot, 'k8s/base/prometheus/prometheus.yml'), 'utf8');

describe('what Prometheus scrapes in the base', () => {
  before(function () {
    if (noKustomize === undefined) return;
    console.warn(`      SKIPPED: ${noKustomize}`);
    this.skip();
  });

  it('is every program’s metrics, once', () => {
    const objects = [...renderKustomization('base'), ...renderKustomization('boiler-bursts')];
    const scraped = scrapedPorts(configuration, objects).map((target) => target.replace(/^[\w-]+: /, ''));
    const expected = objects
      .filter((object) =>
        (podTemplate(object)?.spec.containers ?? []).some(({ image }) =>
          /predictive-scaler|rabbitmq|kube-state/.test(image),
        ),
      )
      .map(
        (object) =>
          `${describeObject(object)}, ${object.metadata.name === 'predictive-scaler' ? 'http' : 'metrics'}`,
      );
    assert.deepEqual(scraped.sort(), expected.sort());
    assert.ok(expected.length > 10);
  });

  // Labels and ports as in KEDA's chart 2.18 and in its plain manifests.
  for (const [installation, app, ports] of [
    ['the operator of the chart', 'keda-operator', ['metrics', 'metricsservice']],
    ['the metrics server of the chart', 'keda-operator-metrics-apiserver', ['https', 'metrics']],
    ['the operator of the manifests', 'keda-operator', ['http']],
    ['the metrics server of the manifests', 'keda-metrics-apiserver', ['https', 'http']],
  ] as const)
    it(`is KEDA in any namespace: ${installation}`, () => {
      const keda = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: app, namespace: 'autoscaling' },
        spec: {
          template: {
            metadata: { labels: { app } },
            spec: { containers: [{ ports: ports.map((name) => ({ name })) }] },
          },
        },
      };
      const scraped = scrapedPorts(configuration, [keda]);
      assert.deepEqual(scraped, [
        `keda: Deployment autoscaling/${app}, ${ports.find((name) => /^(metrics|http)$/.test(name))}`,
      ]);
    });

  it('would miss a program whose label is misspelled', () => {
    const objects = renderKustomization('base');
    const broken = configuration.replace('regex: predictive-scaler\n', 'regex: predictive-scalar\n');
    assert.notEqual(broken, configuration);
    assert.ok(scrapedPorts(broken, objects).length < scrapedPorts(configuration, objects).length);
  });

  it('has the jobs and the label of the compose stack, so that alerts and dashboards serve both', () => {
    const compose = readFileSync(join(packageRoot, 'compose/prometheus/prometheus.yml'), 'utf8');
    const jobs = (text: string) => [...text.matchAll(/job_name: (\S+)/g)].map(([, name]) => name);
    for (const job of ['apps', 'predictive-scaler', 'rabbitmq', 'cadvisor'])
      for (const text of [compose, configuration]) assert.ok(jobs(text).includes(job), job);
  });
});
