import { parseTrigger } from '../../trigger.js';
import type { ParseTrigger } from '../trigger-cache.js';

/** The real parser with a default source, and a count of its calls. */
export function countingParser(): ParseTrigger & { calls: number } {
  const parse: ParseTrigger & { calls: number } = Object.assign(
    (ref: Parameters<ParseTrigger>[0]) => {
      parse.calls++;
      return parseTrigger(ref, { defaultSource: 'default' });
    },
    { calls: 0 },
  );
  return parse;
}
