import type { SessionEntry, SessionUsage } from '../../model/session-entry.ts';
import {
  addCell,
  compareCosts,
  compareText,
  costOfCells,
  emptyRow,
  type CostedRounds,
  type Row,
} from '../../query/aggregate.ts';
import { ancestorsOf } from '../../query/session-key.ts';
import type { UsageCell } from '../../model/usage-cell.ts';
import { NotRemembered } from '../lists/month-lists.ts';
import { keyOfId } from '../shown-session.ts';
import { parseJson } from '../../platform/json-spans.ts';
import type { Pieces } from './pieces.ts';
import { fromFields, toFields, type RowFields } from './row-codec.ts';
import { SHARDS, shardOf } from './session-shards.ts';

/*
 * What the site remembers of the sessions below a session, as their keys say: then a round of a sub-agent changes the page
 * of its parent without a look at its other sub-agents. In up to 256 files, by the digest of the session's id. The session
 * itself need not be there.
 */

export interface SiteFamily {
  /** The number of sessions whose keys name it as their parent. */
  children: number;
  /** What the sessions on all levels below it used; `sessions` is their number. */
  below: Row;
  /** The most expensive children, that first. A cost only grows while a site is carried on. */
  top: Child[];
}

interface Child {
  id: string;
  /** Looked up once it is compared. */
  cost?: CostedRounds;
}

/** So many children are named on a page. */
const MOST_CHILDREN = 10;

export class Families {
  readonly #byKey = new Map<string, SiteFamily>();
  readonly #loaded = new Set<string>();
  readonly #changed = new Set<string>();
  readonly #pieces: Pieces | undefined;
  readonly #names: Set<string>;

  /** `pieces`: where those with these names are; without them, there are no families yet. */
  constructor(names: readonly string[] = [], pieces?: Pieces) {
    this.#names = new Set(names);
    this.#pieces = pieces;
  }

  of(id: string): SiteFamily | undefined {
    const key = keyOfId(id);
    this.#load(shardOf(key));
    return this.#byKey.get(key);
  }

  /**
   * Adds what a session used, or used more, to the families of all its ancestors, whose ids are returned. `usageOf` has the
   * usage of other sessions.
   */
  add(
    { id, usage }: SessionUsage,
    before: SessionUsage | undefined,
    usageOf: (id: string) => readonly UsageCell[],
  ): string[] {
    const ancestors = ancestorsOf(id);
    for (const [level, ancestor] of ancestors.entries()) {
      const known = this.of(ancestor);
      if (!known && before) throw new NotRemembered(ancestor);
      const family = known ?? { children: 0, below: emptyRow(), top: [] };
      const key = keyOfId(ancestor);
      this.#byKey.set(key, family);
      this.#changed.add(shardOf(key));
      for (const cell of usage.slice(before?.usage.length ?? 0)) addCell(family.below, cell);
      if (!before) family.below.sessions++;
      if (level > 0) continue;
      if (!before) family.children++;
      rank(family, id, usage, usageOf);
    }
    return ancestors;
  }

  /** Writes what has changed; returns the names of all files. */
  write(pieces: Pieces, isAnew: boolean): string[] {
    const lines = new Map<string, string[]>();
    for (const [key, family] of this.#byKey) {
      const name = shardOf(key);
      if (!isAnew && !this.#changed.has(name)) continue;
      const { children, below, top } = family;
      const line = `${JSON.stringify([key, children, toFields(below), top.map(({ id }) => id)])}\n`;
      const known = lines.get(name);
      if (known) known.push(line);
      else lines.set(name, [line]);
    }
    for (const [name, all] of lines) {
      pieces.write(pathOf(name), all.join(''));
      this.#names.add(name);
    }
    return SHARDS.filter((name) => this.#names.has(name));
  }

  #load(name: string): void {
    if (this.#loaded.has(name)) return;
    this.#loaded.add(name);
    if (!this.#names.has(name) || !this.#pieces) return;
    const families = this.#pieces.readAs(pathOf(name), parseFamilies);
    if (!families) throw new NotRemembered(`families ${name}`);
    for (const [key, family] of families) this.#byKey.set(key, family);
  }
}

/** Removes the files of families that a site no longer has. */
export function removeFamilies(pieces: Pieces, names: readonly string[]): void {
  for (const name of names) pieces.remove(pathOf(name));
}

/** Puts a child where it belongs among the most expensive ones. */
function rank(
  family: SiteFamily,
  id: string,
  usage: readonly UsageCell[],
  usageOf: (id: string) => readonly UsageCell[],
): void {
  const cost = costOfCells(usage);
  const others = family.top.filter((other) => other.id !== id);
  const at = others.findIndex((other) => {
    const order = compareCosts(cost, (other.cost ??= costOfCells(usageOf(other.id))));
    return order > 0 || (order === 0 && compareText(id, other.id) < 0);
  });
  others.splice(at < 0 ? others.length : at, 0, { id, cost });
  family.top = others.slice(0, MOST_CHILDREN);
}

function parseFamilies(text: string): [key: string, family: SiteFamily][] | undefined {
  const families: [string, SiteFamily][] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const value = parseJson(line);
    if (!Array.isArray(value)) return undefined;
    const [key, children, below, top] = value as [string, number, RowFields, string[]];
    families.push([key, { children, below: fromFields(below), top: top.map((id) => ({ id })) }]);
  }
  return families;
}

function pathOf(name: string): string {
  return `families/${name}`;
}

/** The families of all sessions of a site, in one pass; `isShown`: those that the site is about. */
export function familiesOf(
  sessions: { keys(): Iterable<string>; get(id: string): SessionEntry | undefined },
  usages: () => Iterable<SessionUsage>,
): Families {
  const families = new Families();
  let hasAny = false;
  for (const id of sessions.keys()) if ((hasAny = ancestorsOf(id).length > 0)) break;
  if (!hasAny) return families;
  const usageOf = (id: string): readonly UsageCell[] => sessions.get(id)?.usage ?? [];
  for (const session of usages()) families.add(session, undefined, usageOf);
  return families;
}
