import { runProgram } from '../../shared/run-program.js';
import { consumerVariables } from './variables.js';

await runProgram({
  variables: consumerVariables,
  name: () => 'boiler-consumer',
  start: async (config, log) => (await import('./start.js')).startConsumer(config, log),
});
