/**
 * The HEALTHCHECK of the image: asks `/healthz` at the configured address, and ends with 0, or with 1 and a line that
 * `docker inspect` shows. A program of its own, since the whole command line takes a second of CPU time to load.
 */
import { loadConfig } from '../config/load.js';

try {
  const { host, port } = loadConfig({ environment: process.env }).http.address;
  const url = `http://${reachable(host)}:${port}/healthz`;
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) }).catch(
    ({ message, cause }: Error) => {
      throw new Error(`${url} does not answer: ${cause instanceof Error ? cause.message : message}`);
    },
  );
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** An address of every interface cannot be asked; the loopback is one of these interfaces. */
function reachable(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}
