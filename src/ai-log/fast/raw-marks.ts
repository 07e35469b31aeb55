import { HOUR, MARK_KEYS } from '../usage/cache-times.ts';
import { parseString } from '../../platform/json-spans.ts';
import type { RawMessages } from './raw-messages.ts';
import type { SentMessages } from '../round.ts';

/** JSON escaped into a string. What a client wrote is escaped once more, so it cannot match. */
const inString = (json: string): Buffer => Buffer.from(json.replaceAll('"', String.raw`\"`));
/** Without the closing quote, so that it is found both in an escaped text and in one that is not. */
const RAW_HOUR = Buffer.from(HOUR.slice(0, -1));
const RAW_KEYS = MARK_KEYS.map(inString);

/** Searches the line's bytes, so that known messages, which were not read, are searched too. */
export function sentIn(line: Buffer, list: RawMessages): SentMessages {
  return {
    marked: () => (line.includes(RAW_HOUR) ? findMarked(line, list) : undefined),
    says: (json) => isIn(list, line.indexOf(inString(json), list.from)),
  };
}

function isIn({ from, ends }: RawMessages, at: number): boolean {
  return at >= 0 && at < from + (ends.at(-1) ?? 0);
}

function findMarked(line: Buffer, list: RawMessages): string[] {
  const { from, ends } = list;
  const places = new Set<number>();
  for (const key of RAW_KEYS) {
    for (let place = 0, at = from; place < ends.length; at = from + (ends[place++] ?? 0)) {
      const found = line.indexOf(key, at);
      if (!isIn(list, found)) break;
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

/** The index of the message that contains the byte at `at`. */
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
