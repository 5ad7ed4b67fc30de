import type { Deployment } from './sender-file.js';

/** The pattern that takes the messages of all applications. */
export const ALL_APPLICATIONS = 'Metrics.*';

/** What is published for one application at a time. */
export interface MetricMessage {
  /** `Metrics.{name}` */
  readonly topic: string;
  /** The application's name; AMQP's `reply-to` property. */
  readonly replyTo: string;
  /** One value for each resource, as text. */
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Builds the message of one application: from the list of each resource, one value picked at random.
 * @param random numbers from 0 up to 1
 * @example buildMessage({ name: 'app1', metrics: new Map([['cpu', ['0.5', '0.8']]]) }, () => 0.9)
 *   // { topic: 'Metrics.app1', replyTo: 'app1', headers: { cpu: '0.8' } }
 */
export function buildMessage(deployment: Deployment, random: () => number): MetricMessage {
  const picks = [...deployment.metrics].map(([metric, values]) => [
    metric,
    values[Math.floor(random() * values.length)]!,
  ]);
  return {
    topic: `Metrics.${deployment.name}`,
    replyTo: deployment.name,
    headers: Object.fromEntries(picks),
  };
}
