import { namesByUse, type Row } from '../query/aggregate.ts';
import { sumJson } from '../query/json.ts';
import { siteHealthJson } from './health/health-json.ts';
import type { SiteHealth } from './health/site-health.ts';
import type { SiteContext } from './site-context.ts';
import type { SiteTotals } from './totals.ts';

// What programs read. docs/site.md documents the shapes. They have a version: keys are added, never renamed.

/** api/stats.json: sums of everything, by model, date and consumer; and how requests and tool calls ended. */
export function statsJson(totals: SiteTotals, health: SiteHealth, site: SiteContext): string {
  const document = {
    version: 1,
    timezone: site.local.timeZone,
    ...(site.filter?.length && { filter: site.filter }),
    total: sumJson(totals.total),
    models: rowsJson('model', totals.models),
    dates: rowsJson('date', totals.days),
    consumers: rowsJson('consumer', totals.consumers),
    ...siteHealthJson(health),
    ...(totals.lostRounds > 0 && { lost_rounds: totals.lostRounds }),
  };
  return `${JSON.stringify(document)}\n`;
}

function rowsJson(key: string, entries: readonly [string, Row][]): object[] {
  return entries.map(([name, row]) => ({
    [key]: name === '' ? null : name,
    ...sumJson(row),
    ...(key !== 'model' && { models: namesByUse(row.models) }),
  }));
}
