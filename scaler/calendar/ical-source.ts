import { createReadStream } from 'node:fs';
import { buffer } from 'node:stream/consumers';
import { AddressAllowList } from '../prometheus/address-allow-list.js';
import { Connection, type ConnectionOptions, type SendFailures } from '../prometheus/connection.js';
import { RequestFailure, statusLine } from '../prometheus/request-failure.js';
import { invalid, ScalerError } from '../shared/errors.js';
import { fileErrorInWords } from '../shared/file-error.js';
import type { CalendarConfig } from './calendar-config.js';

/** Largest calendar that is read; it holds tens of thousands of events. */
const MOST_BYTES = 4 * 1024 * 1024;
const TIMEOUT_SECONDS = 10;

const OVERSIZE = `has more than ${MOST_BYTES} bytes and was not read further; leave past events out of it, or split it`;

/** Where the text of a calendar comes from. */
export interface IcalSource {
  /** @throws ScalerError that goes on from the calendar's name: `cannot be read (ENOENT); ...` */
  read(): Promise<string>;
  close(): Promise<void>;
}

/** A calendar in a file. */
export function fileSource(path: string): IcalSource {
  return { read: () => readBounded(path), close: async () => {} };
}

async function readBounded(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    // One byte beyond the bound shows that there are more.
    bytes = await buffer(createReadStream(path, { end: MOST_BYTES }));
  } catch (error) {
    throw new ScalerError(
      'unavailable',
      `cannot be read (${fileErrorInWords(error)}); check the path, that it is mounted, and the file's permissions`,
      { cause: error },
    );
  }
  if (bytes.length > MOST_BYTES) throw new ScalerError('rejected', OVERSIZE);
  return bytes.toString();
}

/**
 * A calendar at an address on the allow-list.
 *
 * @param lookup resolves host names; node:dns when undefined.
 * @throws ScalerError `invalid` when the list does not have the address.
 */
export function addressSource(
  address: URL,
  config: CalendarConfig,
  allowedAddresses: readonly string[],
  lookup?: ConnectionOptions['lookup'],
): IcalSource {
  const { url, isAllowedIp } = admitted(address, allowedAddresses);
  const connection = new Connection({
    ...config,
    url,
    isAllowedIp,
    lookup,
    concurrency: 1,
    timeoutSeconds: TIMEOUT_SECONDS,
    maxBodyBytes: MOST_BYTES,
    // Each reading reports its own failure.
    onFileTrouble: () => {},
  });
  return { read: () => get(connection), close: () => connection.destroy() };
}

/** @throws ScalerError `invalid` that names the host alone, since the path of a private calendar is a secret. */
export function admitted(
  address: URL,
  allowedAddresses: readonly string[],
): ReturnType<AddressAllowList['admit']> {
  try {
    return new AddressAllowList(allowedAddresses).admit(address.href);
  } catch (error) {
    if (!(error instanceof ScalerError)) throw error;
    const { protocol, hostname, port } = address;
    const entry = `${protocol}//${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
    throw invalid(
      `${address.origin} is not on the list of addresses that the scaler may ask; add ${entry} to sources.allowedAddresses`,
    );
  }
}

const failures: SendFailures = {
  late: (seconds) =>
    new RequestFailure(
      'unavailable',
      `did not answer within ${seconds} s; check its load and the network between`,
    ),
  oversize: () => OVERSIZE,
  format: (detail) => new RequestFailure('unavailable', `came with ${detail}`),
};

async function get(connection: Connection): Promise<string> {
  try {
    const sent = { method: 'GET', headers: { accept: 'text/calendar' } } as const;
    const { status, text } = await connection.send('', sent, failures);
    if (status === 200) return text;
    throw refused(status);
  } catch (error) {
    if (!(error instanceof RequestFailure)) throw error;
    throw new ScalerError(error.kind, error.message, { cause: error });
  }
}

function refused(status: number): RequestFailure {
  const advice =
    status === 401 || status === 403
      ? 'check the credentials and headers of the calendar'
      : status >= 300 && status < 400
        ? 'it is not followed, so that credentials stay with this address; give the final address'
        : 'check the address, and the log of its server';
  return new RequestFailure('unavailable', `answered ${statusLine(status)}; ${advice}`);
}
