import { isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';

/*
 * A session file is one JSON document, with one round per line:
 *
 *     {"session_id":"…","rounds":[
 *     {"round":1,…},
 *     {"round":2,…}
 *     ],"created_at":…}
 *
 * The last line is the summary.
 */

/** What separates two rounds: the comma belongs to the line of the first. */
export const SEPARATOR = Buffer.from(',\n');
const COMMA = 0x2c;
const BEFORE_SUMMARY = '\n],';

/** The first line, with its line break. */
export function headLine(id: string): string {
  return `{"session_id":${JSON.stringify(id)},"rounds":[\n`;
}

/** The session id in a first line without its line break; undefined if it is not a first line. */
export function idOfHead(line: string): string | undefined {
  const json = /^\{"session_id":(".*"),"rounds":\[$/s.exec(line)?.[1];
  const id = json === undefined ? undefined : parseJson(json);
  return typeof id === 'string' ? id : undefined;
}

/** What follows the last round: the end of its line, and the summary. */
export function summaryBytes(summary: Readonly<Record<string, unknown>>): Buffer {
  return Buffer.from(`${BEFORE_SUMMARY}${JSON.stringify(summary).slice(1)}\n`);
}

/** The summary in such bytes; undefined if there is none. */
export function parseSummary(bytes: Buffer): Record<string, unknown> | undefined {
  const value = parseJson(`{${bytes.toString().slice(BEFORE_SUMMARY.length)}`);
  return isRecord(value) ? value : undefined;
}

/** Whether a line is the summary, so that no round follows. */
export function isSummaryLine(line: string): boolean {
  return line.startsWith(']');
}

/** The length of a round in the bytes of its line, which ends with a comma if another round follows. */
export function roundLength(line: Uint8Array): number {
  return line.at(-1) === COMMA ? line.length - 1 : line.length;
}
