import { join } from 'node:path';
import type { Files } from '../../src/platform/files.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { localTimeIn } from '../../src/query/time-zone.ts';
import { renderSite, type RenderOptions } from '../../src/site/render.ts';
import type { Written } from '../../src/site/site-folder.ts';
import { makeFolder } from '../platform/make.ts';
import { makeStore } from '../cli/run.ts';

export { makeFolder } from '../platform/make.ts';
export { line } from '../cli/run.ts';

/** A store made of log lines by the real `monitor parse`, and the folder for its site. */
export interface Made {
  dataDir: string;
  siteDir: string;
}

export async function makeSite(lines: string[], ...options: string[]): Promise<Made> {
  const folder = makeFolder();
  const made = { dataDir: await makeStore(folder, lines, ...options), siteDir: join(folder, 'site') };
  render(made);
  return made;
}

/** Renders at 2026-02-03T04:00Z, in Shanghai. */
export function render(made: Made, rest: Partial<RenderOptions> = {}, files: Files = nodeFiles): Written {
  return renderSite(files, {
    ...made,
    local: localTimeIn('Asia/Shanghai'),
    now: Date.parse('2026-02-03T04:00:00Z'),
    refresh: 30,
    full: false,
    ...rest,
  });
}
