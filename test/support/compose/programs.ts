import type { z } from 'zod';
import { consumerVariables } from '../../../apps/boiler/consumer/variables.js';
import { dashboardVariables } from '../../../apps/boiler/dashboard/variables.js';
import { producerVariables } from '../../../apps/boiler/producer/variables.js';
import { helloMetricsVariables } from '../../../apps/hello-metrics/variables.js';
import { receiverVariables } from '../../../apps/metric-sender/receiver/variables.js';
import { senderVariables } from '../../../apps/metric-sender/sender/variables.js';
import { pokedexVariables } from '../../../apps/pokedex/variables.js';
import { telemetryVariables } from '../../../apps/telemetry/variables.js';

/** The long-running apps by the target of the Dockerfile, with what each reads from the environment. */
export const appVariables: Record<string, z.ZodObject> = {
  telemetry: telemetryVariables,
  pokedex: pokedexVariables,
  'hello-metrics': helloMetricsVariables,
  'boiler-producer': producerVariables,
  'boiler-consumer': consumerVariables,
  'boiler-dashboard': dashboardVariables,
  'metric-sender': senderVariables,
  'metric-receiver': receiverVariables,
};
