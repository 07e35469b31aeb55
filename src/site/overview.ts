import { cleanLine } from '../platform/clean-text.ts';
import { namesByUse, sessionTotals, tokensOf, type Row } from '../query/aggregate.ts';
import { exact, plural } from '../platform/count-text.ts';
import { byDaySection } from './by-day.ts';
import { shownTime } from './clock.ts';
import { costView, shareText, storeNote } from './cost-view.ts';
import { percent, shortCount, shortParts } from './format.ts';
import { layOut } from './layout.ts';
import { clipText } from './model-view.ts';
import { hrefTo } from './names.ts';
import { costNotes, periodText } from './period.ts';
import { sessionRow } from './lists/session-row.ts';
import type { SiteSession } from './shown-session.ts';
import type { SiteSums } from './state/site-head.ts';
import type { SiteContext } from './site-context.ts';
import { isMixed } from './stat-rows.ts';
import { modelTable, SHARE_NOTE } from './statistics.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';

export const OVERVIEW_PATH = 'index.html';

/** Sessions in its list. */
export const NEWEST = 10;
const MODELS = 12;
const DAYS = 60;

/** The overview of a store with sessions, of which `newest` have the latest rounds. */
export function overview(
  sums: SiteSums,
  newest: readonly SiteSession[],
  totals: SiteTotals,
  site: SiteContext,
): string {
  const path = OVERVIEW_PATH;
  const body = renderTemplate('overview', {
    period: periodText(totals),
    figures: figuresOf(sums, totals, site),
    bounds: storeNote(totals),
    byDay: byDaySection(totals, DAYS, site),
    models: modelTable(totals, MODELS, site),
    moreModels:
      totals.models.length > MODELS ? `and ${plural(totals.models.length - MODELS, 'more model')}.` : '',
    shareNote: isMixed(totals.total) ? SHARE_NOTE : '',
    modelsHref: hrefTo(path, 'models.html'),
    sessionsHref: hrefTo(path, 'sessions/index.html'),
    allSessions: `All ${plural(sums.sessions - sums.pruned, 'session')}`.replace(
      /^All 1 session$/,
      'All sessions',
    ),
    newest: newest.map((session) =>
      sessionRow(session, sessionTotals(session.entry), { page: path, year: yearOf(site) }, site),
    ),
  });
  const notes = costNotes(totals.total.bounds.size > 0);
  return layOut({ path, title: 'Overview', current: 'overview', body, notes }, site);
}

interface Figure {
  class: string;
  label: string;
  digits: string;
  unit: string;
  exact: string;
  /** What is missing from the number. */
  caution: string;
  context: string;
  /** More context, not shown on a phone. */
  further: string;
}

function figuresOf(sums: SiteSums, { total }: SiteTotals, site: SiteContext): Figure[] {
  const { sessions, pruned } = sums;
  const fresh = total.input - total.cached;
  return [
    // Pruned sessions count in sums but are not in lists.
    figure(
      'sessions',
      'Sessions',
      sessions,
      `${pruned > 0 ? `${exact(pruned)} pruned, ` : ''}${todayText(sums, site)}`,
    ),
    figure('rounds', 'Rounds', total.rounds, `${(total.rounds / sessions).toFixed(1)} a session`),
    figure(
      'input',
      'Input tokens',
      total.input,
      `${percent(total.cached, total.input)} cached`,
      `${shortCount(fresh)} new`,
    ),
    figure(
      'output',
      'Output tokens',
      total.output,
      `${percent(total.reasoning, total.output)} of it reasoning`,
    ),
    costFigure(total),
  ];
}

function figure(name: string, label: string, count: number, context: string, further = ''): Figure {
  return { class: name, label, ...shortParts(count), exact: exact(count), caution: '', context, further };
}

function costFigure(total: Row): Figure {
  const cost = costView(total);
  const names = namesByUse(total.unpricedModels).map((name) => clipText(cleanLine(name), 40));
  const more = names.length > 2 ? ` and ${names.length - 2} more` : '';
  const unpriced = total.unpricedRounds;
  return {
    class: 'cost',
    label: 'Cost',
    digits: cost.text,
    unit: '',
    exact: cost.exact,
    caution: unpriced > 0 ? `${cost.isKnown ? '+ ' : ''}${plural(unpriced, 'unpriced round')}` : '',
    context:
      unpriced > 0
        ? `${names.slice(0, 2).join(', ')}${more}, ${shortCount(total.unpricedTokens)} tokens`
        : perSession(total),
    further: '',
  };
}

function perSession(total: Row): string {
  if (total.settledRounds === 0 || total.sessions === 0) return '';
  return `${shareText(total, total.sessions)} a session, ${shortCount(tokensOf(total))} tokens`;
}

/** `9 today`, or else when the last round was. */
function todayText({ today, updated }: SiteSums, site: SiteContext): string {
  if (today > 0) return `${exact(today)} today`;
  return `last round ${shownTime(updated, site.local, yearOf(site)).text}`;
}

export function yearOf({ local, now }: SiteContext): string {
  return local.isoOf(now).slice(0, 4);
}
