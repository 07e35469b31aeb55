import { cleanLine } from '../platform/clean-text.ts';
import { namesByUse, tokensOf, type Row } from '../query/aggregate.ts';
import { exact, plural } from '../platform/count-text.ts';
import { failedRounds } from '../query/failures.ts';
import { costChange, countChange, type SiteChange } from './change.ts';
import { shownTime } from './clock.ts';
import { costView, shareText } from './cost-view.ts';
import { percent, shortCount, shortParts } from './format.ts';
import { listHref } from './list-link.ts';
import { clipText } from './model-view.ts';
import type { SiteSums } from './state/site-head.ts';
import type { SiteContext } from './site-context.ts';
import type { SiteTotals } from './totals.ts';

const PATH = 'index.html';

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
  /** `3 failed`; can be empty. */
  failed: string;
  /** To the sessions of these; can be empty. */
  contextHref: string;
  cautionHref: string;
  failedHref: string;
  /** `7 days: 1,234, +12%`; can be empty. */
  week: string;
}

const NO_LINKS = { failed: '', contextHref: '', cautionHref: '', failedHref: '', week: '' };

/** The figures of the overview, each with a line of context, and what it was in the last 7 days. */
export function figuresOf(
  sums: SiteSums,
  { total }: SiteTotals,
  change: SiteChange | undefined,
  site: SiteContext,
): Figure[] {
  const { sessions, pruned } = sums;
  const fresh = total.input - total.cached;
  const failed = failedRounds(total.failures);
  const weekOf = (countOf: (row: Row) => number): string =>
    change ? countChange(countOf(change.last), countOf(change.before), change) : '';
  return [
    // Pruned sessions count in sums but are not in lists.
    {
      ...figure(
        'sessions',
        'Sessions',
        sessions,
        `${pruned > 0 ? `${exact(pruned)} pruned, ` : ''}${todayText(sums, site)}`,
      ),
      contextHref: sums.today > 0 ? listHref(PATH, { when: 'today' }) : '',
      week: change ? countChange(change.begun.last, change.begun.before, change, 'began') : '',
    },
    {
      ...figure('rounds', 'Rounds', total.rounds, `${(total.rounds / sessions).toFixed(1)} a session`),
      failed: failed > 0 ? `${exact(failed)} failed` : '',
      failedHref: failed > 0 ? listHref(PATH, { status: 'failed' }) : '',
      week: weekOf(({ rounds }) => rounds),
    },
    {
      ...figure('input', 'Input tokens', total.input, `${percent(total.cached, total.input)} cached`),
      further: `${shortCount(fresh)} new`,
      week: weekOf(({ input }) => input),
    },
    {
      ...figure(
        'output',
        'Output tokens',
        total.output,
        `${percent(total.reasoning, total.output)} of it reasoning`,
      ),
      week: weekOf(({ output }) => output),
    },
    { ...costFigure(total), week: change ? costChange(change) : '' },
  ];
}

function figure(name: string, label: string, count: number, context: string): Figure {
  const parts = { class: name, label, ...shortParts(count), exact: exact(count) };
  return { ...parts, ...NO_LINKS, caution: '', context, further: '' };
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
    ...NO_LINKS,
    cautionHref: unpriced > 0 ? listHref(PATH, { status: 'unpriced' }) : '',
  };
}

function perSession(total: Row): string {
  if (total.settledRounds === 0 || total.sessions === 0) return '';
  return `${shareText(total, total.sessions)} a session, ${shortCount(tokensOf(total))} tokens`;
}

/** `9 today`, or else when the last round was. */
function todayText({ today, updated }: SiteSums, site: SiteContext): string {
  if (today > 0) return `${exact(today)} today`;
  return `last round ${shownTime(updated, site.local, site.local.isoOf(site.now).slice(0, 4)).text}`;
}
