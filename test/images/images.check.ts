import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../apps/local-stack/servers/free-ports.js';
import { pollUntil } from '../../apps/local-stack/servers/poll-until.js';
import { PrometheusServer } from '../../apps/local-stack/servers/prometheus-server.js';
import { KedaStandIn } from '../../scaler/demo/keda-stand-in.js';
import { packageRoot, packageVersion } from '../../scaler/shared/package-root.js';
import { OtlpReceiver } from '../support/otlp-receiver.js';
import { sharedMariadb } from '../support/shared-mariadb.js';
import { sharedRabbitmq } from '../support/shared-rabbitmq.js';
import { Buildah, type ImageConfig, whyNoImages } from './buildah.js';
import { ImageProcess } from './image-process.js';

const run = promisify(execFile);

type Server = 'prometheus' | 'rabbitmq' | 'mysql';

/** What one image is checked for beyond what holds for all. */
interface Expectation {
  /** The packages of {@link telling} that it holds. */
  readonly packages?: readonly string[];
  readonly needs?: readonly Server[];
  /** Uses the program before its answers are looked at. @param grpcAddress where a gRPC server would listen */
  readonly use?: (grpcAddress: string) => Promise<void>;
  /** Paths on `PORT`, or on `METRICS_PORT` where it has no other, with a text that the answer holds. */
  readonly answers: Readonly<Record<string, string>>;
  /** A file that it reads, and the variable that names it. */
  readonly file?: { readonly path: string; readonly variable: string };
  /** Arguments of a command that ends by itself. */
  readonly command?: readonly string[];
}

/** Packages that some programs load and others do not. */
const telling = ['@grpc/grpc-js', 'amqplib', 'mysql2', 'pokemon', 'uplot', '@opentelemetry/sdk-trace-node'];

const TRACING = '@opentelemetry/sdk-trace-node';
// The sender comes before the receiver, which waits for the sender's exchange.
const images: Record<string, Expectation> = {
  scaler: {
    packages: ['@grpc/grpc-js'],
    needs: ['prometheus'],
    async use(grpcAddress) {
      const keda = new KedaStandIn(grpcAddress);
      const metadata = { query: 'vector(42)', threshold: '10' };
      const isAnswered = async () => (await keda.read('shop', 'apps', metadata)).metric === 42;
      await pollUntil('an answer over gRPC', isAnswered).finally(() => keda.close());
    },
    answers: {
      '/': '<html',
      '/page/style.css': '.uplot',
      // A fit runs in a thread of its own, with a program of its own.
      '/metrics': 'predictive_scaler_fit_duration_seconds_count{outcome="ok"} 1',
    },
  },
  telemetry: { packages: [TRACING], answers: { '/': 'Esse é o serviço' } },
  pokedex: {
    packages: [TRACING, 'mysql2', 'pokemon'],
    needs: ['mysql'],
    answers: { '/pokemon/25': 'Pikachu' },
  },
  'hello-metrics': { packages: [TRACING], answers: { '/': 'Olá, mundo!' } },
  'history-simulator': { command: ['write', '--output', '/tmp/past', '--days', '1'], answers: {} },
  'boiler-producer': {
    packages: [TRACING, 'amqplib'],
    needs: ['rabbitmq'],
    answers: { '/metrics': 'boiler_readings_published_total' },
  },
  'boiler-consumer': {
    packages: [TRACING, 'amqplib', 'mysql2'],
    needs: ['rabbitmq', 'mysql'],
    answers: { '/metrics': 'boiler_readings_stored_total' },
  },
  'boiler-dashboard': {
    packages: [TRACING, 'mysql2'],
    needs: ['mysql'],
    answers: { '/': '<html', '/page/style.css': '.uplot' },
  },
  'metric-sender': {
    packages: [TRACING, 'amqplib'],
    needs: ['rabbitmq'],
    file: { path: 'compose/metric-sender/metricsender.yaml', variable: 'CONFIG_PATH' },
    answers: { '/metrics': 'metric_sender_' },
  },
  'metric-receiver': {
    packages: [TRACING, 'amqplib'],
    needs: ['rabbitmq'],
    answers: { '/metrics': 'metric_receiver_' },
  },
};

describe('the images, built for real', function () {
  // The first build of all fetches Debian and the packages.
  this.timeout(1_200_000);
  let buildah: Buildah;
  const sizes: string[] = [];

  before(async () => {
    const reason = await whyNoImages();
    assert.equal(reason, undefined, reason);
    buildah = await Buildah.open();
    console.log(`    on ${buildah.nodeImage}`);
  });
  after(async () => {
    console.log(sizes.map((line) => `    ${line}`).join('\n'));
    await (await prometheus()).close();
  });

  for (const [name, expected] of Object.entries(images)) {
    describe(name, () => {
      let config: ImageConfig;
      let root: string;
      let remove: (() => Promise<void>) | undefined;

      before(async () => {
        const image = await buildah.build(name);
        config = await buildah.config(image);
        ({ root, remove } = await buildah.mount(image));
        const megabytes = await Promise.all([size(root, 'app'), size(root, '')]);
        sizes.push(`${name.padEnd(18)} /app ${megabytes[0]} MB, with the base ${megabytes[1]} MB`);
      });
      after(() => remove?.());

      it('holds the packages of its program and no others, and nothing its user may write', async () => {
        const held = telling.filter((each) => existsSync(join(root, 'app/node_modules', each)));
        assert.deepEqual(held.sort(), [...(expected.packages ?? [])].sort());
        for (const tool of ['typescript', 'mocha', '@biomejs/biome'])
          assert.ok(!existsSync(join(root, 'app/node_modules', tool)), `${tool} is a tool of the build`);
        assert.notEqual(config.User, 'root');
        const { stdout } = await run('find', [
          join(root, 'app'),
          '!',
          '-user',
          'root',
          '-o',
          '-perm',
          '/o+w',
        ]);
        const writable = stdout.split('\n').filter((path) => path !== '' && !path.includes('/.bin/'));
        assert.deepEqual(writable, []);
      });

      if (name === 'scaler')
        it('has the command of the docs on its PATH', async () => {
          const command = ['predictive-scaler', '--version'];
          const program = new ImageProcess(root, config, {}, { command });
          assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.output);
          assert.equal(program.output.trim(), packageVersion);
        });

      if (expected.command !== undefined)
        it('does its work and ends', async () => {
          const command = [...config.Entrypoint, ...expected.command!];
          const program = new ImageProcess(root, config, {}, { command });
          assert.deepEqual(await program.ended(), { code: 0, signal: null }, program.output);
        });
      else
        it('starts with a read-only root, passes its health check, answers, and ends when told to', () =>
          checkProgram(name, expected, root, config));
    });
  }
});

async function checkProgram(name: string, expected: Expectation, root: string, config: ImageConfig) {
  const spans = await OtlpReceiver.start();
  const [port, metricsPort, grpcPort] = await freePorts(3);
  const environment: Record<string, string> = {
    HOST: '127.0.0.1',
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    OTEL_EXPORTER_OTLP_ENDPOINT: spans.endpoint,
    SCALER_GRPC_ADDRESS: `127.0.0.1:${grpcPort}`,
    SCALER_HTTP_ADDRESS: `127.0.0.1:${port}`,
    ...(await servers(expected.needs ?? [])),
  };
  const file = expected.file && join(packageRoot, expected.file.path);
  if (file !== undefined) environment[expected.file!.variable] = `/tmp/${basename(file)}`;
  const program = new ImageProcess(root, config, environment, { file });
  try {
    const [kind, ...healthCheck] = config.Healthcheck!.Test;
    assert.equal(kind, 'CMD');
    await pollUntil(
      `${name} to be healthy`,
      async () => {
        if (!program.runs) return true;
        return (
          (await new ImageProcess(root, config, environment, { command: healthCheck }).ended()).code === 0
        );
      },
      { timeoutSeconds: 60, intervalSeconds: 0.5 },
    );
    await expected.use?.(environment.SCALER_GRPC_ADDRESS!);
    for (const [path, text] of Object.entries(expected.answers)) {
      const answer = await pollUntil(`${name} to answer ${path} with "${text}"`, async () => {
        const tried = await Promise.allSettled(
          [port, metricsPort].map(async (each) => (await fetch(`http://127.0.0.1:${each}${path}`)).text()),
        );
        return tried.some((each) => each.status === 'fulfilled' && each.value.includes(text));
      });
      assert.ok(answer);
    }
    assert.deepEqual(await program.stop(config.StopSignal), { code: 0, signal: null });
    // Nothing is sent to the receiver, so it has nothing to trace.
    if (expected.packages?.includes(TRACING) && name !== 'metric-receiver')
      assert.ok(spans.spans.length > 0, 'it sends traces: its instrumentation is complete');
  } catch (error) {
    throw new Error(`${(error as Error).message}\nIts output:\n${program.output.slice(-3000)}`, {
      cause: error,
    });
  } finally {
    await program.stop('SIGKILL');
    await spans.close();
  }
}

/** One virtual host and one database for all: the programs find what those before them have declared. */
const prometheus = once(() => PrometheusServer.start());
const rabbitmqUri = once(async () => {
  const server = await sharedRabbitmq();
  return server.uri(await server.createVhost());
});
const database = once(async () => {
  const server = await sharedMariadb();
  return new URL(server.url(await server.createDatabase()));
});

async function servers(needs: readonly Server[]): Promise<Record<string, string>> {
  const environment: Record<string, string> = {};
  if (needs.includes('prometheus')) environment.SCALER_PROMETHEUS_ADDRESS = (await prometheus()).address;
  if (needs.includes('rabbitmq')) environment.RABBITMQ_URI = await rabbitmqUri();
  if (needs.includes('mysql')) {
    const { hostname, port, pathname, username } = await database();
    Object.assign(environment, {
      MYSQL_HOST: hostname,
      MYSQL_PORT: port,
      MYSQL_DATABASE: pathname.slice(1),
      MYSQL_USER: username,
    });
  }
  return environment;
}

function once<Value>(make: () => Promise<Value>): () => Promise<Value> {
  let made: Promise<Value> | undefined;
  return () => (made ??= make());
}

/** What a folder of an image takes, in whole megabytes. */
async function size(root: string, folder: string): Promise<number> {
  const { stdout } = await run('du', ['-s', '--block-size=1', '--one-file-system', join(root, folder)]);
  return Math.round(parseInt(stdout, 10) / 1e6);
}
