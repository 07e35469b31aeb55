import { isAbsent, errorCode, readBytes, withFile, type Files } from '../platform/files.ts';
import { hasProgram } from '../platform/filter-program.ts';
import { compressionOf, isRead, MAGIC_BYTES, PROGRAMS } from '../logs/compression.ts';
import type { LogFile } from '../logs/discover.ts';
import { isUnchanged } from '../logs/seen-file.ts';
import type { Compression, LogPosition, UnsupportedForm } from '../model/log-position.ts';
import { plural, type Finding } from '../model/finding.ts';
import type { Check } from './look.ts';

interface File {
  path: string;
  bytes: number;
  form: Compression | UnsupportedForm;
}

/**
 * Compressed logs of which no byte can be read: their form is none that is read, its program is missing, or a run has
 * found them damaged.
 */
export const compressedCheck: Check = {
  codes: ['unread-compressed'],
  find({ files, logs, store, sample }) {
    // What was found damaged just now is said by another check.
    const others = logs.filter(({ path }) => !sample.damaged.includes(path));
    return judgeCompressed(files, others, store?.generations ?? []);
  },
};

function judgeCompressed(
  files: Files,
  logs: readonly LogFile[],
  generations: readonly LogPosition[],
): Finding[] {
  const missing = new Map<string, File[]>();
  const foreign: File[] = [];
  const damaged: File[] = [];
  for (const file of logs.flatMap((log) => lookAt(files, log) ?? [])) {
    const program = isRead(file.form) ? PROGRAMS[file.form] : undefined;
    if (!isRead(file.form)) foreign.push(file);
    else if (program !== undefined && !hasProgram(program))
      missing.set(program, [...(missing.get(program) ?? []), file]);
    else if (isDamaged(files, file.path, generations)) damaged.push(file);
  }
  return [
    ...[...missing].map(([program, list]) =>
      finding(
        list,
        `not read: the program ${program} is missing`,
        `Install it (on Debian and Ubuntu: apt-get install ${PACKAGES[program] ?? program}). The next run reads them.`,
      ),
    ),
    ...(foreign.length > 0
      ? [
          finding(
            foreign,
            `not read: monitor reads no ${[...new Set(foreign.map(({ form }) => form))].join(', ')}`,
            'Unpack them beside the log, or rotate with gzip, zstd, xz or bzip2.',
          ),
        ]
      : []),
    ...(damaged.length > 0
      ? [
          finding(
            damaged,
            'not read: they are cut or damaged',
            'Put whole ones in their place, if there are any. A file is read again when it changes.',
          ),
        ]
      : []),
  ];
}

const PACKAGES: Record<string, string> = { xz: 'xz-utils' };

function finding(list: readonly File[], rest: string, fix: string): Finding {
  const bytes = list.reduce((sum, file) => sum + file.bytes, 0);
  const what = `${plural(list.length, 'compressed log')} of ${plural(bytes, 'byte')} ${list.length === 1 ? 'is' : 'are'} ${rest}. Anything not read before they were compressed is not counted.`;
  const where = list.map(({ path }) => path).join(', ');
  return { code: 'unread-compressed', area: 'log', severity: 'warning', what, where, fix };
}

/** undefined for a file that is not compressed, or that nobody can look at. */
function lookAt(files: Files, { path }: LogFile): File | undefined {
  try {
    return withFile(files, path, 'read', (fd) => {
      const form = compressionOf(path, readBytes(files, fd, 0, MAGIC_BYTES));
      return form && { path, bytes: files.facts(fd).size, form };
    });
  } catch (error) {
    if (isAbsent(error) || errorCode(error) === 'EACCES') return undefined;
    throw error;
  }
}

/** A run has tried to read it as it is. */
function isDamaged(files: Files, path: string, generations: readonly LogPosition[]): boolean {
  const facts = files.stat(path);
  return (
    facts !== undefined &&
    generations.some(
      ({ offset, unread, seen }) =>
        offset === 0 && unread?.why !== 'program' && seen.some((file) => isUnchanged(file, facts)),
    )
  );
}
