import { cleanLine } from '../../platform/clean-text.ts';
import { UsageError } from '../../platform/errors.ts';

/** Where a table of pushed rounds is: `clickhouse://host:8123/database/table`. */
export interface EngineAddress {
  /** Of the HTTP interface, without a path. */
  url: string;
  database: string;
  table: string;
  /** For messages: as it was given. */
  shown: string;
  /** How long a query may take, in milliseconds. */
  timeoutMs: number;
}

const TIMEOUT_MS = 300_000;
const FORM = 'clickhouse://host:8123/database/table';
/** `clickhouses://`, `?secure=true` (clickhouse-go, Grafana) and `?ssl=true` (JDBC) all ask for TLS. */
const SECURE = ['secure', 'ssl'];
const PARAMETERS = [...SECURE, 'timeout'];

/** Reads the address of `--source`. Throws UsageError; the message never repeats a password. */
export function parseAddress(text: string): EngineAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== 'clickhouse:' && url.protocol !== 'clickhouses:'))
    throw new UsageError(`--source '${shownText(text)}' is not an address. Use ${FORM}.`);
  if (url.username !== '' || url.password !== '')
    throw new UsageError(
      '--source takes no user and no password, which other users of this machine could see: set CLICKHOUSE_USER and CLICKHOUSE_PASSWORD',
    );
  const shown = shownText(text);
  for (const name of url.searchParams.keys())
    if (!PARAMETERS.includes(name))
      throw new UsageError(
        `--source '${shown}': '${cleanLine(name)}' is not known. After ? there can be ${PARAMETERS.join(', ')}.`,
      );
  const [database, table, ...more] = url.pathname.slice(1).split('/').map(decoded);
  if (!url.hostname || !database || !table || more.length > 0 || url.hash !== '')
    throw new UsageError(`--source '${shown}' does not name a host, a database and a table. Use ${FORM}.`);
  const isSecure = url.protocol === 'clickhouses:' || SECURE.some((name) => isOn(url.searchParams.get(name)));
  const port = url.port === '' ? (isSecure ? '8443' : '8123') : url.port;
  return {
    url: `${isSecure ? 'https' : 'http'}://${url.hostname}:${port}`,
    database,
    table,
    shown,
    timeoutMs: timeoutOf(url.searchParams.get('timeout'), shown),
  };
}

function isOn(value: string | null): boolean {
  return value !== null && !/^(?:0|false|no)$/i.test(value);
}

function timeoutOf(seconds: string | null, shown: string): number {
  if (seconds === null) return TIMEOUT_MS;
  if (/^[1-9]\d{0,5}$/.test(seconds)) return Number(seconds) * 1000;
  throw new UsageError(`--source '${shown}': timeout must be a number of seconds, such as timeout=60.`);
}

/** As a browser does: what is no percent encoding stays. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Without what is behind `?`, where somebody may have put a password. */
function shownText(text: string): string {
  return cleanLine(text.replace(/[?#].*/s, '').replace(/\/\/[^/]*@/, '//')).slice(0, 200);
}
