import { basename, dirname, join, resolve } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { DOCKERS_PLACE, USUAL_PLACES, type UsualPlace } from '../platform/log-places.ts';

export interface LogFile {
  path: string;
  /** The --log-path, made absolute, that led to the file. */
  pattern: string;
  gzip: boolean;
  /** Paths of the log that was rotated away before this one began: plain, compressed, or both. */
  follows?: readonly string[];
  /** By their names, another log can have stood between the two. */
  hasHole?: true;
}

/**
 * The files behind the given paths and globs with their rotated siblings, the oldest first and the live one last;
 * a file that two patterns or links lead to comes once. `missing` are the patterns without any file.
 */
export async function discoverLogs(
  files: Files,
  patterns: readonly string[],
): Promise<{ logs: LogFile[]; missing: string[] }> {
  /** By their paths without links. */
  const found = new Map<string, Sibling & { pattern: string }>();
  const missing: string[] = [];
  for (const given of patterns) {
    const pattern = resolve(given);
    let siblings = withSiblings(files, pattern);
    // A name that is there is no glob, whatever characters it has.
    if (siblings.length === 0 && isGlob(given)) {
      siblings = (await expand(files, given)).flatMap((live) => withSiblings(files, live));
    }
    if (siblings.length === 0) missing.push(pattern);
    for (const sibling of siblings) {
      const known = found.get(sibling.real);
      if (known && compareAge(known.age, sibling.age) <= 0) continue;
      found.set(sibling.real, { ...sibling, pattern });
    }
  }
  const oldestFirst = [...found.values()].toSorted((a, b) => compareAge(a.age, b.age));
  const pathOf = (real: string): string => found.get(real)?.path ?? real;
  return {
    logs: oldestFirst.map(({ path, real, pattern, follows, hasHole }) => ({
      path,
      pattern,
      gzip: real.endsWith('.gz'),
      ...(follows.length > 0 && { follows: follows.map(pathOf) }),
      ...(hasHole && { hasHole }),
    })),
    missing,
  };
}

/** Of a folder it says so: a person means the log in it. */
export function noLogError(files: Files, missing: readonly string[]): InputOutputError {
  const places = missing.map((path) =>
    files.list(path) === undefined ? path : `${path} (a folder: name the log in it)`,
  );
  return new InputOutputError(
    `no access log at ${places.join(', ')}, nor a rotated one beside it. ` +
      `Name it with --log-path; Higress writes it to ${USUAL_PLACES.map(placeText).join(', ')}. ` +
      `Docker keeps what a container prints in ${placeText(DOCKERS_PLACE)}`,
  );
}

function placeText({ path, of }: UsualPlace): string {
  return of === '' ? path : `${path} (${of})`;
}

/** Whether a path would be taken for a glob where no file has that name. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}!]/.test(path);
}

/** A glob can lead to rotated files without their log: those changed last come last. */
async function expand(files: Files, pattern: string): Promise<string[]> {
  const { default: glob } = await import('fast-glob');
  const paths = await glob(pattern, { absolute: true, onlyFiles: true, suppressErrors: true });
  const changed = new Map(paths.map((path) => [path, files.stat(path)?.mtime ?? 0]));
  return paths.toSorted((a, b) => (changed.get(a) ?? 0) - (changed.get(b) ?? 0) || (a < b ? -1 : 1));
}

interface Sibling {
  path: string;
  real: string;
  age: Age;
  /** As in LogFile, but paths without links. */
  follows: readonly string[];
  hasHole: boolean;
}

/**
 * The log and its rotated siblings, as far as they are files; those of one age in the order of their names. Where the
 * log is a link, as in /var/log/containers, they lie beside the file that it leads to.
 */
function withSiblings(files: Files, live: string): Sibling[] {
  const real = files.real(live);
  const lives = real === undefined || real === live ? [live] : [live, real];
  const siblings = new Map<string, Pick<Sibling, 'path' | 'real' | 'age'>>();
  for (const one of lives) {
    const base = basename(one);
    for (const name of files.list(dirname(one)) ?? []) {
      const age = name === base ? LIVE : rotationAge(base, name);
      const path = join(dirname(one), name);
      if (!age || !files.stat(path)?.isFile) continue;
      const key = files.real(path) ?? path;
      if (!siblings.has(key)) siblings.set(key, { path, real: key, age });
    }
  }
  const inOrder = [...siblings.values()].toSorted(
    (a, b) => compareAge(a.age, b.age) || (a.path < b.path ? -1 : 1),
  );
  return inOrder.map((sibling) => {
    const before = inOrder.findLast(({ age }) => compareAge(age, sibling.age) < 0)?.age;
    const follows = before ? inOrder.filter(({ age }) => compareAge(age, before) === 0) : [];
    const hasHole = before !== undefined && !isNextAge(before, sibling.age);
    return { ...sibling, follows: follows.map((one) => one.real), hasHole };
  });
}

/** Rotated files carry a date (the smaller the older) or a number (the greater the older). */
interface Age {
  date: string;
  number: number;
}

const LIVE: Age = { date: '', number: -1 };

/** access.log.1, access.1.log, access.log-20261122, access-2026112213.log, access.log.2026-11-22 …, each with .gz */
function rotationAge(base: string, name: string): Age | undefined {
  const plain = name.endsWith('.gz') ? name.slice(0, -3) : name;
  const dot = base.lastIndexOf('.');
  const [stem, extension] = dot > 0 ? [base.slice(0, dot), base.slice(dot)] : [base, ''];
  const mark = between(plain, base, '') ?? (extension === '' ? undefined : between(plain, stem, extension));
  if (mark === undefined) return undefined;
  if (mark === '') return { date: '', number: 0 };
  const number = /^\.(\d{1,5})$/.exec(mark)?.[1];
  if (number !== undefined) return { date: '', number: Number(number) };
  const date = /^[-._](\d{4}-?\d\d-?\d\d(?:[-_T.]?\d{1,10}|[-_T.]\d\d[-:]\d\d(?:[-:]\d\d)?)?)$/.exec(
    mark,
  )?.[1];
  return date === undefined ? undefined : { date: date.replaceAll(/\D/g, ''), number: 0 };
}

function between(name: string, start: string, end: string): string | undefined {
  if (name.length < start.length + end.length || !name.startsWith(start) || !name.endsWith(end))
    return undefined;
  return name.slice(start.length, name.length - end.length);
}

/** Dated files before numbered ones: who changes logrotate's settings leaves the old names behind. */
function compareAge(a: Age, b: Age): number {
  if ((a.date === '') !== (b.date === '')) return a.date === '' ? 1 : -1;
  if (a.date !== b.date) return a.date < b.date ? -1 : 1;
  return b.number - a.number;
}

/** Whether no log can have stood between the two: dated ones are deleted from the oldest on, numbers count. */
function isNextAge(older: Age, newer: Age): boolean {
  if (newer.date !== '') return true;
  if (older.date !== '') return newer === LIVE;
  return newer === LIVE ? older.number <= 1 : older.number === newer.number + 1;
}
