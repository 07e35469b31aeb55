import { createHash } from 'node:crypto';
import { appendFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { line, run, type Ran } from './run.ts';

let folder: string;
let log: string;
let store: string;
let prices: string;

beforeEach(() => {
  folder = makeFolder();
  log = join(folder, 'access.log');
  store = join(folder, 'sessions');
  prices = join(folder, 'contract.json');
});

/** A million input tokens of a model that the built-in prices know at 2.5 USD. */
const round = (time: string, model = 'gpt-4o'): string =>
  line(time, { session_id: 's', model, input_token: 1_000_000, output_token: 0, total_token: 1_000_000 });

const price = (input: number, match = 'gpt-4o'): void =>
  writeFileSync(prices, JSON.stringify({ models: [{ match, input }] }));

const parse = async (text: string, ...more: string[]): Promise<Ran> => {
  appendFileSync(log, text);
  return await run(['parse', '--log-path', log, '--data-dir', store, '--quiet', ...more]);
};

const at = (...argv: string[]): Promise<Ran> => run([...argv, '--data-dir', store]);
const refresh = (...more: string[]): Promise<Ran> => at('prices', '--refresh', ...more);

const costs = async (): Promise<(number | null)[]> => {
  const { rounds } = JSON.parse((await at('show', 's', '--json')).out) as { rounds: { cost_usd: number }[] };
  return rounds.map(({ cost_usd: cost }) => cost);
};

/** All of the store but the lock. */
const bytesOf = (): string[] =>
  readdirSync(store).map((name) => `${name} ${readFileSync(join(store, name), 'latin1')}`);

const JANUARY = '2026-01-31T12:00:00Z';
const FEBRUARY = '2026-02-01T12:00:00Z';

describe('contract prices', () => {
  test('hold in a run of cron that does not name them, and in a refresh', async () => {
    price(1);
    expect(await parse(round(JANUARY), '--prices', prices)).toEqual({ code: 0, out: '', err: '' });
    expect(await parse(round(FEBRUARY))).toEqual({ code: 0, out: '', err: '' });
    expect(await costs()).toEqual([1, 1]);
    const { code, out } = await refresh();
    expect([code, out]).toEqual([
      0,
      'The prices of 1 model were looked up again for 2 rounds: nothing changed.\n',
    ]);
    expect(await costs()).toEqual([1, 1]);
  });

  test('that changed are said once under --quiet, with the flag and without it', async () => {
    price(1);
    await parse(round(JANUARY), '--prices', prices);
    price(2);
    const { err } = await parse(round(JANUARY));
    expect(err).toMatch(
      /^monitor: \/.*\/contract\.json: has changed since .*Z; this run still uses the store's copy\. To use the new prices: --prices .*\n$/,
    );
    expect((await parse(round(JANUARY))).err).toBe('');
    expect((await parse(round(JANUARY), '--prices', prices)).err).toMatch(
      /^monitor: .*contract\.json: has changed since .*Z: new rounds take its new prices, stored rounds keep theirs until monitor prices --refresh\n$/,
    );
    expect((await parse(round(JANUARY), '--prices', prices)).err).toBe('');
    expect(await costs()).toEqual([1, 1, 1, 2, 2]);
    const json = await run(['parse', '--log-path', log, '--data-dir', store, '--prices', 'none', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({
      rounds: 0,
      warnings: [{ path: prices, message: expect.stringContaining("is no longer this store's price file") }],
    });
  });

  test('have a path that is a stranger’s words, once it stands in a store', async () => {
    price(1);
    await parse(round(JANUARY), '--prices', prices);
    const path = join(store, '.store.json');
    writeFileSync(path, readFileSync(path, 'utf8').replace('contract', '\\u001b[31m\\u202econtract'));
    const { err } = await parse('', '--prices', 'none');
    expect(err).toMatch(/^monitor: \/.*\/contract\.json: is no longer this store's price file: [^\n]*\n$/);
    expect(err).not.toMatch(/\u001b|\u202e/);
  });

  test('of the environment are the flag', async () => {
    price(1);
    const argv = ['parse', '--log-path', log, '--data-dir', store, '--quiet'];
    appendFileSync(log, round(JANUARY));
    // Commander reads the process's own environment.
    process.env['MONITOR_PRICES'] = prices;
    try {
      await run(argv);
    } finally {
      delete process.env['MONITOR_PRICES'];
    }
    await parse(round(JANUARY));
    expect(await costs()).toEqual([1, 1]);
  });

  test('hold for an import', async () => {
    price(1);
    await parse(round(JANUARY), '--prices', prices);
    const originals = join(folder, 'originals');
    mkdirSync(originals);
    const first = {
      round: 1,
      timestamp: '2026-01-20T00:00:00',
      input_tokens: 1_000_000,
      output_tokens: 0,
      model: 'gpt-4o',
      messages: [],
    };
    const session = { session_id: 't', rounds: [first], model: 'gpt-4o', messages_count: 0 };
    writeFileSync(join(originals, 't.json'), JSON.stringify(session));
    expect(await at('import', originals)).toMatchObject({ code: 0, err: '' });
    expect(JSON.parse((await at('show', 't', '--json')).out)).toMatchObject({ cost_usd: 1 });
    price(7);
    const { err } = await at('import', originals, '--prices', prices);
    expect(err).toContain('contract.json: has changed since');
    await parse(round(JANUARY));
    expect(await costs()).toEqual([1, 7]);
  });
});

describe('prices', () => {
  const listed = async (...more: string[]): Promise<Record<string, unknown>> =>
    JSON.parse((await at('prices', '--json', ...more)).out) as Record<string, unknown>;

  test('shows which file is in force, by its path and digest, since when, and whether it has changed', async () => {
    price(1);
    await parse(round(JANUARY), '--prices', prices);
    const digest = createHash('sha256').update(readFileSync(prices)).digest('hex');
    const file = {
      path: prices,
      sha256: digest,
      since: expect.stringMatching(/^\d{4}-.*Z$/),
      on_disk: 'same',
    };
    expect((await listed())['price_file']).toEqual(file);
    const table = async (): Promise<string> =>
      (await run(['prices', '--data-dir', store], { columns: 300 })).out;
    expect(await table()).toMatch(
      new RegExp(
        `\nPrice file: ${prices} \\(sha256 ${digest.slice(0, 12)}, since \\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\dZ\\)\n`,
      ),
    );
    price(2);
    expect((await listed())['price_file']).toEqual({ ...file, on_disk: 'changed' });
    expect(await table()).toContain(
      '; it has changed since then, which has no effect until --prices names it again\n',
    );
    rmSync(prices);
    expect((await listed())['price_file']).toEqual({ ...file, on_disk: 'gone' });
    await parse('', '--prices', 'none');
    expect((await listed())['price_file']).toBeNull();
    expect(await table()).toContain('\nPrice file: none (built-in prices only)\n');
  });

  test('answers by the store’s file; another one that is given is only looked at', async () => {
    price(1, 'house');
    await parse(round(JANUARY, 'house'));
    await parse(round(JANUARY, 'x'), '--prices', prices);
    const knownNow = async (...more: string[]): Promise<unknown> =>
      ((await listed(...more))['unpriced'] as { model: string; known_now: string }[])
        .filter(({ model }) => model === 'house')
        .map(({ known_now: known }) => known);
    expect(await knownNow()).toEqual(['contract.json house']);
    expect(await knownNow('--prices', 'none')).toEqual([null]);
    const other = join(folder, 'other.json');
    writeFileSync(other, JSON.stringify({ models: [{ match: 'house', input: 9 }] }));
    const before = bytesOf();
    expect(await knownNow('--prices', other)).toEqual(['other.json house']);
    expect((await at('prices', 'house')).out).toContain('✓ contract.json house');
    expect((await at('prices', 'house', '--prices', other)).out).toContain('✓ other.json house');
    expect(bytesOf()).toEqual(before);
  });
});

describe('doctor', () => {
  const codes = async (...more: string[]): Promise<string[]> => {
    const { out } = await at('doctor', '--log-path', log, '--json', ...more);
    const { findings } = JSON.parse(out) as { findings: { code: string; severity: string; area: string }[] };
    return findings
      .filter(({ area }) => area === 'prices')
      .map(({ code, severity }) => `${code} ${severity}`);
  };
  const copy = (): string =>
    join(store, readdirSync(store).find((name) => name.startsWith('.price-file')) ?? '');

  test('finds a file that has changed on disk, and a damaged copy', async () => {
    price(1);
    await parse(round(JANUARY), '--prices', prices);
    expect(await codes()).toEqual([]);
    price(2);
    expect(await codes()).toEqual(['prices-changed warning']);
    expect(await codes('--prices', prices)).toEqual(['prices-changed note']);
    cpSync(copy(), prices);
    expect(await codes()).toEqual([]);
    writeFileSync(copy(), readFileSync(copy(), 'utf8').replace('1', '9'));
    expect(await codes()).toEqual(['prices-damaged warning']);
    price(3);
    expect(await codes()).toEqual(['prices-damaged error', 'prices-changed warning']);
    rmSync(copy());
    rmSync(prices);
    expect(await codes()).toEqual(['prices-damaged error']);
    expect((await parse(round(JANUARY))).code).toBe(74);
    expect((await parse('', '--prices', 'none')).code).toBe(0);
    expect(await codes()).toEqual([]);
  });
});

describe('a refresh', () => {
  beforeEach(async () => {
    price(1);
    await parse(round(JANUARY) + round(FEBRUARY) + round(FEBRUARY, 'house'), '--prices', prices);
    writeFileSync(
      prices,
      JSON.stringify({
        models: [
          { match: 'gpt-4o', input: 3 },
          { match: 'house', input: 5 },
        ],
      }),
    );
  });
  const given = (...more: string[]): Promise<Ran> => refresh('--prices', prices, ...more);

  test('of what has a price is refused where nobody is asked: exit code 2, and nothing changed', async () => {
    const before = bytesOf();
    expect(await given()).toEqual({
      code: 2,
      out: '',
      err:
        'monitor: a refresh would change the cost of 2 rounds that already have a price: from $2.0000 to $6.0000. ' +
        'Nothing was changed. Use --dry-run to see what would change. Then confirm with --yes, or limit the refresh with --since and --until\n',
    });
    // None of it: neither is the file the store's.
    expect(bytesOf()).toEqual(before);
    expect((await refresh('--prices', 'none')).code).toBe(2);
    expect(bytesOf()).toEqual(before);
  });

  test('with --yes changes it, and the file is the store’s', async () => {
    expect((await given('--yes')).code).toBe(0);
    expect(await costs()).toEqual([3, 3, 5]);
    await parse(round(FEBRUARY));
    expect(await costs()).toEqual([3, 3, 5, 3]);
    expect((await refresh('--prices', 'none', '--yes')).err).toContain(
      "is no longer this store's price file: new rounds take the built-in prices, and this refresh gives them to stored rounds",
    );
    expect(await costs()).toEqual([2.5, 2.5, null, 2.5]);
  });

  test('that only prices what had no price needs no --yes', async () => {
    const models = [
      { match: 'gpt-4o', input: 1 },
      { match: 'house', input: 5 },
    ];
    writeFileSync(prices, JSON.stringify({ models }));
    expect((await given()).code).toBe(0);
    expect(await costs()).toEqual([1, 1, 5]);
  });

  test('--dry-run says what would change, by month and model, and writes nothing', async () => {
    const before = bytesOf();
    const { code, out, err } = await given('--dry-run');
    expect([code, err]).toEqual([0, '']);
    expect(out).toBe(
      `The prices of 2 models were looked up again for 3 rounds: prices would change in 1 session.

Month    Model   Rounds      Before     Then
────────────────────────────────────────────
2026-01  gpt-4o       1     $1.0000  $3.0000
2026-02  gpt-4o       1     $1.0000  $3.0000
2026-02  house        1  1 unpriced  $5.0000

Before: $2.0000 + 1 unpriced
Then:   $11.0000
Nothing was written.
`,
    );
    expect(bytesOf()).toEqual(before);
    expect(JSON.parse((await given('--dry-run', '--json')).out)).toEqual({
      version: 1,
      dry_run: true,
      models: 2,
      rounds: 3,
      changed_sessions: 1,
      changed_rounds: 3,
      repriced_rounds: 2,
      same_cost_rounds: 0,
      before: { cost_usd: 2, unpriced_rounds: 1, costs: { USD: 2 } },
      after: { cost_usd: 11, unpriced_rounds: 0, costs: { USD: 11 } },
      changes: [
        ['2026-01', 'gpt-4o', 1, 3],
        ['2026-02', 'gpt-4o', 1, 3],
        ['2026-02', 'house', null, 5],
      ].map(([month, model, from, to]) => ({
        month,
        model,
        rounds: 1,
        before: {
          cost_usd: from,
          unpriced_rounds: from === null ? 1 : 0,
          costs: from === null ? {} : { USD: from },
        },
        after: { cost_usd: to, unpriced_rounds: 0, costs: { USD: to } },
      })),
    });
    expect((await refresh('--dry-run')).out).toBe(
      'The prices of 1 model were looked up again for 3 rounds: nothing would change.\n'.replace(
        '1 model',
        '2 models',
      ),
    );
  });

  test('--since and --until bound it, by dates of a zone; refreshes combine', async () => {
    // In Kiritimati, 14 hours ahead, the last of January ended at 10:00 UTC.
    expect(
      (
        await given(
          '--since',
          '2026-02-01',
          '--until',
          '2026-02-01',
          '--timezone',
          'Pacific/Kiritimati',
          '--yes',
        )
      ).out,
    ).toContain('Now:    $4.0000 + 1 unpriced');
    expect(await costs()).toEqual([3, 1, null]);
    expect((await given('--since', '2026-02-01T12:00:00Z', '--yes')).code).toBe(0);
    expect(await costs()).toEqual([3, 3, 5]);
    price(4);
    expect((await given('--until', '2026-02-01T12:00:00Z', '--timezone', 'UTC', '--yes')).code).toBe(0);
    expect(await costs()).toEqual([4, 3, 5]);
    expect((await at('stats-model', '--json')).out).toContain('"cost_usd":12');
    expect((await given('--since', '2026-03-01', '--until', '2026-02-01')).code).toBe(2);
  });

  test('asks at a terminal, and takes anything but a yes for a no', async () => {
    const before = bytesOf();
    const asked: string[] = [];
    const answer = (isYes: boolean) => ({
      confirm: async (question: string) => {
        asked.push(question);
        return isYes;
      },
    });
    const argv = ['prices', '--refresh', '--prices', prices, '--data-dir', store];
    const no = await run(argv, answer(false));
    expect([no.code, no.out]).toEqual([1, '']);
    expect(no.err).toContain('2026-02  house        1  1 unpriced  $5.0000');
    expect(no.err).toMatch(/monitor: nothing was changed\n$/);
    expect(bytesOf()).toEqual(before);
    expect((await run(argv, answer(true))).code).toBe(0);
    expect(asked).toEqual([
      'Change the cost of 2 priced rounds? [y/N] ',
      'Change the cost of 2 priced rounds? [y/N] ',
    ]);
    expect(await costs()).toEqual([3, 3, 5]);
    // Nothing to ask: nothing changes.
    expect((await run(argv, answer(false))).code).toBe(0);
    expect(asked.length).toBe(2);
  });

  test.each(['--dry-run', '--yes', '--since=2026-02-01', '--until=2026-02-01', '--timezone=UTC'])(
    '%s without --refresh is an error',
    async (flag) => {
      const { code, err } = await at('prices', flag);
      expect([code, err]).toEqual([2, `monitor: ${flag.replace(/=.*/, '')} works only with --refresh\n`]);
    },
  );
});
