import type { GetMetricSpecResponse__Output } from '../grpc/generated/externalscaler/GetMetricSpecResponse.js';
import type { GetMetricsResponse__Output } from '../grpc/generated/externalscaler/GetMetricsResponse.js';
import type { IsActiveResponse__Output } from '../grpc/generated/externalscaler/IsActiveResponse.js';
import type { ProbedCall, ProbedMessage, ProbedStream } from '../grpc/keda-probe.js';
import { textTable } from '../shared/text-table.js';

/** What a probe found. */
export interface ProbeReport {
  readonly address: string;
  /** Seconds until the connection was made. */
  readonly connectSeconds: number;
  readonly calls: readonly ProbedCall[];
  readonly streams: readonly ProbedStream[];
}

/** The report as a table for people. */
export function formatReport({ connectSeconds, calls, streams }: ProbeReport): string {
  const target = targetOf(calls);
  const rows = [
    ['call', 'ms', 'status', 'answer'],
    ['connect', milliseconds(connectSeconds), 'OK', ''],
    ...calls.map(({ rpc, seconds, code, details = '', response }) => [
      rpc,
      milliseconds(seconds),
      code,
      code === 'OK' ? answerText(rpc, response, target) : details,
    ]),
    ...streams.flatMap(streamRows),
  ];
  return `${textTable(rows, { left: [0, 2, 3] }).join('\n')}\n`;
}

/** A message of a stream as one line, for watching. */
export function formatMessage({ rpc, afterSeconds, message }: ProbedMessage): string {
  return `${afterSeconds.toFixed(1).padStart(8)} s  ${rpc}  ${answerText(rpc, message)}\n`;
}

/** What failed, as KEDA sees it; undefined when all is well. KEDA works without StreamMetricSpec. */
export function failureOf({ calls, streams }: ProbeReport): string | undefined {
  const failed = [...calls, ...streams].filter(
    ({ rpc, code }) => code !== 'OK' && !(rpc === 'StreamMetricSpec' && code === 'UNIMPLEMENTED'),
  );
  if (failed.length === 0) return undefined;
  const names = failed.map(({ rpc, code }) => `${rpc} (${code})`).join(', ');
  return `${failed.length} of ${calls.length + streams.length} calls failed: ${names}`;
}

function streamRows({ rpc, code, details, messages }: ProbedStream): string[][] {
  const rows = messages.map((received) => [
    rpc,
    milliseconds(received.afterSeconds),
    'OK',
    answerText(rpc, received.message),
  ]);
  if (code !== 'OK') rows.push([rpc, '', code, details ?? '']);
  else if (rows.length === 0) rows.push([rpc, '', 'OK', 'open, nothing received']);
  return rows;
}

function answerText(rpc: ProbedCall['rpc'] | ProbedMessage['rpc'], answer: unknown, target?: number): string {
  if (rpc === 'GetMetricSpec' || rpc === 'StreamMetricSpec')
    return specsOf(answer as GetMetricSpecResponse__Output);
  if (rpc === 'IsActive' || rpc === 'StreamIsActive')
    return (answer as IsActiveResponse__Output).result ? 'active' : 'not active';
  return (answer as GetMetricsResponse__Output).metricValues
    .map(({ metricName, metricValue, metricValueFloat }) => {
      const value = kedaNumber(metricValueFloat, metricValue);
      const replicas =
        target === undefined ? '' : `, ${Number((value / target).toFixed(2))} times the target`;
      return `${metricName} = ${value} (as int64: ${metricValue})${replicas}`;
    })
    .join('; ');
}

function specsOf({ metricSpecs }: GetMetricSpecResponse__Output): string {
  if (metricSpecs.length === 0) return 'no metric at all: KEDA would make no autoscaler';
  return metricSpecs
    .map(({ metricName, targetSize, targetSizeFloat }) => {
      const target = kedaNumber(targetSizeFloat, targetSize);
      return `${metricName}, target ${target} per replica (as int64: ${targetSize})`;
    })
    .join('; ');
}

/** The target that KEDA would give the HPA, when there is exactly one. */
function targetOf(calls: readonly ProbedCall[]): number | undefined {
  const spec = calls.find(({ rpc }) => rpc === 'GetMetricSpec')?.response as
    | GetMetricSpecResponse__Output
    | undefined;
  const [only, ...others] = spec?.metricSpecs ?? [];
  return only && others.length === 0 ? kedaNumber(only.targetSizeFloat, only.targetSize) : undefined;
}

/** KEDA takes the double where it is above 0, and the integer otherwise. */
function kedaNumber(double: number, integer: string): number {
  return double > 0 ? double : Number(integer);
}

function milliseconds(seconds: number): string {
  return (seconds * 1000).toFixed(1);
}
