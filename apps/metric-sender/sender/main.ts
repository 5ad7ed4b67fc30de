import { runProgram } from '../../shared/run-program.js';
import { senderVariables } from './variables.js';

await runProgram({
  variables: senderVariables,
  name: () => 'metric-sender',
  start: async (config, log) => (await import('./start.js')).startSender(config, log),
});
