import { expect, test } from 'vitest';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { RoundPrices } from '../../src/query/why/round-prices.ts';
import { SessionWhy } from '../../src/query/why/session-why.ts';
import { roundsJson, roundsText } from '../../src/report/show-rounds.ts';
import type { RoundChoice } from '../../src/report/show.ts';
import { widthOf } from '../../src/report/terminal.ts';
import type { ExpandedRound } from '../../src/session-format/stored-round.ts';
import { round, screen } from './make.ts';
import { shown } from './weather-session.ts';

const CALL = JSON.stringify([{ id: 'c', type: 'function', function: { name: 'bash', arguments: '{}' } }]);
const user = (text: string): string => JSON.stringify({ role: 'user', content: text });
const ASKED = JSON.stringify({ role: 'assistant', tool_calls: JSON.parse(CALL) as unknown });
const FAILED = JSON.stringify({ role: 'tool', tool_call_id: 'c', content: 'exit code 1' });

/** Round 3 calls a tool, and the next round brings its failed result. */
const ROUNDS: ExpandedRound[] = Array.from({ length: 70 }, (_, i) => {
  const start = [user('one'), user('two'), user('three')].slice(0, i + 1);
  const messages = [...start, ...(i > 2 ? [ASKED, FAILED] : []), ...(i > 3 ? [user(`more ${i}`)] : [])];
  const stored = { price: 'unpriced', has_tool_calls: i === 2 } as const;
  return { ...round(i + 1, stored), messages, toolCalls: i === 2 ? CALL : null };
});

function shownRounds(choice: RoundChoice = null) {
  const { session } = shown(ROUNDS);
  return {
    why: new SessionWhy({ ...session, rounds: ROUNDS.length }, new RoundPrices([], 'store')),
    rounds: ROUNDS,
    choice,
  };
}

const local = localTimeIn('UTC');
const numbersIn = (text: string): number[] =>
  [...text.matchAll(/^ *(\d+) +\d\d:\d\d/gm)].map(([, number]) => Number(number));

test('a table of many rounds is drawn in parts, and no round is left out', () => {
  const text = [...roundsText(shownRounds(), screen(90), local, 3)].join('');
  expect(numbersIn(text)).toEqual(ROUNDS.map(({ stored }) => stored.round));
  expect(text.match(/^ *# +Time/gm)).toHaveLength(3);
  expect(text).toMatch(/^3 .* ❌ bash/m);
});

test('only the chosen rounds; the rest is of all', () => {
  const text = [...roundsText(shownRounds({ last: 2 }), screen(90), local)].join('');
  expect(numbersIn(text)).toEqual([69, 70]);
  const one = [...roundsJson(shownRounds({ round: 3 }))].join('');
  const { rounds, why } = JSON.parse(one) as { rounds: { tools: unknown }[]; why: { context: unknown } };
  expect(rounds.map(({ tools }) => tools)).toEqual([[{ name: 'bash', failed: true }]]);
  expect(why.context).toMatchObject({ first: { round: 1 }, last: { round: 70 } });
});

test.each([30, 40, 60, 80, 200])('nothing is wider than %i columns', (width) => {
  const text = [...roundsText(shownRounds(), screen(width), local)].join('');
  const widest = Math.max(...text.split('\n').map((line) => widthOf(line)));
  expect(widest).toBeLessThanOrEqual(width);
});

test('a failed request that names no model says where it was sent; JSON has the logged name', () => {
  const accessLog = '{"upstream_cluster":"outbound|443||llm-x.internal.dns"}';
  const stored = { model: 'unknown', price: 'no-usage', response_code: 503 } as const;
  const all = {
    ...shownRounds({ round: 2 }),
    rounds: [ROUNDS[0] ?? [], round(2, stored, { accessLog })].flat(),
  };
  expect([...roundsText(all, screen(160), local)].join('')).toMatch(
    /^2 +\S+ +no answer from llm-x\.internal +❌ 503 /m,
  );
  const again = { ...all, why: shownRounds().why };
  expect(JSON.parse([...roundsJson(again)].join(''))).toMatchObject({ rounds: [{ model: 'unknown' }] });
});
