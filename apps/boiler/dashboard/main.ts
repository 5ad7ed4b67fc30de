import { runProgram } from '../../shared/run-program.js';
import { dashboardVariables } from './variables.js';

await runProgram({
  variables: dashboardVariables,
  name: () => 'boiler-dashboard',
  start: async (config, log) => (await import('./start.js')).startDashboard(config, log),
});
