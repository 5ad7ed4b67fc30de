import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { loadConfig } from '../config/load.js';
import { Demo } from '../demo/demo.js';
import { liveLine, summary } from '../demo/terminal.js';
import { type Scaler, startScaler } from '../main.js';
import { createLog } from '../telemetry/log.js';
import { demoPanel } from '../web/demo-panel.js';
import { duration, numberWhere } from './option-values.js';

/** Where the page is served unless told otherwise. */
const USUAL_ADDRESS = '127.0.0.1:8080';

interface Flags {
  readonly for?: number;
  readonly speed: number;
  readonly seed: number;
  readonly http?: string;
}

const HELP = `
Examples:
  $ predictive-scaler demo
  $ predictive-scaler demo --for 60s --speed 600

Nothing else needs to be installed or running. Ctrl-C ends the demo with a summary.`;

/** `predictive-scaler demo`: made-up services, scaled by this scaler and by a reactive HPA. */
export function demoCommand(): Command {
  return new Command('demo')
    .description('Show the scaler beside a reactive HPA, on made-up services and an accelerated clock')
    .option('--for <duration>', 'end by itself after so long (until Ctrl-C)', duration)
    .option(
      '--speed <factor>',
      'seconds of the demo that pass in one second',
      numberWhere((value) => value >= 1 && value <= 3600, 'a number from 1 to 3600'),
      600,
    )
    .option(
      '--seed <number>',
      'changes the noise in the made-up load',
      numberWhere((value) => Number.isSafeInteger(value), 'a whole number'),
      1,
    )
    .option(
      '--http <address>',
      'where the page is served (127.0.0.1:8080, or a free port when that is taken)',
    )
    .addHelpText('after', HELP)
    .action(run);
}

async function run(flags: Flags): Promise<void> {
  const ended = new AbortController();
  const ending = endOf(flags.for);
  const demo = new Demo(flags.speed, flags.seed);
  let scaler: Scaler | undefined;
  try {
    scaler = await start(demo, flags.http);
    // An address such as `:8080` has no host.
    const host = (flags.http ?? USUAL_ADDRESS).replace(/:\d+$/, '') || 'localhost';
    process.stdout.write(`The page:              http://${host}:${scaler.httpPort}/\n`);
    process.stdout.write(`The scaler, over gRPC: 127.0.0.1:${scaler.grpcPort}\n\n`);
    await demo.start(`127.0.0.1:${scaler.grpcPort}`);
    await Promise.race([ending, demo.ended(), reportProgress(demo, ended.signal)]);
    process.stdout.write(`\n\n${summary(demo)}`);
  } finally {
    ended.abort();
    await demo.stop();
    await scaler?.stop();
  }
}

/** Without an address it takes the usual one, or a free port when that is taken. */
async function start(demo: Demo, http: string | undefined): Promise<Scaler> {
  const prometheus = await demo.startPrometheus();
  const startOn = async (address: string): Promise<Scaler> =>
    await startScaler(
      loadConfig({
        environment: {
          SCALER_PROMETHEUS_ADDRESS: prometheus,
          SCALER_GRPC_ADDRESS: '127.0.0.1:0',
          SCALER_HTTP_ADDRESS: address,
        },
      }),
      {
        clock: demo.clock,
        log: createLog({ level: 'error', destination: process.stderr }),
        pages: [demoPanel(demo)],
      },
    );
  if (http !== undefined)
    return await startOn(http).catch((error: Error) => {
      error.message = error.message.replace('configuration: SCALER_HTTP_ADDRESS', '--http');
      throw error;
    });
  try {
    return await startOn(USUAL_ADDRESS);
  } catch (error) {
    const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
    if (code !== 'EADDRINUSE') throw error;
    return await startOn('127.0.0.1:0');
  }
}

/** Updates one line on a terminal; elsewhere, such as in a log, writes a line every five seconds. */
async function reportProgress(demo: Demo, signal: AbortSignal): Promise<void> {
  const { isTTY, columns } = process.stdout;
  while (!signal.aborted) {
    const line = liveLine(demo);
    process.stdout.write(isTTY ? `\r\x1b[K${line.slice(0, columns - 1)}` : `${line}\n`);
    await delay(isTTY ? 200 : 5000, undefined, { signal }).catch(() => undefined);
  }
}

/** Resolves on Ctrl-C, on SIGTERM, or when the time is over. */
async function endOf(forSeconds: number | undefined): Promise<void> {
  const ends: Promise<unknown>[] = [once(process, 'SIGINT'), once(process, 'SIGTERM')];
  if (forSeconds !== undefined) ends.push(delay(forSeconds * 1000, undefined, { ref: false }));
  await Promise.race(ends);
}
