import { cleanLine } from '../platform/clean-text.ts';
import { namesByUse, tokensOf, type Row } from '../query/aggregate.ts';
import { exact, plural } from '../query/count-text.ts';
import type { SessionEntry } from '../model/session-entry.ts';
import { BUCKET_MS } from '../model/usage-cell.ts';
import { byDaySection } from './by-day.ts';
import { shownTime } from './clock.ts';
import { costView, shareText, storeNote } from './cost-view.ts';
import { percent, shortCount, shortParts } from './format.ts';
import { layOut } from './layout.ts';
import { clipText } from './model-view.ts';
import { hrefTo } from './names.ts';
import { costNotes, periodText } from './period.ts';
import { sessionRow } from './session-row.ts';
import type { SiteContext } from './site-context.ts';
import { isMixed } from './stat-rows.ts';
import { modelTable, SHARE_NOTE } from './statistics.ts';
import type { SiteTotals } from './totals.ts';
import { renderTemplate } from './templates.ts';

export const OVERVIEW_PATH = 'index.html';

const NEWEST = 10;
/** No day is longer, whatever the clocks do. */
const TWO_DAYS_MS = 2 * 86_400_000;
const MODELS = 12;
const DAYS = 60;

/** The overview of a store with `sessions`. `latest` are those that have pages, the latest first. */
export function overview(
  sessions: readonly SessionEntry[],
  latest: readonly SessionEntry[],
  totals: SiteTotals,
  site: SiteContext,
): string {
  const path = OVERVIEW_PATH;
  const body = renderTemplate('overview', {
    period: periodText(totals),
    figures: figuresOf(sessions, sessions.length - latest.length, totals, site),
    bounds: storeNote(totals),
    byDay: byDaySection(totals, DAYS, site),
    models: modelTable(totals, MODELS, site),
    moreModels:
      totals.models.length > MODELS ? `and ${plural(totals.models.length - MODELS, 'more model')}.` : '',
    shareNote: isMixed(totals.total) ? SHARE_NOTE : '',
    modelsHref: hrefTo(path, 'models.html'),
    sessionsHref: hrefTo(path, 'sessions/index.html'),
    allSessions: `All ${plural(latest.length, 'session')}`.replace(/^All 1 session$/, 'All sessions'),
    newest: latest.slice(0, NEWEST).map((session) => sessionRow(session, path, site)),
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

function figuresOf(
  sessions: readonly SessionEntry[],
  pruned: number,
  { total }: SiteTotals,
  site: SiteContext,
): Figure[] {
  const fresh = total.input - total.cached;
  return [
    // Pruned sessions count in sums but are not in lists.
    figure(
      'sessions',
      'Sessions',
      sessions.length,
      `${pruned > 0 ? `${exact(pruned)} pruned, ` : ''}${todayText(sessions, site)}`,
    ),
    figure('rounds', 'Rounds', total.rounds, `${(total.rounds / sessions.length).toFixed(1)} a session`),
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
function todayText(sessions: readonly SessionEntry[], { local, now }: SiteContext): string {
  const today = local.dateOf(Math.floor(now / BUCKET_MS));
  const isNear = ({ updated }: SessionEntry): boolean => Math.abs(updated - now) < TWO_DAYS_MS;
  const count = sessions.filter(
    (session) => isNear(session) && local.dateOf(Math.floor(session.updated / BUCKET_MS)) === today,
  ).length;
  if (count > 0) return `${exact(count)} today`;
  const latest = sessions.reduce((max, { updated }) => Math.max(max, updated), 0);
  return `last round ${shownTime(latest, local, today.slice(0, 4)).text}`;
}
