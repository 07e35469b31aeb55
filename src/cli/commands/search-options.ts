import type { Role } from '../../query/search/roles.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { PeriodOptions } from '../options/report-options.ts';

export interface SearchOptions extends PeriodOptions, GivenFilter {
  dataDir: string;
  regex?: true;
  role?: Role[];
  tool?: string;
  limit: number;
  timezone?: string;
  baseUrl?: string;
  json?: true;
}
