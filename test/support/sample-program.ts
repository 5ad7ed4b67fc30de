/** A small program on the shared parts, for the tests of those parts. `GET /slow` answers after 300 ms. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { port, text } from '../../apps/shared/environment.js';
import { runProgram } from '../../apps/shared/run-program.js';

await runProgram({
  variables: z.object({
    PORT: port({ default: 0, meaning: 'Port of the sample.' }),
    ENDING: text({ default: 'by signal', meaning: '"by itself" makes it fail soon after its start.' }),
  }),
  name: () => 'sample',
  async start(config, log) {
    const { default: express } = await import('express');
    const { listenHttp } = await import('../../apps/shared/http-listener.js');
    const app = express();
    app.get('/slow', async (_request, response) => {
      log.info('working');
      await delay(300);
      response.send('done');
    });
    const listener = await listenHttp(app, {
      host: config.HOST,
      port: config.PORT,
      announce: { log, purpose: 'http' },
    });
    return {
      stop: () => listener.close(config.SHUTDOWN_GRACE_SECONDS),
      failed: config.ENDING === 'by itself' ? Promise.reject(new Error('the work cannot go on')) : undefined,
    };
  },
});
