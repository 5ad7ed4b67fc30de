import { ValidationError } from '../shared/fields.js';

/** An address that a trigger gives, and the credentials that stood in it. */
export interface TriggerAddress {
  /** Scheme, host, port where it is not the scheme's own, and path without a slash at its end. */
  readonly address: string;
  /** From `http://user:password@host`, decoded. */
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/**
 * Reads the address of a server that speaks the Prometheus HTTP API. Addresses that mean the same become the same
 * text, so that triggers share what was fetched.
 *
 * @throws ValidationError, which repeats nothing of the address: it may hold a password.
 */
export function address(text: string): TriggerAddress {
  if (!URL.canParse(text)) throw new ValidationError('it is not an address');
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw new ValidationError('it is neither http nor https');
  if (url.search !== '' || url.hash !== '')
    throw new ValidationError('it has a query or fragment: parameters belong under "queryParameters"');
  return {
    address: url.origin + url.pathname.replace(/\/+$/, ''),
    credentials: url.username === '' && url.password === '' ? undefined : credentials(url),
  };
}

function credentials(url: URL): TriggerAddress['credentials'] {
  try {
    return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  } catch (error) {
    if (error instanceof URIError)
      throw new ValidationError('its user name or password has a broken % escape');
    throw error;
  }
}
