import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Finding } from './case.ts';
import { monitor } from './monitor.ts';

/** Makes a small store with rejected lines, prices of its own and two commits, its log, and a log with more. */
export async function prepareStore(folder: string): Promise<void> {
  const lines = readFileSync('fixtures/access.log', 'utf8').split('\n').slice(0, -1);
  const log = join(folder, 'access.log');
  const prices = join(folder, 'prices.json');
  writeFileSync(
    prices,
    '{"models":[{"match":"qwen*","input":1,"output":2},{"match":"deepseek*","free":true}]}',
  );
  for (const end of [60, 120]) {
    writeFileSync(log, `${lines.slice(0, end).join('\n')}\n{"ai_log":"{broken"}\n`);
    await expectSuccess([
      'parse',
      '--log-path',
      log,
      '--output-dir',
      join(folder, 'store'),
      '--prices',
      prices,
    ]);
  }
  writeFileSync(join(folder, 'more.log'), `${lines.slice(120).join('\n')}\n{"ai_log":"{also broken"}\n`);
}

/** The store of an older format. */
export function unpackFormat4(folder: string): void {
  execFileSync('tar', ['-xzf', 'fixtures/stores/format-4.tar.gz', '-C', folder]);
}

export async function expectSuccess(argv: string[]): Promise<string> {
  const { code, out, err } = await monitor(argv);
  if (code !== 0) throw new Finding(`exit code ${code}: monitor ${argv.join(' ')}\n${err}`);
  return out;
}

export function copyFolder(from: string, to: string): string {
  cpSync(from, to, { recursive: true, verbatimSymlinks: true });
  return to;
}
