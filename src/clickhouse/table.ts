import { InputOutputError } from '../platform/errors.ts';
import { ALL_COLUMNS, COLUMNS, KEY, type Column } from '../rows/columns.ts';
import { addColumn, createTable } from './ddl.ts';
import type { ClickHouseServer } from './server.ts';
import { answerError } from './server-errors.ts';
import { literal, quoted, tableOf, type Target } from './target.ts';
import { dialectOf, fits, typeOf, type Dialect } from './types.ts';

export async function dialectOfServer(server: ClickHouseServer, target: Target): Promise<Dialect> {
  const version = (await server.ask('SELECT version()')).trim();
  const dialect = dialectOf(version);
  if (dialect) return dialect;
  throw answerError(target, { status: 200, body: version });
}

/** Engines that keep only the row with the highest version, and the one that passes rows on to such tables. */
const ENGINES = /ReplacingMergeTree$|^Distributed$/;

/** A table that takes rows. */
export interface Table {
  dialect: Dialect;
  /** It was made just now. */
  isNew: boolean;
}

/** Looks at the table, and makes it if that is asked for and there is none. Throws InputOutputError if it does not fit. */
export async function openTable(server: ClickHouseServer, target: Target, create: boolean): Promise<Table> {
  const dialect = await dialectOfServer(server, target);
  const where = `WHERE database = ${literal(target.database)}`;
  const [table] = await server.rows(
    `SELECT engine FROM system.tables ${where} AND name = ${literal(target.table)}`,
  );
  if (table === undefined) {
    if (!create) throw noTable(target);
    await server.command(createTable(target, dialect), dialect);
    return { dialect, isNew: true };
  }
  const { engine } = table as { engine: unknown };
  if (!ENGINES.test(String(engine))) throw otherEngine(target, String(engine));
  const columns = await server.rows(
    `SELECT name, type FROM system.columns ${where} AND table = ${literal(target.table)}`,
  );
  checkColumns(columns as { name: string; type: string }[], target, dialect);
  return { dialect, isNew: false };
}

function checkColumns(
  found: readonly { name: string; type: string }[],
  target: Target,
  dialect: Dialect,
): void {
  const types = new Map(found.map(({ name, type }) => [name, type]));
  const missing = ALL_COLUMNS.filter(({ name }) => !types.has(name));
  if (missing.length > ALL_COLUMNS.length / 2)
    throw new InputOutputError(
      `${target.name} is a table of something else: it lacks the columns ${namesOf(missing)}. Nothing was sent. Name another with --table`,
    );
  if (missing.length > 0)
    throw new InputOutputError(
      `${target.name} lacks the columns ${namesOf(missing)}, as an earlier version of monitor made it. Nothing was sent. Add them:` +
        missing.map((column) => `\n  ${addColumn(target, column, dialect)};`).join(''),
    );
  const other = ALL_COLUMNS.find(({ name, kind }) => !fits(kind, types.get(name) ?? ''));
  if (other)
    throw new InputOutputError(
      `the column ${other.name} of ${target.name} is ${types.get(other.name)}, and not ${typeOf(other.kind, dialect)}. ` +
        'Nothing was sent. Name another table with --table, or make this one as --print-ddl says',
    );
}

function namesOf(columns: readonly Column[]): string {
  const names = columns.map(({ name }) => name);
  return names.length > 5 ? `${names.slice(0, 5).join(', ')}, …` : names.join(', ');
}

function noTable({ database, table, url }: Target): InputOutputError {
  return new InputOutputError(
    `there is no table ${database}.${table} in ClickHouse at ${url}, or this user may not see it. Make it with --create; --print-ddl prints the statement`,
  );
}

function otherEngine({ name }: Target, engine: string): InputOutputError {
  return new InputOutputError(
    `${name} is a table of the engine ${engine}: rows that are sent again would count twice. ` +
      'Nothing was sent. It must be a ReplacingMergeTree(version): --print-ddl prints the statement',
  );
}

/** The highest version of a store's rows; 0 if there are none. */
export async function lastVersion(server: ClickHouseServer, target: Target, store: string): Promise<number> {
  const [row] = await server.rows(
    `SELECT max(version) AS version FROM ${tableOf(target)} WHERE store = ${literal(store)}`,
  );
  return Number((row as { version?: unknown } | undefined)?.version ?? 0);
}

export async function hasRows(server: ClickHouseServer, target: Target, store: string): Promise<boolean> {
  const rows = await server.rows(
    `SELECT 1 AS found FROM ${tableOf(target)} WHERE store = ${literal(store)} LIMIT 1`,
  );
  return rows.length > 0;
}

export function insertQuery(target: Target, columns: readonly Column[]): string {
  return `INSERT INTO ${tableOf(target)} (${list(columns)}) FORMAT TabSeparated`;
}

/** What stays in a row that is withdrawn: what tells it from others, and what sums are grouped by. */
const KEPT: ReadonlySet<string> = new Set([
  ...KEY,
  'time_ms',
  'gateway',
  'session',
  'round',
  'occurrence',
  'model',
  'currency',
]);

/**
 * Withdraws the rows of a store that have a lower version: a row of the same key, which counts nothing, replaces each of
 * them. Rows of these sessions stay (`but`).
 */
export function withdrawQuery(
  target: Target,
  store: string,
  version: number,
  but: readonly string[],
): string {
  const values = COLUMNS.map(({ name, kind }) => {
    if (name === 'version') return `${version}`;
    if (KEPT.has(name)) return quoted(name);
    if (kind === 'ids') return 'emptyArrayUInt16()';
    if (kind === 'counts') return 'emptyArrayUInt64()';
    return kind === 'text' || kind === 'name' ? `''` : '0';
  });
  const except = but.length > 0 ? ` AND session NOT IN (${but.map(literal).join(', ')})` : '';
  return (
    `INSERT INTO ${tableOf(target)} (${list(COLUMNS)}) SELECT ${values.join(', ')} ` +
    `FROM ${tableOf(target)} FINAL WHERE store = ${literal(store)} AND version < ${version} AND rounds > 0${except}`
  );
}

function list(columns: readonly Column[]): string {
  return columns.map(({ name }) => quoted(name)).join(', ');
}
