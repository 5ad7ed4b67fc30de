import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../scaler/shared/package-root.js';

const run = promisify(execFile);

/** Where images and layers are kept between runs, so that a second run builds only what has changed. */
const storageFolder = join(packageRoot, 'var/images');

/** What an image says about how to run it. */
export interface ImageConfig {
  readonly User: string;
  readonly Env: readonly string[];
  readonly WorkingDir: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[] | null;
  readonly StopSignal: string;
  readonly Healthcheck?: { readonly Test: readonly string[] };
}

/** Why images cannot be built here; `undefined` when they can. */
export async function whyNoImages(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return 'images are built and started as root';
  try {
    await run('buildah', ['--version']);
    return undefined;
  } catch {
    return 'buildah is missing: apt-get install --no-install-recommends buildah debootstrap';
  }
}

/** Builds images of the root's Dockerfile with buildah, in a storage of its own. */
export class Buildah {
  readonly #options: readonly string[];
  #nodeImage = '';

  private constructor(options: readonly string[]) {
    this.#options = options;
  }

  /**
   * Opens the storage and finds the base image: `NODE_IMAGE`; or the one that the Dockerfile names, where a registry
   * answers; or one made of Debian's packages and this machine's Node.js.
   */
  static async open(): Promise<Buildah> {
    const storage = (driver: string) => [
      ...['--root', join(storageFolder, driver, 'storage')],
      ...['--runroot', join(storageFolder, driver, 'run')],
      ...['--storage-driver', driver],
    ];
    // Overlay shares what images have in common; it cannot lie on top of another overlay, as in a container.
    const overlay = new Buildah(storage('overlay'));
    const buildah = await overlay.#run('info').then(
      () => overlay,
      () => new Buildah(storage('vfs')),
    );
    buildah.#nodeImage = process.env.NODE_IMAGE || (await buildah.#findNodeImage());
    return buildah;
  }

  /** The image that all others start from. */
  get nodeImage(): string {
    return this.#nodeImage;
  }

  /** Builds a target of the Dockerfile and gives the image's name. */
  async build(target: string): Promise<string> {
    const image = `localhost/${target}`;
    await this.#run(
      ...['bud', '--isolation', 'chroot', '--format', 'docker', '--layers', '--target', target],
      ...['--build-arg', `NODE_IMAGE=${this.#nodeImage}`, '--tag', image, packageRoot],
    );
    return image;
  }

  /** What the image says of itself, in Docker's form. */
  async config(image: string): Promise<ImageConfig> {
    const { Docker } = JSON.parse(await this.#run('inspect', '--type', 'image', image)) as {
      Docker: { config: ImageConfig };
    };
    return Docker.config;
  }

  /** Makes a container of an image and mounts its root; `remove` ends both. */
  async mount(image: string): Promise<{ root: string; remove: () => Promise<void> }> {
    const container = await this.#run('from', image);
    return {
      root: await this.#run('mount', container),
      remove: async () => void (await this.#run('rm', container)),
    };
  }

  async #findNodeImage(): Promise<string> {
    const [, named] = /^ARG NODE_IMAGE=(\S+)$/m.exec(readFileSync(join(packageRoot, 'Dockerfile'), 'utf8'))!;
    const published = `docker.io/library/${named}`;
    const standIn = 'localhost/node-base';
    try {
      await this.#run('pull', '--retry', '0', '--quiet', published);
      return published;
    } catch {
      const made = await this.#run('images', '--quiet', standIn).catch(() => '');
      if (made === '') await run(join(packageRoot, 'test/images/node-base.sh'), [standIn, ...this.#options]);
      return standIn;
    }
  }

  async #run(command: string, ...args: string[]): Promise<string> {
    try {
      const { stdout } = await run('buildah', [...this.#options, command, ...args], {
        maxBuffer: 64 << 20,
        env: { ...process.env, BUILDAH_ISOLATION: 'chroot' },
      });
      return stdout.trim();
    } catch (error) {
      const { stdout, stderr } = error as { stdout?: string; stderr?: string };
      throw new Error(`buildah ${command}: ${`${stdout}\n${stderr}`.slice(-3000)}`, { cause: error });
    }
  }
}
