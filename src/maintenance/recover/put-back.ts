import { join } from 'node:path';
import { InputOutputError } from '../../platform/errors.ts';
import { withFile, type Files } from '../../platform/files.ts';
import { mergeCells } from '../../model/usage-cells.ts';
import { nameSessionFile } from '../../store/names.ts';
import type { SessionRewrite } from '../../store/recommit.ts';
import { appendRounds, recordsPath } from '../../store/session-file.ts';
import { copyRounds } from '../../store/session-lines.ts';
import type { Store } from '../../store/store.ts';
import type { PruneMarks, SessionEntry } from '../../model/session-entry.ts';
import { withoutTools } from '../../model/tool-counts.ts';
import { LineArena } from '../../ingest/arena.ts';
import { readSession, type Counting } from '../read-session.ts';
import { marksOf, withRemoved, type Removed } from '../removed-rounds.ts';
import { copyName } from '../repair/repair-problem.ts';
import { SessionDraft } from '../../ingest/session-draft.ts';
import { compare, type FoundRound, type FoundSession, type Wanted } from './find-lost.ts';
import type { Source, ToldRound } from './sources.ts';

/** Where rounds are put back. */
export interface PutBack {
  files: Files;
  store: Store;
  counting: Counting;
  /** The sessions' new index entries, to which the recovered rounds are added. */
  sessions: Map<string, SessionEntry>;
  /** Other rewrites of sessions; a session that gets rounds back is taken off this list. */
  rewrites: SessionRewrite[];
  /** Names of files to be renamed, including a sound file whose rounds are in a new one now. */
  setAside: string[];
  removed: Removed;
  /** The prune marks of a session without an entry. */
  marks: (id: string) => PruneMarks;
  wanted: Wanted;
}

/** Bytes of new text to gather before a write. */
const BATCH_SIZE = 24 << 20;
/** The cost is computed later, when the round's line is read again. */
const NOT_ASKED = { cost: 0n, saved: 0n, currency: 'USD', inexact: [] };

/**
 * Writes the rounds found after the remaining rounds of their sessions, into files that nothing names yet. Returns their
 * paths, which must be on disk before the index. Throws InputOutputError if a log changed meanwhile.
 */
export async function putBack(
  into: PutBack,
  sources: readonly Source[],
  found: ReadonlyMap<string, FoundSession>,
): Promise<string[]> {
  const space = new LineArena();
  const writers = new Map<string, Writer>();
  const { files, store, sessions } = into;
  const there = [...(files.list(store.dir) ?? []), ...[...sessions.values()].map(({ file }) => file)];
  const taken = new Set(there.map((name) => name.toLowerCase()));
  for (const id of found.keys()) writers.set(id, new Writer(into, id, taken, space));
  let size = 0;
  for await (const { told, round } of inOrder(sources, found)) {
    const writer = writers.get(told.round.sessionId);
    size += writer?.add(told, round) ?? 0;
    if (size < BATCH_SIZE) continue;
    for (const one of writers.values()) one.flush();
    space.reset();
    size = 0;
  }
  for (const writer of writers.values()) writer.flush();
  return [...found].flatMap(([id, { rounds }]) => writers.get(id)?.finish(rounds.length) ?? []);
}

interface Head {
  told: ToldRound;
  round: FoundRound;
  rest: AsyncIterator<{ told: ToldRound; round: FoundRound }>;
}

/** The rounds found in all sources, in the order of their sessions. Only one per source is in memory. */
async function* inOrder(
  sources: readonly Source[],
  found: ReadonlyMap<string, FoundSession>,
): AsyncGenerator<{ told: ToldRound; round: FoundRound }> {
  const positions = new Map<number, Map<number, FoundRound>>();
  for (const { rounds } of found.values()) {
    for (const round of rounds) {
      const [id, offset] = round.at;
      const known = positions.get(id) ?? new Map<number, FoundRound>();
      known.set(offset, round);
      positions.set(id, known);
    }
  }
  let heads: Head[] = [];
  for (const source of sources) {
    const rest = foundIn(source, positions)[Symbol.asyncIterator]();
    heads.push(...(await headOf(rest)));
  }
  while (heads.length > 0) {
    const [next] = heads.toSorted((a, b) => compare(a.round, b.round));
    if (!next) return;
    yield next;
    heads = [...heads.filter((head) => head !== next), ...(await headOf(next.rest))];
  }
}

async function headOf(rest: Head['rest']): Promise<Head[]> {
  const { done, value } = await rest.next();
  return done ? [] : [{ ...value, rest }];
}

async function* foundIn(
  source: Source,
  positions: ReadonlyMap<number, ReadonlyMap<number, FoundRound>>,
): AsyncGenerator<{ told: ToldRound; round: FoundRound }> {
  for await (const told of source.rounds()) {
    const [id, offset] = told.at;
    const round = positions.get(id)?.get(offset);
    if (round) yield { told, round };
  }
}

/** Writes one session's rounds into a new file. */
class Writer {
  readonly #into: PutBack;
  readonly #id: string;
  readonly #space: LineArena;
  readonly #file: string;
  /** The entry as far as it survived; the rounds in its file come first. */
  readonly #known: SessionEntry;
  /** The contents of the file so far. */
  #entry: SessionEntry | undefined;
  #draft: SessionDraft | undefined;
  #draftKeepsText = false;
  #added = 0;
  readonly #paths = new Set<string>();

  /** `taken`: names, in lower case. */
  constructor(into: PutBack, id: string, taken: Set<string>, space: LineArena) {
    const { files, store, sessions, rewrites, setAside } = into;
    this.#into = into;
    this.#id = id;
    this.#space = space;
    this.#known = sessions.get(id) ?? blankEntry(id, into.marks(id));
    this.#file = newFile(into, id, taken, this.#known);
    taken.add(this.#file.toLowerCase());
    const path = join(store.dir, this.#file);
    this.#paths.add(path);
    if (isEmpty(this.#known)) return;
    // The surviving rounds come first.
    const entry = { ...this.#known, file: this.#file };
    const rewrite = rewrites.find((one) => one.entry === this.#known);
    const from = rewrite?.from ?? this.#known.file;
    const rounds = entry.rounds - (entry.pruned_rounds ?? 0);
    this.#entry = {
      ...entry,
      ...copyRounds(files, store.dir, from, { id, file: this.#file, rounds }, rewrite?.summary ?? {}),
    };
    if (rewrite) rewrites.splice(rewrites.indexOf(rewrite), 1);
    if (rewrite?.from === undefined) setAside.push(this.#known.file);
  }

  /** Returns the length of the round's line in bytes. */
  add({ round: told }: ToldRound, found: FoundRound): number {
    const { store, wanted } = this.#into;
    const number = this.#known.rounds + this.#added + 1;
    // A round whose text was pruned is recovered without it.
    const isBare = number <= (this.#known.pruned_content?.rounds ?? 0);
    this.#use(!store.filters.no_content && !isBare);
    const flags = found.isTimeMissing ? [...told.flags, 'time-missing'] : told.flags;
    const price = found.price ?? 'unpriced';
    const kept = wanted.keeper.fieldsOf(told);
    const facts = { time: found.time, at: found.at, price, flags, kept };
    const length = this.#draft?.add(wanted.redactor?.round(told) ?? told, facts, NOT_ASKED) ?? -1;
    if (length < 0) return 0;
    this.#added++;
    return length;
  }

  #use(keepsText: boolean): void {
    if (this.#draft && this.#draftKeepsText === keepsText) return;
    this.flush();
    const { files, store, counting } = this.#into;
    this.#draft = this.#entry
      ? SessionDraft.resume(files, store.dir, this.#entry, keepsText, counting.rules, this.#space)
      : SessionDraft.create(
          { id: this.#id, file: this.#file },
          keepsText,
          counting.rules,
          this.#space,
          this.#known,
        );
    this.#draftKeepsText = keepsText;
  }

  flush(): void {
    if (!this.#draft || this.#draft.isEmpty) return;
    const { files, store } = this.#into;
    const { entry, rounds, usage, summary, records } = this.#draft.take();
    if (records) {
      const path = recordsPath(store.dir, this.#file);
      withFile(files, path, 'create', (fd) => files.write(fd, records.bytes, records.at));
      this.#paths.add(path);
    }
    const target = { id: this.#id, file: this.#file, committed: this.#entry };
    const end = appendRounds(files, store.dir, target, rounds, summary);
    const before = this.#entry ?? this.#known;
    this.#entry = { ...entry, ...end, usage: mergeCells([...before.usage, ...usage]) };
  }

  /** Reads the file again, so that the index matches its contents. Returns the paths written. */
  finish(expected: number): string[] {
    const { files, store, counting, sessions, removed: removedParts } = this.#into;
    const entry = this.#entry;
    if (!entry || this.#added !== expected) throw changedMeanwhile(store.dir);
    const removed = removedParts.get(this.#id) ?? [];
    const path = join(store.dir, this.#file);
    const { sum } = readSession(files, path, counting, (_, end) => end <= entry.end, removed);
    if (sum.end !== entry.end) throw changedMeanwhile(store.dir);
    const renewed = { ...withoutTools(entry), ...withRemoved(sum, removed), ...marksOf(removed, entry) };
    const { rounds, pruned_content: bare } = renewed;
    sessions.set(this.#id, {
      ...renewed,
      ...(bare && { pruned_content: { ...bare, rounds: Math.min(bare.rounds, rounds) } }),
    });
    return [...this.#paths];
  }
}

/** An unused name, so that neither the damaged file nor one from a killed repair is overwritten. */
function newFile(
  { files, store }: PutBack,
  id: string,
  taken: ReadonlySet<string>,
  known: SessionEntry,
): string {
  if (!isEmpty(known)) return copyName(files, store.dir, known.file);
  return nameSessionFile(id, (name) => taken.has(name));
}

/** An entry for a session without remaining rounds, except perhaps the sums of removed ones. */
function isEmpty({ end }: SessionEntry): boolean {
  return end === 0;
}

function blankEntry(id: string, marks: PruneMarks): SessionEntry {
  const nothing = { length: 0, crc: 0 };
  const none = { rounds: 0, model: '', title: null, errors: 0, usage: [] };
  const time = { created: Infinity, updated: -Infinity };
  return { id, file: '', end: 0, last: nothing, summary: nothing, ...time, ...none, ...marks };
}

function changedMeanwhile(dir: string): InputOutputError {
  return new InputOutputError(
    `a log changed while rounds were read from it. Nothing was changed in ${dir}. Run monitor repair again`,
  );
}
