import { trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger, pino } from 'pino';

export type { Logger } from 'pino';

/** The levels of `LOG_LEVEL`, from the most talkative to none at all. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/**
 * A structured log: one JSON object per line with `time` (ISO 8601), `level` (word), `service`, and, inside a trace,
 * `trace_id` and `span_id`, so that a log line leads to its trace.
 * @param options.destination where lines go; standard output unless given
 */
export function createLog(options: {
  service: string;
  level: (typeof logLevels)[number];
  destination?: DestinationStream;
}): Logger {
  return pino(
    {
      level: options.level,
      base: { service: options.service },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      mixin: idsOfActiveSpan,
    },
    // Written at once: a program that ends while a line is on its way would put it behind the last one, or lose it.
    options.destination ?? pino.destination({ dest: 1, sync: true }),
  );
}

function idsOfActiveSpan(): object {
  const context = trace.getActiveSpan()?.spanContext();
  return context === undefined ? {} : { trace_id: context.traceId, span_id: context.spanId };
}
