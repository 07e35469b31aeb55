import { HOUR, MARK_KEYS } from './cache-times.ts';
import { parseString } from './json-spans.ts';
import type { RawMessages } from './raw-messages.ts';

/** As they stand in a string; what a client wrote is escaped once more there, and looks otherwise. */
const inString = (json: string): Buffer => Buffer.from(json.replaceAll('"', String.raw`\"`));
const RAW_HOUR = inString(HOUR);
const RAW_KEYS = MARK_KEYS.map(inString);

/**
 * The JSON of the messages that may hold a mark for the cache: also of those that are known, and were not read. The
 * line's ai_log ends at `end`. Undefined where nothing in it says `"1h"`, as in nearly every line.
 */
export function findMarked(line: Buffer, end: number, list: RawMessages | undefined): string[] | undefined {
  if (!isBefore(line.indexOf(RAW_HOUR), end)) return undefined;
  const { from = 0, ends = [] } = list ?? {};
  const places = new Set<number>();
  for (const key of RAW_KEYS) {
    for (let place = 0, at = from; place < ends.length; at = from + (ends[place++] ?? 0)) {
      const found = line.indexOf(key, at);
      if (!isBefore(found, from + (ends.at(-1) ?? 0))) break;
      place = placeOf(ends, found - from, place);
      places.add(place);
    }
  }
  return [...places].map((place) => {
    const text = line.toString(
      'utf8',
      from + (place === 0 ? 0 : (ends[place - 1] ?? 0)),
      from + (ends[place] ?? 0),
    );
    return parseString(`"${text.replace(/^[ ,]+/, '')}"`) ?? '';
  });
}

function isBefore(found: number, end: number): boolean {
  return found >= 0 && found < end;
}

/** Which message the byte is in. */
function placeOf(ends: readonly number[], at: number, from: number): number {
  let low = from;
  let high = ends.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((ends[middle] ?? 0) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
