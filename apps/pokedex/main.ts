import { runProgram } from '../shared/run-program.js';
import { pokedexVariables } from './variables.js';

await runProgram({
  variables: pokedexVariables,
  name: (config) => config.APP_NAME,
  start: async (config, log) => (await import('./start.js')).startPokedex(config, log),
});
