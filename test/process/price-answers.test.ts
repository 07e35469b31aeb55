import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeFolder } from '../platform/make.ts';
import { startInteractive } from './interactive.ts';
import { BIN, canRun, parseArgs, runMonitor, testUnless, type Ran } from './make.ts';

/** Prices that were looked up once are remembered beside the store. */
test('an answer is remembered for as long as nothing that it depends on changes', async () => {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  const store = join(folder, 'sessions');
  const answers = join(store, '.price-answers.json');
  const prices = join(folder, 'prices.json');
  const add = (model: string): void => {
    const aiLog = { session_id: 's', model, input_token: 1_000_000, output_token: 0, total_token: 1_000_000 };
    const line = { ai_log: JSON.stringify(aiLog), start_time: '2026-03-02T08:00:00.000Z' };
    appendFileSync(log, `${JSON.stringify(line)}\n`);
  };
  const parse = async (...more: string[]): Promise<void> => {
    const ran = await runMonitor(...parseArgs(log, store), '--quiet', ...more);
    expect(ran).toMatchObject({ code: 0, out: '' });
    said.push(ran.err.replaceAll(prices, 'FILE').trimEnd());
  };
  const said: string[] = [];
  const costs = async (): Promise<(number | null)[]> => {
    const { out } = await runMonitor('show', 's', '--json', '--data-dir', store);
    const { rounds } = JSON.parse(out) as { rounds: { cost_usd: number | null }[] };
    return rounds.map(({ cost_usd: cost }) => cost);
  };
  const models = (): string[] => {
    const remembered = JSON.parse(readFileSync(answers, 'utf8')) as { models: [string, unknown][] };
    return remembered.models.map(([model]) => model);
  };

  add('gpt-4o');
  add('mine');
  await parse();
  expect(models()).toEqual(['gpt-4o', 'mine']);
  add('gpt-4o');
  await parse();
  expect(await costs()).toEqual([2.5, null, 2.5]);

  // Another file, and another text of it, are other keys.
  writeFileSync(prices, JSON.stringify({ models: [{ match: 'mine', input: 3 }] }));
  add('mine');
  await parse('--prices', prices);
  expect(models()).toEqual(['mine']);
  writeFileSync(prices, JSON.stringify({ models: [{ match: 'mine', input: 4 }] }));
  add('mine');
  await parse('--prices', prices);
  expect(await costs()).toEqual([2.5, null, 2.5, 3, 4]);

  expect(said).toEqual([
    '',
    '',
    expect.stringMatching(/^monitor: FILE: now this store's price file, also for runs without/),
    expect.stringMatching(
      /^monitor: FILE: has changed since .*: new rounds take its new prices, stored rounds/,
    ),
  ]);

  // What was remembered is what is used, and what is damaged is not.
  writeFileSync(answers, readFileSync(answers, 'utf8').replace('"input":4', '"input":5'));
  add('mine');
  await parse('--prices', prices);
  writeFileSync(answers, 'no JSON');
  add('mine');
  await parse('--prices', prices);
  expect(await costs()).toEqual([2.5, null, 2.5, 3, 4, 5, 4]);
  expect(existsSync(answers)).toBe(true);

  const damages = ['"models":[1]', '"models":[["mine",{}]]'];
  for (const [i, damage] of damages.entries()) {
    writeFileSync(answers, readFileSync(answers, 'utf8').replace(/"models":.*\]/, damage));
    add('mine');
    await parse('--prices', prices);
    expect((await costs()).slice(7 + i)).toEqual([4]);
  }
});

test('a price file can be a pipe, which is read once only', async () => {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  const store = join(folder, 'sessions');
  const aiLog = { session_id: 's', model: 'mine', input_token: 1_000_000, output_token: 0, total_token: 1e6 };
  const line = { ai_log: JSON.stringify(aiLog), start_time: '2026-03-02T08:00:00.000Z' };
  writeFileSync(log, `${JSON.stringify(line)}\n`);
  writeFileSync(join(folder, 'prices.json'), JSON.stringify({ models: [{ match: 'mine', input: 3 }] }));

  const script = 'node bin/monitor.js parse --log-path "$1" --data-dir "$2" --quiet --prices <(cat "$3")';
  execFileSync('bash', ['-c', script, 'bash', log, store, join(folder, 'prices.json')]);

  const { out } = await runMonitor('show', 's', '--json', '--data-dir', store);
  expect(JSON.parse(out)).toMatchObject({ cost_usd: 3 });

  // What was read is the store's; the same content from another pipe changes nothing, and other content is said.
  const pipe = (): string =>
    spawnSync('bash', ['-c', script, 'bash', log, store, join(folder, 'prices.json')], { encoding: 'utf8' })
      .stderr;
  const add = (): void => appendFileSync(log, `${JSON.stringify(line)}\n`);
  add();
  expect(await runMonitor(...parseArgs(log, store), '--quiet')).toMatchObject({ code: 0, out: '', err: '' });
  add();
  expect(pipe()).toBe('');
  add();
  writeFileSync(join(folder, 'prices.json'), JSON.stringify({ models: [{ match: 'mine', input: 4 }] }));
  expect(pipe()).toMatch(/^monitor: \/dev\/fd\/\d+: has changed since .*: new rounds take its new prices/);
  add();
  await runMonitor(...parseArgs(log, store), '--quiet');
  const shown = await runMonitor('show', 's', '--json', '--data-dir', store);
  expect(JSON.parse(shown.out)).toMatchObject({ cost_usd: 3 + 3 + 3 + 4 + 4 });
});

testUnless(!canRun('script', '--version') && 'no program script (bsdutils), which makes a terminal')(
  'a refresh asks whoever sits at the terminal',
  async () => {
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    const store = join(folder, 'sessions');
    const prices = join(folder, 'prices.json');
    const aiLog = {
      session_id: 's',
      model: 'gpt-4o',
      input_token: 1_000_000,
      output_token: 0,
      total_token: 1e6,
    };
    writeFileSync(
      log,
      `${JSON.stringify({ ai_log: JSON.stringify(aiLog), start_time: '2026-03-02T08:00:00Z' })}\n`,
    );
    await runMonitor(...parseArgs(log, store), '--quiet');
    writeFileSync(prices, JSON.stringify({ models: [{ match: 'gpt-4o', input: 7 }] }));
    // A pipe can be read once only, and what it says is both shown and taken.
    const command = `'${process.execPath}' '${BIN}' prices --refresh --prices <(cat '${prices}') --data-dir '${store}'`;
    const answer = async (keys: string): Promise<Ran> => {
      const running = startInteractive('script', ['-qec', `bash -c "${command}"`, '/dev/null'], folder);
      await running.until('the question', () => running.out().includes('[y/N]'));
      running.send(keys);
      return await running.ended;
    };
    const cost = async (): Promise<number> =>
      (JSON.parse((await runMonitor('show', 's', '--json', '--data-dir', store)).out) as { cost_usd: number })
        .cost_usd;

    for (const no of ['n\n', '\n', '\u0004', '\u0003']) {
      const ran = await answer(no);
      expect([ran.code, await cost()], JSON.stringify(no)).toEqual([1, 2.5]);
      expect(ran.out).toMatch(/2026-03 {2}gpt-4o +1 {2}\$2\.5000 {2}\$7\.0000/);
      expect(ran.out).toContain('nothing was changed');
    }
    const ran = await answer('y\n');
    expect([ran.code, await cost()]).toEqual([0, 7]);
  },
);
