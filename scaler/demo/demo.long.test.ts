import assert from 'node:assert/strict';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { loadConfig } from '../config/load.js';
import { type Scaler, startScaler } from '../main.js';
import { createLog } from '../telemetry/log.js';
import { Demo } from './demo.js';
import { summary } from './terminal.js';

const HOUR = 3600;

describe('Demo', () => {
  let demo: Demo;
  let scaler: Scaler;

  before(async () => {
    demo = new Demo(3600, 1);
    const config = loadConfig({
      environment: {
        SCALER_PROMETHEUS_ADDRESS: await demo.startPrometheus(),
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
      },
    });
    scaler = await startScaler(config, { clock: demo.clock, log: createLog({ level: 'silent' }) });
    await demo.start(`127.0.0.1:${scaler.grpcPort}`);
    await pollUntil('the shop to have opened', () => demo.clock.nowSeconds() > demo.startSeconds + 2 * HOUR, {
      timeoutSeconds: 150,
    });
  });
  after(async () => {
    await demo.stop();
    await scaler.stop();
  });

  it('keeps the shop from being overloaded when it opens, where a reactive HPA does not', () => {
    const { predictive, reactive } = demo.shop;
    assert.ok(reactive.overloadedMinutes > 5, `reactive: ${reactive.overloadedMinutes} min`);
    assert.ok(predictive.overloadedMinutes < 1, `predictive: ${predictive.overloadedMinutes} min`);
  });

  it('pays for that with few pod-hours', () => {
    const { predictive, reactive } = demo.shop;
    assert.ok(predictive.podHours < 1.3 * reactive.podHours);
  });

  it('shows each service on the page as the API knows it', () => {
    const state = demo.state();
    assert.equal(state.startTime, '2026-03-04T08:00:00.000Z');
    const [shop] = state.workloads;
    assert.deepEqual(
      [shop?.namespace, shop?.scaledObject, shop?.metricName],
      ['demo', 'shop', 'shop-requests'],
    );
    const { load, predictiveReadyReplicas, reactiveReadyReplicas } = shop!.timeline;
    assert.equal(predictiveReadyReplicas.length, load.length);
    assert.equal(reactiveReadyReplicas.length, load.length);
    assert.ok(load.length >= 60);
  });

  it('stands still while paused', async () => {
    demo.clock.pause();
    const pausedAt = demo.state().time;
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(demo.state().time, pausedAt);
    assert.equal(demo.state().isPaused, true);
    demo.clock.resume();
    await pollUntil('the clock to go on', () => demo.state().time > pausedAt);
  });

  it('sums up every service', () => {
    const text = summary(demo);
    for (const { workload } of demo.comparisons) assert.match(text, new RegExp(`^${workload.app} +\\d`, 'm'));
    assert.match(text, /This scaler: .* of overload instead of .* pod-hours\.\n$/);
  });
});
