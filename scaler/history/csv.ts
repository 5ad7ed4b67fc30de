import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { invalid } from '../shared/errors.js';
import { fileErrorInWords } from '../shared/file-error.js';
import { show } from '../shared/show.js';
import type { Samples } from './samples.js';

/** Form of a history file, for messages. */
const CSV_FORM =
  'a header line "timestamp,value", then one sample per line in ascending time; timestamp is epoch seconds or ISO 8601 with a zone such as 2026-03-01T08:00:00Z';

const ISO_WITH_ZONE = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/i;
/** Larger numbers, beyond the year 5138, are milliseconds by mistake. */
export const LARGEST_EPOCH_SECONDS = 1e11;
/** Every minute between the first and the last sample costs memory, also without a sample. */
const LONGEST_SPAN_SECONDS = 20 * 366 * 86_400;

/**
 * Reads samples from a CSV file with the columns `timestamp` and `value`; others are ignored. Samples whose value is
 * empty, `NaN` or infinite are left out.
 *
 * @throws ScalerError `invalid` with file, line, the text received and the accepted form
 */
export async function readCsv(file: string): Promise<Samples> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    throw invalid(`cannot read ${file}: ${fileErrorInWords(error)}`, { cause: error });
  }
  const [first, second] = bytes;
  if (first === 0x1f && second === 0x8b) throw invalid(`${file} is compressed by gzip; unpack it first`);
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    throw invalid(`${file} is text in UTF-16; save it as UTF-8`);
  return parseCsv(bytes.toString(), file);
}

/** As `readCsv`, for a text. @param name of its source, for errors */
export function parseCsv(text: string, name: string): Samples {
  const [first, ...rows] = parseRows(text, name);
  if (first === undefined) throw invalid(`${name} is empty; expected ${CSV_FORM}`);
  const header = first.record.map((column) => column.trim().toLowerCase());
  const timeColumn = header.indexOf('timestamp');
  const valueColumn = header.indexOf('value');
  if (timeColumn < 0 || valueColumn < 0)
    throw invalid(`${name}: the first line is ${show(first.record.join(','))}; expected ${CSV_FORM}`);
  const timestamps = new Float64Array(rows.length);
  const values = new Float64Array(rows.length);
  let count = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const { record, info } of rows) {
    const where = `${name} line ${info.lines}`;
    const timestamp = readTimestamp(record[timeColumn] ?? '', where);
    if (timestamp <= previous)
      throw invalid(
        `${where}: timestamp ${show(record[timeColumn] ?? '')} is not after the one before it; sort the file by time and remove duplicates`,
      );
    previous = timestamp;
    const value = readValue(record[valueColumn] ?? '', where);
    if (!Number.isFinite(value)) continue;
    timestamps[count] = timestamp;
    values[count++] = value;
  }
  if (count === 0) throw invalid(`${name} holds no sample; expected ${CSV_FORM}`);
  const spanSeconds = timestamps[count - 1]! - timestamps[0]!;
  if (spanSeconds > LONGEST_SPAN_SECONDS)
    throw invalid(
      `${name}: the first and the last sample are ${Math.round(spanSeconds / 86_400)} days apart; at most 20 years are read, so look for a wrong timestamp at either end`,
    );
  return { timestamps: timestamps.subarray(0, count), values: values.subarray(0, count) };
}

interface Row {
  readonly record: string[];
  readonly info: { readonly lines: number };
}

function parseRows(text: string, name: string): Row[] {
  try {
    const options = { bom: true, info: true, skip_empty_lines: true, relax_column_count: true } as const;
    return parse(text, options) as unknown as Row[];
  } catch (error) {
    const line = error instanceof CsvError ? ` line ${error.lines}` : '';
    throw invalid(`${name}${line} is not CSV: expected ${CSV_FORM}`, { cause: error });
  }
}

function readTimestamp(text: string, where: string): number {
  const trimmed = text.trim();
  const seconds = ISO_WITH_ZONE.test(trimmed) ? Date.parse(trimmed) / 1000 : readNumber(trimmed);
  if (seconds !== undefined && Number.isFinite(seconds) && Math.abs(seconds) < LARGEST_EPOCH_SECONDS)
    return seconds;
  throw invalid(
    `${where}: ${show(trimmed)} is not a timestamp; expected epoch seconds or ISO 8601 with a zone such as 2026-03-01T08:00:00Z`,
  );
}

function readValue(text: string, where: string): number {
  const trimmed = text.trim();
  if (/^([+-]?inf(inity)?|nan|null|)$/i.test(trimmed)) return Number.NaN;
  const value = readNumber(trimmed);
  if (value === undefined) throw invalid(`${where}: ${show(trimmed)} is not a number`);
  return value;
}

function readNumber(text: string): number | undefined {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
