import { z } from 'zod';
import { ConfigurationError } from './configuration-error.js';
import { choice, optionalUrl, readEnvironment, text, wholeNumber } from './environment.js';
import { createLog, type Logger, logLevels } from './log.js';
import { startTracing } from './tracing.js';

/** The variables that every program has beside its own. */
export const commonVariables = z.object({
  HOST: text({ default: '0.0.0.0', meaning: 'Address that the listeners bind to.' }),
  LOG_LEVEL: choice(logLevels, { default: 'info', meaning: 'Least severe log level that is written.' }),
  OTEL_EXPORTER_OTLP_ENDPOINT: optionalUrl({
    protocols: ['http:', 'https:'],
    meaning:
      'OTLP/HTTP address that traces are sent to, such as http://jaeger:4318; tracing is off without it.',
  }),
  SHUTDOWN_GRACE_SECONDS: wholeNumber({
    min: 0,
    max: 3600,
    default: 10,
    meaning: 'How long work under way may go on after SIGTERM before it is cut.',
  }),
});

/** The checked values of {@link commonVariables}. */
export type CommonConfig = Readonly<z.output<typeof commonVariables>>;

/** A program that has started. */
export interface RunningProgram {
  /**
   * Stops taking work, finishes the work under way and closes every handle. Called once, on SIGTERM or SIGINT.
   * Should end within `SHUTDOWN_GRACE_SECONDS`.
   */
  stop(): Promise<void>;
  /** Rejects when the program cannot go on; it is then stopped and ends with exit code 1. Optional. */
  failed?: Promise<never>;
}

/** What {@link runProgram} needs to know about a program. */
export interface Program<Schema extends z.ZodObject> {
  /** Its own variables; {@link commonVariables} are added. */
  variables: Schema;
  /** The name for logs and traces, from the checked configuration. */
  name: (config: Readonly<z.output<Schema>>) => string;
  /**
   * Imports and starts the program. What it imports must be imported inside this function
   * (`await import('./start.js')`), so that tracing is in place before Express and the clients are loaded.
   */
  start: (config: Readonly<z.output<Schema>> & CommonConfig, log: Logger) => Promise<RunningProgram>;
}

/** Added to `SHUTDOWN_GRACE_SECONDS` before a stop that does not end is given up. */
const STOP_OVERRUN_SECONDS = 5;

/**
 * The life of a program from start to exit: reads the environment, starts logs and traces, starts the program, and on
 * SIGTERM or SIGINT stops it and lets the process end by itself. A second signal ends it at once.
 *
 * Exit codes: 0 after a clean stop, 2 for a mistake in the configuration, 1 for any other failure, a stop that takes
 * too long included. Configuration mistakes go to standard error as plain sentences.
 */
export async function runProgram<Schema extends z.ZodObject>(program: Program<Schema>): Promise<void> {
  let log: Logger | undefined;
  try {
    const config = readConfig(program.variables);
    const name = program.name(config);
    log = createLog({ service: name, level: config.LOG_LEVEL });
    const stopTracing =
      config.OTEL_EXPORTER_OTLP_ENDPOINT === undefined ? async () => {} : startTracing(name);
    const signal = firstSignal();
    const running = await program.start(config, log);
    log.info('started');
    const ending = await Promise.race([signal, failureOf(running)]);
    log.info(typeof ending === 'string' ? { signal: ending } : {}, 'stopping');
    giveUpAfter(config.SHUTDOWN_GRACE_SECONDS + STOP_OVERRUN_SECONDS, log);
    await running.stop();
    await stopTracing();
    if (typeof ending !== 'string') throw ending.error;
    log.info('stopped');
  } catch (error) {
    if (error instanceof ConfigurationError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(2);
    }
    if (log === undefined)
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    else log.fatal({ err: error }, 'failed');
    process.exit(1);
  }
}

function readConfig<Schema extends z.ZodObject>(variables: Schema) {
  const all = z.object({ ...commonVariables.shape, ...variables.shape });
  return readEnvironment(all) as CommonConfig & Readonly<z.output<Schema>>;
}

async function failureOf(running: RunningProgram): Promise<{ error: unknown }> {
  try {
    return await (running.failed ?? new Promise<never>(() => {}));
  } catch (error) {
    return { error };
  }
}

function giveUpAfter(seconds: number, log: Logger): void {
  setTimeout(() => {
    log.fatal({ seconds }, 'the stop did not end in time: exiting with work unfinished');
    process.exit(1);
  }, seconds * 1000).unref();
}

/** Resolves with the first SIGTERM or SIGINT; after that, another signal ends the process as it does by default. */
function firstSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    const onSignal = (signal: NodeJS.Signals) => {
      process.off('SIGTERM', onSignal);
      process.off('SIGINT', onSignal);
      resolve(signal);
    };
    process.on('SIGTERM', onSignal);
    process.on('SIGINT', onSignal);
  });
}
