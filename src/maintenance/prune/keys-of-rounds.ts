import type { LinePosition } from '../../model/log-position.ts';
import { bucketOf } from '../../model/usage-cell.ts';
import { digestOfKey } from '../../session-format/key-digests.ts';
import { readFields } from '../../session-format/read-round.ts';
import { identityOfStored } from '../../session-format/round-identity.ts';
import { TIMELESS, type PrunedKeys, type PrunedPart } from '../../store/pruned-file.ts';

/**
 * What is kept of stored rounds that are removed: which requests they were, and where they were. Throws InputOutputError
 * if one is damaged.
 */
export function keysOfRounds(lines: Iterable<string>): Required<Pick<PrunedPart, 'keys' | 'places'>> {
  const groups = new Map<string, PrunedKeys>();
  const places = new Map<number, number>();
  for (const line of lines) {
    const stored = readFields(line);
    const [log, place] = stored.at;
    places.set(log, Math.max(place, places.get(log) ?? 0));
    const identity = identityOfStored(stored);
    if (!identity) continue;
    const isTimeless = stored.flags?.includes('time-missing') === true;
    const bucket = isTimeless ? TIMELESS : bucketOf(Date.parse(stored.timestamp));
    const name = `${bucket} ${log}`;
    const group = groups.get(name) ?? [bucket, log, ''];
    group[2] += digestOfKey(identity.key);
    groups.set(name, group);
  }
  return { keys: [...groups.values()], places: [...places] satisfies LinePosition[] };
}
