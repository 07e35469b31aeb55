import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll } from 'vitest';
import { type Files, nodeFiles } from '../../src/platform/files.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { newState } from '../../src/store/state.ts';
import type { SessionEntry } from '../../src/model/session-entry.ts';
import { bucketOf } from '../../src/model/usage-cell.ts';
import * as english from '../../src/texts/en.ts';
import { withFirstUses } from '../../src/site/model-colours.ts';
import type { Page } from '../../src/site/page.ts';
import { FoundSessions, showSessions } from '../../src/site/render-all.ts';
import { coloured, shownAs, type SiteJob } from '../../src/site/site-job.ts';
import { SiteTree } from '../../src/site/site-tree.ts';
import { SiteWriter } from '../../src/site/site-writer.ts';
import { Pieces } from '../../src/site/state/pieces.ts';
import { renderSite } from '../../src/site/render.ts';
import type { RenderOptions, Written } from '../../src/site/render-options.ts';
import { makeFolder } from '../platform/make.ts';
import { makeStore } from '../cli/run.ts';

export { makeFolder } from '../platform/make.ts';
export { line } from '../cli/run.ts';

/** A store made from log lines by the real `monitor parse`, and a folder for its site. */
export interface Made {
  dataDir: string;
  siteDir: string;
}

export async function makeSite(lines: string[], ...options: string[]): Promise<Made> {
  const folder = makeFolder();
  const made = { dataDir: await makeStore(folder, lines, ...options), siteDir: join(folder, 'site') };
  await render(made);
  return made;
}

/** Renders at 2026-02-03T04:00Z, in Shanghai. */
export function render(
  made: Made,
  rest: Partial<RenderOptions> = {},
  files: Files = nodeFiles,
): Promise<Written> {
  return renderSite(files, {
    dataDirs: [made.dataDir],
    siteDir: made.siteDir,
    local: localTimeIn('Asia/Shanghai'),
    now: Date.parse('2026-02-03T04:00:00Z'),
    refresh: 30,
    full: false,
    ...rest,
  });
}

/** A folder for all tests of a file. */
export function sharedFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-site-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Every page of a site by its path, with a digest of its content and the time of its last change. */
export function filesOf(siteDir: string): Map<string, { digest: string; mtime: number }> {
  const files = new Map<string, { digest: string; mtime: number }>();
  for (const found of readdirSync(siteDir, { recursive: true, withFileTypes: true })) {
    const path = join(found.parentPath, found.name).slice(siteDir.length + 1);
    if (!found.isFile() || path.startsWith('.monitor')) continue;
    const digest = createHash('sha256')
      .update(readFileSync(join(siteDir, path)))
      .digest('hex');
    files.set(path, { digest, mtime: statSync(join(siteDir, path)).mtimeMs });
  }
  return files;
}

/** The same digests, in order, of all but what the last renders changed, which another render cannot know. */
export function contentsOf(siteDir: string): [path: string, digest: string][] {
  return [...filesOf(siteDir)]
    .filter(([path]) => path !== 'changes.js')
    .map(([path, { digest }]): [string, string] => [path, digest])
    .toSorted();
}

/** Writes pages without a site around them. */
export function writePages(dir: string, pages: Iterable<Page>): void {
  for (const { path, render: content } of pages) {
    mkdirSync(dirname(join(dir, path)), { recursive: true });
    writeFileSync(join(dir, path), textOf(content()));
  }
}

/** Writes the pages about all sessions of a store that is nowhere, without those of the sessions. */
export function writeLists(
  siteDir: string,
  entries: readonly SessionEntry[],
  now: number,
  timeZone = 'Asia/Shanghai',
): void {
  const local = localTimeIn(timeZone);
  const sessions = new Map(entries.map((entry) => [entry.id, entry]));
  const tree = SiteTree.open(nodeFiles, siteDir, false);
  const state = newState('store');
  const stores = [{ state, sessions: { tailCrc: 0 } }];
  const snapshot = { stores, dir: '', dirs: [''], noContent: false, priceLines: [], state };
  const job = coloured(
    {
      files: nodeFiles,
      currency: undefined,
      snapshot: snapshot as unknown as SiteJob['snapshot'],
      sessions: { get: (id: string) => sessions.get(id) } as unknown as SiteJob['sessions'],
      filter: {
        words: [],
        period: null,
        budget: null,
        remembered: '',
        matches: () => true,
        remember: () => undefined,
      },
      pieces: new Pieces(nodeFiles, tree),
      writer: new SiteWriter(nodeFiles, tree),
      texts: english,
      options: { dataDirs: [''], siteDir, local, now, refresh: 30, full: false },
      store: 'store',
      common: 'common',
      settings: '',
      inputs: '',
      dayBegins: 0,
      day: local.dateOf(bucketOf(now)),
      dayEnds: Infinity,
      cut: null,
      onProgress: undefined,
      dimensions: [],
    },
    withFirstUses(
      [],
      entries.flatMap(({ usage }) => usage),
    ),
  );
  const found = new FoundSessions(job, true);
  const shown = entries.map((entry) => shownAs(job, entry));
  for (const session of shown.toSorted((a, b) => (a.key < b.key ? -1 : 1))) found.add(session);
  showSessions(job, found, undefined, true);
  job.writer.finish();
  tree.close();
}

/** A page's content as text. */
export function textOf(content: ReturnType<Page['render']>): string {
  if (content instanceof Uint8Array) return Buffer.from(content).toString();
  return typeof content === 'string' ? content : [...content].join('');
}
