import { monthPartsPath, monthIndexPath } from '../names.ts';
import { searchLine } from '../search/said-file.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteSession } from '../shown-session.ts';
import type { SiteWriter } from '../site-writer.ts';
import type { Pieces } from '../state/pieces.ts';
import { partPaths, placeOf, readPartFiles, writePartFiles, type PartPlace } from './list-files.ts';
import { lineBytes, pageBytes } from './line-bytes.ts';
import { monthPage } from './list-page.ts';
import {
  comparePlaces,
  notesOf,
  rowHtml,
  rowLines,
  type ListPlace,
  type ListRow,
  type Place,
  type RowLines,
} from './list-row.ts';
import { dayNumber } from './session-parts.ts';
import {
  digestOf,
  PART_ROWS,
  readMonth,
  readPart,
  removeMonth,
  removePart,
  writeMonth,
  writePart,
  type PartHead,
} from './month-file.ts';

/** The site does not remember what it shows: everything has to be compared. */
export class NotRemembered extends Error {}

/** What changes in a month: places of rows to take out, and rows to put in. */
export interface MonthChanges {
  removed: Place[];
  added: ListRow[];
}

interface Listing {
  pieces: Pieces;
  writer: SiteWriter;
  site: SiteContext;
  /** The session of a row whose lines must be made anew. */
  sessionOf(id: string): SiteSession;
  /** Writes every file anew. */
  isAnew: boolean;
}

/** The lists of a month: its parts, and its page with the newest sessions. Rows are ordered by first round. */
export class MonthLists {
  readonly #listing: Listing;
  readonly #month: string;
  readonly #old: readonly PartHead[] | undefined;
  /** The rows of the last two parts, if they were written. */
  readonly #written = new Map<number, ListRow[]>();
  /** The last of its sessions' last days. */
  lastDay = 0;
  /** How many files the month has, and had. */
  files = 0;
  readonly filesBefore: number;

  constructor(listing: Listing, month: string) {
    this.#listing = listing;
    this.#month = month;
    this.#old = readMonth(listing.pieces, month);
    this.filesBefore = this.#filesOf(this.#old?.length ?? 0);
  }

  /** Applies changes to the parts that they concern. Returns the number of sessions. Throws NotRemembered. */
  update({ removed, added }: MonthChanges): number {
    const old = this.#old ?? [];
    const count = old.reduce((sum, part) => sum + part.count, 0) + added.length - removed.length;
    const parts = Math.ceil(count / PART_ROWS);
    const changes = new Map<number, MonthChanges>();
    const changesOf = (part: number): MonthChanges => {
      let found = changes.get(part);
      if (!found) changes.set(part, (found = { removed: [], added: [] }));
      return found;
    };
    for (const place of removed) changesOf(partOf(old, place)).removed.push(place);
    for (const row of added) changesOf(partOf(old, row)).added.push(row);
    // What was or becomes the last part gains or loses its link to a newer one.
    if (parts !== old.length) {
      for (const part of [old.length, parts]) changesOf(Math.max(0, Math.min(part, old.length) - 1));
    }

    const heads: PartHead[] = [];
    let rows: ListRow[] = [];
    for (let next = 0; next < old.length || rows.length > 0 || (next === 0 && added.length > 0);) {
      const known = old[next];
      if (rows.length === 0 && known && next === heads.length && !changes.has(next)) {
        heads.push(known);
        next++;
        continue;
      }
      while (rows.length < PART_ROWS && (next < old.length || next === 0)) {
        rows.push(...changed(next < old.length ? this.#load(next + 1) : [], changes.get(next)));
        next++;
      }
      const part = rows.slice(0, PART_ROWS);
      rows = rows.slice(PART_ROWS);
      if (part.length > 0) heads.push(this.#write(heads.length + 1, part, parts));
    }
    if (heads.reduce((sum, part) => sum + part.count, 0) !== count) throw new NotRemembered(this.#month);
    this.#finish(heads, () => this.#newest(heads));
    return count;
  }

  /** Brings all parts to these rows, of which there are `count`. Rows without lines are made anew. */
  replace(count: number, rowAt: (index: number) => ListRow): void {
    const parts = Math.ceil(count / PART_ROWS);
    const heads: PartHead[] = [];
    let isChanged = this.#old?.length !== parts;
    for (let number = 1; number <= parts; number++) {
      const from = (number - 1) * PART_ROWS;
      const rows = Array.from({ length: Math.min(PART_ROWS, count - from) }, (_, i) => rowAt(from + i));
      const known = this.#kept(number, rows, parts);
      isChanged ||= known === undefined;
      heads.push(known ?? this.#write(number, rows, parts));
    }
    const own = [monthIndexPath(this.#month), monthPartsPath(this.#month)];
    const isDue = isChanged || this.#listing.isAnew || own.some((path) => this.#listing.writer.isTorn(path));
    const newest = Math.min(PART_ROWS, count);
    this.#finish(
      heads,
      isDue ? () => Array.from({ length: newest }, (_, i) => rowAt(count - newest + i)) : undefined,
    );
  }

  /** What is known of a part that is up to date. */
  #kept(number: number, rows: readonly ListRow[], parts: number): PartHead | undefined {
    const { isAnew, writer, pieces } = this.#listing;
    const known = this.#old?.[number - 1];
    if (isAnew || !known || known.digest !== digestOf(rows)) return undefined;
    if ((number === parts) !== (number === this.#old?.length)) return undefined;
    const paths = partPaths(this.#part(number));
    if (paths.some((path) => writer.isTorn(path)) || !readPart(pieces, this.#name(number))) return undefined;
    for (const path of paths) writer.keep(path);
    return known;
  }

  #part(number: number): PartPlace {
    return { month: this.#month, number };
  }

  /** The rows of a part with their lines, if these are intact. */
  #load(number: number): ListRow[] {
    const { pieces, writer, site } = this.#listing;
    const part = readPart(pieces, this.#name(number));
    if (!part) throw new NotRemembered(this.#name(number));
    const hasSaid = !site.noContent;
    const lines = readPartFiles(writer, this.#part(number), part.crcs, part.rows.length, hasSaid);
    return withLines(part.rows, lines);
  }

  #write(number: number, rows: readonly ListRow[], parts: number): PartHead {
    const { pieces, writer, site } = this.#listing;
    const place = placeOf(this.#part(number));
    const lines = rows.map((row): RowLines => row.lines ?? this.#linesOf(row, place));
    const part = { ...this.#part(number), from: (number - 1) * PART_ROWS + 1, isLast: number === parts };
    const { crcs, ...sizes } = writePartFiles(writer, part, rows, lines, site);
    writePart(pieces, this.#name(number), { crcs, rows: rows.slice() });
    if (number >= parts - 1) this.#written.set(number, withLines(rows, lines));
    const [first] = rows as [ListRow];
    return {
      at: first.at,
      key: first.key,
      count: rows.length,
      digest: digestOf(rows),
      lastDay: lastDayOf(rows),
      ...sizes,
    };
  }

  #linesOf({ id }: ListRow, place: ListPlace): RowLines {
    const { writer, site, sessionOf } = this.#listing;
    const session = sessionOf(id);
    const said = site.noContent ? '' : lineBytes(JSON.stringify(searchLine(session, writer)));
    return { ...rowLines(session, place, site), said };
  }

  /** Three of each part, and one more if it can be searched; and two of the month. */
  #filesOf(parts: number): number {
    const each = this.#listing.site.noContent ? 3 : 4;
    return parts === 0 ? 0 : each * parts + 2;
  }

  #name(number: number): string {
    return `${this.#month}-${number}`;
  }

  /** Removes parts that no longer exist. Writes the month's own page, with its newest rows, if they are given. */
  #finish(heads: readonly PartHead[], newest: (() => ListRow[]) | undefined): void {
    const { pieces, writer } = this.#listing;
    const [month, before] = [this.#month, this.#old?.length ?? 0];
    for (let number = heads.length + 1; number <= before; number++) {
      for (const path of partPaths(this.#part(number))) writer.remove(path);
      removePart(pieces, this.#name(number));
    }
    this.files = this.#filesOf(heads.length);
    this.lastDay = lastDayOf(heads);
    const own = [monthIndexPath(month), monthPartsPath(month)];
    if (heads.length === 0) {
      for (const path of own) writer.remove(path);
      removeMonth(pieces, month);
    } else if (newest) {
      this.#writePage(heads, newest());
      writeMonth(pieces, month, heads);
    } else {
      for (const path of own) writer.keep(path);
    }
  }

  /** The newest sessions: those of the last part, and as many of the one before it. */
  #newest(heads: readonly PartHead[]): ListRow[] {
    const last = heads.length;
    if (last === 0) return [];
    const isFull = last === 1 || heads.at(-1)?.count === PART_ROWS;
    const rowsOf = (number: number): ListRow[] => this.#written.get(number) ?? this.#load(number);
    return [...(isFull ? [] : rowsOf(last - 1)), ...rowsOf(last)].slice(-PART_ROWS);
  }

  #writePage(heads: readonly PartHead[], rows: readonly ListRow[]): void {
    const { writer, site } = this.#listing;
    const month = this.#month;
    // All pages of the month are in one folder, so a row's line is the same in each.
    const place = placeOf(this.#part(heads.length));
    const html = rows.map((row) => row.lines?.html ?? rowHtml(this.#listing.sessionOf(row.id), place, site));
    const count = heads.reduce((sum, part) => sum + part.count, 0);
    const view = { month, parts: heads.length, count, lastDay: this.lastDay, ...notesOf(rows) };
    writer.write({
      path: monthIndexPath(month),
      render: () => pageBytes(html.toReversed(), (places) => monthPage(view, places, site)),
    });
    const { local } = site;
    const parts = heads.map(({ digest, count: size, bytes, at, lastDay, saidBytes }) => [
      digest.slice(0, 8),
      size,
      bytes,
      dayNumber(at, local),
      lastDay,
      saidBytes,
    ]);
    writer.write({
      path: monthPartsPath(month),
      render: () => `monitorMonth(${JSON.stringify(month)},${JSON.stringify(parts)});\n`,
    });
  }
}

function withLines(rows: readonly ListRow[], lines: readonly RowLines[] | undefined): ListRow[] {
  return rows.map((row, i) => ({ ...row, lines: lines?.[i] }));
}

function lastDayOf(all: readonly { lastDay: number }[]): number {
  return all.reduce((last, { lastDay }) => Math.max(last, lastDay), 0);
}

/** The part, from 0, in which a place is. */
function partOf(parts: readonly PartHead[], place: Place): number {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (comparePlaces(parts[middle] as PartHead, place) <= 0) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - 1);
}

function changed(rows: readonly ListRow[], changes: MonthChanges | undefined): ListRow[] {
  if (!changes) return rows.slice();
  const gone = new Set(changes.removed.map(({ key }) => key));
  const kept = rows.filter(({ key }) => !gone.has(key));
  if (kept.length !== rows.length - gone.size) throw new NotRemembered('a row');
  return [...kept, ...changes.added].toSorted(comparePlaces);
}
