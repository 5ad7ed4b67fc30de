import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { endWithThisProcess } from '../../apps/local-stack/servers/end-process.js';
import type { ImageConfig } from './buildah.js';

/**
 * The restrictions that compose and the manifests set, without an engine: the root read-only, /tmp in memory, a user
 * without rights, no way to gain any. The network is this machine's.
 */
const ENTER = `
mount --bind "$ROOT" "$ROOT"
mount -o remount,bind,ro "$ROOT"
mount -t tmpfs tmpfs "$ROOT/tmp"
[ -z "$FILE" ] || cp "$FILE" "$ROOT/tmp/"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
exec setpriv --no-new-privs chroot --userspec="$AS" "$ROOT" /usr/bin/env -i --chdir="$IN" "$@"
`;

/** A command that runs in the root of an image, as the image says it should. */
export class ImageProcess {
  /** Standard output and standard error. */
  output = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;

  /**
   * @param root the mounted root of the image
   * @param config of the image
   * @param environment beside the image's own
   * @param options.file is put into /tmp, as a mounted ConfigMap would be
   * @param options.command instead of the entry point with the image's own arguments
   */
  constructor(
    root: string,
    config: ImageConfig,
    environment: Record<string, string>,
    options: { file?: string | undefined; command?: readonly string[] } = {},
  ) {
    const command = options.command ?? [...config.Entrypoint, ...(config.Cmd ?? [])];
    const variables = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    this.#child = spawn(
      'unshare',
      ['--mount', 'sh', '-euc', ENTER, 'sh', ...config.Env, ...variables, ...command],
      {
        env: {
          PATH: process.env.PATH,
          ROOT: root,
          AS: config.User,
          IN: config.WorkingDir,
          FILE: options.file ?? '',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    endWithThisProcess(this.#child);
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        this.output += chunk;
      });
    this.#ended = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }));
  }

  /** Whether it has not ended by itself. */
  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it has ended. */
  ended(): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    return this.#ended;
  }

  /** Sends the signal that engines send at a stop, and waits. */
  async stop(signal: string): Promise<{ code: number | null; signal: NodeJS.Signals | null }> {
    this.#child.kill(signal as NodeJS.Signals);
    return this.#ended;
  }
}
