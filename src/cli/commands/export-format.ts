import { statSync } from 'node:fs';
import { printableMessage } from '../../platform/clean-text.ts';
import { exact, plural } from '../../platform/count-text.ts';
import { UsageError } from '../../platform/errors.ts';
import { isCostKnown, type Totals } from '../../query/aggregate.ts';
import { formatOfName, type ExportFormat, type FormatName } from '../../report/export/formats.ts';
import { knownCostText, unpricedText } from '../../report/numbers.ts';

export interface FormatOptions {
  format?: FormatName;
  conversation?: string;
}

/** The format that is given, else that of the file's name. Throws UsageError if neither says one. */
export function formatOf(file: string, { format, conversation }: FormatOptions): ExportFormat {
  if (format === 'jsonl') return 'ndjson';
  const found = format ?? (file === '-' ? 'json' : formatOfName(file));
  if (found !== undefined) return found;
  if (file.toLowerCase().endsWith('.parquet'))
    throw new UsageError(`a Parquet export is a folder of files: name a folder, and add --format parquet`);
  const endings =
    conversation === undefined ? '.json, .csv, .ndjson, .md or .prom' : '.md, .html, .jsonl or .json';
  throw new UsageError(`cannot tell the format from the name '${file}': use ${endings}, or add --format`);
}

/** `report.csv: 154 rounds of 26 sessions, $0.4217 + 25 unpriced rounds (…), 23,410 bytes` */
export function doneLine(file: string, target: { path: string; isFile: boolean }, total: Totals): string {
  const cost = isCostKnown(total) ? knownCostText(total, 4) : 'no known cost';
  const unpriced = unpricedText(total);
  const parts = [
    `${plural(total.rounds, 'round')} of ${plural(total.sessions, 'session')}`,
    unpriced === null ? cost : `${cost} + ${unpriced}`,
    ...(target.isFile ? [`${exact(statSync(target.path).size)} bytes`] : []),
  ];
  return `${printableMessage(file)}: ${parts.join(', ')}\n`;
}
