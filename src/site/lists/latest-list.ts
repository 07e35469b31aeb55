import { crc32 } from '../../platform/digest.ts';
import { LIST_PATH, LISTED_JSON_PATH } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteSession } from '../shown-session.ts';
import type { SiteWriter } from '../site-writer.ts';
import type { Pieces } from '../state/pieces.ts';
import { readIntact } from './list-files.ts';
import { fileBytes, pageBytes, rowsInPage } from './line-bytes.ts';
import { latestPage, type LatestView } from './list-page.ts';
import {
  jsonText,
  latestFirst,
  rowHtml,
  rowLines,
  rowsInLines,
  type ListPlace,
  type ListRow,
} from './list-row.ts';
import { PART_ROWS, readPart, writePart } from './month-file.ts';

/** Sessions in the JSON; the page has the first `PART_ROWS` of them. */
export const LATEST = 1000;
const NAME = 'latest';

/** The sessions with the latest rounds, the latest first: a page, and a document for programs. */
export class LatestList {
  readonly #pieces: Pieces;
  readonly #writer: SiteWriter;
  readonly #site: SiteContext;
  readonly #sessionOf: (id: string) => SiteSession;
  rows: ListRow[] = [];

  constructor(pieces: Pieces, writer: SiteWriter, site: SiteContext, sessionOf: (id: string) => SiteSession) {
    this.#pieces = pieces;
    this.#writer = writer;
    this.#site = site;
    this.#sessionOf = sessionOf;
  }

  /** The rows that the site shows, with their lines if these are intact; undefined if they are not remembered. */
  static remembered(
    pieces: Pieces,
    writer: SiteWriter,
    site: SiteContext,
    sessionOf: (id: string) => SiteSession,
  ): LatestList | undefined {
    const part = readPart(pieces, NAME);
    if (!part) return undefined;
    const list = new LatestList(pieces, writer, site, sessionOf);
    const html = rowsInPage(readIntact(writer, LIST_PATH, part.crcs.html) ?? '');
    const json = rowsInLines(readIntact(writer, LISTED_JSON_PATH, part.crcs.json) ?? '');
    const isWhole = json.length === part.rows.length && html.length === Math.min(PART_ROWS, part.rows.length);
    list.rows = part.rows.map((row, i) => ({
      ...row,
      lines: isWhole ? { html: html[i] ?? '', data: '', json: json[i] ?? '', said: '' } : undefined,
    }));
    return list;
  }

  /** Puts in sessions whose last round is not earlier than before. */
  update(rows: readonly ListRow[]): void {
    const changed = new Set(rows.map(({ key }) => key));
    const others = this.rows.filter(({ key }) => !changed.has(key));
    this.rows = [...others, ...rows].toSorted(latestFirst).slice(0, LATEST);
  }

  /** Writes both files. */
  write(view: LatestView, parts: readonly string[]): void {
    const lines = this.rows.map((row, i) => this.#linesOf(row, i, view.year));
    const html = lines.slice(0, PART_ROWS).map((line) => line.html);
    const page = pageBytes(html, (places) => latestPage(view, places, this.#site));
    const texts = lines.map((line) => line.json);
    const json = fileBytes(jsonText({ total: view.total, parts }, texts));
    this.#writer.write({ path: LIST_PATH, render: () => page });
    this.#writer.write({ path: LISTED_JSON_PATH, render: () => json });
    writePart(this.#pieces, NAME, {
      crcs: { html: crc32(page), data: 0, json: crc32(json), said: 0 },
      rows: this.rows,
    });
  }

  #linesOf({ id, lines }: ListRow, index: number, year: string): { html: string; json: string } {
    const place: ListPlace = { page: LIST_PATH, year, json: LISTED_JSON_PATH, hasData: false };
    if (!lines) return rowLines(this.#sessionOf(id), place, this.#site);
    // Only the first rows are on the page.
    const isMissing = lines.html === '' && index < PART_ROWS;
    return isMissing ? { ...lines, html: rowHtml(this.#sessionOf(id), place, this.#site) } : lines;
  }
}

export const LATEST_PATHS = [LIST_PATH, LISTED_JSON_PATH] as const;
