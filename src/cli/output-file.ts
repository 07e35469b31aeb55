import { randomBytes } from 'node:crypto';
import { open, realpath, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { InputOutputError, isSystemError, UsageError } from '../platform/errors.ts';
import { errorCode } from '../platform/files.ts';
import { writeAll } from './context.ts';

/** Where an export goes. */
export interface Target {
  /** With links followed. */
  path: string;
  /** A pipe or a device is written into; there is nothing to rename. */
  isFile: boolean;
}

/**
 * Looks at the path that a person named. Throws UsageError for a folder, and for a place inside the store, where only
 * the store's own files may be; InputOutputError where the file's folder is not there.
 */
export async function findTarget(named: string, store: { dir: string; statePath: string }): Promise<Target> {
  if (named === '' || named.endsWith(sep)) throw new UsageError(`'${named}' is no name of a file.`);
  const target = await resolveTarget(resolve(named), named);
  if (!target.isFile) return target;
  const dir = await realpath(store.dir);
  const place = relative(dir, target.path);
  if (!place.startsWith(`..${sep}`))
    throw new UsageError(
      `${named} is inside the store ${store.dir}, which holds nothing but its own files. Name a file elsewhere.`,
    );
  // It may have been named through a link.
  if (target.path === (await realpath(store.statePath).catch(() => store.statePath)))
    throw new UsageError(`${named} is the state of the store ${store.dir}.`);
  return target;
}

async function resolveTarget(path: string, named: string): Promise<Target> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw new UsageError(`${named} is a folder. Name a file in it.`);
  if (found && !found.isFile()) return { path, isFile: false };
  if (found) return { path: await realpath(path), isFile: true };
  const folder = await realpath(dirname(path)).catch((cause: unknown) => {
    throw new InputOutputError(
      `the folder of ${named} is not there. Make it first: mkdir -p ${dirname(named)}`,
      {
        cause,
      },
    );
  });
  return { path: join(folder, basename(path)), isFile: true };
}

/**
 * Writes a file of mode 0600 that is there as a whole or not at all: beside its place, then renamed over what stood
 * there. Between pieces the process hears signals: SIGINT, SIGTERM and SIGHUP leave nothing behind. Throws
 * InputOutputError that names the file.
 */
export async function writeFile(target: Target, pieces: Iterable<string>): Promise<void> {
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
      await handle.chmod(0o600);
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
  // The signal does now what it would have done before.
  process.kill(process.pid, ending.signal.reason as NodeJS.Signals);
  throw new InputOutputError(`${path} was not written: interrupted`);
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A pipe or a device: what its reader does not take is not our matter. */
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

/** What the system refused, with the name that it leaves out; any other error as it is. */
function refuse(error: unknown, named: string): never {
  if (!isSystemError(error)) throw error;
  throw new InputOutputError(`cannot write ${named}: ${error.message}. What stood there is unchanged`, {
    cause: error,
  });
}

/** So that a crash of the machine does not bring the old file back. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
