import { once } from 'node:events';
import type { Router } from 'express';
import { CalendarStore } from './calendar/calendar-store.js';
import type { ScalerConfig } from './config/load.js';
import { checkSourceFiles } from './config/secret-files.js';
import { createGrpcServer } from './grpc/server.js';
import { warmUp } from './grpc/warm-up.js';
import { Sources } from './history/sources.js';
import { FitPool } from './planner/fit-pool.js';
import { Planner } from './planner/planner.js';
import { AddressAllowList } from './prometheus/address-allow-list.js';
import { type Clock, systemClock } from './shared/clock.js';
import { packageVersion } from './shared/package-root.js';
import { createLog, type Logger } from './telemetry/log.js';
import { createTelemetry } from './telemetry/telemetry.js';
import { parseTrigger } from './trigger/parse.js';
import { createWebServer, type WebServer } from './web/server.js';
import { statusPage } from './web/status-page.js';

/** Parts that replace the usual ones. */
export interface ScalerOptions {
  /** @default the machine's clock */
  readonly clock?: Clock;
  /** Epoch seconds of this machine, to compare the clocks of sources with. @default Date.now() */
  readonly machineSeconds?: () => number;
  /** @default JSON lines on standard output, at the configured level */
  readonly log?: Logger;
  /** Served before the status page. */
  readonly pages?: readonly Router[];
}

/** KEDA opens StreamIsActive for a trigger of type external-push, and StreamMetricSpec since 2.18. */
const STREAMS_PER_TRIGGER = 2;

const NO_SOURCE =
  'there is no source of history, so every trigger is refused; set SCALER_PROMETHEUS_ADDRESS, such as http://prometheus.monitoring:9090, or sources.named in the configuration file';

/** A scaler that serves. */
export interface Scaler {
  /** Resolves when the replica is ready, or stops before it is. */
  readonly ready: Promise<void>;
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Takes no more calls, gives those in flight a bounded time to finish, and ends everything. */
  stop(): Promise<void>;
}

/**
 * Composes the scaler's parts and starts them.
 *
 * @throws ScalerError in one line when an address cannot be bound or a file cannot be used; nothing is left running.
 */
export async function startScaler(config: ScalerConfig, options: ScalerOptions = {}): Promise<Scaler> {
  const { clock = systemClock, machineSeconds, log = createLog(config.log), pages = [] } = options;
  checkSourceFiles(config.sources.named);
  const sourceNames = new Set(Object.keys(config.sources.named));
  const telemetry = createTelemetry({ clock, log, version: packageVersion, sourceNames });
  const sources = new Sources(config.sources, telemetry.history, { ...config.history, machineSeconds });
  const calendars = new CalendarStore({
    calendars: config.calendars,
    allowedAddresses: config.sources.allowedAddresses,
    clock,
    observer: telemetry.calendars,
  });
  const fitter = new FitPool(config.fitting);
  const planner = new Planner({
    clock,
    history: sources,
    calendars,
    fitter,
    settings: config.planner,
    observer: telemetry.planner,
  });
  telemetry.exportAnswers(planner);

  const allowList = new AddressAllowList(config.sources.allowedAddresses);
  const context = {
    ...config.sources,
    calendars: Object.keys(config.calendars),
    admit: (asked: string) => allowList.admit(asked),
  };
  const { address, warmUpSeconds } = config.replicas;
  const grpc = createGrpcServer({
    answers: planner,
    parseTrigger: (ref) => parseTrigger(ref, context),
    tls: config.grpc.tls,
    replicas: address && { address, tracked: () => [...planner.all()].map(({ trigger }) => trigger) },
    limits: {
      connections: config.grpc.maxConnections,
      streamsPerNamespace: STREAMS_PER_TRIGGER * config.planner.maxTriggersPerNamespace,
      drainSeconds: config.drainSeconds,
    },
    observer: telemetry.rpc,
    log,
  });
  let notReady: string | undefined = 'starting';
  let web: WebServer | undefined;
  let warming: Promise<void> | undefined;
  const stopping = new AbortController();
  const stop = async (): Promise<void> => {
    notReady = 'stopping';
    stopping.abort();
    await warming;
    await grpc.drain();
    await web?.close(config.drainSeconds);
    await planner.close();
    await fitter.close();
    await sources.close();
    await calendars.close();
  };
  try {
    // Before the first fit, which would otherwise learn a holiday as an ordinary day.
    await calendars.start();
    await grpc.listen(config.grpc.address);
    web = createWebServer({
      registry: telemetry.registry,
      readiness: () => notReady,
      log,
      auth: config.http.auth,
      protectMetrics: config.http.protectMetrics,
      pages: [
        ...pages,
        statusPage({
          answers: planner,
          calendars,
          clock,
          scalerAddress: config.grpc.advertisedAddress,
          localAccess: {
            address: `localhost:${grpc.port}`,
            tls: config.grpc.tls && {
              serverName: config.grpc.advertisedAddress.replace(/:\d+$/, ''),
              isMutual: config.grpc.tls.clientCaFile !== undefined,
            },
          },
        }),
      ],
    });
    await web.listen(config.http.address);
  } catch (error) {
    await stop();
    throw error;
  }
  const serve = (): void => {
    if (stopping.signal.aborted) return;
    notReady = undefined;
    grpc.serve();
  };
  if (address === undefined) serve();
  else {
    const onProgress = (progress: string): void => {
      if (!stopping.signal.aborted) notReady = progress;
    };
    const { signal } = stopping;
    warming = warmUp({ grpc, planner, seconds: warmUpSeconds, log, signal, onProgress }).then(serve);
  }
  for (const notice of config.notices) log.warn(notice);
  const { named, allowedAddresses } = config.sources;
  if (Object.keys(named).length === 0 && allowedAddresses.length === 0) log.warn(NO_SOURCE);
  log.info({ grpc: grpc.port, http: web.port, version: packageVersion }, 'the scaler serves');
  return { ready: warming ?? Promise.resolve(), grpcPort: grpc.port, httpPort: web.port, stop };
}

/** Runs a scaler until SIGTERM or SIGINT, then drains it. Errors as for `startScaler`. */
export async function runScaler(config: ScalerConfig): Promise<void> {
  const log = createLog(config.log);
  const scaler = await startScaler(config, { log });
  const [signal] = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal }, 'draining');
  await scaler.stop();
  log.info('stopped');
}
