// Compares the prices of this program with public lists, offline: `npm run prices:compare`.
//
// prices/figures.tsv has the figures, each with its list and date. For each one, the model is resolved like that of a
// round at that date, and the rates are compared. Differences are printed, and must be decided in prices/decisions.md.
// Exits with code 1 if a difference is not decided, or if a decision decides no difference.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const FIGURES = 'prices/figures.tsv';
const DECISIONS = 'prices/decisions.md';

/** Which rates apply, in order, if a price does not have a rate. */
const FALLBACKS = {
  output_reasoning: ['output'],
  cache_read: ['input'],
  cache_write: ['input'],
  cache_write_1h: ['cache_write', 'input'],
  input_audio: ['input'],
  output_audio: ['output'],
  input_image: ['input'],
  output_image: ['output'],
};

/** `{ lists: Map<name, { url, date }>, figures: [{ model, rate, value, currency, at, input, tier, list, line }] }` */
export function readFigures(text) {
  const lists = new Map();
  const figures = [];
  for (const [i, line] of text.split('\n').entries()) {
    if (line === '' || line.startsWith('#') || line.startsWith('model\t')) continue;
    const cells = line.split('\t');
    if (line.startsWith('@')) {
      const [name, url, date] = cells;
      lists.set(name.slice(1), { url, date });
      continue;
    }
    const [model, rate, value, currency, at, input, tier, list] = cells;
    const isFigure =
      cells.length === 8 && Number(value) >= 0 && value !== '' && !Number.isNaN(Date.parse(at));
    if (!isFigure || !lists.has(list)) throw new Error(`${FIGURES}:${i + 1} is not a figure: ${line}`);
    figures.push({ model, rate, value, currency, at, input: Number(input || 1), tier, list, line: i + 1 });
  }
  return { lists, figures };
}

/**
 * The rows of decisions.md that decide differences, in tables with the header `model | rate | list | decided`. Names
 * are separated by commas; `*` matches any text.
 */
export function readDecisions(text) {
  const decisions = [];
  let isTable = false;
  for (const [i, line] of text.split('\n').entries()) {
    const cells = line.startsWith('|')
      ? line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim())
      : [];
    if (cells.join(' ') === 'model rate list decided') isTable = true;
    else if (cells.length !== 4) isTable = false;
    else if (isTable && !/^-+$/.test(cells[0])) {
      const [models, rates, lists] = cells.slice(0, 3).map((cell) => cell.replaceAll('`', '').split(/,\s*/));
      if (cells[3] === '') throw new Error(`${DECISIONS}:${i + 1} decides nothing`);
      decisions.push({ models, rates, lists, line: i + 1 });
    }
  }
  return decisions;
}

/** Whether a decision covers a difference. */
export function decides({ models, rates, lists }, { model, rate, tier, list }) {
  const name = tier === '' ? rate : `${tier} ${rate}`;
  return covers(models, model) && covers(rates, name) && covers(lists, list);
}

function covers(globs, name) {
  return globs.some((glob) => {
    const [head, ...parts] = glob.toLowerCase().split('*');
    if (parts.length === 0) return head === name.toLowerCase();
    const tail = parts.at(-1);
    const text = name.toLowerCase();
    return (
      parts.length === 1 &&
      text.startsWith(head) &&
      text.endsWith(tail) &&
      text.length >= head.length + tail.length
    );
  });
}

/** The figures that differ from our prices, each with `ours`: our rate, or why there is none. */
export async function differences(figures, pricing) {
  const files = await pricing.priceFilesWith(undefined);
  const found = [];
  for (const figure of figures) {
    const { resolution } = await pricing.resolvePrice(figure.model, files);
    const ours = rateOf(figure, resolution, pricing);
    if (typeof ours === 'string' || Math.abs(ours - Number(figure.value)) > 1e-9)
      found.push({ ...figure, ours });
  }
  return found;
}

function rateOf({ rate, at, input, tier }, resolution, pricing) {
  const prices = resolution && pricing.pricesAt(resolution.schedule, Date.parse(at));
  if (!prices) return 'unpriced';
  if (prices.free) return 0;
  if (tier !== '' && !pricing.serviceTierOf(prices, tier)) return 'no such tier';
  const rates = pricing.ratesFor(prices, { input, serviceTier: tier });
  const key = [rate, ...(FALLBACKS[rate] ?? [])].find((name) => rates[name] !== undefined);
  return key === undefined ? 'no such rate' : Number(rates[key]);
}

/** The program's own pricing, bundled from src/. */
export async function loadPricing() {
  mkdirSync(new URL('dist', root), { recursive: true });
  const outfile = new URL(`dist/compare-prices.${process.pid}.tmp.mjs`, root);
  const module = (name) =>
    `export * from ${JSON.stringify(new URL(`src/pricing/${name}.ts`, root).pathname)};`;
  try {
    await build({
      stdin: {
        contents: ['charges', 'resolve', 'schedule', 'shipped'].map(module).join('\n'),
        resolveDir: root.pathname,
      },
      outfile: outfile.pathname,
      bundle: true,
      format: 'esm',
      platform: 'node',
      external: ['@pydantic/genai-prices', 'zod'],
      logLevel: 'warning',
    });
    return await import(outfile.href);
  } finally {
    rmSync(outfile, { force: true });
  }
}

/** Prints the differences; returns whether all of them are decided, and every decision is used. */
export async function compare({ figuresText, decisionsText, pricing, print }) {
  const { lists, figures } = readFigures(figuresText);
  const decisions = readDecisions(decisionsText);
  const found = await differences(figures, pricing);
  const used = new Set();
  let open = 0;
  for (const one of found) {
    const decision = decisions.find((candidate) => decides(candidate, one));
    if (decision) used.add(decision);
    else open += 1;
    const { model, rate, tier, input, ours, value, currency, at, list } = one;
    const { url, date } = lists.get(list);
    const size = input > 1 ? ` of ${input} tokens` : '';
    const where = decision ? `decided in ${DECISIONS}:${decision.line}` : 'NOT DECIDED';
    print(
      `${model} ${tier ? `${tier} ` : ''}${rate}${size} on ${at.slice(0, 16)}: ours ${ours}, ${list} ${value} ${currency} (${url}, ${date}); ${where}`,
    );
  }
  const idle = decisions.filter((decision) => !used.has(decision));
  for (const { line, models } of idle)
    print(`${DECISIONS}:${line} decides no difference: ${models.join(', ')}`);
  print(
    `${figures.length} figures of ${new Set(figures.map(({ model }) => model)).size} models: ` +
      `${found.length} differ, ${open} of them not decided`,
  );
  return open === 0 && idle.length === 0;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  const read = (path) => readFileSync(new URL(path, root), 'utf8');
  const isFine = await compare({
    figuresText: read(FIGURES),
    decisionsText: read(DECISIONS),
    pricing: await loadPricing(),
    print: console.log,
  });
  process.exitCode = isFine ? 0 : 1;
}
