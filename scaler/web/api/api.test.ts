import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { parse } from 'yaml';
import { ManualClock } from '../../../test/support/manual-clock.js';
import { testTrigger } from '../../../test/support/test-trigger.js';
import {
  manySamples,
  oddSamples,
  SAMPLE_NOW_SECONDS,
  type Sample,
  SampleAnswers,
  withSnapshot,
  workloadSamples,
} from '../../../test/support/web/sample-answers.js';
import { noCalendars, sampleCalendars, withCalendars } from '../../../test/support/web/sample-calendars.js';
import { type ServedPages, servePages } from '../../../test/support/web/serve-page.js';
import { readEvents } from '../../calendar/event-text.js';
import { packageRoot } from '../../shared/package-root.js';
import { statusPage } from '../status-page.js';
import type { TriggerDetail, TriggerList } from './contract.js';
import { TriggerPages } from './trigger-list.js';

const description = parse(readFileSync(join(packageRoot, 'docs/openapi.yaml'), 'utf8'));

/** The schemas of docs/openapi.yaml, which in OpenAPI 3.1 are JSON Schema 2020-12. */
const schemas = new Ajv2020({ strict: true, strictRequired: false, allowUnionTypes: true, allErrors: true });
ajvFormats.default(schemas);
schemas.addVocabulary(['components', 'paths', 'info', 'servers', 'openapi']);
schemas.addSchema(description, 'openapi.yaml');

function validator(name: string): ValidateFunction {
  return schemas.getSchema(`openapi.yaml#/components/schemas/${name}`)!;
}

function assertMatches(name: string, body: unknown): void {
  const validate = validator(name);
  assert.ok(validate(body), JSON.stringify(validate.errors?.slice(0, 3), null, 2));
}

describe('status API', () => {
  let samples: Sample[];
  let answers: SampleAnswers;
  let served: ServedPages;

  before(async () => {
    samples = [
      ...workloadSamples()
        .map((sample) => withSnapshot(sample, { reason: 'forecast', status: 'forecasting', guarded: false }))
        .map((sample) => (sample.trigger.scaledObject === 'shop' ? withCalendars(sample) : sample)),
      ...oddSamples(),
    ];
    answers = new SampleAnswers(samples);
    const clock = new ManualClock(SAMPLE_NOW_SECONDS);
    served = await servePages(
      statusPage({
        answers,
        calendars: sampleCalendars,
        clock,
        scalerAddress: 'scaler.example:50051',
        localAccess: { address: 'localhost:50051' },
      }),
    );
  });
  after(() => served.close());

  async function get(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return await fetch(served.url + path, { headers });
  }

  it('lists every trigger, in order, as its description says', async () => {
    const response = await get('/api/triggers');
    assert.equal(response.status, 200);
    const list = (await response.json()) as TriggerList;
    assertMatches('TriggerList', list);
    assert.equal(list.total, samples.length);
    assert.equal(list.time, '2026-03-04T18:05:00Z');
    assert.deepEqual(
      list.triggers.map(({ namespace, scaledObject, status }) => `${namespace}/${scaledObject} ${status}`),
      [
        'demo/office-api forecasting',
        'demo/reports forecasting',
        'demo/search-beta forecasting',
        'demo/shop forecasting',
        'demo/webhooks forecasting',
        'shop/gone starting',
        'shop/invoices error',
        'shop/just-asked starting',
        'shop/orders error',
      ],
    );
  });

  it('says which events are near, what each does, and how the calendars are', async () => {
    const detail = (await (await get('/api/triggers/demo/shop/shop-load')).json()) as TriggerDetail;
    assertMatches('TriggerDetail', detail);
    assert.deepEqual(detail.settings.calendars, ['de-holidays', 'launches']);
    assert.deepEqual(
      detail.events.map(({ name, startTime, endTime, effect }) => [name, startTime, endTime, effect]),
      // Berlin is an hour ahead of UTC in March, until the 29th.
      [
        ['load test', '2026-03-02T09:00:00Z', '2026-03-02T12:00:00Z', 'not learned from'],
        ['flash sale', '2026-03-04T18:30:00Z', '2026-03-04T20:30:00Z', 'x2'],
        ['Internationaler Frauentag', '2026-03-07T23:00:00Z', '2026-03-08T23:00:00Z', 'a day off'],
        ['spring collection', '2026-03-12T17:00:00Z', '2026-03-12T23:00:00Z', 'x3, at least 20 replicas'],
      ],
    );
    assert.deepEqual(
      detail.calendars.map(({ name, readTime, problem }) => [name, readTime, problem !== null]),
      [
        ['de-holidays', '2026-03-04T18:00:00Z', false],
        ['launches', '2026-03-04T16:00:00Z', true],
      ],
    );
    const step = detail.explanation.find((one) => one.step === 'events');
    assert.deepEqual(step, { step: 'events', events: [{ name: 'flash sale', effect: 'x2' }] });
    assert.match(detail.manifestYaml, /events: "flash sale: 2026-03-04T19:30\/PT2H x2"/);
  });

  it('says that an event cannot be like a day before the history', async () => {
    const [shop] = workloadSamples();
    const events = readEvents('near: 2026-03-06/P1D like=2026-02-27; lost: 2026-03-07/P1D like=2025-03-08');
    const trigger = { ...shop!.trigger, timezone: 'Europe/Berlin', events };
    const forgetful = await servePages(
      statusPage({
        answers: new SampleAnswers([{ ...shop!, trigger, evidence: { ...shop!.evidence!, inUse: trigger } }]),
        calendars: sampleCalendars,
        clock: new ManualClock(SAMPLE_NOW_SECONDS),
        scalerAddress: 'scaler.example:50051',
        localAccess: { address: 'localhost:50051' },
      }),
    );
    try {
      const path = `/api/triggers/demo/${trigger.scaledObject}/${trigger.metricName}`;
      const detail = (await (await fetch(forgetful.url + path)).json()) as TriggerDetail;
      assert.deepEqual(
        detail.events.map(({ effect }) => effect),
        ['as on 2026-02-27', 'as on 2025-03-08 (before historyTimeWindow, so as at any other time)'],
      );
    } finally {
      await forgetful.close();
    }
  });

  it('draws the forecast with what events do to it', async () => {
    const plain = await servePages(
      statusPage({
        answers,
        calendars: noCalendars,
        clock: new ManualClock(SAMPLE_NOW_SECONDS),
        scalerAddress: 'scaler.example:50051',
        localAccess: { address: 'localhost:50051' },
      }),
    );
    try {
      const [drawn, without] = await Promise.all(
        [served.url, plain.url].map(async (url) => {
          const detail = (await (
            await fetch(`${url}/api/triggers/demo/shop/shop-load`)
          ).json()) as TriggerDetail;
          return { ...detail.forecast!, line: detail.summary.sparkline!.forecast };
        }),
      );
      // The sale of x2 is from 18:30 to 20:30 UTC, the forecast in steps of five minutes from 18:05 on.
      const factors = drawn!.mean.map((value, step) => value! / without!.mean[step]!);
      assert.deepEqual(
        factors.slice(0, 40).map((factor) => Math.round(10 * factor) / 10),
        Array.from({ length: 40 }, (_, step) => (step >= 5 && step < 29 ? 2 : 1)),
      );
      assert.ok(drawn!.line[2]! > 1.9 * without!.line[2]!);
    } finally {
      await plain.close();
    }
  });

  it('pages through the list', async () => {
    const whole = (await (await get('/api/triggers')).json()) as TriggerList;
    const part = (await (await get('/api/triggers?offset=3&limit=2')).json()) as TriggerList;
    assert.deepEqual(part.triggers, whole.triggers.slice(3, 5));
    assert.equal(part.total, whole.total);
  });

  it('answers 304 to those who have the newest list, and compresses it for those who can', async () => {
    const first = await get('/api/triggers', { 'Accept-Encoding': 'identity' });
    const etag = first.headers.get('ETag')!;
    const plain = await first.text();
    const again = await get('/api/triggers', {
      'If-None-Match': etag,
      'Cache-Control': 'max-age=0',
    });
    assert.equal(again.status, 304);
    const compressed = await get('/api/triggers', { 'Accept-Encoding': 'gzip' });
    assert.equal(compressed.headers.get('Content-Encoding'), 'gzip');
    assert.equal(await compressed.text(), plain);
  });

  it('explains one trigger as its description says', async () => {
    for (const { trigger } of samples) {
      const response = await get(
        `/api/triggers/${trigger.namespace}/${trigger.scaledObject}/${trigger.metricName}`,
      );
      assert.equal(response.status, 200);
      const detail = (await response.json()) as TriggerDetail;
      assertMatches('TriggerDetail', detail);
      assert.equal(detail.summary.scaledObject, trigger.scaledObject);
    }
  });

  it('gives a week of history unless asked for another span, thinned out when it is long', async () => {
    const path = '/api/triggers/demo/shop/shop-load';
    const week = (await (await get(path)).json()) as TriggerDetail;
    assert.equal(week.history?.mean.length, 7 * 288);
    assert.equal(week.history.stepSeconds, 300);
    const day = (await (await get(`${path}?historyDays=1`)).json()) as TriggerDetail;
    assert.deepEqual(day.history?.mean, week.history.mean.slice(-288));
    const all = (await (await get(`${path}?historyDays=14`)).json()) as TriggerDetail;
    assert.equal(all.history?.stepSeconds, 600);
    assert.equal(all.history.mean.length, 2016);
    const [a, b] = week.history.highest!.slice(-2);
    assert.equal(all.history.highest?.at(-1), Math.max(a!, b!));
  });

  it('answers addresses and parameters that do not exist with what would be right', async () => {
    const wrong: [string, number, RegExp][] = [
      [
        '/api/triggers/demo/shop/other',
        404,
        /no trigger "other" of ScaledObject "demo\/shop".*\/api\/triggers lists/,
      ],
      ['/api/nothing', 404, /openapi\.yaml lists/],
      ['/api/triggers?limit=5000', 400, /"limit" is "5000"; expected a whole number from 1 to 1000/],
      ['/api/triggers?offset=-1', 400, /"offset" is "-1"/],
      ['/api/triggers?offset=1&offset=2', 400, /"offset" is given twice/],
      ['/api/triggers/demo/shop/shop-load?historyDays=1e9', 400, /"historyDays" is "1e9"/],
      ['/api/triggers/%E0%A4%A/b/c', 400, /broken % escape/],
    ];
    for (const [path, status, message] of wrong) {
      const response = await get(path);
      const body = await response.json();
      assert.equal(response.status, status, path);
      assertMatches('Failure', body);
      assert.match((body as { error: { message: string } }).error.message, message);
    }
  });

  it('is read-only', async () => {
    const response = await fetch(`${served.url}/api/triggers`, { method: 'POST' });
    assert.equal(response.status, 405);
    assertMatches('Failure', await response.json());
  });

  it('serves its own description, which covers every address', async () => {
    const response = await get('/api/openapi.yaml');
    const document = parse(await response.text());
    assert.deepEqual(document, description);
    // What a client makes of the answer, by the answer's own description.
    const described = description.paths['/api/openapi.yaml'].get.responses['200'].content;
    const [[mediaType, { schema }]] = Object.entries<{ schema: object }>(described) as [
      [string, { schema: object }],
    ];
    assert.equal(response.headers.get('Content-Type')?.split(';')[0], mediaType);
    assert.ok(schemas.validate(schema, document), JSON.stringify(schemas.errors));
    assert.deepEqual(Object.keys(description.paths), [
      '/api/triggers',
      '/api/triggers/{namespace}/{name}/{metric}',
      '/api/demo',
      '/api/openapi.yaml',
    ]);
    assert.equal((await get('/api/demo')).status, 204);
  });

  it('never shows what a trigger keeps secret', async () => {
    const secretive = testTrigger({
      query: 'sum(rate(x{token="s3cr3t-label"}[2m]))',
      source: {
        kind: 'address',
        address: 'http://ann:s3cr3t-word@prometheus:9090',
        headers: { authorization: 'Bearer s3cr3t-bearer' },
        queryParameters: { key: 's3cr3t-parameter' },
      },
      notices: ['the header "X: Bearer s3cr3t-notice" looks odd'],
    });
    answers.samples = [{ trigger: secretive, answer: undefined, evidence: undefined }];
    try {
      const list = await (await get('/api/triggers?limit=7')).text();
      const detail = await (await get('/api/triggers/apps/app-a/app-a-load')).text();
      assert.match(detail, /prometheus:9090/);
      assert.doesNotMatch(list + detail, /s3cr3t/);
    } finally {
      answers.samples = samples;
    }
  });

  it('gives others their turn while it lists a thousand of ten thousand triggers', async () => {
    const many = manySamples(10_000);
    const evidence = new Map(many.map((sample) => [sample.trigger, sample.evidence]));
    const crowd = new SampleAnswers(many);
    crowd.evidence = (trigger) => evidence.get(trigger);
    const pages = new TriggerPages(crowd, new ManualClock(SAMPLE_NOW_SECONDS), noCalendars);
    let turns = 0;
    const count = () => {
      turns++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const text = await pages.page(4000, 1000);
    clearImmediate(counting);
    const list = JSON.parse(text) as TriggerList;
    assert.equal(list.total, 10_000);
    assert.equal(list.triggers.length, 1000);
    // Each turn is a slice of a few milliseconds; done in one go there would be none in between.
    assert.ok(turns > 5, `${turns} turns`);
  });
});
