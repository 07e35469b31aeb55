import { basename, dirname, join, resolve } from 'node:path';
import { InputOutputError, isSystemError } from '../platform/errors.ts';
import { errorCode, type FileFacts, type Files } from '../platform/files.ts';
import { DOCKERS_PLACE, USUAL_PLACES, type UsualPlace } from '../platform/log-places.ts';
import { compressionSuffix } from './compression.ts';
import { ageOf, compareAge, isLive, isNextAge, settleAge, type Age } from './rotated-name.ts';

export interface LogFile {
  path: string;
  /** The --log-path that led to the file, made absolute. */
  pattern: string;
  /** According to its name. To read it, openLog goes by its bytes. */
  compressed: boolean;
  /** Found next to the log that was named. If this user may not read it, the others are still read. */
  isRotated?: true;
  /** Paths of the log that was rotated just before this one began: plain, compressed, or both. */
  follows?: readonly string[];
  /** Judging by the names, there may have been another log between the two. */
  hasHole?: true;
}

/** A name that led to no file, because the system could not follow it: a link to itself, a folder that is locked. */
export interface LostName {
  path: string;
  reason: string;
}

export interface Discovered {
  logs: LogFile[];
  /** The patterns that match no file. */
  missing: string[];
  lost: LostName[];
}

/**
 * The files that the given paths and globs name, with their rotated siblings: the oldest first, the live one last. A
 * file that two patterns or links lead to is listed once.
 */
export async function discoverLogs(files: Files, patterns: readonly string[]): Promise<Discovered> {
  /** By their paths with all links resolved. */
  const found = new Map<string, Sibling & { pattern: string }>();
  const missing: string[] = [];
  const lost = new Map<string, string>();
  for (const given of patterns) {
    const pattern = resolve(given);
    let siblings = withSiblings(files, pattern, lost);
    // An existing name is not a glob, whatever characters it has.
    if (siblings.length === 0 && isGlob(given)) {
      siblings = (await expand(files, given)).flatMap((live) => withSiblings(files, live, lost));
    }
    if (siblings.length === 0 || lost.has(pattern)) missing.push(pattern);
    for (const sibling of siblings) {
      const known = found.get(sibling.real);
      if (known && compareAge(known.age, sibling.age) <= 0) continue;
      found.set(sibling.real, { ...sibling, pattern });
    }
  }
  const oldestFirst = [...found.values()].toSorted((a, b) => compareAge(a.age, b.age));
  const pathOf = (real: string): string => found.get(real)?.path ?? real;
  return {
    logs: oldestFirst.map(({ path, real, pattern, age, follows, hasHole }) => ({
      path,
      pattern,
      compressed: compressionSuffix(real) !== '',
      ...(!isLive(age) && { isRotated: true as const }),
      ...(follows.length > 0 && { follows: follows.map(pathOf) }),
      ...(hasHole && { hasHole }),
    })),
    missing,
    lost: [...lost].map(([path, reason]) => ({ path, reason })),
  };
}

/** Says so if a path is a folder: people pass one when they mean the log in it. */
export function noLogError(files: Files, missing: readonly string[]): InputOutputError {
  const places = missing.map((path) =>
    isFolder(files, path) ? `${path} (a folder: name the log in it)` : path,
  );
  return new InputOutputError(
    `no access log at ${places.join(', ')}, nor a rotated one next to it. ` +
      `Name it with --log-path; Higress writes it to ${USUAL_PLACES.map(placeText).join(', ')}. ` +
      `Docker keeps what a container prints in ${placeText(DOCKERS_PLACE)}`,
  );
}

/** False also for a name that leads nowhere. */
export function isFolder(files: Files, path: string): boolean {
  try {
    return files.list(path) !== undefined;
  } catch (error) {
    if (errorCode(error) === 'ELOOP') return false;
    throw error;
  }
}

function placeText({ path, of }: UsualPlace): string {
  return of === '' ? path : `${path} (${of})`;
}

/** Whether a path is taken as a glob if no file has that name. */
export function isGlob(path: string): boolean {
  return /[*?[\]{}!]/.test(path);
}

/** A glob can match rotated files without their log, so the last modified ones come last. */
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
  /** As in LogFile, but with all links resolved. */
  follows: readonly string[];
  hasHole: boolean;
}

/**
 * The log and its rotated siblings, those that are regular files; siblings of the same age in the order of their names.
 * If the log is a link, as in /var/log/containers, the siblings are next to the file that it leads to.
 */
function withSiblings(files: Files, live: string, lost: Map<string, string>): Sibling[] {
  const real = unlessLost(live, lost, false, () => files.real(live));
  const lives = real === undefined || real === live ? [live] : [live, real];
  const siblings = new Map<string, Pick<Sibling, 'path' | 'real' | 'age'>>();
  for (const one of lives) {
    const base = basename(one);
    for (const name of files.list(dirname(one)) ?? []) {
      const age = ageOf(base, name);
      const path = join(dirname(one), name);
      if (!age) continue;
      const seen = unlessLost(path, lost, !isLive(age), () => look(files, path));
      if (!seen || siblings.has(seen.real)) continue;
      siblings.set(seen.real, { path, real: seen.real, age: settleAge(age, seen.facts.mtime) });
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

/** Undefined if there is no file. */
function look(files: Files, path: string): { facts: FileFacts; real: string } | undefined {
  const facts = files.stat(path);
  return facts?.isFile ? { facts, real: files.real(path) ?? path } : undefined;
}

/**
 * What `look` finds; undefined if the name leads nowhere, which is noted. Of the log itself, only a link to itself is: not
 * being allowed to look at it is an error.
 */
function unlessLost<T>(
  path: string,
  lost: Map<string, string>,
  isSibling: boolean,
  look: () => T,
): T | undefined {
  try {
    return look();
  } catch (error) {
    const code = errorCode(error);
    const isLost = code === 'ELOOP' || (isSibling && code === 'EACCES');
    if (!isSystemError(error) || !isLost) throw error;
    lost.set(path, error.message);
    return undefined;
  }
}
