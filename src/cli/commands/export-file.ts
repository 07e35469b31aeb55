import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InputOutputError, isSystemError, UsageError } from '../../platform/errors.ts';
import { errorCode } from '../../platform/files.ts';
import { remedyText } from '../../platform/system-errors.ts';
import { writeAll } from '../context.ts';

/** Where an export goes. */
export interface Target {
  /** With symbolic links resolved. */
  path: string;
  /** False for a pipe or a device, which is written in place. */
  isFile: boolean;
}

/**
 * Checks the path that the user named. Throws UsageError for a directory, and for a place inside a store or a site, which
 * hold only their own files; InputOutputError if the file's directory does not exist.
 */
export async function findTarget(
  named: string,
  stores: readonly { dir: string; statePath: string }[],
): Promise<Target> {
  if (named === '' || named.endsWith(sep)) throw new UsageError(`'${named}' is not a file name`);
  const target = await resolveTarget(resolve(named), named);
  if (!target.isFile) return target;
  for (const store of stores) await refuseInside(target, named, store);
  await refuseOwned(target.path, named);
  return target;
}

/** What a folder has that belongs to the program. */
const MARKS: readonly (readonly [what: 'store' | 'site', file: string])[] = [
  ['store', '.store.json'],
  ['site', join('.monitor', 'head')],
  ['site', join('.monitor', 'lock')],
];

/** Throws UsageError for a path inside a store or a site: an export would take the place of a page, or be served with the site; in another store, it would be damage. */
export async function refuseOwned(path: string, named: string): Promise<void> {
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    for (const [what, mark] of MARKS) {
      const isThere = await stat(join(dir, mark)).then(
        () => true,
        () => false,
      );
      if (isThere)
        throw new UsageError(
          `${named} is inside the ${what} ${dir}, which holds only its own files: choose another place`,
        );
    }
    if (dir === dirname(dir)) return;
  }
}

async function refuseInside(
  target: Target,
  named: string,
  store: { dir: string; statePath: string },
): Promise<void> {
  const dir = await realpath(store.dir);
  const place = relative(dir, target.path);
  if (!place.startsWith(`..${sep}`))
    throw new UsageError(
      `${named} is inside the store ${store.dir}, which holds only its own files: choose another place`,
    );
  // It may have been named through a link.
  if (target.path === (await realpath(store.statePath).catch(() => store.statePath)))
    throw new UsageError(`${named} is the state file of the store ${store.dir}: choose another place`);
}

async function resolveTarget(path: string, named: string): Promise<Target> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UsageError(`${named} is a directory: name a file in it`);
  if (found && !found.isFile()) return { path, isFile: false };
  if (found) return { path: await realpath(path), isFile: true };
  const folder = await realpath(dirname(path)).catch((cause: unknown) => {
    throw new InputOutputError(
      `the directory of ${named} does not exist. Create it with: mkdir -p ${dirname(named)}`,
      {
        cause,
      },
    );
  });
  return { path: join(folder, basename(path)), isFile: true };
}

/**
 * Writes a file, of mode 0600 unless another is given, completely or not at all: to a temporary file next to it, which is then renamed. Signals are
 * handled between pieces: after SIGINT, SIGTERM or SIGHUP no temporary file is left. Throws an InputOutputError that names
 * the file.
 */
export async function writeFile(
  target: Target,
  pieces: Iterable<string>,
  { mode = 0o600 }: { mode?: number | undefined } = {},
): Promise<void> {
  if (!target.isFile) return await writeInto(target.path, pieces);
  const { path } = target;
  const temporary = join(
    dirname(path),
    // A name may have 255 bytes, and a character of it may take three.
    `.${basename(path).slice(0, 70)}.${randomBytes(4).toString('hex')}.tmp`,
  );
  const ending = new AbortController();
  const end = (signal: NodeJS.Signals): void => ending.abort(signal);
  for (const signal of SIGNALS) process.once(signal, end);
  try {
    await withHandle(temporary, 'wx', path, async (handle) => {
      await handle.chmod(mode);
      await writePieces(handle, pieces, ending.signal);
      await handle.sync();
    });
    await rename(temporary, path).catch((error: unknown) => refuse(error, path));
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    if (!ending.signal.aborted) throw error;
  } finally {
    for (const signal of SIGNALS) process.off(signal, end);
  }
  if (!ending.signal.aborted) return;
  // Ends the process as the signal would have without our handler.
  process.kill(process.pid, ending.signal.reason as NodeJS.Signals);
  throw new InputOutputError(`${path} was not written: interrupted`);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** For a pipe or a device. A reader that goes away is not an error. */
async function writeInto(path: string, pieces: Iterable<string>): Promise<void> {
  await withHandle(path, 'w', path, (handle) => writePieces(handle, pieces)).catch((error: unknown) => {
    if (errorCode(error instanceof Error ? error.cause : undefined) !== 'EPIPE') throw error;
  });
}

async function withHandle(
  path: string,
  flags: 'wx' | 'w',
  named: string,
  use: (handle: FileHandle) => Promise<void>,
): Promise<void> {
  const handle = await open(path, flags, 0o600).catch((error: unknown) => refuse(error, named));
  try {
    await use(handle);
  } catch (error) {
    refuse(error, named);
  } finally {
    await handle.close();
  }
}

async function writePieces(
  handle: FileHandle,
  pieces: Iterable<string>,
  ending?: AbortSignal,
): Promise<void> {
  const write = async (text: string): Promise<void> => {
    ending?.throwIfAborted();
    await handle.writeFile(text);
  };
  await writeAll({ write }, pieces, async () => {
    await setImmediate();
    ending?.throwIfAborted();
  });
}

/** Adds the file's name to an error of the system; rethrows any other error. */
function refuse(error: unknown, named: string): never {
  if (!isSystemError(error)) throw error;
  const message = `cannot write ${named}: ${remedyText(error)}. The old file, if any, is unchanged`;
  throw new InputOutputError(message, { cause: error });
}

/** Makes the rename survive a crash of the machine. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
