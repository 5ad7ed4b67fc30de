import { basename } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { fit, forecast } from '../forecast/index.js';
import { cutSeries, seriesEndSeconds } from '../forecast/series.js';
import { fillGaps } from '../history/fill-gaps.js';
import { seriesOfSamples } from '../history/samples.js';
import { comingEvents, effectiveEvents } from '../planner/events.js';
import { specialSpans } from '../planner/fit-options.js';
import { invalid } from '../shared/errors.js';
import type { Trigger } from '../trigger/trigger.js';
import { addCalendarOptions, type CalendarFlags, calendarOfFlags } from './calendar-flags.js';
import { answerLines, LINE_FORM } from './forecast-lines.js';
import { reportJson, reportText } from './forecast-report.js';
import { readSamples, type TriggerFlags, triggerOfFlags } from './load-flags.js';

interface Flags extends Omit<TriggerFlags, 'quantile'>, CalendarFlags {
  readonly csv?: string;
  readonly ndjson?: boolean;
  readonly quantile: readonly number[];
  readonly json?: boolean;
}

const USUAL_HORIZON_SECONDS = 2 * 3600;

const HELP = `
Examples:
  $ predictive-scaler forecast --csv load.csv --horizon 2h --timezone Europe/Berlin
  $ predictive-scaler forecast --ndjson < requests.ndjson > answers.ndjson

The file has the columns timestamp (epoch seconds or ISO 8601) and value.
With --ndjson each line on standard input is a request, and gets a line on standard output; the request says step,
horizon and quantiles:
  ${LINE_FORM}
See docs/forecasting.md for how the forecast is made and what it is worth.`;

/** `predictive-scaler forecast`: forecasts a recorded load. */
export function forecastCommand(): Command {
  const command = new Command('forecast')
    .description('Forecast a recorded load')
    .addOption(new Option('--csv <file>', 'the load as CSV').conflicts('ndjson'))
    .addOption(new Option('--ndjson', 'answer requests on standard input, one JSON per line'))
    .option('--step <duration>', 'grid that the model learns on', '5m')
    .option('--history <duration>', 'history that the model learns from', '14d')
    .option('--horizon <duration>', 'how far to forecast (2h, or one step if that is longer)')
    .option('--quantile <shares>', 'quantiles of each step and of the peak', quantiles, [0.5, 0.9])
    .option('--seasonality <periods>', 'auto, none or a list such as 1d,7d', 'auto')
    .option('--timezone <zone>', 'IANA zone whose wall clock the seasons follow', 'UTC')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(run);
  return addCalendarOptions(command);
}

async function run(flags: Flags): Promise<void> {
  const { quantile: _, ndjson, csv, ...triggerFlags } = flags;
  const trigger = triggerOfFlags('forecast', triggerFlags);
  if (ndjson) return answerLines(process.stdin, process.stdout, trigger);
  if (csv === undefined)
    throw invalid('where is the load? Give --csv FILE, or --ndjson with lines to answer');
  process.stdout.write(await forecastFile(csv, trigger, flags));
}

async function forecastFile(file: string, trigger: Trigger, flags: Flags): Promise<string> {
  const { stepSeconds, historySeconds, seasonality, timezone } = trigger;
  const series = seriesOfSamples(await readSamples(file, stepSeconds), stepSeconds);
  const filled = fillGaps(series);
  const endSeconds = seriesEndSeconds(series);
  const learned = cutSeries(filled, endSeconds - historySeconds, endSeconds);
  const horizonSeconds = flags.horizon === undefined ? USUAL_HORIZON_SECONDS : trigger.horizonSeconds;
  const horizonSteps = Math.max(1, Math.ceil(horizonSeconds / stepSeconds));
  const toSeconds = endSeconds + horizonSteps * stepSeconds;
  const calendar = await calendarOfFlags(flags, trigger.events, learned.startSeconds, toSeconds);
  const spans = specialSpans(calendar, learned.startSeconds, toSeconds, timezone);
  const model = fit(learned, { horizonSteps, seasonality, timezone, spans });
  // The flags do not say what a replica carries, so a floor in replicas counts as 0.
  const coming = comingEvents(calendar, { ...trigger, threshold: 0 }, endSeconds, horizonSteps);
  const ahead = forecast(model, horizonSteps, flags.quantile, 0, coming?.effects);
  const events = calendar && effectiveEvents(coming, model);
  const report = { events, title: basename(file), learned, model, ahead, quantiles: flags.quantile };
  return flags.json ? `${JSON.stringify(reportJson(report), undefined, 2)}\n` : reportText(report);
}

function quantiles(text: string): number[] {
  const list = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (!list.every((q) => q > 0 && q < 1))
    throw new InvalidArgumentError('Expected numbers between 0 and 1, such as 0.9 or 0.5,0.9,0.99.');
  return list;
}
