import type { SessionEntry } from '../../model/session-entry.ts';
import type { ClosedLog } from '../../model/log-position.ts';
import { parsePriceBook } from '../../pricing/price-book.ts';
import { CountingRules } from '../../session-format/round-cells.ts';
import type { PrunedPart } from '../../store/pruned-file.ts';
import type { Snapshot } from '../../store/read.ts';
import type { LineBlock } from '../../store/round-bytes.ts';
import { coverageOf, lostRoundsOf, newState, type State } from '../../store/state.ts';
import { joinBooks } from './joined-prices.ts';
import { joinCoverage } from './joined-coverage.ts';
import { JoinedSessions } from './joined-sessions.ts';
import { SameLogs } from './same-log.ts';
import { Source } from './source.ts';

/** Several stores, read as one: see JoinedSessions. */
export interface JoinedSnapshot extends Snapshot {
  readonly sessions: JoinedSessions;
}

/** Reads stores as one. The first counts where they differ: its prices are those of new rounds. */
export function joinSnapshots(snapshots: readonly Snapshot[]): JoinedSnapshot {
  const books = snapshots.map(({ priceLines, dir }) => parsePriceBook(priceLines, `of ${dir}`));
  const { lines: priceLines, numbers } = joinBooks(books);
  const logs = logNumbers(snapshots);
  const coverage = joinCoverage(
    snapshots.map(({ state }, i) => ({
      coverage: coverageOf(state),
      firstLog: logs[i] ?? 0,
      nextLog: state.next_log,
    })),
  );
  const sources = snapshots.map((snapshot, i) => {
    const book = books[i] ?? parsePriceBook([], '');
    return new Source(snapshot, book, { firstLog: logs[i] ?? 0, prices: numbers[i] ?? [] });
  });
  let same: SameLogs | undefined;
  const rules = new CountingRules(coverage);
  const sessions = new JoinedSessions(sources, rules, () => (same ??= new SameLogs(snapshots)));
  const rounds = (entry: SessionEntry): Iterable<string> => sessions.lines(entry);
  return {
    stores: snapshots.flatMap(({ stores }) => stores),
    dir: snapshots.map(({ dir }) => dir).join(', '),
    dirs: snapshots.flatMap(({ dirs }) => dirs),
    gateways: [...new Set(snapshots.flatMap(({ gateways }) => gateways))],
    sessions,
    priceLines,
    noContent: snapshots.every(({ noContent }) => noContent),
    textless: snapshots.filter(({ noContent }) => noContent).map(({ dir }) => dir),
    state: joinStates(snapshots, logs, coverage),
    closed: new Map<number, ClosedLog>(),
    rounds: (entry) => ({ [Symbol.iterator]: () => rounds(entry)[Symbol.iterator]() }),
    blocks: (entry) => blocksOf(rounds({ ...entry, usage: [] })),
    removed: () => joinRemoved(snapshots, sources),
    unsureRounds: () => sessions.unsureRounds(),
    gatewayOf: ({ gateway = '' }) => gateway,
    close() {
      for (const snapshot of snapshots) snapshot.close();
    },
  };
}

/** What is added to the log ids of each store. */
function logNumbers(snapshots: readonly Snapshot[]): number[] {
  let first = 0;
  return snapshots.map(({ state }) => {
    const own = first;
    first += state.next_log;
    return own;
  });
}

/** What reports read of a state. */
function joinStates(
  snapshots: readonly Snapshot[],
  logs: readonly number[],
  coverage: State['coverage'],
): State {
  const rounds = snapshots.reduce((sum, { state }) => sum + lostRoundsOf(state), 0);
  const [last, lastLog] = [snapshots.at(-1), logs.at(-1)];
  return {
    ...newState(''),
    ...(coverage && { coverage }),
    ...(rounds > 0 && { lost: { length: 0, rounds } }),
    next_log: (lastLog ?? 0) + (last?.state.next_log ?? 0),
  };
}

function joinRemoved(snapshots: readonly Snapshot[], sources: readonly Source[]): Map<string, PrunedPart[]> {
  const joined = new Map<string, PrunedPart[]>();
  for (const [i, snapshot] of snapshots.entries()) {
    for (const [id, parts] of snapshot.removed()) {
      const own = parts.map((part) => sources[i]?.entry(part) ?? part);
      joined.set(id, [...(joined.get(id) ?? []), ...own]);
    }
  }
  return joined;
}

const BLOCK_BYTES = 1 << 20;

/** Lines as a search reads them. */
function* blocksOf(lines: Iterable<string>): Generator<LineBlock> {
  let texts: Buffer[] = [];
  let bytes = 0;
  for (const line of lines) {
    const text = Buffer.from(line);
    texts.push(text);
    bytes += text.length;
    if (bytes < BLOCK_BYTES) continue;
    yield blockOf(texts);
    texts = [];
    bytes = 0;
  }
  if (texts.length > 0) yield blockOf(texts);
}

function blockOf(texts: readonly Buffer[]): LineBlock {
  let from = 0;
  const rounds = texts.map(({ length }) => {
    const to = from + length;
    const span = { from, to };
    from = to + 1;
    return span;
  });
  return { bytes: Buffer.concat(texts.flatMap((text) => [text, NEWLINE])), rounds };
}

const NEWLINE = Buffer.from('\n');
