import { type StatusObject, status } from '@grpc/grpc-js';
import { ScalerError, type ScalerErrorKind } from '../shared/errors.js';
import type { Log } from './log.js';

/** How a call ends when it fails. */
export type CallStatus = Readonly<Pick<StatusObject, 'code' | 'details'>>;

const codes: Readonly<Record<ScalerErrorKind, status>> = {
  invalid: status.INVALID_ARGUMENT,
  rejected: status.FAILED_PRECONDITION,
  unavailable: status.UNAVAILABLE,
};

/** Longest message sent to a caller. It travels percent-encoded in a trailer, and proxies refuse trailers of some 60 KB. */
const LONGEST_DETAILS = 4096;

/**
 * The gRPC status for an error. A ScalerError's text is made for the user and is sent unchanged; anything else is a
 * bug, which is logged completely while the caller gets one fixed sentence.
 */
export function toStatus(error: unknown, log: Log): CallStatus {
  if (error instanceof ScalerError) return { code: codes[error.kind], details: error.message };
  log.error({ err: error }, 'a gRPC call failed because of a bug in the scaler');
  return { code: status.INTERNAL, details: 'internal error of the scaler; its log has the details' };
}

/**
 * A message as it can be sent: shortened where too long, and with half surrogate pairs replaced. A message repeats what
 * the caller sent, and percent-encoding throws on half a pair.
 */
export function sendableDetails(details: string): string {
  const short = details.length <= LONGEST_DETAILS ? details : `${details.slice(0, LONGEST_DETAILS - 1)}…`;
  return Buffer.from(short, 'utf8').toString('utf8');
}
