import { readWhole, type Files } from '../platform/files.ts';
import type { SiteTree } from './site-tree.ts';

/** What an earlier build wrote about its site: one file with the path of every page. */
export interface OldManifest {
  /** A digest of the id of the store; empty in the oldest ones. */
  store: string;
  /** Not checked: `SiteTree.find` knows none that is not a page's. */
  paths: string[];
}

const NAME = 'manifest';
const TAB = '\t';

/**
 * Undefined if there is none. Its lines are `s<file>`, a key, and path and key of each page, or `p<path>` and a key. A
 * damaged one has no paths: pages that are no longer needed stay.
 */
export function oldManifest(files: Files, tree: SiteTree): OldManifest | undefined {
  const text = readWhole(files, tree.ownPath(NAME))?.toString();
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  const [mark, , count, store = ''] = lines[0]?.split(TAB) ?? [];
  const isWhole = lines.pop() === '' && Number(count) === lines.length - 1;
  if (mark !== 'monitor site 1' || !isWhole) return { store: '', paths: [] };
  return { store, paths: lines.slice(1).flatMap(pathsOf) };
}

function pathsOf(line: string): string[] {
  const fields = line.slice(1).split(TAB);
  if (!line.startsWith('s')) return fields.slice(0, 1);
  return fields.slice(2).filter((_, i) => i % 2 === 0);
}

export function removeOldManifest(files: Files, tree: SiteTree): void {
  files.remove(tree.ownPath(NAME));
}
