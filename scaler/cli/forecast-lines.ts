import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { ScalerError } from '../errors.js';
import { fit, forecast } from '../forecast/index.js';

/** What a request line looks like, for messages and help. */
export const LINE_FORM =
  '{"id":"web","start":1767225600,"step":300,"values":[12.5,null,...],"horizon":24,"quantiles":[0.5,0.9]}';

const MOST_VALUES = 1_000_000;
const MOST_STEPS_AHEAD = 100_000;

const requestSchema = z.strictObject({
  id: z.union([z.string(), z.number()]),
  start: z.number(),
  step: z.number().positive(),
  values: z.array(z.number().nullable()).max(MOST_VALUES),
  horizon: z.int().min(1).max(MOST_STEPS_AHEAD),
  quantiles: z.array(z.number().gt(0).lt(1)).max(100),
});

/** How lines are to be forecast. */
export interface LineOptions {
  readonly seasonality: 'auto' | readonly number[];
  readonly timezone: string;
}

/**
 * Answers each line of JSON with one line of JSON, in the same order: the mean and the quantiles of each step, and the
 * milliseconds that the fit took. A line that cannot be read is answered with an `error`, so that the others still are.
 *
 * @throws ScalerError `invalid` after the last line when some could not be answered.
 */
export async function answerLines(input: Readable, output: Writable, options: LineOptions): Promise<void> {
  let line = 0;
  let refused = 0;
  for await (const text of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    line++;
    if (text.trim() === '') continue;
    let answer: object;
    try {
      answer = answerLine(text, options);
    } catch (error) {
      if (!(error instanceof ScalerError)) throw error;
      refused++;
      answer = { error: `line ${line}: ${error.message}` };
    }
    if (!output.write(`${JSON.stringify(answer)}\n`))
      await new Promise((resolve) => output.once('drain', resolve));
  }
  if (line === 0) throw new ScalerError('invalid', `nothing to read; expected lines such as ${LINE_FORM}`);
  if (refused > 0)
    throw new ScalerError(
      'invalid',
      `${refused} of ${line} lines could not be answered; their answers hold an "error" that says why`,
    );
}

function answerLine(text: string, { seasonality, timezone }: LineOptions): object {
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
    throw new ScalerError('invalid', `"${shortened(text)}" is not JSON; expected ${LINE_FORM}`, {
      cause: error,
    });
  }
  const read = requestSchema.safeParse(json);
  if (read.success) return read.data;
  const { path, message } = read.error.issues[0]!;
  const where = path.length > 0 ? `"${path.join('.')}"` : `"${shortened(text)}"`;
  throw new ScalerError('invalid', `${where}: ${message}; expected ${LINE_FORM}`);
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 37)}...`;
}
