import type { SessionUsage } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import type { SharedCells } from '../store/index/index.ts';
import { HealthSum } from './health-sum.ts';
import { addCell, addRow, emptyRow, type Row } from './aggregate.ts';

/** What usage is grouped by: a name for each cell. */
export type Dimension = (cell: UsageCell, sessionId: string) => string;

/** Buckets from `from` up to, and without, `to`. */
export interface BucketRange {
  from: number;
  to: number;
}

export const ALL_BUCKETS: BucketRange = { from: -Infinity, to: Infinity };

/** Which sums are wanted. */
export interface Grouping<R extends string = never> {
  /** A group for each combination of names. */
  by: readonly Dimension[];
  range?: BucketRange;
  /** Leaves out all other cells. */
  where?: (cell: UsageCell) => boolean;
  /** Also sums failures by class, times and speeds (`Row.health`). */
  withHealth?: boolean | undefined;
  /** Coarser rows, summed in the same pass: by a key that follows from the names of a group. */
  rollUps?: Readonly<Record<R, RollUpKey>>;
}

type RollUpKey = (names: readonly string[]) => string;

/** What was used under some names, one for each dimension. */
export interface Group {
  names: readonly string[];
  row: Row;
}

/** A session counts once in every row that it used something of. */
export interface Grouped<R extends string = never> {
  groups: readonly Group[];
  rollUps: Readonly<Record<R, ReadonlyMap<string, Row>>>;
  total: Row;
}

/** Sums what sessions used. */
export function groupUsage<R extends string = never>(
  sessions: Iterable<SessionUsage>,
  grouping: Grouping<R>,
): Grouped<R> {
  const sums = new UsageSums(grouping);
  for (const session of sessions) sums.add(session);
  return sums.finish();
}

/** The same for sessions that come one by one. */
export class UsageSums<R extends string = never> {
  readonly #sums: GroupSums<R>;
  #number = 0;

  constructor(grouping: Grouping<R>) {
    this.#sums = new GroupSums(grouping);
  }

  add({ id, usage }: SessionUsage): void {
    const number = ++this.#number;
    for (const cell of usage) {
      const group = this.#sums.add(cell, id);
      if (group && group.session !== number) countSession(group, number);
    }
  }

  finish(): Grouped<R> {
    return this.#sums.finish();
  }
}

/** The same for shared cells. They do not say which session they belong to, so no dimension can be the session. */
export function groupSharedCells<R extends string = never>(
  { cells, parts, counted }: Pick<SharedCells, 'cells' | 'parts' | 'counted'>,
  grouping: Grouping<R>,
): Grouped<R> {
  const sums = new GroupSums(grouping);
  const groups = Array.from(cells, (cell) => sums.add(cell, ''));
  let number = 0;
  for (const part of parts) {
    number++;
    for (const cell of part) {
      const group = groups[cell];
      if (group && group.session !== number) countSession(group, number);
    }
  }
  const grouped = sums.finish();
  if (counted) {
    for (const { names, row } of grouped.groups) row.sessions = counted.of(names);
    grouped.total.sessions = counted.total;
  }
  return grouped;
}

/** A row while it is summed. */
interface OpenRow {
  row: Row;
  /** The number of the session counted last: sessions come one after the other. */
  session: number;
}

interface OpenGroup extends OpenRow {
  names: readonly string[];
  /** The rows that this group will be added to. */
  wholes: readonly OpenRow[];
}

/** Groups by their first name, then by the second, and so on: a look-up needs no combined key. */
class Branch {
  branches: Map<string, Branch> | undefined;
  group: OpenGroup | undefined;
}

/** Adds each cell to one group only. What groups have in common is summed from them, once, at the end. */
class GroupSums<R extends string> {
  readonly #by: readonly Dimension[];
  readonly #range: BucketRange;
  readonly #where: ((cell: UsageCell) => boolean) | undefined;
  readonly #withHealth: boolean;
  readonly #root = new Branch();
  readonly #groups: OpenGroup[] = [];
  readonly #total = openRow();
  readonly #onlyTotal = [this.#total];
  readonly #rollUps: { name: R; keyOf: RollUpKey; rows: Map<string, OpenRow> }[];

  constructor({ by, range = ALL_BUCKETS, where, withHealth = false, rollUps }: Grouping<R>) {
    this.#by = by;
    this.#range = range;
    this.#where = where;
    this.#withHealth = withHealth;
    this.#rollUps = Object.entries<RollUpKey>(rollUps ?? {}).map(([name, keyOf]) => ({
      name: name as R,
      keyOf,
      rows: new Map(),
    }));
  }

  /** Returns the group that the cell was added to; undefined if it was left out. */
  add(cell: UsageCell, sessionId: string): OpenGroup | undefined {
    if (cell.bucket < this.#range.from || cell.bucket >= this.#range.to) return undefined;
    if (this.#where && !this.#where(cell)) return undefined;
    let branch = this.#root;
    for (const nameOf of this.#by) {
      branch.branches ??= new Map();
      branch = getOrMake(branch.branches, nameOf(cell, sessionId), makeBranch);
    }
    branch.group ??= this.#openGroup(this.#by.map((nameOf) => nameOf(cell, sessionId)));
    const { row } = branch.group;
    addCell(row, cell);
    if (this.#withHealth) (row.health ??= new HealthSum()).addCell(cell);
    return branch.group;
  }

  finish(): Grouped<R> {
    for (const { row, wholes } of this.#groups) for (const whole of wholes) addRow(whole.row, row);
    const rollUps = this.#rollUps.map(({ name, rows }) => [
      name,
      new Map(Array.from(rows, ([key, { row }]) => [key, row])),
    ]);
    return {
      groups: this.#groups,
      rollUps: Object.fromEntries(rollUps) as Grouped<R>['rollUps'],
      total: this.#total.row,
    };
  }

  #openGroup(names: readonly string[]): OpenGroup {
    const rollUps = this.#rollUps.map(({ keyOf, rows }) => getOrMake(rows, keyOf(names), openRow));
    const wholes = rollUps.length === 0 ? this.#onlyTotal : [this.#total, ...rollUps];
    const group = { row: emptyRow(), session: 0, names, wholes };
    this.#groups.push(group);
    return group;
  }
}

function makeBranch(): Branch {
  return new Branch();
}

function openRow(): OpenRow {
  return { row: emptyRow(), session: 0 };
}

/** Counts a session that the group did not count yet. */
function countSession(group: OpenGroup, session: number): void {
  countOnce(group, session);
  for (const whole of group.wholes) countOnce(whole, session);
}

function countOnce(open: OpenRow, session: number): void {
  if (open.session === session) return;
  open.session = session;
  open.row.sessions++;
}

function getOrMake<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) map.set(key, (value = make()));
  return value;
}
