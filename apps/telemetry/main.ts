import { runProgram } from '../shared/run-program.js';
import { telemetryVariables } from './variables.js';

await runProgram({
  variables: telemetryVariables,
  name: (config) => config.APP_NAME,
  start: async (config, log) => (await import('./start.js')).startTelemetry(config, log),
});
