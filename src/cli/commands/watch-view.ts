import type { ParseResult } from '../../ingest/tally.ts';
import { nodeFiles } from '../../platform/files.ts';
import { printableMessage } from '../../platform/clean-text.ts';
import { plural } from '../../platform/count-text.ts';
import { liveLines, redraw } from '../../report/live-text.ts';
import { parseLine } from '../../report/parse-line.ts';
import { inCurrency } from '../../query/currency.ts';
import { readSnapshot } from '../../store/read.ts';
import { findStore } from '../../store/store.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import type { SpokenContext } from '../language.ts';
import { warningLines } from '../reporting/warnings.ts';
import { currencyOf } from '../reporting/report-currency.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { screenOf } from '../reporting/screen.ts';

/** What a watch has seen so far. */
export interface Seen {
  /** Milliseconds since 1970 UTC. */
  began: number;
  rounds: number;
  rejectedLines: number;
  /** Why the last look failed or was incomplete. */
  obstacle: string | null;
  /** The latest warnings. */
  warnings: string[];
  isOver: boolean;
}

export interface WatchView {
  /** Called after each look; `result` is undefined if it failed. */
  show: (seen: Seen, result: ParseResult | undefined) => Promise<void>;
  end: (seen: Seen) => Promise<void>;
}

/** For a terminal: the store, redrawn in place. */
export function liveView(context: SpokenContext, { dataDir }: { dataDir: string }): WatchView {
  const local = localTimeOf(context, undefined);
  const timeOf = (ms: number): string => local.isoOf(ms).slice(11, 19);
  const store = cachedSessions(context, dataDir);
  let drawn: string[] = [];
  const draw = async (seen: Seen): Promise<void> => {
    const { obstacle } = seen;
    const report = {
      ...seen,
      began: timeOf(seen.began),
      now: timeOf(Date.now()),
      notes: obstacle === null ? seen.warnings : [...seen.warnings, obstacle],
    };
    const lines = liveLines(report, store(), screenOf(context), context.rows - 1);
    await context.write(redraw(drawn, lines, context.columns));
    drawn = lines;
  };
  return { show: draw, end: draw };
}

/** The store's sessions, read again only after a commit, by this run or another. */
function cachedSessions(context: SpokenContext, dir: string): () => readonly SessionEntry[] {
  let sessions: SessionEntry[] = [];
  let known = '';
  return () => {
    const store = findStore(nodeFiles, dir);
    const facts = store && nodeFiles.stat(store.statePath);
    if (!facts) return sessions;
    const key = `${facts.ino} ${facts.mtime} ${facts.size}`;
    if (key === known) return sessions;
    const view = currencyOf(context, [dir], undefined);
    sessions = [...inCurrency(readSnapshot(dir).sessions, view).values()];
    known = key;
    return sessions;
  };
}

/** For anything else: a line for the first look and for each that stored something. */
export function lineView(context: SpokenContext): WatchView {
  const local = localTimeOf(context, undefined);
  const stamp = (): string => local.isoOf(Date.now());
  let isFirst = true;
  let warned: string | null = null;
  return {
    async show({ obstacle }, result) {
      if (obstacle !== null && obstacle !== warned) context.warn(`monitor: ${printableMessage(obstacle)}\n`);
      warned = obstacle;
      if (!result) return;
      for (const warning of warningLines(result)) context.warn(`monitor: ${warning}\n`);
      if (isFirst || result.rounds + result.rejectedLines > 0)
        await context.write(`${stamp()} ${parseLine(result)}`);
      isFirst = false;
    },
    end: ({ rounds, rejectedLines, began }) =>
      context.write(
        `${stamp()} watched since ${local.isoOf(began)}: ${plural(rounds, 'round')} stored, ${rejectedLines} rejected\n`,
      ),
  };
}
