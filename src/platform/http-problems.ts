import { cleanLine } from './clean-text.ts';

/*
 * What goes wrong between a program and a server, in words. Whatever a server sends is hostile.
 */

/** Why there was no answer. `isPassing`: there may be one if the request is sent again. */
export interface NetworkProblem {
  message: string;
  isPassing: boolean;
}

const NETWORK: Readonly<Record<string, string>> = {
  ECONNREFUSED:
    'nothing listens there. Check that the server is running, and the address and the port of --url',
  ENOTFOUND: 'no such host. Check the address of --url',
  EAI_AGAIN: 'the name of the host cannot be looked up at the moment',
  ECONNRESET:
    'the connection was closed before the answer. Check that the protocol (http or https) of --url is right',
  EPIPE: 'the connection was closed before the answer',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'the host cannot be reached from here',
  ENETUNREACH: 'the network cannot be reached from here',
  EPROTO: 'it does not speak TLS. Check the protocol (http or https) and the port of --url',
  UND_ERR_SOCKET:
    'the connection was closed before the answer. Check that the protocol (http or https) of --url is right',
};

const NO_HOPE = new Set(['ENOTFOUND', 'EPROTO', 'HPE_INVALID_CONSTANT']);

/** `port`: which one is usual, for a server that does not speak HTTP. */
export function networkProblem(url: string, error: Error, port: string): NetworkProblem {
  const code = 'code' in error ? String(error.code) : '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS/.test(code))
    return {
      message: `${url} has a certificate that is not trusted (${code}). Name the file of its authority in NODE_EXTRA_CA_CERTS`,
      isPassing: false,
    };
  const isPassing = !NO_HOPE.has(code);
  if (code === 'HPE_INVALID_CONSTANT')
    return {
      message: `cannot reach ${url}: it does not speak HTTP. Check the port of --url (${port})`,
      isPassing,
    };
  if (code.startsWith('HPE_')) return { message: `${url} answered with broken HTTP (${code})`, isPassing };
  return { message: `cannot reach ${url}: ${NETWORK[code] ?? cleanLine(error.message)}`, isPassing };
}

export function timeoutProblem(url: string, seconds: number): NetworkProblem {
  return {
    message: `${url} did not answer within ${seconds} s. Allow more time with --timeout`,
    isPassing: true,
  };
}

/** `redirects to https://…` */
export function redirectText(status: number, location: string | undefined): string {
  const to = location === undefined ? '' : ` to ${withoutUser(location)}`;
  return `redirects${to} (${status}), and redirects are not followed. Give the address of the server itself with --url`;
}

/** A URL from a server, which may name a password. */
function withoutUser(location: string): string {
  return cleanLine(location.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/s, '')).slice(0, 200);
}

/** `: Bad Gateway`; empty if there is nothing to say. */
export function bodyExcerpt(body: string): string {
  const text = cleanLine(body.replaceAll(/<[^<>]*>/g, ' ')).slice(0, 120);
  return text === '' ? '' : `: ${text}`;
}
