import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { pollUntil } from '../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../apps/local-stack/servers/prometheus-server.js';
import { startHttpServer } from '../test/support/http-server.js';
import { loadConfig, type ScalerConfig } from './config/load.js';
import { KedaStandIn } from './demo/keda-stand-in.js';
import { type Scaler, startScaler } from './main.js';
import { createLog } from './telemetry/log.js';
import type { TriggerDetail } from './web/api/contract.js';

const metadata = { query: 'vector(42)', threshold: '10', metricName: 'load', calendars: 'sales,launches' };

describe('a scaler with calendars', () => {
  let folder: string;
  let prometheus: PrometheusServer;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'calendars-'));
    prometheus = await PrometheusServer.start();
  });
  after(async () => {
    await prometheus.close();
    rmSync(folder, { recursive: true });
  });

  function configOf(yaml: string): ScalerConfig {
    const file = join(folder, 'scaler.yaml');
    writeFileSync(file, yaml);
    return loadConfig({
      file,
      environment: {
        SCALER_PROMETHEUS_ADDRESS: prometheus.address,
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PLANNER_REFRESH: '1s',
      },
    });
  }

  it('answers what they say, and goes on without one that cannot be read', async () => {
    const closed = await startHttpServer(() => {});
    await closed.close();
    // A day to either side of now, whatever the time is.
    const [from, to] = [-1, 1].map((days) =>
      new Date(Date.now() + 86_400_000 * days).toISOString().slice(0, 19),
    );
    const config = configOf(`
sources: {allowedAddresses: ["${closed.address}"]}
calendars:
  sales: {events: [{name: sale, at: ${from}Z/${to}Z, replicas: 50}]}
  launches: {address: "${closed.address}/private/launches.ics"}
`);
    let scaler: Scaler | undefined;
    let keda: KedaStandIn | undefined;
    try {
      scaler = await startScaler(config, { log: createLog({ level: 'silent' }) });
      keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
      const read = keda.read.bind(keda);
      // 50 replicas of 10 each, and not the load of 42.
      await pollUntil(
        'the floor of the sale',
        async () => (await read('shop', 'apps', metadata)).metric === 500,
      );

      const base = `http://127.0.0.1:${scaler.httpPort}`;
      const detail = (await (await fetch(`${base}/api/triggers/apps/shop/load`)).json()) as TriggerDetail;
      assert.deepEqual(
        detail.events.map(({ name, calendar, effect }) => [name, calendar, effect]),
        [['sale', 'sales', 'at least 50 replicas']],
      );
      const explained = detail.explanation.find(({ step }) => step === 'events');
      assert.match(JSON.stringify(explained), /"name":"sale","effect":"at least 50 replicas/);
      const launches = detail.calendars.find(({ name }) => name === 'launches')!;
      assert.equal(launches.readTime, null);
      assert.match(launches.problem!, /cannot be reached \(.*ECONNREFUSED/);
      assert.doesNotMatch(JSON.stringify(detail.calendars), /private/);
      assert.match(
        await (await fetch(`${base}/metrics`)).text(),
        // Another one when the clock passes a full five minutes meanwhile.
        /^predictive_scaler_calendar_reads_total\{calendar="launches",outcome="failed"\} [12]$/m,
      );

      await assert.rejects(read('shop', 'apps', { ...metadata, calendars: 'sale' }), {
        code: status.INVALID_ARGUMENT,
        message: /key "calendars" names "sale", which is no calendar .*; did you mean "sales"\?/,
      });
    } finally {
      keda?.close();
      await scaler?.stop();
    }
  });

  it('does not start with holidays of a place that nobody knows', async () => {
    await assert.rejects(
      startScaler(configOf('calendars: {de: {holidays: DE-BX}}'), { log: createLog({ level: 'silent' }) }),
      /configuration: calendars\.de\.holidays: there is no state or region of DE "BX".*BE \(Berlin\)/,
    );
  });
});
