import { randomUUID } from 'node:crypto';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import { InputOutputError, UsageError } from '../platform/errors.ts';
import { errorCode, readWhole, replaceFile, type Files } from '../platform/files.ts';
import { NotOurs } from '../platform/open-file.ts';
import { isKeepRules, KEEP_ALL, type KeepRules } from '../session-format/kept-names.ts';
import { NO_PRICING, toPricing, type PricingSettings } from './pricing-settings.ts';
import { newState, parseState, writeState } from './state.ts';

/** The filters belong to the store: runs with different filters would make its totals meaningless. */
export interface Filters {
  /** Store only this session. */
  session_key: string | null;
  /** Do not store rounds before this time: ISO 8601, UTC. */
  since: string | null;
  /** Store no text. */
  no_content: boolean;
  /** Kinds of content to remove from texts before they are stored (`secrets`, `email` …); null: none. */
  redact: readonly string[] | null;
  /** The user's own patterns of content to remove, by name. */
  redact_patterns: readonly RedactPattern[] | null;
}

interface RedactPattern {
  name: string;
  /** A regular expression. */
  pattern: string;
}

/** Whether a round at a time (milliseconds since 1970 UTC) is filtered out. */
export function isFilteredOut(filters: Filters, sessionId: string, time: number): boolean {
  const { session_key: key, since } = filters;
  return (key !== null && sessionId !== key) || (since !== null && time < Date.parse(since));
}

/** A store that keeps everything. */
export const NO_FILTERS: Filters = {
  session_key: null,
  since: null,
  no_content: false,
  redact: null,
  redact_patterns: null,
};

export interface Store {
  dir: string;
  id: string;
  /** The gateway's name, as `parse --gateway` gave it; null: the folder's name stands for it. */
  gateway: string | null;
  statePath: string;
  filters: Filters;
  /** As of when the store was opened: what rounds keep of their lines. */
  fields: KeepRules;
  /** As of when the store was opened. */
  pricing: PricingSettings;
}

const NAME = '.store.json';
const FORMAT = 1;
const LOCK = '.lock';

export function lockPath(dir: string): string {
  return join(dir, LOCK);
}

/** The store in a folder; undefined if there is none yet (no folder, an empty one, or one half made before a crash). */
export function findStore(files: Files, dir: string): Store | undefined {
  const bytes = readWhole(files, join(dir, NAME));
  if (bytes) return parseStore(dir, bytes);
  if (files.stat(dir)?.isFile)
    throw new InputOutputError(`${dir} is a file, and a store is a folder. Name a folder with --output-dir`);
  const foreign = (files.list(dir) ?? []).filter((name) => !isLeftover(files, dir, name));
  if (foreign.length === 0) return undefined;
  throw new InputOutputError(
    `${dir} is not a store of monitor: it has no ${NAME} but contains ${foreign.toSorted().slice(0, 3).join(', ')}` +
      `${foreign.length > 3 ? ', …' : ''}. Name an empty or new folder with --output-dir`,
  );
}

/** The store in a folder. Throws if there is none. */
export function openStore(files: Files, dir: string): Store {
  const store = findStore(files, dir);
  if (store) return store;
  throw new InputOutputError(
    `no store in ${resolve(dir)}. Make one with: monitor parse --log-path <access.log> --output-dir ${dir}`,
  );
}

/** Where a run with this --state-file, or without one, keeps the state of a store. */
export function resolveStatePath(dir: string, stateFile: string | undefined): string {
  return stateFile === undefined ? resolve(dir, '.state.json') : resolve(stateFile);
}

/**
 * Makes a store in an existing, locked folder. `.store.json` comes last: after a crash before it, `findStore` finds no
 * store.
 */
export function createStore(files: Files, dir: string, statePath: string, filters: Filters): Store {
  const found = readWhole(files, statePath);
  if (found && !isFresh(found)) {
    throw new InputOutputError(
      `the state file ${statePath} already exists, but ${dir} holds no store. Name another --state-file, or remove it`,
    );
  }
  const id = randomUUID();
  // Relative, so that a store can be moved together with its state.
  const state = dirname(statePath) === resolve(dir) ? basename(statePath) : statePath;
  writeState(files, statePath, { ...newState(id), imported: 0 });
  replaceFile(files, join(dir, NAME), `${JSON.stringify({ format: FORMAT, store: id, state, filters })}\n`);
  return { dir, id, gateway: null, statePath, filters, fields: KEEP_ALL, pricing: NO_PRICING };
}

/** Replaces the pricing settings in `.store.json`. The store must be locked. */
export function writePricing(files: Files, store: Store, pricing: PricingSettings): void {
  writeSettings(files, store, { pricing });
}

/** Replaces what rounds keep of their lines from now on. The store must be locked. */
export function writeKeepRules(files: Files, store: Store, fields: KeepRules): void {
  writeSettings(files, store, { fields });
}

/** Names the gateway whose logs the store holds. The store must be locked. */
export function writeGateway(files: Files, store: Store, gateway: string): void {
  writeSettings(files, store, { gateway });
}

/** The name of a store's gateway in reports. */
export function gatewayOf({ dir, gateway }: Pick<Store, 'dir' | 'gateway'>): string {
  return gateway ?? basename(resolve(dir));
}

/** Replaces settings in `.store.json`, and leaves the rest of it. */
function writeSettings(
  files: Files,
  { dir }: Store,
  settings: { pricing?: PricingSettings; fields?: KeepRules; gateway?: string },
): void {
  const path = join(dir, NAME);
  const bytes = readWhole(files, path);
  if (!bytes) throw new InputOutputError(`${path} is missing: restore it from a backup`);
  const described = JSON.parse(bytes.toString()) as Record<string, object>;
  const changed = Object.entries(settings).map(([key, value]) => [
    key,
    typeof value === 'string' ? value : { ...described[key], ...value },
  ]);
  const document = { ...described, ...Object.fromEntries(changed) };
  replaceFile(files, path, `${JSON.stringify(document)}\n`);
}

/** Throws if a filter given to a run differs from the store's. Filters not given are taken from the store. */
export function checkFilters(store: Store, given: Partial<Filters>, statePath: string | undefined): void {
  for (const [flag, asked, kept] of [
    ['--session-key', given.session_key, store.filters.session_key],
    ['--since', given.since, store.filters.since],
    ['--no-content', given.no_content, store.filters.no_content],
    ['--redact', given.redact, store.filters.redact],
    ['--redact-patterns', given.redact_patterns, store.filters.redact_patterns],
    ['--state-file', statePath, store.statePath],
  ] as const) {
    if (asked !== undefined && JSON.stringify(asked) !== JSON.stringify(kept)) {
      throw new UsageError(
        `${flag} is ${filterText(asked)}, but the store ${store.dir} was made with ${filterText(kept)}. ` +
          'A store keeps this setting for good: leave the option out, or parse into another --output-dir',
      );
    }
  }
}

function filterText(value: Filters[keyof Filters]): string {
  if (value === null) return 'none';
  if (typeof value !== 'object') return String(value);
  return value.map((one) => (typeof one === 'string' ? one : `${one.name} (${one.pattern})`)).join(', ');
}

function parseStore(dir: string, bytes: Uint8Array): Store {
  const path = join(dir, NAME);
  let value: Record<string, unknown> | null;
  try {
    value = JSON.parse(Buffer.from(bytes).toString()) as typeof value;
  } catch (error) {
    throw new InputOutputError(`${path} is not valid JSON: restore it from a backup`, { cause: error });
  }
  const { format, store, state, filters, fields = KEEP_ALL, gateway = null } = value ?? {};
  const pricing = toPricing(value?.['pricing']);
  if (typeof format === 'number' && format > FORMAT) {
    throw new InputOutputError(
      `${path} was made by a newer version of monitor (format ${format}): update monitor`,
    );
  }
  if (
    format !== FORMAT ||
    typeof store !== 'string' ||
    !isStatePlace(state) ||
    !isFilters(filters) ||
    !isKeepRules(fields) ||
    !(gateway === null || isGatewayName(gateway)) ||
    !pricing
  ) {
    throw new InputOutputError(`${path} does not describe a store: restore it from a backup`);
  }
  // Stores older than redaction do not have these keys.
  return {
    dir,
    id: store,
    gateway,
    statePath: resolve(dir, state),
    filters: { ...filters, redact: filters.redact ?? null, redact_patterns: filters.redact_patterns ?? null },
    fields,
    pricing,
  };
}

const LONGEST_GATEWAY = 128;

/** Some characters on one line. */
export function isGatewayName(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= LONGEST_GATEWAY &&
    value.trim() !== '' &&
    !CONTROL.test(value)
  );
}

// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/;

/** A name in the store, or a whole path that --state-file named: `createStore` writes no other. */
function isStatePlace(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  return isAbsolute(value) || (!value.includes('/') && !['', '.', '..'].includes(value));
}

/** Whether the state is in another folder, where --state-file put it. */
export function isStateOutside({ dir, statePath }: Pick<Store, 'dir' | 'statePath'>): boolean {
  return !statePath.startsWith(`${resolve(dir)}${sep}`);
}

function isFilters(value: unknown): value is Filters {
  if (typeof value !== 'object' || value === null) return false;
  const {
    session_key: session,
    since,
    no_content: noContent,
    redact = null,
    redact_patterns: patterns = null,
  } = value as Record<string, unknown>;
  const isTime = typeof since === 'string' && !Number.isNaN(Date.parse(since));
  return (
    (session === null || typeof session === 'string') &&
    (since === null || isTime) &&
    typeof noContent === 'boolean' &&
    (redact === null || (Array.isArray(redact) && redact.every((kind) => typeof kind === 'string'))) &&
    (patterns === null || (Array.isArray(patterns) && patterns.every(isRedactPattern)))
  );
}

function isRedactPattern(value: unknown): value is RedactPattern {
  if (typeof value !== 'object' || value === null) return false;
  const { name, pattern } = value as Record<string, unknown>;
  return typeof name === 'string' && typeof pattern === 'string';
}

/** What is left when the creation of a store is killed: a lock, temporary files, a state that counts nothing. */
function isLeftover(files: Files, dir: string, name: string): boolean {
  if (name === LOCK || name === '.state.json.tmp' || name === `${NAME}.tmp`) return true;
  // --state-file can name any file in the store.
  const path = join(dir, name);
  try {
    return files.stat(path)?.isFile === true && isFresh(readWhole(files, path) ?? Buffer.alloc(0));
  } catch (error) {
    // A link, which no run made, or one to itself.
    if (error instanceof NotOurs || errorCode(error) === 'ELOOP') return false;
    throw error;
  }
}

function isFresh(bytes: Uint8Array): boolean {
  const filed = parseState(bytes);
  return typeof filed !== 'string' && filed.state.commit === 0;
}
