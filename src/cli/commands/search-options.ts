import type { Role } from '../../query/search/roles.ts';
import type { GivenFilter } from '../../query/store-names.ts';
import type { PeriodOptions } from '../options/report-options.ts';
import type { StoresOptions } from '../options/stores-options.ts';

export interface SearchOptions extends StoresOptions, PeriodOptions, GivenFilter {
  regex?: true;
  role?: Role[];
  tool?: string;
  limit: number;
  timezone?: string;
  baseUrl?: string;
  json?: true;
}
