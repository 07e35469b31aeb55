import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeRandom } from '../../scripts/fixtures/prng.mjs';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { run } from '../cli/run.ts';
import { makeFolder, makeSite, render } from './make.ts';
import { storeQuickly, type QuickSession } from './quick-store.ts';
import { Talk, type Said } from './session/make.ts';

/** When `render` renders: 12 o’clock in Shanghai. */
const NOW = Date.parse('2026-02-03T04:00:00Z');
const DAY_MS = 86_400_000;
const local = localTimeIn('Asia/Shanghai');

type Random = ReturnType<typeof makeRandom>;

interface Exported {
  session_id: string;
  round: number;
  timestamp: string;
  model: string;
  consumer: string | null;
  api: string | null;
  response_code: number | null;
  duration_ms: number | null;
  first_token_ms: number | null;
  output_tokens: number;
}

interface Times {
  rounds: number;
  mean: number | null;
  p50: number | null;
  p90: number | null;
  p99: number | null;
}

interface HealthRow {
  [key: string]: unknown;
  rounds: number;
  failed_rounds: number;
  uncounted_rounds: number;
  failed_share: number | null;
  statuses: Record<string, number>;
  duration_ms: Times;
  failed_duration_ms: Times;
  first_token_ms: Times;
  output_speed: { rounds: number; tokens_per_second: number | null };
}

interface ByKey {
  models: HealthRow[];
  consumers: HealthRow[];
  apis: HealthRow[];
}

interface Stats {
  health: ByKey & {
    total: HealthRow;
    dates: HealthRow[];
    earlier: HealthRow;
    today: ByKey & { date: string; hours: HealthRow[] };
    before: ByKey & { days: number };
  };
  tools: {
    rows: { tool: string; calls: number; sessions: number; failed: number; result_bytes: number | null }[];
    total: { calls: number; sessions: number; failed: number; result_bytes: number | null };
  };
}

/** What was made of a tool. */
interface Truth {
  calls: number;
  failed: number;
  bytes: number;
  sessions: Set<string>;
}

const TOOLS = ['bash', 'read_file', 'web "search" <b>'];
const MODELS = ['qwen-max', 'gpt-5', '<script>alert(1)</script>', 'deepseek'];
const RESULTS = ['fine', 'Error: 没有', 'exit code: 3', 'a long result '.repeat(20)];

/** Lines of random sessions of 80 days, and what their tools did. */
function randomLog(random: Random, sessions: number): { lines: string[]; truth: Map<string, Truth> } {
  const truth = new Map<string, Truth>();
  const truthOf = (tool: string): Truth => {
    const known = truth.get(tool) ?? { calls: 0, failed: 0, bytes: 0, sessions: new Set<string>() };
    truth.set(tool, known);
    return known;
  };
  const lines: [time: number, line: string][] = [];
  for (let s = 0; s < sessions; s++) {
    const id = `agent:main:${s}`;
    const facts = { model: random.pick(MODELS), consumer: random.pick(['cron', 'a b', null]) };
    const talk = new Talk();
    let time = NOW - (random.pick([0, 0, 1, 4, 7, 8, 30, 58, 59, 60, 80]) as number) * DAY_MS - 7_000_000;
    let open: { id: string; tool: string }[] = [];
    const rounds = random.int(1, 8);
    for (let r = 0; r < rounds; r++) {
      if (open.length === 0) talk.ask(`question ${r}`);
      for (const call of open) {
        const text = random.pick(RESULTS) as string;
        const known = truthOf(call.tool);
        known.bytes += Buffer.byteLength(text);
        if (/^(Error|exit)/.test(text)) known.failed++;
        talk.result(call.id, text);
      }
      const calls = Array.from({ length: random.int(0, 2) }, (_, i) => ({
        id: `c-${s}-${r}-${i}`,
        name: random.pick(TOOLS) as string,
        args: { i },
      }));
      for (const { name } of calls) {
        truthOf(name).calls++;
        truthOf(name).sessions.add(id);
      }
      const said = talk.answer('done', calls, {
        ...facts,
        output_token: random.int(1, 5000),
        ...(random.chance(0.9) && { llm_service_duration: random.int(1, 200_000) }),
        ...(random.chance(0.8) && { llm_first_token_duration: random.int(0, 3000) }),
        ...(random.chance(0.5) && { api: random.pick(['qwen', 'openai']) }),
      });
      open = calls.map((call) => ({ id: call.id, tool: call.name }));
      lines.push([
        time,
        lineOf(id, time, said, random.pick([200, 200, 200, 201, 302, 429, 404, 503, 0, null])),
      ]);
      time += random.int(1, 900_000);
    }
  }
  return { lines: lines.toSorted(([a], [b]) => a - b).map(([, line]) => line), truth };
}

function lineOf(id: string, time: number, said: Said, code: number | null): string {
  const line = {
    ai_log: JSON.stringify({ session_id: id, ...said }),
    ...(code !== null && { response_code: String(code) }),
    start_time: new Date(time).toISOString(),
  };
  return `${JSON.stringify(line)}\n`;
}

const page = (siteDir: string, path: string): string => readFileSync(join(siteDir, path), 'utf8');
const statsOf = (siteDir: string): Stats => JSON.parse(page(siteDir, 'api/stats.json')) as Stats;

const isFailed = ({ response_code: code }: Exported): boolean => code === 0 || (code ?? 200) >= 400;

/** A sum of exported rounds must be what the row says; percentiles may be 5 % off, and a mean has four digits. */
function expectSum(row: HealthRow | undefined, rounds: readonly Exported[], what: string): void {
  const failed = rounds.filter(isFailed);
  const answered = rounds.filter((round) => !isFailed(round));
  const of = (test: (code: number) => boolean): number =>
    rounds.filter(({ response_code: code }) => code !== null && test(code)).length;
  expect(row, what).toMatchObject({
    rounds: rounds.length,
    failed_rounds: failed.length,
    uncounted_rounds: 0,
    failed_share: Number((failed.length / rounds.length).toPrecision(4)),
    statuses: {
      none: rounds.filter(({ response_code: code }) => code === null).length,
      '0': of((code) => code === 0),
      '2xx': of((code) => code >= 200 && code < 300),
      '3xx': of((code) => code >= 300 && code < 400),
      '4xx': of((code) => code >= 400 && code < 500),
      '429': of((code) => code === 429),
      '5xx': of((code) => code >= 500),
    },
  });
  const known = <K extends 'duration_ms' | 'first_token_ms'>(some: readonly Exported[], key: K): number[] =>
    some.flatMap((round) => (round[key] === null ? [] : [round[key]]));
  expectTimes(row?.duration_ms, known(answered, 'duration_ms'), `${what}: duration`);
  expectTimes(row?.failed_duration_ms, known(failed, 'duration_ms'), `${what}: of failed ones`);
  expectTimes(row?.first_token_ms, known(rounds, 'first_token_ms'), `${what}: first token`);
  const timed = answered.filter(({ duration_ms: ms }) => ms !== null);
  const output = timed.reduce((sum, round) => sum + round.output_tokens, 0);
  const ms = timed.reduce((sum, round) => sum + (round.duration_ms ?? 0) - (round.first_token_ms ?? 0), 0);
  expect(row?.output_speed, what).toEqual({
    rounds: timed.length,
    tokens_per_second: ms > 0 ? Number(((output * 1000) / ms).toPrecision(4)) : null,
  });
}

function expectTimes(times: Times | undefined, exact: readonly number[], what: string): void {
  const sorted = exact.toSorted((a, b) => a - b);
  expect(times?.rounds, what).toBe(sorted.length);
  const mean = sorted.reduce((sum, ms) => sum + ms, 0) / sorted.length;
  expect(times?.mean, what).toBe(sorted.length === 0 ? null : Number(mean.toPrecision(4)));
  for (const [name, part] of [['p50', 0.5] as const, ['p90', 0.9] as const, ['p99', 0.99] as const]) {
    const right = sorted[Math.max(1, Math.ceil(part * sorted.length)) - 1];
    const told = times?.[name];
    if (right === undefined) expect(told, what).toBe(null);
    else
      expect(Math.abs((told ?? NaN) - right), `${what} ${name}: ${told} for ${right}`).toBeLessThanOrEqual(
        0.0501 * right + 1,
      );
  }
}

/** The tables of a section of Health: the names, numbers of requests and of failures, by what they tell apart. */
function tablesIn(
  html: string,
  section: string,
): Map<string, [name: string, requests: string, failed: string][]> {
  const from = html.indexOf(`aria-labelledby="${section}"`);
  const text = html.slice(from, html.indexOf('</section>', from));
  return new Map(
    Array.from(
      text.matchAll(/<caption class="key">By (.*?)<\/caption>(.*?)<\/table>/gs),
      ([, key = '', table = '']) => [
        key,
        Array.from(
          table.matchAll(
            /<tr><th scope="row" class="name">.*?<bdi>(.*?)<\/bdi>.*?requests"><span title="(.*?)">.*?failed-count"><\w+ class="\w+"(?: href="[^"]*")?>(.*?)</g,
          ),
          ([, name = '', requests = '', failed = '']) => [name, requests, failed] as [string, string, string],
        ),
      ],
    ),
  );
}

const escaped = (text: string): string =>
  text.replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

test.each([1, 2, 3])(
  'all numbers are sums over exported rounds, and over what tools did (%i)',
  async (seed) => {
    const { lines, truth } = randomLog(makeRandom(seed), 90);
    const { dataDir, siteDir } = await makeSite(lines);
    const exported = await run([
      'export',
      '-',
      '--group-by',
      'round',
      '--format',
      'ndjson',
      '--data-dir',
      dataDir,
    ]);
    const rounds = exported.out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Exported);
    const dateOf = ({ timestamp }: Exported): string => local.isoOf(Date.parse(timestamp)).slice(0, 10);
    const { health, tools } = statsOf(siteDir);

    expectSum(health.total, rounds, 'total');
    const { today, before } = health;
    expect([today.date, before.days]).toEqual(['2026-02-03', 7]);
    const parts: [string, ByKey, Exported[]][] = [
      ['all', health, rounds],
      ['today', today, rounds.filter((round) => dateOf(round) === '2026-02-03')],
      [
        'before',
        before,
        rounds.filter((round) => dateOf(round) >= '2026-01-27' && dateOf(round) < '2026-02-03'),
      ],
    ];
    for (const [what, rows, some] of parts) {
      for (const [list, key] of [
        ['models', 'model'],
        ['consumers', 'consumer'],
        ['apis', 'api'],
      ] as const) {
        expect(new Set(rows[list].map((row) => row[key]))).toEqual(new Set(some.map((round) => round[key])));
        for (const row of rows[list])
          expectSum(
            row,
            some.filter((round) => round[key] === row[key]),
            `${what} ${list} ${String(row[key])}`,
          );
      }
    }
    const dates = [...new Set(rounds.map(dateOf))].toSorted();
    // With today, 60 days.
    expect(health.dates.map(({ date }) => date)).toEqual(dates.filter((date) => date >= '2025-12-06'));
    for (const row of health.dates)
      expectSum(
        row,
        rounds.filter((round) => dateOf(round) === row['date']),
        String(row['date']),
      );
    expectSum(
      health.earlier,
      rounds.filter((round) => dateOf(round) < '2025-12-06'),
      'earlier',
    );
    expect(health.earlier.rounds).toBeGreaterThan(0);
    const hourOf = ({ timestamp }: Exported): string =>
      local.isoOf(Date.parse(timestamp)).replace(/:\d\d:\d\d/, ':00');
    for (const row of today.hours)
      expectSum(
        row,
        rounds.filter((round) => hourOf(round) === row['hour']),
        String(row['hour']),
      );
    expect(today.hours.reduce((sum, row) => sum + row.rounds, 0)).toBe(parts[1]?.[2].length);

    // The same function as the command’s: the same numbers, also where these are not exact.
    const stats = JSON.parse((await run(['stats-health', '--json', '--data-dir', dataDir])).out) as {
      rows: HealthRow[];
    };
    for (const row of health.models)
      expect(stats.rows.find(({ model }) => model === row['model'])).toMatchObject(row);

    // The page says what the JSON says.
    const html = page(siteDir, 'health.html');
    for (const [section, rows] of [
      ['all', health],
      ['today', today],
    ] as const) {
      const tables = tablesIn(html, section);
      for (const [list, key, caption] of [
        ['models', 'model', 'model'],
        ['consumers', 'consumer', 'consumer'],
        ['apis', 'api', 'API'],
      ] as const) {
        const shown = rows[list].map((row): [string, string, string] => [
          row[key] === null ? `no ${caption}` : escaped(String(row[key])),
          String(row.rounds),
          row.failed_rounds === 0 ? '0' : `${row.failed_rounds} (`,
        ]);
        const read = (tables.get(caption) ?? []).map(([name, requests, failed]) => [
          name,
          requests,
          failed.replace(/\(.*/, '('),
        ]);
        expect(read, `${section} ${list}`).toEqual(shown);
      }
    }

    expect(Object.fromEntries(tools.rows.map(({ tool, ...row }) => [tool, row]))).toMatchObject(
      Object.fromEntries(
        Array.from(truth, ([tool, { calls, failed, bytes, sessions }]) => [
          tool,
          { calls, failed, result_bytes: bytes, sessions: sessions.size },
        ]),
      ),
    );
    expect(tools.rows).toHaveLength(truth.size);
    const toolStats = JSON.parse(
      (await run(['stats-tool', '--json', '--data-dir', dataDir])).out,
    ) as Stats['tools'];
    expect(tools).toMatchObject({ rows: toolStats.rows, total: toolStats.total });
  },
);

test('the latest failures are listed, each with a link to a round that failed', async () => {
  const { lines } = randomLog(makeRandom(9), 60);
  const { dataDir, siteDir } = await makeSite(lines);
  const linked = (html: string): [session: string, round: number][] =>
    Array.from(html.matchAll(/href="\.\/sessions\/([^"]*)\.html#r-(\d+)"/g), ([, name = '', round = '']) => [
      decodeURIComponent(name),
      Number(round),
    ]);

  const tools = page(siteDir, 'tools.html');
  for (const tool of TOOLS) {
    const argv = ['stats-tool', tool, '--limit', '10', '--json', '--data-dir', dataDir];
    const { failed, failures } = JSON.parse((await run(argv)).out) as {
      failed: number;
      failures: { session_id: string; round: number }[];
    };
    const from = tools.indexOf(`<h3><bdi>${escaped(tool)}</bdi>`);
    const section = tools.slice(from, tools.indexOf('<div class="failed-tool"', from));
    expect(failed).toBeGreaterThan(10);
    expect(linked(section)).toEqual(failures.map(({ session_id: id, round }) => [id, round]));
    expect(section).toContain(`<p class="note">${failed - 10} more: `);
  }

  const exported = await run([
    'export',
    '-',
    '--group-by',
    'round',
    '--format',
    'ndjson',
    '--data-dir',
    dataDir,
  ]);
  const rounds = exported.out
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Exported);
  const failing = rounds.filter(isFailed);
  const latest = new Map<string, number>();
  for (const { session_id: id, timestamp } of failing)
    latest.set(id, Math.max(latest.get(id) ?? 0, Date.parse(timestamp)));
  const order = [...latest]
    .toSorted(([a, at], [b, other]) => other - at || (a < b ? -1 : 1))
    .map(([id]) => id);
  const html = page(siteDir, 'health.html');
  const links = linked(html);
  expect([...new Set(links.map(([id]) => id))]).toEqual(order.slice(0, 20));
  expect(html).toContain(`The latest 20 of ${latest.size} sessions with failed requests`);
  for (const [id, round] of links) {
    const found = failing.find((one) => one.session_id === id && one.round === round);
    expect(found, `${id} #${round}`).toBeDefined();
    expect(page(siteDir, `sessions/${id}.html`)).toContain(`id="r-${round}"`);
  }
  // "n failed" leads to the list with its filters.
  const hrefs = Array.from(html.matchAll(/href="(\.\/sessions\/index\.html[^"]*)"/g), ([, href = '']) =>
    href.replaceAll('&amp;', '&').replaceAll('&#x3D;', '='),
  );
  expect(hrefs).toContain('./sessions/index.html#status=failed&month=all');
  expect(hrefs).toContain('./sessions/index.html#status=failed&model=gpt-5&month=all');
  expect(hrefs).toContain('./sessions/index.html#status=failed&consumer=a+b&from=2026-02-03&to=2026-02-03');
});

test('the sentence on top names the slowest model and the one that failed most, with their numbers', async () => {
  const dataDir = join(makeFolder(), 'store');
  const siteDir = join(makeFolder(), 'site');
  const rounds = (model: string, at: number, durationMs: number, count: number, status = 200) =>
    Array.from({ length: count }, (_, i) => ({
      at: at + i * 1000,
      model,
      input: 9,
      cached: 0,
      output: 9,
      durationMs,
      status,
    }));
  const session = (id: string, list: QuickSession['rounds']): QuickSession => ({
    id,
    title: id,
    consumer: '',
    rounds: list,
  });
  const leadOf = (): string =>
    (/<p class="lead">(.*?)<\/p>/.exec(page(siteDir, 'health.html'))?.[1] ?? '')
      .replace(/<[^>]*>/g, '')
      .replaceAll('\u00a0', ' ');
  storeQuickly(dataDir, [session('a', rounds('quick', NOW - 2 * DAY_MS, 1000, 10))]);
  await render({ dataDir, siteDir });
  expect(leadOf()).toBe('No requests today.');
  storeQuickly(dataDir, [
    session('b', [
      ...rounds('slow', NOW - 3 * DAY_MS, 9000, 10),
      ...rounds('slow', NOW - 9 * DAY_MS, 90_000, 10),
    ]),
    session('c', rounds('slow', NOW - 7_200_000, 42_000, 6)),
    // Slower, but only once.
    session('d', [
      ...rounds('once', NOW - 7_200_000, 99_000, 1),
      ...rounds('quick', NOW - 7_200_000, 1000, 8),
    ]),
  ]);
  await render({ dataDir, siteDir });
  expect(leadOf()).toBe(
    'The slowest model today is slow: p90 41.2 s against 9.0 s in the 7 days before. No request failed today.',
  );
  storeQuickly(dataDir, [session('e', rounds('quick', NOW - 3_600_000, 10, 2, 503))]);
  await render({ dataDir, siteDir });
  expect(leadOf()).toContain('Most failures: quick, 2 of 10 (20%) against 0% in the 7 days before.');
});

test('links name models and consumers as the list knows them, and failures that name no model have no answer', async () => {
  const dataDir = join(makeFolder(), 'store');
  const siteDir = join(makeFolder(), 'site');
  const long = `tab\t\u202e ${'x'.repeat(100)}`;
  const failed = (id: string, model: string, consumer: string): QuickSession => ({
    id,
    title: id,
    consumer,
    rounds: [
      {
        at: NOW - 3_600_000,
        model,
        input: model === 'unknown' ? 0 : 9,
        cached: 0,
        output: 0,
        durationMs: 50,
        status: 503,
      },
    ],
  });
  storeQuickly(dataDir, [failed('a', long, ' lead'), failed('b', 'unknown', '')]);
  await render({ dataDir, siteDir });
  const html = page(siteDir, 'health.html');
  const addresses = Array.from(html.matchAll(/<a class="failed" href="([^"]*)"/g), ([, href = '']) =>
    [...new URLSearchParams(href.replaceAll('&amp;', '&').replaceAll('&#x3D;', '=').split('#')[1])]
      .filter(([name]) => name === 'model' || name === 'consumer')
      .flat(),
  );
  const shown = `tab ${'x'.repeat(75)}…`;
  const named = [
    ['model', shown],
    ['model', 'unknown'],
    ['consumer', '-'],
    ['consumer', 'lead'],
  ];
  // Of today, of all requests; a day has no name.
  expect(addresses).toEqual([...named, ...named, []]);
  expect(tablesIn(html, 'all').get('model')).toEqual([
    [shown, '1', '1 (100%)'],
    ['no answer', '1', '1 (100%)'],
  ]);
  expect(html).not.toContain('unknown</bdi>');
  expect(Array.from(html.matchAll(/<td class="model"><bdi>(.*?)<\/bdi>/g), ([, model]) => model)).toEqual([
    shown,
    'no answer',
  ]);

  // It is a model as soon as it answers.
  storeQuickly(dataDir, [
    {
      ...failed('c', 'unknown', ''),
      rounds: [{ ...failed('', 'unknown', '').rounds[0]!, output: 9, status: 200 }],
    },
  ]);
  await render({ dataDir, siteDir });
  expect(tablesIn(page(siteDir, 'health.html'), 'all').get('model')).toContainEqual([
    'unknown',
    '2',
    '1 (50%)',
  ]);
});

test('rows without output have no speed', async () => {
  const dataDir = join(makeFolder(), 'store');
  const siteDir = join(makeFolder(), 'site');
  const round = {
    at: NOW - 3_600_000,
    model: 'embed',
    input: 9,
    cached: 0,
    output: 0,
    durationMs: 50,
    status: 200,
  };
  storeQuickly(dataDir, [{ id: 'a', title: 'a', consumer: '', rounds: [round] }]);
  await render({ dataDir, siteDir });
  const speeds = Array.from(
    page(siteDir, 'health.html').matchAll(/<td class="num speed">.*?<\/span>(.*?)</g),
    ([, speed]) => speed,
  );
  expect(new Set(speeds)).toEqual(new Set(['–']));
});

test('a site of some sessions shows only these; sessions without pages are in sums, and not linked', async () => {
  const { lines } = randomLog(makeRandom(4), 40);
  const { dataDir, siteDir } = await makeSite(lines);
  const all = statsOf(siteDir);
  await render({ dataDir, siteDir }, { sessions: { consumer: 'cron' } });
  const some = statsOf(siteDir);
  expect(some.health.consumers.map((row) => row['consumer'])).toEqual(['cron']);
  expect(some.health.total.rounds).toBe(
    all.health.consumers.find((row) => row['consumer'] === 'cron')?.rounds,
  );
  expect(some.tools.total.calls).toBeLessThan(all.tools.total.calls);
  await render(
    { dataDir, siteDir },
    { sessions: 'all', period: { days: 5 }, startOf: () => NOW - 5 * DAY_MS },
  );
  expect(statsOf(siteDir)).toEqual(all);
  for (const path of ['health.html', 'tools.html']) {
    const links = [...page(siteDir, path).matchAll(/href="\.\/(sessions\/[^"#]*\.html)#r-/g)].map(
      ([, to = '']) => to,
    );
    expect(links.length).toBeGreaterThan(3);
    expect(links.filter((to) => !existsSync(join(siteDir, to)))).toEqual([]);
  }
});

test('thousands of models and tools: pages stay below 1 MB, and say what they leave out', async () => {
  const dataDir = join(makeFolder(), 'store');
  const siteDir = join(makeFolder(), 'site');
  const long = '"<&\''.repeat(40);
  const sessions = Array.from({ length: 90 }, (_, s): QuickSession => ({
    id: `s${s}`,
    title: `${s}${long}`,
    consumer: `${s}${long}`,
    api: `${s}${long}`,
    rounds: Array.from({ length: 26 }, (_unused, i) => ({
      at: NOW - 7_000_000 + i * 1000,
      model: `${s}-${i}${long}`,
      input: 9,
      cached: 0,
      output: 1,
      status: 503,
      durationMs: 10,
      ...(i > 0 && { results: [{ tool: `t${s}-${i}${long}`, text: `Error: ${long}` }] }),
    })),
  }));
  storeQuickly(dataDir, sessions);
  await render({ dataDir, siteDir });
  for (const path of ['health.html', 'tools.html'])
    expect(statSync(join(siteDir, path)).size, path).toBeLessThan(1_000_000);
  const health = page(siteDir, 'health.html');
  const models = tablesIn(health, 'all').get('model') ?? [];
  expect(models.at(-1)).toEqual([
    `${(90 * 26 - 60).toLocaleString('en')} other models`,
    (90 * 26 - 60).toLocaleString('en'),
    `${(90 * 26 - 60).toLocaleString('en')} (100%)`,
  ]);
  const tools = page(siteDir, 'tools.html');
  expect(tools).toContain(`<bdi>${(90 * 25 - 200).toLocaleString('en')} other tools</bdi>`);
  expect(tools).toContain(`${(90 * 25 - 30).toLocaleString('en')} more tools with failed calls`);
  expect(statsOf(siteDir).tools.rows).toHaveLength(90 * 25);
});
