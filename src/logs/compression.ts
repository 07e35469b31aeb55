import type { Compression, UnsupportedForm } from '../model/log-position.ts';

/** Forms of compression that are read, and the programs that undo those which Node cannot. */
export const PROGRAMS = {
  gzip: undefined,
  zstd: 'zstd',
  xz: 'xz',
  lzma: 'xz',
  bzip2: 'bzip2',
  compress: 'gzip',
} as const satisfies Record<Compression, string | undefined>;

/** What a rotated log's name ends with, and what that says. gzip's `-S` and logrotate's `compressext` make others. */
const SUFFIXES = new Map<string, Compression | UnsupportedForm>([
  ['.gz', 'gzip'],
  ['.gzip', 'gzip'],
  ['.zst', 'zstd'],
  ['.zstd', 'zstd'],
  ['.xz', 'xz'],
  ['.lzma', 'lzma'],
  ['.bz2', 'bzip2'],
  ['.bz', 'bzip2'],
  ['.z', 'compress'],
  ['.lz4', 'lz4'],
  ['.zip', 'zip'],
  ['.7z', '7z'],
  ['.br', 'brotli'],
  ['.lz', 'lzip'],
  ['.lzo', 'lzop'],
  ['.sz', 'snappy'],
  ['.tar', 'tar'],
  ['.tgz', 'tar'],
  ['.tar.gz', 'tar'],
  ['.tar.xz', 'tar'],
  ['.tar.zst', 'tar'],
  ['.tar.bz2', 'tar'],
]);

const SUFFIX = new RegExp(
  `(?:${[...SUFFIXES.keys()]
    .toSorted((a, b) => b.length - a.length)
    .map((suffix) => suffix.replaceAll('.', String.raw`\.`))
    .join('|')})$`,
  'i',
);

/** The suffix of a name that says how it is compressed; empty where it has none. */
export function compressionSuffix(name: string): string {
  return SUFFIX.exec(name)?.[0] ?? '';
}

const MAGIC: [Compression | UnsupportedForm, string][] = [
  ['gzip', '\x1f\x8b'],
  ['zstd', '\x28\xb5\x2f\xfd'],
  ['xz', '\xfd7zXZ\0'],
  ['bzip2', 'BZh'],
  ['compress', '\x1f\x9d'],
  ['lz4', '\x04\x22\x4d\x18'],
  ['lz4', '\x02\x21\x4c\x18'],
  ['zip', 'PK\x03\x04'],
  ['7z', '7z\xbc\xaf\x27\x1c'],
  ['lzip', 'LZIP\x01'],
  ['lzop', '\x89LZO'],
];
/** pzstd and others put frames that say nothing before the first one. */
const SKIPPABLE = /^[\x50-\x5f]\x2a\x4d\x18/;
const BZIP2 = /^BZh[1-9](?:1AY&SY|\x17rE8P\x90)/;

/** So many of a file's first bytes are looked at. */
export const MAGIC_BYTES = 512;

/**
 * How a file is compressed, `undefined` where it is not: its first bytes say it; where they say nothing, its name does,
 * unless they are text.
 */
export function compressionOf(path: string, start: Buffer): Compression | UnsupportedForm | undefined {
  const named = SUFFIXES.get(compressionSuffix(path).toLowerCase());
  const bytes = start.toString('latin1', 0, 16);
  const [found] = MAGIC.find(([, magic]) => bytes.startsWith(magic)) ?? [];
  if (named === 'tar') return named;
  if (found === 'bzip2' ? BZIP2.test(bytes) : found !== undefined) return found;
  if (SKIPPABLE.test(bytes)) return 'zstd';
  return named !== undefined && isText(start) ? undefined : named;
}

/** Bytes as a log has them: no control characters but those that lay text out. UTF-16 and UTF-32 say what they are. */
function isText(start: Buffer): boolean {
  if (start.length === 0) return false;
  const bytes = start.toString('latin1', 0, MAGIC_BYTES);
  return /^(?:\xff\xfe|\xfe\xff|\0\0\xfe\xff)/.test(bytes) || !/[^\t\n\r\x1b\x20-\xff]/.test(bytes);
}

/** Whether a form is one that is read. */
export function isRead(form: Compression | UnsupportedForm): form is Compression {
  return Object.hasOwn(PROGRAMS, form);
}
