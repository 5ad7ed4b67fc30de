/**
 * Takes the pictures of the status page that README and docs show, from the demo's workloads at a fixed moment.
 *
 * Usage: npm run screenshots
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { packageRoot } from '../scaler/package-root.js';
import { launchBrowser, openPage } from '../scaler/test-support/browser.js';
import { ManualClock } from '../scaler/test-support/manual-clock.js';
import { demoPanel } from '../scaler/web/demo-panel.js';
import { statusPage } from '../scaler/web/status-page.js';
import {
  SAMPLE_NOW_SECONDS,
  SampleAnswers,
  workloadSamples,
} from '../scaler/web/test-support/sample-answers.js';
import { SampleDemo } from '../scaler/web/test-support/sample-demo.js';
import { servePages } from '../scaler/web/test-support/serve-page.js';

const folder = process.argv[2] ?? join(packageRoot, 'docs/images');

const desktop: BrowserContextOptions = {
  viewport: { width: 1280, height: 900 },
  timezoneId: 'Europe/Berlin',
};
const phone: BrowserContextOptions = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  hasTouch: true,
  isMobile: true,
  timezoneId: 'Europe/Berlin',
};

const PICTURES = [
  { name: 'overview-light', hash: '#/', options: { ...desktop, colorScheme: 'light' } },
  { name: 'overview-dark', hash: '#/', options: { ...desktop, colorScheme: 'dark' } },
  { name: 'overview-phone', hash: '#/', options: { ...phone, colorScheme: 'light' } },
  {
    name: 'trigger-light',
    hash: '#/triggers/demo/shop/shop-load',
    options: { ...desktop, colorScheme: 'light' },
  },
  {
    name: 'trigger-dark',
    hash: '#/triggers/demo/shop/shop-load',
    options: { ...desktop, colorScheme: 'dark' },
  },
  {
    name: 'trigger-phone',
    hash: '#/triggers/demo/shop/shop-load',
    options: { ...phone, colorScheme: 'light' },
  },
] as const;

const samples = workloadSamples();
const served = await servePages(
  demoPanel(new SampleDemo(samples)),
  statusPage({
    answers: new SampleAnswers(samples),
    clock: new ManualClock(SAMPLE_NOW_SECONDS),
    scalerAddress: 'predictive-scaler.predictive-scaler:50051',
  }),
);
const browser: Browser = await launchBrowser();
mkdirSync(folder, { recursive: true });
try {
  for (const { name, hash, options } of PICTURES) {
    const { page, close } = await openPage(browser, `${served.url}/${hash}`, options);
    await page.waitForSelector('canvas');
    await page.waitForTimeout(300);
    await page.screenshot({
      path: join(folder, `${name}.png`),
      fullPage: hash !== '#/' || name.endsWith('phone'),
    });
    await close();
  }
} finally {
  await browser.close();
  await served.close();
}
