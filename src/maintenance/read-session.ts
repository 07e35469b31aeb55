import type { LinePosition } from '../model/log-position.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { LATER_COUNTERS, type CellCounters } from '../model/cell-counters.ts';
import { cellOf, type UsageCell } from '../model/usage-cell.ts';
import { mergeCells } from '../model/usage-cells.ts';
import { crc32 } from '../platform/digest.ts';
import type { Files } from '../platform/files.ts';
import type { PriceBook } from '../pricing/price-book.ts';
import { moneyOfRound } from '../pricing/round-money.ts';
import { COUNT_NAMES } from '../model/counts.ts';
import { idOfHead, isSummaryLine } from '../session-format/framing.ts';
import { parseRound } from '../session-format/read-round.ts';
import type { StoredRound } from '../session-format/stored-round.ts';
import { factsOfStored, SessionCells, type CountingRules } from '../session-format/round-cells.ts';
import { usageOf } from '../session-format/stored-usage.ts';
import { ToolTally } from '../session-format/tool-tally.ts';
import { titleOf } from '../session-format/title.ts';
import { removedRounds, type PrunedPart } from '../store/pruned-file.ts';
import { sessionLines, type SessionLine } from '../store/session-lines.ts';

/** What makes cells of stored rounds: what they cost, and how they are counted. */
export interface Counting {
  book: PriceBook;
  rules: CountingRules;
}

/** The sums of the rounds in a session file. */
export type SessionSum = Omit<SessionEntry, 'id' | 'file' | 'summary'>;

/** A session file as read from its first round to the first that is damaged or not wanted. */
export interface ReadSession {
  /** The id in the first line; undefined if that line is damaged. */
  id: string | undefined;
  sum: SessionSum;
  /** Reading stopped at a line that is neither a round nor the end of the rounds. */
  isDamaged: boolean;
  /** Numbers of rounds that do not match their checksum, but are sound otherwise. */
  altered: number[];
  /** The log positions of the rounds. */
  positions: LinePosition[];
}

/**
 * Reads rounds while they are intact, wanted, and numbered without a gap from the one after the removed `parts`. Throws
 * if the price book lacks a price. `takesAltered`: a round that does not match its checksum is read if it is sound
 * otherwise.
 */
export function readSession(
  files: Files,
  path: string,
  { book, rules }: Counting,
  isWanted: (round: StoredRound, end: number) => boolean,
  parts: readonly PrunedPart[] = [],
  takesAltered = false,
): ReadSession {
  const before = removedRounds(parts);
  const cells = new SessionCells(
    rules,
    parts.flatMap(({ usage }) => usage),
  );
  const read: ReadSession = { id: undefined, sum: emptySum(), isDamaged: true, altered: [], positions: [] };
  const tools = ToolTally.after(parts);
  const requests = new Map<number, number>();
  let isHead = true;
  for (const line of sessionLines(files, path)) {
    if (isHead) {
      read.id = idOfHead(line.text);
      isHead = false;
      continue;
    }
    const number = before + read.sum.rounds + 1;
    const isEnd = isSummaryLine(line.text);
    const round = isEnd || (!line.isIntact && !takesAltered) ? undefined : parseRound(line.text);
    const isSound = round?.round === number && refersToStored(round, requests);
    if (!isSound || !isWanted(round, line.end)) {
      read.isDamaged = !isSound && !isEnd;
      break;
    }
    addRound(read.sum, round, line, pricedCell(round, book, cells.of(factsOfStored(round))));
    tools.addStored(round, line.text);
    read.positions.push(round.at);
    if (!line.isIntact) read.altered.push(round.round);
  }
  Object.assign(read.sum, tools.counts);
  read.sum.usage = mergeCells(read.sum.usage);
  return read;
}

/** The sum of no rounds. */
export function emptySum(): SessionSum {
  return {
    end: 0,
    last: { length: 0, crc: 0 },
    created: Infinity,
    updated: -Infinity,
    rounds: 0,
    model: '',
    title: null,
    errors: 0,
    usage: [],
  };
}

/**
 * Whether the messages that make up the round's request exist. `requests` holds the number of messages in each round's
 * request, if it has a list.
 */
function refersToStored(round: StoredRound, requests: Map<number, number>): boolean {
  const { round: number, context, new_messages: added } = round;
  if (context === undefined) return added === undefined;
  if (!Array.isArray(added)) return false;
  let length = 0;
  for (const [source, from, count] of context) {
    const available = source === number ? added.length : requests.get(source);
    if (available === undefined || from + count > available) return false;
    length += count;
  }
  requests.set(number, length);
  return true;
}

function addRound(sum: SessionSum, round: StoredRound, { text, end }: SessionLine, cell: UsageCell): void {
  const time = Date.parse(round.timestamp);
  const bytes = Buffer.from(text);
  sum.end = end;
  sum.last = { length: bytes.length, crc: crc32(bytes) };
  sum.created = Math.min(sum.created, time);
  sum.updated = Math.max(sum.updated, time);
  sum.rounds++;
  sum.model = round.model;
  // If the question is left out, it is the previous one.
  if (round.question !== undefined) sum.title ??= titleOf(JSON.stringify(round.question));
  if ((round.response_code ?? 0) >= 400) sum.errors++;
  sum.usage.push(cell);
  if (sum.usage.length > MOST_CELLS) sum.usage = mergeCells(sum.usage);
}

const MOST_CELLS = 10_000;

/** A round as a cell of the index, with its cost from the price book. */
export function pricedCell(
  round: StoredRound,
  book: PriceBook,
  counted: Pick<UsageCell, 'tags' | 'counters'>,
): UsageCell {
  const usage = usageOf(round);
  const money = moneyOfRound(book, round, usage);
  return cellOf(round, { time: Date.parse(round.timestamp), price: money.price }, usage, money, counted);
}

/** The names of the fields in which an index entry differs from its session's rounds. Costs are not compared. */
export function differences(entry: SessionEntry, sum: SessionSum): string[] {
  const keys = ['rounds', 'created', 'updated', 'model', 'errors'] as const;
  const different: string[] = keys.filter((key) => entry[key] !== sum[key]);
  return cellsOf(entry.usage) === cellsOf(sum.usage) ? different : [...different, 'usage'];
}

function cellsOf(usage: readonly UsageCell[]): string {
  return mergeCells(usage)
    .map((cell) => JSON.stringify([...CELL_KEYS.map((key) => cell[key]), comparable(cell.counters)]))
    .toSorted()
    .join('\n');
}

/** Without the counts that a cell of an earlier build lacks. */
function comparable(counters: CellCounters): number[] {
  return counters.filter((_, i) => !LATER_COUNTERS.has(counters[i - (i % 2)] ?? 0));
}

const CELL_KEYS = ['bucket', 'model', 'consumer', 'api', 'price', ...COUNT_NAMES, 'tags'] as const;
