import type { UsageCell } from '../model/usage-cell.ts';
import { OTHER_VALUES } from '../session-format/round-cells.ts';
import { filters } from '../texts/en.ts';
import { NOT_RECORDED, type Tag } from './group-keys.ts';
import { rememberedMatcher } from './name-pattern.ts';
import type { SessionFilter } from './session-filter.ts';
import { tagReader } from './tags.ts';

/** Only usage of this model and this consumer, for which all conditions hold, in these sessions. */
export interface UsageFilter extends SessionFilter {
  /** Whole names, case-insensitive. */
  model?: string | undefined;
  consumer?: string | undefined;
  where?: readonly Condition[] | undefined;
}

/** A name must match a pattern, or must not. */
export interface Condition {
  of: 'model' | 'consumer' | 'api' | Tag;
  isNot: boolean;
  /** In any case; `*` stands for any characters unless the pattern is literal. */
  pattern: string;
  isLiteral?: true;
}

/** What conditions look at: the names of a cell, or of a round. */
export type FilteredNames = Pick<UsageCell, 'model' | 'consumer' | 'api' | 'tags'>;

/** Undefined: the store does not know, because it did not record the dimension or has no room for its values. */
export type Answer = boolean | undefined;

/** The conditions on rounds: the model and the consumer are two of them. */
export function conditionsOf({ model, consumer, where = [] }: UsageFilter): Condition[] {
  return [...whole('model', model), ...whole('consumer', consumer), ...where];
}

function whole(of: 'model' | 'consumer', pattern: string | undefined): Condition[] {
  return pattern === undefined ? [] : [{ of, isNot: false, pattern, isLiteral: true }];
}

/** Whether a cell or a round matches a filter, as far as the store knows. Sessions are not looked at. */
export function usageFilter(filter: UsageFilter): (names: FilteredNames) => Answer {
  const tests = conditionsOf(filter).map(conditionTest);
  return (names) => {
    let answer: Answer = true;
    for (const test of tests) {
      const one = test(names);
      if (one === false) return false;
      if (one === undefined) answer = undefined;
    }
    return answer;
  };
}

function conditionTest({ of, isNot, pattern, isLiteral }: Condition): (names: FilteredNames) => Answer {
  const isMatch = rememberedMatcher(pattern, !isLiteral);
  if (typeof of === 'string') return (names) => isMatch(names[of]) !== isNot;
  const valueOf = tagReader(of);
  return (names) => {
    const value = valueOf(names);
    if (value === NOT_RECORDED) return undefined;
    if (isMatch(value)) return !isNot;
    // One of them may be the value that is asked for. It is certain only that they have one.
    return value === OTHER_VALUES && pattern !== '' ? undefined : isNot;
  };
}

/** Whether the conditions look at dimensions, so that the answer can be that the store does not know. */
export function hasTags({ where = [] }: UsageFilter): boolean {
  return where.some(({ of }) => typeof of !== 'string');
}

/** The filter for people: `model qwen-max`, `department=search`. */
export function filterWords(filter: UsageFilter, texts = filters): string[] {
  const named = (['model', 'consumer', 'session', 'agent', 'channel'] as const).flatMap((kind) =>
    filter[kind] === undefined ? [] : [texts[kind]({ name: filter[kind] })],
  );
  return [...named, ...(filter.where ?? []).map(conditionText)];
}

/** As it was given: `department!=search`. */
export function conditionText({ of, isNot, pattern }: Condition): string {
  return `${typeof of === 'string' ? of : of.tag}${isNot ? '!=' : '='}${pattern}`;
}
