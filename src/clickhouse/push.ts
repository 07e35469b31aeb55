import { isPruned } from '../model/session-entry.ts';
import type { Files } from '../platform/files.ts';
import { COLUMNS, ALL_COLUMNS } from '../rows/columns.ts';
import { storedRoundsOf, StoreRows } from '../rows/new-rows.ts';
import type { Row } from '../rows/row.ts';
import { SentSessions } from '../rows/sent-sessions.ts';
import { newCursor, readCursor, writeCursor, type CopyCursor } from '../store/copy-cursor.ts';
import { markOf, startReason, type Mark, type StartReason } from '../store/mark.ts';
import { readSnapshot, type Snapshot } from '../store/read.ts';
import type { ClickHouseServer } from './server.ts';
import {
  hasRows as isThere,
  insertQuery,
  lastVersion,
  openTable,
  withdrawQuery,
  type Table,
} from './table.ts';
import type { Target } from './target.ts';
import { lineWriter } from './tsv.ts';

export interface PushRequest {
  files: Files;
  dir: string;
  server: ClickHouseServer;
  target: Target;
  now: number;
  /** Make the table if there is none. */
  create: boolean;
  /** Send the texts too. */
  withContent: boolean;
  /** Send all rounds again. */
  again: boolean;
}

/** Why all rounds are sent. */
type PushReason = StartReason | 'asked' | 'emptied' | 'content' | 'unfinished';

export interface PushResult {
  rounds: number;
  sessions: number;
  /** Pruned rounds, which were sent as sums. */
  prunedRounds: number;
  bytes: number;
  batches: number;
  /** Why all rounds were sent; undefined: only new ones were. */
  reason: PushReason | undefined;
  /** Sessions that could not be read, and why. */
  unread: { session: string; problem: string }[];
}

/** Characters of rows in one insert. */
const BATCH_CHARACTERS = 4 << 20;

/**
 * Sends the rounds that a table lacks. A batch is sent, and then the cursor says so: after a kill between the two, its rows
 * are sent again and replace themselves. The caller holds the lock of the target. Throws InputOutputError; what was sent
 * before stays sent.
 */
export async function pushRounds(request: PushRequest): Promise<PushResult> {
  const { files, dir, server, target, create } = request;
  const push = new Push(
    request,
    await openTable(server, target, create),
    readCursor(files, dir, target.name),
  );
  return push.run();
}

/** One pass over the sessions: from a mark to a later one. */
interface Pass {
  /** Undefined: all rounds. */
  from: Mark | undefined;
  to: Mark;
  snapshot: Snapshot;
  /** It goes on where a push had stopped. */
  isResumed: boolean;
  /** Sessions with keys up to this one are done. */
  after: string;
  isWhole: boolean;
  /** The table may have rows of the store that have to be withdrawn in the end. */
  mayHaveOlder: boolean;
}

class Push {
  readonly #result = {
    prunedRounds: 0,
    bytes: 0,
    batches: 0,
    reason: undefined as PushReason | undefined,
  };
  readonly #sent = new SentSessions();
  readonly #request: PushRequest;
  readonly #table: Table;
  readonly #lineOf: (row: Row, push: number) => string;
  readonly #insert: string;
  #cursor: CopyCursor;
  #lines: string[] = [];
  #characters = 0;
  /** The key of the last session whose rows are all among those added. */
  #done = '';

  constructor(request: PushRequest, table: Table, cursor: CopyCursor | undefined) {
    const { target, withContent } = request;
    const columns = withContent ? ALL_COLUMNS : COLUMNS;
    this.#request = request;
    this.#table = table;
    this.#cursor = cursor ?? newCursor(target.name);
    this.#lineOf = lineWriter(columns, table.dialect);
    this.#insert = insertQuery(target, columns);
  }

  async run(): Promise<PushResult> {
    const pass = await this.#firstPass();
    await this.#pass(pass);
    // What a push that did not finish had sent is as of then: what was added since is missing.
    if (pass.to.commit !== pass.snapshot.state.commit) await this.#pass(await this.#newPass(pass.snapshot));
    pass.snapshot.close();
    const { rounds, sessions, unread } = this.#sent;
    return { rounds, sessions, ...this.#result, unread };
  }

  /** Goes on with a push that did not finish, if that is possible. */
  async #firstPass(): Promise<Pass> {
    const { dir, withContent, again } = this.#request;
    const snapshot = readSnapshot(dir);
    const { pending, mark, content } = this.#cursor;
    const isOther = again || this.#table.isNew || withContent !== content;
    if (pending && !isOther && startReason(pending.mark, snapshot) === undefined) {
      const from = pending.isWhole ? undefined : (mark ?? undefined);
      if (pending.isWhole || startReason(from, snapshot) === undefined) {
        const { mark: to, after, isWhole } = pending;
        return { from, to, snapshot, isResumed: true, after, isWhole, mayHaveOlder: true };
      }
    }
    return this.#newPass(snapshot);
  }

  async #newPass(snapshot: Snapshot): Promise<Pass> {
    const { now, server, target } = this.#request;
    const reason = await this.#reasonFor(snapshot);
    this.#result.reason ??= reason;
    const isWhole = reason !== undefined;
    const { store } = snapshot.state;
    const older = isWhole && !this.#table.isNew ? await lastVersion(server, target, store) : 0;
    const to = markOf(snapshot, now);
    const push = Math.max(this.#cursor.push, older) + 1;
    const from = isWhole ? undefined : (this.#cursor.mark ?? undefined);
    const content = this.#request.withContent;
    // The number is used up before a row has it.
    const unread = isWhole ? [] : this.#cursor.unread;
    this.#save({ ...this.#cursor, content, push, unread, pending: { mark: to, after: '', isWhole } });
    return { from, to, snapshot, isResumed: false, after: '', isWhole, mayHaveOlder: older > 0 };
  }

  async #reasonFor(snapshot: Snapshot): Promise<PushReason | undefined> {
    const { again, server, target, withContent } = this.#request;
    const { mark, content, hasRows, pending } = this.#cursor;
    if (mark === null) return 'first';
    if (again) return 'asked';
    if (this.#table.isNew) return 'emptied';
    if (withContent !== content) return 'content';
    const reason = startReason(mark, snapshot);
    if (reason) return reason;
    if (pending?.isWhole) return 'unfinished';
    return hasRows && !(await isThere(server, target, mark.store)) ? 'emptied' : undefined;
  }

  async #pass(pass: Pass): Promise<void> {
    const { snapshot, from, to, isWhole, after } = pass;
    const rows = new StoreRows(snapshot);
    if (isWhole && after === '') await this.#sendSums(rows);
    this.#done = after;
    const read = await this.#sendUnread(rows, snapshot);
    // What was added since is for the next pass: of the sessions that are done, it would be missing.
    for (const session of rows.since(from, pass.isResumed ? to : undefined)) {
      const { entry, key, expected } = session;
      if (key <= after || read.has(entry.id)) continue;
      await this.#send(entry.id, session.rows, expected);
      this.#done = key;
    }
    await this.#flush();
    const { server, target } = this.#request;
    const { push, hasRows } = this.#cursor;
    const unread = this.#sent.unreadIds;
    if (isWhole && pass.mayHaveOlder)
      await server.command(withdrawQuery(target, to.store, push, unread), this.#table.dialect);
    this.#save({ ...this.#cursor, mark: to, pending: null, hasRows, unread });
  }

  async #sendSums(rows: StoreRows): Promise<void> {
    for (const row of rows.sums()) {
      this.#result.prunedRounds += row.cell.rounds;
      await this.#add(row);
    }
  }

  /** Sends the sessions that could not be read before. Returns those that could be read now. */
  async #sendUnread(rows: StoreRows, snapshot: Snapshot): Promise<Set<string>> {
    const read = new Set<string>();
    for (const id of this.#cursor.unread) {
      const entry = snapshot.sessions.get(id);
      if (entry && !isPruned(entry)) {
        await this.#send(id, rows.of(entry), storedRoundsOf(entry));
        read.add(id);
      }
    }
    return read;
  }

  async #send(session: string, rows: Iterable<Row>, expected: number | undefined): Promise<void> {
    await this.#sent.send(session, rows, expected, (row) => this.#add(row));
  }

  async #add(row: Row): Promise<void> {
    const line = this.#lineOf(row, this.#cursor.push);
    this.#lines.push(line);
    this.#characters += line.length;
    if (this.#characters < BATCH_CHARACTERS) return;
    await this.#flush();
    const progress = this.#sent.progress(this.#cursor, this.#done);
    if (progress) this.#save(progress);
  }

  async #flush(): Promise<void> {
    if (this.#lines.length === 0) return;
    const bytes = Buffer.from(this.#lines.join(''));
    this.#lines = [];
    this.#characters = 0;
    await this.#request.server.command(this.#insert, this.#table.dialect, bytes);
    this.#result.bytes += bytes.length;
    this.#result.batches++;
    this.#cursor = { ...this.#cursor, hasRows: true };
  }

  #save(cursor: CopyCursor): void {
    writeCursor(this.#request.files, this.#request.dir, cursor);
    this.#cursor = cursor;
  }
}
