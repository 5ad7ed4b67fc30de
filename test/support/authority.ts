import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A certificate and its key, as PEM files. */
export interface Pair {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority made with openssl, for the time of a test. */
export class Authority {
  readonly caFile: string;
  readonly #folder: string;
  readonly #name: string;

  /** @param name tells authorities in one folder apart */
  constructor(folder: string, name: string) {
    this.#folder = folder;
    this.#name = name;
    this.caFile = this.#path('crt');
    openssl(
      ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ['-subj', `/CN=${name}`, '-keyout', this.#path('key'), '-out', this.caFile],
    );
  }

  /**
   * Issues a certificate that is good for its name, for localhost and for clients.
   *
   * @param days of validity from now; below 0 the certificate has expired
   * @param usage the only use that it may be put to, as `extendedKeyUsage`; any when undefined
   */
  issue(name: string, days = 2, usage?: 'clientAuth' | 'serverAuth'): Pair {
    const certFile = join(this.#folder, `${name}.crt`);
    const keyFile = join(this.#folder, `${name}.key`);
    const request = join(this.#folder, `${name}.csr`);
    const extensions = join(this.#folder, `${name}.ext`);
    const lines = [`subjectAltName=DNS:localhost,DNS:${name},IP:127.0.0.1`, 'basicConstraints=CA:FALSE'];
    if (usage !== undefined) lines.push(`extendedKeyUsage=${usage}`);
    writeFileSync(extensions, `${lines.join('\n')}\n`);
    openssl(
      ['req', '-new', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
      ['-subj', `/CN=${name}`, '-keyout', keyFile, '-out', request],
    );
    openssl(
      ['x509', '-req', '-in', request, '-CA', this.caFile, '-CAkey', this.#path('key'), '-CAcreateserial'],
      ['-days', String(days), '-extfile', extensions, '-out', certFile],
    );
    return { certFile, keyFile };
  }

  #path(extension: string): string {
    return join(this.#folder, `${this.#name}.${extension}`);
  }
}

function openssl(...parts: string[][]): void {
  execFileSync('openssl', parts.flat(), { stdio: 'pipe' });
}
