import { parseLogs } from '../../ingest/parse-logs.ts';
import type { ParseResult } from '../../ingest/tally.ts';
import { BusyError, InputOutputError } from '../../platform/errors.ts';
import { nodeFiles } from '../../platform/files.ts';
import { progressLine } from '../../report/parse-line.ts';
import type { SpokenContext } from '../language.ts';
import { listenForInterrupts, Stopped, type Interrupts } from '../terminal/interrupts.ts';
import { warningLines } from '../reporting/warnings.ts';
import { parseRequest } from './parse-request.ts';
import { showProgress } from '../terminal/show-progress.ts';
import { lineView, liveView, type Seen } from './watch-view.ts';
import type { StoreOptions } from '../options/store-options.ts';

export interface WatchOptions extends StoreOptions {
  /** Seconds. */
  refreshInterval: number;
}

/**
 * Runs `parse` repeatedly and shows the store, until it is stopped. Works next to other runs: whichever holds the lock
 * stores. Throws what `parse` throws; after the first look it waits out errors of input and output.
 */
export async function watch(context: SpokenContext, options: WatchOptions): Promise<void> {
  const interrupts = listenForInterrupts();
  const view = context.stdoutIsTerminal ? liveView(context, options) : lineView(context);
  const seen: Seen = {
    began: Date.now(),
    rounds: 0,
    rejectedLines: 0,
    obstacle: null,
    warnings: [],
    isOver: false,
  };
  try {
    for (let isFirst = true; !interrupts.isStopped; isFirst = false) {
      const began = Date.now();
      const result = await look(context, options, interrupts, seen, isFirst);
      if (result) note(seen, result);
      if (interrupts.isStopped) break;
      await view.show(seen, result);
      const took = Date.now() - began;
      // If a look takes long, because the store is large, there are fewer.
      await interrupts.wait(Math.max(options.refreshInterval * 1000 - took, took));
    }
  } finally {
    interrupts.close();
  }
  seen.isOver = true;
  await view.end(seen);
}

/** One run; undefined if it could not run, or was stopped. */
async function look(
  context: SpokenContext,
  options: WatchOptions,
  interrupts: Interrupts,
  seen: Seen,
  isFirst: boolean,
): Promise<ParseResult | undefined> {
  const progress = context.stderrIsTerminal ? showProgress(context, progressLine) : undefined;
  try {
    const result = await parseLogs(nodeFiles, {
      ...(await parseRequest(options)),
      onProgress: async (state) => {
        progress?.update(state);
        await interrupts.check();
      },
    });
    const { missing } = result;
    seen.obstacle = missing.length > 0 ? `no log at ${missing.join(', ')} right now` : null;
    return result;
  } catch (error) {
    if (error instanceof Stopped) return undefined;
    if (error instanceof BusyError) {
      seen.obstacle = 'another run is using the store; trying again';
      return undefined;
    }
    // No reason to end: a log is missing for a moment while it is rotated, and a full disk may have room again.
    if (isFirst || !(error instanceof InputOutputError)) throw error;
    seen.obstacle = error.message;
    return undefined;
  } finally {
    progress?.clear();
  }
}

const KEPT = 3;

function note(seen: Seen, result: ParseResult): void {
  seen.rounds += result.rounds;
  seen.rejectedLines += result.rejectedLines;
  // A run repeats what is still so.
  seen.warnings = [...new Set([...seen.warnings, ...warningLines(result)])].slice(-KEPT);
}
