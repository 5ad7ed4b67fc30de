import { ScalerError } from '../../errors.js';
import type { Trigger } from '../../trigger.js';
import type { ParseTrigger } from '../trigger-cache.js';

/** Reads just enough metadata for the RPCs: query, threshold and metricName. Counts its calls. */
export function countingParser(): ParseTrigger & { calls: number } {
  const parse: ParseTrigger & { calls: number } = Object.assign(
    (ref: Parameters<ParseTrigger>[0]) => {
      parse.calls++;
      const { query, threshold = '100', metricName = 'web-load' } = ref.scalerMetadata;
      if (!query) {
        throw new ScalerError(
          'invalid',
          `ScaledObject ${ref.namespace}/${ref.name}: query is missing; give the PromQL of the load`,
        );
      }
      const checked = { namespace: ref.namespace, scaledObject: ref.name, metricName, query };
      return { ...checked, threshold: Number(threshold) } as Trigger;
    },
    { calls: 0 },
  );
  return parse;
}
