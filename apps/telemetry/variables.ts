import { z } from 'zod';
import { port, text, urlList, wholeNumber } from '../shared/environment.js';
import type { CommonConfig } from '../shared/run-program.js';

/** What a service of the chain reads from the environment. */
export const telemetryVariables = z.object({
  APP_NAME: text({
    default: 'app-a',
    meaning: 'Name of this service: in its answers, metrics, logs and traces.',
  }),
  APP_URL_DESTINO: urlList({
    meaning:
      'Next services of the chain, separated by commas; a URL without a path gets `/process`. Without it the chain ends here.',
  }),
  APP_ERRORS: wholeNumber({
    min: 0,
    max: 100,
    default: 0,
    meaning: 'Percent of the requests to `/` and `/process` that fail with 500.',
  }),
  APP_LATENCY: wholeNumber({
    min: 0,
    max: 600_000,
    default: 0,
    meaning: 'Largest delay of a request in milliseconds; each is drawn evenly between 0 and this.',
  }),
  APP_TIMEOUT_SECONDS: wholeNumber({
    min: 1,
    max: 600,
    default: 10,
    meaning: 'How long to wait for the answer of a next service.',
  }),
  PORT: port({ default: 8000, meaning: 'Port of the service.' }),
  METRICS_PORT: port({
    default: 8001,
    meaning: 'Port of `/metrics`, `/healthz` and `/readyz` for the cluster.',
  }),
});

/** The checked configuration of a service of the chain. */
export type TelemetryConfig = Readonly<z.output<typeof telemetryVariables>> & CommonConfig;
