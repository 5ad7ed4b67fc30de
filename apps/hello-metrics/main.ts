import { runProgram } from '../shared/run-program.js';
import { helloMetricsVariables } from './variables.js';

await runProgram({
  variables: helloMetricsVariables,
  name: (config) => config.APP_NAME,
  start: async (config, log) => (await import('./start.js')).startHelloMetrics(config, log),
});
