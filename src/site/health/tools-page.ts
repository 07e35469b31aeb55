import { exact, plural } from '../../platform/count-text.ts';
import { lostText } from '../../query/cost-text.ts';
import type { ToolRow, ToolSum } from '../../query/tool-sums.ts';
import { toolLackNotes } from '../../query/tool-text.ts';
import { shownTime } from '../clock.ts';
import { bytes, percent, shownCount } from '../format.ts';
import { layOut } from '../layout.ts';
import { listHref } from '../list-link.ts';
import { nameText } from '../model-view.ts';
import { hrefTo, sessionPath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import type { FailedCall } from './failure-lists.ts';
import type { SiteHealth } from './site-health.ts';

export const TOOLS_PATH = 'tools.html';

/** Tools in the table, and tools whose failed calls are listed. */
const MOST_TOOLS = 200;
const MOST_LISTED = 30;

export function toolsPage({ tools, lists }: SiteHealth, lostRounds: number, site: SiteContext): string {
  const { rows, total, lacks } = tools.finish();
  // What fails comes first; they are in the order of their calls.
  const shown = rows.toSorted((a, b) => b.failed - a.failed);
  const failing = shown.filter(({ failed }) => failed > 0);
  const listed = failing.slice(0, MOST_LISTED);
  const anchors = new Map(listed.map(({ name }, i) => [name, `t-${i + 1}`]));
  const others = shown.slice(MOST_TOOLS);
  const body = renderTemplate('tools', {
    lead: leadOf(failing[0], total),
    rows: [
      ...shown.slice(0, MOST_TOOLS).map((row) => rowView(nameText(row.name), row, anchors.get(row.name))),
      ...(others.length > 0 ? [rowView(plural(others.length, 'other tool'), sumOf(others))] : []),
    ],
    total: rows.length > 0 ? rowView('Total', total) : null,
    none: 'No tool calls.',
    failedHref: listHref(TOOLS_PATH, { status: 'failed-tool' }),
    listed: listed.map((row) => failedTool(row, anchors.get(row.name) ?? '', lists.callsOf(row.name), site)),
    moreListed:
      failing.length > listed.length
        ? `${plural(failing.length - listed.length, 'more tool')} with failed calls: monitor stats-tool <name> lists them.`
        : '',
    notes: [
      'A call is of the round that makes it; a result is of the round whose request brings it. A session that used two tools is counted under both; the total counts it once.',
      ...toolLackNotes(lacks),
      ...(lostRounds > 0 ? [`${lostText(lostRounds)}.`] : []),
    ],
  });
  return layOut({ path: TOOLS_PATH, title: 'Tools', current: 'tools', body, styles: ['health.css'] }, site);
}

/** The tool that fails most, in a sentence. */
function leadOf(
  worst: ToolRow | undefined,
  { calls, failed }: ToolSum,
): { before: string; name: string; after: string } {
  if (calls === 0 && failed === 0) return { before: '', name: '', after: '' };
  if (!worst) return { before: `None of ${plural(calls, 'call')} failed.`, name: '', after: '' };
  return {
    before: 'Most failures: ',
    name: nameText(worst.name),
    after: `, ${exact(worst.failed)} of ${plural(worst.calls, 'call')}${shareText(worst)}.`,
  };
}

/** ` (15%)`; results can be known of calls that are not. */
function shareText({ calls, failed }: Pick<ToolSum, 'calls' | 'failed'>): string {
  return calls === 0 || failed === 0 ? '' : ` (${percent(failed, calls)})`;
}

function rowView(name: string, sum: ToolSum, anchor?: string): object {
  return {
    name,
    calls: shownCount(sum.calls),
    sessions: sum.sessions === 0 ? { text: '–', exact: 'not known' } : shownCount(sum.sessions),
    failed: exact(sum.failed),
    isFailed: sum.failed > 0,
    href: anchor === undefined ? '' : `#${anchor}`,
    share: sum.failed === 0 ? '' : percent(sum.failed, sum.calls),
    // Results can be known of calls that are not.
    width: `${Math.min(100, Math.round((1000 * sum.failed) / Math.max(1, sum.calls)) / 10)}%`,
    bytes: sum.bytes === null ? '–' : bytes(sum.bytes),
    exactBytes: sum.bytes === null ? '' : plural(sum.bytes, 'byte'),
  };
}

/** Sessions of several tools can be the same ones: their number is not known. */
function sumOf(rows: readonly ToolRow[]): ToolSum {
  const known = rows.flatMap((row) => (row.bytes === null ? [] : [row.bytes]));
  return {
    sessions: 0,
    calls: total(rows.map(({ calls }) => calls)),
    failed: total(rows.map(({ failed }) => failed)),
    bytes: known.length === 0 ? null : total(known),
  };
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function failedTool(row: ToolRow, anchor: string, calls: readonly FailedCall[], site: SiteContext): object {
  const year = site.local.isoOf(site.now).slice(0, 4);
  return {
    anchor,
    name: nameText(row.name),
    count: `${exact(row.failed)} of ${plural(row.calls, 'call')} failed${shareText(row)}`,
    calls: calls.map(({ id, name, title, round, time, reason, text }) => ({
      href: hrefTo(TOOLS_PATH, sessionPath(name), `r-${round}`),
      round: `#${exact(round)}`,
      session: title === '' ? nameText(id) : title,
      reason,
      text,
      time: shownTime(time, site.local, year),
    })),
    more: moreText(row.failed, calls.length),
  };
}

/** What a list of failed calls leaves out. */
function moreText(failed: number, listed: number): string {
  if (failed <= listed) return '';
  const rest = `${exact(failed - listed)} more`;
  return listed === 0
    ? `${plural(failed, 'call')}, in sessions without pages or in rounds that were pruned.`
    : `${rest}: monitor stats-tool <name> --limit 0 lists those that are not pruned.`;
}
