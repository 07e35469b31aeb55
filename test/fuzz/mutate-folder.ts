import { spawnSync } from 'node:child_process';
import {
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import type { Random } from './case.ts';
import { mutateJson } from './mutate-json.ts';
import { mutateBytes } from './mutate-text.ts';

// prettier-ignore
const ODD_NAMES: readonly string[] = [
  '__proto__.json', 'a\nb.json', '\u202eb.json', '%2e%2e%2fx.json', '.state.json.tmp', '.store.json.tmp', 'x.tmp',
  '.index-9.jsonl', '.index-9.base', '.prices-9.jsonl', '.memory-x', '.lock', 'README', 'manifest.tmp', 'journal',
];

/**
 * Changes one file of a folder, or puts something else in its place: a link to something in `victim`, or a second name
 * of `linkable`. Returns what it did.
 */
export function mutateFolder(
  folder: string,
  victim: string,
  random: Random,
  linkable = join(victim, 'file'),
): string {
  const names = filesOf(folder);
  if (names.length === 0) return 'nothing';
  // The hidden files say what the others are.
  const hidden = names.filter((name) => /(?:^|\/)\./.test(name));
  const name = random.pick(hidden.length > 0 && random.chance(0.6) ? hidden : names);
  const path = join(folder, name);
  const changes: Record<string, () => void> = {
    'JSON changed in': () => changeLines(path, random, mutateJson),
    'lines changed in': () => changeLines(path, random),
    'bytes changed in': () => writeFileSync(path, mutateBytes(readFileSync(path), random)),
    emptied: () => writeFileSync(path, ''),
    removed: () => rmSync(path),
    'in its place, a link to a file:': () => replaced(path, () => symlinkSync(join(victim, 'file'), path)),
    'in its place, a link to nothing:': () => replaced(path, () => symlinkSync(join(victim, 'new'), path)),
    'in its place, a link to a folder:': () => replaced(path, () => symlinkSync(victim, path)),
    'in its place, a second name of a file:': () => replaced(path, () => linkSync(linkable, path)),
    'in its place, a pipe:': () => replaced(path, () => spawnSync('mkfifo', [path])),
    'in its place, a folder:': () => replaced(path, () => mkdirSync(path)),
    'in its place, another file:': () => writeFileSync(path, readFileSync(join(folder, random.pick(names)))),
    renamed: () => renameSync(path, join(folder, random.pick(ODD_NAMES))),
    copied: () => {
      const copy = join(folder, random.pick(ODD_NAMES));
      // An earlier step may have put a pipe there.
      rmSync(copy, { recursive: true, force: true });
      writeFileSync(copy, readFileSync(path));
    },
  };
  const kinds = Object.keys(changes);
  const what = random.pick(random.chance(0.5) ? kinds.slice(0, 3) : kinds);
  try {
    changes[what]?.();
  } catch {
    // An earlier step put something else in the place of a file.
    return `could not be: ${what} ${JSON.stringify(name)}`;
  }
  return `${what} ${JSON.stringify(name)}`;
}

function replaced(path: string, make: () => void): void {
  rmSync(path);
  make();
}

/** Changes one line; or without `change`, drops, doubles or moves it. */
function changeLines(path: string, random: Random, change?: (line: string, random: Random) => string): void {
  const lines = readFileSync(path, 'utf8').split('\n');
  const at = random.int(0, Math.max(0, lines.length - 2));
  const [line, other] = [lines[at] ?? '', random.int(0, lines.length - 1)];
  const changed = change
    ? lines.with(at, change(line, random))
    : random.pick([
        lines.toSpliced(at, 1),
        lines.toSpliced(at, 0, line),
        lines.with(at, lines[other] ?? '').with(other, line),
        lines.slice(0, at),
      ]);
  writeFileSync(path, changed.join('\n'));
}

/** The regular files of a folder, sorted, at any depth. */
function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => lstatSync(join(folder, name)).isFile())
    .toSorted();
}
