import { COUNTER, counterOf, failedRoundsOf, type CounterName } from '../../model/cell-counters.ts';
import type { Check, Found, Share } from '../check.ts';

/** `classes`: what went wrong how often, the most frequent first. A request can be in several. */
type Failed = Found<'failed-requests', { requests: Share; classes: readonly [CounterName, number][] }>;

const CLASSES: readonly CounterName[] = [
  'status429',
  'status4xx',
  'status5xx',
  'status0',
  'clientGone',
  'upstreamReset',
  'upstreamFailed',
  'timeout',
  'rateLimited',
  'noRoute',
  'unauthorized',
  'overload',
];

/** Whether requests of the last days failed. Gateways and providers do that: it says nothing against the store. */
export const failedRequestsCheck: Check<Failed> = {
  kinds: { 'failed-requests': { area: 'log', severity: 'note' } },
  find({ store }) {
    if (!store) return [];
    const { rounds, counters } = store.recent;
    const failed = failedRoundsOf(counters);
    if (failed === 0) return [];
    const classes = CLASSES.map((name): [CounterName, number] => [name, countOf(name, counters)])
      .filter(([, count]) => count > 0)
      .toSorted(([a, countA], [b, countB]) => countB - countA || COUNTER[a] - COUNTER[b]);
    return [
      {
        code: 'failed-requests',
        where: store.dir,
        facts: { requests: { count: failed, all: rounds }, classes },
      },
    ];
  },
};

/** Status 429 is named by itself, so it is not counted again among the others. */
function countOf(name: CounterName, counters: readonly number[]): number {
  const count = counterOf(counters, name);
  return name === 'status4xx' ? count - counterOf(counters, 'status429') : count;
}
