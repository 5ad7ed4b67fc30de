import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';

/**
 * Starts Debian's Chromium without a window. The caller closes it.
 *
 * @throws Error that says how to install it where it is missing.
 */
export async function launchBrowser(): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(
      `no Chromium at ${executablePath}: apt-get install chromium, or set CHROMIUM_PATH to another one`,
    );
  return await chromium.launch({
    executablePath,
    // Tests run as root in containers, where Chromium's own sandbox and a large /dev/shm are not to be had.
    args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu', '--force-color-profile=srgb'],
  });
}

/** A page under watch: what it must not do is taken down. */
export interface WatchedPage {
  readonly page: Page;
  /** Fails when the page has logged an error, thrown one, or asked another host for anything. */
  assertUnblemished(): void;
  /** Fails with what axe-core finds wrong with the page for those who cannot see or use a mouse. */
  assertAccessible(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens an address of a server under test.
 *
 * @param allowedErrors console errors that a test provokes on purpose, as the browser words them
 */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  allowedErrors: RegExp | undefined = undefined,
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  // Bounds what hangs; a busy machine may take its time.
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const blemishes: string[] = [];
  const { host } = new URL(url);
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'error' && !allowedErrors?.test(text)) blemishes.push(`console: ${text}`);
  });
  page.on('pageerror', (error) => blemishes.push(`thrown: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const asked = new URL(request.url());
    if (asked.host !== host && !['data:', 'blob:'].includes(asked.protocol))
      blemishes.push(`asked another host: ${request.url()}`);
  });
  await page.goto(url);
  return {
    page,
    assertUnblemished: () => assert.deepEqual(blemishes, []),
    assertAccessible: async () => assert.deepEqual(await violations(page), []),
    close: () => context.close(),
  };
}

/** What axe-core finds, one line for each rule with the elements concerned. */
async function violations(page: Page): Promise<string[]> {
  const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
  // The debugger's evaluation is not bound by the page's Content-Security-Policy, unlike a script element.
  await page.evaluate(`(() => { ${source} })()`);
  return await page.evaluate(async () => {
    const axe = (
      globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; help: string; nodes: { html: string }[] }[] }> };
      }
    ).axe;
    const { violations } = await axe.run();
    return violations.map(
      ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(' | ')}`,
    );
  });
}
