import { exact, plural } from '../../platform/count-text.ts';
import { hexDigest } from '../../platform/digest.ts';
import { compareText, sumOfCells, tokensOf, type Row } from '../../query/aggregate.ts';
import { isNoAnswer, NO_ANSWER } from '../../query/session-models.ts';
import { costView } from '../cost-view.ts';
import { dateText, shortCount } from '../format.ts';
import { layOut, type NavItem } from '../layout.ts';
import { listHref, type ListQuery } from '../list-link.ts';
import { sessionRow } from '../lists/session-row.ts';
import { nameText } from '../model-view.ts';
import { hrefTo } from '../names.ts';
import { costNotes } from '../period.ts';
import { sessionOf, type ColouredJob } from '../site-job.ts';
import { renderTemplate } from '../templates.ts';
import type { SiteSumRows } from '../totals.ts';
import { readKnown, writeKnown, type Listed, type PreparedLists } from './prepared-lists.ts';
import { datePath, modelPath, MOST_MODELS } from './prepared-paths.ts';

/** A page for those without JavaScript. Others get the list with its filters. */
interface Prepared {
  path: string;
  title: string;
  current: NavItem;
  query: ListQuery;
  /** What the sessions used there. */
  row: Row;
}

function* preparedOf({ days, models }: SiteSumRows): Generator<Prepared> {
  for (const [date, row] of days) {
    const title = `Sessions of ${dateText(date)}`;
    yield { path: datePath(date), title, current: 'dates', query: { from: date, to: date }, row };
  }
  if (models.size > MOST_MODELS) return;
  for (const [model, row] of models) {
    const name = isNoAnswer(model, row) ? NO_ANSWER : nameText(model);
    const title = `Sessions with ${name}`;
    yield { path: modelPath(model), title, current: 'models', query: { model: nameText(model) }, row };
  }
}

/** Brings the pages of dates and models up to date. Returns their keys by path. */
export function writePrepared(
  job: ColouredJob,
  { rows, prepared }: { rows: SiteSumRows; prepared: PreparedLists },
  isAnew: boolean,
): ReadonlyMap<string, string> {
  const { writer, pieces } = job;
  const known = readKnown(pieces) ?? new Map<string, string>();
  const now = new Map<string, string>();
  for (const page of preparedOf(rows)) {
    const { path } = page;
    const list = prepared.changed(path);
    const old = known.get(path);
    const key = list ? keyOf(page, list) : old;
    if (key === undefined) throw new Error(`no list for ${path}`);
    now.set(path, key);
    if (list) prepared.write(path);
    if (list && (isAnew || old !== key || writer.isTorn(path)))
      writer.write({ path, render: () => preparedPage(page, list, prepared, job) });
    else writer.keep(path);
  }
  for (const path of known.keys()) {
    if (now.has(path)) continue;
    writer.remove(path);
    prepared.remove(path);
  }
  // In an order that does not depend on what came first.
  const sorted = new Map([...now].toSorted(([a], [b]) => compareText(a, b)));
  writeKnown(pieces, sorted);
  return sorted;
}

function keyOf({ title, row }: Prepared, list: readonly Listed[]): string {
  return hexDigest(JSON.stringify([title, leadOf(row), costView(row).exact, list])).slice(0, 16);
}

function leadOf(row: Row): string {
  const { text, missing } = costView(row);
  const cost = missing === '' ? text : `${text} ${missing}`;
  return `${plural(row.sessions, 'session')}, ${plural(row.rounds, 'round')}, ${shortCount(tokensOf(row))} tokens, ${cost}`;
}

function preparedPage(
  { path, title, current, query, row }: Prepared,
  list: readonly Listed[],
  prepared: PreparedLists,
  job: ColouredJob,
): string {
  const { site } = job;
  const rows = list.map(([id]) => {
    // Without its models, nothing has to be read from its file.
    const { sentTo: _, ...session } = sessionOf(job, id);
    const sum = sumOfCells(prepared.cellsOf(session.entry, path));
    const {
      href,
      title: first,
      id: shown,
      ...used
    } = sessionRow(session, sum, { page: path, year: '' }, site);
    const { input, cached, output, cost } = used;
    return { href, title: first, id: shown, rounds: exact(sum.rounds), input, cached, output, cost };
  });
  const isDate = current === 'dates';
  const left = row.sessions - rows.length;
  const body = renderTemplate('prepared', {
    title,
    lead: leadOf(row),
    exact: costView(row).exact,
    rows,
    note: `Rounds, tokens and cost are those ${isDate ? 'of this day' : 'with this model'} only.`,
    more:
      left > 0
        ? `The ${plural(rows.length, 'session')} with the latest rounds; ${exact(left)} more are not listed here.`
        : '',
    listHref: listHref(path, query),
    backHref: hrefTo(path, isDate ? 'dates.html' : 'models.html'),
    back: isDate ? 'All dates' : 'All models',
  });
  return layOut({ path, title, current, body, notes: costNotes(row.bounds.size > 0) }, site);
}
