import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { endProcess, endWithThisProcess } from '../../apps/local-stack/servers/end-process.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { packageRoot } from '../../scaler/package-root.js';

/** A user that owns nothing. */
const user = { uid: 64_321, gid: 64_321 };

interface Stage {
  readonly base: string;
  readonly lines: readonly string[];
}

/** The Dockerfile's stages by name. */
function stages(): Map<string, Stage> {
  const found = new Map<string, Stage>();
  let lines: string[] = [];
  for (const line of readFileSync(join(packageRoot, 'Dockerfile'), 'utf8').split('\n')) {
    const from = /^FROM (\S+) AS (\S+)$/.exec(line);
    if (from !== null) {
      lines = [];
      found.set(from[2]!, { base: from[1]!, lines });
    } else lines.push(line);
  }
  return found;
}

/** What follows a keyword in a stage's lines, those of its base first. */
function instructions(name: string, keyword: string): string[] {
  const stage = stages().get(name);
  if (stage === undefined) return [];
  const own = stage.lines.filter((line) => line.startsWith(`${keyword} `));
  return [...instructions(stage.base, keyword), ...own.map((line) => line.slice(keyword.length + 1))];
}

/** Copies what the image holds into a folder. Modules are those that `npm ci --omit=dev` installs. */
function fill(folder: string, image: string): void {
  const isShipped = (path: string) => !/\.test\.js/.test(path.slice(packageRoot.length));
  for (const copy of instructions(image, 'COPY')) {
    const parts = copy.split(' ').filter((part) => !part.startsWith('--from='));
    const target = parts.pop()!;
    for (const part of parts) {
      const path = part.replace(/^\/build\//, '');
      const isFolder = target.endsWith('/');
      const to = join(folder, target, isFolder ? path.slice(path.lastIndexOf('/') + 1) : '');
      if (path === 'node_modules') copyModules(folder);
      else cpSync(join(packageRoot, path), to, { recursive: true, filter: isShipped });
    }
  }
}

function copyModules(folder: string): void {
  const { packages } = JSON.parse(readFileSync(join(packageRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean }>;
  };
  for (const [path, { dev }] of Object.entries(packages)) {
    // Those inside another package come along with it; those for other machines are not installed.
    const isInside = path.lastIndexOf('node_modules/') > 0;
    if (dev || path === '' || isInside || !existsSync(join(packageRoot, path))) continue;
    cpSync(join(packageRoot, path), join(folder, path), { recursive: true });
  }
}

describe('the images', () => {
  it('run as the user node to their end', () => {
    const images = [...stages()].filter(([, { base }]) => base === 'base').map(([name]) => name);
    assert.ok(images.includes('scaler') && images.length >= 10, `images: ${images}`);
    for (const image of images) assert.deepEqual(instructions(image, 'USER'), ['node'], image);
  });

  describe('of the scaler, with a user that may write nothing', () => {
    let folder: string;
    let prometheus: PrometheusServer;

    before(async function () {
      if (process.getuid?.() !== 0) {
        console.warn('      SKIPPED: only root can run a program as another user');
        this.skip();
      }
      folder = mkdtempSync(join(tmpdir(), 'scaler-image-'));
      fill(folder, 'scaler');
      execFileSync('chmod', ['-R', 'a-w,a+rX', folder]);
      prometheus = await PrometheusServer.start();
    });
    after(async () => {
      await prometheus?.close();
      if (folder === undefined) return;
      chmodSync(folder, 0o700);
      rmSync(folder, { recursive: true });
    });

    /** Starts a program of the image. No file that it may open can grow: the kernel holds every write at 0 bytes. */
    function start(args: readonly string[], environment: Record<string, string>) {
      const child = spawn('sh', ['-c', 'ulimit -f 0 && exec "$@"', 'sh', process.execPath, ...args], {
        ...user,
        cwd: folder,
        env: { PATH: dirname(process.execPath), HOME: folder, TMPDIR: folder, ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      endWithThisProcess(child);
      return child;
    }

    it('cannot write, as the test has it', async () => {
      const write = "require('node:fs').writeFileSync(process.argv[1], 'x')";
      for (const file of [join(folder, 'sample'), join(tmpdir(), `image-test-${process.pid}`)]) {
        const child = start(['-e', write, file], {});
        const [code] = await new Promise<unknown[]>((resolve) =>
          child.once('close', (...all) => resolve(all)),
        );
        rmSync(file, { force: true });
        assert.notEqual(code, 0, file);
      }
    });

    it('serves, answers with a model, and is found healthy', async () => {
      const child = start(['dist/scaler/cli/main.js', 'serve'], {
        NODE_ENV: 'production',
        SCALER_PROMETHEUS_ADDRESS: prometheus.address,
        SCALER_GRPC_ADDRESS: '127.0.0.1:0',
        SCALER_HTTP_ADDRESS: '127.0.0.1:0',
      });
      const log: { msg?: string; grpc?: number; http?: number }[] = [];
      let errors = '';
      createInterface(child.stdout).on('line', (line) => log.push(JSON.parse(line)));
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        errors += text;
      });
      try {
        const serving = await pollUntil('the scaler to serve', () => {
          if (child.exitCode !== null) throw new Error(`it ended: ${errors}`);
          return log.find(({ msg }) => msg === 'the scaler serves');
        });
        assert.equal(statSync(`/proc/${child.pid}`).uid, user.uid);
        const keda = new KedaStandIn(`127.0.0.1:${serving.grpc}`);
        try {
          const metadata = { query: 'vector(42)', threshold: '10' };
          await pollUntil('an answer', async () => (await keda.read('shop', 'apps', metadata)).metric === 42);
          // A fit runs in a thread of its own, with a program of its own.
          await pollUntil('a fitted model', async () => {
            const metrics = await (await fetch(`http://127.0.0.1:${serving.http}/metrics`)).text();
            return /predictive_scaler_fit_duration_seconds_count\{outcome="ok"\} [1-9]/.test(metrics);
          });
        } finally {
          keda.close();
        }
        const [check] = instructions('scaler', 'HEALTHCHECK');
        const [, ...command] = JSON.parse(check!.slice(check!.indexOf('['))) as string[];
        const healthCheck = start(command, { SCALER_HTTP_ADDRESS: `127.0.0.1:${serving.http}` });
        const code = await new Promise((resolve) => healthCheck.once('close', resolve));
        assert.equal(code, 0, 'the health check of the image');
        assert.equal(errors, '');
      } finally {
        await endProcess(child, 'SIGTERM');
      }
    });
  });
});
