import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { status } from '@grpc/grpc-js';
import { testSnapshot } from '../../test/support/test-snapshot.js';
import type { Answer, Snapshot } from '../planner/types.js';
import { ScalerError } from '../shared/errors.js';
import { packageRoot } from '../shared/package-root.js';
import { parseTrigger } from '../trigger/parse.js';
import type { Trigger } from '../trigger/trigger.js';
import { exposition } from '../web/metrics.js';
import { createLog } from './log.js';
import { createTelemetry, type Telemetry } from './telemetry.js';

const NOW_SECONDS = 1_800_000_000;

function trigger(name: string, metadata: Record<string, string> = {}): Trigger {
  return parseTrigger(
    {
      name,
      namespace: 'shop',
      scalerMetadata: { query: 'up', threshold: '100', metricName: 'load', ...metadata },
    },
    { default: 'central' },
  );
}

function snapshot(of: Trigger, changes: Partial<Snapshot> = {}): Answer {
  return {
    snapshot: testSnapshot({
      trigger: of,
      computedAtSeconds: NOW_SECONDS,
      observed: 250,
      observedAtSeconds: NOW_SECONDS,
      value: 480,
      nextStageInSeconds: 86_400,
      forecast: {
        startSeconds: NOW_SECONDS,
        stepSeconds: 300,
        mean: Float64Array.of(300, 400),
        lower: Float64Array.of(250, 350),
        upper: Float64Array.of(330, 450),
        peak: 480,
        peakAtSeconds: NOW_SECONDS + 300,
      },
      quality: { modelError: 12, lastValueError: 40, coverage: 0.91, samples: 500 },
      historyUntilSeconds: NOW_SECONDS - 90,
      ...changes,
    }),
  };
}

/** A telemetry with its log lines, and its text as a scrape would get it. */
function start(triggers: { trigger: Trigger; answer: Answer | undefined }[] = []) {
  const lines: Record<string, unknown>[] = [];
  const destination = new Writable({
    write(chunk, _encoding, done) {
      for (const line of String(chunk).trimEnd().split('\n')) lines.push(JSON.parse(line));
      done();
    },
  });
  const telemetry = createTelemetry({
    clock: { nowSeconds: () => NOW_SECONDS },
    log: createLog({ level: 'info', destination }),
    version: '1.2.3',
    sourceNames: new Set(['central']),
  });
  telemetry.exportAnswers({
    all: () => triggers.map((known) => ({ name: known.trigger.metricName, ...known })),
  });
  return { telemetry, lines, scrape: () => textOf(telemetry) };
}

async function textOf({ registry }: Telemetry): Promise<string> {
  let text = '';
  for await (const part of exposition(registry)) text += part;
  return text;
}

/** The lines about triggers, without the labels that all of them share. */
function triggerLines(text: string): string[] {
  return text
    .split('\n')
    .filter((line) => line.includes('scaledobject='))
    .map((line) => line.replace('namespace="shop",scaledobject="checkout",metric="load"', '…'));
}

describe('the exported metrics', () => {
  it('say everything about a trigger that answers', async () => {
    const checkout = trigger('checkout');
    const { scrape } = start([{ trigger: checkout, answer: snapshot(checkout) }]);
    assert.deepEqual(triggerLines(await scrape()), [
      'predictive_scaler_observed{…} 250',
      'predictive_scaler_forecast{q="0.1",…} 350',
      'predictive_scaler_forecast{q="0.9",…} 450',
      'predictive_scaler_forecast_mean{…} 400',
      'predictive_scaler_forecast_peak{q="0.9",…} 480',
      `predictive_scaler_forecast_peak_timestamp_seconds{…} ${NOW_SECONDS + 300}`,
      'predictive_scaler_value{…} 480',
      'predictive_scaler_threshold{…} 100',
      'predictive_scaler_active{…} 1',
      'predictive_scaler_stage{stage="daily",…} 1',
      'predictive_scaler_reason{reason="forecast",…} 1',
      'predictive_scaler_guarded{…} 0',
      'predictive_scaler_next_stage_seconds{…} 86400',
      'predictive_scaler_model_age_seconds{…} 90',
      'predictive_scaler_forecast_error{…} 12',
      'predictive_scaler_last_value_error{…} 40',
      'predictive_scaler_coverage_ratio{…} 0.91',
      'predictive_scaler_quantile_ratio{…} 0.9',
    ]);
  });

  it('leave out what is not known instead of saying 0', async () => {
    const checkout = trigger('checkout');
    const young = snapshot(checkout, {
      observed: undefined,
      forecast: undefined,
      quality: undefined,
      nextStageInSeconds: undefined,
      historyUntilSeconds: undefined,
      historyFailure: undefined,
      reason: 'empty',
      stage: 'observed',
      value: 0,
      active: false,
    });
    const { scrape } = start([{ trigger: checkout, answer: young }]);
    assert.deepEqual(triggerLines(await scrape()), [
      'predictive_scaler_value{…} 0',
      'predictive_scaler_threshold{…} 100',
      'predictive_scaler_active{…} 0',
      'predictive_scaler_stage{stage="observed",…} 1',
      'predictive_scaler_reason{reason="empty",…} 1',
      'predictive_scaler_guarded{…} 0',
      'predictive_scaler_quantile_ratio{…} 0.9',
    ]);
  });

  it('say how the accepted overload is kept, measured where it can be', async () => {
    const checkout = { ...trigger('checkout'), targetOverload: 0.01 };
    const chosen = {
      policy: { basis: 'forecast', quantile: 0.98, headroom: 1.1, floor: { from: 'none', share: 0 } },
      weekFloor: 0,
      held: true,
      headroom: 1.1,
      podHoursPerDay: 100,
      overloadedShare: 0.004,
      curve: [],
    } as const;
    const overload = {
      choice: {
        boundarySeconds: 0,
        targetOverload: 0.01,
        days: 7,
        margin: 0.02,
        chosen,
        reactive: undefined,
      },
      seen: { day: 0.02, week: undefined },
      seenProblem: undefined,
      simulated: { day: 0.001, week: 0.004 },
    };
    const inUse = { ...checkout, quantile: 0.98 };
    const { scrape } = start([{ trigger: checkout, answer: snapshot(inUse, { overload }) }]);
    const lines = triggerLines(await scrape()).filter((line) => /overload|policy|quantile_ratio/.test(line));
    assert.deepEqual(lines, [
      'predictive_scaler_quantile_ratio{…} 0.98',
      'predictive_scaler_target_overload_ratio{…} 0.01',
      'predictive_scaler_overload_ratio{span="day",…} 0.02',
      'predictive_scaler_overload_ratio{span="week",…} 0.004',
      'predictive_scaler_overload_budget_used_ratio{span="day",…} 2',
      'predictive_scaler_overload_budget_used_ratio{span="week",…} 0.4',
      'predictive_scaler_overload_measured{span="day",…} 1',
      'predictive_scaler_overload_measured{span="week",…} 0',
      'predictive_scaler_policy_held{…} 1',
      'predictive_scaler_policy_headroom_ratio{…} 1.1',
    ]);
    const without = start([{ trigger: trigger('checkout'), answer: snapshot(trigger('checkout')) }]);
    assert.doesNotMatch(
      await without.scrape(),
      /^predictive_scaler_(target_overload|overload|policy)_\w+\{/m,
    );
  });

  it('say when the history cannot be read', async () => {
    const checkout = trigger('checkout');
    const historyFailure = new ScalerError('unavailable', 'did not answer within 30 s');
    const { scrape } = start([{ trigger: checkout, answer: snapshot(checkout, { historyFailure }) }]);
    assert.ok(
      triggerLines(await scrape()).includes('predictive_scaler_history_error{kind="unavailable",…} 1'),
    );
  });

  it('say which kind of error KEDA gets', async () => {
    const checkout = trigger('checkout');
    const { scrape } = start([{ trigger: checkout, answer: { error: new ScalerError('unavailable', 'x') } }]);
    assert.deepEqual(triggerLines(await scrape()), [
      'predictive_scaler_threshold{…} 100',
      'predictive_scaler_answer_error{kind="unavailable",…} 1',
      'predictive_scaler_quantile_ratio{…} 0.9',
    ]);
  });

  it('have no series twice when a trigger asks for the lower quantile', async () => {
    const low = trigger('checkout', { quantile: '0.1' });
    const { scrape } = start([{ trigger: low, answer: snapshot(low) }]);
    const lines = triggerLines(await scrape()).filter((line) =>
      line.startsWith('predictive_scaler_forecast{'),
    );
    assert.deepEqual(lines, ['predictive_scaler_forecast{q="0.1",…} 450']);
  });

  it('forget a trigger as soon as the planner does', async () => {
    const triggers = ['a', 'b'].map((name) => ({ trigger: trigger(name), answer: snapshot(trigger(name)) }));
    const { scrape } = start(triggers);
    const before = await scrape();
    assert.match(before, /scaledobject="a"/);
    assert.match(before, /^predictive_scaler_triggers 2$/m);
    triggers.shift();
    const after = await scrape();
    assert.doesNotMatch(after, /scaledobject="a"/);
    assert.match(after, /scaledobject="b"/);
    assert.match(after, /^predictive_scaler_triggers 1$/m);
  });

  it('are the same in JSON as in text', async () => {
    const checkout = trigger('checkout');
    const { telemetry } = start([{ trigger: checkout, answer: snapshot(checkout) }]);
    const stage = (await telemetry.registry.getMetricsAsJSON()).find(
      ({ name }) => name === 'predictive_scaler_stage',
    );
    assert.deepEqual(stage?.values, [
      { value: 1, labels: { namespace: 'shop', scaledobject: 'checkout', metric: 'load', stage: 'daily' } },
    ]);
  });

  it('count what the scaler does', async () => {
    const { telemetry, scrape } = start();
    telemetry.planner.fitFinished(trigger('a'), 0.2);
    telemetry.planner.fitFailed(trigger('a'), 0.3, new Error('x'));
    const fetched = { kind: 'range', outcome: 'ok', seconds: 0.02, samples: 100, bytes: 2000 } as const;
    telemetry.history.requestEnded({ ...fetched, source: 'central' });
    telemetry.history.requestEnded({ ...fetched, source: 'http://made-up-1#abc' });
    telemetry.history.requestEnded({ ...fetched, source: 'http://made-up-2#abc' });
    telemetry.history.samplesDropped('central', 3);
    telemetry.rpc('/externalscaler.ExternalScaler/GetMetrics', status.UNAVAILABLE, 0.004);
    const text = await scrape();
    for (const line of [
      'predictive_scaler_fit_duration_seconds_count{outcome="ok"} 1',
      'predictive_scaler_fit_duration_seconds_sum{outcome="failed"} 0.3',
      'predictive_scaler_fetch_duration_seconds_bucket{le="0.025",source="central",kind="range",outcome="ok"} 1',
      'predictive_scaler_fetched_samples_total{source="central"} 100',
      'predictive_scaler_fetched_samples_total{source="address"} 200',
      'predictive_scaler_fetched_bytes_total{source="address"} 4000',
      'predictive_scaler_dropped_samples_total{source="central"} 3',
      'predictive_scaler_rpc_duration_seconds_count{method="externalscaler.ExternalScaler/GetMetrics",code="UNAVAILABLE"} 1',
      `predictive_scaler_build_info{version="1.2.3",node_version="${process.version}"} 1`,
    ])
      assert.ok(text.includes(`${line}\n`), `missing: ${line}`);
    assert.match(text, /^nodejs_eventloop_lag_p99_seconds \d/m);
  });

  it('are accepted by promtool, hostile labels included', async () => {
    const hostile = { ...trigger('checkout'), metricName: 'a"b\\c\nd{e="f"} 1\u0007' };
    const { telemetry, scrape } = start([{ trigger: hostile, answer: snapshot(hostile) }]);
    telemetry.rpc('/externalscaler.ExternalScaler/IsActive', status.OK, 0.001);
    const {
      stdout,
      stderr,
      status: exit,
      error,
    } = spawnSync('promtool', ['check', 'metrics'], {
      input: await scrape(),
      encoding: 'utf8',
    });
    assert.ifError(error);
    // Node's own metrics come with prom-client, names included; promtool's advice on those is not ours to follow.
    const advice = `${stdout}${stderr}`
      .split('\n')
      .filter((line) => line !== '' && !/^(nodejs|process)_/.test(line));
    assert.deepEqual(advice, []);
    assert.ok(exit === 0 || exit === 3, `promtool ended with ${exit}`);
  });

  it('of 10,000 triggers leave the event loop its turns', async () => {
    const triggers = Array.from({ length: 10_000 }, (_, i) => {
      const one = trigger(`so-${i}`);
      return { trigger: one, answer: snapshot(one) };
    });
    const { telemetry } = start(triggers);
    let turns = 0;
    let ended = false;
    const tick = (): void => {
      turns++;
      if (!ended) setImmediate(tick);
    };
    setImmediate(tick);
    const longest = { part: 0 };
    let lines = 0;
    for await (const part of exposition(telemetry.registry)) {
      longest.part = Math.max(longest.part, part.length);
      lines += part.split('\n').length;
    }
    ended = true;
    assert.ok(lines > 180_000, `${lines} lines`);
    // One turn at least for each family: no part holds more than one of them.
    assert.ok(turns >= telemetry.registry.getMetricsAsArray().length - 1, `${turns} turns`);
    assert.ok(longest.part < 4_000_000, `a part of ${longest.part} characters`);
  });
});

describe('readings of calendars', () => {
  it('are counted, and their problems logged when they begin and when they end', async () => {
    const { telemetry, lines } = start();
    const state = { name: 'launches', origin: 'https://calendar.example.com', events: 3 };
    const { calendarRead } = telemetry.calendars;
    calendarRead({ ...state, readAtSeconds: 1000, problem: undefined }, 'ok');
    for (let i = 0; i < 2; i++)
      calendarRead({ ...state, readAtSeconds: 1000, problem: 'answered 500; check its log' }, 'failed');
    calendarRead({ ...state, readAtSeconds: 2000, problem: undefined }, 'ok');
    const text = await telemetry.registry.metrics();
    assert.match(text, /^predictive_scaler_calendar_reads_total\{calendar="launches",outcome="ok"\} 2$/m);
    assert.match(text, /^predictive_scaler_calendar_reads_total\{calendar="launches",outcome="failed"\} 2$/m);
    assert.match(
      text,
      /^predictive_scaler_calendar_last_read_timestamp_seconds\{calendar="launches"\} 2000$/m,
    );
    assert.deepEqual(
      lines.map(({ calendar, msg }) => [calendar, msg]),
      [
        ['launches', 'calendar launches (https://calendar.example.com) answered 500; check its log'],
        ['launches', 'the problem reported before is over'],
      ],
    );
  });
});

describe('docs/metrics.md', () => {
  const page = readFileSync(join(packageRoot, 'docs', 'metrics.md'), 'utf8');
  const documented = new Map(
    page
      .split('\n')
      .filter((line) => line.startsWith('- `predictive_scaler_'))
      .map((line) => [line.slice(3, line.indexOf('`', 3)), line]),
  );
  const exported = start()
    .telemetry.registry.getMetricsAsArray()
    .filter(({ name }) => name.startsWith('predictive_scaler_')) as unknown as {
    name: string;
    help: string;
    type: string;
    labelNames: string[];
  }[];

  for (const { name, help, type, labelNames } of exported)
    it(`says of ${name} what the program does`, () => {
      const kind = type ?? 'gauge';
      const labels =
        labelNames.length === 0 ? '' : `; labels ${labelNames.map((label) => `\`${label}\``).join(', ')}`;
      assert.equal(documented.get(name), `- \`${name}\` (${kind}${labels}): ${help}`);
    });

  it('knows no metric that the program does not export', () => {
    const names = new Set(exported.map(({ name }) => name));
    assert.deepEqual(
      [...documented.keys()].filter((name) => !names.has(name)),
      [],
    );
  });
});

describe('the log', () => {
  const checkout = trigger('checkout');

  it('has one line for a change of state and none for an answer renewed as it was', () => {
    const { telemetry, lines } = start();
    const { planner } = telemetry;
    const first = snapshot(checkout);
    planner.answerRenewed(checkout, undefined, first);
    assert.deepEqual(
      lines.map(({ msg }) => msg),
      ['new trigger', 'trigger answers'],
    );
    const again = snapshot(checkout, { value: 500, observed: 300 });
    planner.answerRenewed(checkout, first, again);
    // Near a peak the higher of the two decides, now this one, now that one.
    planner.answerRenewed(checkout, again, snapshot(checkout, { reason: 'observed' }));
    assert.equal(lines.length, 2);
    const stale = snapshot(checkout, { reason: 'stale' });
    planner.answerRenewed(checkout, again, stale);
    assert.equal(lines.length, 3);
    assert.equal(lines[2]?.reason, 'stale');
    const failed = (minutes: number) => ({
      error: new ScalerError('unavailable', `no answer for ${minutes} minutes`),
    });
    planner.answerRenewed(checkout, stale, failed(31));
    planner.answerRenewed(checkout, failed(31), failed(32));
    assert.equal(lines.length, 4);
    assert.equal(lines[3]?.level, 'warn');
    assert.equal(lines[3]?.msg, 'no answer for 31 minutes');
    planner.answerRenewed(checkout, failed(32), first);
    assert.equal(lines[4]?.msg, 'trigger answers again');
    planner.triggerDropped(checkout);
    assert.equal(lines.length, 6);
  });

  it('says once why the history cannot be read, and when it can again', () => {
    const { telemetry, lines } = start();
    const well = snapshot(checkout);
    const failing = (message: string) =>
      snapshot(checkout, { historyFailure: new ScalerError('unavailable', message) });
    telemetry.planner.answerRenewed(checkout, well, failing('did not answer within 30 s'));
    telemetry.planner.answerRenewed(checkout, failing('did not answer within 30 s'), failing('left alone'));
    telemetry.planner.answerRenewed(checkout, failing('left alone'), well);
    assert.deepEqual(
      lines.map(({ level, reason, historyError }) => [level, reason, historyError]),
      [
        ['warn', 'forecast', 'did not answer within 30 s'],
        ['info', 'forecast', undefined],
      ],
    );
  });

  it('names the trigger in every line', () => {
    const { telemetry, lines } = start();
    telemetry.planner.answerRenewed(checkout, undefined, snapshot(checkout));
    telemetry.planner.fitFailed(checkout, 1, new Error('out of memory'));
    for (const line of lines) {
      assert.equal(line.namespace, 'shop');
      assert.equal(line.scaledObject, 'checkout');
      assert.equal(line.metric, 'load');
      assert.match(String(line.time), /^\d{4}-\d\d-\d\dT/);
    }
    assert.match(JSON.stringify(lines.at(-1)), /out of memory/);
  });

  it("logs a trigger's notices once, when it is new", () => {
    const { telemetry, lines } = start();
    const noticed = trigger('checkout', { colour: 'red' });
    telemetry.planner.answerRenewed(noticed, undefined, snapshot(noticed));
    telemetry.planner.answerRenewed(noticed, snapshot(noticed), snapshot(noticed));
    assert.equal(lines.filter(({ msg }) => msg === 'key "colour" is not known and has no effect').length, 1);
  });

  it('logs problems of sources, and when they are over', () => {
    const { telemetry, lines } = start();
    const notice = { source: 'central', subject: undefined, topic: 'circuit' } as const;
    telemetry.history.noticed({ ...notice, message: 'central does not answer' });
    telemetry.history.noticed({ ...notice, message: undefined });
    assert.deepEqual(
      lines.map(({ level, msg }) => [level, msg]),
      [
        ['warn', 'central does not answer'],
        ['info', 'the problem reported before is over'],
      ],
    );
  });

  it('hides secrets wherever they stand, and keeps a hostile text on its line', () => {
    const lines: string[] = [];
    const destination = new Writable({
      write(chunk, _encoding, done) {
        lines.push(String(chunk));
        done();
      },
    });
    const log = createLog({ level: 'info', destination });
    const source = trigger('x', { prometheusAddress: 'http://p', customHeaders: 'K=hush' }).source;
    log.info(
      { token: 'hush', source, config: { headers: { a: 'hush' } }, a: { b: { password: 'hush' } } },
      'text\nwith "quotes" and \u001b[31mcolour',
    );
    assert.equal(lines.length, 1);
    assert.equal(lines[0]?.trimEnd().split('\n').length, 1);
    assert.ok(!lines[0]?.includes('hush'), lines[0]);
    assert.ok(!lines[0]?.includes('\u001b'));
  });

  it('gives a ScalerError without its stack, and any other error with it', () => {
    const { telemetry, lines } = start();
    telemetry.planner.fitFailed(checkout, 1, new ScalerError('rejected', 'several series'));
    telemetry.planner.fitFailed(checkout, 1, new TypeError('a fault'));
    assert.deepEqual(lines[0]?.err, { kind: 'rejected', message: 'several series' });
    assert.match(JSON.stringify(lines[1]?.err), /telemetry\.test/);
  });
});
