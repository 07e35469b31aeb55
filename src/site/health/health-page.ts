import { exact, plural } from '../../platform/count-text.ts';
import { lostText } from '../../query/cost-text.ts';
import { failureNotes } from '../../query/failure-text.ts';
import { flagNotes, healthNote } from '../../query/health-text.ts';
import { shownTime } from '../clock.ts';
import { dateText } from '../format.ts';
import { layOut } from '../layout.ts';
import { modelView, nameText } from '../model-view.ts';
import { hrefTo, sessionPath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import type { FailedSession, FailureLists } from './failure-lists.ts';
import { byRequests } from './health-json.ts';
import { DAYS_BEFORE, daysBefore, HEALTH_KEYS, type HealthByKey, type HealthKey } from './health-sums.ts';
import { healthTable, withOthers, type HealthTable, type NamedHealth } from './health-table.ts';
import { listLink } from './list-link.ts';
import type { SiteHealth } from './site-health.ts';
import { worstToday } from './worst.ts';

export const HEALTH_PATH = 'health.html';

/** Names in a table. */
const MOST_TODAY = 25;
const MOST = 60;

const HEADS: Readonly<Record<HealthKey, readonly [head: string, noun: string, none: string]>> = {
  model: ['Model', 'model', 'no model'],
  consumer: ['Consumer', 'consumer', 'no consumer'],
  api: ['API', 'API', 'no API'],
};

export function healthPage({ requests, lists }: SiteHealth, lostRounds: number, site: SiteContext): string {
  const { day, today, before, all, total, hours, days, earlier } = requests;
  const since = `${dateText(daysBefore(day, DAYS_BEFORE), false)} to ${dateText(daysBefore(day, 1), false)}`;
  const body = renderTemplate('health', {
    worst: worstToday(today.model, before.model),
    today: dateText(day),
    todayTables: tablesOf(today, MOST_TODAY, site, {
      rows: before,
      filters: { from: day, to: day },
      filtersBefore: { from: daysBefore(day, DAYS_BEFORE), to: daysBefore(day, 1) },
    }),
    compared: `Small numbers and grey bars: the ${DAYS_BEFORE} days before (${since}).`,
    failing: failingView(lists, site),
    hours: hours.length === 0 ? null : healthTable('Hour', hoursOf(hours), false),
    allTables: tablesOf(all, MOST, site),
    days: healthTable('Date', daysOf(days, earlier), false),
    daysNote: `Days are in ${site.local.timeZone}.`,
    notes: [
      healthNote(total),
      ...failureNotes(total).map((note) => (note.endsWith('.') ? note : `${note}.`)),
      ...flagNotes(total),
      ...(lostRounds > 0 ? [`${lostText(lostRounds)}.`] : []),
    ],
  });
  return layOut(
    { path: HEALTH_PATH, title: 'Health', current: 'health', body, styles: ['health.css'] },
    site,
  );
}

/** What the rows of a table are compared with, and which days each of the two is of. */
interface Compared {
  rows: HealthByKey;
  filters: Readonly<Record<string, string>>;
  filtersBefore: Readonly<Record<string, string>>;
}

/** A table for each key that tells requests apart. */
function tablesOf(
  rows: HealthByKey,
  most: number,
  site: SiteContext,
  compared?: Compared,
): (HealthTable & { noun: string })[] {
  return HEALTH_KEYS.flatMap((key) => {
    const [head, noun, none] = HEADS[key];
    const named = byRequests(rows[key]).map(([name, row]): NamedHealth => {
      // The list has no filter by API, and none for what has no name.
      const filter = key === 'api' || name === '' ? undefined : { [key]: name };
      const link = (filters = {}): string =>
        filter ? listLink(HEALTH_PATH, { status: 'failed', ...filter, ...filters }) : '';
      return {
        name: name === '' ? none : nameText(name),
        row,
        before: compared?.rows[key].get(name),
        square: key === 'model' ? modelView(name, false, site.colours) : undefined,
        failedHref: link(compared?.filters),
        beforeHref: compared ? link(compared.filtersBefore) : '',
      };
    });
    const isTold = key === 'model' || rows[key].size > 1 || !rows[key].has('');
    return named.length > 0 && isTold
      ? [{ ...healthTable(head, withOthers(named, most, noun), compared !== undefined), noun }]
      : [];
  });
}

function hoursOf(hours: SiteHealth['requests']['hours']): NamedHealth[] {
  const offsets = new Set(hours.map(([hour]) => hour.slice('YYYY-MM-DDTHH:MM'.length)));
  return hours.map(([hour, row]) => {
    const [, time = '', offset = ''] = /T(\d\d:\d\d)(.*)$/.exec(hour) ?? [];
    // On the day on which a clock is put back, an hour comes twice.
    return { name: offsets.size > 1 ? `${time} ${offset}` : time, row, failedHref: '', beforeHref: '' };
  });
}

function daysOf(
  days: SiteHealth['requests']['days'],
  earlier: SiteHealth['requests']['earlier'],
): NamedHealth[] {
  const rows = days.map(([date, row]): NamedHealth => {
    const failedHref = listLink(HEALTH_PATH, { status: 'failed', from: date, to: date });
    return { name: dateText(date), row, failedHref, beforeHref: '' };
  });
  return earlier.rounds === 0
    ? rows
    : [...rows, { name: 'All days before', row: earlier, failedHref: '', beforeHref: '' }];
}

/** The data of the list of sessions with failed requests. */
function failingView(lists: FailureLists, site: SiteContext): object | null {
  const { sessions, failing } = lists;
  if (failing === 0) return null;
  return {
    allHref: listLink(HEALTH_PATH, { status: 'failed' }),
    all: `All ${plural(failing, 'session')} with failed requests`,
    rows: sessions.map((session) => failedSession(session, site)),
    note:
      sessions.length < failing
        ? `${sessions.length === 0 ? 'None' : `The latest ${exact(sessions.length)}`} of ${plural(failing, 'session')} with failed requests. Sessions without pages, and requests that were pruned, are not listed.`
        : '',
  };
}

function failedSession(
  { id, name, title, rounds, failed, requests }: FailedSession,
  site: SiteContext,
): object {
  const page = sessionPath(name);
  const year = site.local.isoOf(site.now).slice(0, 4);
  const [latest] = requests;
  return {
    href: hrefTo(HEALTH_PATH, page),
    title: title === '' ? nameText(id) : title,
    id: title === '' ? '' : nameText(id),
    failed: exact(failed),
    of: `of ${plural(rounds, 'round')}`,
    model: nameText(latest?.model ?? ''),
    requests: requests.map(({ round, status }) => ({
      href: hrefTo(HEALTH_PATH, page, `r-${round}`),
      text: `#${exact(round)}`,
      status: status === 0 ? 'no response' : String(status),
    })),
    more: failed > requests.length ? `and ${exact(failed - requests.length)} more` : '',
    time: shownTime(latest?.time ?? 0, site.local, year),
  };
}
