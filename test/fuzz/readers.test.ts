import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import fc from 'fast-check';
import { readBehavior } from '../../scaler/backtest/behavior-file.js';
import { icalEvents } from '../../scaler/calendar/ical.js';
import { runCommandLine } from '../../scaler/cli/command-line.js';
import { answerLines } from '../../scaler/cli/forecast-lines.js';
import { loadConfig } from '../../scaler/config/load.js';
import { parseCsv } from '../../scaler/history/csv.js';
import { readAnswer } from '../../scaler/prometheus/api-answer.js';
import { RequestFailure } from '../../scaler/prometheus/request-failure.js';
import { ScalerError } from '../../scaler/shared/errors.js';
import { triggerKeys } from '../../scaler/trigger/keys.js';
import { parseTrigger } from '../../scaler/trigger/parse.js';
import { cpuMilliseconds } from '../support/cpu-time.js';
import { nasty, runs, stackTrace, tell, timeoutMilliseconds, tryInputs, unseen } from './fuzz.js';

/** Longest message about a wrong input. */
const LONGEST_MESSAGE = 20_000;

describe('bad input to what reads text', function () {
  this.timeout(timeoutMilliseconds);
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'bad-input-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is reported with the seed and the smallest input that fails, and the seed tries the same again', async () => {
    const failing = () =>
      tryInputs(
        fc.integer({ min: 0, max: 1e6 }),
        (n) => assert.ok(n < 1234, `${n} is too much`),
        1000,
        42,
      ).then(
        () => assert.fail('it must fail'),
        (error: Error) => error.message,
      );
    const message = await failing();
    assert.match(message, /Counterexample: \[1234\]/);
    assert.match(message, /SEED=42 RUNS=1000 make fuzz/);
    assert.equal(await failing(), message);
  });

  /** Tries a reader on many inputs: what it throws must be one of its own errors, without a stack. */
  function holds<Input>(
    what: string,
    inputs: fc.Arbitrary<Input>,
    read: (input: Input) => unknown,
    own: new (...args: never[]) => Error,
  ): void {
    it(`is read or refused with a message: ${what}`, async () => {
      let refused = 0;
      const tried = await tryInputs(inputs, async (input) => {
        try {
          await read(input);
        } catch (error) {
          if (!(error instanceof own)) throw error;
          refused++;
          assert.doesNotMatch(error.message, stackTrace);
          assert.doesNotMatch(error.message, unseen);
          assert.ok(error.message.length < LONGEST_MESSAGE);
        }
      });
      tell(what, `${tried} inputs`, `${refused} refused with a message, the rest read`);
    });
  }

  const keys = fc.oneof(
    fc.constantFrom(...Object.keys(triggerKeys), 'passwordFromEnv', 'serverAddress'),
    nasty,
  );
  holds(
    'metadata of a trigger',
    fc.record({
      name: fc.oneof(fc.constant('app'), nasty),
      namespace: fc.oneof(fc.constant('apps'), nasty),
      scalerMetadata: fc
        .dictionary(keys, fc.oneof(nasty, fc.constantFrom('up', '1', '10', '15m', 'true', '14d', 'UTC')))
        .map((extra) => ({ query: 'up', threshold: '1', ...extra })),
    }),
    (ref) => {
      for (const notice of parseTrigger(ref, { default: 'main', named: { main: { address: 'http://main' } } })
        .notices)
        assert.doesNotMatch(notice, unseen);
    },
    ScalerError,
  );

  const eventPart = fc.oneof(
    nasty,
    fc.constantFrom(
      ...[
        '2026-11-27',
        '2026-11-27T25:00',
        '2026-03-29T02:30Z',
        '/',
        'P1D',
        'PT1H',
        'P99W',
        'P',
        ' ',
        ': ',
        ';',
      ],
      ...['x3', 'x0', 'floor=1e99', 'replicas=5', 'like=2025-02-29', 'holiday', 'learn', 'no-learn'],
    ),
  );
  holds(
    'events of a trigger',
    fc.array(eventPart, { maxLength: 12 }).map((parts) => parts.join('')),
    (events) =>
      parseTrigger(
        { name: 'app', namespace: 'apps', scalerMetadata: { query: 'up', threshold: '1', events } },
        { default: 'main', named: { main: { address: 'http://main' } } },
      ),
    ScalerError,
  );

  // Recurrences that never match keep the library busy for ever: scaler/calendar/expander.test.ts stops one.
  const icalLine = fc.oneof(
    nasty,
    fc
      .tuple(
        fc.constantFrom(
          'DTSTART',
          'DTEND',
          'DURATION',
          'EXDATE',
          'RDATE',
          'RECURRENCE-ID',
          'UID',
          'SUMMARY',
          'STATUS',
          'DESCRIPTION',
          'DTSTART;VALUE=DATE',
          'DTSTART;TZID=Europe/Berlin',
          'DTEND;TZID=x',
        ),
        fc.oneof(
          nasty,
          fc.constantFrom(
            '20261127',
            '20261127T100000Z',
            '20261127T100000',
            'PT1H',
            '-P1D',
            'a',
            'CANCELLED',
            'scaler: x3',
            'scaler: y',
          ),
        ),
      )
      .map(([name, value]) => `${name}:${value}`),
    fc.constantFrom(
      'RRULE:FREQ=DAILY',
      'RRULE:FREQ=WEEKLY;BYDAY=MO,XX',
      'RRULE:FREQ=YEARLY;UNTIL=x',
      'RRULE:',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'BEGIN:VTIMEZONE',
    ),
  );
  holds(
    'iCalendar texts',
    fc
      .array(icalLine, { maxLength: 8 })
      .map((lines) =>
        [
          'BEGIN:VCALENDAR',
          'BEGIN:VEVENT',
          'DTSTART:20261101T100000Z',
          ...lines,
          'END:VEVENT',
          'END:VCALENDAR',
        ].join('\r\n'),
      ),
    (text) => {
      const day = Date.UTC(2026, 10, 27) / 1000;
      const { events, problems } = icalEvents(text, { learn: false }, day, day + 7 * 86_400);
      for (const problem of problems) assert.doesNotMatch(problem, unseen);
      for (const { name, start, end } of events) {
        assert.doesNotMatch(name, unseen);
        assert.ok(end.seconds > start.seconds, text);
      }
    },
    ScalerError,
  );

  const sample = fc.oneof(
    fc.tuple(fc.double(), nasty),
    fc.tuple(fc.integer(), fc.constantFrom('1', 'NaN', '+Inf', '')),
    fc.anything(),
  );
  const answerJson = fc.oneof(
    nasty,
    fc.json(),
    fc
      .record({
        status: fc.constantFrom('success', 'error', 1),
        warnings: fc.anything(),
        data: fc.record({
          resultType: fc.constantFrom('matrix', 'vector', 'scalar', 'string', 'x'),
          result: fc.oneof(
            sample,
            fc.array(
              fc.record(
                {
                  metric: fc.oneof(fc.dictionary(nasty, nasty), fc.anything()),
                  values: fc.array(sample),
                  value: sample,
                },
                { requiredKeys: [] },
              ),
            ),
          ),
        }),
      })
      .map(
        (envelope) =>
          JSON.stringify(envelope, (_key, value: unknown) =>
            typeof value === 'bigint' ? String(value) : value,
          ) ?? '',
      ),
  );
  holds(
    'bodies of a Prometheus answer',
    answerJson,
    (text) => {
      for (const { labels } of readAnswer(text, 'application/json').series)
        assert.doesNotMatch(labels, unseen);
    },
    RequestFailure,
  );

  it('is refused with a message: bodies nested a hundred thousand levels deep', () => {
    const deep = `${'['.repeat(1e5)}${']'.repeat(1e5)}`;
    const answer = (warnings: string, label: string, type: string) =>
      `{"status":"success","warnings":[${warnings}],"data":{"resultType":${type},"result":[{"metric":{"a":${label}},"value":[1,"1"]}]}}`;
    readAnswer(answer(deep, '"b"', '"vector"'), 'application/json');
    for (const body of [answer('', deep, '"vector"'), answer('', '"b"', deep), deep])
      assert.throws(() => readAnswer(body, 'application/json'), RequestFailure);
  });

  holds(
    'CSV',
    fc.oneof(
      nasty,
      fc
        .array(
          fc
            .array(
              fc.oneof(
                nasty,
                fc.constantFrom('timestamp', 'value', '0', '1772409600', '5', '9e10', '2026-03-02T00:00:00Z'),
              ),
              { maxLength: 4 },
            )
            .map((cells) => cells.join(',')),
        )
        .map((rows) => `timestamp,value\n${rows.join('\n')}`),
    ),
    (text) => parseCsv(text, 'load.csv'),
    ScalerError,
  );

  const yamlKey = fc.oneof(
    nasty.map((text) => JSON.stringify(text)),
    fc.constantFrom(
      'grpc',
      'sources',
      'planner',
      'log',
      'level',
      'named',
      'main',
      'address',
      'default',
      '__proto__',
      '<<',
      '? a',
      '&a',
      '*a',
      '&a b',
      '- ',
      '!!binary x',
    ),
  );
  const yaml = fc.oneof(
    nasty,
    fc.json(),
    fc
      .array(
        fc
          .tuple(
            fc.nat(3),
            yamlKey,
            fc.oneof(
              nasty,
              fc.constantFrom(
                '*a',
                '&a [*a, *a]',
                '{<<: *a}',
                '[[[',
                '"',
                '|',
                'http://prometheus:9090',
                '1s',
              ),
            ),
          )
          .map(([indent, key, value]) => `${'  '.repeat(indent)}${key}: ${value}`),
      )
      .map((lines) => lines.join('\n')),
  );
  holds(
    'YAML of the configuration',
    yaml,
    (text) => {
      const file = join(folder, 'config.yaml');
      writeFileSync(file, text);
      loadConfig({ environment: {}, file });
      assert.equal(({} as Record<string, unknown>).address, undefined);
    },
    ScalerError,
  );
  holds(
    'YAML of an HPA’s behavior',
    yaml,
    async (text) => {
      const file = join(folder, 'behavior.yaml');
      writeFileSync(file, text);
      await readBehavior(file);
    },
    ScalerError,
  );

  const laughs = Array.from(
    { length: 9 },
    (_, i) =>
      `${'abcdefghi'[i]}: &${'abcdefghi'[i]} [${Array(9).fill(i === 0 ? 'ha' : `*${'abcdefghi'[i - 1]}`)}]`,
  );
  const bombs: readonly (readonly [string, string, RegExp])[] = [
    [
      'aliases of aliases of aliases',
      laughs.join('\n'),
      /its aliases \(\*name\) repeat more than 100 values/,
    ],
    [
      'the same inside the sources',
      `sources:\n  ${laughs.join('\n  ')}`,
      /its aliases \(\*name\) repeat more than 100 values/,
    ],
    ['an alias of itself', 'sources: &a\n  named: *a', /sources\.named/],
    ['open brackets', `grpc: ${'['.repeat(20_000)}`, /nested more than 50 levels deep/],
    ['closed brackets', `grpc: ${'['.repeat(9000)}${']'.repeat(9000)}`, /nested more than 50 levels deep/],
    ['braces', `grpc: ${'{a: '.repeat(9000)}`, /nested more than 50 levels deep/],
    ['lists in lists', `grpc:\n  ${'- '.repeat(9000)}`, /nested more than 50 levels deep/],
    ['keys that are maps', '? '.repeat(9000), /nested more than 50 levels deep/],
    [
      'indentation',
      Array.from({ length: 500 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
      /nested more than/,
    ],
    ['a huge file', `grpc: "${'x'.repeat(20_000_000)}"`, /20000008 characters; at most 262144 are read/],
    ['a key twice', 'log: {level: info}\nlog: {level: warn}', /:2:1: broken YAML \(duplicate key\)/],
    ['a merge key', 'log: &a {level: info}\ngrpc:\n  <<: *a', /grpc\.<<: there is no such setting/],
    ['__proto__', '__proto__: {level: info}', /__proto__: there is no such setting/],
    [
      '__proto__ among the sources',
      'sources: {named: {__proto__: {address: "http://a", polluted: 1}}}',
      /:1:19: __proto__: there is no such setting/,
    ],
  ];
  for (const [what, text, message] of bombs)
    it(`is refused with a message: YAML with ${what}`, () => {
      const file = join(folder, 'bomb.yaml');
      writeFileSync(file, text);
      const milliseconds = cpuMilliseconds(() =>
        assert.throws(
          () => loadConfig({ environment: {}, file }),
          (error: unknown) => {
            assert.ok(error instanceof ScalerError, String(error));
            assert.equal(error.kind, 'invalid');
            assert.match(error.message, message);
            return true;
          },
        ),
      );
      assert.ok(milliseconds < 2000, `took ${milliseconds.toFixed(0)} ms`);
      assert.equal(({} as Record<string, unknown>).polluted, undefined);
    });

  describe('as lines of JSON', () => {
    const number = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(0, -1, 1, 300, 1e-300, 1e11, -1e11, 1e300, 1_772_409_600),
    );
    const request = fc.record(
      {
        id: fc.oneof(nasty, fc.integer()),
        start: fc.oneof(fc.constant(1_772_409_600), number),
        step: fc.oneof(fc.constantFrom(60, 300), number),
        values: fc.oneof(
          fc.array(fc.oneof(fc.double({ noNaN: true }), fc.constant(null)), { maxLength: 50 }),
          fc.array(number),
          fc.anything(),
        ),
        horizon: fc.oneof(fc.integer({ min: 1, max: 20 }), fc.integer(), number),
        quantiles: fc.oneof(fc.constant([0.5, 0.9]), fc.array(fc.double({ min: 0, max: 1 })), fc.anything()),
      },
      { requiredKeys: ['id', 'start', 'step', 'values', 'horizon'] },
    );
    const asJson = fc
      .tuple(request, fc.dictionary(nasty, fc.anything(), { maxKeys: 1 }), fc.boolean())
      .map(([asked, more, isMore]) =>
        JSON.stringify(isMore ? { ...asked, ...more } : asked, (_key, value: unknown) =>
          typeof value === 'bigint' ? String(value) : value,
        ),
      );
    const sound = fc
      .tuple(fc.array(fc.integer({ min: 0, max: 1000 }), { maxLength: 40 }), fc.integer({ min: 1, max: 20 }))
      .map(([values, horizon]) =>
        JSON.stringify({ id: 'a', start: 0, step: 60, values, horizon, quantiles: [0.5] }),
      );
    const line = fc
      .oneof(
        nasty,
        fc.json(),
        sound,
        asJson,
        fc.tuple(asJson, fc.nat(200)).map(([text, length]) => text.slice(0, length)),
      )
      .map((text) => text.replaceAll(/[\r\n]/g, ' '));

    it('is answered or refused with the number of the line, whatever stands in it', async () => {
      const counts = { lines: 0, refused: 0 };
      await tryInputs(
        fc.tuple(
          fc.array(line, { minLength: 1, maxLength: 4 }),
          fc.boolean(),
          fc.integer({ min: 1, max: 99 }),
        ),
        async ([lines, isWindows, chunkBytes]) => {
          const bytes = Buffer.from(lines.join(isWindows ? '\r\n' : '\n'));
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += chunkBytes)
            chunks.push(bytes.subarray(at, at + chunkBytes));
          const { answers, error } = await answersTo(Readable.from(chunks));
          const expected = lines.flatMap((text, i) => (text.trim() === '' ? [] : [i + 1]));
          assert.equal(answers.length, expected.length);
          const refused = answers.filter((answer, i) => {
            if (answer.error === undefined) {
              assert.ok(Array.isArray(answer.mean));
              return false;
            }
            assert.ok(answer.error.startsWith(`line ${expected[i]}: `), answer.error);
            assert.doesNotMatch(answer.error, stackTrace);
            assert.doesNotMatch(answer.error, unseen);
            assert.ok(answer.error.length < 1000, answer.error);
            return true;
          });
          assert.equal(error instanceof ScalerError, refused.length > 0 || bytes.length === 0, String(error));
          counts.lines += lines.length;
          counts.refused += refused.length;
        },
        // Each input holds two or three lines.
        Math.ceil(runs / 2),
      );
      tell(
        'lines of NDJSON to forecast',
        `${counts.lines} lines`,
        `${counts.refused} refused with a message and their number, the rest answered or empty`,
      );
    });

    it('is answered when a line holds a million samples', async () => {
      const values = Array.from({ length: 1_000_000 }, (_, i) => (i % 1440) + 0.25);
      const text = JSON.stringify({ id: 'm', start: 0, step: 60, values, horizon: 3, quantiles: [0.5] });
      const began = performance.now();
      const { answers, error } = await answersTo(Readable.from([Buffer.from(`${text}\n`)]));
      assert.equal(error, undefined);
      assert.equal(answers[0]!.mean!.length, 3);
      tell(
        'a line of NDJSON with a million samples',
        `${(text.length / 2 ** 20).toFixed(0)} MiB`,
        `answered in ${((performance.now() - began) / 1000).toFixed(1)} s`,
      );
    });

    it('is refused, and not kept, when a line has no end', async () => {
      const chunk = Buffer.alloc(64 * 1024, '[');
      let sent = 0;
      let mostBytes = 0;
      const endless = Readable.from(
        (function* () {
          for (; sent < 100 * 2 ** 20; sent += chunk.length) {
            if (sent % 2 ** 20 === 0) mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers);
            yield Buffer.from(chunk);
          }
          yield Buffer.from('\n{"id":"a","start":0,"step":60,"values":[1,2],"horizon":1,"quantiles":[0.5]}');
        })(),
      );
      const before = process.memoryUsage().arrayBuffers;
      const { answers } = await answersTo(endless);
      assert.match(answers[0]!.error!, /^line 1: the line has 104857600 bytes; at most 32000000 are read/);
      assert.equal(answers[1]!.id, 'a');
      const grownMiB = (mostBytes - before) / 2 ** 20;
      assert.ok(grownMiB < 80, `${grownMiB.toFixed(0)} MiB were held`);
      tell(
        'a line of NDJSON without an end',
        '100 MiB',
        `refused with its number, ${grownMiB.toFixed(0)} MiB held at most, the next line answered`,
      );
    });
  });

  it('is refused with code 2 and a message, without a stack: arguments of the command line', async () => {
    const absent = join(folder, 'absent', 'file');
    const value = fc.oneof(
      nasty.filter((text) => !text.startsWith('-')),
      fc.constantFrom('1', '0', '-1', '5m', '14d', '1e99', '0.9', '0.5,0.9', 'auto', 'Europe/Berlin', '100'),
    );
    const with_ = (options: readonly string[]) =>
      fc.array(fc.tuple(fc.constantFrom(...options), value), { maxLength: 5 }).map((pairs) => pairs.flat());
    const learning = [
      '--step',
      '--history',
      '--horizon',
      '--quantile',
      '--seasonality',
      '--timezone',
      '--json',
    ];
    const replaying = [
      ...['--evaluate', '--refit', '--threshold', '--capacity', '--startup', '--min', '--max', '--idle'],
      ...[
        '--activation',
        '--cooldown',
        '--polling',
        '--sync',
        '--tolerance',
        '--name',
        '--query',
        '--behavior',
      ],
    ];
    // The last argument of each makes it wrong whatever stands before, so that nothing is served or asked.
    const args = fc.oneof(
      with_(learning).map((options) => ['forecast', ...options, '--csv', absent]),
      with_([...learning, ...replaying]).map((options) => ['backtest', ...options, '--csv', absent]),
      with_([
        '--metadata',
        '--name',
        '--namespace',
        '--timeout',
        '--stream-seconds',
        '--tls',
        '--tls-ca',
      ]).chain((options) =>
        value.filter((text) => !/^\S+:\d+$/.test(text)).map((address) => ['probe', ...options, address]),
      ),
      with_(['--for', '--speed', '--seed', '--http']).map((options) => [
        'demo',
        ...options,
        '--no-such-flag',
      ]),
      with_(['--config']).map((options) => ['serve', ...options, '--config', absent]),
      fc.array(value, { minLength: 1, maxLength: 3 }).map((words) => ['no-such-command', ...words]),
    );
    const tried = await tryInputs(args, async (given) => {
      let told = '';
      const code = await runCommandLine(given, (text) => {
        told += text;
      });
      assert.equal(code, 2, told);
      assert.match(told, /^(error|predictive-scaler): .{10}/s);
      assert.doesNotMatch(told, stackTrace);
      assert.ok(told.length < LONGEST_MESSAGE);
    });
    tell('arguments of the command line', `${tried} command lines`, 'exit code 2 and words for each');
  });
});

interface LineAnswer {
  readonly id?: unknown;
  readonly mean?: readonly number[];
  readonly error?: string;
}

/** What `forecast --ndjson` writes and what it ends with. */
async function answersTo(input: Readable): Promise<{ answers: LineAnswer[]; error: unknown }> {
  const written: string[] = [];
  const output = new Writable({
    decodeStrings: false,
    write: (text: string, _encoding, done) => {
      written.push(text);
      done();
    },
  });
  const error = await answerLines(input, output, { seasonality: 'auto', timezone: 'Europe/Berlin' }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { answers: written.map((text) => JSON.parse(text) as LineAnswer), error };
}
