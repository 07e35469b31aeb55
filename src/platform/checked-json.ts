import { crc32 } from './digest.ts';

const CRC_KEY = ',"crc":';

/** The JSON of an object on one line, with a checksum as its last member. */
export function checkedJson(value: Readonly<Record<string, unknown>>): string {
  const text = JSON.stringify(value);
  return `${text.slice(0, -1)}${CRC_KEY}${crc32(Buffer.from(text))}}\n`;
}

/** The object; undefined if it is not what `checkedJson` made. */
export function parseCheckedJson(bytes: Buffer): unknown {
  const text = bytes.toString();
  const end = text.lastIndexOf(CRC_KEY);
  const body = `${text.slice(0, Math.max(0, end))}}`;
  const isIntact = text.slice(end) === `${CRC_KEY}${crc32(Buffer.from(body))}}\n`;
  return isIntact ? (JSON.parse(body) as unknown) : undefined;
}
