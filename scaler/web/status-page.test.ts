import assert from 'node:assert/strict';
import { Registry } from 'prom-client';
import { launchBrowser, openPage } from '../../test/support/browser.js';
import { ManualClock } from '../../test/support/manual-clock.js';
import { textFile } from '../../test/support/text-file.js';
import { oddSamples, SAMPLE_NOW_SECONDS, SampleAnswers } from '../../test/support/web/sample-answers.js';
import { noCalendars } from '../../test/support/web/sample-calendars.js';
import { createWebServer, type WebServer } from './server.js';
import { statusPage } from './status-page.js';

describe('status page on its server', () => {
  let server: WebServer;
  let url: string;

  const auth = {
    basic: { username: 'ann', passwordFile: textFile('pa:ss wörd') },
    tokenFile: textFile('t0ken'),
  };

  before(async () => {
    server = createWebServer({
      registry: new Registry(),
      readiness: () => undefined,
      log: { info: () => undefined, warn: () => undefined, error: () => undefined },
      auth,
      pages: [
        statusPage({
          answers: new SampleAnswers(oddSamples()),
          calendars: noCalendars,
          clock: new ManualClock(SAMPLE_NOW_SECONDS),
          scalerAddress: 'scaler.example:50051',
          localAccess: { address: 'localhost:50051' },
        }),
      ],
    });
    await server.listen({ host: '127.0.0.1', port: 0 });
    url = `http://127.0.0.1:${server.port}`;
  });
  after(() => server.close(1));

  const paths = [
    '/',
    '/page/main.js',
    '/api/triggers',
    '/api/triggers/shop/orders/orders-load',
    '/api/openapi.yaml',
  ];
  const basic = (pair: string) => ({ Authorization: `Basic ${Buffer.from(pair).toString('base64')}` });

  it('asks for password or token on every address of page and API', async () => {
    for (const path of paths) {
      for (const wrong of [{}, basic('ann:wrong'), basic('ann'), { Authorization: 'Bearer t0ke' }])
        assert.equal(
          (await fetch(url + path, { headers: wrong as Record<string, string> })).status,
          401,
          path,
        );
      for (const right of [basic('ann:pa:ss wörd'), { Authorization: 'Bearer t0ken' }])
        assert.equal((await fetch(url + path, { headers: right })).status, 200, path);
    }
    assert.equal((await fetch(`${url}/healthz`)).status, 200);
    assert.equal((await fetch(`${url}/readyz`)).status, 200);
  });

  it('lets the page run and load nothing but its own files', async () => {
    for (const path of paths) {
      const response = await fetch(url + path, { headers: basic('ann:pa:ss wörd') });
      const policy = response.headers.get('Content-Security-Policy')!;
      assert.match(policy, /default-src 'none'/, path);
      assert.match(policy, /frame-ancestors 'none'/);
      assert.doesNotMatch(policy, /unsafe|\*|https?:|data:/);
      assert.equal(response.headers.get('X-Content-Type-Options'), 'nosniff');
    }
  });

  it('opens in a browser that knows the password, and holds no file beyond its own', async () => {
    const browser = await launchBrowser();
    try {
      const watched = await openPage(browser, url, {
        httpCredentials: { username: 'ann', password: 'pa:ss wörd' },
      });
      await watched.page.getByRole('link', { name: 'shop/orders' }).waitFor();
      watched.assertUnblemished();
      await watched.close();
    } finally {
      await browser.close();
    }
    for (const path of [
      '/page/tsconfig.json',
      '/page/main.ts',
      '/page/..%2Fserver.js',
      '/page/%00',
      '/package.json',
    ])
      assert.equal((await fetch(url + path, { headers: basic('ann:pa:ss wörd') })).status, 404, path);
  });
});
