import { spawnSync } from 'node:child_process';
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { publishedManifest } from '../../scripts/published-manifest.mjs';
import { makeFolder } from '../ingest/make.ts';
import { environment, start, testUnless } from './make.ts';

/** Runs a program to its end, and must see it end well. */
function run(program: string, args: string[], cwd: string): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: 'utf8', env: environment });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
  return stdout;
}

interface Packed {
  filename: string;
  files: { path: string }[];
}

/** What `npm pack` would publish; dist is what `npm run build` made. */
function pack(into: string): Packed {
  const out = run('npm', ['pack', '--ignore-scripts', '--json', '--pack-destination', into], resolve('.'));
  const [packed] = JSON.parse(out) as Packed[];
  if (!packed) throw new Error(out);
  return packed;
}

test('contains what it needs to run, what it is, and its licences', () => {
  const paths = pack(makeFolder()).files.map(({ path }) => path);
  const others = paths.filter(
    (path) =>
      !/^(?:dist\/(?:vendor\/)?[\w-]+\.c?js|schema\/[\w.-]+\.json|docs\/(?:zh-CN\/)?[\w-]+\.md|dist-skill\/agent-session-monitor\/[\w./-]+|deploy\/[\w./-]+)$/.test(
        path,
      ),
  );
  expect(paths).toContain('dist-skill/agent-session-monitor/scripts/monitor.mjs');
  expect(others.toSorted()).toEqual([
    'CHANGELOG.md',
    'LICENSE',
    'README.md',
    'README.zh-CN.md',
    'bin/monitor.js',
    'bin/package.json',
    'dist/LICENSES.txt',
    'dist/sbom.cdx.json',
    'man/monitor.1',
    'package.json',
    'prices/cn.json',
    'prices/decisions.md',
    'prices/shipped.json',
  ]);
  const licences = readFileSync('dist/LICENSES.txt', 'utf8');
  const sbom = readFileSync('dist/sbom.cdx.json', 'utf8');
  for (const name of ['commander', 'zod', '@pydantic/genai-prices', 'chalk']) {
    expect(licences).toMatch(new RegExp(`^${name} \\d+\\.\\d+\\.\\d+ \\(MIT\\)$`, 'm'));
    expect(sbom).toMatch(new RegExp(`"pkg:npm/${name.replace('@', '%40')}@\\d+\\.\\d+\\.\\d+"`));
  }
});

test('a clone that is not built yet says what to run', async () => {
  const folder = makeFolder();
  cpSync('bin', join(folder, 'bin'), { recursive: true });
  expect(await start(process.execPath, ['bin/monitor.js', 'list'], folder).ended).toMatchObject({
    code: 74,
    out: '',
    err: 'monitor: the program is not built yet. In its folder, run: npm ci && npm run build\n',
  });
});

test('holds the code of the site once', () => {
  const files = readdirSync('dist').filter((name) => /\.c?js$/.test(name));
  const withTemplates = files.filter((name) =>
    readFileSync(join('dist', name), 'utf8').includes('no template '),
  );
  expect(withTemplates).toEqual(['render.cjs']);
});

test('the files that a crontab starts are in ASCII, and load Markdown only for a text that needs it', () => {
  const files = readdirSync('dist').filter((name) => name.endsWith('.cjs'));
  const isAscii = (name: string) => readFileSync(join('dist', name)).every((byte) => byte < 0x80);
  expect(files.filter((name) => !isAscii(name))).toEqual([]);
  const withMarkdown = files.filter((name) =>
    readFileSync(join('dist', name), 'utf8').includes('blockquote_open'),
  );
  expect(withMarkdown).toEqual(['markdown.cjs']);
});

test('names its man page in a list, as npm links no other', () => {
  const { man } = JSON.parse(readFileSync('package.json', 'utf8')) as { man: unknown };
  expect(man).toEqual(['./man/monitor.1']);
});

test('asks for no other package, and runs nothing when it is installed', () => {
  const text = readFileSync('package.json', 'utf8');
  const manifest = JSON.parse(publishedManifest(text)) as Record<string, Record<string, string>>;
  expect(manifest['dependencies']).toBeUndefined();
  for (const hook of ['preinstall', 'install', 'postinstall', 'prepare'])
    expect(manifest['scripts']).not.toHaveProperty(hook);
  // What npm runs before it packs, and after.
  const { scripts } = JSON.parse(text) as { scripts: Record<string, string> };
  expect(scripts['prepack']).toMatch(/ && node scripts\/published-manifest\.mjs$/);
  expect(scripts['postpack']).toBe('node scripts/published-manifest.mjs --undo');
  const { prepare, ...others } = scripts;
  expect([prepare, manifest['scripts']]).toEqual(['npm run build', others]);
});

/** Installs the package into an empty folder, with an empty cache and no network. */
function install(): string {
  const folder = makeFolder();
  const { filename } = pack(folder);
  const options = ['--offline', '--no-audit', '--no-fund', '--cache', join(folder, 'cache')];
  run('npm', ['install', ...options, `./${filename}`], folder);
  expect(readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual([
    'agent-session-monitor',
  ]);
  for (const name of ['access.log', 'access.log.1']) cpSync(join('fixtures', name), join(folder, name));
  return folder;
}

/** The main job, by the command as it was installed; `node` runs it. */
async function doMainJob(folder: string, node: string): Promise<void> {
  const call = (...args: string[]) => start(node, [join('node_modules/.bin/monitor'), ...args], folder).ended;
  expect(await call('parse', '--log-path', 'access.log', '--output-dir', 'store')).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^154 rounds of 26 sessions from 2 logs /),
    err: '',
  });
  const { code, out } = await call('stats-model', '--json', '--data-dir', 'store');
  expect(code).toBe(0);
  expect(JSON.parse(out)).toMatchObject({ version: 1, total: { sessions: 26, rounds: 154 } });
  const help = await call('--help');
  expect(help.out).toContain('Usage: monitor');
}

test('installs from its tarball without network, and does its main job', async () => {
  await doMainJob(install(), process.execPath);
});

// MONITOR_NODES=/path/to/node22:/path/to/node24: other versions of Node to run with (CI fetches them).
const nodes = (process.env['MONITOR_NODES'] ?? '').split(':').filter((path) => path !== '');

testUnless(nodes.length === 0 && 'MONITOR_NODES names no other versions of Node')(
  'does its main job under every other version of Node that is named',
  async () => {
    for (const node of nodes) await doMainJob(install(), node);
  },
);
