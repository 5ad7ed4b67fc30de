/**
 * The images' HEALTHCHECK: asks `/healthz` of the program in the same container and ends with 0 or 1. Called as
 * `node health-check.js METRICS_PORT 8001`: the variable that holds the port, and the port when it is not set.
 */
const [variable, defaultPort] = process.argv.slice(2);
if (variable === undefined || defaultPort === undefined)
  throw new Error('usage: health-check.js VARIABLE DEFAULT_PORT');
const url = `http://127.0.0.1:${process.env[variable] || defaultPort}/healthz`;
try {
  const response = await fetch(url, { signal: AbortSignal.timeout(3000) });
  if (!response.ok) throw new Error(`status ${response.status}`);
} catch (error) {
  // The engine keeps this line and shows it in `docker inspect`.
  console.error(`${url}: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
