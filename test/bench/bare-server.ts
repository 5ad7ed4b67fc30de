import { Server, ServerCredentials } from '@grpc/grpc-js';
import { ExternalScaler } from '../../scaler/grpc/proto.js';

// What grpc-js itself can do: a handler that answers GetMetrics with a constant. Prints its port.
const server = new Server();
const answer = { metricValues: [{ metricName: 'load', metricValue: '42', metricValueFloat: 42 }] };
const refuse = (_call: unknown, respond: (error: Error) => void): void => respond(new Error('not here'));
server.addService(ExternalScaler.service, {
  GetMetrics: (_call: unknown, respond: (error: null, response: object) => void) => respond(null, answer),
  GetMetricSpec: refuse,
  IsActive: refuse,
  StreamIsActive: refuse,
  StreamMetricSpec: refuse,
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
