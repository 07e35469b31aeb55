import type { UsageCell } from '../model/usage-cell.ts';
import { addCell, compareText, emptyRow, type Row } from '../query/aggregate.ts';
import { NOT_RECORDED } from '../query/group-keys.ts';
import { tagReader } from '../query/tags.ts';
import { NotRemembered } from './lists/month-lists.ts';
import { fromFields, toFields, type RowFields } from './state/row-codec.ts';

/** Values of a dimension that have a row of their own: those that were used first. A client may choose the values. */
const MOST_VALUES = 1000;
/** The name of the row of all others. No value is this text: values are well-formed. */
export const OTHER_NAMES = '\ud801';

/** The values that have a row, and the bucket of their first use. */
type Firsts = ReadonlyMap<string, number>;

interface DimensionSum {
  name: string;
  valueOf: (cell: Pick<UsageCell, 'tags'>) => string;
  firsts: Firsts;
  rows: Map<string, Row>;
}

export type DimensionFields = [
  name: string,
  firsts: [value: string, bucket: number][],
  rows: [value: string, row: RowFields][],
][];

type TaggedCell = Pick<UsageCell, 'tags' | 'bucket'>;

/** What the sessions of a site used, by the values of each dimension of the store. */
export class DimensionSums {
  readonly #sums: DimensionSum[];

  constructor(names: readonly string[]) {
    this.#sums = names.map((name) => ({
      name,
      valueOf: tagReader({ tag: name, absent: NOT_RECORDED }),
      firsts: new Map(),
      rows: new Map(),
    }));
  }

  /** What a site remembers; undefined if it is of other dimensions. */
  static from(fields: DimensionFields, names: readonly string[]): DimensionSums | undefined {
    if (fields.length !== names.length || fields.some(([name], i) => name !== names[i])) return undefined;
    const sums = new DimensionSums(names);
    for (const [i, [, firsts, rows]] of fields.entries()) {
      const sum = sums.#sums[i] as DimensionSum;
      sum.firsts = new Map(firsts);
      sum.rows = new Map(rows.map(([value, row]) => [value, fromFields(row)]));
    }
    return sums;
  }

  fields(): DimensionFields {
    return this.#sums.map(({ name, firsts, rows }) => [
      name,
      [...firsts],
      Array.from(rows, ([value, row]) => [value, toFields(row)]),
    ]);
  }

  get names(): string[] {
    return this.#sums.map(({ name }) => name);
  }

  rowsOf(dimension: number): ReadonlyMap<string, Row> {
    return this.#sums[dimension]?.rows ?? new Map<string, Row>();
  }

  /**
   * Lets the values of these cells have rows, if they are among the first. To be called before anything of them is added.
   * Throws NotRemembered if one takes the place of another.
   */
  admit(cells: Iterable<TaggedCell>): void {
    if (this.#sums.length === 0) return;
    const found = this.#sums.map(({ firsts }) => new Map(firsts));
    for (const cell of cells) {
      for (const [i, { valueOf }] of this.#sums.entries()) {
        const [value, firsts] = [valueOf(cell), found[i] as Map<string, number>];
        if (cell.bucket < (firsts.get(value) ?? Infinity)) firsts.set(value, cell.bucket);
        // Most of a million values are forgotten on the way.
        if (firsts.size > 4 * MOST_VALUES) found[i] = firstOnes(firsts);
      }
    }
    for (const [i, sum] of this.#sums.entries()) {
      const after = firstOnes(found[i] as Map<string, number>);
      for (const value of sum.firsts.keys()) if (!after.has(value)) throw new NotRemembered(sum.name);
      sum.firsts = after;
    }
  }

  /** The name of the row that a cell is in. */
  nameOf(dimension: number, cell: Pick<UsageCell, 'tags'>): string {
    const { valueOf, firsts } = this.#sums[dimension] as DimensionSum;
    const value = valueOf(cell);
    return firsts.has(value) ? value : OTHER_NAMES;
  }

  /** Adds what a session has used; `before` is what was added of it earlier. It counts once in each row. */
  add(before: readonly UsageCell[], added: readonly UsageCell[]): void {
    for (const [i, { rows }] of this.#sums.entries()) {
      const counted = new Set(before.map((cell) => this.nameOf(i, cell)));
      for (const cell of added) {
        const name = this.nameOf(i, cell);
        let row = rows.get(name);
        if (!row) rows.set(name, (row = emptyRow()));
        addCell(row, cell);
        if (counted.has(name)) continue;
        counted.add(name);
        row.sessions++;
      }
    }
  }
}

function firstOnes(firsts: ReadonlyMap<string, number>): Map<string, number> {
  const inOrder = [...firsts].toSorted(([a, at], [b, other]) => at - other || compareText(a, b));
  return new Map(inOrder.slice(0, MOST_VALUES));
}
