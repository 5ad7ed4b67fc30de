import assert from 'node:assert/strict';
import { EventEmitter, once } from 'node:events';
import { Agent, get, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { listenHttp } from './http-listener.js';

const anyPort = { host: '127.0.0.1', port: 0 };

describe('an HTTP listener', () => {
  it('finishes the request under way when it is closed, and takes no new one', async () => {
    const agent = new Agent({ keepAlive: true });
    const arrivals = new EventEmitter();
    const listener = await listenHttp((_request, response) => {
      arrivals.emit('request', () => response.end('done'));
    }, anyPort);
    const arrived = once(arrivals, 'request') as Promise<[() => void]>;
    const request = get(listener.url, { agent });
    const answer = once(request, 'response') as Promise<[IncomingMessage]>;
    const [finish] = await arrived;

    const closed = listener.close(5);
    await assert.rejects(fetch(listener.url), 'a new connection is refused');
    finish();
    const [response] = await answer;
    assert.equal(await text(response), 'done');
    assert.equal(
      response.headers.connection,
      'close',
      'the kept-alive connection ends with its last response',
    );
    await closed;
    agent.destroy();
  });

  it('cuts what is still open after the grace time', async () => {
    let markAsked = () => {};
    const asked = new Promise<void>((resolve) => {
      markAsked = resolve;
    });
    const listener = await listenHttp(() => markAsked(), anyPort);
    const hanging = fetch(listener.url);
    hanging.catch(() => {});
    await asked;
    await listener.close(0.1);
    await assert.rejects(hanging);
  });

  it('can be closed twice', async () => {
    const listener = await listenHttp(() => {}, anyPort);
    await Promise.all([listener.close(0), listener.close(0)]);
  });

  it('says that the port is taken', async () => {
    const first = await listenHttp(() => {}, anyPort);
    await assert.rejects(
      listenHttp(() => {}, { host: '127.0.0.1', port: first.port }),
      {
        name: 'ConfigurationError',
        message: `HTTP address 127.0.0.1, port ${first.port}: another process listens there; stop it or choose another port (EADDRINUSE)`,
      },
    );
    await first.close(0);
  });

  it('says that the address is not of this machine', async () => {
    await assert.rejects(
      listenHttp(() => {}, { host: '192.0.2.1', port: 0 }),
      {
        name: 'ConfigurationError',
        message: /^HTTP address 192\.0\.2\.1, port 0: no interface of this machine has that address/,
      },
    );
  });
});
