import { hexDigest } from '../../platform/digest.ts';
import type { Pieces } from '../state/pieces.ts';
import type { ListRow, Place } from './list-row.ts';

/*
 * What the site remembers of a month's lists: `lists/2026-11` has a line for each part, and `lists/2026-11-12` the rows of
 * the twelfth. A part has a hundred sessions, by first round; the last one can have fewer.
 */

/** Sessions in a part of a month. */
export const PART_ROWS = 100;

/** A part of a month, without its rows. */
export interface PartHead extends Place {
  /** `at` and `key` are those of its first row. */
  count: number;
  /** Of its rows. */
  digest: string;
  /** Length of the file with its data, and of the one for the search, in bytes. */
  bytes: number;
  /** The last of its rows' last days. */
  lastDay: number;
  saidBytes: number;
}

/** The rows of a part, and the CRC-32 of the files that have their lines. */
export interface PartRows {
  crcs: FileCrcs;
  rows: ListRow[];
}

export interface FileCrcs {
  html: number;
  data: number;
  json: number;
  said: number;
}

/** Covers everything that a part's files depend on, except its neighbours. */
export function digestOf(rows: readonly ListRow[]): string {
  return hexDigest(rows.map(({ at, key, mark }) => `${at} ${key} ${mark}`).join('\n'));
}

export function readMonth(pieces: Pieces, month: string): PartHead[] | undefined {
  const text = pieces.read(monthPath(month));
  const heads = text
    ?.split('\n')
    .slice(0, -1)
    .map((line): PartHead => {
      const [at = '', key = '', count = '', digest = '', bytes = '', lastDay = '', said = ''] =
        line.split('\t');
      return {
        at: Number.parseInt(at, 36),
        key,
        count: Number(count),
        digest,
        bytes: Number(bytes),
        lastDay: Number(lastDay),
        saidBytes: Number(said),
      };
    });
  // Whoever may write into the folder can write something else with a right checksum.
  return heads?.every(({ count }) => count > 0 && count <= PART_ROWS) ? heads : undefined;
}

export function writeMonth(pieces: Pieces, month: string, parts: readonly PartHead[]): void {
  const lines = parts.map(
    ({ at, key, count, digest, bytes, lastDay, saidBytes }) =>
      `${at.toString(36)}\t${key}\t${count}\t${digest}\t${bytes}\t${lastDay}\t${saidBytes}\n`,
  );
  pieces.write(monthPath(month), lines.join(''));
}

export function removeMonth(pieces: Pieces, month: string): void {
  pieces.remove(monthPath(month));
}

/** Undefined if the rows must be made anew. */
export function readPart(pieces: Pieces, name: string): PartRows | undefined {
  return pieces.readAs(partPath(name), parsePart);
}

function parsePart(text: string): PartRows {
  const [head = '', ...lines] = text.split('\n').slice(0, -1);
  const [html = 0, data = 0, json = 0, said = 0] = head.split('\t').map(Number);
  const rows = lines.map((line): ListRow => {
    const [at = '', key = '', mark = '', flags = '', lastDay = '', ...id] = line.split('\t');
    return {
      at: Number.parseInt(at, 36),
      key,
      mark,
      isBounded: flags.includes('b'),
      isLinked: !flags.includes('n'),
      lastDay: Number(lastDay),
      id: JSON.parse(id.join('\t')) as string,
    };
  });
  return { crcs: { html, data, json, said }, rows };
}

export function writePart(pieces: Pieces, name: string, { crcs, rows }: PartRows): void {
  const lines = rows.map(
    ({ at, key, mark, isBounded, isLinked, lastDay, id }) =>
      `${at.toString(36)}\t${key}\t${mark}\t${isBounded ? 'b' : ''}${isLinked ? '' : 'n'}\t${lastDay}\t${JSON.stringify(id)}\n`,
  );
  pieces.write(partPath(name), `${crcs.html}\t${crcs.data}\t${crcs.json}\t${crcs.said}\n${lines.join('')}`);
}

export function removePart(pieces: Pieces, name: string): void {
  pieces.remove(partPath(name));
}

function monthPath(month: string): string {
  return `lists/${month}`;
}

function partPath(name: string): string {
  return `lists/${name}`;
}
