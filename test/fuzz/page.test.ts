import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Browser, Page } from 'playwright-core';
import { parse } from 'yaml';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { loadConfig } from '../../scaler/config/load.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { type Scaler, startScaler } from '../../scaler/main.js';
import { ScalerError } from '../../scaler/shared/errors.js';
import type { Trigger } from '../../scaler/trigger/trigger.js';
import type { TriggerDetail, TriggerList } from '../../scaler/web/api/contract.js';
import { statusPage } from '../../scaler/web/status-page.js';
import { launchBrowser, openPage } from '../support/browser.js';
import { startHttpServer, type TestHttpServer } from '../support/http-server.js';
import { ManualClock } from '../support/manual-clock.js';
import { RecordedLog } from '../support/recorded-log.js';
import { testTrigger } from '../support/test-trigger.js';
import {
  SAMPLE_NOW_SECONDS,
  type Sample,
  SampleAnswers,
  workloadSamples,
} from '../support/web/sample-answers.js';
import { noCalendars } from '../support/web/sample-calendars.js';
import { servePages } from '../support/web/serve-page.js';
import { nasty, runs, someInputs, stackTrace, tell, timeoutMilliseconds, unseen } from './fuzz.js';

/** Texts of one trigger: its names, its query, a notice and an error. */
const TEXTS_OF_TRIGGER = 6;
/** Triggers on one page, and those of them that are opened. */
const onePage = { triggers: 170, opened: 3 };
const viewport = { width: 1000, height: 800 };
const phone = { width: 360, height: 740 };

/** Elements that the page is made of. Anything else was made by a text. */
const ownElements = new Set(
  (
    'MAIN DIV H1 H2 H3 P SPAN A TABLE CAPTION THEAD TBODY TR TH TD BUTTON INPUT SELECT OPTION LABEL SECTION OL UL LI ' +
    'DL DT DD DETAILS SUMMARY FIGURE FIGCAPTION Q PRE CODE TIME STRONG EM CANVAS svg path polyline line circle rect g title text'
  ).split(' '),
);

/** What is wrong with what the page shows: elements or attributes that it does not make, and what no eye sees. */
const LOOK = `(() => {
  const wrong = [];
  if ('owned' in globalThis) wrong.push('a text was run as a script');
  for (const element of document.querySelectorAll('main *')) {
    wrong.push('<' + element.tagName + '>');
    for (const { name, value } of element.attributes)
      if (name.startsWith('on') || /^\\s*javascript:/i.test(value)) wrong.push(name + '=' + value);
  }
  return {
    wrong: [...new Set(wrong)],
    text: document.querySelector('main').innerText + document.title,
    width: document.documentElement.scrollWidth,
  };
})()`;

describe('bad input on the page', function () {
  this.timeout(timeoutMilliseconds);
  let browser: Browser;

  before(async () => {
    browser = await launchBrowser();
  });
  after(() => browser.close());

  /** Fails when a text has become more than text, hides what it is, or does not fit. */
  async function assertHarmless(page: Page): Promise<void> {
    const { wrong, text, width } = (await page.evaluate(LOOK)) as {
      wrong: string[];
      text: string;
      width: number;
    };
    assert.deepEqual(
      wrong.filter((found) => !ownElements.has(found.slice(1, -1))),
      [],
    );
    assert.doesNotMatch(text.replaceAll(/[\n\t]/g, ''), unseen);
    assert.ok(width <= viewport.width, `the page is ${width} px wide`);
    await page.setViewportSize(phone);
    const narrow = await page.evaluate('document.documentElement.scrollWidth');
    assert.equal(narrow, phone.width, `the page is ${narrow} px wide on a phone`);
    await page.setViewportSize(viewport);
  }

  it('is shown as text, whatever names, queries, notices and errors hold', async () => {
    const [workload] = workloadSamples();
    const wanted = Math.max(onePage.triggers, Math.round(runs / TEXTS_OF_TRIGGER));
    const texts = someInputs(fc.tuple(nasty, nasty, nasty, nasty, nasty, nasty), wanted);
    let opened = 0;
    for (let first = 0; first < texts.length; first += onePage.triggers) {
      const samples = texts
        .slice(first, first + onePage.triggers)
        .map((six, i) => nastySample(workload!, six, first + i));
      const served = await servePages(
        statusPage({
          answers: new SampleAnswers(samples),
          calendars: noCalendars,
          clock: new ManualClock(SAMPLE_NOW_SECONDS),
          scalerAddress: 'scaler.example:50051',
          localAccess: { address: 'localhost:50051' },
        }),
      );
      try {
        await assertApiTells(served.url, samples);
        // No address can hold half a surrogate pair, or dots alone: the page then says that there is no such trigger.
        const watched = await openPage(browser, `${served.url}/#/`, { viewport }, /404/);
        const links = watched.page.locator('tbody th a');
        await links.nth(samples.length - 1).waitFor();
        await assertHarmless(watched.page);
        for (let i = 0; i < onePage.opened; i++) {
          await links.nth((i * 37) % samples.length).click();
          await watched.page
            .getByRole('heading', { name: 'Settings' })
            .or(watched.page.getByText('KEDA does not ask about the trigger'))
            .waitFor();
          await assertHarmless(watched.page);
          opened++;
          await watched.page.getByRole('link', { name: 'All triggers' }).click();
          await links.nth(samples.length - 1).waitFor();
        }
        watched.assertUnblemished();
        await watched.close();
      } finally {
        await served.close();
      }
    }
    tell(
      'names, queries, notices and errors on the page and in the API',
      `${texts.length * TEXTS_OF_TRIGGER} texts of ${texts.length} triggers, ${opened} of them opened`,
      'text in Chromium and in JSON: nothing runs, nothing becomes markup, nothing is unseen, the page fits a phone',
    );
  });

  /** The API gives every text back as it was, in JSON, and what is to be pasted means the same. */
  async function assertApiTells(url: string, samples: readonly Sample[]): Promise<void> {
    const { triggers } = (await (await fetch(`${url}/api/triggers`)).json()) as TriggerList;
    const told = new Set(
      triggers.map(({ namespace, scaledObject }) => JSON.stringify([namespace, scaledObject])),
    );
    for (const { trigger } of samples)
      assert.ok(told.has(JSON.stringify([trigger.namespace, trigger.scaledObject])), trigger.scaledObject);
    for (const { trigger } of samples.slice(0, onePage.opened)) {
      const parts = [trigger.namespace, trigger.scaledObject, trigger.metricName];
      if (parts.some((part) => part === '' || part === '.' || part === '..' || /\p{Cs}/u.test(part)))
        continue;
      const answer = await fetch(`${url}/api/triggers/${parts.map(encodeURIComponent).join('/')}`);
      assert.equal(answer.status, 200);
      assert.match(answer.headers.get('content-type')!, /^application\/json/);
      const detail = (await answer.json()) as TriggerDetail;
      assert.doesNotMatch(detail.manifestYaml.replaceAll(/[\n\t]/g, ''), unseen);
      assert.equal(parse(detail.manifestYaml).triggers[0].metadata.query, detail.settings.query);
      assert.doesNotMatch(detail.grpcurlCommand, unseen);
    }
  }

  it('is escaped safely: label values through error, log, metrics, page and API of the running scaler', async () => {
    const recorded = new RecordedLog();
    const labels = someInputs(fc.tuple(nasty, nasty), 40);
    const prometheus = await startLabelledPrometheus(labels);
    const scaler = await startScaler(
      loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: prometheus.address,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: '127.0.0.1:0',
        },
      }),
      { log: recorded.log },
    );
    const keda = new KedaStandIn(`127.0.0.1:${scaler.grpcPort}`);
    try {
      for (const [i] of labels.entries()) {
        const refusal = await refusalOf(keda, i);
        assert.match(refusal, /gives 2 series for the query where one is needed/);
        assert.doesNotMatch(refusal, unseen);
      }
      await assertToldSafely(scaler, labels.length);
      for (const line of recorded.lines) {
        assert.doesNotMatch(line.msg, unseen);
        assert.doesNotMatch(line.msg, stackTrace);
      }
      assert.deepEqual(
        recorded.lines.filter(({ level }) => level === 'error'),
        [],
      );
      tell(
        'label values with markup, control characters, right-to-left text and half surrogate pairs',
        `${2 * labels.length} values`,
        'escaped in error, log, metrics, page and API; no line or series forged',
      );
    } finally {
      keda.close();
      await scaler.stop();
      await prometheus.close();
    }
  });

  async function assertToldSafely({ httpPort }: Scaler, triggers: number): Promise<void> {
    const url = `http://127.0.0.1:${httpPort}`;
    const scrape = await (await fetch(`${url}/metrics`)).text();
    assert.doesNotMatch(scrape, /^forged_metric/m);
    for (const line of scrape.split('\n'))
      assert.match(line, /^(#.*|[a-z_:0-9]+(\{.*\})? [-+.eEINnaf0-9]+|)$/);
    const list = (await (await fetch(`${url}/api/triggers`)).json()) as TriggerList;
    assert.equal(list.total, triggers);
    for (const { error } of list.triggers) assert.doesNotMatch(error!.message, unseen);
    const watched = await openPage(browser, `${url}/#/`, { viewport });
    const links = watched.page.locator('tbody th a');
    await links.nth(triggers - 1).waitFor();
    await assertHarmless(watched.page);
    for (let i = 0; i < 2; i++) {
      await links.nth(i).click();
      await watched.page.getByRole('heading', { name: 'Settings' }).waitFor();
      await assertHarmless(watched.page);
      await watched.page.getByRole('link', { name: 'All triggers' }).click();
      await links.nth(triggers - 1).waitFor();
    }
    watched.assertUnblemished();
    await watched.close();
  }
});

/** A trigger all of whose texts are given. Names that are equal would be one trigger, hence the number. */
function nastySample(like: Sample, texts: readonly string[], number: number): Sample {
  const [namespace, scaledObject, metricName, query, notice, message] = texts as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const trigger: Trigger = testTrigger({
    namespace: namespace || 'apps',
    scaledObject: `${scaledObject}${number}`,
    metricName: metricName || 'load',
    query,
    notices: [notice],
  });
  if (number % 3 !== 0) return { ...like, trigger };
  return { ...like, trigger, answer: { error: new ScalerError('rejected', message) } };
}

/** A Prometheus that answers the query `load N` with two series, which bear the labels of that number. */
async function startLabelledPrometheus(
  labels: readonly (readonly [string, string])[],
): Promise<TestHttpServer> {
  return await startHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const form = new URLSearchParams(Buffer.concat(chunks).toString());
      const number = Number(/load(\d+)/.exec(form.get('query') ?? '')?.[1]);
      const [name, value] = labels[number]!;
      const isRange = form.has('step');
      const result = ['a', 'b'].map((pod) => ({
        metric: { [name]: value, evil: value, pod },
        ...(isRange
          ? { values: [[Number(form.get('end')), '1']] }
          : { value: [Number(form.get('time')), '1'] }),
      }));
      response
        .setHeader('content-type', 'application/json')
        .end(
          JSON.stringify({ status: 'success', data: { resultType: isRange ? 'matrix' : 'vector', result } }),
        );
    });
  });
}

/** What KEDA is told about the trigger of a number. */
async function refusalOf(keda: KedaStandIn, number: number): Promise<string> {
  return await pollUntil(`the refusal of trigger ${number}`, async () => {
    try {
      await keda.read(`app-${number}`, 'apps', {
        query: `load${number}`,
        threshold: '1',
        ignoreNullValues: 'false',
      });
      return undefined;
    } catch (error) {
      const { details } = error as { details: string };
      return details.includes('series') ? details : undefined;
    }
  });
}
