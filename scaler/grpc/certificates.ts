import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext } from 'node:tls';
import { experimental, type ServerCredentials } from '@grpc/grpc-js';
import { ScalerError } from '../shared/errors.js';
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
  readonly certificate: Buffer;
  readonly privateKey: Buffer;
  readonly clientCa: Buffer | undefined;
}

type Provider = experimental.CertificateProvider;
type CaListener = Parameters<Provider['addCaCertificateListener']>[0];
type IdentityListener = Parameters<Provider['addIdentityCertificateListener']>[0];

/**
 * The server's certificates, read again when the files change (as cert-manager and mounted Secrets rotate them).
 * Connections that are open live on; new ones are made with the new files. Files that cannot be used are told to the
 * log once, and the last good ones stay in use.
 *
 * The files are read at intervals and compared: notifications of the file system miss the swapped symbolic links that
 * Kubernetes mounts. grpc-js has a provider of its own, which refuses every connection while a file cannot be read and
 * accepts a key that does not belong to the certificate.
 */
export class RotatingCertificates implements Provider {
  readonly #files: TlsFiles;
  readonly #refreshSeconds: number;
  readonly #log: Log;
  readonly #caListeners = new Set<CaListener>();
  readonly #identityListeners = new Set<IdentityListener>();
  #current: Loaded;
  #problem = '';
  #timer: NodeJS.Timeout | undefined;

  private constructor(files: TlsFiles, first: Loaded, refreshSeconds: number, log: Log) {
    this.#files = files;
    this.#current = first;
    this.#refreshSeconds = refreshSeconds;
    this.#log = log;
  }

  /**
   * Reads the files for the first time.
   *
   * @param refreshSeconds how often the files are read again
   * @throws ScalerError when a file cannot be read or used
   */
  static async load(files: TlsFiles, refreshSeconds: number, log: Log): Promise<RotatingCertificates> {
    return new RotatingCertificates(files, await loadFiles(files), refreshSeconds, log);
  }

  /** Credentials for a server, which keep up with the files as long as the server lives. */
  credentials(): ServerCredentials {
    const mutual = this.#files.clientCaFile !== undefined;
    return experimental.createCertificateProviderServerCredentials(this, mutual ? this : null, mutual);
  }

  addCaCertificateListener(listener: CaListener): void {
    this.#caListeners.add(listener);
    this.#watch();
    // Later, as the caller finishes its own set-up first.
    process.nextTick(() => this.#tellCa(listener));
  }

  removeCaCertificateListener(listener: CaListener): void {
    this.#caListeners.delete(listener);
    this.#unwatchWhenUnused();
  }

  addIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.add(listener);
    this.#watch();
    process.nextTick(() => this.#tellIdentity(listener));
  }

  removeIdentityCertificateListener(listener: IdentityListener): void {
    this.#identityListeners.delete(listener);
    this.#unwatchWhenUnused();
  }

  #watch(): void {
    this.#timer ??= setInterval(() => void this.#refresh(), this.#refreshSeconds * 1000).unref();
  }

  #unwatchWhenUnused(): void {
    if (this.#caListeners.size + this.#identityListeners.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #refresh(): Promise<void> {
    let fresh: Loaded;
    try {
      fresh = await loadFiles(this.#files);
    } catch (error) {
      const problem = (error as Error).message;
      if (problem !== this.#problem)
        this.#log.warn({ problem }, 'TLS files cannot be used; the last good ones stay');
      this.#problem = problem;
      return;
    }
    const changed = !sameFiles(fresh, this.#current);
    if (changed || this.#problem !== '') this.#log.info({ ...this.#files }, 'TLS files read again');
    this.#problem = '';
    if (!changed) return;
    this.#current = fresh;
    for (const listener of this.#identityListeners) this.#tellIdentity(listener);
    for (const listener of this.#caListeners) this.#tellCa(listener);
  }

  #tellCa(listener: CaListener): void {
    const { clientCa } = this.#current;
    listener(clientCa === undefined ? null : { caCertificate: clientCa });
  }

  #tellIdentity(listener: IdentityListener): void {
    const { certificate, privateKey } = this.#current;
    listener({ certificate, privateKey });
  }
}

async function loadFiles({ certFile, keyFile, clientCaFile }: TlsFiles): Promise<Loaded> {
  const [certificate, privateKey, clientCa] = await Promise.all([
    read('certificate', certFile),
    read('private key', keyFile),
    clientCaFile === undefined ? undefined : read('client CA', clientCaFile),
  ]);
  const expiry = new Date(parsed('certificate', certFile, certificate).validTo);
  if (expiry.getTime() <= Date.now())
    throw unusable('certificate', certFile, `it expired at ${expiry.toISOString()}; put a valid one there`);
  if (clientCa !== undefined) parsed('client CA', clientCaFile!, clientCa);
  try {
    createSecureContext({ cert: certificate, key: privateKey });
  } catch (error) {
    throw unusable(
      'private key',
      keyFile,
      `it must be the unencrypted PEM key of ${certFile} (${reason(error)})`,
    );
  }
  return { certificate, privateKey, clientCa };
}

async function read(role: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    throw unusable(role, file, `it cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
}

function parsed(role: string, file: string, pem: Buffer): X509Certificate {
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

function sameFiles(a: Loaded, b: Loaded): boolean {
  const sameCa = a.clientCa === b.clientCa || (a.clientCa !== undefined && b.clientCa?.equals(a.clientCa));
  return a.certificate.equals(b.certificate) && a.privateKey.equals(b.privateKey) && Boolean(sameCa);
}
