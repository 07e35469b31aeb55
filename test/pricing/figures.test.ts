import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { compare, decides, differences, readDecisions, readFigures } from '../../scripts/compare-prices.mjs';
import { ratesFor, serviceTierOf } from '../../src/pricing/charges.ts';
import { resolvePrice } from '../../src/pricing/resolve.ts';
import { pricesAt } from '../../src/pricing/schedule.ts';
import { priceFilesWith } from '../../src/pricing/shipped.ts';

const figuresText = readFileSync('prices/figures.tsv', 'utf8');
const decisionsText = readFileSync('prices/decisions.md', 'utf8');
const pricing = { pricesAt, priceFilesWith, ratesFor, resolvePrice, serviceTierOf };
const { lists, figures } = readFigures(figuresText);

const comparison = async (figuresOf: string, decisions: string) => {
  const lines: string[] = [];
  const isFine = await compare({
    figuresText: figuresOf,
    decisionsText: decisions,
    pricing,
    print: (line) => lines.push(line),
  });
  return { isFine, lines };
};

test('every figure of the table is what we charge, or its difference is decided', async () => {
  const { isFine, lines } = await comparison(figuresText, decisionsText);
  expect(lines.filter((line) => /NOT DECIDED|decides no difference/.test(line))).toEqual([]);
  expect(isFine).toBe(true);
  expect(lines.at(-1)).toMatch(/^\d{4} figures of \d{3} models: \d+ differ, 0 of them not decided$/);
});

test('npm run prices:compare says the same, offline', () => {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: Record<string, string> };
  expect(scripts['prices:compare']).toBe('node scripts/compare-prices.mjs');
  const out = execFileSync(process.execPath, ['scripts/compare-prices.mjs'], { encoding: 'utf8' });
  expect(out).toMatch(/ 0 of them not decided\n$/);
});

describe('the table', () => {
  test('has more than 120 models of every house, and most of them in two lists', () => {
    const byModel = new Map<string, Set<string>>();
    for (const { model, list } of figures) byModel.set(model, (byModel.get(model) ?? new Set()).add(list));
    expect(byModel.size).toBeGreaterThan(200);
    const single = [...byModel].filter(([, of]) => of.size === 1).map(([model]) => model);
    const named = decisionsText.slice(decisionsText.indexOf('## In only one list'));
    for (const model of single) expect(named, model).toContain(`\`${model}\``);
  });

  test('names each list with an address and a date', () => {
    for (const [name, { url, date }] of lists) {
      expect(url, name).toMatch(/^https:\/\//);
      expect(date, name).toMatch(/^20\d\d-\d\d-\d\d$/);
    }
  });

  test('a line that is not a figure is an error that names it', () => {
    expect(() => readFigures('@x\thttps://x\t2026-01-01\nm\tinput\t?\tUSD\t2026-01-01\t\t\tx\n')).toThrow(
      'prices/figures.tsv:2 is not a figure',
    );
    expect(() => readFigures('m\tinput\t1\tUSD\t2026-01-01\t\t\tx\n')).toThrow('prices/figures.tsv:1');
  });
});

describe('a difference', () => {
  const head = '@page\thttps://example.com\t2026-07-01\n';
  const row = (model: string, rate: string, value: number, rest = '\t') =>
    `${model}\t${rate}\t${value}\tUSD\t2026-07-01T12:00:00Z\t${rest}\tpage\n`;
  const table = (models: string, rates: string) =>
    `| model | rate | list | decided |\n| --- | --- | --- | --- |\n| ${models} | ${rates} | \`page\` | because |\n`;

  test.each([
    ['of a rate', row('gpt-4.1', 'input', 2.1), 'ours 2, page 2.1 USD'],
    ['of a model without price', row('no-such-model', 'input', 2), 'ours unpriced, page 2 USD'],
    ['of a step by length', row('grok-4.3', 'input', 1.25, '300000\t'), 'ours 2.5, page 1.25 USD'],
    ['of a service tier', row('gpt-4.1', 'input', 2, '\tpriority'), 'ours 3.5, page 2 USD'],
    ['of a tier that has no rates', row('gpt-4.1', 'input', 1, '\tflex'), 'ours no such tier'],
  ])('%s is printed and fails', async (_, rows, words) => {
    const { isFine, lines } = await comparison(head + rows, '');
    expect(isFine).toBe(false);
    expect(lines[0]).toContain(words);
    expect(lines[0]).toContain('(https://example.com, 2026-07-01); NOT DECIDED');
  });

  test('that is decided passes; the decision is named', async () => {
    const decisions = table('`gpt-4.*`', 'input, output');
    const { isFine, lines } = await comparison(head + row('gpt-4.1', 'input', 3), decisions);
    expect(isFine).toBe(true);
    expect(lines[0]).toContain('decided in prices/decisions.md:3');
  });

  test('that is gone leaves a decision about nothing, which fails', async () => {
    const { isFine, lines } = await comparison(head + row('gpt-4.1', 'input', 2), table('`gpt-4.1`', '*'));
    expect(isFine).toBe(false);
    expect(lines[0]).toBe('prices/decisions.md:3 decides no difference: gpt-4.1');
  });

  test('is decided for its model, rate, tier and list only', () => {
    const [decision] = readDecisions(table('`gpt-4.*`, `o3`', 'input, priority *'));
    if (!decision) throw new Error('no decision');
    const of = (model: string, rate: string, tier = '', list = 'page') =>
      decides(decision, { model, rate, tier, list });
    expect(of('gpt-4.1-mini', 'input')).toBe(true);
    expect(of('O3', 'output', 'priority')).toBe(true);
    expect(of('o3-mini', 'input')).toBe(false);
    expect(of('o3', 'output')).toBe(false);
    expect(of('o3', 'input', 'flex')).toBe(false);
    expect(of('o3', 'input', '', 'another')).toBe(false);
  });

  test('is none where the same is said in another way', async () => {
    expect(await differences(readFigures(head + row('gpt-4.1', 'cache_write', 2)).figures, pricing)).toEqual(
      [],
    );
  });
});
