import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import manifest from '../../../package.json' with { type: 'json' };
import { printableMessage } from '../../platform/clean-text.ts';
import { sha256 } from '../../platform/digest.ts';
import { errorCode, InputOutputError, isSystemError } from '../../platform/errors.ts';
import { remedyText } from '../../platform/system-errors.ts';
import type { Context } from '../context.ts';
import { refuseOwned } from './export-file.ts';

const NAME = 'agent-session-monitor';
/** Beside the files: the SHA-256 of each, by which the next install knows that nobody changed them. */
const DIGESTS = '.installed.json';

/**
 * Puts the skill into `<dir>/agent-session-monitor`, complete or not at all. What is there is replaced only if it is a
 * skill as an earlier install left it, or with `force`. Throws InputOutputError otherwise.
 */
export async function installSkill(context: Context, dir: string, force: boolean): Promise<void> {
  const files = readSkill();
  const target = join(dir, NAME);
  await refuseOwned(resolve(target), target);
  const found = lstatSync(target, { throwIfNoEntry: false });
  if (found && !force && !isAsInstalled(target))
    throw new InputOutputError(
      `${target} exists, and is not a skill as monitor installed it: nothing was changed. ` +
        'Move it away, or replace it with --force',
    );
  try {
    put(files, dir, target);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new InputOutputError(`cannot install the skill in ${target}: ${remedyText(error)}`, {
      cause: error,
    });
  }
  await context.write(printableMessage(`${target}: skill of version ${manifest.version} installed`) + '\n');
}

/** The files of the skill that came with this program, by their path in its folder. */
function readSkill(): Map<string, Buffer> {
  const folder = join(packageFolder(), 'dist-skill', NAME);
  try {
    return readFiles(folder);
  } catch (cause) {
    if (errorCode(cause) !== 'ENOENT') throw cause;
    throw new InputOutputError(`${folder} is missing. In a clone, make it with: npm run skill`, { cause });
  }
}

/** The code is in dist, or in a folder of src. */
function packageFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!lstatSync(join(folder, 'package.json'), { throwIfNoEntry: false })) folder = dirname(folder);
  return folder;
}

/** Throws for anything that is neither a file nor a folder. */
function readFiles(folder: string): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  const visit = (inside: string): void => {
    for (const entry of readdirSync(join(folder, inside), { withFileTypes: true })) {
      const path = join(inside, entry.name);
      if (entry.isDirectory()) visit(path);
      else if (entry.isFile()) files.set(path, readFileSync(join(folder, path)));
      else throw new Error(`${path} is not a file`);
    }
  };
  visit('');
  return files;
}

function isAsInstalled(target: string): boolean {
  try {
    if (!lstatSync(target).isDirectory()) return false;
    const files = readFiles(target);
    const noted = files.get(DIGESTS)?.toString();
    files.delete(DIGESTS);
    return noted === digestsOf(files);
  } catch {
    return false;
  }
}

function digestsOf(files: ReadonlyMap<string, Buffer>): string {
  const digests = [...files]
    .map(([path, bytes]) => [path, sha256(bytes)])
    .toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(digests), null, 2)}\n`;
}

/** Writes a new folder, and renames it into place. A folder cannot take another's place, so the old one makes way first. */
function put(files: ReadonlyMap<string, Buffer>, dir: string, target: string): void {
  mkdirSync(dir, { recursive: true });
  const unique = join(dir, `.${NAME}.${randomBytes(4).toString('hex')}`);
  const [fresh, old] = [`${unique}.tmp`, `${unique}.old`];
  try {
    for (const [path, bytes] of [...files, [DIGESTS, digestsOf(files)] as const]) {
      mkdirSync(dirname(join(fresh, path)), { recursive: true });
      writeFileSync(join(fresh, path), bytes, { flag: 'wx', flush: true });
    }
    const hadOld = lstatSync(target, { throwIfNoEntry: false }) !== undefined;
    if (hadOld) renameSync(target, old);
    try {
      renameSync(fresh, target);
    } catch (error) {
      if (hadOld) renameSync(old, target);
      throw error;
    }
    rmSync(old, { recursive: true, force: true });
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
