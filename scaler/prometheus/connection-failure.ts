import { clip } from './clip.js';
import { bodyLimitFailure, passingFault, RequestFailure } from './request-failure.js';

/** The connection failed or broke, by the error code that Node.js, OpenSSL or undici gave. */
export function connectionFailure(error: unknown, maxBodyBytes: number): RequestFailure {
  if (error instanceof RequestFailure) return error;
  const { code, message } = innermost(error);
  if (code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') return bodyLimitFailure(maxBodyBytes);
  const advice = connectionAdvice[code] ?? (isCertificateCode(code) ? certificateAdvice : brokenAdvice);
  const detail = code === '' || message.includes(code) ? message : `${message}, ${code}`;
  return new RequestFailure('unavailable', `cannot be reached (${clip(detail)}); ${advice}`, passingFault, {
    cause: error,
  });
}

const certificateAdvice =
  "check the server's certificate, and the certificate authorities and client certificate given under the source's tls";
const brokenAdvice = 'check that it runs and what the network between does';

const connectionAdvice: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'check that it runs and listens on that port',
  ENOTFOUND: 'check the host name',
  EAI_AGAIN: 'check the cluster DNS',
  EHOSTUNREACH: 'check routes and network policies',
  ENETUNREACH: 'check routes and network policies',
  ETIMEDOUT: 'check network policies and firewalls',
  UND_ERR_CONNECT_TIMEOUT: 'check network policies and firewalls',
  EPROTO: 'check whether the port speaks http or https',
  ERR_SSL_WRONG_VERSION_NUMBER: 'check whether the port speaks http or https',
};

function isCertificateCode(code: string): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS|ERR_SSL|ERR_OSSL/.test(code);
}

/** The error that says most: undici and Node.js wrap it in causes and, for several addresses, in a list. */
function innermost(error: unknown): { code: string; message: string } {
  if (error instanceof AggregateError && error.errors.length > 0) return innermost(error.errors[0]);
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  if (error.cause instanceof Error) return innermost(error.cause);
  const code = (error as NodeJS.ErrnoException).code;
  return { code: typeof code === 'string' ? code : '', message: error.message };
}
