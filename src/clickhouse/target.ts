import { DEFAULT_CLICKHOUSE, DEFAULT_DATABASE, DEFAULT_TABLE } from '../platform/defaults.ts';
import { UsageError } from '../platform/errors.ts';

/** A table of a ClickHouse server. */
export interface Target {
  /** Without credentials and parameters. */
  url: string;
  database: string;
  table: string;
  /** For messages, and to tell targets apart. */
  name: string;
}

/** What names a target on the command line. */
export interface TargetOptions {
  url?: string | undefined;
  database?: string | undefined;
  table?: string | undefined;
}

const CREDENTIALS =
  'Give the user and the password in the environment, as CLICKHOUSE_USER and CLICKHOUSE_PASSWORD';

/** Throws UsageError, which never quotes a password, unless the URL is of one server and nothing else. */
export function targetOf({
  url: text = DEFAULT_CLICKHOUSE,
  database = DEFAULT_DATABASE,
  table = DEFAULT_TABLE,
}: TargetOptions): Target {
  // Before the rest is looked at: a URL that cannot be read can still hold a password.
  if (/^[^/?#]*:\/\/[^/?#]*@/.test(text) || text.includes('@'))
    throw new UsageError(`--url contains '@': a URL with a password is refused. ${CREDENTIALS}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(
      `--url '${text.replace(/[?#].*/s, '')}' is not the HTTP address of a ClickHouse server, such as http://clickhouse.example:8123`,
    );
  if (url.search !== '' || url.hash !== '')
    throw new UsageError(
      `--url has parameters after the path. Name the database with --database and the table with --table. ${CREDENTIALS}`,
    );
  for (const [flag, name] of [
    ['--database', database],
    ['--table', table],
  ] as const)
    if (!isName(name)) throw new UsageError(`${flag} must be a name on one line, of at most 128 characters`);
  const server = `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
  return { url: server, database, table, name: `clickhouse ${server} ${database}.${table}` };
}

function isName(text: string): boolean {
  // oxlint-disable-next-line no-control-regex
  return text.length > 0 && text.length <= 128 && !/[\u0000-\u001f\u007f]/.test(text);
}

/** A name in SQL. */
export function quoted(name: string): string {
  return `\`${name.replaceAll(/[\\`]/g, String.raw`\$&`)}\``;
}

/** The table in SQL. */
export function tableOf({ database, table }: Pick<Target, 'database' | 'table'>): string {
  return `${quoted(database)}.${quoted(table)}`;
}

/** A text in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
}
