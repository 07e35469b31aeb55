import { failedRoundsOf } from '../model/cell-counters.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import type { UsageCell } from '../model/usage-cell.ts';
import { isNoModel } from '../pricing/no-model.ts';
import { nameless } from '../texts/en.ts';
import { compareText, namesByUse, type Row } from './aggregate.ts';

/** What a person reads as the model of requests without an answer, if the log names no model. */
export const NO_ANSWER = nameless.noAnswer;

/** The same, with the provider that the request was sent to; empty if it is not known. */
export function noAnswerOf(provider: string): string {
  return provider === '' ? NO_ANSWER : `${NO_ANSWER} from ${provider}`;
}

/**
 * Whether a name stands for requests without an answer: the log names no model for them, counts no usage, and does not say
 * in any other way that a model answered.
 */
export function isNoAnswer(model: string, { settledRounds, unpricedRounds, bounds }: NamedSum): boolean {
  return isNoModel(model) && settledRounds + unpricedRounds === 0 && bounds.size === 0;
}

type NamedSum = Pick<Row, 'settledRounds' | 'unpricedRounds' | 'bounds'>;

/** Whether something came back for the rounds of a cell, whatever the log calls it. */
export function isAnswered({ price, inexact }: Pick<UsageCell, 'price' | 'inexact'>): boolean {
  return price !== 'no-usage' || inexact !== '';
}

type Used = Pick<SessionEntry, 'model' | 'usage'>;

/**
 * The models of a session, those with the most tokens first. A request that failed often names no model, which is not one
 * more model: empty if nothing else is known.
 */
export function usedModels({ usage }: Used, sum: Row): string[] {
  const answering = new Set(usage.filter((cell) => answersOf(cell) > 0).map(({ model }) => model));
  return namesByUse(sum.models).filter((name) => !isNoModel(name) || answering.has(name));
}

/** The main model of a session, that of its last answer; undefined if the store knows of no model. */
export function mainModel(session: Used, used: readonly string[]): string | undefined {
  return lastAnswering(session) ?? (used.includes(session.model) ? session.model : used[0]);
}

/** What a person reads: the main model first, then the others. */
export function shownModels(
  session: Used,
  sum: Row,
  noAnswer = NO_ANSWER,
): [main: string, ...others: string[]] {
  const used = usedModels(session, sum);
  const main = mainModel(session, used) ?? noAnswer;
  return [main, ...used.filter((name) => name !== main)];
}

/**
 * The model of the last answer. The index knows the time of a round to a quarter of an hour: of several models that
 * answered in the last one, that of the session's last round, or else the one with the most answers.
 */
function lastAnswering({ model: last, usage }: Used): string | undefined {
  let bucket = -Infinity;
  let answers = new Map<string, number>();
  for (const cell of usage) {
    const found = answersOf(cell);
    if (cell.bucket < bucket || found === 0) continue;
    if (cell.bucket > bucket) {
      bucket = cell.bucket;
      answers = new Map();
    }
    answers.set(cell.model, (answers.get(cell.model) ?? 0) + found);
  }
  if (answers.has(last)) return last;
  const [first] = [...answers].toSorted(([a, some], [b, more]) => more - some || compareText(a, b));
  return first?.[0];
}

/** How many rounds have an answer. Without a model's name, usage says that there was one. */
function answersOf(cell: UsageCell): number {
  if (isNoModel(cell.model) && !isAnswered(cell)) return 0;
  return Math.max(0, cell.rounds - failedRoundsOf(cell.counters));
}
