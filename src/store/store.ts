import { randomUUID } from 'node:crypto';
import { basename, dirname, join, resolve } from 'node:path';
import { InputOutputError, UsageError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { NO_PRICING, toPricing, type PricingSettings } from './pricing-settings.ts';
import { newState, parseState, writeState } from './state.ts';

/** What may be stored is part of the store: two runs with other filters would make totals that mean nothing. */
export interface Filters {
  /** Only this session is stored. */
  session_key: string | null;
  /** Rounds before this time are not stored: ISO 8601, UTC. */
  since: string | null;
  /** No text is stored. */
  no_content: boolean;
  /** Kinds of what is taken out of texts before they are stored: `secrets`, `email` …; null: nothing is. */
  redact: readonly string[] | null;
  /** The user's own patterns of what is taken out, by name. */
  redact_patterns: readonly RedactPattern[] | null;
}

interface RedactPattern {
  name: string;
  /** A regular expression. */
  pattern: string;
}

/** Whether a round at a time (milliseconds since 1970 UTC) is not to be stored. */
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
  statePath: string;
  filters: Filters;
  /** As it was when the store was opened. */
  pricing: PricingSettings;
}

const NAME = '.store.json';
const FORMAT = 1;
const LOCK = '.lock';

export function lockPath(dir: string): string {
  return join(dir, LOCK);
}

/** The store in a folder; undefined where there is none yet (no folder, an empty one, or one a crash left half made). */
export function findStore(files: Files, dir: string): Store | undefined {
  const bytes = readWhole(files, join(dir, NAME));
  if (bytes) return parseStore(dir, bytes);
  const foreign = (files.list(dir) ?? []).filter((name) => !isLeftover(files, dir, name));
  if (foreign.length === 0) return undefined;
  throw new InputOutputError(
    `${dir} is no store of monitor: it has no ${NAME} but holds ${foreign.toSorted().slice(0, 3).join(', ')}` +
      `${foreign.length > 3 ? ', …' : ''}. Name an empty or new folder with --output-dir`,
  );
}

/** The store in a folder, which must be there. */
export function openStore(files: Files, dir: string): Store {
  const store = findStore(files, dir);
  if (store) return store;
  throw new InputOutputError(
    `no store in ${resolve(dir)}. Make one with: monitor parse --log-path <access.log> --output-dir ${dir}`,
  );
}

/** Where a run that names this --state-file, or none, keeps the state of a store. */
export function resolveStatePath(dir: string, stateFile: string | undefined): string {
  return stateFile === undefined ? resolve(dir, '.state.json') : resolve(stateFile);
}

/**
 * Makes a store in a folder that is there and locked. Its own file comes last: a crash before it leaves what
 * `findStore` takes for nothing.
 */
export function createStore(files: Files, dir: string, statePath: string, filters: Filters): Store {
  const found = readWhole(files, statePath);
  if (found && !isFresh(found)) {
    throw new InputOutputError(
      `the state file ${statePath} is there already, but ${dir} holds no store. Name another --state-file, or remove it`,
    );
  }
  const id = randomUUID();
  // Relative, so that a store that keeps its state beside it can be moved.
  const state = dirname(statePath) === resolve(dir) ? basename(statePath) : statePath;
  writeState(files, statePath, { ...newState(id), imported: 0 });
  replaceFile(files, join(dir, NAME), `${JSON.stringify({ format: FORMAT, store: id, state, filters })}\n`);
  return { dir, id, statePath, filters, pricing: NO_PRICING };
}

/** Puts other pricing settings into the file that describes a store, which must be locked; the rest of it stays. */
export function writePricing(files: Files, { dir }: Store, pricing: PricingSettings): void {
  const path = join(dir, NAME);
  const bytes = readWhole(files, path);
  if (!bytes) throw new InputOutputError(`${path} is missing: restore it from a backup`);
  const described = JSON.parse(bytes.toString()) as { pricing?: Record<string, unknown> };
  const document = { ...described, pricing: { ...described.pricing, ...pricing } };
  // A link that stands there is replaced, and never written through.
  files.remove(`${path}.tmp`);
  replaceFile(files, path, `${JSON.stringify(document)}\n`);
}

/** The filters given to a run must be the store's; those not given are. */
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
          'It is part of the store: leave it out, or parse into another --output-dir',
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
  const { format, store, state, filters } = value ?? {};
  const pricing = toPricing(value?.['pricing']);
  if (typeof format === 'number' && format > FORMAT) {
    throw new InputOutputError(
      `${path} was made by a newer version of monitor (format ${format}): update monitor`,
    );
  }
  if (
    format !== FORMAT ||
    typeof store !== 'string' ||
    typeof state !== 'string' ||
    !isFilters(filters) ||
    !pricing
  ) {
    throw new InputOutputError(`${path} does not describe a store: restore it from a backup`);
  }
  // Stores that were made before there was redaction do not mention it.
  return {
    dir,
    id: store,
    statePath: resolve(dir, state),
    filters: { ...filters, redact: filters.redact ?? null, redact_patterns: filters.redact_patterns ?? null },
    pricing,
  };
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

/** What creating a store leaves behind when it is killed: a lock, temporary files, a state that counts nothing. */
function isLeftover(files: Files, dir: string, name: string): boolean {
  if (name === LOCK || name === '.state.json.tmp' || name === `${NAME}.tmp`) return true;
  // --state-file can name any file in the store.
  return (
    files.stat(join(dir, name))?.isFile === true &&
    isFresh(readWhole(files, join(dir, name)) ?? Buffer.alloc(0))
  );
}

function isFresh(bytes: Uint8Array): boolean {
  const state = parseState(bytes);
  return typeof state !== 'string' && state.commit === 0;
}
