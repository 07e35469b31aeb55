import { isIP } from 'node:net';

/** Addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Whether a request may be answered, by its `Host`. A page of another site can make a browser send requests here, under a
 * name that it has resolved to this address (DNS rebinding), and read the answers. It cannot do so with an address, with
 * `localhost`, or with a name that belongs to somebody else.
 */
export function isKnownHost(header: string | undefined, known: readonly string[]): boolean {
  const host = /^(?:\[([^\]]*)\]|([^:]*))(?::\d{1,5})?$/.exec(header ?? '');
  const name = (host?.[1] ?? host?.[2] ?? '').toLowerCase();
  if (isIP(name) !== 0 || name === 'localhost') return true;
  return name !== '' && known.some((one) => one.toLowerCase() === name);
}
