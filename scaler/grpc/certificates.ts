import { X509Certificate } from 'node:crypto';
import { createSecureContext, createServer, type SecureContextOptions, type Server } from 'node:tls';
import { ScalerError } from '../shared/errors.js';
import { OncePerChange } from '../shared/once-per-change.js';
import { WatchedFile } from '../shared/watched-file.js';
import type { Log } from './log.js';

/** PEM files of the server. */
export interface TlsFiles {
  /** The server's certificate, with the chain that clients need. */
  readonly certFile: string;
  readonly keyFile: string;
  /** Authority of the certificates that callers must have (mutual TLS); without it they need none. */
  readonly clientCaFile?: string | undefined;
}

/**
 * A TLS server that uses its files as they are for new connections. When they cannot be used, the log says so once and
 * the last good ones stay in use.
 *
 * @param refreshSeconds how often the files are looked at
 * @throws ScalerError `unavailable` when a file cannot be read or used at the start
 */
export async function createTlsServer(files: TlsFiles, refreshSeconds: number, log: Log): Promise<Server> {
  const load = loader(files);
  let current = await load();
  const problems = new OncePerChange();
  const isMutual = files.clientCaFile !== undefined;
  const server = createServer({
    ...current,
    ALPNProtocols: ['h2'],
    requestCert: isMutual,
    rejectUnauthorized: isMutual,
    noDelay: true,
  });

  async function refresh(): Promise<void> {
    const fresh = await load().catch((error: Error) => error);
    if (fresh instanceof Error) {
      if (problems.changed(fresh.message))
        log.warn({ problem: fresh.message }, 'TLS files cannot be used; the last good ones stay in use');
      return;
    }
    const isNew = fresh.cert !== current.cert || fresh.key !== current.key || fresh.ca !== current.ca;
    const isGoodAgain = problems.changed(undefined);
    if (isNew || isGoodAgain) log.info({ ...files }, 'TLS files read again');
    if (!isNew) return;
    current = fresh;
    server.setSecureContext(fresh);
  }
  const timer = setInterval(() => void refresh(), refreshSeconds * 1000).unref();
  return server.once('close', () => clearInterval(timer));
}

/** What a certificate may be used for by a client. @see RFC 5280 section 4.2.1.12 */
const CLIENT_USES = ['1.3.6.1.5.5.7.3.2', '2.5.29.37.0'];

/** Whether callers may show a certificate as theirs: it names no uses, or that of a client among them. */
export function isForClients(pem: string | Buffer): boolean {
  const uses: readonly string[] | undefined = new X509Certificate(pem).keyUsage;
  return uses === undefined || uses.some((use) => CLIENT_USES.includes(use));
}

/** Reads the files, and checks that they belong together. */
function loader({ certFile, keyFile, clientCaFile }: TlsFiles): () => Promise<SecureContextOptions> {
  const [certificate, privateKey] = [new WatchedFile(certFile), new WatchedFile(keyFile)];
  const clientCa = clientCaFile === undefined ? undefined : new WatchedFile(clientCaFile);
  return async () => {
    const [cert, key, ca] = await Promise.all([
      read('certificate', certificate),
      read('private key', privateKey),
      clientCa && read('client CA', clientCa),
    ]);
    const expiry = new Date(parsed('certificate', certFile, cert).validTo);
    if (expiry.getTime() <= Date.now())
      throw unusable('certificate', certFile, `it expired at ${expiry.toISOString()}; put a valid one there`);
    if (ca !== undefined) parsed('client CA', clientCaFile!, ca);
    try {
      createSecureContext({ cert, key });
    } catch (error) {
      const what = `it must be the unencrypted PEM key of ${certFile} (${reason(error)})`;
      throw unusable('private key', keyFile, what);
    }
    return { cert, key, ...(ca !== undefined && { ca }) };
  };
}

async function read(role: string, file: WatchedFile): Promise<string> {
  return file.read().catch((error: Error) => {
    throw unusable(role, file.path, `it ${error.message}`, error);
  });
}

function parsed(role: string, file: string, pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (error) {
    throw unusable(role, file, `it is no PEM certificate (${reason(error)})`, error);
  }
}

function unusable(role: string, file: string, what: string, cause?: unknown): ScalerError {
  return new ScalerError('unavailable', `TLS ${role} ${file}: ${what}`, { cause });
}

/** OpenSSL's own words without its numbers: `error:05800074:x509 certificate routines::key values mismatch`. */
function reason(error: unknown): string {
  return (error as Error).message.split(':').at(-1) || 'unknown reason';
}
