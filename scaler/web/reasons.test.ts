import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { launchBrowser, openPage } from '../../test/support/browser.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { RecordedLog } from '../../test/support/recorded-log.js';
import {
  SAMPLE_NOW_SECONDS,
  type Sample,
  SampleAnswers,
  workloadSamples,
} from '../../test/support/web/sample-answers.js';
import { noCalendars } from '../../test/support/web/sample-calendars.js';
import { servePages } from '../../test/support/web/serve-page.js';
import { type Outlook, outlookOf } from '../planner/outlook.js';
import { type Knowledge, planAnswer } from '../planner/plan-answer.js';
import { StateChanges } from '../planner/state-changes.js';
import type { Reason } from '../planner/types.js';
import { ScalerError } from '../shared/errors.js';
import { createTelemetry } from '../telemetry/telemetry.js';
import type { Trigger } from '../trigger/trigger.js';
import type { TriggerDetail } from './api/contract.js';
import { statusPage } from './status-page.js';

const failure = new ScalerError('unavailable', 'Prometheus did not answer within 30 s');

/** A situation for each reason, and what a user must read in it. */
const SITUATIONS: Readonly<
  Record<
    Reason,
    {
      /** What is so, where a load of 1 is observed and a peak of 500 is forecast. */
      readonly know?: Partial<Omit<Knowledge, 'trigger' | 'outlook'>> & {
        readonly trigger?: Partial<Trigger>;
        readonly outlook?: Partial<Outlook> | 'none';
      };
      readonly label: string;
      /** The sentence about what decided. */
      readonly choice: RegExp;
      /** The sentence about the load now, where it says more than the load. */
      readonly load?: RegExp;
    }
  >
> = {
  forecast: { label: 'Daily + weekly', choice: /^The forecast is the larger of the two and decides: 500\.$/ },
  observed: {
    know: { observation: { atSeconds: SAMPLE_NOW_SECONDS, value: 900 } },
    label: 'Daily + weekly',
    choice: /^The observed load decides: 900\.$/,
  },
  'warming-up': {
    know: { outlook: 'none' },
    label: 'Warming up',
    choice: /^The observed load decides: 1\.$/,
  },
  'no-history': {
    know: { outlook: 'none', historyFailure: failure },
    label: 'No history',
    choice: /^The observed load decides: 1\.$/,
  },
  guarded: {
    know: { outlook: { guarded: true, trust: 0.2 } },
    label: 'Guarded',
    choice: /^The forecast is the larger of the two and decides: 500\.$/,
  },
  'observe-mode': {
    know: { trigger: { mode: 'observe' } },
    label: 'Dry run',
    choice: /^This trigger is on a dry run \(mode: observe\), so the observed load decides: 1\.$/,
  },
  stale: {
    know: { observeFailure: failure },
    label: 'Stale',
    choice: /^There is no new data\. The forecast is the larger of the two and decides: 500\.$/,
  },
  empty: {
    know: { outlook: 'none', observation: { atSeconds: SAMPLE_NOW_SECONDS, value: undefined } },
    label: 'No value',
    choice: /^Nothing is there to decide: 0\.$/,
    load: /^The query gives no series, or NaN or infinity, at .*, which reads as no load\.$/,
  },
};

describe('what page, log and API say of each reason', () => {
  let browser: Browser;
  let shop: Sample;
  before(async () => {
    browser = await launchBrowser();
    shop = workloadSamples().find(({ trigger }) => trigger.scaledObject === 'shop')!;
  });
  after(() => browser.close());

  for (const [reason, { know = {}, label, choice, load = choice }] of Object.entries(SITUATIONS))
    it(`agrees for ${reason}`, async () => {
      const trigger: Trigger = { ...shop.trigger, ...know.trigger };
      const model = outlookOf(shop.evidence!.model!, { trigger }, SAMPLE_NOW_SECONDS);
      const forecast = { ...model.forecast, peak: 500 };
      const trusted = { ...model, stage: 'weekly', nextStageInSeconds: 0, guarded: false, trust: 1 } as const;
      const answer = planAnswer({
        nowSeconds: SAMPLE_NOW_SECONDS,
        observation: { atSeconds: SAMPLE_NOW_SECONDS, value: 1 },
        observeFailure: undefined,
        historyFailure: undefined,
        freshSeconds: 60,
        maxStalenessSeconds: 1800,
        ...know,
        trigger,
        outlook: know.outlook === 'none' ? undefined : { ...trusted, forecast, ...know.outlook },
      })!;
      const changes = new StateChanges();
      changes.note(SAMPLE_NOW_SECONDS, answer);
      const sample = { trigger, answer, evidence: { ...shop.evidence!, changes: changes.list() } };
      const clock = new ManualClock(SAMPLE_NOW_SECONDS);

      const { log, lines } = new RecordedLog();
      createTelemetry({ clock, log, version: '1', sourceNames: new Set() }).planner.answerRenewed(
        trigger,
        undefined,
        answer,
      );
      assert.equal(lines.at(-1)?.reason, reason);

      const served = await servePages(
        statusPage({
          answers: new SampleAnswers([sample]),
          calendars: noCalendars,
          clock,
          scalerAddress: 'scaler.example:50051',
          localAccess: { address: 'localhost:50051' },
        }),
      );
      const path = `triggers/${trigger.namespace}/${trigger.scaledObject}/${trigger.metricName}`;
      const detail = (await (await fetch(`${served.url}/api/${path}`)).json()) as TriggerDetail;
      const status = reason === 'forecast' || reason === 'observed' ? 'forecasting' : reason;
      assert.deepEqual([detail.summary.reason, detail.summary.status], [reason, status]);
      assert.deepEqual([detail.changes[0]!.reason, detail.changes[0]!.status], [reason, status]);
      assert.equal(detail.model!.isGuarded, reason === 'guarded');
      const { page, close } = await openPage(browser, `${served.url}/#/${path}`);
      try {
        assert.equal(await page.locator('.headline .badge').innerText(), label);
        const sentences = await page.locator('.steps li').allInnerTexts();
        for (const said of [load, choice])
          assert.ok(
            sentences.some((sentence) => said.test(sentence)),
            sentences.join('\n'),
          );
        // The number of the sentence is the one that KEDA gets, and the log and the API say.
        const value = Number(/\d+/.exec(choice.source)![0]);
        assert.deepEqual([detail.summary.answered, lines.at(-1)?.value], [value, value]);
        const newest = await page.locator('.changes li strong').first().innerText();
        assert.equal(newest, status === 'forecasting' ? 'Forecasting' : label);
      } finally {
        await close();
        await served.close();
      }
    });
});
