import { appendFile, realpath, stat, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { SingleBar } from 'cli-progress';
import { Command, Option } from 'commander';
import { type Backtest, runBacktest } from '../backtest/backtest.js';
import { readBehavior } from '../backtest/behavior-file.js';
import { backtestJson } from '../backtest/json.js';
import { recommend } from '../backtest/recommend.js';
import { type Recording, recordingOfQuery, recordingOfSamples } from '../backtest/recording.js';
import type { BacktestOptions } from '../backtest/replay.js';
import { reportHtml } from '../backtest/report/report.js';
import { type ScaledObjectNames, scaledObjectYaml } from '../backtest/scaled-object.js';
import { type Finding, summaryText } from '../backtest/summary.js';
import { type ReplicaSize, replicaSize } from '../backtest/threshold.js';
import { Sources } from '../history/sources.js';
import { sourcesSchema } from '../prometheus/source-config.js';
import { systemClock } from '../shared/clock.js';
import { formatDuration } from '../shared/duration.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { fileErrorInWords } from '../shared/file-error.js';
import { TRIGGER_LIMITS } from '../trigger/keys.js';
import type { Trigger } from '../trigger/trigger.js';
import { addCalendarOptions, type CalendarFlags, calendarOfFlags } from './calendar-flags.js';
import { readSamples, type TriggerFlags, triggerOfFlags } from './load-flags.js';
import { duration, durationOption, numberWhere } from './option-values.js';

interface Flags extends TriggerFlags, CalendarFlags {
  readonly csv?: string;
  readonly evaluate?: number;
  readonly refit: number;
  readonly threshold?: number;
  readonly capacity?: number;
  readonly startup: number;
  readonly min: number;
  readonly max: number;
  readonly idle?: number;
  readonly cooldown: number;
  readonly polling: number;
  readonly sync: number;
  readonly tolerance: number;
  readonly behavior?: string;
  readonly name: string;
  readonly signalOut?: string;
  readonly report?: string;
  readonly json?: boolean;
}

/** Without --evaluate: the last week, or a third of the load when that is less. */
const LONGEST_DEFAULT_EVALUATION_SECONDS = 7 * 86_400;

const LARGEST_THRESHOLD = TRIGGER_LIMITS.value.largest;

/** How far after the end of the load a forecast may reach events. */
const COMING_SECONDS = 14 * 86_400;

const HELP = `
Examples:
  $ predictive-scaler backtest --csv load.csv --threshold 100 --startup 90s --report report.html
  $ predictive-scaler backtest --prometheus http://localhost:9090 \\
      --query 'sum(rate(http_requests_total{service="checkout"}[2m]))' --threshold 100 --max 40

The file has the columns timestamp (epoch seconds or ISO 8601) and value. The last part of it is evaluated; what lies
before is history. See docs/backtest.md for how to read the result.`;

/** `predictive-scaler backtest`: replays a recorded load and compares this scaler with a reactive HPA. */
export function backtestCommand(): Command {
  const command = new Command('backtest')
    .description('Replay a recorded load and compare this scaler with a reactive HPA, at the same overload')
    .addOption(new Option('--csv <file>', 'the load as CSV').conflicts('prometheus'))
    .option('--prometheus <url>', 'the load as a query to this Prometheus')
    .option('--query <promql>', 'the query that gives the load; with --csv only for the ScaledObject')
    .option('--step <duration>', 'grid that the model learns on', '5m')
    .option('--history <duration>', 'history that a model learns from', '14d')
    .option(
      '--evaluate <duration>',
      'the last part of the load that is evaluated (7d, at most a third)',
      duration,
    )
    .option(
      '--horizon <duration>',
      'how far ahead capacity must be ready (15m, or one step if that is longer)',
    )
    .addOption(
      new Option('--quantile <share>', 'share of coming peaks to stay at or below the answer')
        .default('0.9')
        .conflicts('targetOverload'),
    )
    .option(
      '--target-overload <percentage>',
      'share of time that may be overloaded, such as 1%; quantile and headroom are then chosen',
    )
    .option('--seasonality <periods>', 'auto, none or a list such as 1d,7d', 'auto')
    .option('--timezone <zone>', 'IANA zone whose wall clock the seasons follow', 'UTC')
    .addOption(durationOption('--refit <duration>', 'distance between two fits of the model', 3600, 60))
    .option('--threshold <load>', 'load one replica should carry (derived from the load)', positive)
    .option(
      '--capacity <load>',
      'load beyond which a replica is overloaded (threshold / 0.7, or threshold with --target-overload)',
      positive,
    )
    .addOption(durationOption('--startup <duration>', 'from the creation of a pod until it serves', 120))
    .option('--min <replicas>', 'minReplicaCount; 0 lets the workload sleep', count, 1)
    .option('--max <replicas>', 'maxReplicaCount', positiveCount, 100)
    .option('--idle <replicas>', 'idleReplicaCount', count)
    .option('--activation <load>', 'the workload is active above this', '0')
    .addOption(durationOption('--cooldown <duration>', "KEDA's cooldownPeriod", 300))
    .addOption(durationOption('--polling <duration>', "KEDA's pollingInterval", 30, 1))
    .addOption(durationOption('--sync <duration>', "the HPA controller's sync period", 15, 1))
    .option('--tolerance <share>', "the HPA controller's tolerance", share, 0.1)
    .option('--behavior <file>', 'YAML with the behavior of the HPA, or a manifest that holds one')
    .option('--name <workload>', 'name of the Deployment in the ScaledObject', 'my-service')
    .option('--signal-out <file>', 'write the answered value of each minute as CSV')
    .option('--report <file>', 'write a self-contained HTML page with charts')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(run);
  return addCalendarOptions(command);
}

async function run(flags: Flags): Promise<void> {
  if (flags.csv === undefined && (flags.prometheus === undefined || flags.query === undefined))
    throw invalid('where is the load? Give --csv FILE, or --prometheus URL with --query PROMQL');
  await refuseToOverwrite(flags);
  const trigger = triggerOfFlags(flags.name, flags);
  const recording =
    flags.csv === undefined ? await queryRecording(flags, trigger) : await fileRecording(flags.csv, trigger);
  const capacity =
    trigger.targetOverload === undefined ? flags.capacity : (flags.capacity ?? flags.threshold);
  const size = replicaSize(recording.load, flags.threshold, capacity);
  if (size.threshold > LARGEST_THRESHOLD)
    throw invalid(
      `the load is so high that a replica would carry ${size.threshold} of it, and the threshold of a trigger is 1e15 at most; divide the load, as in (QUERY) / 1e9`,
    );
  if (size.capacity < size.threshold)
    throw invalid(
      `--capacity is ${size.capacity}, below the threshold of ${size.threshold}: a replica would be overloaded by what it should carry`,
    );
  const options = await optionsOf(flags, trigger, recording, size);
  // A file that cannot be written is reported before the replay, which may take minutes.
  for (const file of [flags.signalOut, flags.report])
    if (file !== undefined) await writeOut(file, '', appendFile);
  const bar = progressBar(flags);
  const backtest = runBacktest(recording, options, (done) => bar?.update(done));
  bar?.stop();
  await write(flags, size.derived, backtest);
}

/** @throws ScalerError when an output would take the place of a file that is read, or of the other output */
async function refuseToOverwrite({ csv, behavior, calendar = [], report, signalOut }: Flags): Promise<void> {
  const taken = new Map<string, string>();
  for (const [flag, file] of [
    ['--csv', csv],
    ['--behavior', behavior],
    ...calendar.map((file) => ['--calendar', file] as const),
  ] as const)
    if (file !== undefined) taken.set(await samePath(file), flag);
  for (const [flag, file] of [
    ['--signal-out', signalOut],
    ['--report', report],
  ] as const) {
    if (file === undefined) continue;
    if (file === '') throw invalid(`${flag} is empty; expected the path of a file to write`);
    const found = await stat(file).catch(() => undefined);
    // Nothing is lost in a device, such as /dev/null.
    if (found && !found.isFile()) continue;
    const path = await samePath(file);
    const other = taken.get(path);
    if (other !== undefined)
      throw invalid(`${flag} is ${file}, the file of ${other}, which would be lost; give another file`);
    taken.set(path, flag);
  }
}

/** One path for all ways to write that of a file; links are followed where it is there. */
async function samePath(file: string): Promise<string> {
  return await realpath(file).catch(() => resolve(file));
}

async function fileRecording(file: string, { stepSeconds, ignoreNullValues }: Trigger): Promise<Recording> {
  const samples = await readSamples(file, stepSeconds);
  if (samples.timestamps.length < 2)
    throw invalid(`${file} holds one sample only; a backtest needs days of them`);
  return recordingOfSamples(samples, stepSeconds, ignoreNullValues);
}

async function queryRecording({ prometheus, evaluate }: Flags, trigger: Trigger): Promise<Recording> {
  // The allow-list protects from triggers that others write; here the user chooses the address.
  const { protocol, host } = new URL(prometheus!);
  const sources = new Sources(sourcesSchema.parse({ allowedAddresses: [`${protocol}//${host}`] }));
  const { history } = sources.open(trigger.source);
  const nowSeconds = systemClock.nowSeconds();
  const spanSeconds = trigger.historySeconds + (evaluate ?? LONGEST_DEFAULT_EVALUATION_SECONDS);
  try {
    await refuseUnreachable(() => history.instant(trigger.query, nowSeconds));
    const recording = await recordingOfQuery(history, trigger, nowSeconds, spanSeconds);
    if (recording) return recording;
  } catch (error) {
    // The history is read by a query around this one. An error in this one is clearer when it is asked alone.
    if (error instanceof ScalerError && error.kind === 'rejected')
      await history.instant(trigger.query, nowSeconds);
    throw error;
  } finally {
    await sources.close();
  }
  throw new ScalerError(
    'rejected',
    `the query gave no finite value in the last ${formatDuration(spanSeconds)}: ${trigger.query}`,
  );
}

/**
 * One question before the many that a history takes. After those, the error of a source that is not there would speak of
 * the pause that it is given.
 */
async function refuseUnreachable(ask: () => Promise<unknown>): Promise<void> {
  await ask().catch((error) => {
    if (!(error instanceof ScalerError) || error.kind === 'unavailable') throw error;
  });
}

async function optionsOf(
  flags: Flags,
  trigger: Trigger,
  { load }: Recording,
  size: ReplicaSize,
): Promise<BacktestOptions> {
  const minutes = load.demand.length;
  const { startSeconds } = load;
  const evaluated = Math.round(
    (flags.evaluate ?? Math.min(LONGEST_DEFAULT_EVALUATION_SECONDS, 60 * Math.floor(minutes / 3))) / 60,
  );
  if (flags.evaluate === undefined && evaluated < 60)
    throw invalid(
      `the load lasts ${formatDuration(60 * minutes)}; expected 3h or more, of which a third is evaluated. Days to weeks show a rhythm`,
    );
  if (evaluated < 60 || evaluated >= minutes)
    throw invalid(
      `--evaluate is ${formatDuration(60 * evaluated)} of ${formatDuration(60 * minutes)} of load; expected an hour or more, and less than all of it, so that history is left to learn from`,
    );
  if (flags.max < flags.min) throw invalid(`--max is ${flags.max}, below --min ${flags.min}`);
  if (trigger.targetOverload !== undefined && flags.startup > trigger.horizonSeconds)
    throw invalid(
      `--startup is ${formatDuration(flags.startup)}, longer than the --horizon of ${formatDuration(trigger.horizonSeconds)}: pods would be ready too late; lengthen --horizon`,
    );
  if (flags.idle !== undefined && flags.idle >= flags.min)
    throw invalid(`--idle is ${flags.idle}; KEDA wants it below --min, which is ${flags.min}`);
  const reachedSeconds = startSeconds + 60 * minutes + COMING_SECONDS;
  return {
    trigger: { ...trigger, threshold: size.threshold },
    refitSeconds: flags.refit,
    span: { from: minutes - evaluated, to: minutes },
    calendar: await calendarOfFlags(flags, trigger.events, startSeconds, reachedSeconds),
    setup: {
      targetPerReplica: size.threshold,
      capacityPerReplica: size.capacity,
      startupSeconds: flags.startup,
      minReplicas: flags.min,
      maxReplicas: flags.max,
      idleReplicas: flags.idle,
      activationThreshold: trigger.activationThreshold,
      cooldownSeconds: flags.cooldown,
      pollingSeconds: flags.polling,
      behavior: flags.behavior === undefined ? undefined : await readBehavior(flags.behavior),
      tolerance: flags.tolerance,
      syncSeconds: flags.sync,
    },
  };
}

async function write(flags: Flags, thresholdDerived: boolean, backtest: Backtest): Promise<void> {
  const { setup, trigger } = backtest.options;
  const recommendation = recommend(backtest);
  const isRecommended = recommendation.verdict === 'use';
  const cheaper = recommendation.cheaperThreshold?.threshold;
  const names: ScaledObjectNames = {
    workload: flags.name,
    query: flags.query,
    prometheusAddress: flags.prometheus,
    calendars: flags.calendar,
    scalerAddress: process.env.SCALER_GRPC_ADVERTISED_ADDRESS,
    // A dry run answers the observed load, for which the cheaper threshold would be too high.
    thresholdAfterDryRun: isRecommended ? undefined : cheaper,
  };
  const pasted = isRecommended && cheaper ? { ...setup, targetPerReplica: cheaper } : setup;
  const yaml = scaledObjectYaml(names, trigger, pasted, isRecommended ? 'predict' : 'observe');
  const title = flags.csv === undefined ? flags.query! : basename(flags.csv);
  const finding: Finding = { title, backtest, thresholdDerived, recommendation, yaml };
  if (flags.signalOut !== undefined) await writeOut(flags.signalOut, signalCsv(backtest));
  if (flags.report !== undefined) await writeOut(flags.report, await reportHtml(finding));
  process.stdout.write(
    flags.json ? `${JSON.stringify(backtestJson(finding), undefined, 2)}\n` : summaryText(finding),
  );
}

function signalCsv({ startSeconds, replay, target }: Backtest): string {
  const rows = Array.from(
    (target ?? replay).values,
    (value, minute) => `${startSeconds + 60 * minute},${value}\n`,
  );
  return `timestamp,value\n${rows.join('')}`;
}

async function writeOut(
  file: string,
  text: string,
  write: (file: string, text: string) => Promise<void> = writeFile,
): Promise<void> {
  try {
    await write(file, text);
  } catch (error) {
    throw invalid(`cannot write ${file}: ${fileErrorInWords(error, 'there is no such folder')}`, {
      cause: error,
    });
  }
}

/** A bar on the error stream while somebody looks at it. */
function progressBar({ json }: Flags): SingleBar | undefined {
  if (json || !process.stderr.isTTY) return undefined;
  const bar = new SingleBar({
    format: 'replaying [{bar}] {percentage} %',
    clearOnComplete: true,
    // The replay keeps the process busy: at Ctrl-C nothing could give the terminal its cursor and its wrapping back.
    hideCursor: false,
    linewrap: true,
    stream: process.stderr,
  });
  bar.start(1, 0);
  return bar;
}

const positive = numberWhere(
  (value) => value > 0 && value <= LARGEST_THRESHOLD,
  'a number above 0, up to 1e15',
);
const share = numberWhere((value) => value >= 0 && value < 1, 'a number from 0 to 1, such as 0.1');
const count = numberWhere(
  (value) => Number.isInteger(value) && value >= 0 && value <= 1e6,
  'a whole number from 0 to 1000000',
);
const positiveCount = numberWhere(
  (value) => Number.isInteger(value) && value >= 1 && value <= 1e6,
  'a whole number from 1 to 1000000',
);
