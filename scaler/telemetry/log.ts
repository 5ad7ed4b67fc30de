import { type DestinationStream, type Logger, pino, stdSerializers, stdTimeFunctions } from 'pino';
import { ScalerError } from '../shared/errors.js';
import { HIDDEN } from '../shared/redact.js';

export type { Logger } from 'pino';

/** Log levels, from the most verbose to none at all. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Fields that may hold a secret, at the top or in an object. */
const secretFields = ['password', 'token', 'authorization', 'headers', 'customHeaders', 'queryParameters'];

/**
 * A structured log: one JSON object per line with `time` (ISO 8601), `level` (a word) and `msg`. JSON escapes control
 * characters, so that text of users cannot forge a line. Fields named like secrets are hidden.
 *
 * @param options.destination @default standard output
 */
export function createLog(options: { level: LogLevel; destination?: DestinationStream }): Logger {
  return pino(
    {
      level: options.level,
      base: {},
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: serializeError },
      redact: {
        paths: secretFields.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]),
        censor: HIDDEN,
      },
    },
    options.destination ?? pino.destination(1),
  );
}

/** The message of a ScalerError is complete; any other error is a bug and needs its stack. */
function serializeError(error: Error): object {
  return error instanceof ScalerError
    ? { kind: error.kind, message: error.message }
    : stdSerializers.err(error);
}
