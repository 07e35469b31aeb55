import { join } from 'node:path';
import { cleanLine } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { InputOutputError, UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { readSnapshot, type Snapshot } from '../../store/read.ts';
import { gatewayOf, openStore } from '../../store/store.ts';
import type { ReadSnapshot } from '../../query/fetched.ts';
import type { Context } from '../context.ts';
import type { StoresOptions } from '../options/stores-options.ts';
import { isSameName, unknownGateway } from './gateway-names.ts';

/** What a report is made of: the stores, or the table of an engine. */
export async function readSource(
  context: Pick<Context, 'warn' | 'env'>,
  options: StoresOptions,
): Promise<ReadSnapshot> {
  if (options.source === undefined) return readStores(context, options);
  const { readEngine } = await import('./read-engine.ts');
  return await readEngine(context, options.source, options.gateway);
}

/** Reads the stores of a report, several as one. Throws InputOutputError for one that cannot be read. */
export async function readStores(context: Pick<Context, 'warn'>, options: StoresOptions): Promise<Snapshot> {
  if (options.source !== undefined)
    throw new UsageError(
      '--source: this report needs the rounds as they were stored, and the table has their numbers. Name the stores with --data-dir',
    );
  const dirs = await storeDirs(options);
  const [first = '', ...others] = dirs;
  if (others.length === 0) return readSnapshot(first);
  const { joinSnapshots } = await import('../../query/stores/joined-snapshot.ts');
  const joined = joinSnapshots(dirs.map((dir) => readSnapshot(dir)));
  const unsure = joined.sessions.unsureRounds();
  if (unsure > 0)
    context.warn(
      `monitor: ${plural(unsure, 'round')} of sessions that several of these stores have may count twice: they were pruned or imported\n`,
    );
  return joined;
}

/** The folders of the stores that are asked for, each once. */
export async function storeDirs({ dataDir, gateway }: StoresOptions): Promise<string[]> {
  const dirs: string[] = [];
  const seen = new Set<string>();
  for (const given of dataDir) {
    for (const dir of await expanded(given)) {
      const real = nodeFiles.real(dir) ?? dir;
      if (seen.has(real)) continue;
      seen.add(real);
      dirs.push(dir);
    }
  }
  return gateway ? ofGateways(dirs, gateway) : dirs;
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
  if (!/[*?[\]{}!]/.test(given) || nodeFiles.stat(given)) return [given];
  const { default: glob } = await import('fast-glob');
  const found = await glob(given.replace(/(?<=.)\/+$/, ''), {
    onlyDirectories: true,
    suppressErrors: true,
    dot: true,
  });
  const stores = found
    .filter((dir) => STORE_FILES.some((name) => nodeFiles.stat(join(dir, name))))
    .toSorted();
  if (stores.length > 0) return stores;
  throw new InputOutputError(
    `no store matches ${cleanLine(given)}. Name folders that 'monitor parse --output-dir' has made`,
  );
}

/** Of a store that lacks one of them, its error is to be told. */
const STORE_FILES = ['.store.json', '.state.json'];
