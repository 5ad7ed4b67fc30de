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
import { noCalendars, sampleCalendars, withCalendars } from './support/web/sample-calendars.js';
import { SampleDemo } from './support/web/sample-demo.js';
import { withOverload } from './support/web/sample-overload.js';
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

const SHOP = '#/triggers/demo/shop/shop-load';

/** `panel` is the title of the panel that is taken alone; without, the picture shows the page as it opens. */
const PICTURES: readonly {
  name: string;
  hash: string;
  options: BrowserContextOptions;
  panel?: string;
}[] = [
  { name: 'overview-light', hash: '#/', options: { ...desktop, colorScheme: 'light' } },
  { name: 'overview-dark', hash: '#/', options: { ...desktop, colorScheme: 'dark' } },
  { name: 'overview-phone', hash: '#/', options: { ...phone, colorScheme: 'light' } },
  { name: 'overload-light', hash: SHOP, options: { ...desktop, colorScheme: 'light' }, panel: 'Overload' },
  { name: 'trigger-light', hash: SHOP, options: { ...desktop, colorScheme: 'light' } },
  { name: 'trigger-dark', hash: SHOP, options: { ...desktop, colorScheme: 'dark' } },
  { name: 'calendar-light', hash: SHOP, options: { ...desktop, viewport: { width: 1280, height: 1250 } } },
  { name: 'trigger-phone', hash: SHOP, options: { ...phone, colorScheme: 'dark' } },
];

const workloads = workloadSamples();
const samples = workloads.map((sample) =>
  sample.trigger.scaledObject === 'shop' ? withOverload(sample, { day: 0.004, week: 0.0062 }) : sample,
);
const parts = {
  clock: new ManualClock(SAMPLE_NOW_SECONDS + 8),
  scalerAddress: 'predictive-scaler.predictive-scaler:50051',
  localAccess: { address: 'localhost:50051' },
};
const served = await servePages(
  demoPanel(new SampleDemo(samples)),
  statusPage({ ...parts, answers: new SampleAnswers(samples), calendars: noCalendars }),
);
const withEvents = await servePages(
  statusPage({
    ...parts,
    answers: new SampleAnswers(workloads.map(withCalendars)),
    calendars: sampleCalendars,
  }),
);
const browser: Browser = await launchBrowser();
mkdirSync(folder, { recursive: true });
try {
  for (const { name, hash, options, panel } of PICTURES) {
    const { url } = name.startsWith('calendar') ? withEvents : served;
    const { page, close } = await openPage(browser, `${url}/${hash}`, options);
    await page.locator('.chart canvas').first().waitFor();
    // Each chart is drawn within a frame of its data.
    await page.evaluate(
      'new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))',
    );
    const shown =
      panel === undefined
        ? page
        : page.locator('section.panel', { has: page.locator(`h2:text-is("${panel}")`) });
    writeFileSync(join(folder, `${name}.png`), inFewColors(await shown.screenshot()));
    await close();
  }
} finally {
  await browser.close();
  await Promise.all([served.close(), withEvents.close()]);
}

/** The same picture in 128 colors, which takes a third of the space. */
function inFewColors(png: Buffer): Buffer {
  const picture = upng.decode(new Uint8Array(png).buffer);
  return Buffer.from(upng.encode(upng.toRGBA8(picture), picture.width, picture.height, 128));
}
