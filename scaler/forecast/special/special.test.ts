import assert from 'node:assert/strict';
import fc from 'fast-check';
import { whiteNoise } from '../../shared/noise.js';
import {
  type FitOptions,
  type FittedModel,
  fit,
  forecast,
  type Series,
  type SpecialSpan,
  update,
} from '../index.js';
import { utcOffsetSeconds } from '../seasons/local-time.js';

const STEP = 300;
const HOUR = 3600;
const DAY = 86_400;
const TIMEZONE = 'America/Sao_Paulo';
/** A Monday. */
const START = midnight('2026-08-31');
const OPTIONS: FitOptions = { horizonSteps: 12, seasonality: 'auto', timezone: TIMEZONE, quantile: 0.9 };
const noise = whiteNoise(7);

/** The first second of a day on the wall clock of the zone, which has no summer time. */
function midnight(day: string): number {
  const utc = Date.parse(`${day}T00:00:00Z`) / 1000;
  return utc - utcOffsetSeconds(TIMEZONE, utc);
}

function localDay(atSeconds: number): string {
  return new Date((atSeconds + utcOffsetSeconds(TIMEZONE, atSeconds)) * 1000).toISOString().slice(0, 10);
}

/** What a shop has: 1000 at noon of a working day, 300 on a Sunday, each with noise of 3 % to either side. */
function shop(atSeconds: number, isDayOff = false): number {
  const local = atSeconds + utcOffsetSeconds(TIMEZONE, atSeconds);
  const isSunday = new Date(local * 1000).getUTCDay() === 0;
  const noon = isSunday || isDayOff ? 300 : 1000;
  const wave = 0.1 + 0.9 * Math.max(0, Math.sin((Math.PI * ((local % DAY) / HOUR - 6)) / 14));
  return noon * wave * (1 + 0.03 * (2 * noise(atSeconds / STEP) - 1));
}

function history(untilSeconds: number, loadAt: (atSeconds: number) => number, fromSeconds = START): Series {
  const values = Float64Array.from({ length: (untilSeconds - fromSeconds) / STEP }, (_, t) =>
    loadAt(fromSeconds + t * STEP),
  );
  return { startSeconds: fromSeconds, stepSeconds: STEP, values };
}

const dayOff = (day: string, name = 'a day off', more: Partial<SpecialSpan> = {}): SpecialSpan => ({
  name,
  startSeconds: midnight(day),
  endSeconds: midnight(day) + DAY,
  learn: false,
  like: 'day off',
  ...more,
});

/** Mean absolute error of the forecasts that a model makes an hour ahead while a span goes by, as a share of the load. */
function errorWithin(
  model: FittedModel,
  untilSeconds: number,
  loadAt: (atSeconds: number) => number,
): number {
  let off = 0;
  let sum = 0;
  while (model.endSeconds < untilSeconds) {
    const { mean, startSeconds } = forecast(model, 12, []);
    const at = startSeconds + 11 * STEP;
    if (at < untilSeconds) {
      off += Math.abs(mean[11]! - loadAt(at));
      sum += loadAt(at);
    }
    const value = loadAt(model.endSeconds);
    update(model, value, value);
  }
  return off / sum;
}

describe('a special span', () => {
  it('that lies elsewhere changes nothing', () => {
    const series = history(midnight('2026-09-20'), shop);
    const plain = fit(series, OPTIONS);
    const spans = [{ ...dayOff('2026-12-25'), like: undefined }, dayOff('2025-12-25')];
    const { special, ...model } = fit(series, { ...OPTIONS, spans });
    assert.deepEqual(model, plain);
    assert.deepEqual(special, { spans: [spans[0]], references: [] });
    assert.equal('special' in plain, false);
  });

  it('is not learned: the day after is forecast as after an ordinary day', () => {
    // A Wednesday as quiet as a Sunday.
    const isOff = (at: number) => localDay(at) === '2026-09-16';
    const load = (at: number) => shop(at, isOff(at));
    const now = midnight('2026-09-17');
    const usual = errorWithin(fit(history(now, shop), OPTIONS), now + 7 * HOUR, shop);
    const spans = [dayOff('2026-09-16')];
    const known = errorWithin(fit(history(now, load), { ...OPTIONS, spans }), now + 7 * HOUR, load);
    const unknown = errorWithin(fit(history(now, load), OPTIONS), now + 7 * HOUR, load);
    assert.ok(known < 1.05 * usual, `${known} after a day that is known, ${usual} after an ordinary one`);
    assert.ok(unknown > 1.5 * known, `${unknown} after a day that is not known`);
  });

  it('that goes by between two fits is not learned either', () => {
    const isDown = (at: number) => localDay(at) === '2026-09-16';
    const load = (at: number) => (isDown(at) ? 0 : shop(at));
    const spans = [{ ...dayOff('2026-09-16', 'incident'), like: undefined }];
    const model = fit(history(midnight('2026-09-16'), load), { ...OPTIONS, spans });
    const during = errorWithin(model, midnight('2026-09-17'), load);
    assert.ok(during === Number.POSITIVE_INFINITY, 'the forecast of a day without load stays above it');
    const ahead = forecast(model, 12, [0.9]);
    assert.ok(
      Math.abs(model.mean.last - shop(midnight('2026-09-17') - STEP)) < 15,
      `${model.mean.last} was last`,
    );
    for (let h = 0; h < 12; h++)
      assert.ok(Math.abs(ahead.mean[h]! - 100) < 15, `${ahead.mean[h]} at ${h}, where a night has 100`);
    const after = errorWithin(model, midnight('2026-09-18'), load);
    assert.ok(after < 0.06, `${after} on the day after`);
  });

  it('counts as the ordinary day that it would have been where the forecast looks back', () => {
    const isDown = (at: number) => localDay(at) === '2026-09-16' || localDay(at) === '2026-09-10';
    const load = (at: number) => (isDown(at) ? 5000 : shop(at));
    const spans = ['2026-09-10', '2026-09-16'].map((day) => ({ ...dayOff(day, 'test'), like: undefined }));
    const model = fit(history(midnight('2026-09-18'), load), { ...OPTIONS, spans });
    const { past } = model.mean.companions!;
    const highest = Math.max(...past.raw, ...past.calm);
    const usual = fit(history(midnight('2026-09-18'), shop), OPTIONS).mean.companions!.past;
    assert.ok(highest < Math.max(...usual.raw) + 0.1, `${highest} of ${Math.max(...usual.raw)}`);
    assert.ok(forecast(model, 12, [0.99]).peaks[0]! < 300);
  });
});

describe('a surprise', () => {
  const at = (days: readonly string[]) => (atSeconds: number) => {
    const hour = ((atSeconds + utcOffsetSeconds(TIMEZONE, atSeconds)) % DAY) / HOUR;
    const isSurprise = days.includes(localDay(atSeconds)) && hour >= 10 && hour < 11;
    return (isSurprise ? 300 : 100) * (1 + 0.03 * noise(atSeconds / STEP));
  };
  const now = midnight('2026-09-17') + 9.75 * HOUR;
  const options = { ...OPTIONS, horizonSteps: 6 };

  it('on two days with a special one in between is none on two days in a row', () => {
    const twice = fit(history(now, at(['2026-09-15', '2026-09-16'])), options);
    assert.equal(forecast(twice, 6, [0.9]).recurring, true);
    const load = at(['2026-09-14', '2026-09-16']);
    const spans = [dayOff('2026-09-15', 'test', { like: undefined })];
    const fitted = fit(history(now, load), { ...options, spans });
    const carried = fit(history(midnight('2026-09-15'), load), { ...options, spans });
    errorWithin(carried, now, load);
    for (const model of [fitted, carried]) {
      const { recurring, peaks } = forecast(model, 6, [0.9]);
      assert.equal(recurring, false);
      assert.ok(peaks[0]! < 200, `${peaks[0]}`);
    }
  });
});

describe('a day off', () => {
  const sunday = (at: number) => shop(at, true);

  it('is forecast like a Sunday where history holds none', () => {
    const now = midnight('2026-09-16');
    const spans = [dayOff('2026-09-16', 'Independence')];
    const model = fit(history(now, shop), { ...OPTIONS, spans });
    const [reference] = model.special!.references;
    assert.equal(reference!.likeness, 'sunday');
    assert.deepEqual(reference!.likeStartSeconds, [midnight('2026-09-13'), midnight('2026-09-06')]);
    assert.equal(reference!.pastDays, 0);
    const unknown = errorWithin(fit(history(now, shop), OPTIONS), now + DAY, sunday);
    const error = errorWithin(model, now + DAY, sunday);
    assert.ok(error < 0.04 && unknown > 0.05, `${error} when known, ${unknown} when not`);
    const next = errorWithin(model, now + 2 * DAY, shop);
    assert.ok(next < 0.06, `${next} on the day after`);
  });

  it('ends when it ends, and begins when it begins', () => {
    const spans = [dayOff('2026-09-16', 'half', { startSeconds: midnight('2026-09-16') + 12 * HOUR })];
    const model = fit(history(midnight('2026-09-16') + 11.5 * HOUR, shop), { ...OPTIONS, spans });
    const { mean } = forecast(model, 12, []);
    assert.ok(mean[5]! > 800 && mean[6]! < 400, `${mean[5]} before noon, ${mean[6]} from noon on`);
    const late = fit(
      history(midnight('2026-09-17') - HOUR, (at) => shop(at, at >= spans[0]!.startSeconds)),
      {
        ...OPTIONS,
        spans,
      },
    );
    assert.ok(forecast(late, 144, []).mean[143]! > 500, 'the next morning is ordinary');
  });

  it('is forecast as the days off of the past were: like ordinary days', () => {
    const spans = [dayOff('2026-09-07', 'one'), dayOff('2026-09-16', 'two')];
    const model = fit(history(midnight('2026-09-16') + 8 * HOUR, shop), { ...OPTIONS, spans });
    const [reference] = model.special!.references;
    assert.equal(reference!.likeness, 'ordinary');
    assert.ok(reference!.pastErrors.ordinary < 0.05 && reference!.pastErrors.sunday > 0.1);
    const plain = fit(history(midnight('2026-09-16') + 8 * HOUR, shop), OPTIONS);
    assert.deepEqual(forecast(model, 12, [0.9]), forecast(plain, 12, [0.9]));
  });

  it('is forecast as the days off of the past were: like none of the usual days', () => {
    const offDays = ['2026-09-02', '2026-09-10', '2026-09-18'];
    const load = (at: number) => (offDays.includes(localDay(at)) ? 3 * shop(at) : shop(at));
    const spans = offDays.map((day, k) => dayOff(day, `day ${k}`));
    const now = midnight('2026-09-18');
    const model = fit(history(now, load), { ...OPTIONS, spans });
    const [reference] = model.special!.references;
    assert.equal(reference!.likeness, 'day off');
    assert.equal(reference!.pastDays, 2);
    const error = errorWithin(model, now + DAY, load);
    assert.ok(error < 0.04, `${error}`);
  });

  it('is forecast like the one of its name before, at the level of now', () => {
    // Ten weeks in which the load doubles; the day before was half of an ordinary one.
    const growth = (at: number) => 1 + (at - START) / (70 * DAY);
    const days = ['2026-09-09', '2026-11-09'];
    const load = (at: number) => growth(at) * shop(at) * (days.includes(localDay(at)) ? 0.5 : 1);
    const spans = [dayOff(days[0]!, 'Feast'), dayOff('2026-10-12', 'other'), dayOff(days[1]!, 'Feast')];
    const now = midnight(days[1]!);
    const model = fit(history(now, load), { ...OPTIONS, spans });
    const [reference] = model.special!.references;
    assert.equal(reference!.likeness, 'same name');
    assert.deepEqual(reference!.likeStartSeconds, [midnight(days[0]!)]);
    // Growth until the week before each of the two days: 1.95 of 1.08.
    assert.ok(Math.abs(reference!.scale - 1.95 / 1.08) < 0.05, `scaled by ${reference!.scale}`);
    const error = errorWithin(model, now + DAY, load);
    assert.ok(error < 0.08, `${error}`);
  });

  it('follows the level of the day as it goes by', () => {
    // Quieter than a Sunday by 40 %.
    const load = (at: number) => (localDay(at) === '2026-09-16' ? 0.6 * sunday(at) : shop(at));
    const spans = [dayOff('2026-09-16')];
    const noon = midnight('2026-09-16') + 12 * HOUR;
    const carried = fit(history(midnight('2026-09-16') - HOUR, load), { ...OPTIONS, spans });
    errorWithin(carried, noon, load);
    const refitted = fit(history(noon, load), { ...OPTIONS, spans });
    for (const model of [carried, refitted]) {
      const { mean } = forecast(model, 12, []);
      assert.ok(Math.abs(mean[11]! / load(noon + HOUR) - 1) < 0.12, `${mean[11]} of ${load(noon + HOUR)}`);
    }
  });

  it('has a peak that past days off, or Sundays, stayed below, and a wider one when none was seen', () => {
    const now = midnight('2026-10-12') + 12.5 * HOUR;
    const offDays = ['2026-09-07', '2026-09-16', '2026-09-24', '2026-10-01', '2026-10-12'];
    const load = (at: number) => shop(at, offDays.includes(localDay(at)));
    const margin = (days: readonly string[]) => {
      const spans = days.map((day) => dayOff(day, day));
      const { peaks } = forecast(fit(history(now, load), { ...OPTIONS, spans }), 12, [0.5, 0.9]);
      assert.ok(peaks[1]! > 300 && peaks[1]! < 400, `${peaks[1]}, where 13:00 of a Sunday has 309 at most`);
      return peaks[1]! - peaks[0]!;
    };
    const sure = margin(offDays);
    const unsure = margin(offDays.slice(-1));
    assert.ok(sure > 0 && unsure > 1.3 * sure, `${sure} when sure, ${unsure} when not`);
  });
});

describe('what a span names', () => {
  it('is forecast as what began there, at the level of now', () => {
    const sale = midnight('2026-09-04');
    const load = (at: number) => {
      const then = at - sale;
      return then >= 18 * HOUR && then < 22 * HOUR ? 4 * shop(at) : shop(at);
    };
    const spans: SpecialSpan[] = [
      { name: 'sale', startSeconds: sale + 18 * HOUR, endSeconds: sale + 22 * HOUR, learn: false },
      { ...dayOff('2026-09-17', 'sale'), like: sale },
    ];
    const model = fit(history(midnight('2026-09-17') + 17.5 * HOUR, load), { ...OPTIONS, spans });
    const [reference] = model.special!.references;
    assert.equal(reference!.likeness, 'chosen');
    const { mean } = forecast(model, 12, []);
    for (const [h, factor] of [
      [5, 1],
      [6, 4],
      [11, 4],
    ] as const) {
      const expected = factor * shop(midnight('2026-09-17') + 17.5 * HOUR + h * STEP);
      assert.ok(Math.abs(mean[h]! / expected - 1) < 0.1, `${mean[h]} at step ${h}, expected ${expected}`);
    }
  });

  it('changes nothing where the history does not hold it', () => {
    const spans = [{ ...dayOff('2026-09-17', 'sale'), like: midnight('2025-09-04') }];
    const model = fit(history(midnight('2026-09-17'), shop), { ...OPTIONS, spans });
    assert.deepEqual(model.special!.references, []);
  });
});

describe('effects on a forecast', () => {
  const model = fit(history(midnight('2026-09-17') + 12 * HOUR, shop), OPTIONS);
  const plain = forecast(model, 6, [0.1, 0.9]);
  const factors = Float64Array.of(1, 1, 1, 3, 3, 1);
  const floors = new Float64Array(6).fill(Number.NEGATIVE_INFINITY);

  it('multiply the steps that they hold at, and the peak', () => {
    const ahead = forecast(model, 6, [0.1, 0.9], 0, { factors, floors });
    assert.deepEqual(
      ahead.mean,
      plain.mean.map((value, h) => factors[h]! * value),
    );
    assert.deepEqual(
      ahead.quantiles[1],
      plain.quantiles[1]!.map((value, h) => factors[h]! * value),
    );
    assert.ok(Math.abs(ahead.peaks[1]! / (3 * plain.peaks[1]!) - 1) < 0.03, `${ahead.peaks[1]}`);
    assert.ok(ahead.peakStep === 3 || ahead.peakStep === 4);
  });

  it('give the peak a floor', () => {
    const high = floors.slice();
    high[5] = 5000;
    assert.equal(forecast(model, 6, [0.9], 0, { factors, floors: high }).peaks[0], 5000);
    high[5] = 1;
    assert.deepEqual(
      forecast(model, 6, [0.9], 0, { factors, floors: high }),
      forecast(model, 6, [0.9], 0, { factors, floors }),
    );
  });

  it('that are none change nothing', () => {
    const none = { factors: new Float64Array(6).fill(1), floors };
    const ahead = forecast(model, 6, [0.1, 0.9], 0, none);
    assert.deepEqual({ ...ahead, peakStep: 0 }, { ...plain, peakStep: 0 });
  });
});

describe('special spans of any kind', () => {
  const begin = fc.integer({ min: -10 * DAY, max: 40 * DAY });
  const span = fc.record({
    name: fc.constantFrom('a', 'b'),
    begin,
    seconds: fc.constantFrom(1, HOUR, DAY, 3 * DAY, 400 * DAY),
    learn: fc.boolean(),
    like: fc.oneof(fc.constant(undefined), fc.constant('day off' as const), begin),
    factor: fc.option(fc.double({ min: 0.01, max: 1000, noNaN: true }), { nil: undefined }),
  });
  const load = fc.array(
    fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -5, max: 900 }) }, fc.constant(Number.NaN)),
    {
      maxLength: 700,
      size: 'max',
    },
  );

  it('give numbers', () => {
    const property = fc.property(
      load,
      fc.array(span, { maxLength: 6 }),
      fc.constantFrom(420, 1800, HOUR),
      fc.constantFrom('UTC', 'Europe/Berlin', 'Pacific/Chatham'),
      (values, given, stepSeconds, timezone) => {
        const spans = given.map(({ begin: from, seconds, like, ...rest }) => ({
          ...rest,
          startSeconds: START + from,
          endSeconds: START + from + seconds,
          like: typeof like === 'number' ? START + like : like,
        }));
        const series = { startSeconds: START, stepSeconds, values: Float64Array.from(values) };
        const model = fit(series, { ...OPTIONS, horizonSteps: 4, timezone, spans });
        for (let step = 0; step < 3; step++) {
          const ahead = forecast(model, 4, [0.1, 0.9]);
          const numbers = [...ahead.mean, ...ahead.peaks, ...ahead.quantiles.flatMap((all) => [...all])];
          assert.ok(numbers.every(Number.isFinite), `${numbers}`);
          update(model, values[step] ?? Number.NaN, values[step] ?? Number.NaN);
        }
      },
    );
    fc.assert(property, { numRuns: 30 });
  });
});
