import type { SessionEntry } from '../../model/session-entry.ts';
import { cellOf, type UsageCell } from '../../model/usage-cell.ts';
import { CellSums } from '../../model/usage-cells.ts';
import { moneyOfRound } from '../../pricing/round-money.ts';
import { readRound } from '../../session-format/read-round.ts';
import { factsOfStored, SessionCells, type CountingRules } from '../../session-format/round-cells.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import { usageOf } from '../../session-format/stored-usage.ts';
import type { PrunedPart } from '../../store/pruned-file.ts';
import { DistinctRounds, keyOf, prunedKeys } from './round-keys.ts';
import type { SameLogs } from './same-log.ts';
import type { Source } from './source.ts';

/** A session's rounds in one of the stores. */
export interface SessionPart {
  /** The number of the store. */
  store: number;
  source: Source;
  entry: SessionEntry;
  /** What was removed of it. */
  removed: readonly PrunedPart[];
}

/** Which rounds of a session's parts count, in which order, and what they used. */
export interface SessionPlan extends Pick<
  SessionEntry,
  'created' | 'updated' | 'rounds' | 'model' | 'errors' | 'usage'
> {
  parts: readonly SessionPart[];
  /** For each part, the places in its file of the rounds that another part has too. */
  skipped: readonly ReadonlySet<number>[];
  /** The part of each round that counts, in the order of time. */
  order: readonly number[];
  removedRounds: number;
  /** Of the rounds that count, those whose texts were pruned: how many, the parts they are of, and whether they are the first. */
  bare: { rounds: number; parts: ReadonlySet<number>; areFirst: boolean };
  /** How many rounds may count twice: they were pruned or imported, and what is left does not tell. */
  unsure: number;
}

/** Reads all rounds of a session that several stores have. What is kept of each is a digest and its time. */
export function planSession(
  parts: readonly SessionPart[],
  rules: CountingRules,
  logs: () => SameLogs,
): SessionPlan {
  const removed = parts.flatMap((part) => part.removed.map((one) => ({ ...one, part })));
  const gone = parts.map((part) => new Set(prunedKeys(part.removed)));
  const sums = new RoundSums(
    new SessionCells(
      rules,
      removed.flatMap(({ usage }) => usage),
    ),
  );
  for (const { part, ...sum } of removed) sums.addRemoved(part.source, sum);
  const distinct = new DistinctRounds();
  const skipped = parts.map(() => new Set<number>());
  const ended: number[][] = parts.map(() => []);
  /** For each part, how many of its rounds that count have no texts any more: they are its first. */
  const bare = parts.map(() => 0);
  const models = parts.map(() => '');
  const imported = parts.map(() => 0);
  for (const [i, { store, source, entry }] of parts.entries()) {
    let place = 0;
    for (const line of source.storedLines(entry)) {
      const read = readRound(line);
      const { digest, pruned } = keyOf(store, read.stored, logs);
      const isGone = pruned !== undefined && gone.some((keys, other) => other !== i && keys.has(pruned));
      if (isGone || (digest !== undefined && !distinct.take(digest))) skipped[i]?.add(place);
      else {
        ended[i]?.push(endOf(read.stored));
        if (read.stored.round <= (entry.pruned_content?.rounds ?? 0)) bare[i] = (bare[i] ?? 0) + 1;
        models[i] = read.stored.model;
        if (read.stored.flags?.includes('imported')) imported[i] = (imported[i] ?? 0) + 1;
        sums.add(source, read.stored, read.texts);
      }
      place++;
    }
    distinct.nextStore();
  }
  const order = orderOf(ended);
  const last = order.at(-1);
  return {
    ...sums.finish(),
    parts,
    skipped,
    order,
    model: last === undefined ? (removed.at(-1)?.model ?? '') : (models[last] ?? ''),
    rounds: sums.rounds,
    removedRounds: removed.reduce((count, { rounds }) => count + rounds, 0),
    bare: bareOf(bare, order),
    unsure:
      unsureOf(parts, gone) +
      unsureImports(
        ended.map(({ length }) => length),
        imported,
      ),
  };
}

function bareOf(counts: readonly number[], order: readonly number[]): SessionPlan['bare'] {
  const rounds = counts.reduce((sum, count) => sum + count, 0);
  const left = [...counts];
  const areFirst = order.slice(0, rounds).every((part) => (left[part] = (left[part] ?? 0) - 1) >= 0);
  return { rounds, parts: new Set([...counts.keys()].filter((part) => counts[part] !== 0)), areFirst };
}

/** When the request ended, as far as its line says: logs are in that order. */
function endOf({ timestamp, duration_ms: duration = 0 }: StoredRound): number {
  return Date.parse(timestamp) + duration;
}

/** The parts in the order of their rounds' times. The rounds of one part stay in their order, as each refers to others. */
export function orderOf(times: readonly (readonly number[])[]): number[] {
  const next = times.map(() => 0);
  const order: number[] = [];
  for (;;) {
    let first = -1;
    let earliest = Infinity;
    for (const [i, own] of times.entries()) {
      const time = own[next[i] ?? 0];
      if (time === undefined || (first >= 0 && time >= earliest)) continue;
      first = i;
      earliest = time;
    }
    if (first < 0) return order;
    order.push(first);
    next[first] = (next[first] ?? 0) + 1;
  }
}

/** Rounds that two stores have pruned; and those that one pruned before monitor kept what they were. */
function unsureOf(parts: readonly SessionPart[], gone: readonly ReadonlySet<string>[]): number {
  let unsure = 0;
  const seen = new Set<string>();
  for (const [i, { removed }] of parts.entries()) {
    for (const { keys, rounds } of removed) if (keys === undefined) unsure += rounds;
    for (const key of gone[i] ?? []) {
      if (seen.has(key)) unsure++;
      seen.add(key);
    }
  }
  return unsure;
}

/** Imported rounds, if another store has read rounds of the session from logs: it may have read the same. */
function unsureImports(counts: readonly number[], imported: readonly number[]): number {
  const isLogged = (i: number): boolean => (counts[i] ?? 0) > (imported[i] ?? 0);
  return imported.reduce(
    (sum, count, i) => sum + (counts.some((_, j) => j !== i && isLogged(j)) ? count : 0),
    0,
  );
}

/** Sums the rounds that count. */
class RoundSums {
  rounds = 0;
  #created = Infinity;
  #updated = -Infinity;
  #errors = 0;
  readonly #cells: SessionCells;
  /** By gateway: cells of two gateways stay apart. */
  readonly #sums = new Map<string, CellSums>();

  constructor(cells: SessionCells) {
    this.#cells = cells;
  }

  addRemoved(source: Source, { rounds, created, updated, errors, usage }: PrunedPart): void {
    this.rounds += rounds;
    this.#pass(created, updated);
    this.#errors += errors;
    for (const cell of usage) this.#sumOf(source).add(source.cell(cell));
  }

  add(source: Source, stored: StoredRound, texts: ReadonlyMap<string, string>): void {
    const time = Date.parse(stored.timestamp);
    const joined = source.translate(stored);
    const usage = usageOf(stored);
    const money = moneyOfRound(source.book, stored, usage);
    const counted = this.#cells.of(factsOfStored(joined, texts));
    const cell = cellOf(stored, { time, price: joined.price }, usage, money, counted);
    this.#sumOf(source).add({ ...cell, gateway: source.gateway });
    this.rounds++;
    this.#pass(time, time);
    if ((stored.response_code ?? 0) >= 400) this.#errors++;
  }

  finish(): { created: number; updated: number; errors: number; usage: UsageCell[] } {
    const usage = [...this.#sums.values()].flatMap(({ cells }) => cells);
    return { created: this.#created, updated: this.#updated, errors: this.#errors, usage };
  }

  #pass(first: number, last: number): void {
    this.#created = Math.min(this.#created, first);
    this.#updated = Math.max(this.#updated, last);
  }

  #sumOf({ gateway }: Source): CellSums {
    let sums = this.#sums.get(gateway);
    if (!sums) this.#sums.set(gateway, (sums = new CellSums()));
    return sums;
  }
}
