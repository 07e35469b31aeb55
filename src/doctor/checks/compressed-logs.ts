import { isAbsent, errorCode, readBytes, withFile, type Files } from '../../platform/files.ts';
import { hasProgram } from '../../platform/filter-program.ts';
import { compressionOf, isRead, MAGIC_BYTES, PROGRAMS } from '../../logs/compression.ts';
import type { LogFile } from '../../logs/discover.ts';
import { isUnchanged } from '../../logs/seen-file.ts';
import type { Compression, LogPosition, UnsupportedForm } from '../../model/log-position.ts';
import type { Check, Found } from '../check.ts';
import type { LogStatus } from '../log-status.ts';

/**
 * `program`: a program is missing. `form`: these forms are not read. `damaged`: a run could not read them. `end`: it
 * could not read what is behind their last gzip member.
 */
type Why =
  | { why: 'program'; program: string }
  | { why: 'form'; forms: string[] }
  | { why: 'damaged' }
  | { why: 'end' };
type CompressedFound = Found<'unread-compressed', { logs: number; bytes: number } & Why>;

/** Compressed logs that cannot be read, or not to their end. */
export const compressedLogsCheck: Check<CompressedFound> = {
  kinds: { 'unread-compressed': { area: 'log', severity: 'warning' } },
  find({ files, logs, statuses, store, sample }) {
    // A file that the sample found damaged has its own finding.
    const others = logs.filter(({ path }) => !sample.damaged.includes(path));
    const missing = new Map<string, File[]>();
    const foreign: File[] = [];
    const damaged: File[] = [];
    for (const file of others.flatMap((log) => compressedFile(files, log) ?? [])) {
      const program = isRead(file.form) ? PROGRAMS[file.form] : undefined;
      if (!isRead(file.form)) foreign.push(file);
      else if (program !== undefined && !hasProgram(program))
        missing.set(program, [...(missing.get(program) ?? []), file]);
      else if (isDamaged(files, file.path, store?.generations ?? [])) damaged.push(file);
    }
    const forms = [...new Set(foreign.map(({ form }) => form))];
    return [
      ...[...missing].flatMap(([program, list]) => foundIn(list, { why: 'program', program })),
      ...foundIn(foreign, { why: 'form', forms }),
      ...foundIn(damaged, { why: 'damaged' }),
      ...foundIn(statuses.flatMap(endOf), { why: 'end' }),
    ];
  },
};

interface File {
  path: string;
  bytes: number;
  form: Compression | UnsupportedForm;
}

function foundIn(list: readonly File[], why: Why): CompressedFound[] {
  if (list.length === 0) return [];
  const bytes = list.reduce((sum, file) => sum + file.bytes, 0);
  const where = list.map(({ path }) => path).join(', ');
  return [{ code: 'unread-compressed', where, facts: { logs: list.length, bytes, ...why } }];
}

/** What is behind the end of a file that a run has read. */
function endOf({ log, generation }: LogStatus): File[] {
  const { offset, unread } = generation ?? {};
  if (!log.compressed || !offset || unread?.why !== 'damaged') return [];
  return [{ path: log.path, bytes: unread.bytes, form: unread.form }];
}

/** Undefined for a file that is not compressed, or that this user may not open. */
function compressedFile(files: Files, { path }: LogFile): File | undefined {
  try {
    return withFile(files, path, 'given', (fd) => {
      const form = compressionOf(path, readBytes(files, fd, 0, MAGIC_BYTES));
      return form && { path, bytes: files.facts(fd).size, form };
    });
  } catch (error) {
    if (isAbsent(error) || errorCode(error) === 'EACCES') return undefined;
    throw error;
  }
}

/** A run has tried to read the file as it is now. */
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
