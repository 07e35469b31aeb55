import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../cli/run.ts';
import { makeSite, render, type Made } from '../make.ts';
import { sessionLines, Talk, type Said } from './make.ts';

/** Two rounds, one call. */
function talk(): Said[] {
  const said = new Talk();
  return [
    said.ask('list').answer('I look.', [{ id: 'a', name: 'run', args: { command: 'ls' } }]),
    said.result('a', 'x.txt').answer('One file.'),
  ];
}

const NUMBERS: Said[] = [{ model: 'm', input_token: 3 }];

/** The page of the only session, whose id begins with an s. */
function htmlOf(siteDir: string): string {
  const folder = join(siteDir, 'sessions');
  const file = readdirSync(folder).find((name) => /^s.*\.html$/.test(name)) ?? '';
  return readFileSync(join(folder, file), 'utf8');
}

/** What the only session's page says on top, of its calls, and which controls it has. */
function pageOf({ siteDir }: Made): { notes: string[]; calls: string; controls: string[] } {
  const html = htmlOf(siteDir);
  const all = (pattern: RegExp): string[] => [...html.matchAll(pattern)].map(([, words = '']) => words);
  const [calls = ''] = all(/<dt>Tool calls<\/dt>(.*?)<\/div>/g);
  return {
    notes: all(/<p class="lead">(.*?)<\/p>/g),
    calls: calls
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    controls: all(/(Conversation only|Expand all|Raw JSON)/g),
  };
}

/** What the same log says later. */
async function parseMore({ dataDir }: Made, said: readonly Said[], start?: number): Promise<void> {
  const log = join(dirname(dataDir), 'access.log');
  appendFileSync(log, sessionLines('s', said, start).join(''));
  const { code, err } = await run(['parse', '--log-path', log, '--output-dir', dataDir]);
  if (code !== 0) throw new Error(err);
}

async function prune({ dataDir }: Made, ...options: string[]): Promise<void> {
  const { code, err } = await run(['prune', '--older-than', '1d', ...options, '--data-dir', dataDir]);
  if (code !== 0) throw new Error(err);
}

describe('a page without texts', () => {
  test('with them: no note, calls are counted, every control', async () => {
    expect(pageOf(await makeSite(sessionLines('s', talk())))).toEqual({
      notes: [],
      calls: '1',
      controls: ['Conversation only', 'Expand all', 'Raw JSON'],
    });
  });

  test('pruned: it says what and when, and blames no gateway', async () => {
    const made = await makeSite(sessionLines('s', talk()));
    await prune(made, '--content');
    await render(made);
    expect(pageOf(made)).toEqual({
      notes: ['Pruned: the texts of rounds 1 to 2, on 2026-02-03.'],
      calls: 'unknown text was pruned',
      controls: ['Raw JSON'],
    });
  });

  test('a store of numbers only: what it does not know is not zero', async () => {
    expect(pageOf(await makeSite(sessionLines('s', talk()), '--no-content'))).toEqual({
      notes: ['This store keeps numbers only (--no-content), not the text of conversations.'],
      calls: 'unknown text is not kept',
      controls: ['Raw JSON'],
    });
  });

  test('a log without texts: what to switch on', async () => {
    expect(pageOf(await makeSite(sessionLines('s', NUMBERS)))).toEqual({
      notes: [
        'The log has only the numbers of these rounds. To see their text here, turn on messages, question and answer in the ai-statistics plugin.',
      ],
      calls: 'unknown the log has no text',
      controls: ['Raw JSON'],
    });
  });

  test('pruned, and then gone on with: the calls of the rounds that are left', async () => {
    const made = await makeSite(sessionLines('s', talk()));
    await prune(made, '--content');
    await parseMore(made, talk());
    await render(made);
    expect(pageOf(made)).toEqual({
      notes: ['Pruned: the texts of rounds 1 to 2, on 2026-02-03.'],
      calls: '1 without pruned rounds',
      controls: ['Conversation only', 'Expand all', 'Raw JSON'],
    });
    await prune(made);
    await parseMore(made, NUMBERS, Date.parse('2026-02-02T05:00:00Z'));
    await render(made);
    expect(pageOf(made).notes[0]).toBe('Pruned: rounds 1 to 4, on 2026-02-03.');
  });
});

test('a copied id is the one that show takes: no line of it runs in a terminal', async () => {
  const { siteDir, dataDir } = await makeSite(sessionLines('s\nrm -rf ~\n', talk()));
  const copied = /data-copy="([^"]*)"/.exec(htmlOf(siteDir))?.[1] ?? '';
  expect(copied).toBe(String.raw`s\u{a}rm -rf ~\u{a}`);
  expect((await run(['show', copied, '--data-dir', dataDir])).code).toBe(0);
});
