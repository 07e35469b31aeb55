import { cleanLine } from '../platform/clean-text.ts';
import { InputOutputError } from '../platform/errors.ts';
import { bodyExcerpt, redirectText } from '../platform/http-problems.ts';
import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';

/** What a collector answered. */
export interface Answer {
  status: number;
  /** Where a redirect leads. */
  location: string | undefined;
  /** How long it asks to wait, in milliseconds. */
  retryAfterMs: number | undefined;
  contentType: string;
  body: Buffer;
}

/** Spans that a collector did not take, and what it said. */
export interface Rejected {
  spans: number;
  message: string;
}

/** A request that failed. */
export class CollectorError extends InputOutputError {
  /** It may succeed if it is sent again. */
  readonly isPassing: boolean;
  /** The request is too large. */
  readonly isTooLarge: boolean;
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    about: { isPassing: boolean; isTooLarge?: boolean; retryAfterMs?: number | undefined },
  ) {
    super(message);
    this.isPassing = about.isPassing;
    this.isTooLarge = about.isTooLarge ?? false;
    this.retryAfterMs = about.retryAfterMs;
  }
}

/** Which answers say that the same request may be taken later, as OTLP has it. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);
const LONGEST_MESSAGE = 300;
const CREDENTIALS = 'Set OTEL_EXPORTER_OTLP_HEADERS in the environment, such as api-key=…';

/** What became of the spans; undefined: all were taken. Throws CollectorError if the answer is none of a collector. */
export function rejectedBy(url: string, answer: Answer): Rejected | undefined {
  const { status, body, contentType } = answer;
  if (status < 200 || status > 204) throw refusal(url, answer);
  if (body.length === 0) return undefined;
  // A proxy that asks to sign in answers with 200, too.
  const partial = contentType.includes('protobuf') ? protobufPartial(body) : jsonPartial(body);
  if (partial === undefined)
    throw new CollectorError(
      `${url} answered ${status}${bodyExcerpt(body.toString())}, which is not what a collector answers. Check the address of --url`,
      { isPassing: false },
    );
  return partial.spans === 0 && partial.message === '' ? undefined : partial;
}

function jsonPartial(body: Buffer): Rejected | undefined {
  const value = parseJson(body.toString());
  if (!isRecord(value)) return undefined;
  const partial = isRecord(value['partialSuccess']) ? value['partialSuccess'] : {};
  const spans = Number(partial['rejectedSpans'] ?? 0);
  const message = partial['errorMessage'];
  return {
    spans: Number.isSafeInteger(spans) && spans > 0 ? spans : 0,
    message: typeof message === 'string' ? cleanLine(message).slice(0, LONGEST_MESSAGE) : '',
  };
}

function refusal(url: string, answer: Answer): CollectorError {
  const { status, location, retryAfterMs } = answer;
  return new CollectorError(`${url} ${refusalText(answer, location)}`, {
    isPassing: PASSING.has(status),
    isTooLarge: status === 413,
    retryAfterMs,
  });
}

function refusalText(answer: Answer, location: string | undefined): string {
  const { status } = answer;
  if (status >= 300 && status < 400) return redirectText(status, location);
  const said = `answered ${status}${messageOf(answer)}`;
  if (status === 401 || status === 403) return `${said}. ${CREDENTIALS}`;
  if (status === 404 || status === 405)
    return `${said}. Nothing takes traces there: check the address of --url (OTLP over HTTP is usually port 4318)`;
  if (status === 415) return `${said}. It does not take this form: try another with --protocol`;
  return said;
}

/** The message of a google.rpc.Status, or the beginning of whatever it is. */
function messageOf({ body, contentType }: Answer): string {
  if (contentType.includes('protobuf')) return '';
  const text = body.toString();
  const value = parseJson(text);
  const message = isRecord(value) ? value['message'] : undefined;
  return typeof message === 'string' ? bodyExcerpt(message) : bodyExcerpt(text);
}

/** ExportTraceServiceResponse: partial_success = 1 { rejected_spans = 1, error_message = 2 }. Undefined if it is none. */
function protobufPartial(body: Buffer): Rejected | undefined {
  const found = { spans: 0, message: '' };
  const isRead = readFields(body, (field, value) => {
    if (field !== 1) return true;
    if (typeof value === 'number') return false;
    return readFields(value, (inner, content) => {
      if (inner === 1 && typeof content === 'number') found.spans = content;
      if (inner === 2 && typeof content !== 'number')
        found.message = cleanLine(content.toString()).slice(0, LONGEST_MESSAGE);
      return true;
    });
  });
  return isRead ? found : undefined;
}

/** Whether `bytes` are fields of numbers and texts, and `use` takes each. */
function readFields(bytes: Buffer, use: (field: number, value: number | Buffer) => boolean): boolean {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = bytes[at++];
      if (byte === undefined) return NaN;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return NaN;
  };
  while (at < bytes.length) {
    const tag = varint();
    const [field, kind] = [Math.floor(tag / 8), tag % 8];
    const length = varint();
    if (Number.isNaN(length) || (kind !== 0 && kind !== 2)) return false;
    if (kind === 0 && !use(field, length)) return false;
    if (kind === 0) continue;
    if (at + length > bytes.length || !use(field, bytes.subarray(at, at + length))) return false;
    at += length;
  }
  return true;
}
