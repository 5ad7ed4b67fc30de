import { type Channel, type ChannelModel, connect } from 'amqplib';
import { type BrokerProblem, brokerAddress, explainBrokerError } from './broker-errors.js';
import { ConfigurationError } from './configuration-error.js';
import type { Logger } from './log.js';

/** A dead peer is noticed after two missed heartbeats. */
const HEARTBEAT_SECONDS = 15;
const CONNECT_TIMEOUT_MILLISECONDS = 10_000;
const FIRST_DELAY_MILLISECONDS = 200;
const LONGEST_DELAY_MILLISECONDS = 10_000;

/** What {@link connectBroker} needs. */
export interface BrokerOptions {
  /** Checked `amqp://` or `amqps://` address with user and password. */
  readonly uri: string;
  /** The program's name, which RabbitMQ's own pages and logs show beside its connection. */
  readonly name: string;
  /** How long the first connection may take; a broker that starts beside this program needs some of it. */
  readonly startTimeoutSeconds: number;
  readonly log: Logger;
  /**
   * Opens the channels, declares and subscribes; called again after each reconnection, because nothing of the old
   * connection is valid on the new one, delivery tags included. What it throws counts as a failed connection.
   */
  readonly onConnected: (connection: ChannelModel) => Promise<void>;
}

/** A connection to RabbitMQ that comes back by itself. */
export interface Broker {
  /** The address without user and password. */
  readonly address: string;
  /** Why the broker cannot be used now; `undefined` while connected. */
  problem(): string | undefined;
  /** Closes the connection with all of its channels and stops reconnecting. */
  close(): Promise<void>;
}

/**
 * Connects to RabbitMQ and stays connected: a lost connection is made again with exponential backoff and jitter (0.2 s
 * to 10 s), for as long as it takes.
 *
 * @throws ConfigurationError with the cause when there is no first connection within `startTimeoutSeconds`, and at
 *   once when waiting cannot help (user, password, virtual host, declarations that differ)
 */
export async function connectBroker(options: BrokerOptions): Promise<Broker> {
  const { uri, log } = options;
  const address = brokerAddress(uri);
  const link = await connect(withHeartbeat(uri), {
    timeout: CONNECT_TIMEOUT_MILLISECONDS,
    clientProperties: { connection_name: options.name },
    recovery: {
      waitForConnect: false,
      initialDelay: FIRST_DELAY_MILLISECONDS,
      maxDelay: LONGEST_DELAY_MILLISECONDS,
      setup: options.onConnected,
    },
  });

  let problem: BrokerProblem | undefined = {
    text: `RabbitMQ at ${address} has not answered yet.`,
    permanent: false,
  };
  let cannotStart: (cause: BrokerProblem) => void = () => {};
  const refused = new Promise<BrokerProblem>((resolve) => {
    cannotStart = resolve;
  });
  link.on('connect', () => {
    problem = undefined;
    log.info({ broker: address }, 'connected to RabbitMQ');
  });
  link.on('disconnect', (error) => {
    problem = explainBrokerError(error, uri);
    log.warn({ broker: address, reason: problem.text }, 'lost the connection to RabbitMQ');
  });
  link.on('connect-failed', (error) => {
    problem = explainBrokerError(error, uri);
    log.warn({ broker: address, reason: problem.text }, 'no connection to RabbitMQ yet');
    if (problem.permanent) cannotStart(problem);
  });
  // 'disconnect' follows with the same error; without a listener Node.js would end the process here.
  link.on('error', () => {});
  link.on('blocked', (reason) => log.warn({ broker: address, reason }, 'RabbitMQ blocks publishers'));
  link.on('unblocked', () => log.info({ broker: address }, 'RabbitMQ takes messages again'));

  let patience: NodeJS.Timeout | undefined;
  const outOfPatience = new Promise<BrokerProblem>((resolve) => {
    patience = setTimeout(() => resolve(problem!), options.startTimeoutSeconds * 1000);
  });
  const connected = link.waitForConnect().then(() => undefined);
  const failure = await Promise.race([connected, refused, outOfPatience]);
  clearTimeout(patience);
  if (failure !== undefined) {
    connected.catch(() => {});
    await link.close();
    const tried = failure.permanent ? '' : ` Tried for ${options.startTimeoutSeconds} s.`;
    throw new ConfigurationError(failure.text + tried);
  }
  return { address, problem: () => problem?.text, close: () => link.close() };
}

/**
 * Makes the end of a channel the end of its connection, so that it is set up again: RabbitMQ closes a channel alone
 * when something on it was refused (a queue deleted, an acknowledgement too late), and nothing would work on it again.
 */
export function endConnectionWith(channel: Channel, connection: ChannelModel, log: Logger): void {
  channel.on('error', (error) => log.warn({ reason: error.message }, 'RabbitMQ closed a channel'));
  // The connection may be the one that ended first: then closing it again fails, and nothing is left to do.
  channel.on('close', () => void connection.close().catch(() => {}));
}

function withHeartbeat(uri: string): string {
  const url = new URL(uri);
  if (!url.searchParams.has('heartbeat')) url.searchParams.set('heartbeat', String(HEARTBEAT_SECONDS));
  return url.href;
}
