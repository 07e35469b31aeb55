import { cleanLine } from '../platform/clean-text.ts';
import { InputOutputError } from '../platform/errors.ts';
import type { Target } from './target.ts';

/** What came back instead of an answer. */
export interface Answer {
  status: number;
  /** Where a redirect leads. */
  location?: string | undefined;
  /** The number of ClickHouse's exception; undefined if something else answered. */
  code?: number | undefined;
  body: string;
}

/** A request that failed; `isPassing`: it may succeed if it is sent again. */
export class RequestError extends InputOutputError {
  readonly isPassing: boolean;
  readonly code: number | undefined;

  constructor(message: string, { isPassing, code }: { isPassing: boolean; code?: number | undefined }) {
    super(message);
    this.isPassing = isPassing;
    this.code = code;
  }
}

/** Numbers of ClickHouse's exceptions. */
const CODE = { unknownTable: 60, unknownDatabase: 81 } as const;

/** Exceptions that say nothing about the request: too many at a time, a lack of memory, a part of the server is away. */
const PASSING: ReadonlySet<number> = new Set([
  159, 164, 202, 203, 209, 210, 225, 236, 241, 242, 243, 252, 285, 286, 297, 319, 341, 394, 425, 999,
]);

const CREDENTIALS = 'Set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD in the environment';

/** What to do about an exception. */
function adviceOf(code: number, { database, name }: Target): string | undefined {
  if ([192, 193, 194, 516].includes(code)) return CREDENTIALS;
  if (code === 497) return `Grant this user SELECT, INSERT and CREATE TABLE on ${database}`;
  if (code === CODE.unknownDatabase) return 'Create the database, or name another with --database';
  if (code === CODE.unknownTable) return `Make the table with: monitor push clickhouse --create (${name})`;
  return undefined;
}

/** The error for an answer that is none. */
export function answerError(target: Target, { status, location, code, body }: Answer): RequestError {
  const { url } = target;
  if (code !== undefined) {
    const advice = adviceOf(code, target);
    return new RequestError(
      `ClickHouse at ${url} refused (code ${code}): ${exceptionText(body)}${advice ? `. ${advice}` : ''}`,
      { isPassing: PASSING.has(code), code },
    );
  }
  return new RequestError(`${url} ${httpText(status, location, body)}`, {
    isPassing: status >= 500 || status === 429 || status === 408,
  });
}

function httpText(status: number, location: string | undefined, body: string): string {
  const said = `answered ${status}${excerptOf(body)}`;
  if (status >= 300 && status < 400)
    return `redirects${location === undefined ? '' : ` to ${withoutUser(location)}`} (${status}), and redirects are not followed. Give the address of the server itself with --url`;
  if (status === 401 || status === 403) return `${said}. ${CREDENTIALS}`;
  if (status === 404)
    return `${said}. This is no ClickHouse server: check the address and the port of --url (HTTP is usually 8123, HTTPS 8443)`;
  if (status >= 200 && status < 300)
    return `${said}, which is not what a ClickHouse server answers. Check the address and the port of --url`;
  return `${said}. It may be a proxy in front of the server: check that the server is running`;
}

/** A URL from a server, which may name a password. */
function withoutUser(location: string): string {
  return cleanLine(location.replace(/\/\/[^/@]*@/, '//').replace(/[?#].*$/s, '')).slice(0, 200);
}

/** The text of an exception, without its number and the server's version. */
export function exceptionText(body: string): string {
  const [, said = body] = /DB::Exception: (.*)/s.exec(body) ?? [];
  const text = said
    .replace(/, e\.what\(\) = .*$/s, '')
    .replace(/\s*\(version [^()]*(?:\([^()]*\)[^()]*)?\)\s*$/, '')
    .replace(/\.\s*$/, '');
  return cleanLine(text).slice(0, 500);
}

/** The number of the exception in a body; undefined if it is none of ClickHouse's. */
export function exceptionCode(body: string): number | undefined {
  const [, code] = /^\s*(?:Code|Error): (\d{1,5})[.,]/.exec(body) ?? [];
  return code === undefined ? undefined : Number(code);
}

function excerptOf(body: string): string {
  const text = cleanLine(body.replaceAll(/<[^<>]*>/g, ' ')).slice(0, 120);
  return text === '' ? '' : `: ${text}`;
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
  HPE_INVALID_CONSTANT: 'it does not speak HTTP. Check the port of --url (HTTP is usually 8123)',
};

const NO_HOPE = new Set(['ENOTFOUND', 'EPROTO', 'HPE_INVALID_CONSTANT']);

/** The error for a request without an answer. */
export function networkError({ url }: Target, error: Error, seconds: number): RequestError {
  const code = 'code' in error ? String(error.code) : '';
  if (error.message.startsWith('Timeout error'))
    return new RequestError(`${url} did not answer within ${seconds} s. Allow more time with --timeout`, {
      isPassing: true,
    });
  if (/CERT|SELF_SIGNED|UNABLE_TO_(?:GET|VERIFY)|ERR_TLS/.test(code))
    return new RequestError(
      `${url} has a certificate that is not trusted (${code}). Name the file of its authority in NODE_EXTRA_CA_CERTS`,
      { isPassing: false },
    );
  if (code.startsWith('HPE_') && NETWORK[code] === undefined)
    return new RequestError(`${url} answered with broken HTTP (${code})`, { isPassing: true });
  const why = NETWORK[code] ?? cleanLine(error.message);
  return new RequestError(`cannot reach ${url}: ${why}`, { isPassing: !NO_HOPE.has(code) });
}
