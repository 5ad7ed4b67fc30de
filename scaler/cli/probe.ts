import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ChannelCredentials, credentials } from '@grpc/grpc-js';
import { Command, InvalidArgumentError } from 'commander';
import { connect } from '../grpc/client.js';
import {
  type ProbedCall,
  type ProbedMessage,
  probeCalls,
  probeConnection,
  probeStreams,
} from '../grpc/keda-probe.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { fileErrorInWords } from '../shared/file-error.js';
import { show } from '../shared/show.js';
import { numberWhere } from './option-values.js';
import { failureOf, formatMessage, formatReport } from './probe-report.js';

interface ProbeOptions {
  readonly metadata?: ReadonlyMap<string, string>;
  readonly name: string;
  readonly namespace: string;
  readonly tls?: boolean;
  readonly tlsCa?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly tlsServerName?: string;
  readonly insecure?: boolean;
  readonly timeout: number;
  readonly streamSeconds: number;
  readonly watch?: boolean;
  readonly json?: boolean;
}

/** `predictive-scaler probe`: asks an external scaler what KEDA would ask. */
export function probeCommand(): Command {
  return new Command('probe')
    .summary('Ask an external scaler what KEDA would ask it')
    .description(
      'Acts as KEDA does: asks an external scaler for the metric spec, the metric and whether the workload is active, ' +
        'opens both streams, and shows the answers and their times. Plaintext unless a TLS option is given.',
    )
    .argument('<address>', 'where the scaler listens, as host:port')
    .option('-m, --metadata <key=value>', "a key of the trigger's metadata; repeat for more", collectMetadata)
    .option('--name <name>', 'name of the ScaledObject', 'probe')
    .option('--namespace <namespace>', 'namespace of the ScaledObject', 'default')
    .option('--tls', "use TLS and trust the system's authorities")
    .option('--tls-ca <file>', 'use TLS and trust this authority (PEM)')
    .option('--tls-cert <file>', "the client's certificate, for mutual TLS (PEM)")
    .option('--tls-key <file>', "the client's key (PEM)")
    .option('--tls-server-name <name>', "name to expect in the server's certificate")
    .option('--insecure', "use TLS without checking the server's certificate, as KEDA does with unsafeSsl")
    .option('--timeout <seconds>', 'longest time for each call', positive, 5)
    .option('--stream-seconds <seconds>', 'how long to listen to the streams', positive, 1)
    .option('--watch', 'listen to the streams until interrupted, and print each message as it comes')
    .option('--json', 'print one JSON object instead of a table')
    .addHelpText(
      'after',
      '\nExample:\n' +
        "  predictive-scaler probe localhost:50051 -m 'query=sum(rate(http_requests_total[2m]))' -m threshold=100",
    )
    .action(probe);
}

async function probe(address: string, options: ProbeOptions): Promise<void> {
  const [, host = '', port] = /^([^\s/]+):(\d+)$/.exec(address) ?? [];
  if (port === undefined) throw invalid(`address: received ${show(address)}, expected host:port`);
  if (!(Number(port) >= 1 && Number(port) <= 65_535))
    throw invalid(`address: received ${show(address)}, expected host:port with a port from 1 to 65535`);
  const { name, namespace, metadata = [], tlsServerName, timeout, watch, json } = options;
  const ref = { name, namespace, scalerMetadata: Object.fromEntries(metadata) };
  const overrides = tlsServerName === undefined ? {} : { 'grpc.ssl_target_name_override': tlsServerName };
  const client = connect(address, channelCredentials(options), overrides);
  // grpc-js uses an IP address as the TLS server name, and Node.js warns of that; users cannot change it.
  if (isIP(host.replace(/^\[(.*)\]$/, '$1')) !== 0) process.noDeprecation = true;
  const write = (text: string) => process.stdout.write(text);
  try {
    const connectSeconds = await probeConnection(client, timeout);
    const calls = await probeCalls(client, ref, timeout);
    refuseUnreachable(address, calls[0]!, timeout);
    const isLive = watch && !json;
    if (isLive) write(formatReport({ address, connectSeconds, calls, streams: [] }));
    const onMessage = isLive ? (message: ProbedMessage) => write(formatMessage(message)) : undefined;
    const streams = await probeStreams(client, ref, listeningTime(options), onMessage);
    const report = { address, connectSeconds, calls, streams };
    if (json) write(`${JSON.stringify(report, null, 2)}\n`);
    else if (!watch) write(formatReport(report));
    const failure = failureOf(report);
    if (failure !== undefined) throw new ScalerError('unavailable', failure);
  } finally {
    client.close();
  }
}

/** GetMetricSpec needs only the scaler itself, so these codes mean that it was not reached. */
function refuseUnreachable(address: string, { code, details }: ProbedCall, seconds: number): void {
  if (code === 'UNAVAILABLE')
    throw new ScalerError('unavailable', `cannot reach ${address}: ${lastError(details)}`);
  if (code === 'DEADLINE_EXCEEDED')
    throw new ScalerError('unavailable', `${address} did not answer within ${seconds} s`);
}

/** Aborted when the streams have been listened to for long enough. */
function listeningTime({ watch, streamSeconds }: ProbeOptions): AbortSignal {
  if (!watch) return AbortSignal.timeout(streamSeconds * 1000);
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  process.once('SIGTERM', () => interrupted.abort());
  return interrupted.signal;
}

function channelCredentials(options: ProbeOptions): ChannelCredentials {
  const { tls, tlsCa, tlsCert, tlsKey, insecure } = options;
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw invalid('mutual TLS needs both --tls-cert and --tls-key, received only one of them');
  if (!tls && !tlsCa && !tlsCert && !insecure) return credentials.createInsecure();
  const [ca, key, cert] = [pem('--tls-ca', tlsCa), pem('--tls-key', tlsKey), pem('--tls-cert', tlsCert)];
  try {
    return credentials.createSsl(ca, key, cert, { rejectUnauthorized: !insecure });
  } catch (error) {
    throw invalid(`the TLS files cannot be used: ${oneLine((error as Error).message)}`);
  }
}

function pem(option: string, file: string | undefined): Buffer | null {
  try {
    return file === undefined ? null : readFileSync(file);
  } catch (error) {
    throw invalid(`${option}: ${file} cannot be read (${fileErrorInWords(error)})`, { cause: error });
  }
}

function collectMetadata(
  text: string,
  earlier: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError('Expected key=value.');
  if (earlier.has(key)) throw new InvalidArgumentError(`The key ${key} is given twice.`);
  return new Map([...earlier, [key, value]]);
}

const positive = numberWhere((value) => value > 0 && value <= 86_400, 'seconds above 0, at most a day');

/** The error of a failed connection, without the words of grpc-js around it and OpenSSL's numbers and source lines. */
function lastError(details = 'no reason given'): string {
  const error = /Last error: (?:Error: )?(.*?)(?: Resolution note:.*)?$/s.exec(details)?.[1] ?? details;
  if (/^Protocol error\b/.test(error))
    return 'it does not speak gRPC there; give the port of gRPC, and --tls where it has TLS';
  // A server that ends the connection at once gives no reason.
  if (/^Failed to connect\b/.test(error))
    return 'the connection is ended at once; give --tls or --tls-ca where the port speaks TLS';
  const openssl = /:SSL routines:[^:]*:([^:]+):/.exec(error)?.[1];
  return oneLine(openssl === undefined ? error : `TLS failed (${openssl})`);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
