import type { Hide } from '../shared/redact.js';
import { clip, show } from '../shared/show.js';
import { formatFailure, RequestFailure, statusFailure } from './request-failure.js';

/** One series of an answer. */
export interface AnsweredSeries {
  /** Label set as PromQL writes it. */
  readonly labels: string;
  /** Epoch seconds and value as text. */
  readonly samples: readonly (readonly [number, string])[];
}

/** A successful answer of `/api/v1/query` or `/api/v1/query_range`. */
export interface ApiAnswer {
  readonly series: readonly AnsweredSeries[];
  /** Samples in all series. */
  readonly samples: number;
  /** Such as a store that did not answer (Thanos) or a partial result (VictoriaMetrics). */
  readonly warnings: readonly string[];
}

/**
 * Reads the JSON of a successful answer: a vector, a matrix or a scalar.
 *
 * @param hide hides the secrets of the request in labels and warnings, which messages repeat
 * @see https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats
 * @throws RequestFailure `unavailable` when it is not such JSON, `rejected` when the query gives no number over time
 */
export function readAnswer(text: string, contentType: string, hide: Hide = (part) => part): ApiAnswer {
  const envelope = parseEnvelope(text, contentType);
  const { data, status } = envelope;
  // Some proxies give the status 200 to every answer.
  if (status === 'error') throw statusFailure(200, {}, text, hide);
  if (status !== 'success' || !isObject(data)) throw formatFailure('JSON without status "success" and data');
  const series = readResult(data.resultType, data.result, hide);
  let samples = 0;
  for (const one of series) samples += one.samples.length;
  return { series, samples, warnings: readWarnings(envelope).map(hide) };
}

function parseEnvelope(text: string, contentType: string): Record<string, unknown> {
  let envelope: unknown;
  try {
    envelope = JSON.parse(text);
  } catch (error) {
    throw formatFailure(`broken JSON of ${text.length} characters, content type "${contentType}"`, error);
  }
  if (!isObject(envelope)) throw formatFailure(`JSON that is no object, content type "${contentType}"`);
  return envelope;
}

function readResult(resultType: unknown, result: unknown, hide: Hide): AnsweredSeries[] {
  switch (resultType) {
    case 'scalar':
      return [{ labels: '{}', samples: [readSample(result)] }];
    case 'vector':
      return readSeries(result, 'histogram', hide, ({ value }) => [readSample(value)]);
    case 'matrix':
      return readSeries(result, 'histograms', hide, ({ values }) => readList(values).map(readSample));
    case 'string':
      throw new RequestFailure('rejected', 'gives text for the query; a query that gives a number is needed');
    default:
      throw formatFailure(
        typeof resultType === 'string'
          ? `result type ${show(hide(resultType))}`
          : 'a result type that is no text',
      );
  }
}

function readSeries(
  result: unknown,
  histogramField: string,
  hide: Hide,
  samplesOf: (series: Record<string, unknown>) => [number, string][],
): AnsweredSeries[] {
  return readList(result).map((series) => {
    if (!isObject(series) || !isObject(series.metric)) throw formatFailure('a series without labels');
    if (histogramField in series)
      throw new RequestFailure(
        'rejected',
        'gives a native histogram for the query; take a number from it with histogram_count(...), histogram_sum(...) or histogram_quantile(...)',
      );
    const labels = Object.entries(series.metric).map(([name, value]) => {
      if (typeof value !== 'string') throw formatFailure('a label that is no text');
      // Before labels are cut to length, since half a secret would not be recognized.
      return [name, hide(value)] as const;
    });
    return { labels: labelSet(Object.fromEntries(labels)), samples: samplesOf(series) };
  });
}

/**
 * Labels as PromQL writes them, sorted by name, so that equal sets give equal text. Long sets are cut.
 *
 * @example labelSet({ pod: 'a', app: 'shop' }) // '{app="shop", pod="a"}'
 */
function labelSet(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `${name}=${JSON.stringify(labels[name])}`);
  return clip(`{${pairs.join(', ')}}`, 500);
}

function readSample(sample: unknown): [number, string] {
  if (Array.isArray(sample) && typeof sample[0] === 'number' && typeof sample[1] === 'string')
    return sample as [number, string];
  throw formatFailure('a sample that is not a time and a value');
}

function readList(list: unknown): unknown[] {
  if (!Array.isArray(list)) throw formatFailure('a result that is no list');
  return list;
}

function readWarnings(envelope: Record<string, unknown>): string[] {
  const warnings = Array.isArray(envelope.warnings)
    ? envelope.warnings.map((warning) =>
        typeof warning === 'string' ? warning : 'a warning that is no text',
      )
    : [];
  // A field of VictoriaMetrics.
  if (envelope.isPartial === true) warnings.push('the result is partial: some storage nodes did not answer');
  return warnings;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The number in the text of a sample; NaN when it is not a finite number. */
export function finiteOrNaN(text: string): number {
  // Number('') is 0, but an unknown value must not read as 0.
  const value = text === '' ? Number.NaN : Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}
