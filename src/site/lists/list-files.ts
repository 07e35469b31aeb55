import { crc32 } from '../../platform/digest.ts';
import { monthDataPath, monthJsonPath, monthPagePath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import type { SiteWriter } from '../site-writer.ts';
import {
  dataText,
  jsonText,
  notesOf,
  rowsInLines,
  rowsInPage,
  type ListPlace,
  type ListRow,
  type RowLines,
} from './list-row.ts';
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
  return [monthPagePath(month, number), monthDataPath(month, number), monthJsonPath(month, number)];
}

/** Writes the files of a part; returns what identifies them, and the length of its data in bytes. */
export function writePartFiles(
  writer: SiteWriter,
  part: PartPlace & { from: number; isLast: boolean },
  rows: readonly ListRow[],
  lines: readonly RowLines[],
  site: SiteContext,
): { crcs: FileCrcs; bytes: number } {
  const [page = '', data = '', json = ''] = partPaths(part);
  const html = lines.map((line) => line.html).toReversed();
  const contents = [
    Buffer.from(monthPartPage(part, html, notesOf(rows), site)),
    Buffer.from(
      dataText(
        part.month,
        part.number,
        lines.map((line) => line.data),
      ),
    ),
    Buffer.from(
      jsonText(
        {},
        lines.map((line) => line.json),
      ),
    ),
  ] as const;
  for (const [i, path] of [page, data, json].entries()) {
    writer.write({ path, render: () => contents[i] as Buffer });
  }
  const [htmlCrc = 0, dataCrc = 0, jsonCrc = 0] = contents.map((content) => crc32(content));
  return { crcs: { html: htmlCrc, data: dataCrc, json: jsonCrc }, bytes: contents[1].length };
}

/** The lines in the files of a part, in its order; undefined if any is not what was written. */
export function readPartFiles(
  writer: SiteWriter,
  part: PartPlace,
  crcs: FileCrcs,
  count: number,
): RowLines[] | undefined {
  const [page = '', data = '', json = ''] = partPaths(part);
  const html = readIntact(writer, page, crcs.html);
  const dataFile = readIntact(writer, data, crcs.data);
  const jsonFile = readIntact(writer, json, crcs.json);
  if (html === undefined || dataFile === undefined || jsonFile === undefined) return undefined;
  const htmlRows = rowsInPage(html).toReversed();
  const [dataRows, jsonRows] = [rowsInLines(dataFile), rowsInLines(jsonFile)];
  if ([htmlRows, dataRows, jsonRows].some((rows) => rows.length !== count)) return undefined;
  return htmlRows.map((row, i) => ({ html: row, data: dataRows[i] ?? '', json: jsonRows[i] ?? '' }));
}

/** A page of the site as text; undefined if it is not what was written. */
export function readIntact(writer: SiteWriter, path: string, crc: number): string | undefined {
  const bytes = writer.isTorn(path) ? undefined : writer.read(path);
  return bytes && crc32(bytes) === crc ? bytes.toString() : undefined;
}
