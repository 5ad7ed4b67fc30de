import { createServer } from 'node:net';

/**
 * A loopback port that nobody listens on at this moment, for programs that cannot be told to pick one themselves.
 * Another program may take it first: who needs it must be ready to try again with another.
 */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (typeof address === 'object' && address !== null) resolve(address.port);
        else reject(new Error(`no port in ${JSON.stringify(address)}`));
      });
    });
  });
}
