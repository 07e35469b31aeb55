import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { line, makeSite, render, type Made } from './make.ts';

const ROUND = { model: 'test-a', input_token: 10, output_token: 1, question: 'hi' };

function site(): Promise<Made> {
  const rounds = ['agent:one', 'agent:two', 'a/b%', 'agent:one'].map((session_id) =>
    line('2026-02-01T17:00:00.000Z', { session_id, ...ROUND }),
  );
  return makeSite(rounds);
}

const linkOf = async ({ dataDir, siteDir }: Made, ...argv: string[]): Promise<string> => {
  const { code, out, err } = await run(['url', ...argv, '--data-dir', dataDir, '--site-dir', siteDir]);
  return code === 0 ? out.trimEnd() : `${code} ${err}`;
};

test('on the disk the link leads to the page, whatever the id', async () => {
  const made = await site();
  const link = await linkOf(made, 'a/b%');
  expect(link).toBe(`file://${made.siteDir}/sessions/a%252Fb%2525.html`);
  expect(readFileSync(fileURLToPath(link), 'utf8')).toContain('a/b%');
});

test('on a server: by a start of the id, to a round; the environment names the server too', async () => {
  const made = await site();
  const base = 'https://host/sub';
  expect(await linkOf(made, 'agent:o', '--base-url', base, '--round', '2')).toBe(
    'https://host/sub/sessions/agent:one.html#r-2',
  );
  const { out } = await run(['url', 'a/b%', '--data-dir', made.dataDir, '--base-url', `${base}/`, '--json']);
  expect(JSON.parse(out)).toEqual({
    version: 1,
    session_id: 'a/b%',
    url: 'https://host/sub/sessions/a%252Fb%2525.html',
  });
});

test('no such session, several, no such round, no page yet: exit 1, and what to do', async () => {
  const made = await site();
  expect(await linkOf(made, 'agent:thr')).toContain("1 monitor: no session 'agent:thr'");
  expect(await linkOf(made, 'agent')).toContain("1 monitor: 2 sessions begin with 'agent'");
  expect(await linkOf(made, 'agent:one', '--round', '3')).toBe('1 monitor: no round 3: the session has 2\n');
  const elsewhere = { ...made, siteDir: join(made.siteDir, 'no') };
  expect(await linkOf(elsewhere, 'agent:one')).toContain(
    'has no page for this session yet: run monitor render',
  );
});

test.each(['ftp://host/', 'host/path', 'https://host/?id=1'])(
  '--base-url %s is wrong usage',
  async (base) => {
    const { code, err } = await run(['url', 'x', '--base-url', base]);
    expect([code, err]).toEqual([2, expect.stringContaining('It must be an http or https URL')]);
  },
);

test('the link stays what it was when the texts are pruned', async () => {
  const made = await site();
  const link = await linkOf(made, 'agent:one');
  const pruned = await run(['prune', '--content', '--older-than', '1d', '--data-dir', made.dataDir]);
  expect(pruned.code).toBe(0);
  expect(await render(made)).toMatchObject({ removed: 0 });
  expect(await linkOf(made, 'agent:one')).toBe(link);
  expect(readFileSync(fileURLToPath(link), 'utf8')).not.toContain('>hi<');
});

describe('a site that leaves sessions out', () => {
  const filtered = async (...options: string[]): Promise<Made> => {
    const made = await site();
    const { code } = await run([
      'render',
      '--data-dir',
      made.dataDir,
      '--site-dir',
      made.siteDir,
      ...options,
    ]);
    expect(code).toBe(0);
    return made;
  };
  const base = ['--base-url', 'https://host/'];

  test('by its filter: no link, on the disk or on the server', async () => {
    const made = await filtered('--session', 'agent:one');
    const why = `1 monitor: the site ${made.siteDir} has no page for this session: it shows only sessions with session agent:one. monitor render --all-sessions shows all`;
    expect(await linkOf(made, 'agent:two')).toBe(`${why}\n`);
    expect(await linkOf(made, 'agent:two', ...base)).toBe(
      `${why}. If another site is served there, name its folder with --site-dir\n`,
    );
    expect(await linkOf(made, 'agent:one', ...base)).toBe('https://host/sessions/agent:one.html');
    // A folder without a site says nothing of the server's.
    const elsewhere = { ...made, siteDir: join(made.siteDir, 'no') };
    expect(await linkOf(elsewhere, 'agent:two', ...base)).toBe('https://host/sessions/agent:two.html');
  });

  test('by its period', async () => {
    const made = await filtered('--since', '2026-02-02T01:00:00+00:00');
    expect(await linkOf(made, 'agent:two', ...base)).toContain(
      'has no page for this session: it has pages only of sessions since 2026-02-02T01:00:00.000Z.',
    );
  });

  test('a session that is not rendered yet has a link on the server, and so has one of another store', async () => {
    const made = await filtered('--session', 'agent:*');
    const page = join(made.siteDir, 'sessions/agent:one.html');
    rmSync(page);
    expect(await linkOf(made, 'agent:one', ...base)).toBe('https://host/sessions/agent:one.html');
    const other = await site();
    const mixed = { dataDir: other.dataDir, siteDir: made.siteDir };
    expect(await linkOf(mixed, 'a/b%', ...base)).toBe('https://host/sessions/a%252Fb%2525.html');
  });

  test('a filter that cannot be read is said, and the link is what it was', async () => {
    const made = await filtered('--session', 'agent:one');
    writeFileSync(join(made.siteDir, '.monitor/filter.json'), '{');
    const argv = ['url', 'agent:two', '--data-dir', made.dataDir, '--site-dir', made.siteDir, ...base];
    expect(await run(argv)).toEqual({
      code: 0,
      out: 'https://host/sessions/agent:two.html\n',
      err: `monitor: cannot tell which sessions the site ${made.siteDir} shows: its filter.json is damaged\n`,
    });
  });
});
