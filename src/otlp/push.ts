import { isPruned } from '../model/session-entry.ts';
import type { Files } from '../platform/files.ts';
import { StoreRows, storedRoundsOf } from '../rows/new-rows.ts';
import type { Row } from '../rows/row.ts';
import { SentSessions } from '../rows/sent-sessions.ts';
import { newCursor, readCursor, writeCursor, type CopyCursor } from '../store/copy-cursor.ts';
import { markOf, unknownReason, wasPrunedUncopied, type Mark } from '../store/mark.ts';
import { readSnapshot, type Snapshot } from '../store/read.ts';
import type { Rejected } from './answers.ts';
import type { Collector } from './collector.ts';
import type { Encoding } from './encoding.ts';
import type { Endpoint } from './endpoint.ts';
import { SpanRequests, type SpanRequest } from './requests.ts';
import { Spans } from './spans.ts';

export interface SpanPush {
  files: Files;
  dir: string;
  collector: Collector;
  endpoint: Endpoint;
  encoding: Encoding;
  now: number;
  /** Send the texts too. */
  withContent: boolean;
  /** Send all rounds again. */
  again: boolean;
  /** Instead of the gateway's name. */
  serviceName: string | undefined;
}

export interface SpanPushResult {
  rounds: number;
  sessions: number;
  spans: number;
  bytes: number;
  batches: number;
  /** Why all rounds were sent; undefined: only new ones were. */
  reason: 'first' | 'other-store' | 'restored' | 'asked' | undefined;
  /** Pruned rounds, which have no spans. */
  prunedRounds: number;
  /** Rounds were pruned since the last push that it had not sent. */
  lacksPruned: boolean;
  /** What the collector did not take. */
  rejected: Rejected[];
  /** Sessions that could not be read, and why. */
  unread: { session: string; problem: string }[];
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
}

/**
 * Sends the rounds that a collector was not sent, as spans. A request is sent, and then the cursor says so: after a kill
 * between the two, its spans are sent again, with the same ids. The caller holds the lock of the target. Throws
 * InputOutputError; what was sent before stays sent.
 */
export async function pushSpans(request: SpanPush): Promise<SpanPushResult> {
  const { files, dir, endpoint } = request;
  return new Push(request, readCursor(files, dir, endpoint.name) ?? newCursor(endpoint.name)).run();
}

class Push {
  readonly #result: Omit<SpanPushResult, 'rounds' | 'sessions' | 'unread'> = {
    spans: 0,
    bytes: 0,
    batches: 0,
    reason: undefined,
    prunedRounds: 0,
    lacksPruned: false,
    rejected: [],
  };
  readonly #sent = new SentSessions();
  readonly #request: SpanPush;
  readonly #requests: SpanRequests;
  #cursor: CopyCursor;
  /** The key of the last session whose spans are all among those added. */
  #done = '';

  constructor(request: SpanPush, cursor: CopyCursor) {
    this.#request = request;
    this.#cursor = cursor;
    this.#requests = new SpanRequests(request.serviceName, request.encoding);
  }

  async run(): Promise<SpanPushResult> {
    const pass = this.#firstPass();
    await this.#pass(pass);
    // A push that did not finish was as of then: what was added since is missing.
    if (pass.to.commit !== pass.snapshot.state.commit) await this.#pass(this.#newPass(pass.snapshot));
    pass.snapshot.close();
    const { rounds, sessions, unread } = this.#sent;
    return { rounds, sessions, ...this.#result, unread };
  }

  /** Goes on with a push that did not finish, if that is possible. */
  #firstPass(): Pass {
    const { dir, again } = this.#request;
    const snapshot = readSnapshot(dir);
    const { pending, mark } = this.#cursor;
    const isKnown = (one: Mark | null | undefined): boolean =>
      unknownReason(one ?? undefined, snapshot) === undefined;
    if (pending && !again && isKnown(pending.mark) && (pending.isWhole || isKnown(mark))) {
      const { mark: to, after, isWhole } = pending;
      return { from: isWhole ? undefined : (mark ?? undefined), to, snapshot, isResumed: true, after };
    }
    return this.#newPass(snapshot);
  }

  #newPass(snapshot: Snapshot): Pass {
    const { again, now, withContent: content } = this.#request;
    const reason = again ? 'asked' : unknownReason(this.#cursor.mark ?? undefined, snapshot);
    this.#result.reason ??= reason;
    const isWhole = reason !== undefined;
    const from = isWhole ? undefined : (this.#cursor.mark ?? undefined);
    const to = markOf(snapshot, now);
    const { push } = this.#cursor;
    const unread = isWhole ? [] : this.#cursor.unread;
    this.#save({
      ...this.#cursor,
      content,
      push: push + 1,
      unread,
      pending: { mark: to, after: '', isWhole },
    });
    return { from, to, snapshot, isResumed: false, after: '' };
  }

  async #pass({ snapshot, from, to, after, isResumed }: Pass): Promise<void> {
    const rows = new StoreRows(snapshot);
    const spans = new Spans(snapshot, this.#request.withContent);
    if (from) this.#result.lacksPruned ||= wasPrunedUncopied(from, snapshot);
    else if (after === '') for (const { cell } of rows.sums()) this.#result.prunedRounds += cell.rounds;
    this.#done = after;
    for (const id of this.#cursor.unread) {
      const entry = snapshot.sessions.get(id);
      if (entry && !isPruned(entry)) await this.#send(spans, id, rows.of(entry), storedRoundsOf(entry), true);
    }
    const before = new Set(this.#cursor.unread);
    // What was added since is for the next pass: of the sessions that are done, it would be missing.
    for (const { entry, key, rows: own, expected } of rows.since(from, isResumed ? to : undefined)) {
      if (key <= after || before.has(entry.id)) continue;
      await this.#send(spans, entry.id, own, expected, from === undefined);
      this.#done = key;
    }
    await this.#flush(this.#requests.take());
    this.#save({ ...this.#cursor, mark: to, pending: null, unread: this.#sent.unreadIds });
  }

  async #send(
    spans: Spans,
    session: string,
    rows: Iterable<Row>,
    expected: number | undefined,
    isWhole: boolean,
  ): Promise<void> {
    await this.#sent.send(session, rows, expected, (row, before) =>
      this.#add(spans.of(row, isWhole && before === 0), row),
    );
  }

  async #add(spans: ReturnType<Spans['of']>, row: Row): Promise<void> {
    for (const span of spans) {
      const request = this.#requests.add(row, span);
      if (!request) continue;
      await this.#flush(request);
      const progress = this.#sent.progress(this.#cursor, this.#done);
      if (progress) this.#save(progress);
    }
  }

  async #flush(request: SpanRequest | undefined): Promise<void> {
    if (!request) return;
    this.#result.rejected.push(...(await this.#request.collector.send(request)));
    this.#result.spans += request.spans;
    this.#result.bytes += request.size;
    this.#result.batches++;
    this.#cursor = { ...this.#cursor, hasRows: true };
  }

  #save(cursor: CopyCursor): void {
    writeCursor(this.#request.files, this.#request.dir, cursor);
    this.#cursor = cursor;
  }
}
