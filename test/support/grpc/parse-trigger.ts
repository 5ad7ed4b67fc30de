import type { ParseTrigger } from '../../../scaler/grpc/trigger-cache.js';
import { parseTrigger } from '../../../scaler/trigger/parse.js';

/** The real parser with a default source, and a count of its calls. */
export function countingParser(): ParseTrigger & { calls: number } {
  const parse: ParseTrigger & { calls: number } = Object.assign(
    (ref: Parameters<ParseTrigger>[0]) => {
      parse.calls++;
      return parseTrigger(ref, { default: 'default' });
    },
    { calls: 0 },
  );
  return parse;
}
