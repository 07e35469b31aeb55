import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { InputOutputError, UsageError } from '../platform/errors.ts';
import { parsePriceEntries, type FileEntry } from './price-entries.ts';
import type { Prices, PriceSchedule } from './schedule.ts';

/** A file of prices, as `--prices` names one: one group for each `match`, in the file's order. */
export interface PriceFile {
  /** Without its folder, so that a file that is moved stays the same source. */
  name: string;
  groups: PriceGroup[];
}

interface PriceGroup {
  /** Lower case, as are the aliases; `*` stands for any text. */
  match: string;
  aliases: Set<string>;
  schedule: PriceSchedule;
  /** `prices.json qwen-max*`, and where the file says the price is from. */
  source: string;
}

/** Throws an InputOutputError (the file cannot be read) or a UsageError (it is no price file). */
export async function readPriceFile(path: string): Promise<PriceFile> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InputOutputError(`Cannot read the price file ${path}: ${reason}`, { cause });
  });
  return parsePriceFile(text, path);
}

/** Throws a UsageError that names the file, the entry, the field and what was expected. */
export async function parsePriceFile(text: string, path: string): Promise<PriceFile> {
  const entries = await parsePriceEntries(text, path);
  const matches = [...new Set(entries.map((entry) => entry.match.toLowerCase()))];
  const groups = matches.map((match) => {
    const dated = entries.filter((entry) => entry.match.toLowerCase() === match);
    return groupOf(match, dated, path);
  });
  refuseSharedAliases(groups, path);
  return { name: basename(path), groups };
}

/** The group that names the model: exactly, else as an alias, else by the glob with the most letters. */
export function findInPriceFile(file: PriceFile, model: string): PriceGroup | undefined {
  const name = model.toLowerCase();
  return (
    file.groups.find((group) => group.match === name) ??
    file.groups.find((group) => group.aliases.has(name)) ??
    file.groups
      .filter((group) => matchesGlob(group.match, name))
      .toSorted((a, b) => letters(b.match) - letters(a.match))[0]
  );
}

/** `*` is any text, everything else itself. Each part is looked for once, from left to right: no backtracking. */
export function matchesGlob(glob: string, name: string): boolean {
  const [head = '', ...parts] = glob.split('*');
  const tail = parts.pop();
  if (tail === undefined) return glob === name;
  if (!name.startsWith(head)) return false;
  let at = head.length;
  for (const part of parts) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - tail.length >= at && name.endsWith(tail);
}

function letters(glob: string): number {
  return glob.replaceAll('*', '').length;
}

/** Entries of one match and different `effective_from` are one schedule. */
function groupOf(match: string, dated: FileEntry[], path: string): PriceGroup {
  const entries = dated.toSorted((a, b) => startOf(a) - startOf(b));
  const twice = entries.find((entry, i) => i > 0 && startOf(entry) === startOf(entries[i - 1] ?? entry));
  if (twice) {
    const from = twice.effective_from ?? 'the beginning (no effective_from)';
    throw new UsageError(
      `${path}: two entries match "${match}" from ${from} on. Give each its own effective_from, or keep one.`,
    );
  }
  const sources = new Set(entries.flatMap((entry) => entry.source ?? []));
  const note = sources.size > 0 ? ` (${[...sources].join('; ')})` : '';
  return {
    match,
    aliases: new Set(entries.flatMap((entry) => entry.aliases ?? []).map((alias) => alias.toLowerCase())),
    schedule: { prices: entries.map(pricesOf) },
    source: `${basename(path)} ${match}${note}`,
  };
}

function pricesOf(entry: FileEntry): Prices {
  const { match: _match, aliases: _aliases, source: _source, effective_from: from, tiers, ...rates } = entry;
  return {
    ...(from !== undefined && { from }),
    ...rates,
    ...(tiers && { tiers: tiers.toSorted((a, b) => a.above - b.above) }),
  };
}

function startOf(entry: FileEntry): number {
  return entry.effective_from === undefined ? -Infinity : Date.parse(entry.effective_from);
}

function refuseSharedAliases(groups: readonly PriceGroup[], path: string): void {
  const owners = new Map<string, string>();
  for (const group of groups) {
    for (const alias of group.aliases) {
      const owner = owners.get(alias);
      if (owner !== undefined) {
        throw new UsageError(
          `${path}: "${alias}" is an alias of "${owner}" and of "${group.match}". Keep one.`,
        );
      }
      owners.set(alias, group.match);
    }
  }
}
