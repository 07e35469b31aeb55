import { parseWaiting } from '../../ingest/waiting-round.ts';
import { readBytes, withFile, type Files } from '../../platform/files.ts';
import { sessionLines } from '../../store/session-lines.ts';
import { waitingPath } from '../../store/waiting-file.ts';
import type { Source } from './sources.ts';

/** A line of the file, by offset. */
interface Place {
  from: number;
  to: number;
}

/**
 * The rounds that wait for a repair, by the log that they came from: only of logs that are not `there`, which have the
 * same rounds themselves. A killed run can have written a round before, so the last of several counts.
 */
export function waitingSources(files: Files, dir: string, there: ReadonlySet<number>): Source[] {
  const path = waitingPath(dir);
  if (!files.stat(path)) return [];
  const logs = new Map<number, Map<number, Place>>();
  for (const { text, end } of sessionLines(files, path)) {
    const waiting = parseWaiting(text);
    if (!waiting || there.has(waiting.at[0])) continue;
    const [log, offset] = waiting.at;
    const places = logs.get(log) ?? new Map<number, Place>();
    places.set(offset, { from: end - Buffer.byteLength(text), to: end });
    logs.set(log, places);
  }
  return [...logs].map(([id, places]): Source => {
    const inOrder = [...places].toSorted(([a], [b]) => a - b).map(([, place]) => place);
    return {
      id,
      // oxlint-disable-next-line require-await
      async *rounds() {
        for (const { from, to } of inOrder) {
          const line = withFile(files, path, 'read', (fd) => readBytes(files, fd, from, to - from));
          const waiting = parseWaiting(line.toString());
          if (waiting) yield waiting;
        }
      },
    };
  });
}
