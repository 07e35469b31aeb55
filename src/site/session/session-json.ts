import { boundOf } from '../../pricing/bounds.ts';
import { objectMembers } from '../../platform/json-spans.ts';
import { hexDigest } from '../../platform/digest.ts';
import { usdOf } from '../../pricing/money.ts';
import { sessionTotals } from '../../query/aggregate.ts';
import { sessionJson } from '../../query/json.ts';
import { shownCost, type ShownMoney } from '../../query/round-money.ts';
import { moneyMark } from '../shown-session.ts';
import { hrefTo, sessionJsonPath } from '../names.ts';
import type { Page } from '../page.ts';
import type { SiteContext } from '../site-context.ts';
import type { SessionSource } from './pages.ts';

/** A session's JSON is split into parts with about this many characters of rounds. */
const PART_LENGTH = 4_000_000;

/**
 * api/sessions/<name>.json: a session and its rounds as they are stored, with `new_messages` and `context`, and the cost
 * of each. For a long session, it has the newest rounds; the others are in `parts`, which no longer change.
 */
export function* sessionJsonPages(source: SessionSource, site: SiteContext): Generator<Page> {
  const { entry, name, rounds } = source;
  const parts: string[] = [];
  let gathered: PricedLine[] = [];
  let length = 0;
  let mark = '';
  let start = 1;
  let round = 0;
  const hasPlaces = site.gateways === undefined;
  for (const { line: whole, stored } of rounds) {
    const line = hasPlaces ? whole : withoutPlace(whole);
    if (length >= PART_LENGTH) {
      const path = sessionJsonPath(name, parts.length + 1);
      const [closed, from] = [gathered, start];
      yield {
        path,
        key: `${start} ${round} ${length}${mark}`,
        render: () => partJson(entry.id, from, closed),
      };
      parts.push(path);
      gathered = [];
      length = 0;
      mark = '';
      start = round + 1;
    }
    gathered.push({ line, money: site.moneyOf({ stored }) });
    length += line.length;
    // New rounds can come between those that are known.
    if (!hasPlaces) mark = hexDigest(mark + line);
    round++;
  }
  const path = sessionJsonPath(name);
  yield {
    path,
    key: `${entry.end}.${entry.last.crc}${moneyMark(entry)}`,
    render: () =>
      newestJson(
        source,
        gathered,
        parts.map((part) => hrefTo(path, part)),
      ),
  };
}

/** Of several stores, the numbers of logs and prices are not of one store, and move when a store gets another. */
function withoutPlace(line: string): string {
  const members = new Map<string, string>();
  for (const { key, from, to } of objectMembers(line, 0)?.members ?? [])
    members.set(key, line.slice(from, to));
  members.delete('at');
  members.delete('price');
  return `{${Array.from(members, ([key, value]) => `${JSON.stringify(key)}:${value}`).join(',')}}`;
}

/** A stored round, and what it costs by the current price book. */
interface PricedLine {
  line: string;
  money: ShownMoney;
}

function* newestJson(
  { entry }: SessionSource,
  rounds: readonly PricedLine[],
  parts: readonly string[],
): Generator<string> {
  const head = { version: 1, ...sessionJson(entry, sessionTotals(entry)), title: entry.title, parts };
  yield* withRounds(head, rounds);
}

function* partJson(id: string, first: number, rounds: readonly PricedLine[]): Generator<string> {
  yield* withRounds({ version: 1, session_id: id, first_round: first }, rounds);
}

function* withRounds(head: object, rounds: readonly PricedLine[]): Generator<string> {
  let text = `${JSON.stringify(head).slice(0, -1)},"rounds":[`;
  let separator = '\n';
  for (const round of rounds) {
    text += `${separator}${roundJson(round)}`;
    separator = ',\n';
    // Each piece is a write of its own.
    if (text.length < PIECE_LENGTH) continue;
    yield text;
    text = '';
  }
  yield `${text}\n]}\n`;
}

const PIECE_LENGTH = 1 << 18;

/** The stored line, byte for byte, and what the round costs. */
function roundJson({ line, money: shown }: PricedLine): string {
  const { price, cost, currency, inexact } = shown;
  const said = shownCost(shown);
  const state = typeof price === 'number' ? 'priced' : price;
  const amount = cost === null ? null : usdOf(cost);
  const money = {
    cost_usd: currency === 'USD' ? amount : null,
    price_state: state,
    cost_bound: boundOf(inexact),
    bound_reasons: inexact,
    currency: cost === null ? null : said.currency,
    cost: said.cost === null ? null : usdOf(said.cost),
  };
  return `${line.slice(0, -1)},${JSON.stringify(money).slice(1)}`;
}
