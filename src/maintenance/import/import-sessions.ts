import { takeOver } from '../../store/take-over.ts';
import { join, resolve } from 'node:path';
import type { Redactor } from '../../redact/redact.ts';
import { InputOutputError, UsageError, isSystemError } from '../../platform/errors.ts';
import { systemErrorText } from '../../platform/system-errors.ts';
import { digest } from '../../platform/digest.ts';
import { errorCode, readWhole, type Files } from '../../platform/files.ts';
import { takeLock } from '../../platform/lock.ts';
import { commit } from '../../store/commit.ts';
import { StoredIndex } from '../../store/index/index.ts';
import { readCurrentState } from '../../store/current-state.ts';
import { readState, type State } from '../../store/state.ts';
import {
  createStore,
  findStore,
  isFilteredOut,
  lockPath,
  NO_FILTERS,
  resolveStatePath,
  type Store,
} from '../../store/store.ts';
import { Batch } from '../../ingest/batch.ts';
import { PriceBookDesk } from '../../ingest/price-desk.ts';
import type { ImportedFile } from '../../model/imported-file.ts';
import { isImported, type ImportedLog } from '../../model/log-position.ts';
import { findParsed } from './parsed-rounds.ts';
import { makeResolver } from '../../ingest/settings/price-answers.ts';
import { findPriceBasis, keepPriceBasis, type PriceBasis } from '../../ingest/settings/price-basis.ts';
import { readOriginalSession, type OriginalSession } from './original-session.ts';
import { redactorOf } from '../../ingest/settings/store-redactor.ts';

export interface ImportOptions {
  /** The original's folder of sessions. */
  from: string;
  /** The store; made if it does not exist. */
  dir: string;
  /** Also import sessions that the store already has. */
  force: boolean;
  isDryRun: boolean;
  /** As in `parse`: a given file becomes the store's. */
  pricesPath?: string | undefined;
  /** Milliseconds since 1970 UTC. */
  now: number;
  /** Converts a local date and time, given as if it were UTC, to a time. */
  toUtc: (localMs: number) => number;
  /** Characters of new text to gather before a commit. */
  batchSize?: number;
}

export interface ImportResult {
  files: ImportedFile[];
  isDryRun: boolean;
  /** No log was ever parsed into the store, so parsing the original's logs now would count rounds twice. */
  isBeforeParse: boolean;
  /** Messages about the store's price file. */
  notices: PriceBasis['notices'];
}

const NONE = { rounds: 0, filtered: 0, estimates: 0, parsed: 0, doubtful: 0 };
const BATCH_SIZE = 32 << 20;
/** The maximum length of a JavaScript string; no session should be longer. */
const LARGEST_FILE = 500_000_000;

/**
 * Imports the session files of the Python original. Each file is stored in one commit, together with a digest of its
 * content, so that a killed import can be run again. Throws InputOutputError, UsageError and BusyError.
 */
export async function importSessions(files: Files, options: ImportOptions): Promise<ImportResult> {
  const names = sessionFiles(files, options.from);
  if (options.isDryRun) {
    const store = findStore(files, options.dir);
    const redactor = store && (await redactorOf(store.filters));
    return new Import(files, store, options, redactor, undefined).run(names);
  }
  if (!findStore(files, options.dir)) files.makeFolder(options.dir);
  const release = takeLock(lockPath(options.dir), `the store ${options.dir}`);
  try {
    const known = findStore(files, options.dir);
    const basis = await findPriceBasis(files, known, {
      given: options.pricesPath,
      now: options.now,
      hasRounds: known !== undefined && readState(files, known.statePath, known.id).commit > 0,
    });
    const resolver = await makeResolver(basis);
    const store =
      known ?? createStore(files, options.dir, resolveStatePath(options.dir, undefined), NO_FILTERS);
    keepPriceBasis(files, store, basis);
    const redactor = await redactorOf(store.filters);
    const state = takeOver(files, store, readCurrentState(files, store));
    const index = new StoredIndex(files, store.dir, state);
    const desk = new PriceBookDesk(files, store, state, resolver);
    const batch = new Batch(files, store, state, () => index, desk, redactor);
    try {
      const result = await new Import(files, store, options, redactor, { batch, state, index }).run(names);
      return { ...result, notices: basis.notices };
    } finally {
      index.close();
    }
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const message = `${systemErrorText(error)}. What was committed to the store ${options.dir} is kept; import again to continue`;
    throw new InputOutputError(message, { cause: error });
  } finally {
    release();
  }
}

/** Names of the JSON files in the original's folder, sorted. */
function sessionFiles(files: Files, from: string): string[] {
  const names = files.list(from);
  if (!names) throw new InputOutputError(`there is no folder ${from}`);
  if (names.includes('.store.json'))
    throw new UsageError(
      `${from} is already a store of monitor. Name the folder with the session files of the Python original`,
    );
  const found = names.filter((name) => name.endsWith('.json') && !name.startsWith('.')).toSorted();
  if (found.length > 0) return found;
  throw new InputOutputError(
    `${from} holds no session files (*.json). The Python original writes them to its --output-dir, ./sessions by default`,
  );
}

interface Writing {
  batch: Batch;
  state: State;
  index: StoredIndex;
}

/** One pass over the files. Without `writing` nothing is stored. */
class Import {
  readonly #files: Files;
  readonly #store: Store | undefined;
  readonly #options: ImportOptions;
  readonly #redactor: Redactor | undefined;
  readonly #writing: Writing | undefined;
  /** Imported files, including those of this run, by the digest of their content. */
  readonly #known = new Map<string, ImportedLog>();
  readonly #sessions: Set<string>;
  readonly #index: StoredIndex | undefined;
  #state: State | undefined;
  #pending: ImportedLog[] = [];

  constructor(
    files: Files,
    store: Store | undefined,
    options: ImportOptions,
    redactor: Redactor | undefined,
    writing: Writing | undefined,
  ) {
    this.#files = files;
    this.#store = store;
    this.#options = options;
    this.#redactor = redactor;
    this.#writing = writing;
    this.#state = writing?.state ?? (store && readCurrentState(files, store));
    const index = writing?.index ?? (store && this.#state && new StoredIndex(files, store.dir, this.#state));
    this.#index = index;
    this.#sessions = new Set(index?.sessions.keys());
    for (const log of index?.closed.values() ?? []) if (isImported(log)) this.#remember(log);
  }

  async run(names: readonly string[]): Promise<ImportResult> {
    const isBeforeParse = (this.#state?.next_log ?? 1) - 1 <= this.#known.size;
    const files: ImportedFile[] = [];
    for (const name of names) {
      files.push(await this.#import(join(this.#options.from, name)));
      if ((this.#writing?.batch.size ?? 0) > (this.#options.batchSize ?? BATCH_SIZE)) this.#commit();
    }
    this.#commit();
    return { files, isDryRun: this.#options.isDryRun, isBeforeParse, notices: [] };
  }

  async #import(path: string): Promise<ImportedFile> {
    const nothing = { path, session: null, problem: null, ...NONE };
    const found = this.#read(path);
    if ('problem' in found) return { ...nothing, outcome: 'damaged', problem: found.problem };
    const { text, mtime } = found;
    const key = base64(text);
    const known = this.#known.get(key);
    if (known) return { ...nothing, session: known.imported.session, outcome: 'known' };
    const session = readOriginalSession(text, this.#options.toUtc);
    if (typeof session === 'string') return { ...nothing, outcome: 'damaged', problem: session };
    const begun = this.#begunBy(session);
    const { parsed, doubtful } = this.#overlapOf(session, begun ?? session.rounds.length, mtime);
    const named = { ...nothing, session: session.id, parsed: parsed.size, doubtful };
    const isParsed = begun !== undefined && parsed.size > 0 && parsed.size === session.rounds.length - begun;
    if (isParsed) return { ...named, outcome: 'parsed' };
    if (this.#sessions.has(session.id) && !this.#options.force) return { ...named, outcome: 'exists' };
    if (begun === undefined) return { ...named, outcome: 'changed' };
    if (doubtful > 0) return { ...named, outcome: 'doubtful' };
    const log: ImportedLog = {
      id: (this.#state?.next_log ?? 1) + this.#pending.length,
      offset: session.rounds.length,
      path: resolve(path),
      imported: { digest: key, session: session.id, rounds: session.digestOf(session.rounds.length) },
    };
    const isNew = (ordinal: number): boolean => ordinal >= begun && !parsed.has(ordinal);
    const filtered = await this.#add(session, isNew, log, mtime);
    const rounds = session.rounds.length - begun - filtered - parsed.size;
    const times = session.rounds.map(({ time }) => time ?? mtime);
    log.imported.until = Math.floor(Math.max(0, ...times));
    log.imported.left = rounds;
    this.#pending.push(log);
    this.#remember(log);
    this.#sessions.add(session.id);
    return { ...named, outcome: 'imported', rounds, filtered, estimates: session.estimates };
  }

  #read(path: string): { text: string; mtime: number } | { problem: string } {
    try {
      const facts = this.#files.stat(path);
      if (!facts?.isFile) return { problem: 'is not a file' };
      if (facts.size > LARGEST_FILE) return { problem: `is larger than ${LARGEST_FILE} bytes` };
      return { text: readWhole(this.#files, path, 'given')?.toString() ?? '', mtime: facts.mtime };
    } catch (error) {
      if (errorCode(error) === 'EACCES') return { problem: 'cannot be read: permission denied' };
      if (errorCode(error) === 'ELOOP') return { problem: 'is a link to itself' };
      throw error;
    }
  }

  /** How many of its first rounds were imported from an earlier state of the file; undefined if those differ. */
  #begunBy(session: OriginalSession): number | undefined {
    const earlier = [...this.#known.values()].filter(({ imported }) => imported.session === session.id);
    const longest = Math.max(0, ...earlier.map(({ offset }) => offset));
    const isGrown = earlier.every(({ offset, imported }) => session.digestOf(offset) === imported.rounds);
    return isGrown && longest <= session.rounds.length ? longest : undefined;
  }

  /** Which rounds after the first `begun` the store has from a log, and for how many this is not certain. */
  #overlapOf(
    session: OriginalSession,
    begun: number,
    mtime: number,
  ): { parsed: ReadonlySet<number>; doubtful: number } {
    const entry = this.#index?.sessions.get(session.id);
    if (!entry || !this.#store) return { parsed: new Set(), doubtful: 0 };
    return findParsed(this.#files, this.#store, entry, session, begun, mtime, this.#redactor);
  }

  /** Returns how many rounds the store's filters leave out. */
  async #add(
    session: OriginalSession,
    isNew: (ordinal: number) => boolean,
    log: ImportedLog,
    mtime: number,
  ): Promise<number> {
    const { filters } = this.#store ?? { filters: NO_FILTERS };
    let filtered = 0;
    for (const [i, round] of session.rounds.entries()) {
      if (!isNew(i)) continue;
      const source = { path: log.path, logId: log.id, offset: i, mtime };
      if (this.#writing) {
        if ((await this.#writing.batch.addRound({ round }, source)) === 'filtered') filtered++;
      } else if (isFilteredOut(filters, round.sessionId, round.time ?? mtime)) {
        filtered++;
      }
    }
    return filtered;
  }

  #remember(log: ImportedLog): void {
    this.#known.set(log.imported.digest, log);
  }

  #commit(): void {
    const writing = this.#writing;
    if (!writing || !this.#store || !this.#state || this.#pending.length === 0) return;
    this.#state = commit(this.#files, this.#store, this.#state, writing.index, {
      ...writing.batch.take(),
      logs: this.#state.logs,
      closed: this.#pending,
      imported: this.#known.size,
      // An imported file has no lines that a log could have again.
      ...(this.#state.commit === 0 && { closedUntil: null }),
      nextLog: this.#state.next_log + this.#pending.length,
    });
    this.#pending = [];
  }
}

function base64(text: string): string {
  return Buffer.from(digest(text, 24), 'latin1').toString('base64');
}
