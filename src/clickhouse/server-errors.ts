import { cleanLine } from '../platform/clean-text.ts';
import { InputOutputError } from '../platform/errors.ts';
import { bodyExcerpt, networkProblem, redirectText, timeoutProblem } from '../platform/http-problems.ts';
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
  const said = `answered ${status}${bodyExcerpt(body)}`;
  if (status >= 300 && status < 400) return redirectText(status, location);
  if (status === 401 || status === 403) return `${said}. ${CREDENTIALS}`;
  if (status === 404)
    return `${said}. This is no ClickHouse server: check the address and the port of --url (HTTP is usually 8123, HTTPS 8443)`;
  if (status >= 200 && status < 300)
    return `${said}, which is not what a ClickHouse server answers. Check the address and the port of --url`;
  return `${said}. It may be a proxy in front of the server: check that the server is running`;
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

/** The error for a request without an answer. */
export function networkError({ url }: Target, error: Error, seconds: number): RequestError {
  const isLate = error.message.startsWith('Timeout error');
  const { message, isPassing } = isLate
    ? timeoutProblem(url, seconds)
    : networkProblem(url, error, 'HTTP is usually 8123');
  return new RequestError(message, { isPassing });
}
