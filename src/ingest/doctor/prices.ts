import { MonitorError } from '../../platform/errors.ts';
import { readPriceFile } from '../../pricing/price-file.ts';
import type { Check } from './look.ts';

export const pricesCheck: Check = {
  codes: ['prices-unreadable'],
  async find({ pricesPath: path }) {
    if (path === undefined) return [];
    try {
      await readPriceFile(path);
      return [];
    } catch (error) {
      if (!(error instanceof MonitorError)) throw error;
      const what = `${error.message}.`;
      const fix = 'Mend the file: parse refuses to run with it. docs/cost.md says what it holds.';
      return [{ code: 'prices-unreadable', area: 'prices', severity: 'error', what, where: path, fix }];
    }
  },
};
