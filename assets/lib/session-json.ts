import type { BoundReason } from '../../src/pricing/bounds.ts';
import { attoOfUsd } from '../../src/pricing/money.ts';
import { arrayElements, objectMembers } from '../../src/platform/json-spans.ts';
import type { ShownMoney } from '../../src/query/round-money.ts';
import type { ExpandedRound, StoredRound } from '../../src/session-format/stored-round.ts';

/** What the site's JSON says of a session besides its rounds. */
export interface SessionHead {
  session_id: string;
  title: string | null;
  created_at: string;
  updated_at: string;
  messages_count: number;
  model: string;
  tools: { name: string; calls: number; failed: number }[] | null;
  parts: string[];
  pruned_at?: string;
  pruned_rounds?: number;
  content_pruned_at?: string;
  content_pruned_rounds?: number;
}

/**
 * A session from its JSON document and all parts of it: the texts of its rounds, as they were stored. Throws an error in
 * words for the reader if that cannot be read, or has not all rounds.
 */
export async function loadSession(json: string): Promise<{ head: SessionHead; lines: string[] }> {
  const address = new URL(json, location.href);
  const newest = await load(address);
  const head = JSON.parse(newest.head) as SessionHead;
  const lines: string[] = [];
  for (const part of head.parts) lines.push(...(await load(new URL(part, address))).rounds);
  lines.push(...newest.rounds);
  if (lines.length !== head.messages_count)
    throw new Error(
      'The site is being written, or some rounds were pruned: try again, or use monitor export',
    );
  if (head.content_pruned_rounds === head.messages_count) throw new Error('Its texts were pruned');
  return { head, lines };
}

async function load(address: URL): Promise<{ head: string; rounds: string[] }> {
  const answer = await fetch(address, { cache: 'no-cache' });
  if (!answer.ok) throw new Error(`The raw JSON cannot be loaded: HTTP ${answer.status}`);
  const text = await answer.text();
  const rounds = objectMembers(text, 0)?.members.find(({ key }) => key === 'rounds');
  const found = rounds && arrayElements(text.slice(rounds.from, rounds.to));
  if (!rounds || !found) throw new Error('The raw JSON is damaged');
  return { head: `${text.slice(0, rounds.from)}[]}`, rounds: found.map((round) => round.trim()) };
}

interface PricedJson {
  price_state: 'priced' | 'free' | 'gateway-cache' | 'no-usage' | 'unpriced';
  bound_reasons: BoundReason[];
  cost_usd: number | null;
  cost: number | null;
  currency: string | null;
}

type Priced = Pick<ExpandedRound, 'stored'>;

/** What rounds cost: their JSON has it beside what was stored. */
export function moneyOfRounds(rounds: readonly Priced[]): (round: Priced) => ShownMoney {
  // The JSON does not name the site's currency, but a cost in USD is shown in it.
  const to = rounds.map(pricedOf).find(isConverted)?.currency;
  return (round) => {
    const { price_state: state, bound_reasons: inexact, cost_usd: usd, cost, currency } = pricedOf(round);
    const shown = { cost: cost === null ? null : attoOfUsd(cost), currency: currency ?? 'USD', saved: 0n };
    const own = usd === null ? shown : { cost: attoOfUsd(usd), currency: 'USD', saved: 0n };
    return {
      price: state === 'priced' ? 1 : state,
      ...own,
      inexact,
      ...(to && shown.cost !== null && { converted: { ...shown, to, cost: shown.cost } }),
    };
  };
}

function pricedOf({ stored }: Priced): PricedJson {
  return stored as StoredRound & PricedJson;
}

function isConverted({ cost_usd: usd, currency }: PricedJson): boolean {
  return usd !== null && currency !== 'USD';
}
