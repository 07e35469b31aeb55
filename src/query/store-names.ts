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

/** The keys with these names. Throws UsageError for a name that the store does not have, and for one that is repeated. */
export function groupKeysOf(names: readonly string[], coverage: Dimensions): GroupKey[] {
  const keys = names.map((name) => keyOf(name, coverage));
  const again = keys.find((key, i) => keys.findIndex((other) => isSameKey(key, other)) < i);
  if (again === undefined) return keys;
  throw new UsageError(`--group-by ${cleanLine(names.join(','))}: it names a key twice`);
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
const FLAGS: ReadonlySet<string> = new Set(['session', 'agent', 'channel']);

/** The filter with the names of this store. Throws UsageError for a name that it does not have. */
export function filterFor(
  { model, consumer, where, session, agent, channel }: GivenFilter,
  coverage: Dimensions,
): UsageFilter {
  return { model, consumer, where: where && conditionsFor(where, coverage), session, agent, channel };
}

export function conditionsFor(given: readonly GivenCondition[], coverage: Dimensions): Condition[] {
  return given.map(({ name, isNot, pattern }) => {
    const of = NAMES.find((known) => known === name) ?? tagOf(name, coverage);
    if (of !== undefined) return { of, isNot, pattern };
    const instead = FLAGS.has(name) ? `. Use --${name}` : '';
    throw unknownName(`--where ${cleanLine(name)}: there is no such name${instead}`, NAMES, coverage);
  });
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
