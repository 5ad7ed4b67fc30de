import type { ServerResponse } from 'node:http';
import { listenHttp } from '../shared/http-listener.js';
import { pollUntil } from './servers/poll-until.js';
import { sendTraffic } from './traffic.js';

describe('the traffic of the local stack', () => {
  it('comes from users who do not wait for each other', async () => {
    const waiting: ServerResponse[] = [];
    const listener = await listenHttp((_request, response) => waiting.push(response), {
      host: '127.0.0.1',
      port: 0,
    });
    // At least 100 requests per second at any hour; none is answered.
    const stop = sendTraffic(listener.url, 1000);
    try {
      await pollUntil('20 requests at once', () => waiting.length >= 20, { timeoutSeconds: 30 });
    } finally {
      await stop();
      await listener.close(0);
    }
  });
});
