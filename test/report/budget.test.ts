import { describe, expect, test } from 'vitest';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { sessionTotals } from '../../src/query/aggregate.ts';
import { budgetJson, budgetLine, isKept, type Budget, type Spending } from '../../src/report/budget.ts';
import { currentPeriod, type BudgetPeriod } from '../../src/report/period.ts';
import type { UsageCell } from '../../src/model/usage-cell.ts';
import { cell, session, usd, exactCosts } from './make.ts';

const AT = '2026-02-03T09:30Z';

function spending(cells: Partial<UsageCell>[], rest: Partial<Spending> = {}): Spending {
  const local = localTimeIn('UTC');
  return {
    per: 'month',
    period: currentPeriod('month', local, Date.parse(AT)),
    timeZone: 'UTC',
    filter: {},
    sum: sessionTotals(
      session(
        's',
        cells.map((one) => cell(AT, one.model ?? 'm', one)),
      ),
    ),
    isKnown: true,
    ...rest,
  };
}

const budget = (rest: Partial<Budget>): Budget => ({ strict: false, currency: 'USD', ...rest });

test('spending exactly the budget keeps it, and an attodollar or a token more does not', () => {
  const spent = spending([{ cost: usd(50), input: 60, output: 40 }]);
  expect(isKept(budget({ amount: usd(50) }), spent)).toBe(true);
  expect(isKept(budget({ amount: usd(50) - 1n }), spent)).toBe(false);
  expect(isKept(budget({ tokens: 100 }), spent)).toBe(true);
  expect(isKept(budget({ tokens: 99 }), spent)).toBe(false);
  expect(isKept(budget({ amount: usd(51), tokens: 99 }), spent)).toBe(false);
  expect(isKept(budget({ amount: usd(49), tokens: 101 }), spent)).toBe(false);
});

test('an unknown cost breaks a budget under --strict only', () => {
  const spent = spending([{ cost: usd(1) }, { price: 'unpriced', input: 1_200_000, model: 'qwen-max' }]);
  expect(isKept(budget({ amount: usd(2) }), spent)).toBe(true);
  expect(isKept(budget({ amount: usd(2), strict: true }), spent)).toBe(false);
  expect(
    isKept(budget({ amount: usd(2), strict: true }), spending([{ cost: usd(1) }, { price: 'no-usage' }])),
  ).toBe(true);
});

test('the line says what was spent of what, in which period, and what is not in it', () => {
  const unpriced = { price: 'unpriced', input: 1_200_000, model: 'qwen-max' } as const;
  const spent = spending([{ cost: usd(61.2) }, unpriced], {
    filter: { model: 'm', consumer: 'b\u001b[1mot' },
  });
  expect(budgetLine(budget({ amount: usd(50) }), spent)).toBe(
    'over budget: $61.2000 of $50 (122.4%) for m by bot in 2026-02 (UTC); excluding 1 unpriced round (qwen-max, 1.2M tokens)\n',
  );
  expect(budgetLine(budget({ amount: usd(100), strict: true }), spent)).toMatch(
    /^cost unknown: \$61\.2000 of \$100 /,
  );
  expect(
    budgetLine(budget({ amount: usd(0.5), tokens: 1_000_000 }), spending([{ cost: usd(0.49999), input: 5 }])),
  ).toBe('within budget: $0.5000 of $0.5 (99.9%), 5 of 1,000,000 tokens (0%) in 2026-02 (UTC)\n');
  expect(budgetLine(budget({ amount: usd(5) }), spending([unpriced]))).toMatch(
    /^within budget: unknown cost of \$5 in 2026-02 \(UTC\); excluding 1 unpriced round/,
  );
  expect(
    budgetLine(budget({ amount: 0n }), spending([], { filter: { consumer: 'x' }, isKnown: false })),
  ).toBe('within budget: $0.0000 of $0 for x in 2026-02 (UTC); no round in the store has these names\n');
  expect(budgetLine(budget({ amount: usd(5) }), spending([], { per: 'total' }))).toBe(
    'within budget: $0.0000 of $5 (0%) in total\n',
  );
});

test('check --json', () => {
  const spent = spending([
    { cost: usd(61.2), input: 7 },
    { price: 'unpriced', model: 'q', input: 3 },
  ]);
  expect(JSON.parse(budgetJson(budget({ amount: usd(50), tokens: 20 }), spent))).toEqual({
    version: 1,
    ok: false,
    per: 'month',
    from: '2026-02-01T00:00:00.000Z',
    to: '2026-03-01T00:00:00.000Z',
    timezone: 'UTC',
    model: null,
    consumer: null,
    session: null,
    agent: null,
    channel: null,
    where: [],
    budget_usd: 50,
    spent_usd: 61.2,
    percent_usd: 122.4,
    budget_tokens: 20,
    spent_tokens: 10,
    percent_tokens: 50,
    rounds: 2,
    unpriced_rounds: 1,
    unpriced_models: ['q'],
    ...exactCosts(61.2),
    budget: 50,
    budget_currency: 'USD',
    spent: 61.2,
    percent: 122.4,
  });
  const unknown = JSON.parse(budgetJson(budget({ amount: 1n }), spending([{ price: 'unpriced' }])));
  expect(unknown).toMatchObject({ ok: true, spent_usd: null, percent_usd: null, budget_tokens: null });
});

describe('the current period', () => {
  const of = (per: BudgetPeriod, zone: string, now: string): (string | null)[] => {
    const { from, to, label } = currentPeriod(per, localTimeIn(zone), Date.parse(now));
    return [new Date(from).toISOString(), new Date(to).toISOString(), label];
  };

  test.each([
    ['day', 'UTC', '2026-02-03T23:59:59.999Z', '2026-02-03T00:00', '2026-02-04T00:00', '2026-02-03'],
    ['day', 'Asia/Shanghai', '2026-02-03T16:00Z', '2026-02-03T16:00', '2026-02-04T16:00', '2026-02-04'],
    ['day', 'Europe/Berlin', '2026-03-29T12:00Z', '2026-03-28T23:00', '2026-03-29T22:00', '2026-03-29'],
    ['week', 'UTC', '2026-02-02T00:00Z', '2026-02-02T00:00', '2026-02-09T00:00', 'the week of 2026-02-02'],
    ['week', 'UTC', '2026-02-08T23:59Z', '2026-02-02T00:00', '2026-02-09T00:00', 'the week of 2026-02-02'],
    ['week', 'UTC', '2026-01-01T12:00Z', '2025-12-29T00:00', '2026-01-05T00:00', 'the week of 2025-12-29'],
    ['month', 'UTC', '2026-12-31T23:59Z', '2026-12-01T00:00', '2027-01-01T00:00', '2026-12'],
    ['month', 'UTC', '2024-02-29T01:00Z', '2024-02-01T00:00', '2024-03-01T00:00', '2024-02'],
    ['month', 'Asia/Shanghai', '2026-01-31T16:00Z', '2026-01-31T16:00', '2026-02-28T16:00', '2026-02'],
  ] as const)('%s in %s at %s', (per, zone, now, from, to, label) => {
    expect(of(per, zone, now)).toEqual([`${from}:00.000Z`, `${to}:00.000Z`, label]);
  });

  test('total is all time', () => {
    const { from, to } = currentPeriod('total', localTimeIn('UTC'), 0);
    expect([from, to]).toEqual([-Infinity, Infinity]);
  });
});
