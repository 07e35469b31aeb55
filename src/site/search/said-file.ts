import { sessionName, linkName, saidPath } from '../names.ts';
import type { SiteSession } from '../shown-session.ts';
import type { SiteWriter } from '../site-writer.ts';
import type { SaidTexts } from './said-part.ts';

/*
 * search/<name>.js has the texts of a session, and search/<month>/<n>.js a line for each session of a part of a month: the
 * filters of its texts. The first line of a file with texts has its filter, so that the second file can be made from it.
 */

interface SaidFile {
  /** As in links. */
  name: string;
  /** 0 is the newest. */
  part: number;
  /** How many other parts the session has, in the newest one. */
  closed: number;
  /** Title and id of the session. */
  head: readonly string[];
  texts: SaidTexts;
}

export function saidText({ name, part, closed, head, texts }: SaidFile): string {
  return (
    `monitorSaid("${texts.filter()}",${texts.cut},${closed},\n` +
    `${JSON.stringify(name)},${part},${JSON.stringify(head)},\n${texts.json()}\n);\n`
  );
}

const FIRST_LINE = /^monitorSaid\("([A-Za-z0-9+/]{0,99999})",(\d{1,9}),(\d{1,6}),\n/;
/** Longer than the first line: a filter has up to 2¹⁷ bits. */
const FIRST_BYTES = 24_000;

/** A session, as the search in the browser sees it before it loads its texts. `version` changes with them. */
export type SearchLine = [
  name: string,
  version: string,
  /** Texts of which only the beginning can be found. */
  cut: number,
  /** Of each part, the oldest first. An empty filter: the part may have anything. */
  ...parts: [filter: string, bytes: number][],
];

/** 0 if it has no page. */
export function searchLine({ entry, mark, hasPages }: SiteSession, writer: SiteWriter): SearchLine | 0 {
  if (!hasPages) return 0;
  const name = sessionName(entry);
  const newest = readFirstLine(writer, saidPath(name));
  // Each has a round at least.
  const count = Math.min(newest.closed, entry.rounds);
  const closed = Array.from({ length: count }, (_, i) => readFirstLine(writer, saidPath(name, i + 1)));
  const parts = [...closed, newest];
  const cut = parts.reduce((sum, part) => sum + part.cut, 0);
  return [
    linkName(name),
    mark.slice(0, 8),
    cut,
    ...parts.map(({ filter, bytes }): [string, number] => [filter, bytes]),
  ];
}

/** Whoever may write into the folder can write something else: then everything is looked at. */
function readFirstLine(
  writer: SiteWriter,
  path: string,
): { filter: string; cut: number; closed: number; bytes: number } {
  const start = writer.readStart(path, FIRST_BYTES);
  const line = start?.bytes.toString('latin1', 0, start.bytes.indexOf(0x0a) + 1) ?? '';
  const [, filter = '', cut = 0, closed = 0] = FIRST_LINE.exec(line) ?? [];
  return { filter, cut: Number(cut), closed: Number(closed), bytes: start?.size ?? 0 };
}

export function searchText(month: string, number: number, lines: readonly string[]): string {
  return `monitorSearch(${JSON.stringify(month)},${number},[\n${lines.join(',\n')}\n]);\n`;
}
