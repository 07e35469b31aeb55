import { hasFlock } from '../platform/lock.ts';
import type { Check } from './look.ts';

export const flockCheck: Check = {
  codes: ['no-flock'],
  find() {
    if (hasFlock()) return [];
    const what = 'the program flock does not start, so parse cannot lock the store.';
    const fix = 'Install util-linux.';
    return [{ code: 'no-flock', area: 'store', severity: 'error', what, where: 'PATH', fix }];
  },
};
