import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findProgram } from '../../apps/local-stack/servers/find-program.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { packageRoot } from '../../scaler/shared/package-root.js';
import type { TriggerDetail } from '../../scaler/web/api/contract.js';
import { Authority } from '../support/authority.js';
import { minuteSamples, officeLoad } from '../support/backtest/load.js';
import { noHelm, renderChart, renderNotes } from '../support/k8s/render.js';
import { runCommand } from '../support/run-command.js';
import { ScalerProcess } from '../support/scaler-process.js';
import { commandsOf, shellBlocks } from '../support/shell-blocks.js';

/** Commands that these tests can run; kubectl, helm and make need a cluster and have tests of their own. */
const RUNNABLE =
  /^((grpcurl|curl|npx (--yes --package \S+ )?predictive-scaler|predictive-scaler (backtest|forecast|probe)) |npm pack)/;
/** The chart's Service in the namespace that helm takes by default. */
const SERVICE = 'predictive-scaler.default';
const withTls = [
  'prometheusAddress=http://prometheus.monitoring:9090',
  'tls.enabled=true',
  'tls.certManager.issuerRef.name=authority',
];
/** Its commands run with certificates in its own test. */
const TESTED_ELSEWHERE = ['probing.md'];

/** Commands of a text that can be run here. */
const runnableOf = (text: string) => commandsOf(text).filter((line) => RUNNABLE.test(line));

function commandsOfDocs(): [where: string, command: string][] {
  const files = [
    'README.md',
    'README.pt-BR.md',
    ...readdirSync(join(packageRoot, 'docs')).map((name) => `docs/${name}`),
  ];
  return files
    .filter((file) => file.endsWith('.md') && !TESTED_ELSEWHERE.some((name) => file.endsWith(name)))
    .flatMap((file) =>
      shellBlocks(file).flatMap(({ text }) =>
        runnableOf(text).map((command): [string, string] => [file, command]),
      ),
    );
}

describe('every command that is printed', () => {
  const folder = mkdtempSync(join(tmpdir(), 'printed-'));
  let prometheus: PrometheusServer;
  let scaler: ScalerProcess;
  let mutualTls: ScalerProcess;

  before(async () => {
    prometheus = await PrometheusServer.start({ history: history() });
    const environment = { SCALER_PROMETHEUS_ADDRESS: prometheus.address };
    scaler = await ScalerProcess.start(environment);
    const authority = new Authority(folder, 'ca');
    authority.issue('client');
    const { certFile, keyFile } = authority.issue(SERVICE);
    mutualTls = await ScalerProcess.start({
      ...environment,
      SCALER_GRPC_CERT_FILE: certFile,
      SCALER_GRPC_KEY_FILE: keyFile,
      SCALER_GRPC_CLIENT_CA_FILE: authority.caFile,
      SCALER_GRPC_ADVERTISED_ADDRESS: `${SERVICE}:50051`,
    });
    const { timestamps, values } = minuteSamples(4, officeLoad);
    const lines = Array.from(timestamps, (timestamp, i) => `${timestamp},${values[i]}\n`);
    writeFileSync(join(folder, 'load.csv'), `timestamp,value\n${lines.join('')}`);
    writeFileSync(
      join(folder, 'requests.ndjson'),
      '{"id":"a","start":0,"step":60,"values":[1,2],"horizon":1,"quantiles":[0.5]}\n',
    );
    // What `npm install --global` of the package puts on the PATH.
    mkdirSync(join(folder, 'bin'));
    const { bin } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));
    for (const [name, program] of Object.entries<string>(bin))
      symlinkSync(join(packageRoot, program), join(folder, 'bin', name));
  });
  after(async () => {
    await scaler?.stop();
    await mutualTls?.stop();
    await prometheus?.close();
    rmSync(folder, { recursive: true });
  });

  /** Runs a command as it stands there, but for the ports. */
  async function run(command: string): Promise<string> {
    const here = command
      .replaceAll('http://localhost:9090', prometheus.address)
      .replaceAll('localhost:50051', (command.includes('ca.crt') ? mutualTls : scaler).grpcAddress)
      .replaceAll('localhost:8080', `127.0.0.1:${scaler.httpPort}`);
    const path = [join(folder, 'bin'), join(packageRoot, '.tools'), process.env.PATH].join(delimiter);
    const cwd = /^(npx predictive-scaler|npm pack)/.test(command) ? packageRoot : folder;
    return await new Promise((resolve, reject) => {
      const npm = {
        // What is packed was built before the tests, and belongs into no checkout.
        npm_config_pack_destination: folder,
        npm_config_ignore_scripts: 'true',
        npm_config_prefer_offline: 'true',
      };
      const options = { cwd, env: { ...process.env, ...npm, PATH: path } };
      execFile('bash', ['-o', 'pipefail', '-c', here], options, (error, stdout, stderr) => {
        if (error) reject(new Error(`${here}\n${stderr}${stdout}`));
        else resolve(stdout);
      });
    });
  }

  function needGrpcurl(context: Mocha.Context): void {
    if (findProgram('grpcurl') !== undefined) return;
    console.warn('      SKIPPED: grpcurl is neither in .tools/ nor on the PATH; `make tools` installs it');
    context.skip();
  }

  it('in the notes of the chart asks the scaler what KEDA asks', async function () {
    if (noHelm !== undefined) this.skip();
    needGrpcurl(this);
    const set = ['prometheusAddress=http://prometheus.monitoring:9090'];
    const commands = runnableOf(renderNotes('predictive-scaler', set));
    assert.equal(commands.length, 2, commands.join('\n'));
    assert.match(await run(commands[0]!), /"status": "SERVING"/);
    // The query is vector(1).
    assert.equal(JSON.parse(await run(commands[1]!)).metricValues[0].metricValueFloat, 1);
  });

  it('in the notes of the chart asks a scaler with mutual TLS', async function () {
    if (noHelm !== undefined) this.skip();
    needGrpcurl(this);
    const [command, ...others] = runnableOf(renderNotes('predictive-scaler', withTls));
    assert.deepEqual(others, []);
    assert.match(await run(command!), /"status": "SERVING"/);
  });

  for (const [chart, set] of [
    ['predictive-scaler', withTls],
    ['boiler', ['rabbitmq.existingSecret=rabbitmq']],
  ] as const)
    it(`in the notes of the chart ${chart} names objects that the chart makes`, function () {
      if (noHelm !== undefined) this.skip();
      const made = renderChart(chart, { set: [...set] }).map(
        ({ kind, metadata, spec }) =>
          `${kind === 'Certificate' ? 'secret' : kind.toLowerCase()} ${kind === 'Certificate' ? spec.secretName : metadata.name}`,
      );
      const kubectl = renderNotes(chart, [...set]).matchAll(
        /kubectl .*?\b(deployment|service|secret|scaledobject)[/ ]([\w-]+)/g,
      );
      const named = [...kubectl].map(([, kind, name]) => `${kind} ${name}`);
      assert.ok(named.length > 0);
      for (const each of named) assert.ok(made.includes(each), `${each} is not among ${made.join(', ')}`);
    });

  for (const security of ['plaintext', 'mutual TLS'])
    it(`on the page asks the scaler what KEDA asks, with ${security}`, async function () {
      needGrpcurl(this);
      const asked = security === 'plaintext' ? scaler : mutualTls;
      const tls =
        security === 'plaintext' ? '' : '--tls-ca ca.crt --tls-cert client.crt --tls-key client.key';
      await run(
        `predictive-scaler probe ${asked.grpcAddress} ${tls} --namespace shop --name web -m metricName=web -m 'query=vector(7) # "it'"'"'s"' -m threshold=1`,
      );
      const { grpcurlCommand } = await pollUntil('the trigger on the page', async () => {
        const response = await fetch(`http://127.0.0.1:${asked.httpPort}/api/triggers/shop/web/web`);
        return response.ok && ((await response.json()) as TriggerDetail);
      });
      const answer = await run(grpcurlCommand);
      assert.equal(JSON.parse(answer).metricValues[0].metricValueFloat, 7);
    });

  /** By command: a translated page prints the same ones. */
  const ran = new Map<string, Promise<string>>();
  for (const [where, command] of commandsOfDocs())
    it(`in ${where} works: ${command}`, async () => {
      if (!ran.has(command)) ran.set(command, run(command));
      await ran.get(command);
    });

  for (const name of ['backtest', 'forecast', 'probe'])
    it(`in the help of ${name} works`, async () => {
      const { stdout } = await runCommand([name, '--help']);
      const examples = runnableOf(stdout.slice(stdout.indexOf('\nExample')));
      assert.ok(examples.length > 0, stdout);
      for (const example of examples) await run(example);
    });
});

/** Counters of the services that the docs speak of, up to now. */
function* history(): Generator<string> {
  const nowSeconds = Math.floor(Date.now() / 60_000) * 60;
  for (const [name, labels] of [
    ['http_requests', '{service="checkout"}'],
    ['app_requests', '{app="app-a"}'],
  ] as const) {
    yield `# TYPE ${name} counter\n`;
    for (let minute = 0; minute <= 4 * 1440; minute++)
      yield `${name}_total${labels} ${minute * 600} ${nowSeconds - (4 * 1440 - minute) * 60}\n`;
  }
  yield '# EOF\n';
}
