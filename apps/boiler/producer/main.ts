import { runProgram } from '../../shared/run-program.js';
import { producerVariables } from './variables.js';

await runProgram({
  variables: producerVariables,
  name: () => 'boiler-producer',
  start: async (config, log) => (await import('./start.js')).startProducer(config, log),
});
