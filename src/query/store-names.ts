import { cleanLine } from '../platform/clean-text.ts';
import { UsageError } from '../platform/errors.ts';
import type { IndexCoverage } from '../model/index-coverage.ts';
import {
  DIMENSION_PREFIX,
  GROUP_KEYS,
  isSameKey,
  NOT_RECORDED,
  TIER,
  type GroupKey,
  type Tag,
} from './group-keys.ts';
import type { Condition, UsageFilter } from './usage-filter.ts';

/** A condition as it was given: `department!=search`. */
export interface GivenCondition {
  name: string;
  isNot: boolean;
  pattern: string;
}

/** A filter as it was given. */
export interface GivenFilter {
  model?: string;
  consumer?: string;
  where?: GivenCondition[];
  session?: string;
  agent?: string;
  channel?: string;
}

type Dimensions = Pick<IndexCoverage, 'dimensions'>;

/**
 * The keys with these names, which were separated by commas. A dimension's own name can have some: the longest name is
 * taken. Throws UsageError for a name that the store does not have, and for one that is repeated.
 */
export function groupKeysOf(names: readonly string[], coverage: Dimensions): GroupKey[] {
  const keys: GroupKey[] = [];
  for (let at = 0; at < names.length;) {
    const joined = joinedDimension(names.slice(at), coverage);
    keys.push(joined?.tag ?? keyOf((names[at] as string).trim(), coverage));
    at += joined?.names ?? 1;
  }
  const again = keys.find((key, i) => keys.findIndex((other) => isSameKey(key, other)) < i);
  if (again === undefined) return keys;
  throw new UsageError(`--group-by ${cleanLine(names.join(','))}: it names a key twice`);
}

/** The dimension whose name is several of the first names with commas between. */
function joinedDimension(
  names: readonly string[],
  coverage: Dimensions,
): { tag: Tag; names: number } | undefined {
  for (let count = names.length; count > 1; count--) {
    const name = names.slice(0, count).join(',').trim();
    const tag = tagOf(name, coverage) ?? tagOf(name.replace(DIMENSION_PREFIX, ''), coverage);
    if (tag) return { tag, names: count };
  }
  return undefined;
}

function keyOf(name: string, coverage: Dimensions): GroupKey {
  if (name.startsWith(DIMENSION_PREFIX)) {
    const tag = tagOf(name.slice(DIMENSION_PREFIX.length), coverage);
    if (tag) return tag;
  }
  const builtIn = GROUP_KEYS.find((key) => key === name.toLowerCase());
  // A key that came later than dimensions: a name that a store counts by keeps its meaning.
  const isLater = builtIn === 'gateway' && tagOf(name, coverage) !== undefined;
  const key = (isLater ? undefined : builtIn) ?? tagOf(name, coverage);
  if (key !== undefined) return key;
  throw unknownName(`--group-by ${cleanLine(name)}: there is no such key`, GROUP_KEYS, coverage);
}

const NAMES = ['model', 'consumer', 'api'] as const;
/** What has a filter of its own. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['session', 'Use --session'],
  ['agent', 'Use --agent'],
  ['channel', 'Use --channel'],
  ['gateway', 'Use --gateway'],
]);

/** The filter with the names of this store. Throws UsageError for a name that it does not have. */
export function filterFor(
  { model, consumer, where, session, agent, channel }: GivenFilter,
  coverage: Dimensions,
): UsageFilter {
  return { model, consumer, where: where && conditionsFor(where, coverage), session, agent, channel };
}

export function conditionsFor(given: readonly GivenCondition[], coverage: Dimensions): Condition[] {
  return given.map((condition) => {
    const { name, isNot, pattern } = withWholeName(condition, coverage);
    const of = NAMES.find((known) => known === name) ?? tagOf(name, coverage);
    if (of !== undefined) return { of, isNot, pattern };
    const instead = INSTEAD.get(name);
    const hint = instead === undefined ? '' : `. ${instead}`;
    throw unknownName(`--where ${cleanLine(name)}: there is no such name${hint}`, NAMES, coverage);
  });
}

/** A dimension's own name can have `=`: the longest name that the store has is taken. */
function withWholeName(given: GivenCondition, { dimensions }: Dimensions): GivenCondition {
  const text = `${given.name}${given.isNot ? '!' : ''}=${given.pattern}`;
  let whole = given;
  for (const { name } of dimensions) {
    if (name.length <= whole.name.length || !text.startsWith(name)) continue;
    const [, not, pattern = ''] = /^(!?)=([^]*)$/.exec(text.slice(name.length)) ?? [];
    if (not !== undefined) whole = { name, isNot: not === '!', pattern };
  }
  return whole;
}

function tagOf(name: string, { dimensions }: Dimensions): Tag | undefined {
  const dimension = dimensions.find((one) => one.name === name);
  if (dimension) return { tag: name, absent: NOT_RECORDED, isReindexed: dimension.from === null };
  return name === TIER.tag ? TIER : undefined;
}

function unknownName(problem: string, known: readonly string[], { dimensions }: Dimensions): UsageError {
  const names = dimensions.map(({ name }) => cleanLine(name));
  const those = names.length === 0 ? 'the store has no dimensions' : `dimensions: ${names.join(', ')}`;
  return new UsageError(
    `${problem}. Names: ${[...known, TIER.tag].join(', ')}; ${those}. Add one with: monitor parse --dimension <name>`,
  );
}
