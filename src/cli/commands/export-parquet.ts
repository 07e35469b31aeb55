import { cleanLine, printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { UsageError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { exportDataset, type ExportedDataset } from '../../parquet/export-dataset.ts';
import { lostText } from '../../report/numbers.ts';
import { lostRoundsOf } from '../../store/state.ts';
import type { Context } from '../context.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import type { ExportOptions } from './export-action.ts';
import { refuseChoices, refuseInside, wholeStores } from './export-whole.ts';

/** Brings a dataset of Parquet files to what the stores have. */
export async function exportParquet(context: Context, dir: string, options: ExportOptions): Promise<void> {
  refuseChoices(options, 'parquet: a dataset has all rounds. Choose from them in the engine that reads it');
  if (dir === '-' || dir === '')
    throw new UsageError('parquet is a folder of files: name a folder, not stdout');
  const snapshots = await wholeStores(context, options);
  for (const snapshot of snapshots) refuseInside(dir, snapshot.dir);
  const withContent = options.withContent === true;
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
