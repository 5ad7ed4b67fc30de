/** The process that owns the local stack; main.ts starts it in a process group of its own. */
import { ConfigurationError } from '../shared/configuration-error.js';
import { readEnvironment } from '../shared/environment.js';
import { type Address, LocalStack } from './local-stack.js';
import { localStackVariables } from './variables.js';

const say = (line: string) => console.log(line);

/** Resolves when the person has had enough, or main.ts is gone. */
const enough = new Promise<void>((resolve) => {
  process.once('SIGTERM', () => resolve());
  process.once('disconnect', () => resolve());
});

try {
  const config = readEnvironment(localStackVariables);
  const stack = await LocalStack.start(config, say);
  const widest = Math.max(...[...stack.addresses, ...stack.metrics].map(({ name }) => name.length));
  const list = (addresses: readonly Address[]) => {
    for (const { name, url } of addresses) say(`  ${name.padEnd(widest)}  ${url}`);
  };
  say('');
  list(stack.addresses);
  say('\nMetrics, where the addresses above have none:');
  list(stack.metrics);
  say(`\nLogs: ${config.STACK_FOLDER}/log. Ctrl-C stops everything.`);
  await enough;
  say('stopping');
  await stack.stop();
  say('stopped');
  process.exit(0);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(error instanceof ConfigurationError ? 2 : 1);
}
