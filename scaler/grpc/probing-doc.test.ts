import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Authority } from '../../test/support/authority.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { packageRoot } from '../shared/package-root.js';
import { ExternalScaler } from './proto.js';
import { createGrpcServer, type GrpcServer } from './server.js';

/** A command of the page, with the output that the page shows under it. */
interface Example {
  readonly command: string;
  readonly shown: { readonly language: string; readonly text: string } | undefined;
}

const page = readFileSync(join(packageRoot, 'docs/probing.md'), 'utf8');

function examplesOf(markdown: string): Example[] {
  // A block counts as the output of the one before when only blank lines lie between.
  const blocks = [...markdown.matchAll(/^```(\w+)\n(.*?)^```$(\n\n(?=```))?/gms)];
  return blocks.flatMap(([, language, command], index) => {
    if (language !== 'sh') return [];
    const next = blocks[index]?.[3] === undefined ? undefined : blocks[index + 1];
    const shown = next && next[1] !== 'sh' ? { language: next[1]!, text: next[2]! } : undefined;
    return [{ command: command!, shown }];
  });
}

const examples = examplesOf(page);
const path = [join(packageRoot, '.tools'), process.env.PATH].join(delimiter);
const grpcurlFound =
  spawnSync('grpcurl', ['--version'], { env: { ...process.env, PATH: path } }).status === 0;

describe('docs/probing.md', () => {
  let folder: string;
  let plaintext: GrpcServer;
  let mutualTls: GrpcServer;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'probing-'));
    const authority = new Authority(folder, 'ca');
    authority.issue('client');
    const answers = new InMemoryAnswers();
    answers.set('web-load', 1302.5);
    const parts = { answers, parseTrigger: countingParser() };
    plaintext = createGrpcServer(parts);
    mutualTls = createGrpcServer({
      ...parts,
      tls: { ...authority.issue('server'), clientCaFile: authority.caFile },
    });
    for (const server of [plaintext, mutualTls]) await server.listen({ host: 'localhost', port: 0 });
    const command = join(folder, 'predictive-scaler');
    writeFileSync(
      command,
      `#!/bin/sh\nexec "${process.execPath}" "${packageRoot}/dist/scaler/cli/main.js" "$@"\n`,
    );
    chmodSync(command, 0o755);
    copyFileSync(join(packageRoot, 'proto/externalscaler.proto'), join(folder, 'externalscaler.proto'));
  });

  after(async () => {
    await Promise.all([plaintext.drain(), mutualTls.drain()]);
    rmSync(folder, { recursive: true });
  });

  /** Runs a command of the page as it stands there, but for the port. */
  async function run(command: string): Promise<{ status: number | null; stdout: string; stderr: string }> {
    const server = command.includes('ca.crt') ? mutualTls : plaintext;
    const child = spawn('sh', ['-c', command.replaceAll('localhost:50051', `localhost:${server.port}`)], {
      cwd: folder,
      env: { ...process.env, PATH: [folder, path].join(delimiter) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (text) => {
      stdout += text;
    });
    child.stderr.on('data', (text) => {
      stderr += text;
    });
    const status = await new Promise<number | null>((resolve) => child.once('close', resolve));
    return { status, stdout, stderr };
  }

  it('shows grpcurl for each RPC, for the health and for the reflection', () => {
    const commands = examples
      .map(({ command }) => command)
      .filter((command) => command.startsWith('grpcurl'));
    const needed = Object.values(ExternalScaler.service).map((method) => method.path.slice(1));
    for (const words of [...needed, 'grpc.health.v1.Health/Check', ' list', ' describe '])
      assert.ok(
        commands.some((command) => command.includes(words)),
        `no command for${words}`,
      );
  });

  describe('grpcurl, as the page calls it', () => {
    before(function () {
      if (grpcurlFound) return;
      console.warn('      SKIPPED: grpcurl is neither in .tools/ nor on the PATH; `make tools` installs it');
      this.skip();
    });

    for (const { command, shown } of examples.filter(({ command }) => command.startsWith('grpcurl'))) {
      const name = command.replace(/-d '.*?'/s, '-d …').trim();
      it(name, async () => {
        const { status, stdout, stderr } = await run(command);
        if (command.includes('-max-time')) assert.match(stderr, /DeadlineExceeded/);
        else assert.equal(status, 0, stderr);
        if (shown?.language === 'json') assert.deepEqual(JSON.parse(stdout), JSON.parse(shown.text));
        else if (shown) assert.equal(stdout, shown.text);
        else assert.match(stdout, /is a (service|message):/);
      });
    }
  });

  describe('predictive-scaler probe, as the page calls it', () => {
    for (const { command, shown } of examples.filter(({ command }) =>
      command.startsWith('predictive-scaler'),
    )) {
      it(command.trim(), async () => {
        const { status, stdout, stderr } = await run(command);
        assert.equal(status, 0, stderr);
        if (command.includes('--json')) {
          const { calls } = JSON.parse(stdout);
          assert.deepEqual(
            calls.map(({ code }: { code: string }) => code),
            ['OK', 'OK', 'OK'],
          );
          return;
        }
        const withoutTimes = (table: string) =>
          table.replace(/ +\d+\.\d {2}/g, ' 1.0  ').replace(/ +ms/, ' ms');
        assert.equal(withoutTimes(stdout), withoutTimes(shown!.text));
      });
    }
  });
});
