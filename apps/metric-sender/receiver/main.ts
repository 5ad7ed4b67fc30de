import { runProgram } from '../../shared/run-program.js';
import { receiverVariables } from './variables.js';

await runProgram({
  variables: receiverVariables,
  name: () => 'metric-receiver',
  start: async (config, log) => (await import('./start.js')).startReceiver(config, log),
});
