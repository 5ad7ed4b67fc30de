import { ConfigurationError } from '../shared/configuration-error.js';
import { historyCommand } from './command.js';

try {
  await historyCommand(
    () => Date.now() / 1000,
    (line) => console.log(line),
  ).parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof ConfigurationError ? 2 : 1;
}
