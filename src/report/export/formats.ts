/** The formats of an export. This file imports nothing, because every command loads it. */
export const EXPORT_FORMATS = [
  'json',
  'csv',
  'ndjson',
  'focus',
  'md',
  'jsonl',
  'html',
  'prometheus',
  'parquet',
  'otlp',
] as const;

export type FormatName = (typeof EXPORT_FORMATS)[number];

/** `jsonl` is another name of `ndjson`. */
export type ExportFormat = Exclude<FormatName, 'jsonl'>;

const ENDINGS: readonly (readonly [ending: string, format: ExportFormat])[] = [
  ['.json', 'json'],
  ['.csv', 'csv'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
  ['.md', 'md'],
  ['.html', 'html'],
  ['.prom', 'prometheus'],
];

/** The format that a file name implies, if any. */
export function formatOfName(name: string): ExportFormat | undefined {
  const lower = name.toLowerCase();
  return ENDINGS.find(([ending]) => lower.endsWith(ending))?.[1];
}
