import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { credentials, Metadata, Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js';
import { Registry } from 'prom-client';
import { connect } from '../grpc/client.js';
import { ExternalScaler } from '../grpc/proto.js';
import {
  closeStream,
  type GrpcCall,
  http2ServersOf,
  mapStatus,
  SharedLabelGauge,
  type SharedLabelSample,
  VERSIONS,
} from './library-internals.js';
import { listen } from './listen.js';
import { packageRoot } from './package-root.js';

describe('the insides of libraries that are used', () => {
  const require = createRequire(import.meta.url);
  const { dependencies } = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8'));

  for (const [name, version] of Object.entries(VERSIONS))
    it(`belong to the version of ${name} that is pinned and installed`, () => {
      assert.equal(
        dependencies[name],
        version,
        'after an upgrade, check library-internals.ts and name it there',
      );
      assert.equal(require(`${name}/package.json`).version, version);
    });

  describe('of grpc-js', () => {
    let server: Server;
    let port: number;
    let stop: () => void;
    let onCall: (call: GrpcCall) => void;
    const unused = () => {};

    beforeEach(async () => {
      onCall = unused;
      server = new Server({
        'grpc.max_receive_message_length': 100,
        interceptors: [
          (_method, call) => {
            onCall(call);
            return call as never;
          },
        ],
      });
      server.addService(ExternalScaler.service, {
        IsActive: (_call: unknown, respond: (error: null, answer: object) => void) =>
          respond(null, { result: true }),
        GetMetricSpec: unused,
        GetMetrics: unused,
        StreamIsActive: unused,
        StreamMetricSpec: unused,
      });
      const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
      const listener = createServer((socket) => injector.injectConnection(socket));
      port = await listen(listener, { host: '127.0.0.1', port: 0 }, 'gRPC');
      stop = () => {
        listener.close();
        server.forceShutdown();
      };
    });
    afterEach(() => stop());

    async function isActive(name: string): Promise<ServiceError | undefined> {
      const client = connect(`127.0.0.1:${port}`, credentials.createInsecure());
      try {
        return await new Promise((resolve) => {
          const deadline = Date.now() + 60_000;
          client.IsActive({ name }, new Metadata(), { deadline }, (error) => resolve(error ?? undefined));
        });
      } finally {
        client.close();
      }
    }

    it('give the HTTP/2 server of a connection injector', async () => {
      const [http2Server, ...others] = http2ServersOf(server);
      assert.deepEqual(others, []);
      const streams: string[] = [];
      http2Server!.on('stream', (_stream, headers) => streams.push(String(headers[':path'])));
      assert.equal(await isActive('web'), undefined);
      assert.deepEqual(streams, ['/externalscaler.ExternalScaler/IsActive']);
    });

    it('let a status be changed that grpc-js itself sends', async () => {
      onCall = (call) => mapStatus(call, (sent) => ({ ...sent, details: `changed: ${sent.details}` }));
      const error = await isActive('x'.repeat(1000));
      assert.equal(error?.code, status.RESOURCE_EXHAUSTED);
      assert.match(error.details, /^changed: .*larger/);
    });

    it('let the stream of a call be closed whose client has not ended its half', async () => {
      const closed = new Promise<void>((resolve) => {
        onCall = (call) => {
          const { stream } = call as unknown as { stream: NodeJS.EventEmitter };
          stream.once('close', resolve);
          closeStream(call);
        };
      });
      // The stream is closed under it, so the call fails in one way or another.
      await Promise.all([closed, isActive('web')]);
    });
  });

  it('of prom-client turn labels that gauges share into text once', async () => {
    const registry = new Registry();
    let read = 0;
    const sharedLabels = {
      get namespace() {
        read++;
        return 'sh"op';
      },
    };
    for (const name of ['one', 'two'])
      new SharedLabelGauge({ name, help: 'A test.', registers: [registry] }, (): SharedLabelSample[] => [
        { value: 1, labels: {}, sharedLabels },
        { value: 2.5, labels: { q: '0.9' }, sharedLabels },
      ]);
    const family = (name: string): string =>
      `# HELP ${name} A test.\n# TYPE ${name} gauge\n${name}{namespace="sh\\"op"} 1\n${name}{q="0.9",namespace="sh\\"op"} 2.5`;
    assert.equal(await registry.metrics(), `${family('one')}\n\n${family('two')}\n`);
    assert.ok(read <= 2, `read ${read} times`);
  });
});
