import { expandRounds } from '../../src/session-format/expand-rounds.ts';
import { mergeCells } from '../../src/model/usage-cells.ts';
import { readRoundLines, readSnapshot } from '../../src/store/read.ts';

/** The content of a store without the positions of its rounds: the same for a plain log and a container's. */
export function contentOf(dir: string): unknown {
  const { sessions } = readSnapshot(dir);
  return [...sessions.values()]
    .toSorted((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ end: _end, last: _last, summary: _summary, file: _file, usage, ...entry }) => ({
      ...entry,
      usage: mergeCells([...usage])
        .map((cell) => JSON.stringify({ ...cell, cost: String(cell.cost), saved: String(cell.saved) }))
        .toSorted(),
      rounds: roundsOf(dir, entry.id).map(
        ({ stored: { at: _at, crc: _crc, ...stored }, line: _line, ...texts }) => ({
          stored,
          texts,
        }),
      ),
    }));
}

/** The position of each round, by its request id. */
export function placesOf(dir: string): Record<string, readonly number[]> {
  const ids = [...readSnapshot(dir).sessions.keys()];
  const rounds = ids.flatMap((id) => roundsOf(dir, id));
  return Object.fromEntries(rounds.map(({ stored }) => [stored.request_id ?? '', stored.at]));
}

function roundsOf(
  dir: string,
  id: string,
): ReturnType<typeof expandRounds> extends Iterable<infer R> ? R[] : never {
  const entry = readSnapshot(dir).sessions.get(id);
  return entry ? [...expandRounds(readRoundLines(dir, entry))] : [];
}
