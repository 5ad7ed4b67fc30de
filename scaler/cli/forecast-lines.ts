import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { fit, forecast } from '../forecast/index.js';
import { LARGEST_EPOCH_SECONDS } from '../history/csv.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { explain } from '../shared/problems.js';
import { show, showKey } from '../shared/show.js';
import type { Trigger } from '../trigger/trigger.js';
import { boundedLines } from './bounded-lines.js';

/** What a request line looks like, for messages and help. */
export const LINE_FORM =
  '{"id":"web","start":1767225600,"step":300,"values":[12.5,null,...],"horizon":24,"quantiles":[0.5,0.9]}';

const MOST_VALUES = 1_000_000;
const MOST_STEPS_AHEAD = 100_000;
/** Most numbers in one answer: more would be hundreds of megabytes of text. */
const MOST_ANSWERED = 1_000_000;
/** Room for the most values at 32 characters each, more than any number needs. */
const MOST_LINE_BYTES = 32 * MOST_VALUES;
/** A step outside these is a mistake of units. */
const STEP_SECONDS = { shortest: 0.001, longest: 366 * 86_400 };

const requestSchema = z.strictObject({
  id: z.union([z.string().max(1000), z.number()]),
  start: z.number().gt(-LARGEST_EPOCH_SECONDS).lt(LARGEST_EPOCH_SECONDS),
  step: z.number().min(STEP_SECONDS.shortest).max(STEP_SECONDS.longest),
  values: z.array(z.number().nullable()).max(MOST_VALUES),
  horizon: z.int().min(1).max(MOST_STEPS_AHEAD),
  quantiles: z.array(z.number().gt(0).lt(1)).max(100),
});

type ForecastOptions = Pick<Trigger, 'seasonality' | 'timezone'>;

/**
 * Answers each line of JSON with one line of JSON: mean and quantiles of each step, and the milliseconds that the fit
 * took. A line that cannot be read is answered with an `error`.
 *
 * @throws ScalerError `invalid` after the last line when some could not be answered
 */
export async function answerLines(input: Readable, output: Writable, options: ForecastOptions) {
  let line = 0;
  let refused = 0;
  for await (const read of boundedLines(input, MOST_LINE_BYTES)) {
    line++;
    if ('text' in read && read.text.trim() === '') continue;
    let answer: object;
    try {
      if ('tooLongBytes' in read)
        throw invalid(`the line has ${read.tooLongBytes} bytes; at most ${MOST_LINE_BYTES} are read`);
      answer = answerLine(read.text, options);
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      refused++;
      answer = { error: `line ${line}: ${error.message}` };
    }
    if (!output.write(`${JSON.stringify(answer)}\n`))
      await new Promise((resolve) => output.once('drain', resolve));
  }
  if (line === 0) throw invalid(`nothing to read; expected lines such as ${LINE_FORM}`);
  if (refused > 0)
    throw invalid(
      `${refused} of ${line} lines could not be answered; their answers hold an "error" that says why`,
    );
}

function answerLine(text: string, { seasonality, timezone }: ForecastOptions): object {
  const { id, start, step, values, horizon, quantiles } = readRequest(text);
  const series = {
    startSeconds: start,
    stepSeconds: step,
    values: Float64Array.from(values, (value) => value ?? Number.NaN),
  };
  const startedAt = performance.now();
  const model = fit(series, { horizonSteps: horizon, seasonality, timezone });
  const fitMs = performance.now() - startedAt;
  const ahead = forecast(model, horizon, quantiles);
  return {
    id,
    mean: [...ahead.mean],
    quantiles: Object.fromEntries(quantiles.map((q, i) => [String(q), [...ahead.quantiles[i]!]])),
    fitMs: Math.round(fitMs * 1000) / 1000,
  };
}

function readRequest(text: string): z.infer<typeof requestSchema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw invalid(`${show(text)} is not JSON; expected ${LINE_FORM}`, { cause: error });
  }
  const read = requestSchema.safeParse(json);
  if (!read.success) {
    // One of a million wrong values is enough.
    const first = new z.ZodError(read.error.issues.slice(0, 1));
    const [problem] = explain(first, requestSchema, json);
    const { path, what } = problem!;
    const where = path.length > 0 ? `"${path.map(showKey).join('.')}"` : 'the line';
    throw invalid(`${where}: ${what}; expected ${LINE_FORM}`);
  }
  const { start, step, values, horizon, quantiles } = read.data;
  if (start + step * (values.length + horizon) >= LARGEST_EPOCH_SECONDS)
    throw invalid(
      `${values.length} values and a horizon of ${horizon} at a "step" of ${step} s reach beyond the year 5138; "start" and "step" are seconds`,
    );
  if (horizon * (quantiles.length + 1) > MOST_ANSWERED)
    throw invalid(
      `a "horizon" of ${horizon} with ${quantiles.length} "quantiles" asks for ${horizon * (quantiles.length + 1)} numbers; at most ${MOST_ANSWERED} are answered for a line`,
    );
  return read.data;
}
