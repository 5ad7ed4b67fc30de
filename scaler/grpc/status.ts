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

/** Longest message for a caller. It is percent-encoded into a trailer, and proxies refuse trailers of about 60 KB. */
const LONGEST_DETAILS = 4096;

/** The gRPC status for an error. All but ScalerErrors are bugs: they are logged, and the caller gets one sentence. */
export function toStatus(error: unknown, log: Log): CallStatus {
  if (error instanceof ScalerError) return { code: codes[error.kind], details: error.message };
  log.error({ err: error }, 'a gRPC call failed because of a bug in the scaler');
  return { code: status.INTERNAL, details: 'internal error of the scaler; its log has the details' };
}

/** A message, shortened, and without half surrogate pairs, on which percent-encoding throws: callers may send these. */
export function sendableDetails(details: string): string {
  const short = details.length <= LONGEST_DETAILS ? details : `${details.slice(0, LONGEST_DETAILS - 1)}…`;
  return Buffer.from(short, 'utf8').toString('utf8');
}
