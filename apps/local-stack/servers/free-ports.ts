import { once } from 'node:events';
import { createServer } from 'node:net';

/**
 * Loopback TCP ports that are free now, all different. For servers that cannot choose a port themselves; another
 * program may still take one before the server does.
 */
export async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => (server.address() as { port: number }).port);
  // All are held until the last one is known, or the system could give the same port twice.
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
