import { hasFlock } from '../../platform/lock.ts';
import type { Check, Found, NoFacts } from '../check.ts';

/** Without the program flock, no run can lock the store. */
export const flockCheck: Check<Found<'no-flock', NoFacts>> = {
  kinds: { 'no-flock': { area: 'store', severity: 'error' } },
  find: () => (hasFlock() ? [] : [{ code: 'no-flock', where: 'PATH', facts: {} }]),
};
