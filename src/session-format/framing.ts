import { crc32 } from '../platform/digest.ts';
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
 * The last line is the summary. A round's last member is the CRC-32 of its line up to there, so that damage in the
 * middle of a file is noticed by whoever reads it. Rounds of older builds have none.
 */

const CRC_START = ',"crc":"';
const CRC_END = '"}';
const CRC_DIGITS = 8;

/** The end of a round's line, before its checksum is known. */
export const UNSEALED = `${CRC_START}${'0'.repeat(CRC_DIGITS)}${CRC_END}`;

/** Writes the checksum into a line that ends with UNSEALED. */
export function sealRound(line: Buffer): void {
  const at = line.length - UNSEALED.length;
  line.write(crcOf(line.subarray(0, at)), at + CRC_START.length, 'latin1');
}

/** A line that does not match its checksum, with a new one, and with a mark that it has changed. */
export function markAltered(line: string): string {
  const marked = Buffer.from(`${line.slice(0, -UNSEALED.length)},"altered":true${UNSEALED}`);
  sealRound(marked);
  return marked.toString();
}

/** Whether a round's line matches its checksum, or has none. */
export function isIntact(line: Buffer): boolean {
  const at = line.length - UNSEALED.length;
  const end = line.toString('latin1', Math.max(0, at));
  if (!end.startsWith(CRC_START) || !end.endsWith(CRC_END)) return true;
  return end.slice(CRC_START.length, -CRC_END.length) === crcOf(line.subarray(0, at));
}

function crcOf(bytes: Uint8Array): string {
  return crc32(bytes).toString(16).padStart(CRC_DIGITS, '0');
}

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
