import { targetOf } from '../../clickhouse/target.ts';
import { endpointOf } from '../../otlp/endpoint.ts';
import { DEFAULT_STORE } from '../../platform/defaults.ts';
import type { Files } from '../../platform/files.ts';
import { nothingPushed, type PushReport } from '../../report/push-text.ts';
import { isCopied, readCursor } from '../../store/copy-cursor.ts';
import { readStateFile } from '../../store/state.ts';
import { openStore } from '../../store/store.ts';
import { PROTOCOLS, type PushOptions } from '../commands/push-options.ts';
import type { PushOutput } from '../commands/push-output.ts';

/** A push as crontabs start it. */
export interface UsualPush extends PushOutput, Pick<PushOptions, 'url' | 'database' | 'table'> {
  engine: 'clickhouse' | 'otlp';
  dataDir: string;
  withContent: boolean;
}

type Value = 'dataDir' | 'url' | 'database' | 'table' | 'protocol';
type Flag = 'quiet' | 'json' | 'create' | 'withContent';

const VALUES: ReadonlyMap<string, Value> = new Map([
  ['--data-dir', 'dataDir'],
  ['--output-dir', 'dataDir'],
  ['--url', 'url'],
  ['--database', 'database'],
  ['--table', 'table'],
  ['--protocol', 'protocol'],
]);
const FLAGS: ReadonlyMap<string, Flag> = new Map([
  ['--quiet', 'quiet'],
  ['--json', 'json'],
  ['--create', 'create'],
  ['--with-content', 'withContent'],
]);
/** Those that the other kind of push refuses. */
const NOT_OF: Readonly<Record<UsualPush['engine'], ReadonlySet<string>>> = {
  clickhouse: new Set(['protocol']),
  otlp: new Set(['database', 'table', 'create']),
};

/**
 * The usual arguments of `monitor push`, read as Commander reads them; undefined for any others, and for a repeated
 * option, so that Commander reports it. Cron starts most pushes, and many find nothing new.
 */
export function usualPush(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): UsualPush | undefined {
  const [command, engine, ...rest] = argv;
  if (command !== 'push' || (engine !== 'clickhouse' && engine !== 'otlp')) return undefined;
  const push: UsualPush = {
    engine,
    dataDir: env['MONITOR_DATA_DIR'] ?? DEFAULT_STORE,
    withContent: false,
  };
  const given = new Set<string>();
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    const flag = FLAGS.get(word);
    const name = flag ?? VALUES.get(word);
    if (name === undefined || given.has(name) || NOT_OF[engine].has(name)) return undefined;
    given.add(name);
    if (flag) {
      // The table is there if everything was sent to it.
      if (flag !== 'create') push[flag] = true;
      continue;
    }
    const value = rest[++i];
    if (value === undefined || value === '' || value.startsWith('-')) return undefined;
    if (name !== 'protocol') push[name as Exclude<Value, 'protocol'>] = value;
    // How it would be sent makes no difference.
    else if (!PROTOCOLS.some((one) => one === value)) return undefined;
  }
  return push.dataDir === '' ? undefined : push;
}

/**
 * What a push would say if its target has everything; undefined if it may lack something. Opens no index and no connection.
 * Whatever is wrong is left to the push.
 */
export function findNothingToPush(files: Files, push: UsualPush): PushReport | undefined {
  try {
    const { dataDir, engine, withContent } = push;
    const isTable = engine === 'clickhouse';
    const { name } = isTable ? targetOf(push) : endpointOf(push.url);
    const cursor = readCursor(files, dataDir, name);
    // A table gets everything again with texts; of spans, only new ones have them.
    if (isTable && cursor?.content !== withContent) return undefined;
    const store = openStore(files, dataDir);
    const { state, hasChecksum } = readStateFile(files, store.statePath, store.id);
    if (!hasChecksum || !isCopied(cursor, store, state)) return undefined;
    return isTable ? nothingPushed(name) : nothingPushed(name, 0);
  } catch {
    return undefined;
  }
}
