import { basename, join } from 'node:path';
import { sha256 } from '../platform/digest.ts';
import { isSystemError } from '../platform/errors.ts';
import { troubleText } from '../platform/system-errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import type { StorePriceFile } from './pricing-settings.ts';

/** The name includes the digest, so a new copy can be written before `.store.json` switches from the old one to it. */
export function copyPath(dir: string, { sha256 }: Pick<StorePriceFile, 'sha256'>): string {
  return join(dir, `.price-file-${sha256.slice(0, 16)}.json`);
}

/** The text of the store's price file, or what is wrong with its copy: a predicate. */
export function readCopy(
  files: Files,
  dir: string,
  file: StorePriceFile,
): { text: string } | { problem: string } {
  try {
    return readSound(files, dir, file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return { problem: `cannot be read (${troubleText(error)})` };
  }
}

function readSound(files: Files, dir: string, file: StorePriceFile): { text: string } | { problem: string } {
  const path = copyPath(dir, file);
  const facts = files.stat(path);
  if (!facts) return { problem: 'is missing' };
  // A link, a pipe, a device: this program did not write it, and reading it may never end.
  if (!facts.isFile || files.real(path) !== join(files.real(dir) ?? dir, basename(path)))
    return { problem: 'is not the file that was written' };
  if (facts.size !== file.bytes) return { problem: `has ${facts.size} bytes, and had ${file.bytes}` };
  const bytes = readWhole(files, path);
  if (!bytes || sha256(bytes) !== file.sha256) return { problem: 'has other content than was written' };
  return { text: bytes.toString() };
}

/** Writes and syncs the copy. Only then may `.store.json` name it. */
export function writeCopy(files: Files, dir: string, file: StorePriceFile, text: string): void {
  replaceFile(files, copyPath(dir, file), text);
}

/** Removes copies that `.store.json` does not name: earlier ones, and those that a killed run left. */
export function removeOtherCopies(files: Files, dir: string, file: StorePriceFile | null): void {
  const kept = file && copyPath(dir, file);
  for (const name of files.list(dir) ?? []) {
    const path = join(dir, name);
    if (/^\.price-file-[0-9a-f]{16}\.json(?:\.tmp)?$/.test(name) && path !== kept) files.remove(path);
  }
}
