import { writeFileSync } from 'node:fs';
import type { LogFile } from '../../src/logs/discover.ts';
import { isUnreadable, openLog, type OpenLog } from '../../src/logs/open-log.ts';
import {
  FingerprintBuilder,
  HEAD_BYTES,
  WINDOW_BYTES,
  headDigests,
  windowDigest,
  type Content,
} from '../../src/logs/fingerprint.ts';
import { seeFile } from '../../src/logs/seen-file.ts';
import type { Fingerprint, LogPosition } from '../../src/model/log-position.ts';
import { nodeFiles } from '../../src/platform/files.ts';

/** The fingerprint of all of `bytes`. */
export function printOf(bytes: Uint8Array): Fingerprint {
  const builder = new FingerprintBuilder();
  builder.pass(bytes);
  return builder.take();
}

export function contentOf(bytes: Buffer): Content {
  return {
    size: bytes.length,
    head: () => headDigests(bytes.subarray(0, HEAD_BYTES)),
    window: (end) => windowDigest(bytes.subarray(Math.max(0, end - WINDOW_BYTES), end)),
  };
}

export function writeLog(path: string, bytes: Uint8Array): LogFile {
  writeFileSync(path, bytes);
  return { path, pattern: path, compressed: path.endsWith('.gz') };
}

/** Opens a log, compressed or not; undefined if it cannot be read at all. */
export async function openAny(log: LogFile, ends: number[] = []): Promise<OpenLog | undefined> {
  const opened = await openLog(nodeFiles, log, () => ends);
  return isUnreadable(opened) ? undefined : opened;
}

/** The position of the log at `path`, read up to `offset`. */
export function readLog(id: number, path: string, bytes: Buffer, offset = bytes.length): LogPosition {
  writeFileSync(path, bytes);
  const facts = nodeFiles.stat(path);
  if (!facts) throw new Error('just written');
  return {
    ...printOf(bytes.subarray(0, offset)),
    id,
    pattern: path,
    path,
    size: bytes.length,
    missing: 0,
    seen: [seeFile(path, facts, Date.now())],
  };
}

/** The same bytes with one of them changed. */
export function changeByte(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (bytes[at] ?? 0) ^ 0x10;
  return changed;
}
