import { once } from 'node:events';
import { createServer } from 'node:net';
import { freePorts } from './servers/free-ports.js';

/** The documented port when nothing on this machine holds it, else one that is free. */
export async function choosePort(documented: number): Promise<number> {
  const server = createServer();
  try {
    server.listen(documented, '127.0.0.1');
    await once(server, 'listening');
    server.close();
    await once(server, 'close');
    return documented;
  } catch {
    return (await freePorts(1))[0]!;
  }
}
