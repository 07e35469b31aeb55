import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { cleanLine, printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { InputOutputError, UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { exportDataset, type ExportedDataset } from '../../parquet/export-dataset.ts';
import { lostText } from '../../report/numbers.ts';
import { readSnapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import type { Context } from '../context.ts';
import { storeDirs } from '../reporting/store-dirs.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import type { ExportOptions } from './export-action.ts';

/** What chooses rounds, or changes them. A dataset has all rounds, as they are: the engine that reads it chooses. */
const CHOICES = [
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

/** Brings a dataset of Parquet files to what the stores have. */
export async function exportParquet(context: Context, dir: string, options: ExportOptions): Promise<void> {
  const chosen = CHOICES.find(([key]) => options[key] !== undefined);
  if (chosen)
    throw new UsageError(
      `${chosen[1]} does not work with parquet: a dataset has all rounds. Choose from them in the engine that reads it`,
    );
  if (dir === '-' || dir === '')
    throw new UsageError('parquet is a folder of files: name a folder, not stdout');
  const snapshots = (await storeDirs(options)).map((store) => readSnapshot(store));
  for (const snapshot of snapshots) refuseInside(dir, snapshot.dir);
  const withContent = options.withContent === true;
  const textless = withContent ? snapshots.find(({ noContent }) => noContent) : undefined;
  if (textless) context.warn(`monitor: the store ${textless.dir} keeps no text: its rows have none\n`);
  try {
    const done = await exportDataset(nodeFiles, dir, snapshots, { withContent, now: context.now });
    if (!options.quiet) await context.write(`${printableMessage(dir)}: ${doneText(done)}\n`);
    warnOf(context, done);
    const lost = snapshots.reduce((sum, { state }) => sum + lostRoundsOf(state), 0);
    if (lost > 0) context.warn(`monitor: ${lostText(lost)}: see monitor doctor\n`);
    if (options.strict) requirePrices(done.total(), true);
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

function doneText({ rounds, files, rewritten, isUnchanged }: ExportedDataset): string {
  if (isUnchanged) return 'nothing new';
  const added = `${plural(rounds, 'round')} in ${plural(files, 'new file')}`;
  if (rewritten.length === 0) return added;
  return `${added}; ${plural(rewritten.length, 'day')} written again: earlier rounds changed`;
}

function warnOf(context: Context, { missing, unequal, strange }: ExportedDataset): void {
  if (missing > 0)
    context.warn(
      `monitor: ${plural(missing, 'round')} ${missing === 1 ? 'is' : 'are'} missing: pruned before they were exported. ` +
        'An export into a new folder has their sums\n',
    );
  if (unequal.length > 0)
    context.warn(
      `monitor: the files of ${plural(unequal.length, 'day')} do not add up to the stores' sums (${unequal.slice(0, 3).join(', ')}${unequal.length > 3 ? ', …' : ''}): ` +
        'export into a new folder\n',
    );
  const [first] = strange;
  if (first !== undefined)
    context.warn(
      `monitor: ${plural(strange.length, 'file')} in this dataset ${strange.length === 1 ? 'is' : 'are'} not of an export, and would be read with it: ${cleanLine(first)}\n`,
    );
}

/** Throws UsageError for a place inside a store, which may hold only the store's own files. */
function refuseInside(named: string, store: string): void {
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
