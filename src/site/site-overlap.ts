import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { cleanLine } from '../platform/clean-text.ts';
import { isSystemError, UsageError } from '../platform/errors.ts';
import type { Files } from '../platform/files.ts';
import type { StoreCommit } from '../store/read.ts';

/**
 * Throws UsageError if a site at this place would be among the store's files, or would publish the store or a log, since
 * a web server shows every file of the folder.
 */
export function refuseOverlap(
  files: Files,
  { store: { dir }, state }: Pick<StoreCommit, 'store' | 'state'>,
  siteDir: string,
): void {
  const site = placeOf(files, siteDir);
  const place = placeOf(files, dir);
  if (isIn(site, place)) {
    throw new UsageError(
      `${siteDir} is inside the store ${dir}, which holds only its own files: choose another --site-dir`,
    );
  }
  if (isIn(place, site)) throw published(siteDir, `the store ${dir}`);
  for (const { path } of state.logs) {
    if ([resolve(path), placeOf(files, path)].some((log) => isIn(log, site)))
      throw published(siteDir, `the log ${cleanLine(path)}`);
  }
}

function published(siteDir: string, what: string): UsageError {
  return new UsageError(
    `${what} is inside ${siteDir}, where a web server would show it: choose another --site-dir`,
  );
}

/** A path with its links resolved, as far as it exists and this user may look at it. */
function placeOf(files: Files, path: string): string {
  const whole = resolve(path);
  const parent = dirname(whole);
  const real = realOf(files, whole);
  return real ?? (parent === whole ? whole : join(placeOf(files, parent), basename(whole)));
}

function realOf(files: Files, path: string): string | undefined {
  try {
    return files.real(path);
  } catch (error) {
    if (isSystemError(error)) return undefined;
    throw error;
  }
}

function isIn(path: string, folder: string): boolean {
  const place = relative(folder, path);
  return place !== '..' && !place.startsWith(`..${sep}`);
}
