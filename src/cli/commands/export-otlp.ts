import { printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { nodeFiles } from '../../platform/files.ts';
import { exportTraces } from '../../otlp/export-folder.ts';
import { TraceSource, type TraceOptions } from '../../otlp/trace-source.ts';
import { emptyRow, addCell } from '../../query/aggregate.ts';
import { lostText } from '../../report/numbers.ts';
import { cellsOf } from '../../store/index/index.ts';
import type { Snapshot } from '../../store/read.ts';
import { lostRoundsOf } from '../../store/state.ts';
import { openStore } from '../../store/store.ts';
import { writeAll, type Context } from '../context.ts';
import { requirePrices } from '../reporting/require-prices.ts';
import type { ExportOptions } from './export-action.ts';
import { findTarget, writeFile } from './export-file.ts';
import { refuseChoices, refuseInside, wholeStores } from './export-whole.ts';

/** Writes traces: all of them into a file, or into a folder what it lacks. */
export async function exportOtlp(context: Context, place: string, options: ExportOptions): Promise<void> {
  refuseChoices(options, 'otlp, which has all rounds. Choose from them in the collector that reads it');
  const snapshots = await wholeStores(context, options);
  const traces = {
    withContent: options.withContent === true,
    now: context.now,
    serviceName: context.env['OTEL_SERVICE_NAME'] || undefined,
  };
  try {
    const write = isFolder(place) ? intoFolder : intoFile;
    await write(context, place, snapshots, { ...traces, quiet: options.quiet });
    if (options.strict) requirePrices(totalOf(snapshots), true);
  } finally {
    for (const snapshot of snapshots) snapshot.close();
  }
}

type WriteOptions = TraceOptions & { quiet: true | undefined };

function isFolder(place: string): boolean {
  const isNamed = place !== '-' && place !== '' && !/\.(?:jsonl|ndjson|json)$/i.test(place);
  return isNamed && nodeFiles.stat(place)?.isFile !== true;
}

async function intoFile(
  context: Context,
  file: string,
  snapshots: readonly Snapshot[],
  options: WriteOptions,
): Promise<void> {
  const stores = snapshots.map(({ dir }) => openStore(nodeFiles, dir));
  const target = file === '-' ? undefined : await findTarget(file, stores);
  const source = new TraceSource(snapshots, [], options);
  const lines = linesOf(source);
  await (target ? writeFile(target, lines) : writeAll(context, lines));
  if (target && !options.quiet) await context.write(`${printableMessage(file)}: ${doneText(source)}\n`);
  warnOfMissing(context, source, snapshots);
}

async function intoFolder(
  context: Context,
  dir: string,
  snapshots: readonly Snapshot[],
  options: WriteOptions,
): Promise<void> {
  for (const snapshot of snapshots) refuseInside(dir, snapshot.dir);
  const { source, files, isUnchanged } = exportTraces(nodeFiles, dir, snapshots, options);
  const done = isUnchanged ? 'nothing new' : `${doneText(source)}, in ${plural(files, 'new file')}`;
  if (!options.quiet) await context.write(`${printableMessage(dir)}: ${done}\n`);
  warnOfMissing(context, source, snapshots);
}

function* linesOf(source: TraceSource): Generator<string> {
  for (const { bytes } of source.requests()) yield `${bytes.toString()}\n`;
}

/** `154 rounds as 179 spans` */
function doneText({ rounds, spans }: TraceSource): string {
  return `${plural(rounds, 'round')} as ${plural(spans, 'span')}`;
}

function warnOfMissing(
  context: Pick<Context, 'warn'>,
  { pruned, lacksPruned }: TraceSource,
  snapshots: readonly Snapshot[],
): void {
  if (pruned > 0)
    context.warn(
      `monitor: ${plural(pruned, 'round')} ${pruned === 1 ? 'was' : 'were'} pruned and cannot be in this export\n`,
    );
  if (lacksPruned)
    context.warn('monitor: rounds that were pruned since the last export may be missing in this one\n');
  const lost = snapshots.reduce((sum, { state }) => sum + lostRoundsOf(state), 0);
  if (lost > 0) context.warn(`monitor: ${lostText(lost)}: see monitor doctor\n`);
}

function totalOf(snapshots: readonly Snapshot[]): ReturnType<typeof emptyRow> {
  const sum = emptyRow();
  for (const { sessions } of snapshots) for (const cell of cellsOf(sessions)) addCell(sum, cell);
  return sum;
}
