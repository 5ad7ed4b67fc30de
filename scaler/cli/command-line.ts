import { Command, CommanderError } from 'commander';
import { ScalerError } from '../shared/errors.js';
import { packageDescription, packageVersion } from '../shared/package-root.js';

/** The commands, in the order of the help. Each loads only its own modules, so that it starts fast. */
const commands = new Map<string, () => Promise<Command>>(
  Object.entries({
    serve: async () => (await import('./serve.js')).serveCommand(),
    backtest: async () => (await import('./backtest.js')).backtestCommand(),
    forecast: async () => (await import('./forecast.js')).forecastCommand(),
    probe: async () => (await import('./probe.js')).probeCommand(),
    demo: async () => (await import('./demo.js')).demoCommand(),
  }),
);

/** Exit code for wrong arguments or input; any other failure ends with 1. */
const INVALID = 2;

/**
 * Runs `predictive-scaler` with its arguments.
 *
 * @param args without the names of Node and of the script
 * @param tell writes an error message
 * @returns the exit code: 0, 2 when arguments or input are wrong, 1 for any other failure.
 */
export async function runCommandLine(args: readonly string[], tell: (text: string) => void): Promise<number> {
  const program = new Command('predictive-scaler')
    .description(packageDescription)
    .version(packageVersion)
    .showHelpAfterError();
  // Help and suggestions need all of them.
  const named = commands.get((args[0] === 'help' ? args[1] : args[0]) ?? '');
  for (const load of named ? [named] : commands.values()) program.addCommand(await load());
  for (const command of [program, ...program.commands])
    command.exitOverride().configureOutput({ writeErr: tell });
  try {
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has already printed the error, or the help that was asked for.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : INVALID;
    tell(`predictive-scaler: ${error instanceof Error ? error.message : String(error)}\n`);
    return error instanceof ScalerError && error.kind === 'invalid' ? INVALID : 1;
  }
}
