import assert from 'node:assert/strict';
import { join } from 'node:path';
import { credentials, makeGenericClientConstructor, type ServiceDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { type HealthClient, healthClient } from '../../test/support/grpc/health-client.js';
import { InMemoryAnswers } from '../../test/support/grpc/in-memory-answers.js';
import { countingParser } from '../../test/support/grpc/parse-trigger.js';
import { packageRoot } from '../shared/package-root.js';
import { createGrpcServer, type GrpcServer } from './server.js';

describe('health checks and reflection of the gRPC server', () => {
  let server: GrpcServer;
  let health: HealthClient;

  before(async () => {
    server = createGrpcServer({ answers: new InMemoryAnswers(), parseTrigger: countingParser() });
    await server.listen({ host: 'localhost', port: 0 });
    health = healthClient(server.port);
  });

  after(async () => {
    health.close();
    await server.drain();
  });

  it('is SERVING, as a whole and for its service', async () => {
    for (const name of ['', 'externalscaler.ExternalScaler'])
      assert.deepEqual(await health.check(name), { status: 'SERVING' });
  });

  it('is NOT_FOUND for a service it has not', async () => {
    await assert.rejects(health.check('other.Service'), { code: status.NOT_FOUND });
  });

  for (const version of ['v1', 'v1alpha']) {
    it(`lists and describes its services by reflection ${version}`, async () => {
      const proto = `node_modules/@grpc/reflection/build/proto/grpc/reflection/${version}/reflection.proto`;
      const loaded = loadSync(join(packageRoot, proto), { oneofs: true, defaults: true });
      const name = `grpc.reflection.${version}.ServerReflection`;
      const Client = makeGenericClientConstructor(loaded[name] as ServiceDefinition, 'ServerReflection');
      const client = new Client(`localhost:${server.port}`, credentials.createInsecure());
      // biome-ignore lint/suspicious/noExplicitAny: the reflection protocol's messages have no types here
      const ask = (request: object): Promise<any> =>
        new Promise((resolve, reject) => {
          const stream = client.ServerReflectionInfo!();
          stream.on('data', resolve);
          stream.on('error', reject);
          stream.end(request);
        });
      const { listServicesResponse } = await ask({ listServices: '*' });
      const names = listServicesResponse.service.map((service: { name: string }) => service.name);
      assert.deepEqual(names.sort(), ['externalscaler.ExternalScaler', 'grpc.health.v1.Health']);
      const { fileDescriptorResponse } = await ask({ fileContainingSymbol: 'externalscaler.MetricValue' });
      const file = Buffer.concat(fileDescriptorResponse.fileDescriptorProto).toString('latin1');
      // The second is the name that protobuf demands for the entries of a map field.
      for (const word of ['metricValueFloat', 'ScalerMetadataEntry']) assert.ok(file.includes(word), word);
      client.close();
    });
  }
});
