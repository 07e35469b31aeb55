import type { Stream } from '../../src/logs/wrapped-line.ts';

/** A part of a line as a runtime gets it from a container. */
export interface Piece {
  stream: Stream;
  text: Buffer;
  isEnd: boolean;
}

/** Cuts a line into parts of the given sizes, in turn. Docker cannot represent a character that is cut in two. */
export function cutLine(
  stream: Stream,
  line: Buffer,
  sizes: readonly number[],
  wholeCharacters: boolean,
): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (let i = 0; ; i++) {
    const size = at + Math.max(1, sizes[i % sizes.length] ?? line.length);
    const end = wholeCharacters ? characterEnd(line, size) : size;
    // A full buffer is written as a part before the line's end is seen, so the last part can be empty.
    if (end > line.length) break;
    pieces.push({ stream, text: line.subarray(at, end), isEnd: false });
    at = end;
  }
  return [...pieces, { stream, text: line.subarray(at), isEnd: true }];
}

function characterEnd(utf8: Buffer, from: number): number {
  let end = from;
  while (((utf8[end] ?? 0) & 0xc0) === 0x80) end++;
  return end;
}

/** As containerd writes it; or with a tag and an offset, which the format allows and CRI-O uses. */
export function criLine({ stream, text, isEnd }: Piece, time = TIME, tags = ''): Buffer {
  return Buffer.concat([
    Buffer.from(`${time} ${stream} ${isEnd ? 'F' : 'P'}${tags} `),
    text,
    Buffer.from('\n'),
  ]);
}

/** As Docker writes it: invalid bytes are replaced, some characters escaped. */
export function dockerLine({ stream, text, isEnd }: Piece, time = TIME, attributes?: object): Buffer {
  const log = JSON.stringify(text.toString() + (isEnd ? '\n' : '')).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const attrs = attributes ? `"attrs":${JSON.stringify(attributes)},` : '';
  return Buffer.from(`{"log":${log},"stream":"${stream}",${attrs}"time":"${time}"}\n`);
}

export const TIME = '2026-02-01T09:30:15.123456789Z';

export type Wrap = (piece: Piece) => Buffer;
export const WRAPS: Record<'cri' | 'docker', Wrap> = {
  cri: (piece) => criLine(piece),
  docker: (piece) => dockerLine(piece),
};

/** Interleaves the parts of two streams, each in its own order; `choices` says which stream is next. */
export function interleave(
  one: readonly Piece[],
  other: readonly Piece[],
  choices: readonly boolean[],
): Piece[] {
  const [a, b] = [[...one], [...other]];
  const merged: Piece[] = [];
  for (let i = 0; a.length + b.length > 0; i++) {
    const from = b.length === 0 || (a.length > 0 && (choices[i % choices.length] ?? true)) ? a : b;
    merged.push(...from.splice(0, 1));
  }
  return merged;
}
