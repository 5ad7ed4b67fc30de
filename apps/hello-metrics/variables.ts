import { z } from 'zod';
import { port, text } from '../shared/environment.js';
import type { CommonConfig } from '../shared/run-program.js';

/** What hello-metrics reads from the environment. */
export const helloMetricsVariables = z.object({
  APP_NAME: text({
    default: 'hello-metrics',
    meaning: 'Name of this service: in its metrics, logs and traces.',
  }),
  PORT: port({ default: 5000, meaning: 'Port of the service and of its `/metrics`.' }),
});

/** The checked configuration of hello-metrics. */
export type HelloMetricsConfig = Readonly<z.output<typeof helloMetricsVariables>> & CommonConfig;
