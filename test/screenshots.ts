/**
 * Takes the pictures of the status page that README and docs show, from the demo's workloads at a fixed moment.
 *
 * Usage: npm run screenshots
 */

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import upng from 'upng-js';
import { packageRoot } from '../scaler/shared/package-root.js';
import { demoPanel } from '../scaler/web/demo-panel.js';
import { statusPage } from '../scaler/web/status-page.js';
import { launchBrowser, openPage } from './support/browser.js';
import { ManualClock } from './support/manual-clock.js';
import { SAMPLE_NOW_SECONDS, SampleAnswers, workloadSamples } from './support/web/sample-answers.js';
import { SampleDemo } from './support/web/sample-demo.js';
import { servePages } from './support/web/serve-page.js';

const folder = process.argv[2] ?? join(packageRoot, 'docs/images');

const desktop: BrowserContextOptions = {
  viewport: { width: 1280, height: 1100 },
  timezoneId: 'Europe/Berlin',
};
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 1400 },
  hasTouch: true,
  isMobile: true,
  timezoneId: 'Europe/Berlin',
};

const shop = '#/triggers/demo/shop/shop-load';

const PICTURES: readonly { name: string; hash: string; options: BrowserContextOptions }[] = [
  { name: 'overview-light', hash: '#/', options: { ...desktop, colorScheme: 'light' } },
  { name: 'overview-dark', hash: '#/', options: { ...desktop, colorScheme: 'dark' } },
  { name: 'overview-phone', hash: '#/', options: { ...phone, colorScheme: 'light' } },
  { name: 'trigger-light', hash: shop, options: { ...desktop, colorScheme: 'light' } },
  { name: 'trigger-dark', hash: shop, options: { ...desktop, colorScheme: 'dark' } },
  { name: 'trigger-phone', hash: shop, options: { ...phone, colorScheme: 'dark' } },
];

const samples = workloadSamples();
const served = await servePages(
  demoPanel(new SampleDemo(samples)),
  statusPage({
    answers: new SampleAnswers(samples),
    clock: new ManualClock(SAMPLE_NOW_SECONDS + 8),
    scalerAddress: 'predictive-scaler.predictive-scaler:50051',
    localAccess: { address: 'localhost:50051' },
  }),
);
const browser: Browser = await launchBrowser();
mkdirSync(folder, { recursive: true });
try {
  for (const { name, hash, options } of PICTURES) {
    const { page, close } = await openPage(browser, `${served.url}/${hash}`, options);
    await page.locator('.chart canvas').first().waitFor();
    // Each chart is drawn within a frame of its data.
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    writeFileSync(join(folder, `${name}.png`), inFewColors(await page.screenshot()));
    await close();
  }
} finally {
  await browser.close();
  await served.close();
}

/** The same picture in 128 colors, which takes a third of the space. */
function inFewColors(png: Buffer): Buffer {
  const picture = upng.decode(new Uint8Array(png).buffer);
  return Buffer.from(upng.encode(upng.toRGBA8(picture), picture.width, picture.height, 128));
}
