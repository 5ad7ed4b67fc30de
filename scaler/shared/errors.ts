/**
 * What went wrong, with the answer to KEDA:
 * - `invalid`: the metadata of the trigger or the configuration is wrong (INVALID_ARGUMENT);
 * - `rejected`: the query cannot serve as a trigger; for example, it gives several series (FAILED_PRECONDITION);
 * - `unavailable`: Prometheus does not answer and there is no fresh model (UNAVAILABLE).
 */
export type ScalerErrorKind = 'invalid' | 'rejected' | 'unavailable';

/**
 * An error with a message for the user: what was wrong, where, the value received, the accepted form and what to do. It
 * holds no secret, so it is safe to send, log and show.
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

/** A ScalerError of kind `invalid`. */
export const invalid = (message: string, options?: ErrorOptions): ScalerError =>
  new ScalerError('invalid', message, options);
