import { DEFAULT_COLLECTOR } from '../platform/defaults.ts';
import { UsageError } from '../platform/errors.ts';

/** A collector's address for traces. */
export interface Endpoint {
  /** Without credentials and parameters. */
  url: string;
  /** For messages, and to tell targets apart. */
  name: string;
}

const PATH = '/v1/traces';
const CREDENTIALS = 'Give keys and passwords in the environment, as OTEL_EXPORTER_OTLP_HEADERS';

/**
 * The endpoint of a collector's base address, or of the address for traces itself. Throws UsageError, which never quotes a
 * password, unless it is an HTTP address and nothing else.
 */
export function endpointOf(text: string = DEFAULT_COLLECTOR): Endpoint {
  // Before the rest is looked at: a URL that cannot be read can still hold a password.
  if (text.includes('@'))
    throw new UsageError(`--url contains '@': a URL with a password is refused. ${CREDENTIALS}`);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw new UsageError(
      `--url '${text.replace(/[?#].*/s, '')}' is not the HTTP address of a collector, such as http://collector.example:4318`,
    );
  if (url.search !== '' || url.hash !== '')
    throw new UsageError(`--url has parameters after the path. ${CREDENTIALS}`);
  const path = url.pathname.replace(/\/+$/, '');
  const address = `${url.origin}${path.endsWith(PATH) ? path : `${path}${PATH}`}`;
  return { url: address, name: `otlp ${address}` };
}

/**
 * The headers that the environment names, as OpenTelemetry has it: `api-key=secret,x-team=a%20b`. Throws UsageError, which
 * never quotes a value, if they cannot be sent.
 */
export function headersOf(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const name = ['OTEL_EXPORTER_OTLP_TRACES_HEADERS', 'OTEL_EXPORTER_OTLP_HEADERS'].find((one) => env[one]);
  const given = name === undefined ? '' : (env[name] ?? '');
  const pairs = given.split(',').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(
    pairs.map((pair, i) => {
      const at = pair.indexOf('=');
      const key = pair.slice(0, Math.max(0, at)).trim().toLowerCase();
      const value = decoded(pair.slice(at + 1).trim());
      if (
        !/^[\w!#$%&'*+.^`|~-]+$/.test(key) ||
        value === undefined ||
        !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)
      )
        throw new UsageError(
          `${name}: pair ${i + 1} is no header. Write name=value, separated by commas; spaces and commas in a value as %20 and %2C`,
        );
      return [key, value];
    }),
  );
}

function decoded(value: string): string | undefined {
  try {
    return decodeURIComponent(value);
  } catch {
    return undefined;
  }
}
