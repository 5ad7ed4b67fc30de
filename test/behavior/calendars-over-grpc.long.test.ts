import assert from 'node:assert/strict';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { calendarsSchema } from '../../scaler/calendar/calendar-config.js';
import { loadConfig } from '../../scaler/config/load.js';
import { AcceleratedClock } from '../../scaler/demo/accelerated-clock.js';
import { type KedaReading, KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { silentLog } from '../support/silent-log.js';
import { tuned } from '../support/tuned.js';
import { openMetricsFamily } from '../support/workload-openmetrics.js';
import { byHours, constant, type Load, wallClock, withNoise } from './loads.js';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const THRESHOLD = 10;
const TIMEZONE = 'America/Sao_Paulo';
const at = (time: string) => Date.parse(`${time}-03:00`) / 1000;
const FROM = at('2025-04-14T00:00');
const TO = at('2025-05-03T00:00');
/** Public holidays of Brazil: Good Friday, Tiradentes on a Monday, Labor Day on a Thursday. */
const HOLIDAYS = ['2025-04-18', '2025-04-21', '2025-05-01'];
const SALE = at('2025-04-29T20:00');
const INCIDENT = at('2025-04-28T10:00');

const read = wallClock(TIMEZONE);
const isSunday = (atSeconds: number) => read(atSeconds).weekday === 0;
const isHoliday = (atSeconds: number) =>
  HOLIDAYS.includes(new Date(read(atSeconds).day * DAY * 1000).toISOString().slice(0, 10));
const workingDay = byHours(TIMEZONE, [8, 23], constant(500), constant(100));
const sunday = byHours(TIMEZONE, [10, 23], constant(200), constant(100));
/** 500 from 8:00 to 23:00, on Sundays 200 from 10:00 on. */
const ordinary: Load = (atSeconds) => (isSunday(atSeconds) ? sunday : workingDay)(atSeconds);
const within = (atSeconds: number, from: number, hours: number) =>
  atSeconds >= from && atSeconds < from + hours * HOUR;

const loads: Readonly<Record<string, Load>> = {
  holidays: withNoise((atSeconds) => (isHoliday(atSeconds) ? sunday : ordinary)(atSeconds), 31, 0.05),
  sale: withNoise((atSeconds) => ordinary(atSeconds) * (within(atSeconds, SALE, 2) ? 3 : 1), 32, 0.05),
  incident: withNoise(
    (atSeconds) => ordinary(atSeconds) * (within(atSeconds, INCIDENT, 6) ? 0.1 : 1),
    33,
    0.05,
  ),
};

/** What a calendar says is answered as KEDA asks: over gRPC, with a real Prometheus behind it. */
describe('the answers that KEDA gets on days that are known', function () {
  this.timeout(300_000);
  let prometheus: PrometheusServer;
  const scalers: Scaler[] = [];

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
  });
  afterEach(async () => {
    for (const scaler of scalers.splice(0)) await scaler.stop();
  });
  after(() => prometheus?.close());

  /** What a scaler answers that has just started at a moment, with the holidays of Brazil in its configuration. */
  async function answerAt(
    moment: number,
    query: string,
    further: Readonly<Record<string, string>> = {},
  ): Promise<KedaReading> {
    const config = loadConfig({
      environment: {
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        SCALER_PROMETHEUS_ADDRESS: prometheus.address,
      },
    });
    const calendars = calendarsSchema.parse({ 'br-holidays': { holidays: 'BR' } });
    const scaler = await startScaler(tuned({ ...config, calendars }, { firstAnswerWaitSeconds: 60 }), {
      clock: new AcceleratedClock(moment, 1),
      log: silentLog,
    });
    scalers.push(scaler);
    const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    try {
      return await keda.read(query, 'apps', {
        query,
        threshold: String(THRESHOLD),
        timezone: TIMEZONE,
        ...further,
      });
    } finally {
      keda.close();
    }
  }

  it('rise one horizon before a sale, last as long as it, and are ordinary after it', async () => {
    const events = 'sale: 2025-04-29T20:00/PT2H x3';
    const answers = [];
    for (const minutes of [-17, -15, -1, 100, 125]) {
      const { metric } = await answerAt(SALE + minutes * MINUTE, 'sale', { events });
      answers.push(Math.round(metric / 500));
    }
    assert.deepEqual(answers, [1, 3, 3, 3, 1]);
    const { metric } = await answerAt(SALE - 15 * MINUTE, 'sale');
    assert.ok(metric < 700, `${metric} where nobody knows of it`);
  });

  it('hold replicas for an event', async () => {
    const events = 'launch: 2025-04-27T03:00/PT1H replicas=80';
    const { metric, active } = await answerAt(at('2025-04-27T02:45'), 'sale', { events });
    assert.deepEqual({ metric, active }, { metric: 80 * THRESHOLD, active: true });
  });

  it('are those of a Sunday on a holiday of the country', async () => {
    for (const [hour, load] of [
      ['07:50', 100],
      ['09:00', 100],
      ['15:00', 200],
    ] as const) {
      const { metric } = await answerAt(at(`2025-05-01T${hour}`), 'holidays', { calendars: 'br-holidays' });
      const pods = Math.ceil(metric / THRESHOLD);
      assert.ok(
        metric >= load && pods <= load / THRESHOLD + 3,
        `${metric} at ${hour}, where a Sunday has ${load}`,
      );
    }
    const { metric } = await answerAt(at('2025-05-01T07:50'), 'holidays');
    assert.ok(metric > 400, `${metric} where nobody knows of it`);
  });

  it('are those of a Sunday on a holiday of which history has none', async () => {
    const events = 'sale: 2025-04-29T20:00/PT2H x3; Labor Day: 2025-05-01/P1D holiday';
    const { metric } = await answerAt(at('2025-05-01T07:50'), 'sale', { events });
    assert.ok(metric < 200, `${metric}, where a Sunday has 100 and a working day 500`);
  });

  it('do not follow an incident: neither in it nor on the day after', async () => {
    const events = 'incident: 2025-04-28T10:00/PT6H no-learn';
    for (const time of ['2025-04-28T13:00', '2025-04-28T16:30', '2025-04-29T09:50', '2025-04-29T13:00']) {
      const { metric } = await answerAt(at(time), 'incident', { events });
      assert.ok(metric > 470 && metric < 560, `${metric} at ${time}`);
    }
  });
});

function* history(): Generator<string> {
  for (const [name, load] of Object.entries(loads))
    yield* openMetricsFamily(name, 'gauge', '', samples(load));
  yield '# EOF\n';
}

function* samples(load: Load): Generator<readonly [number, number]> {
  for (let moment = FROM; moment < TO; moment += MINUTE) yield [moment, load(moment)];
}
