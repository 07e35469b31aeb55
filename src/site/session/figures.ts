import { sessionTotals, type Row } from '../../query/aggregate.ts';
import { exact, plural } from '../../platform/count-text.ts';
import type { SessionEntry } from '../../model/session-entry.ts';
import { costView } from '../cost-view.ts';
import { percent, shortCount, shortParts } from '../format.ts';
import type { SiteContext } from '../site-context.ts';
import { sumOfColumns } from './column.ts';
import type { Column } from './view.ts';

/** A number at the top of a page: label, value with unit, and a line of context. */
export interface Figure {
  label: string;
  value: string;
  unit: string;
  exact: string;
  context: string;
  /** Parts of the context in the colours for caution and for failure. */
  caution: string;
  failed: string;
  /** The first round with such a failure; null if there is none. */
  failedRound: number | null;
  /** Whether either of them is there. */
  hasMarked: boolean;
}

/** A session's figures. They come from the index, so that they agree with every list. */
export function sessionFigures(
  entry: SessionEntry,
  columns: readonly Column[],
  { noContent }: Pick<SiteContext, 'noContent'>,
): Figure[] {
  const sum = { ...sessionTotals(entry), rounds: entry.rounds };
  return figures(sum, columns, callsFigure(columns, entry, 1, noContent));
}

/** A closed page's figures, from its rounds. */
export function pageFigures(
  entry: SessionEntry,
  columns: readonly Column[],
  { noContent }: Pick<SiteContext, 'noContent'>,
): Figure[] {
  const calls = callsFigure(columns, entry, columns[0]?.number ?? 1, noContent);
  return figures(sumOfColumns(columns), columns, calls);
}

function figures(sum: Row, columns: readonly Column[], calls: PlainFigure): Figure[] {
  return [...plainFigures(sum, columns), calls].map((figure) => ({
    ...figure,
    hasMarked: figure.caution !== '' || figure.failed !== '',
  }));
}

type PlainFigure = Omit<Figure, 'hasMarked'>;

function plainFigures(sum: Row, columns: readonly Column[]): PlainFigure[] {
  const all = columns.filter(({ status }) => status !== null);
  const failed = all.length;
  return [
    {
      ...count('Rounds', sum.rounds),
      context: sideText(columns),
      failed: failed > 0 ? `${exact(failed)} failed` : '',
      failedRound: all[0]?.number ?? null,
    },
    {
      ...count('Input tokens', sum.input),
      context: sum.input > 0 ? `${percent(sum.cached, sum.input)} cached` : '',
    },
    {
      ...count('Output tokens', sum.output),
      context: sum.reasoning > 0 ? `${percent(sum.reasoning, sum.output)} of it reasoning` : '',
    },
    costFigure(sum),
  ];
}

/** Whether none of these rounds has any text. */
export function areMute(columns: readonly Column[]): boolean {
  return columns.every(({ hasText }) => !hasText);
}

/** Calls are counted from texts: without these the count is unknown, not 0. `first` is the first round to count. */
function callsFigure(
  columns: readonly Column[],
  { pruned_rounds: removed = 0, pruned_content: content }: SessionEntry,
  first: number,
  noContent: boolean,
): PlainFigure {
  const mute = content?.rounds ?? 0;
  if (areMute(columns)) {
    const why = noContent ? 'text is not kept' : mute >= first ? 'text was pruned' : 'the log has no text';
    const figure = { label: 'Tool calls', unit: '', caution: '', failed: '', failedRound: null };
    return { ...figure, value: 'unknown', exact: '', context: why };
  }
  const calls = columns.reduce((total, column) => total + column.calls, 0);
  const failedTools = columns.reduce((total, column) => total + column.failedTools, 0);
  return {
    ...count('Tool calls', calls),
    failed: failedTools > 0 ? `${exact(failedTools)} failed` : '',
    failedRound: columns.find((column) => column.failedTools > 0)?.number ?? null,
    caution: Math.max(removed, mute) >= first ? 'without pruned rounds' : '',
  };
}

function count(label: string, value: number): PlainFigure {
  const { digits, unit } = shortParts(value);
  const figure = { label, value: digits, unit, exact: exact(value) };
  return { ...figure, context: '', caution: '', failed: '', failedRound: null };
}

/** Unpriced is never shown as $0. */
function costFigure(sum: Row): PlainFigure {
  const figure = { label: 'Cost', unit: '', context: '', caution: '', failed: '', failedRound: null };
  const cost = costView(sum);
  const unpriced = sum.unpricedRounds;
  if (!cost.isKnown) {
    return unpriced > 0
      ? { ...figure, value: 'unpriced', exact: '', context: `${shortCount(sum.unpricedTokens)} tokens` }
      : { ...figure, value: 'unknown', exact: '', context: 'the log has no usage' };
  }
  return {
    ...figure,
    value: cost.text,
    exact: cost.exact,
    caution: unpriced > 0 ? `+ ${plural(unpriced, 'unpriced round')}` : '',
    context: unpriced > 0 ? `(${shortCount(sum.unpricedTokens)} tokens)` : '',
  };
}

/** `5 of them by 2 sub-agents`; empty if all are of the main thread. */
function sideText(columns: readonly Column[]): string {
  const side = columns.filter(({ threadName }) => threadName !== null);
  if (side.length === 0) return '';
  const names = new Set(side.map(({ threadName }) => threadName));
  const isAgents = side.every(({ thread }) => thread === 'sub-agent');
  const isThreads = side.every(({ thread }) => thread === 'thread');
  const what = isAgents ? 'sub-agent' : isThreads ? 'parallel thread' : 'side thread';
  return `${exact(side.length)} of them ${isAgents ? 'by' : 'in'} ${plural(names.size, what)}`;
}
