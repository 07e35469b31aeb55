import { basename, dirname, join, resolve } from 'node:path';
import { InputOutputError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import { DOCKERS_PLACE, USUAL_PLACES, type UsualPlace } from '../platform/log-places.ts';
import { compressionSuffix } from './compression.ts';
import { ageOf, compareAge, isNextAge, settleAge, type Age } from './rotated-name.ts';

export interface LogFile {
  path: string;
  /** The --log-path that led to the file, made absolute. */
  pattern: string;
  /** According to its name. To read it, openLog goes by its bytes. */
  compressed: boolean;
  /** Paths of the log that was rotated just before this one began: plain, compressed, or both. */
  follows?: readonly string[];
  /** Judging by the names, there may have been another log between the two. */
  hasHole?: true;
}

/**
 * The files that the given paths and globs name, with their rotated siblings: the oldest first, the live one last. A
 * file that two patterns or links lead to is listed once. `missing` has the patterns that match no file.
 */
export async function discoverLogs(
  files: Files,
  patterns: readonly string[],
): Promise<{ logs: LogFile[]; missing: string[] }> {
  /** By their paths with all links resolved. */
  const found = new Map<string, Sibling & { pattern: string }>();
  const missing: string[] = [];
  for (const given of patterns) {
    const pattern = resolve(given);
    let siblings = withSiblings(files, pattern);
    // An existing name is not a glob, whatever characters it has.
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
      compressed: compressionSuffix(real) !== '',
      ...(follows.length > 0 && { follows: follows.map(pathOf) }),
      ...(hasHole && { hasHole }),
    })),
    missing,
  };
}

/** Says so if a path is a folder: people pass one when they mean the log in it. */
export function noLogError(files: Files, missing: readonly string[]): InputOutputError {
  const places = missing.map((path) =>
    files.list(path) === undefined ? path : `${path} (a folder: name the log in it)`,
  );
  return new InputOutputError(
    `no access log at ${places.join(', ')}, nor a rotated one next to it. ` +
      `Name it with --log-path; Higress writes it to ${USUAL_PLACES.map(placeText).join(', ')}. ` +
      `Docker keeps what a container prints in ${placeText(DOCKERS_PLACE)}`,
  );
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
function withSiblings(files: Files, live: string): Sibling[] {
  const real = files.real(live);
  const lives = real === undefined || real === live ? [live] : [live, real];
  const siblings = new Map<string, Pick<Sibling, 'path' | 'real' | 'age'>>();
  for (const one of lives) {
    const base = basename(one);
    for (const name of files.list(dirname(one)) ?? []) {
      const age = ageOf(base, name);
      const path = join(dirname(one), name);
      const facts = age && files.stat(path);
      if (!age || !facts?.isFile) continue;
      const key = files.real(path) ?? path;
      if (!siblings.has(key)) siblings.set(key, { path, real: key, age: settleAge(age, facts.mtime) });
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
