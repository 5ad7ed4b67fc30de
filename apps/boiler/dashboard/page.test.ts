import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { createTestDatabase, type TestDatabase } from '../../../test/support/boiler/database.js';
import { metricOf } from '../../../test/support/boiler/metrics.js';
import { pastReadings } from '../../../test/support/boiler/past-readings.js';
import { launchBrowser, openPage } from '../../../test/support/browser.js';
import { ChildProgram } from '../../../test/support/child-program.js';
import { MariadbServer } from '../../local-stack/servers/mariadb-server.js';
import { pollUntil } from '../../local-stack/servers/poll-until.js';
import { defaultDeviationRule } from '../anomaly/deviation.js';
import type { Reading } from '../reading.js';
import { storeBatch } from '../store/reading-store.js';

const rules = { deviation: defaultDeviationRule, alertQuietSeconds: 300 };
/** The past is made from the time of day: at some times its noise alone is an anomaly for the rule in use. */
const rulesOfThePast = { ...rules, deviation: { ...defaultDeviationRule, deviations: 100 } };

/** How many pixels of the chart have a color. @param rgb red, green and blue, such as `10,125,108` */
function pixelsOf(page: Page, rgb: string): Promise<number> {
  return page.evaluate(`(() => {
    const canvas = document.querySelector('#chart canvas');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let count = 0;
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3] === 255 && data[at] + ',' + data[at + 1] + ',' + data[at + 2] === '${rgb}') count++;
    return count;
  })()`);
}

/** Whether the page is as wide as its window. */
function fits(page: Page): Promise<boolean> {
  return page.evaluate('document.documentElement.scrollWidth <= innerWidth');
}

describe('the boiler’s dashboard', () => {
  let browser: Browser;
  let database: TestDatabase;
  let dashboard: ChildProgram;
  let url: string;
  let newest: Reading;

  const startDashboard = (environment: Record<string, string>) =>
    new ChildProgram(new URL('./main.js', import.meta.url), {
      HOST: '127.0.0.1',
      PORT: '0',
      METRICS_PORT: '0',
      REFRESH_SECONDS: '0.2',
      ...environment,
    });
  const store = (readings: Reading[], takenAtMs: number, judgedBy = rules) =>
    storeBatch(database.pool, { readings, takenAtMs, consumer: 'pod-1' }, judgedBy);
  before(async () => {
    browser = await launchBrowser();
    database = await createTestDatabase();
    const readings = pastReadings(Date.now(), {
      minutes: 30,
      boilers: 3,
      readingsPerSecond: 0.5,
      faultsPerHour: 0,
      seed: 'page',
    });
    for (let first = 0; first < readings.length; first += 100) {
      const batch = readings.slice(first, first + 100);
      await store(batch, batch.at(-1)!.measuredAtMs, rulesOfThePast);
    }
    newest = readings.findLast(({ boiler }) => boiler === 'page-1')!;
    dashboard = startDashboard(database.environment);
    url = await dashboard.url('http');
  });
  after(async () => {
    await dashboard.stop();
    await browser.close();
    await database.close();
  });

  for (const [name, options, line] of [
    ['a light desktop', { viewport: { width: 1280, height: 900 }, colorScheme: 'light' }, '10,125,108'],
    ['a dark desktop', { viewport: { width: 1280, height: 900 }, colorScheme: 'dark' }, '79,208,187'],
    ['a phone', { viewport: { width: 375, height: 800 }, colorScheme: 'light' }, '10,125,108'],
  ] as const) {
    it(`draws its chart and fills its tables on ${name}, for everybody and without an error`, async () => {
      const watched = await openPage(browser, url, options);
      const { page } = watched;
      await page.waitForSelector('.connection.live');
      // The line of page-3 in its color of the style sheet: 30 minutes of it are over a hundred pixels.
      await pollUntil('the line of page-3 on the canvas', async () => (await pixelsOf(page, line)) > 100);
      assert.equal(await page.locator('.boiler').count(), 3);
      assert.ok((await page.locator('#batches tr').count()) >= 5);
      assert.match(
        (await page.locator('#batches tr td').first().textContent())!,
        /^\d{4}-\d\d-\d\d_\d\d-\d\d$/,
      );
      assert.equal(await page.locator('#no-anomalies').isVisible(), true);
      assert.equal(await fits(page), true, 'no sideways scroll');
      await watched.assertAccessible();
      watched.assertUnblemished();
      await watched.close();
    });
  }

  it('shows the values under the pointer', async () => {
    const watched = await openPage(browser, url, { viewport: { width: 1280, height: 900 } });
    const { page } = watched;
    await page.waitForSelector('#chart canvas');
    // A quarter from the right: a quarter of an hour ago, which the past of this test covers.
    const frame = (await page.locator('#chart').boundingBox())!;
    await page.mouse.move(frame.x + frame.width * 0.75, frame.y + frame.height / 2);
    await pollUntil('the readout', async () => {
      return /^at \d\d:\d\d$/.test((await page.locator('.readout').textContent()) ?? '');
    });
    assert.match((await page.locator('.legend').textContent())!, /page-1184\.\d °C/);
    watched.assertUnblemished();
    await watched.close();
  });

  it('marks in the chart when an alert was raised', async () => {
    const watched = await openPage(browser, url, {
      viewport: { width: 1280, height: 900 },
      colorScheme: 'light',
    });
    const { page } = watched;
    await page.waitForSelector('.connection.live');
    // The color --bad of the style sheet.
    const red = '179,38,30';
    assert.equal(await pixelsOf(page, red), 0);
    // In a minute that is over, since the chart shows whole minutes.
    const measuredAtMs = Date.now() - 120_000;
    await store(
      [{ ...newest, id: randomUUID(), boiler: 'page-2', measuredAtMs, temperature: 201.5 }],
      Date.now(),
    );
    // A triangle of ten by ten pixels, half of which is filled.
    await pollUntil('the mark of the alert', async () => (await pixelsOf(page, red)) > 30);
    watched.assertUnblemished();
    await watched.close();
  });

  it('shows what happens while it is open: a new value, its anomaly, its alert and its batch', async () => {
    const watched = await openPage(browser, url, { viewport: { width: 1280, height: 900 } });
    const { page } = watched;
    await page.waitForSelector('.connection.live');
    const boiler = page.locator('.boiler', { hasText: 'page-1' });
    assert.equal(await boiler.locator('.badge').textContent(), 'Normal');
    const countBefore = await page.locator('#anomalies tr').count();
    const now = Date.now();
    await store([{ ...newest, id: randomUUID(), measuredAtMs: now, temperature: 201.5 }], now);
    await pollUntil('the new temperature', async () => {
      return (await boiler.locator('.temperature').textContent()) === '201.5 °C';
    });
    await pollUntil('its anomaly', async () => {
      return (await boiler.locator('.badge').textContent()) === 'Temperature high';
    });
    assert.equal(await page.locator('#anomalies tr').count(), countBefore + 1);
    const row = page.locator('#anomalies tr').first();
    assert.deepEqual((await row.locator('td').allTextContents()).slice(1), [
      'page-1',
      'Temperature 201.5 °C',
      '150.0 to 195.0',
      '1',
      'limit, alert',
    ]);
    await watched.assertAccessible();
    watched.assertUnblemished();
    await watched.close();
  });

  it('speaks Portuguese when it is set to, with decimal commas', async () => {
    const other = startDashboard({ ...database.environment, APP_LANGUAGE: 'pt-BR' });
    const watched = await openPage(browser, await other.url('http'), {
      viewport: { width: 1280, height: 900 },
    });
    const { page } = watched;
    await page.waitForSelector('.connection.live');
    assert.equal(await page.evaluate('document.documentElement.lang'), 'pt-BR');
    assert.equal(await page.title(), 'Caldeiras');
    const text = (await page.locator('body').innerText()).replaceAll(/\s+/g, ' ');
    for (const words of ['Ao vivo', 'Temperatura do vapor por minuto', 'Vazão de vapor', 'ID do lote'])
      assert.ok(text.includes(words), `"${words}" is missing in: ${text}`);
    assert.match(text, /18\d,\d °C/);
    assert.doesNotMatch(text, /%\w+%|\{\w+\}|undefined|\b(the|Boiler|Readings|minutes|Last|Expected)\b/);
    await watched.assertAccessible();
    watched.assertUnblemished();
    await watched.close();
    await other.stop();
  });

  it('asks the database only while somebody looks', async () => {
    const watched = await openPage(browser, url);
    await watched.page.waitForSelector('.connection.live');
    assert.equal(await metricOf(dashboard, 'boiler_dashboard_viewers'), 1);
    await watched.close();
    await pollUntil('the viewer to be gone', async () => {
      return (await metricOf(dashboard, 'boiler_dashboard_viewers')) === 0;
    });
    // One more read may be under way; after it there are none.
    const reads = () => metricOf(dashboard, 'boiler_dashboard_read_duration_seconds_count');
    await pollUntil('the reads to end', async () => {
      const before = await reads();
      await new Promise((resolve) => setTimeout(resolve, 600));
      return (await reads()) === before;
    });
  });

  it('answers a wrong path as JSON, and forbids scripts and hosts that are not its own', async () => {
    const page = await fetch(url);
    assert.match(
      page.headers.get('content-security-policy')!,
      /^default-src 'none';script-src 'self';style-src 'self';/,
    );
    const missing = await fetch(`${url}/page/nothing.js`);
    assert.equal(missing.status, 404);
    assert.deepEqual(await missing.json(), { error: 'no such page: the dashboard is at /' });
  });

  it('stops at once although pages are open', async () => {
    const other = startDashboard({ ...database.environment, SHUTDOWN_GRACE_SECONDS: '3600' });
    const watched = await openPage(browser, await other.url('http'), {}, /ERR_/);
    await watched.page.waitForSelector('.connection.live');
    assert.deepEqual(await other.stop(), { code: 0, signal: null });
    await watched.page.waitForSelector('.connection.trouble');
    assert.match((await watched.page.locator('#state').textContent())!, /No connection to the dashboard/);
    await watched.close();
  });

  it('says that the database is away, keeps what it shows, and goes on when it is back', async () => {
    const server = await MariadbServer.start();
    const address = new URL(server.url(await server.createDatabase()));
    const other = startDashboard({
      ...database.environment,
      MYSQL_PORT: address.port,
      MYSQL_DATABASE: address.pathname.slice(1),
    });
    try {
      const watched = await openPage(browser, await other.url('http'));
      const { page } = watched;
      await page.waitForSelector('.connection.live');
      assert.match(
        (await page.locator('#boilers').textContent())!,
        /No reading was stored in the last 60 minutes/,
      );
      await server.pause();
      await page.waitForSelector('.connection.trouble', { timeout: 20_000 });
      assert.match((await page.locator('#state').textContent())!, /The database does not answer/);
      assert.match((await page.locator('#boilers').textContent())!, /No reading was stored/);
      const away = await fetch(`${await other.url('http')}/api/overview`);
      assert.equal(away.status, 503);
      assert.match(((await away.json()) as { error: string }).error, /^The database does not answer/);
      await server.resume();
      await page.waitForSelector('.connection.live', { timeout: 20_000 });
      watched.assertUnblemished();
      await watched.close();
      assert.deepEqual(await other.stop(), { code: 0, signal: null });
    } finally {
      await other.stop();
      await server.close();
    }
  });
});
