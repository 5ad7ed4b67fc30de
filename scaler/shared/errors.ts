/**
 * What went wrong, in the terms that decide the answer to KEDA:
 * - `invalid`: the trigger's metadata or the configuration is wrong (gRPC INVALID_ARGUMENT);
 * - `rejected`: the query cannot serve as a trigger, for example it gives several series (FAILED_PRECONDITION);
 * - `unavailable`: Prometheus does not answer and no fresh enough model is there (UNAVAILABLE).
 */
export type ScalerErrorKind = 'invalid' | 'rejected' | 'unavailable';

/**
 * An error whose message is written for the user: it names what was wrong, where, the value received, the accepted
 * form and what to do, and it never holds a secret. Its text is safe to send to KEDA, to log and to show.
 */
export class ScalerError extends Error {
  override readonly name = 'ScalerError';

  constructor(
    readonly kind: ScalerErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The error for something wrong that a user gave. */
export const invalid = (message: string, options?: ErrorOptions): ScalerError =>
  new ScalerError('invalid', message, options);
