import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Panel, VariableModel } from '@grafana/grafana-foundation-sdk/dashboard';
import { parse } from 'yaml';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { dashboards } from '../../k8s/dashboards/all.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import { predictiveTriggers } from '../support/k8s/checks/scaling.js';
import { noKustomize, renderKustomization } from '../support/k8s/render.js';
import { metricNames } from './promql-names.js';
import { RealStack } from './real-stack.js';

/** What Grafana would put in place of variables, for what the stack of this test runs. */
const variables: Record<string, Record<string, string>> = {
  'predictive-scaling': { namespace: 'apps', scaledobject: 'app-a-predictive', horizon: '2s' },
  workloads: { app: '.+' },
  boiler: {},
  containers: { namespace: '.*' },
};
const builtIn = { __rate_interval: '30s', __range: '1m' };

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly range?: boolean;
}

/** Every query of every dashboard as Prometheus gets it. */
const queries = Object.entries(dashboards).flatMap(([name, build]) =>
  ((build().panels ?? []) as Panel[]).flatMap(({ title, targets = [] }) =>
    (targets as unknown as Target[]).map(({ refId, expr, range }) => ({
      name: `${name}: ${title}, ${refId}`,
      expr: fillIn(expr, { ...variables[name], ...builtIn }),
      isRange: range === true,
    })),
  ),
);

function fillIn(text: string, values: Record<string, string>): string {
  const filled = text.replaceAll(/\$(\w+)/g, (whole, name: string) => values[name] ?? whole);
  // What is left is a group of label_replace, such as $1.
  assert.doesNotMatch(filled, /\$[a-zA-Z_]/, `${text} uses a variable that its dashboard does not have`);
  return filled;
}

/** Expressions of the alerts that the stacks load. */
function alertExpressions(): string[] {
  const folder = join(packageRoot, 'compose/prometheus/rules');
  return readdirSync(folder)
    .filter((name) => name.endsWith('.rules.yml'))
    .flatMap((name) => parse(readFileSync(join(folder, name), 'utf8')).groups)
    .flatMap(({ rules }: { rules: { expr: string }[] }) => rules.map(({ expr }) => expr));
}

describe('every query against a real Prometheus that scrapes the real programs', function () {
  this.timeout(600_000);
  let stack: RealStack;

  before(async () => {
    stack = await RealStack.start();
    // The slowest things to appear: the error of a fitted model, and the second fit.
    await pollUntil(
      'two fitted triggers',
      async () => (await read('predictive_scaler_forecast_error')).length >= 2,
      { timeoutSeconds: 240, intervalSeconds: 0.5 },
    );
    await pollUntil(
      'the overload of the last week, which follows the choice of a policy',
      async () => (await read('predictive_scaler_overload_ratio{span="week"}')).length > 0,
      { timeoutSeconds: 240, intervalSeconds: 0.5 },
    );
    await pollUntil(
      'a minute of samples',
      async () => {
        const [oldest] = await read('count_over_time(predictive_scaler_triggers[5m])');
        return oldest !== undefined && oldest.value >= 45;
      },
      { timeoutSeconds: 240, intervalSeconds: 0.5 },
    );
  });
  after(() => stack?.close());

  function read(expr: string): Promise<{ value: number }[]> {
    return stack.prometheus.client.query(expr);
  }

  /** The finite values that an expression has had in the last twenty seconds, or has now. */
  async function finiteValues(expr: string, isRange: boolean): Promise<number> {
    if (!isRange) return (await read(expr)).filter(({ value }) => Number.isFinite(value)).length;
    const end = Date.now() / 1000;
    const parameters = new URLSearchParams({
      query: expr,
      start: String(end - 20),
      end: String(end),
      step: '5',
    });
    const response = await fetch(`${stack.prometheus.address}/api/v1/query_range?${parameters}`);
    const answer = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: { values: [number, string][] }[] };
    };
    assert.equal(answer.status, 'success', `${expr}: ${answer.error}`);
    return answer.data.result
      .flatMap(({ values }) => values)
      .filter(([, text]) => Number.isFinite(Number(text))).length;
  }

  // Nothing is said about the overload of a day before half of it is known, which no test can wait for.
  const needsHalfADay = /predictive_scaler_overload_ratio\{.*span="day"/;

  for (const { name, expr, isRange } of queries.filter((query) => !needsHalfADay.test(query.expr)))
    it(`gives data: ${name}`, async () => {
      assert.ok((await finiteValues(expr, isRange)) > 0, `no data for ${expr}`);
    });

  for (const [name, build] of Object.entries(dashboards))
    for (const variable of (build().templating?.list ?? []) as VariableModel[])
      if (variable.type === 'query')
        it(`gives values: the variable ${variable.name} of ${name}`, async () => {
          const text = fillIn((variable.query as { query: string }).query, variables[name]!);
          const [, selector, label] = /^label_values\((.*), (\w+)\)$/.exec(text)!;
          const url = new URL(`/api/v1/label/${label}/values`, stack.prometheus.address);
          url.searchParams.set('match[]', selector!);
          const { data } = (await (await fetch(url)).json()) as { data: string[] };
          assert.ok(data.length > 0);
        });

  it('gives data: the triggers of the base', async function () {
    if (noKustomize !== undefined) {
      console.warn(`      SKIPPED: ${noKustomize}`);
      this.skip();
    }
    const triggers = renderKustomization('base').flatMap(predictiveTriggers);
    assert.equal(triggers.length, 3);
    for (const { metadata } of triggers) {
      const [sample, ...others] = await read(metadata.query!);
      assert.ok(sample !== undefined && sample.value > 0, `no load for ${metadata.query}`);
      assert.deepEqual(others, [], `${metadata.query} gives several series`);
    }
  });

  it('names only metrics that a program exports, in dashboards and alerts', async () => {
    const names = (await (
      await fetch(`${stack.prometheus.address}/api/v1/label/__name__/values`)
    ).json()) as {
      data: string[];
    };
    // Families without a series yet, such as errors that have not happened.
    const metadata = (await (await fetch(`${stack.prometheus.address}/api/v1/metadata`)).json()) as {
      data: Record<string, unknown>;
    };
    const known = new Set([...names.data, ...Object.keys(metadata.data)]);
    for (const expr of [...queries.map((query) => query.expr), ...alertExpressions()]) {
      const used = metricNames(expr);
      assert.notDeepEqual(used, [], expr);
      for (const name of used) assert.ok(known.has(name), `no program exports ${name}, which ${expr} uses`);
    }
  });
});

describe('the metrics that an expression names', () => {
  const cases: [expr: string, names: string[]][] = [
    ['sum by (app) (rate(app_requests_total{app=~"a|b"}[5m])) * 60 > 5', ['app_requests_total']],
    ['up{job="x"} == 0 or absent(up{job="x"})', ['up', 'up']],
    ['a and on (instance) b offset 2h', ['a', 'b']],
    ['histogram_quantile(0.99, sum by (le) (rate(c_bucket[1m])))', ['c_bucket']],
    ['label_replace(vector(0), "boiler", "none", "", "")', []],
    ['max(d) / (max(e{f="g"}) > 0)', ['d', 'e']],
  ];
  for (const [expr, names] of cases)
    it(`are found in ${expr}`, () => {
      assert.deepEqual(metricNames(expr), names);
    });
});
