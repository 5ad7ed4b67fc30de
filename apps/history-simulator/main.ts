import { CommanderError } from 'commander';
import { ConfigurationError } from '../shared/configuration-error.js';
import { historyCommand } from './command.js';

try {
  await historyCommand(
    () => Date.now() / 1000,
    (line) => console.log(line),
  ).parseAsync();
} catch (error) {
  // Commander has written its message, or the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof ConfigurationError ? 2 : 1;
  }
}
