import { targetOf } from '../../clickhouse/target.ts';
import {
  DEFAULT_CLICKHOUSE,
  DEFAULT_DATABASE,
  DEFAULT_STORE,
  DEFAULT_TABLE,
} from '../../platform/defaults.ts';
import type { Files } from '../../platform/files.ts';
import { nothingPushed, type PushReport } from '../../report/push-text.ts';
import { isCopied, readCursor } from '../../store/copy-cursor.ts';
import { readStateFile } from '../../store/state.ts';
import { openStore } from '../../store/store.ts';
import type { PushOutput } from '../commands/push-output.ts';

/** A push as crontabs start it. */
export interface UsualPush extends PushOutput {
  dataDir: string;
  url: string;
  database: string;
  table: string;
  withContent: boolean;
}

const VALUES: ReadonlyMap<string, 'dataDir' | 'url' | 'database' | 'table'> = new Map([
  ['--data-dir', 'dataDir'],
  ['--output-dir', 'dataDir'],
  ['--url', 'url'],
  ['--database', 'database'],
  ['--table', 'table'],
]);
const FLAGS: ReadonlyMap<string, 'quiet' | 'json' | 'create' | 'withContent'> = new Map([
  ['--quiet', 'quiet'],
  ['--json', 'json'],
  ['--create', 'create'],
  ['--with-content', 'withContent'],
]);

/**
 * The usual arguments of `monitor push`, read as Commander reads them; undefined for any others, and for a repeated
 * option, so that Commander reports it. Cron starts most pushes, and many find nothing new.
 */
export function usualPush(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): UsualPush | undefined {
  const [command, engine, ...rest] = argv;
  if (command !== 'push' || engine !== 'clickhouse') return undefined;
  const push: UsualPush = {
    dataDir: env['MONITOR_DATA_DIR'] ?? DEFAULT_STORE,
    url: DEFAULT_CLICKHOUSE,
    database: DEFAULT_DATABASE,
    table: DEFAULT_TABLE,
    withContent: false,
  };
  const given = new Set<string>();
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    const flag = FLAGS.get(word);
    const name = flag ?? VALUES.get(word);
    if (name === undefined || given.has(name)) return undefined;
    given.add(name);
    if (flag) {
      // The table is there if everything was sent to it.
      if (flag !== 'create') push[flag] = true;
      continue;
    }
    const value = rest[++i];
    if (value === undefined || value === '' || value.startsWith('-')) return undefined;
    push[name as 'dataDir' | 'url' | 'database' | 'table'] = value;
  }
  return push.dataDir === '' ? undefined : push;
}

/**
 * What a push would say if the table has everything; undefined if it may lack something. Opens no index and no connection.
 * Whatever is wrong is left to the push.
 */
export function findNothingToPush(files: Files, push: UsualPush): PushReport | undefined {
  try {
    const { dataDir, withContent } = push;
    const { name } = targetOf(push);
    const cursor = readCursor(files, dataDir, name);
    if (cursor?.content !== withContent) return undefined;
    const store = openStore(files, dataDir);
    const { state, hasChecksum } = readStateFile(files, store.statePath, store.id);
    return hasChecksum && isCopied(cursor, store, state) ? nothingPushed(name) : undefined;
  } catch {
    return undefined;
  }
}
