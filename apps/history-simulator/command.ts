import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { createBlocks } from './create-blocks.js';
import type { HistoryOptions } from './request-history.js';
import { writeHistory } from './write-history.js';

interface HistoryFlags {
  app: string[];
  days: number;
  step: number;
  peak: number;
  seed: string;
  end?: number;
}

/**
 * The command line of the history simulator: `write` makes OpenMetrics files, `load` puts a past into a Prometheus
 * data folder.
 * @param nowSeconds the current time, where the past ends unless `--end` says otherwise
 * @param print takes the lines for the user
 * @throws CommanderError after wrong arguments, and after the help that was asked for
 */
export function historyCommand(nowSeconds: () => number, print: (line: string) => void): Command {
  const command = new Command('history-simulator')
    .exitOverride()
    .description(
      'Makes days or weeks of realistic app_requests_total, for a Prometheus that has no past yet.',
    )
    .showHelpAfterError();

  withHistoryFlags(command.command('write').description('write the past as one OpenMetrics file per day'))
    .requiredOption('--output <folder>', 'folder for the files')
    .action(async (flags: HistoryFlags & { output: string }) => {
      const files = await writeHistory(flags.output, historyOptions(flags, nowSeconds()));
      print(`wrote ${files.length} files to ${flags.output}`);
    });

  withHistoryFlags(command.command('load').description('put the past into a Prometheus data folder'))
    .requiredOption('--data-folder <folder>', "Prometheus' --storage.tsdb.path")
    .option('--promtool <command>', 'the promtool to call', 'promtool')
    .action(async (flags: HistoryFlags & { dataFolder: string; promtool: string }) => {
      const folder = await mkdtemp(join(tmpdir(), 'history-simulator-'));
      try {
        const files = await writeHistory(folder, historyOptions(flags, nowSeconds()));
        await createBlocks(files, flags.dataFolder, flags.promtool);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
      print(`loaded ${flags.days} days of ${flags.app.join(', ')} into ${flags.dataFolder}`);
    });

  return command;
}

function withHistoryFlags(command: Command): Command {
  return command
    .option('--app <name...>', 'apps to simulate, each with a past of its own', ['app-a'])
    .option('--days <count>', 'length of the past in days', positiveNumber, 14)
    .option('--step <seconds>', 'time between samples in whole seconds', wholeSeconds, 30)
    .option('--peak <rate>', 'requests per second at the usual weekday evening peak', positiveNumber, 50)
    .option('--seed <text>', 'another seed gives another past', 'history')
    .option('--end <time>', 'where the past ends, as 2026-03-01T12:00:00Z; now when left out', momentSeconds);
}

function historyOptions(flags: HistoryFlags, nowSeconds: number): HistoryOptions {
  const endSeconds = Math.floor(flags.end ?? nowSeconds);
  return {
    apps: [...new Set(flags.app)],
    peakPerSecond: flags.peak,
    stepSeconds: flags.step,
    startSeconds: endSeconds - Math.round(flags.days * 86_400),
    endSeconds,
    seed: flags.seed,
  };
}

function positiveNumber(value: string): number {
  const number = Number(value);
  if (!(number > 0 && Number.isFinite(number))) throw new InvalidArgumentError('Expected a number above 0.');
  return number;
}

function wholeSeconds(value: string): number {
  const seconds = positiveNumber(value);
  if (!Number.isInteger(seconds)) throw new InvalidArgumentError('Expected whole seconds.');
  return seconds;
}

function momentSeconds(value: string): number {
  const milliseconds = Date.parse(value);
  if (Number.isNaN(milliseconds))
    throw new InvalidArgumentError('Expected a time such as 2026-03-01T12:00:00Z.');
  return milliseconds / 1000;
}
