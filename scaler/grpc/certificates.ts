import { X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { ServerCredentials } from '@grpc/grpc-js';
import { ScalerError } from '../shared/errors.js';
import { type CertificateProvider, certificateCredentials } from '../shared/library-internals.js';
import { OncePerChange } from '../shared/once-per-change.js';
import { WatchedFile } from '../shared/watched-file.js';
import type { Log } from './log.js';

/** Where the server's certificate lies. All files are PEM. */
export interface TlsFiles {
  /** The server's certificate, with the chain that clients need. */
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority that clients' certificates must come from. With it, callers without one are refused (mutual TLS). */
  readonly clientCaFile?: string | undefined;
}

interface Loaded {
  readonly certificate: string;
  readonly privateKey: string;
  readonly clientCa: string | undefined;
}

type CaListener = Parameters<CertificateProvider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<CertificateProvider['addIdentityCertificateListener']>[0];

/**
 * The server's certificates, read again when the files change. Open connections stay; new ones get the new files. When
 * the files cannot be used, the log says so once and the last good ones stay in use. The provider of grpc-js itself
 * refuses every connection while a file cannot be read, and accepts a key that does not belong to the certificate.
 */
export class RotatingCertificates implements CertificateProvider {
  /** What tells each listener the files of now. */
  readonly #tell = new Map<CaListener | IdentityListener, () => void>();
  readonly #problems = new OncePerChange();
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    readonly files: TlsFiles,
    readonly load: () => Promise<Loaded>,
    private current: Loaded,
    readonly refreshSeconds: number,
    readonly log: Log,
  ) {}

  /**
   * Reads the files for the first time.
   *
   * @param refreshSeconds how often the files are looked at again
   * @throws ScalerError when a file cannot be read or used
   */
  static async load(files: TlsFiles, refreshSeconds: number, log: Log): Promise<RotatingCertificates> {
    const load = loader(files);
    return new RotatingCertificates(files, load, await load(), refreshSeconds, log);
  }

  /** Credentials for a server, which follow the files as long as the server lives. */
  credentials(): ServerCredentials {
    return certificateCredentials(this, this.files.clientCaFile !== undefined);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#add(listener, () => {
      const { clientCa } = this.current;
      listener(clientCa === undefined ? null : { caCertificate: Buffer.from(clientCa) });
    });
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#add(listener, () => {
      const { certificate, privateKey } = this.current;
      listener({ certificate: Buffer.from(certificate), privateKey: Buffer.from(privateKey) });
    });
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#remove(listener);
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#remove(listener);
  }

  #add(listener: CaListener | IdentityListener, tell: () => void): void {
    this.#tell.set(listener, tell);
    this.#timer ??= setInterval(() => void this.#refresh(), this.refreshSeconds * 1000).unref();
    // Later, as the caller finishes its own set-up first.
    process.nextTick(tell);
  }

  #remove(listener: CaListener | IdentityListener): void {
    this.#tell.delete(listener);
    if (this.#tell.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #refresh(): Promise<void> {
    const fresh = await this.load().catch((error: Error) => error);
    if (fresh instanceof Error) {
      if (this.#problems.changed(fresh.message))
        this.log.warn({ problem: fresh.message }, 'TLS files cannot be used; the last good ones stay in use');
      return;
    }
    const before = this.current;
    const isNew =
      fresh.certificate !== before.certificate ||
      fresh.privateKey !== before.privateKey ||
      fresh.clientCa !== before.clientCa;
    const isGoodAgain = this.#problems.changed(undefined);
    if (isNew || isGoodAgain) this.log.info({ ...this.files }, 'TLS files read again');
    if (!isNew) return;
    this.current = fresh;
    for (const tell of this.#tell.values()) tell();
  }
}

/** Reads the files and checks that they can be used together. */
function loader({ certFile, keyFile, clientCaFile }: TlsFiles): () => Promise<Loaded> {
  const files = { certificate: new WatchedFile(certFile), privateKey: new WatchedFile(keyFile) };
  const ca = clientCaFile === undefined ? undefined : new WatchedFile(clientCaFile);
  return async () => {
    const [certificate, privateKey, clientCa] = await Promise.all([
      read('certificate', files.certificate),
      read('private key', files.privateKey),
      ca && read('client CA', ca),
    ]);
    const expiry = new Date(parsed('certificate', certFile, certificate).validTo);
    if (expiry.getTime() <= Date.now())
      throw unusable('certificate', certFile, `it expired at ${expiry.toISOString()}; put a valid one there`);
    if (clientCa !== undefined) parsed('client CA', clientCaFile!, clientCa);
    try {
      createSecureContext({ cert: certificate, key: privateKey });
    } catch (error) {
      const what = `it must be the unencrypted PEM key of ${certFile} (${reason(error)})`;
      throw unusable('private key', keyFile, what);
    }
    return { certificate, privateKey, clientCa };
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
