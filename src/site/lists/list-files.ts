import { crc32 } from '../../platform/digest.ts';
import { monthDataPath, monthJsonPath, monthPagePath, monthSearchPath } from '../names.ts';
import { searchText } from '../search/said-file.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteWriter } from '../site-writer.ts';
import {
  dataText,
  jsonText,
  notesOf,
  rowsInLines,
  type ListPlace,
  type ListRow,
  type RowLines,
} from './list-row.ts';
import { fileBytes, pageBytes, rowsInPage } from './line-bytes.ts';
import { monthPartPage } from './list-page.ts';
import type { FileCrcs } from './month-file.ts';

/** A part of a month, by its number from the oldest. */
export interface PartPlace {
  month: string;
  number: number;
}

/** Rows and the lines that they have in the files of a part. */
export function placeOf({ month, number }: PartPlace): ListPlace {
  return {
    page: monthPagePath(month, number),
    year: month.slice(0, 4),
    json: monthJsonPath(month, number),
    hasData: true,
  };
}

export function partPaths({ month, number }: PartPlace): string[] {
  return [
    monthPagePath(month, number),
    monthDataPath(month, number),
    monthJsonPath(month, number),
    monthSearchPath(month, number),
  ];
}

/** Writes the files of a part; returns what identifies them, and the lengths of those for the browser in bytes. */
export function writePartFiles(
  writer: SiteWriter,
  part: PartPlace & { from: number; isLast: boolean },
  rows: readonly ListRow[],
  lines: readonly RowLines[],
  site: SiteContext,
): { crcs: FileCrcs; bytes: number; saidBytes: number } {
  const [page = '', data = '', json = '', said = ''] = partPaths(part);
  const { month, number } = part;
  const html = lines.map((line) => line.html).toReversed();
  const textsOf = (name: 'data' | 'json' | 'said') => lines.map((line) => line[name]);
  const contents = [
    pageBytes(html, (places) => monthPartPage(part, places, notesOf(rows), site)),
    fileBytes(dataText(month, number, textsOf('data'))),
    fileBytes(jsonText({}, textsOf('json'))),
    fileBytes(site.noContent ? '' : searchText(month, number, textsOf('said'))),
  ] as const;
  for (const [i, path] of [page, data, json, said].entries()) {
    const content = contents[i] as Buffer;
    if (content.length > 0) writer.write({ path, render: () => content });
    // A store that keeps numbers only has nothing to search.
    else writer.remove(path);
  }
  const [htmlCrc = 0, dataCrc = 0, jsonCrc = 0, saidCrc = 0] = contents.map((content) => crc32(content));
  return {
    crcs: { html: htmlCrc, data: dataCrc, json: jsonCrc, said: saidCrc },
    bytes: contents[1].length,
    saidBytes: contents[3].length,
  };
}

/** The lines in the files of a part, in its order; undefined if any is not what was written. */
export function readPartFiles(
  writer: SiteWriter,
  part: PartPlace,
  crcs: FileCrcs,
  count: number,
  hasSaid: boolean,
): RowLines[] | undefined {
  const [page = '', data = '', json = '', said = ''] = partPaths(part);
  const html = readIntact(writer, page, crcs.html);
  const dataFile = readIntact(writer, data, crcs.data);
  const jsonFile = readIntact(writer, json, crcs.json);
  const saidFile = hasSaid ? readIntact(writer, said, crcs.said) : '';
  if (html === undefined || dataFile === undefined || jsonFile === undefined || saidFile === undefined)
    return undefined;
  const htmlRows = rowsInPage(html).toReversed();
  const [dataRows, jsonRows, saidRows] = [dataFile, jsonFile, saidFile].map(rowsInLines);
  const all = [htmlRows, dataRows, jsonRows, ...(hasSaid ? [saidRows] : [])];
  if (all.some((rows) => rows?.length !== count)) return undefined;
  return htmlRows.map((row, i) => ({
    html: row,
    data: dataRows?.[i] ?? '',
    json: jsonRows?.[i] ?? '',
    said: saidRows?.[i] ?? '',
  }));
}

/** The bytes of a file of the site, as a string of a character each; undefined if it is not what was written. */
export function readIntact(writer: SiteWriter, path: string, crc: number): string | undefined {
  const bytes = writer.isTorn(path) ? undefined : writer.read(path);
  return bytes && crc32(bytes) === crc ? bytes.toString('latin1') : undefined;
}
