import { join } from 'node:path';
import { crc32, hexDigest } from '../platform/digest.ts';
import { errorCode, InputOutputError } from '../platform/errors.ts';
import { readWhole, replaceFile, type Files } from '../platform/files.ts';
import { isCount, isRecord } from '../platform/json-checks.ts';
import { parseJson } from '../platform/json-spans.ts';
import { isAtMark, isMark, type Mark } from './mark.ts';
import type { State } from './state.ts';
import type { Store } from './store.ts';

/** How far a copy of the store's rounds in one target has come. It is no part of the store's own commits. */
export interface CopyCursor {
  /** What the target is called in messages. It has no credentials. */
  target: string;
  /** The number of the last copy that was started: rows with a higher number replace those with a lower one. */
  push: number;
  /** The target has everything before it; null: nothing yet. */
  mark: Mark | null;
  /** Texts are copied too. */
  content: boolean;
  /** Whether any row was sent. */
  hasRows: boolean;
  /** A copy that was not finished. */
  pending: PendingCopy | null;
  /** Sessions whose rounds could not be read: they are missing in the target. */
  unread: string[];
}

/** Of what is before `mark`, the target has the sessions up to the key `after`. */
interface PendingCopy {
  mark: Mark;
  after: string;
  /** All rounds are copied again: what has a lower number then is withdrawn in the end. */
  isWhole: boolean;
}

const FORMAT = 1;
const PREFIX = '.copy-';
const SUFFIX = '.json';

/** Whether a target keeps what it was sent as it is, so that earlier rounds are not copied again when they count otherwise. */
export function onlyAdds({ target }: Pick<CopyCursor, 'target'>): boolean {
  return target.startsWith('otlp ');
}

export function newCursor(target: string): CopyCursor {
  return { target, push: 0, mark: null, content: false, hasRows: false, pending: null, unread: [] };
}

/** The cursor's file: each target has one. */
export function cursorPath(dir: string, target: string): string {
  return join(dir, `${PREFIX}${hexDigest(target)}${SUFFIX}`);
}

/** Two copies to one target would use the same numbers. */
export function copyLockPath(dir: string, target: string): string {
  return join(dir, `${PREFIX}${hexDigest(target)}.lock`);
}

/** The cursor of a target; undefined if nothing was copied to it. Throws InputOutputError if its file is damaged. */
export function readCursor(files: Files, dir: string, target: string): CopyCursor | undefined {
  const path = cursorPath(dir, target);
  const bytes = readWhole(files, path);
  if (!bytes) return undefined;
  const cursor = parseCursor(bytes);
  if (cursor?.target === target) return cursor;
  throw new InputOutputError(
    `${path} is damaged: it does not say how far the push to ${target} has come. Nothing was sent. ` +
      (onlyAdds({ target })
        ? 'Remove this file: the next push sends all rounds again, as spans with the same ids'
        : 'Remove this file: the next push sends all rounds again, and each still counts once'),
  );
}

export function writeCursor(files: Files, dir: string, cursor: CopyCursor): void {
  const text = JSON.stringify({ format: FORMAT, ...cursor }).slice(0, -1);
  replaceFile(files, cursorPath(dir, cursor.target), `${text},"crc":${crc32(Buffer.from(text))}}\n`);
}

/** Whether a target has everything that the store has, judging by the store's small files. */
export function isCopied(cursor: CopyCursor | undefined, store: Store, state: State): boolean {
  return (
    cursor?.mark != null &&
    cursor.pending === null &&
    cursor.unread.length === 0 &&
    isAtMark(cursor.mark, store, state)
  );
}

/** The cursors of all targets, in the order of their names; `damaged`: the files that hold none. */
export function findCursors(files: Files, dir: string): { cursors: CopyCursor[]; damaged: string[] } {
  const names = (files.list(dir) ?? []).filter((name) => name.startsWith(PREFIX) && name.endsWith(SUFFIX));
  const cursors: CopyCursor[] = [];
  const damaged: string[] = [];
  for (const name of names.toSorted()) {
    const path = join(dir, name);
    const cursor = cursorIn(files, path);
    if (cursor && path === cursorPath(dir, cursor.target)) cursors.push(cursor);
    else damaged.push(path);
  }
  return { cursors: cursors.toSorted((a, b) => (a.target < b.target ? -1 : 1)), damaged };
}

function cursorIn(files: Files, path: string): CopyCursor | undefined {
  try {
    return parseCursor(readWhole(files, path) ?? Buffer.alloc(0));
  } catch (error) {
    // A link, or something else that no push has made.
    if (error instanceof InputOutputError || errorCode(error) !== '') return undefined;
    throw error;
  }
}

/** Undefined unless it is what writeCursor wrote: a store's files may be hostile. */
function parseCursor(bytes: Uint8Array): CopyCursor | undefined {
  const text = Buffer.from(bytes).toString();
  const value = parseJson(text);
  if (!isRecord(value) || value['format'] !== FORMAT) return undefined;
  const { target, push, mark, content, hasRows, pending, unread, crc } = value;
  const body = text.slice(0, text.lastIndexOf(',"crc":'));
  const isSound =
    crc === crc32(Buffer.from(body)) &&
    typeof target === 'string' &&
    isCount(push) &&
    (mark === null || isMark(mark)) &&
    typeof content === 'boolean' &&
    typeof hasRows === 'boolean' &&
    (pending === null || isPending(pending)) &&
    Array.isArray(unread) &&
    unread.every((id) => typeof id === 'string');
  return isSound ? ({ target, push, mark, content, hasRows, pending, unread } as CopyCursor) : undefined;
}

function isPending(value: unknown): value is PendingCopy {
  return (
    isRecord(value) &&
    isMark(value['mark']) &&
    typeof value['after'] === 'string' &&
    typeof value['isWhole'] === 'boolean'
  );
}
