import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { InputOutputError, UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { readSnapshot, type Snapshot } from '../../store/read.ts';
import type { Context } from '../context.ts';
import { storeDirs } from '../reporting/store-dirs.ts';
import type { ExportOptions } from './export-action.ts';

/*
 * For exports of all rounds as they are, which others read: whoever reads them chooses.
 */

/** What chooses rounds, or changes them. */
const CHOICES = [
  ['source', '--source'],
  ['conversation', '--conversation'],
  ['groupBy', '--group-by'],
  ['model', '--model'],
  ['consumer', '--consumer'],
  ['where', '--where'],
  ['session', '--session'],
  ['agent', '--agent'],
  ['channel', '--channel'],
  ['days', '--days'],
  ['since', '--since'],
  ['until', '--until'],
  ['timezone', '--timezone'],
  ['currency', '--currency'],
  ['withMessages', '--with-messages'],
  ['redact', '--redact'],
  ['redactPatterns', '--redact-patterns'],
  ['billingAccountId', '--billing-account-id'],
  ['billingAccountName', '--billing-account-name'],
  ['billingAccountType', '--billing-account-type'],
] as const;

/** Throws UsageError for options that choose rounds. `why`: which format they do not work with, and what to do. */
export function refuseChoices(options: ExportOptions, why: string): void {
  const chosen = CHOICES.find(([key]) => options[key] !== undefined);
  if (chosen) throw new UsageError(`${chosen[1]} does not work with ${why}`);
}

/** The stores, as of one commit each. Warns if texts are asked for that a store does not keep. */
export async function wholeStores(context: Context, options: ExportOptions): Promise<Snapshot[]> {
  const snapshots = (await storeDirs(options)).map((store) => readSnapshot(store));
  const textless = options.withContent ? snapshots.find(({ noContent }) => noContent) : undefined;
  if (textless) context.warn(`monitor: the store ${textless.dir} keeps no text: its rounds have none\n`);
  return snapshots;
}

/** Throws UsageError for a place inside a store, which may hold only the store's own files. */
export function refuseInside(named: string, store: string): void {
  const path = resolve(named);
  const parent = nodeFiles.real(dirname(path));
  if (parent === undefined)
    throw new InputOutputError(
      `the directory of ${named} does not exist. Create it with: mkdir -p ${dirname(named)}`,
    );
  const real = nodeFiles.real(path) ?? join(parent, basename(path));
  const place = relative(nodeFiles.real(store) ?? store, real);
  if (place === '..' || place.startsWith(`..${sep}`)) return;
  throw new UsageError(
    `${named} is inside the store ${store}, which holds only its own files: choose another place`,
  );
}
