import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium } from 'playwright-core';
import { testBacktest, testReplayTrigger } from '../../../test/support/backtest/backtest.js';
import { minuteSamples, officeLoad } from '../../../test/support/backtest/load.js';
import { recommend } from '../recommend.js';
import { reportHtml } from './report.js';

const HOSTILE = 'load of </script><img src="http://127.0.0.1:9/x" onerror="document.title=1"> & "checkout"';

describe('the report page', () => {
  let folder: string;
  let file: string;
  let browser: Browser;

  before(async () => {
    const backtest = testBacktest(minuteSamples(4, officeLoad), 1);
    const recommendation = recommend(backtest);
    folder = await mkdtemp(join(tmpdir(), 'report-'));
    file = join(folder, 'report.html');
    await writeFile(
      file,
      await reportHtml({
        title: HOSTILE,
        backtest,
        thresholdDerived: false,
        recommendation,
        yaml: `# ${HOSTILE}\n`,
      }),
    );
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--disable-background-networking',
        '--disable-sync',
      ],
    });
  });
  after(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  for (const [name, width, colorScheme] of [
    ['a light desktop', 1200, 'light'],
    ['a dark desktop', 1200, 'dark'],
    ['a phone', 375, 'light'],
  ] as const)
    it(`draws its charts on ${name} without a request, an error or a sideways scroll`, async () => {
      const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
      const requests: string[] = [];
      const problems: string[] = [];
      page.on('request', (request) => requests.push(request.url()));
      page.on('console', (message) => problems.push(message.text()));
      page.on('pageerror', (error) => problems.push(error.message));
      await page.goto(pathToFileURL(file).href);
      await page.locator('#cost-chart canvas').waitFor();

      assert.equal(await page.locator('.chart canvas').count(), 4);
      assert.deepEqual(
        requests.filter((url) => !url.startsWith('data:')),
        [pathToFileURL(file).href],
      );
      assert.deepEqual(problems, []);
      const scrollWidth = await page.evaluate('document.documentElement.scrollWidth');
      assert.ok((scrollWidth as number) <= width, `the page is ${scrollWidth} wide on a screen of ${width}`);
      await page.close();
    });

  it('writes the names of events and of the lanes of overload into its charts, and marks the overload', async () => {
    const backtest = testBacktest(minuteSamples(4, officeLoad), 1);
    const launch = {
      name: 'Launch',
      calendar: 'events',
      startSeconds: backtest.startSeconds + 6 * 3600,
      endSeconds: backtest.startSeconds + 12 * 3600,
      effects: { factor: 2, learn: false },
    };
    const withEvent = join(folder, 'event.html');
    const finding = {
      title: 'launch',
      backtest: { ...backtest, events: [launch] },
      thresholdDerived: false,
      yaml: '',
    };
    await writeFile(withEvent, await reportHtml({ ...finding, recommendation: recommend(backtest) }));
    const page = await browser.newPage({ viewport: { width: 1200, height: 800 }, colorScheme: 'light' });
    await page.addInitScript(noteTexts);
    await page.goto(pathToFileURL(withEvent).href);
    await page.locator('#cost-chart canvas').waitFor();
    const texts = (id: string) => page.evaluate<string[]>(`textsByChart['${id}'] ?? []`);
    // Each chart is drawn within a frame of its data.
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    for (const chart of ['load-chart', 'replica-chart'])
      assert.ok((await texts(chart)).includes('Launch: x2'), chart);
    const lanes = (await texts('overload-chart')).map((text) => text.replace(': never', ''));
    for (const name of ['reactive HPA', 'same time yesterday', 'this scaler'])
      assert.ok(lanes.includes(name), `${name} is missing in ${lanes.join(', ')}`);
    // A lane is as wide as the chart; the color of --overload is #c9372c.
    const marked = await page.evaluate<number>(`(() => {
      const canvas = document.querySelector('#overload-chart canvas');
      const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4)
        if (data[at] === 0xc9 && data[at + 1] === 0x37 && data[at + 2] === 0x2c) count++;
      return count;
    })()`);
    assert.ok(marked > 0, 'no overload is marked');
    await page.close();
  });

  it('has every column of the comparison in view on a desktop, with the ways of scaling for a target too', async () => {
    // Two weeks of up to 90 replicas: five-digit pod-hours and long stretches of overload make wide columns.
    const backtest = testBacktest(
      minuteSamples(21, (minute) => 9 * officeLoad(minute)),
      14,
      { trigger: { ...testReplayTrigger, targetOverload: 0.01 } },
    );
    const wide = join(folder, 'target.html');
    const recommendation = recommend(backtest);
    await writeFile(
      wide,
      await reportHtml({ title: 'target', backtest, thresholdDerived: false, recommendation, yaml: '' }),
    );
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    await page.goto(pathToFileURL(wide).href);
    await page.getByRole('rowheader', { name: 'this scaler, at your target' }).waitFor();
    const { width, inside } = await page
      .getByRole('region', { name: 'Comparison table' })
      .evaluate((frame) => ({ width: frame.clientWidth, inside: frame.scrollWidth }));
    assert.equal(inside, width, 'columns lie beyond the edge');
    await page.close();
  });

  it('draws no costs where there is nothing to scale', async () => {
    const page = await browser.newPage();
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    const backtest = testBacktest(
      minuteSamples(4, () => 5),
      1,
    );
    const unscaled = join(folder, 'unscaled.html');
    const recommendation = recommend(backtest);
    await writeFile(
      unscaled,
      await reportHtml({ title: 'steady', backtest, thresholdDerived: false, recommendation, yaml: '' }),
    );
    await page.goto(pathToFileURL(unscaled).href);
    await page.getByRole('heading', { name: 'Nothing to scale at this threshold.' }).waitFor();
    assert.equal(await page.locator('.chart canvas').count(), 3);
    assert.equal(await page.getByText('Cost against overload').count(), 0);
    assert.deepEqual(problems, []);
    await page.close();
  });

  it('shows text as text', async () => {
    const page = await browser.newPage();
    await page.goto(pathToFileURL(file).href);
    assert.equal(await page.locator('h1').textContent(), HOSTILE);
    assert.equal(await page.title(), `Backtest of ${HOSTILE}`);
    assert.equal(await page.locator('#yaml').textContent(), `# ${HOSTILE}\n`);
    assert.equal(await page.locator('img').count(), 0);
    await page.close();
  });

  it('zooms all charts over time together, and keeps hidden lines hidden when the colors change', async () => {
    const page = await browser.newPage({ colorScheme: 'light' });
    await page.goto(pathToFileURL(file).href);
    const replicas = page.locator('#replica-chart');
    await page.getByRole('button', { name: '6 h' }).click();
    await page.getByRole('button', { name: 'Earlier' }).click();
    await replicas.getByText('this scaler').click();
    await page.emulateMedia({ colorScheme: 'dark' });
    const hidden = replicas.locator('[aria-pressed="false"]', { hasText: 'this scaler' });
    await hidden.waitFor();
    assert.equal(await hidden.count(), 1);
    await page.close();
  });
});

/** Notes what is written on the canvas of each chart, by the id of its frame. Runs in the page. */
function noteTexts(): void {
  const noted: Record<string, string[]> = {};
  Object.assign(globalThis, { textsByChart: noted });
  const proto = CanvasRenderingContext2D.prototype;
  const original = proto.fillText;
  proto.fillText = function (text, x, y) {
    original.call(this, text, x, y);
    const chart = this.canvas.closest('[id]')!.id;
    noted[chart] = [...(noted[chart] ?? []), text];
  };
}
