import querystring from 'node:querystring';
import { ConfigurationError } from './configuration-error.js';

/** What went wrong with the broker, in words for the operator. */
export interface BrokerProblem {
  /** What is wrong and what to do; never a user name or a password. */
  readonly text: string;
  /** True when waiting cannot help: the address, the password or the declarations are wrong. */
  readonly permanent: boolean;
}

/**
 * The address of a broker for people: scheme, host, port and virtual host, without user and password.
 * @param uri a checked `amqp://` or `amqps://` address
 */
export function brokerAddress(uri: string): string {
  const { protocol, hostname, port, pathname } = new URL(uri);
  const standardPort = protocol === 'amqps:' ? 5671 : 5672;
  return `${protocol}//${hostname}:${port || standardPort}${pathname === '' ? '/' : pathname}`;
}

/**
 * The virtual host that an address names: `/` when the path is empty or is a slash alone.
 * @param uri a checked `amqp://` or `amqps://` address
 */
function virtualHost(uri: string): string {
  // Like amqplib, it keeps a percent sign that begins no escape.
  return querystring.unescape(new URL(uri).pathname.slice(1)) || '/';
}

/** Turns what amqplib and Node.js raise while connecting or declaring into a cause that an operator can act on. */
export function explainBrokerError(error: unknown, uri: string): BrokerProblem {
  const { code, message } = error as Error & { code?: string | number };
  const at = `RabbitMQ at ${brokerAddress(uri)}`;
  const host = new URL(uri).hostname;
  if (error instanceof ConfigurationError) return { text: message, permanent: false };
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return wait(
        `${at} cannot be found: no address is known for the host "${host}". Check the host's name.`,
      );
    case 'ECONNREFUSED':
      return wait(`${at} does not answer: nothing listens on that port. Check the port and whether it runs.`);
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return wait(`${at} cannot be reached over the network (${code}). Check the address and the firewall.`);
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return never(`${at} does not speak TLS on that port. Use amqp:// or the port of its TLS listener.`);
    case 404:
    case 406:
      return code === 404
        ? wait(`${at} lacks what this program needs: ${serverText(message)}.`)
        : never(
            `${at} has it declared differently: ${serverText(message)}. Delete it there or use another name.`,
          );
  }
  if (/ACCESS[_-]REFUSED/.test(message)) {
    return never(`${at} refuses the user or the password. Check both in the address.`);
  }
  if (/Expected ConnectionOpenOk/.test(message)) {
    return never(
      `${at} refuses the virtual host "${virtualHost(uri)}": it does not exist, or this user may not use it.`,
    );
  }
  if (/maxFrameSize|Socket closed abruptly|Invalid frame|frame/i.test(message)) {
    return wait(`${at} does not speak AMQP: another program seems to answer on that port. Check the port.`);
  }
  if (/connect ETIMEDOUT/.test(message)) {
    return wait(`${at} does not answer in time. Check the address; it may be another program's port.`);
  }
  return wait(`${at} fails: ${message}`);
}

function wait(text: string): BrokerProblem {
  return { text, permanent: false };
}

function never(text: string): BrokerProblem {
  return { text, permanent: true };
}

/** The broker's own sentence inside of amqplib's, such as `no exchange 'metrics' in vhost '/'`. */
function serverText(message: string): string {
  return /"(?:[A-Z_]+ - )?([^"]*)"/.exec(message)?.[1] ?? message;
}
