import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import { ExternalScaler } from '../../scaler/grpc/proto.js';

// What grpc-js itself can do: the RPCs that KEDA polls, each answered with a constant. Prints its port.
const server = new Server();
const always =
  (answer: object): handleUnaryCall<unknown, object> =>
  (_call, respond) =>
    respond(null, answer);
const refuse: handleUnaryCall<unknown, object> = (_call, respond) => respond(new Error('not here'));
server.addService(ExternalScaler.service, {
  GetMetricSpec: always({ metricSpecs: [{ metricName: 'load', targetSize: 10, targetSizeFloat: 10 }] }),
  GetMetrics: always({ metricValues: [{ metricName: 'load', metricValue: 42, metricValueFloat: 42 }] }),
  IsActive: always({ result: true }),
  StreamIsActive: refuse,
  StreamMetricSpec: refuse,
});
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(port);
});
