import { basename, dirname, join } from 'node:path';
import { cleanLine } from '../../platform/clean-text.ts';
import { InputOutputError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { globMatcher } from '../../platform/glob.ts';
import { gatewayOf, openStore } from '../../store/store.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { isSameName, unknownGateway } from './gateway-names.ts';

/** The folders of the stores that are asked for, each once. */
export async function storeDirs({ dataDir, gateway }: StoresOptions): Promise<string[]> {
  const dirs = once((await Promise.all(dataDir.map(expanded))).flat());
  return gateway ? ofGateways(dirs, gateway) : dirs;
}

/** The same without the library for globs; undefined if that is needed, or a glob matches no store. */
export function plainStoreDirs(given: readonly string[]): string[] | undefined {
  const dirs: string[] = [];
  for (const one of given) {
    const found = isGlob(one) ? inFolder(one) : [one];
    if (!found || found.length === 0) return undefined;
    dirs.push(...found);
  }
  return once(dirs);
}

function once(dirs: readonly string[]): string[] {
  const byPlace = new Map<string, string>();
  for (const dir of dirs) {
    const real = nodeFiles.real(dir) ?? dir;
    if (!byPlace.has(real)) byPlace.set(real, dir);
  }
  return [...byPlace.values()];
}

function ofGateways(dirs: readonly string[], wanted: readonly string[]): string[] {
  const named = dirs.map((dir) => ({ dir, name: gatewayOf(openStore(nodeFiles, dir)) }));
  const unknown = wanted.find((one) => !named.some(({ name }) => isSameName(name, one)));
  if (unknown === undefined)
    return named.filter(({ name }) => wanted.some((one) => isSameName(name, one))).map(({ dir }) => dir);
  throw unknownGateway(unknown, named);
}

/** The folder with this name, or else the stores that match it as a glob. */
async function expanded(given: string): Promise<string[]> {
  if (!isGlob(given)) return [given];
  const stores = inFolder(given) ?? (await inFolders(given));
  if (stores.length > 0) return stores;
  throw new InputOutputError(
    `no store matches ${cleanLine(given)}. Name folders that 'monitor parse --output-dir' has made`,
  );
}

function isGlob(given: string): boolean {
  return /[*?[\]{}!]/.test(given) && !nodeFiles.stat(given);
}

/** The stores that a glob like `/srv/gateways/*` matches, which most crontabs have; undefined for any other glob. */
function inFolder(given: string): string[] | undefined {
  const glob = withoutSlash(given);
  const [folder, name] = [dirname(glob), basename(glob)];
  if (name.includes('**') || /[?[\]{}!()+@|\\]/.test(glob) || folder.includes('*')) return undefined;
  const matches = globMatcher(name);
  const names = (nodeFiles.list(folder) ?? []).filter(matches);
  return storesIn(names.map((one) => (glob.includes('/') ? `${folder === '/' ? '' : folder}/${one}` : one)));
}

async function inFolders(given: string): Promise<string[]> {
  const { default: glob } = await import('fast-glob');
  return storesIn(
    await glob(withoutSlash(given), { onlyDirectories: true, suppressErrors: true, dot: true }),
  );
}

function withoutSlash(glob: string): string {
  return glob.replace(/(?<=.)\/+$/, '');
}

function storesIn(dirs: readonly string[]): string[] {
  return dirs.filter((dir) => STORE_FILES.some((name) => nodeFiles.stat(join(dir, name)))).toSorted();
}

/** Of a store that lacks one of them, its error is to be told. */
const STORE_FILES = ['.store.json', '.state.json'];
