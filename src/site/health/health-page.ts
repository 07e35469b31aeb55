import { exact, plural } from '../../platform/count-text.ts';
import { isNoModel } from '../../pricing/no-model.ts';
import { addDays } from '../../query/add-days.ts';
import { lostText } from '../../query/cost-text.ts';
import { failureNotes } from '../../query/failure-text.ts';
import { flagNotes, healthNote } from '../../query/health-text.ts';
import { noAnswerOf } from '../../query/session-models.ts';
import { shownTime } from '../clock.ts';
import { dateText } from '../format.ts';
import { layOut } from '../layout.ts';
import { listHref, type ListQuery } from '../list-link.ts';
import { modelView, nameText } from '../model-view.ts';
import { hrefTo, sessionPath } from '../names.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';
import type { FailedSession, FailureLists } from './failure-lists.ts';
import { byRequests } from './health-json.ts';
import { DAYS_BEFORE, HEALTH_KEYS, type HealthByKey, type HealthKey } from './health-sums.ts';
import { healthTable, withOthers, type HealthTable, type NamedHealth } from './health-table.ts';
import type { HealthRow } from './health-row.ts';
import { modelText } from './model-text.ts';
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
  const since = `${dateText(addDays(day, -DAYS_BEFORE), false)} to ${dateText(addDays(day, -1), false)}`;
  const body = renderTemplate('health', {
    worst: worstToday(today.model, before.model),
    today: dateText(day),
    todayTables: tablesOf(today, MOST_TODAY, site, {
      rows: before,
      filters: { from: day, to: day },
      filtersBefore: { from: addDays(day, -DAYS_BEFORE), to: addDays(day, -1) },
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
  filters: ListQuery;
  filtersBefore: ListQuery;
}

/** A table for each key that tells requests apart. */
function tablesOf(
  rows: HealthByKey,
  most: number,
  site: SiteContext,
  compared?: Compared,
): (HealthTable & { noun: string })[] {
  return HEALTH_KEYS.flatMap((key) => {
    const [head, noun] = HEADS[key];
    const named = byRequests(rows[key]).map(([name, row]): NamedHealth => {
      const filter = filterOf(key, name);
      const link = (filters: ListQuery = {}, status?: 'failed'): string =>
        filter ? listHref(HEALTH_PATH, { ...(status && { status }), ...filter, ...filters }) : '';
      return {
        name: nameOf(key, name, row),
        row,
        before: compared?.rows[key].get(name),
        square: key === 'model' ? modelView(name, false, site.colours) : undefined,
        href: link(compared?.filters),
        failedHref: link(compared?.filters, 'failed'),
        beforeHref: compared ? link(compared.filtersBefore, 'failed') : '',
      };
    });
    const isTold = key === 'model' || rows[key].size > 1 || !rows[key].has('');
    return named.length > 0 && isTold
      ? [{ ...healthTable(head, withOthers(named, most, noun), compared !== undefined), noun }]
      : [];
  });
}

function nameOf(key: HealthKey, name: string, row: HealthRow): string {
  if (key === 'model') return modelText(name, row);
  return name === '' ? HEADS[key][2] : nameText(name);
}

/** The list knows names as they are shown. It has no filter by API, and none for a model without a name. */
function filterOf(key: HealthKey, name: string): ListQuery | undefined {
  if (key === 'consumer') return { consumer: name === '' ? '-' : nameText(name) };
  return key === 'api' || name === '' ? undefined : { model: nameText(name) };
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
    const query = { from: date, to: date };
    const failedHref = listHref(HEALTH_PATH, { status: 'failed', ...query });
    return { name: dateText(date), row, href: listHref(HEALTH_PATH, query), failedHref, beforeHref: '' };
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
    allHref: listHref(HEALTH_PATH, { status: 'failed' }),
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
    model: isNoModel(latest?.model ?? '') ? noAnswerOf(latest?.sentTo ?? '') : nameText(latest?.model ?? ''),
    requests: requests.map(({ round, status }) => ({
      href: hrefTo(HEALTH_PATH, page, `r-${round}`),
      text: `#${exact(round)}`,
      status: status === 0 ? 'no response' : String(status),
    })),
    more: failed > requests.length ? `and ${exact(failed - requests.length)} more` : '',
    time: shownTime(latest?.time ?? 0, site.local, year),
  };
}
