import { BlockList, isIP } from 'node:net';
import { invalid, type ScalerError } from '../shared/errors.js';
import { showAddress } from '../shared/redact.js';
import { clip } from '../shared/show.js';

/** An address that triggers may use. */
export interface AdmittedAddress {
  /** Normalised: lower case, punycode, IP addresses in their one canonical form, no default port. */
  readonly url: URL;
  /** Whether its host may resolve to an IP address; for use when connecting. */
  readonly isAllowedIp: (ip: string) => boolean;
}

/** One entry of the list. */
interface AddressRule {
  readonly text: string;
  /** `http:` or `https:`, and the port, as `URL` has them. */
  readonly protocol: string;
  readonly port: string;
  /** Whether the text of a host name, or of a canonical IP address, matches. */
  readonly matchesHost: (host: string) => boolean;
  /** The network of a CIDR rule. */
  readonly network: BlockList | undefined;
}

const FORM =
  'http://host:port or https://host:port, where the host is a name, an IP address, a pattern such as *.monitoring.svc, or a CIDR block such as 10.0.0.0/8 or [fd00::]/8';

/** Most entries in a message. */
const MAX_SHOWN = 5;

/**
 * The addresses that triggers may use. Authors of ScaledObjects are not trusted, so addresses are compared after the
 * WHATWG URL parser has normalized them: `http://0x7f.1`, `http://[::FFFF:7f00:1]` or upper case gain nothing.
 */
export class AddressAllowList {
  readonly #rules: readonly AddressRule[];

  /** @throws ScalerError of kind `invalid` when an entry is not of the accepted form */
  constructor(entries: readonly string[]) {
    this.#rules = entries.map(parseRule);
  }

  /**
   * The address, if scheme, host and port match an entry. A host name that is not listed must resolve into the CIDR
   * entries. One that is listed must not resolve to this machine or its link, unless these are listed too.
   * @throws ScalerError of kind `invalid` when it is not an address, holds credentials, or is not on the list
   */
  admit(address: string): AdmittedAddress {
    const url = parseAddress(address);
    const host = canonicalHost(url);
    const rules = this.#rules.filter((rule) => rule.protocol === url.protocol && rule.port === url.port);
    const networks = rules.flatMap(({ network }) => network ?? []);
    const isInNetwork = (ip: string): boolean => networks.some((network) => contains(network, ip));
    const isListed = (text: string): boolean => rules.some((rule) => rule.matchesHost(text));
    const isName = isIP(host) === 0;
    if (isName && isListed(host))
      return { url, isAllowedIp: (ip) => !isNearby(ip, host) || isListed(ip) || isInNetwork(ip) };
    if (isName ? networks.length > 0 : isListed(host) || isInNetwork(host))
      return { url, isAllowedIp: isInNetwork };
    throw invalid(
      `${shown(url)} is not on the list of addresses that triggers may use (${this.#summary()}); use ${this.#rules.length > 0 ? 'one of these, ' : ''}a named source, or ask the operator to allow it`,
    );
  }

  #summary(): string {
    if (this.#rules.length === 0) return 'it is empty';
    const texts = this.#rules.slice(0, MAX_SHOWN).map(({ text }) => text);
    const more = this.#rules.length - texts.length;
    return texts.join(', ') + (more > 0 ? ` and ${more} more` : '');
  }
}

/** Scheme, host, port and path of an address, without user, password, query and fragment. */
export function shown(url: URL): string {
  return clip(`${url.protocol}//${url.host}${url.pathname === '/' ? '' : url.pathname}`, 200);
}

function parseAddress(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw invalid('the address is not one; expected http://host:port or https://host:port');
  if (url.username !== '' || url.password !== '')
    throw invalid(
      `the address of ${shown(url)} holds a user name or password; credentials belong to a named source in the scaler's configuration`,
    );
  if (url.search !== '' || url.hash !== '')
    throw invalid(
      `the address of ${shown(url)} has a query or fragment; give parameters under queryParameters`,
    );
  return url;
}

/**
 * The host without the brackets of an IPv6 address. A dot at its end stays: a name with it is resolved without search
 * domains, so it may be another host.
 */
function canonicalHost({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, '$1');
}

/** This machine. */
const ownAddresses = blockList(['127.0.0.0/8', '::1/128', '0.0.0.0/8', '::/128']);

/** Link-local networks, other addresses of the metadata services of clouds, which give credentials, and multicast. */
const linkAddresses = blockList([
  '169.254.0.0/16',
  'fe80::/10',
  // Amazon over IPv6, Alibaba, Azure, Oracle.
  'fd00:ec2::254/128',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '224.0.0.0/4',
  'ff00::/8',
  '255.255.255.255/32',
]);

/** Whether a listed name may not resolve to an address. Of all names, only localhost may mean this machine. */
function isNearby(ip: string, host: string): boolean {
  if (contains(linkAddresses, ip)) return true;
  return contains(ownAddresses, ip) && host !== 'localhost' && !host.endsWith('.localhost');
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address, prefix] = network.split('/') as [string, string];
    list.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  return list;
}

function contains(network: BlockList, ip: string): boolean {
  // A resolved address may end with its interface: fe80::1%eth0.
  return network.check(ip.replace(/%.*$/, ''), isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}

function parseRule(text: string): AddressRule {
  const parts = /^(https?):\/\/(\*\.)?(\[[^\]]+\]|[^\s/:@?#*[\]]+)(?:\/(\d{1,3}))?(?::(\d{1,5}))?\/?$/i.exec(
    text,
  );
  const [, scheme, wildcard, hostText, prefix, portText] = parts ?? [];
  const address = `${scheme}://${hostText}${portText === undefined ? '' : `:${portText}`}`;
  if (parts === null || !URL.canParse(address)) throw wrongRule(text);
  const url = new URL(address);
  const host = canonicalHost(url);
  const family = isIP(host);
  if ((wildcard !== undefined && family !== 0) || (prefix !== undefined && family === 0))
    throw wrongRule(text);
  const rule = { text, protocol: url.protocol, port: url.port };
  if (prefix !== undefined) {
    if (wildcard !== undefined || Number(prefix) > (family === 6 ? 128 : 32)) throw wrongRule(text);
    return { ...rule, matchesHost: () => false, network: blockList([`${host}/${prefix}`]) };
  }
  const matchesHost =
    wildcard === undefined
      ? (given: string) => given === host
      : (given: string) => given.endsWith(`.${host}`) && given.length > host.length + 1;
  return { ...rule, matchesHost, network: undefined };
}

function wrongRule(text: string): ScalerError {
  return invalid(`${showAddress(text)} is no address for the list; expected ${FORM}`);
}
