import type { Check, Found, Share } from '../check.ts';

/** `models`: those with the most rounds first. */
type Unpriced = Found<'unpriced-rounds', { rounds: Share; models: readonly string[] }>;

export const unpricedRoundsCheck: Check<Unpriced> = {
  kinds: { 'unpriced-rounds': { area: 'prices', severity: 'warning' } },
  find({ store }) {
    if (!store || store.unpriced.size === 0) return [];
    const models = [...store.unpriced].toSorted((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    const count = models.reduce((sum, [, rounds]) => sum + rounds, 0);
    const facts = { rounds: { count, all: store.rounds }, models: models.map(([name]) => name) };
    return [{ code: 'unpriced-rounds', where: store.dir, facts }];
  },
};
