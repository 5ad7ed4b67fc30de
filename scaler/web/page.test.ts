import assert from 'node:assert/strict';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { launchBrowser, openPage, type WatchedPage } from '../../test/support/browser.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { testTrigger } from '../../test/support/test-trigger.js';
import {
  manySamples,
  oddSamples,
  SAMPLE_NOW_SECONDS,
  type Sample,
  SampleAnswers,
  snapshotOf,
  withSnapshot,
  workloadSamples,
} from '../../test/support/web/sample-answers.js';
import { sampleCalendars, withCalendars } from '../../test/support/web/sample-calendars.js';
import { SampleDemo } from '../../test/support/web/sample-demo.js';
import { withOverload } from '../../test/support/web/sample-overload.js';
import { type ServedPages, servePages } from '../../test/support/web/serve-page.js';
import { readEvents } from '../calendar/event-text.js';
import type { PlannedForecast } from '../planner/types.js';
import { demoPanel } from './demo-panel.js';
import { statusPage } from './status-page.js';

const SHOP = '#/triggers/demo/shop/shop-load';

const forecasting = { reason: 'forecast', status: 'forecasting', decidedBy: 'forecast' } as const;
const quality = { modelError: 6.9, lastValueError: 10, coverage: 0.91, samples: 1002 };

function shopForecast(sample: Sample): PlannedForecast {
  const forecast = snapshotOf(sample).forecast!;
  return { ...forecast, peak: 440, peakAtSeconds: SAMPLE_NOW_SECONDS + 55 * 60 };
}

/** A sample with a record of so many slots only, all of the same load where one is given. */
function withPast(sample: Sample, slots: number, load = 100): Sample {
  const evidence = sample.evidence!;
  const values = new Float32Array(slots).fill(load);
  const lines = {
    observedMean: values,
    observedHighest: values,
    answered: values,
    forecastMean: values,
    forecastUpper: values,
  };
  return {
    ...sample,
    evidence: {
      ...evidence,
      past: { startSeconds: SAMPLE_NOW_SECONDS - 300 * slots, slotSeconds: 300, ...lines },
    },
  };
}

describe('status page', () => {
  let browser: Browser;
  let workloads: Sample[];
  let opened: WatchedPage[] = [];
  let servers: ServedPages[] = [];

  before(async () => {
    browser = await launchBrowser();
    workloads = workloadSamples().map((sample) => {
      // The tests are about the page: how a forecast comes out is for others to test.
      if (sample.trigger.scaledObject === 'shop')
        return withSnapshot(sample, {
          ...forecasting,
          guarded: false,
          modelShare: 1,
          stage: 'weekly',
          observed: 336,
          value: 440,
          unboundedValue: 440,
          forecast: shopForecast(sample),
          quality,
        });
      if (sample.trigger.scaledObject === 'search-beta')
        return withSnapshot(sample, {
          ...forecasting,
          guarded: false,
          stage: 'trend',
          nextStageInSeconds: 14 * 3600,
        });
      if (sample.trigger.scaledObject === 'webhooks')
        return withSnapshot(sample, {
          reason: 'guarded',
          status: 'guarded',
          guarded: true,
          modelShare: 0.2,
          quality: { ...quality, modelError: 11.2 },
        });
      return withSnapshot(sample, { ...forecasting, guarded: false, stage: 'weekly' });
    });
  });
  after(() => browser.close());
  afterEach(async () => {
    for (const page of opened) await page.close();
    for (const server of servers) await server.close();
    opened = [];
    servers = [];
  });

  async function serve(answers: SampleAnswers, demo?: SampleDemo): Promise<ServedPages> {
    const page = statusPage({
      answers,
      calendars: sampleCalendars,
      clock: new ManualClock(SAMPLE_NOW_SECONDS + 8),
      scalerAddress: 'scaler.example:50051',
      localAccess: { address: 'localhost:50051' },
    });
    const served = await servePages(...(demo ? [demoPanel(demo)] : []), page);
    servers.push(served);
    return served;
  }

  async function open(
    samples: readonly Sample[] | SampleAnswers,
    hash = '#/',
    options: BrowserContextOptions = {},
    allowedErrors?: RegExp,
  ): Promise<WatchedPage> {
    const answers = samples instanceof SampleAnswers ? samples : new SampleAnswers(samples);
    const { url } = await serve(answers);
    return await watch(`${url}/${hash}`, options, allowedErrors);
  }

  async function watch(
    url: string,
    options: BrowserContextOptions = {},
    allowedErrors?: RegExp,
  ): Promise<WatchedPage> {
    const page = await openPage(browser, url, { timezoneId: 'Europe/Berlin', ...options }, allowedErrors);
    opened.push(page);
    await page.page.locator('h1').waitFor();
    return page;
  }

  const names = (page: Page) => page.locator('tbody th a').allTextContents();

  it('lists the events of the coming days and shades them in the chart', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    for (const viewport of [
      { width: 1280, height: 1100 },
      { width: 390, height: 1400 },
    ]) {
      const watched = await open([withCalendars(shop)], '#/triggers/demo/shop/shop-load', { viewport });
      const { page } = watched;
      const rows = await page.locator('.events tbody tr').allInnerTexts();
      assert.equal(rows.length, 3);
      assert.match(rows[0]!, /flash sale\s+19:30 in 25 min\s+2 h\s+x2\s+this trigger/);
      assert.match(
        rows[1]!,
        /Internationaler Frauentag\s+Sun 00:00 in 3 d 4 h\s+1 d\s+a day off\s+de-holidays/,
      );
      assert.match(
        rows[2]!,
        /spring collection\s+Thu 12 Mar 18:00 .*\s+6 h\s+x3, at least 20 replicas\s+launches/,
      );
      await page
        .getByText('The calendar launches (https://calendar.example.com) cannot be reached')
        .waitFor();
      await page.getByText('Known events count within the horizon: flash sale: x2.').waitFor();
      // The sale begins half an hour from now on, in the right half of the chart.
      const plot = page.locator('.chart.load .u-over');
      const { width, height } = (await plot.boundingBox())!;
      const texts = new Set<string>();
      for (let part = 0.6; part < 1; part += 0.02) {
        await plot.hover({ position: { x: part * width, y: height / 2 } });
        texts.add(await page.locator('.chart-head .readout').first().innerText());
      }
      assert.ok(
        [...texts].some((text) => /^\S.* · flash sale: x2$/.test(text)),
        [...texts].join('\n'),
      );
      watched.assertUnblemished();
      await watched.assertAccessible();
    }
  });

  it('shows every trigger in words, without an error, another host or a barrier', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const watched = await open([...workloads, ...oddSamples()], '#/', { colorScheme });
      const { page } = watched;
      const rows = await page.locator('tbody tr').allInnerTexts();
      assert.equal(rows.length, 9);
      assert.match(rows[3]!, /demo\/shop[\s\S]*336\s+440\s+9 → 11\s+peak 20:00\s+Daily \+ weekly/);
      assert.match(rows[3]!, /31\s% closer than reacting/);
      assert.match(rows[2]!, /Trend\s+warming up: daily season in 14 h/);
      assert.match(
        rows[4]!,
        /Guarded\s+forecast not clearly closer than reacting, or the load stays away; the last load counts for more\s+12\s% further off than reacting/,
      );
      assert.match(rows[6]!, /No answer\s+the query cannot serve as a trigger/);
      assert.match(rows[7]!, /Starting/);
      const peak = page.locator('tbody tr').nth(3).locator('td time').first();
      assert.equal(await peak.getAttribute('title'), '2026-03-04 19:00:00 UTC');
      await watched.assertAccessible();
      watched.assertUnblemished();
    }
  });

  it('finds, narrows down and sorts, and keeps that in the address', async () => {
    const { page, assertUnblemished } = await open([...workloads, ...oddSamples()]);
    await page.getByLabel('Find').fill('shop or');
    assert.deepEqual(await names(page), ['shop/orders']);
    await page.getByLabel('Find').fill('demo');
    await page.getByRole('button', { name: 'Load now' }).click();
    const ordered = await names(page);
    assert.equal(ordered[0], 'demo/shop');
    assert.equal(ordered.at(-1), 'demo/office-api');
    assert.equal(await page.locator('th[aria-sort]').getAttribute('aria-sort'), 'descending');
    await page.reload();
    await page.locator('tbody tr').first().waitFor();
    assert.deepEqual(await names(page), ordered);
    await page.getByLabel('Find').fill('');
    await page.getByRole('button', { name: /^No answer/ }).click();
    assert.deepEqual((await names(page)).sort(), ['shop/invoices', 'shop/orders']);
    await page.getByLabel('Find').fill('nothing of the kind');
    await page.getByRole('button', { name: 'Show all triggers' }).click();
    assert.equal((await names(page)).length, 9);
    assertUnblemished();
  });

  it('opens a trigger by keyboard and explains its number step by step', async () => {
    const watched = await open(workloads);
    const { page } = watched;
    await page.getByLabel('Find').focus();
    for (let i = 0; i < 20; i++) {
      await page.keyboard.press('Tab');
      const focused = await page.evaluate('document.activeElement.textContent');
      if (focused === 'demo/shop') break;
    }
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'demo/shop' }).waitFor();
    const steps = await page.locator('.steps li').allInnerTexts();
    assert.equal(steps[0], 'Observed load: 336 at 19:05.');
    assert.match(
      steps[1]!,
      /^Highest load forecast within 1 h: 440, most likely at 20:00 \(in 55 min\)\. 90\s%/,
    );
    assert.match(
      steps[2]!,
      /^The model alone makes this forecast: it was 31\s% closer than reacting over 1,002 past forecasts\.$/,
    );
    assert.equal(steps[3], 'The forecast is the larger of the two and decides: 440.');
    assert.match(steps[4]!, /^KEDA is answered 440 and “active”/);
    // 440 at 40 a replica.
    assert.match(steps[5]!, /^At 40 per replica that asks for 11 replicas/);
    assert.equal(await page.title(), 'demo/shop – Predictive scaler');
    await page.getByRole('link', { name: 'All triggers' }).click();
    await page.getByRole('heading', { name: 'Triggers' }).waitFor();
    watched.assertUnblemished();
  });

  it('speaks of the trigger’s own quantile, and of each parameter and recursion by name', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const trigger = { ...shop.trigger, quantile: 0.975 };
    const cautious = withSnapshot({ ...shop, trigger }, { trigger });
    const { page, assertUnblemished } = await open([cautious], SHOP);
    const text = await page.locator('.cards').innerText();
    assert.match(text, /91\s% of the peaks stayed at or below the forecast; 97\.5\s% should/);
    // 2 * 0.975 above and 2 * 0.025 below: the weights of the quantile loss, doubled.
    assert.match(text, /a peak above the forecast counts 1\.95 times and one below it 0\.05 times/);
    assert.doesNotMatch(text, /\b90\s%/);
    const model = page.locator('table.numbers', { hasText: 'Recursion' }).first();
    assert.ok((await model.locator('thead th').allInnerTexts()).includes('ω'));
    // The recursions that the fit compares: their names are sentences as they are.
    const recursions = await model.locator('tbody th').allInnerTexts();
    for (const name of recursions)
      assert.match(name, /^(last value|trend|same time (1 day|7 days) ago|season of [\w ]+(, log)?)$/);
    assertUnblemished();
  });

  for (const [timezoneId, sentence] of [
    ['UTC', /Times are in UTC\.$/],
    ['Europe/Berlin', /Times are in Europe\/Berlin; point at one to see it in UTC\.$/],
  ] as const)
    it(`says in which zone times are, in ${timezoneId}`, async () => {
      const { page } = await open(workloads, '#/', { timezoneId });
      assert.match((await page.locator('footer').innerText()).trim(), sentence);
    });

  it('draws a trigger’s charts without an error, another host or a barrier, in both themes', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const watched = await open(workloads, SHOP, { colorScheme });
      await watched.page.locator('.chart canvas').nth(3).waitFor();
      await watched.page.getByText('Forecast in numbers').click();
      assert.equal(await watched.page.locator('details tbody tr').count(), 24);
      await watched.assertAccessible();
      watched.assertUnblemished();
    }
  });

  it('zooms by dragging and by button, tells values under the pointer, and comes back to now', async () => {
    const { page, assertUnblemished } = await open(workloads, SHOP);
    const chart = page.locator('.chart.load .u-over');
    await chart.waitFor();
    await chart.scrollIntoViewIfNeeded();
    const box = (await chart.boundingBox())!;
    const readout = page.locator('.readout').first();
    const at = async (share: number) => {
      await page.mouse.move(box.x + share * box.width, box.y + 50);
      await page.evaluate(
        'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
      );
      return (await readout.innerText()).slice(0, 'Tue 3 Mar 12:3'.length);
    };
    const [left, right] = [await at(0.1), await at(0.5)];
    assert.match(left, /^Tue 3 Mar 1\d:\d/);
    assert.match(await page.getByRole('button', { name: /^Load/ }).innerText(), /\d/);
    const pressed = page.locator('.spans [aria-pressed="true"]');
    assert.equal(await pressed.innerText(), '2 d');
    await page.mouse.move(box.x + 0.1 * box.width, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 60, { steps: 5 });
    await page.mouse.up();
    assert.equal(await pressed.count(), 0);
    assert.equal(await at(0.002), left);
    assert.equal(await at(0.998), right);
    await page.getByRole('button', { name: 'Zoom out' }).click();
    assert.notEqual(await at(0.002), left);
    await page.getByRole('button', { name: 'Back to now' }).click();
    assert.equal(await pressed.innerText(), '2 d');
    assertUnblemished();
  });

  it('hides and shows a line of the chart', async () => {
    const { page, assertUnblemished } = await open(workloads, SHOP);
    await page.locator('.chart.load canvas').waitFor();
    const picture = () => page.evaluate(`document.querySelector('.chart.load canvas').toDataURL()`);
    const whole = await picture();
    const answered = page.getByRole('button', { name: /^Answered/ });
    await answered.click();
    assert.equal(await answered.getAttribute('aria-pressed'), 'false');
    assert.notEqual(await picture(), whole);
    await answered.click();
    assert.equal(await picture(), whole);
    assertUnblemished();
  });

  it('changes between themes, repaints the charts and remembers the choice', async () => {
    const { page, assertUnblemished } = await open(workloads, SHOP, { colorScheme: 'light' });
    await page.locator('.chart.load canvas').waitFor();
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const picture = () => page.evaluate(`document.querySelector('.chart.load canvas').toDataURL()`);
    const [light, lightPicture] = [await ground(), await picture()];
    const button = page.getByRole('button', { name: /^Theme/ });
    await button.click();
    await button.click();
    assert.equal(await button.innerText(), 'Theme: dark');
    const dark = await ground();
    assert.notEqual(dark, light);
    assert.notEqual(await picture(), lightPicture);
    await page.reload();
    assert.equal(await ground(), dark);
    assertUnblemished();
  });

  it('prints in the light theme whatever the screen shows', async () => {
    const { page, assertUnblemished } = await open(workloads, SHOP, { colorScheme: 'light' });
    await page.locator('.chart.load canvas').waitFor();
    const look = `JSON.stringify([
      getComputedStyle(document.body).backgroundColor,
      document.querySelector('.chart.load canvas').toDataURL(),
    ])`;
    const light = await page.evaluate<string>(look);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.evaluate(`new Promise((resolve) => {
      const isLight = () => JSON.parse(${look})[1] === ${JSON.stringify(JSON.parse(light)[1])};
      const wait = () => (isLight() ? requestAnimationFrame(wait) : resolve());
      wait();
    })`);
    const dark = await page.evaluate(look);
    await page.evaluate(
      `addEventListener('beforeprint', () => queueMicrotask(() => { globalThis.printed = ${look}; }))`,
    );
    await page.pdf();
    assert.ok((await page.evaluate('globalThis.printed')) === light);
    assert.ok((await page.evaluate(look)) === dark);
    assertUnblemished();
  });

  it('fits charts to paper that is narrower than the screen', async () => {
    const { page } = await open(workloads, SHOP, { viewport: { width: 1280, height: 900 } });
    await page.locator('.chart.load canvas').waitFor();
    await page.emulateMedia({ media: 'print' });
    // Measured at once, as browsers print: before the chart hears of its new size.
    const width = await page.evaluate<number>(`(() => {
      document.querySelector('main').style.width = '600px';
      return document.querySelector('.chart.load canvas').getBoundingClientRect().width;
    })()`);
    assert.ok(width > 400 && width <= 600, `the chart is ${width} pixels wide`);
  });

  it('renews itself in place: the row and its focus stay', async () => {
    const answers = new SampleAnswers(workloads);
    const { page, assertUnblemished } = await open(answers);
    const link = page.getByRole('link', { name: 'demo/shop' });
    await link.focus();
    await page.evaluate(`document.querySelectorAll('tbody tr')[3].id = 'marked'`);
    answers.samples = workloads.map((sample) => {
      return sample.trigger.scaledObject === 'shop' ? withSnapshot(sample, { observed: 777 }) : sample;
    });
    // Longer than the second for which the server answers from memory.
    await page.waitForTimeout(1100);
    await refresh(page);
    await page.getByText('777').waitFor();
    assert.match(await page.locator('#marked').innerText(), /777/);
    assert.equal(await page.evaluate('document.activeElement.textContent'), 'demo/shop');
    assertUnblemished();
  });

  it('says which overload is accepted, which there was, and what the policy of the day costs', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const { page } = await open(
      [withOverload(shop, { day: 0.0042, week: undefined })],
      '#/triggers/demo/shop/shop-load',
    );
    const panel = page.locator('section.panel', { has: page.locator('h2:text-is("Overload")') });
    const text = (await panel.innerText()).replaceAll('\u00a0', ' ');
    assert.match(text, /Accepted: 1 % of the time in overload/);
    assert.match(
      text,
      /In the last day there was 0\.42 % \(measured on the ready pods\), in the last week [\d.]+ % \(simulated/,
    );
    assert.match(text, /pods for [\d.]+ % of .*\./);
    assert.match(
      text,
      /On the 7 days before, it would have kept the target: [\d.]+ % of overload at \d+ pod-hours a day/,
    );
    assert.match(text, /pod-hours than a reactive HPA set in the same way for 1 %/);
    assert.equal(await panel.locator('canvas').count(), 1);
    const why = await page.locator('ol.steps').innerText();
    assert.match(why, /To stay within 1.% of overload, the policy of the day wants pods for/);
  });

  it('has no panel about overload where none is stated', async () => {
    const { page } = await open(workloads, '#/triggers/demo/shop/shop-load');
    await page.locator('.chart canvas').first().waitFor();
    assert.equal(await page.locator('h2:text-is("Overload")').isVisible(), false);
  });

  it('shows names, queries and errors as text, whatever they hold', async () => {
    const evil = '<img src=x onerror="document.title=\'owned\'">';
    const bidi = '\u202Eevil\u0000\u2028';
    const trigger = testTrigger({
      namespace: `${evil}/../..`,
      scaledObject: `${evil}?#&%2F`,
      metricName: `${bidi}'"\`$(reboot)`,
      query: `sum(x{y="</script>${evil}"})`,
      notices: [evil],
    });
    const watched = await open([{ ...workloads[0]!, trigger }]);
    const { page } = watched;
    assert.equal(await page.locator('tbody th a').innerText(), `${evil}/../../${evil}?#&%2F`);
    await page.locator('tbody th a').click();
    await page.getByRole('heading', { name: trigger.scaledObject }).waitFor();
    assert.equal(await page.locator('.settings code').innerText(), trigger.query);
    assert.equal(await page.locator('.notice li').innerText(), evil);
    assert.equal(await page.locator('main img').count(), 0);
    assert.notEqual(await page.title(), 'owned');
    watched.assertUnblemished();
  });

  it('says what to do while there is no trigger, and when one is gone', async () => {
    const empty = await open([]);
    await empty.page.getByText('KEDA has not asked about any trigger yet.').waitFor();
    await empty.page.getByText('kubectl describe scaledobject NAME').waitFor();
    await empty.assertAccessible();
    empty.assertUnblemished();
    const gone = await open(workloads, '#/triggers/demo/nothing/of-it', {}, /404/);
    await gone.page.getByText('kubectl get scaledobject -n demo nothing').waitFor();
    gone.assertUnblemished();
  });

  it('says in one line what to do without JavaScript', async () => {
    const { url } = await serve(new SampleAnswers(workloads));
    const watched = await openPage(browser, url, { javaScriptEnabled: false });
    opened.push(watched);
    const said = await watched.page.locator('main').innerText();
    assert.match(said, /^This page needs JavaScript.*api\/triggers\.$/m);
  });

  it('explains an error and what to do about it', async () => {
    const watched = await open(oddSamples(), '#/triggers/shop/orders/orders-load');
    const text = await watched.page.locator('.cards').innerText();
    assert.match(
      text,
      /KEDA is answered an error: ScaledObject shop\/orders: the history source has not answered for 42m/,
    );
    assert.match(text, /Check that Prometheus runs, that the scaler may reach it/);
    // The source may have answered: with 401, a login page, or an empty result that is not allowed.
    assert.match(await watched.page.locator('.headline').innerText(), /the load cannot be read/);
    await watched.assertAccessible();
    watched.assertUnblemished();
  });

  it('keeps what it showed when the scaler goes away, and says so', async () => {
    const watched = await open(workloads, '#/', {}, /ERR_CONNECTION|Failed to load/);
    await servers.pop()!.close();
    await refresh(watched.page);
    await watched.page.getByText('The scaler does not answer. Trying again …').waitFor();
    assert.equal((await names(watched.page)).length, workloads.length);
    watched.assertUnblemished();
  });

  it('says what the answer asks for where another than the peak decides it', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const answers = { policy: 190, dry: 336 };
    const policy = withSnapshot(withOverload(shop), {
      value: answers.policy,
      unboundedValue: answers.policy,
    });
    const dry = withSnapshot(shop, {
      reason: 'observe-mode',
      status: 'observe-mode',
      decidedBy: 'observed',
      value: answers.dry,
      unboundedValue: answers.dry,
    });
    // 440 is the peak and 336 the load now, at 40 a replica; 190 asks for 5.
    for (const [sample, row, card] of [
      [
        policy,
        /9 → 5/,
        /KEDA is answered 190, which asks for 5 replicas; the load of now, 336, alone would ask for 9\./,
      ],
      [
        dry,
        /9 → 9/,
        /KEDA is answered the load of now, 336, which asks for 9 replicas; the peak would ask for 11\./,
      ],
    ] as const) {
      const { page } = await open([sample]);
      assert.match(await page.locator('tbody tr').innerText(), row);
      await page.getByRole('link', { name: 'demo/shop' }).click();
      assert.match(await page.locator('.cards').innerText(), card);
    }
  });

  it('writes settings as they are, to the second', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const { trigger, ...rest } = withOverload(shop);
    const { page } = await open(
      [{ ...rest, trigger: { ...trigger, podStartupSeconds: 90, horizonSeconds: 93_600 } }],
      SHOP,
    );
    const settings = (await page.locator('.settings').innerText()).replace(/\s+/g, ' ');
    assert.match(
      settings,
      /podStartup 1 min 30 s predictHorizon 1 d 2 h historyTimeWindow 14 d queryStep 5 min/,
    );
  });

  it('speaks of a peak whose step has begun as one of now, without the time that is past', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const forecast = { ...shopForecast(shop), peakAtSeconds: SAMPLE_NOW_SECONDS - 4 * 60 };
    const { page } = await open([withSnapshot(shop, { forecast })]);
    assert.match(await page.locator('tbody tr').innerText(), /9 → 11\s+peak now\s/);
    await page.getByRole('link', { name: 'demo/shop' }).click();
    const cards = await page.locator('.cards').innerText();
    assert.match(cards, /most likely now\. It asks for 11 replicas/);
    assert.match(cards, /440, most likely now\. 90\s% of such peaks/);
  });

  it('does not say of a trigger in error that its forecast was never measured', async () => {
    const { page } = await open(oddSamples());
    const row = page.locator('tbody tr', { hasText: 'orders' });
    assert.equal(await row.locator('[data-label="Forecast"]').innerText(), '–');
    await row.getByRole('link').click();
    const cards = await page.locator('.cards').innerText();
    assert.match(cards, /Can I trust it\?\s+Not known while there is no answer\./);
  });

  it('says that a good forecast does not count while the load stays away', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const away = withSnapshot(shop, { modelShare: 0, guarded: true, reason: 'guarded', status: 'guarded' });
    const { page } = await open([away], SHOP);
    const explanation = await page.locator('ol', { hasText: 'KEDA is answered' }).innerText();
    assert.match(explanation, /stayed far below the forecast for half an hour/);
    assert.doesNotMatch(explanation, /closer than reacting/);
  });

  it('writes huge loads short enough for the table', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const huge = withSnapshot(shop, {
      observed: 1e16,
      value: 1.23456e16,
      forecast: { ...shopForecast(shop), peak: 1.23456e16 },
    });
    const { page } = await open([huge], '#/', { viewport: { width: 1280, height: 800 } });
    // Over 40 a replica that is more than the 2,147,483,647 replicas that an HPA can have.
    assert.match(await page.locator('tbody tr').innerText(), /1e16\s+1\.235e16\s+2\.147e9 → 2\.147e9/);
    const { width, inside } = await page
      .locator('.scroll')
      .evaluate((frame) => ({ width: frame.clientWidth, inside: frame.scrollWidth }));
    assert.equal(inside, width, 'the table is wider than its frame');
  });

  it('writes the names of events, now and the peak beside one another in the chart', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    // An event that began five minutes ago, and a peak within it, at the upper edge of the chart.
    const startSeconds = SAMPLE_NOW_SECONDS - 300;
    const event = readEvents(
      `Launch of the summer: ${new Date(startSeconds * 1000).toISOString().slice(0, 16)}/PT2H x3`,
    )[0]!;
    const trigger = { ...shop.trigger, timezone: 'UTC', events: [event] };
    for (const minutesAhead of [0, 20])
      for (const width of [1280, 390]) {
        const forecast = {
          ...shopForecast(shop),
          peak: 2292,
          peakAtSeconds: SAMPLE_NOW_SECONDS + 60 * minutesAhead,
        };
        const sample = withSnapshot({ ...shop, trigger }, { forecast });
        const { page } = await open([sample], SHOP, { viewport: { width, height: 900 } });
        await page.locator('.chart.load canvas').waitFor();
        const texts = await page.evaluate(textsInChart);
        assert.ok(
          ['now', 'peak 2,292'].every((text) => texts.some((one) => one.text === text)),
          JSON.stringify(texts),
        );
        assert.ok(
          texts.some(({ text }) => text.startsWith('Laun')),
          JSON.stringify(texts),
        );
        const overlaps = texts.flatMap((a, i) =>
          texts
            .slice(i + 1)
            .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
            .map((b) => [a, b]),
        );
        assert.deepEqual(overlaps, [], `at ${width} pixels, ${minutesAhead} min ahead`);
      }
  });

  it('draws no chart that has nothing in it yet', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const heading = (page: Page, name: string) => page.locator(`h2:text-is("${name}")`);
    const started = await open([withPast(shop, 2)], SHOP);
    await started.page.locator('.chart.load canvas').waitFor();
    assert.equal(await heading(started.page, 'Replicas').isVisible(), false);
    const later = await open([withPast(shop, 13)], SHOP);
    await later.page.locator('.chart.replicas canvas').waitFor();

    const orders = oddSamples()[0]!;
    const broken = await open(
      [{ ...withPast(orders, 40, Number.NaN) }],
      '#/triggers/shop/orders/orders-load',
    );
    await broken.page.getByText('There is no history to draw yet.').waitFor();
    for (const name of ['Load', 'Replicas'])
      assert.equal(await heading(broken.page, name).isVisible(), false, name);
  });

  it('leaves no panel half empty beside the settings', async () => {
    const { page } = await open(workloads, SHOP, { viewport: { width: 1280, height: 900 } });
    await page.locator('.settings').waitFor();
    const blank = await page.locator('.changes').evaluate((list) => {
      const panel = list.closest('.panel')!;
      return panel.getBoundingClientRect().bottom - list.getBoundingClientRect().bottom;
    });
    assert.ok(blank < 40, `${blank} pixels below the changes`);
  });

  it('fits on a phone', async () => {
    for (const hash of ['#/', SHOP]) {
      const watched = await open([...workloads, ...oddSamples()], hash, {
        viewport: { width: 360, height: 740 },
        isMobile: true,
        hasTouch: true,
      });
      if (hash === SHOP) await watched.page.locator('.chart canvas').nth(3).waitFor();
      const width = await watched.page.evaluate('document.documentElement.scrollWidth');
      assert.equal(width, 360, 'the page is wider than the screen');
      await watched.assertAccessible();
      watched.assertUnblemished();
    }
  });

  it('has every column of the list in view on a tablet', async () => {
    const { page } = await open(workloads, '#/', { viewport: { width: 768, height: 1024 } });
    const { width, inside } = await page
      .locator('.scroll')
      .evaluate((frame) => ({ width: frame.clientWidth, inside: frame.scrollWidth }));
    assert.equal(inside, width, 'columns lie beyond the edge');
  });

  it('says whose clock the seasons of a trigger follow', async () => {
    const shop = workloads.find(({ trigger }) => trigger.scaledObject === 'shop')!;
    const { page } = await open(
      [{ ...shop, trigger: { ...shop.trigger, timezone: 'Australia/Lord_Howe' } }],
      SHOP,
    );
    await page
      .getByRole('heading', {
        name: 'Seasons that the model has learned, by the clock of Australia/Lord_Howe',
      })
      .waitFor();
  });

  it('steers the demo and shows its comparison', async () => {
    const { url } = await serve(new SampleAnswers(workloads), new SampleDemo(workloads));
    const watched = await watch(url);
    const { page } = watched;
    const demo = page.getByRole('region', { name: 'Demo' });
    await demo.locator('canvas').waitFor();
    assert.match(
      await demo.innerText(),
      /Overloaded for \d+ minutes with this scaler and \d+ minutes with a reactive HPA/,
    );
    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByRole('button', { name: 'Resume' }).click();
    await page.getByRole('button', { name: 'Pause' }).waitFor();
    await page.getByRole('button', { name: '1,200×' }).click();
    await page.locator('.steer [aria-pressed="true"]', { hasText: '1,200×' }).waitFor();
    await page.getByLabel('Replicas of', { exact: true }).selectOption({ label: 'reports' });
    await demo.getByText('A burst at every full hour.').waitFor();
    await watched.assertAccessible();
    watched.assertUnblemished();
    const refused = await fetch(`${url}/api/demo/pause`, {
      method: 'POST',
      headers: { 'Sec-Fetch-Site': 'cross-site' },
    });
    assert.equal(refused.status, 403);
  });

  it('keeps the figures of the demo beside each other on a phone', async () => {
    const { url } = await serve(new SampleAnswers(workloads), new SampleDemo(workloads));
    const watched = await watch(url, { viewport: { width: 360, height: 740 }, isMobile: true });
    const figures = watched.page.locator('.side.predictive .figure');
    await figures.nth(2).waitFor();
    // As in a demo that has run for months; at once, since the page renews its figures.
    const tops = await figures.evaluateAll((all) => {
      for (const figure of all) figure.textContent = '12,345';
      return all.map((figure) => figure.getBoundingClientRect().top);
    });
    assert.equal(new Set(tops).size, 1, `the figures begin at ${tops.join(', ')}`);
  });

  it('draws 500 triggers with less than a second of work, and needs less than 300 KB', async () => {
    const { url } = await serve(new SampleAnswers(manySamples(500)));
    const context = await browser.newContext();
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    // In the time of the page's own thread: what other programs do on this machine does not count.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    await session.send('Network.enable');
    let bytes = 0;
    session.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength;
    });
    await page.goto(url);
    await page.locator('tbody tr').nth(499).waitFor();
    const { metrics } = await session.send('Performance.getMetrics');
    const seconds = metrics.find(({ name }) => name === 'TaskDuration')!.value;
    await context.close();
    assert.ok(seconds < 1, `${seconds.toFixed(2)} s of work`);
    assert.ok(bytes < 300_000, `${bytes} bytes, the list included`);
  });

  /** What the page does by itself every few seconds. */
  async function refresh(page: Page): Promise<void> {
    await page.evaluate(`document.dispatchEvent(new Event('visibilitychange'))`);
  }
});

/** What the load chart writes at its next drawing beside the axes, and where. Runs in the page. */
function textsInChart() {
  const canvas = document.querySelector('.chart.load canvas') as HTMLCanvasElement;
  const texts: { text: string; left: number; right: number; top: number; bottom: number }[] = [];
  const proto = CanvasRenderingContext2D.prototype;
  const original = proto.fillText;
  proto.fillText = function (text, x, y) {
    original.call(this, text, x, y);
    // Marks of the axes are single numbers and times.
    if (this.canvas !== canvas || !/^[a-z]{3}/i.test(text) || /^(replicas|\w{3} \d)/.test(text)) return;
    const {
      actualBoundingBoxLeft,
      actualBoundingBoxRight,
      actualBoundingBoxAscent,
      actualBoundingBoxDescent,
    } = this.measureText(text);
    texts.push({
      text,
      left: x - actualBoundingBoxLeft,
      right: x + actualBoundingBoxRight,
      top: y - actualBoundingBoxAscent,
      bottom: y + actualBoundingBoxDescent,
    });
  };
  document.documentElement.dispatchEvent(new Event('themechanged'));
  return new Promise<typeof texts>((resolve) => {
    requestAnimationFrame(() => {
      proto.fillText = original;
      resolve(texts);
    });
  });
}
