import { bucketOf } from '../../model/usage-cell.ts';
import { digestOfKey } from '../../session-format/key-digests.ts';
import { readFields } from '../../session-format/read-round.ts';
import { identityOfStored } from '../../session-format/round-identity.ts';
import { TIMELESS, type PrunedKeys } from '../../store/pruned-file.ts';

/** What is kept of stored rounds that are removed: which requests they were. Throws InputOutputError if one is damaged. */
export function keysOfRounds(lines: Iterable<string>): PrunedKeys[] {
  const groups = new Map<string, PrunedKeys>();
  for (const line of lines) {
    const stored = readFields(line);
    const identity = identityOfStored(stored);
    if (!identity) continue;
    const isTimeless = stored.flags?.includes('time-missing') === true;
    const bucket = isTimeless ? TIMELESS : bucketOf(Date.parse(stored.timestamp));
    const [log] = stored.at;
    const name = `${bucket} ${log}`;
    const group = groups.get(name) ?? [bucket, log, ''];
    group[2] += digestOfKey(identity.key);
    groups.set(name, group);
  }
  return [...groups.values()];
}
