import type { Random } from './case.ts';

// prettier-ignore
const ODD_TEXTS: readonly string[] = [
  '\0', '\n', '\r\n', '\r', '\t', '"', '\\', '\\u', '{', '}', '[', ',', ':', '-', '\uFEFF', '\u2028', '\u001b[2J',
  '\u0080', '\u202e', '\\ud800', '😀', 'null', '0', '../', '\n\n', '{}\n', 'x'.repeat(5000), '\0'.repeat(64),
];

/** A text with one change: something cut off, out, in or doubled, or a character changed. */
export function mutateText(text: string, random: Random): string {
  const at = random.int(0, text.length);
  const end = Math.min(text.length, at + random.int(1, random.pick([1, 8, 200])));
  return random.pick<() => string>([
    () => text.slice(0, at),
    () => text.slice(at),
    () => text.slice(0, at) + text.slice(end),
    () => text.slice(0, end) + text.slice(at),
    () => text.slice(0, at) + random.pick(ODD_TEXTS) + text.slice(at),
    () => text.slice(0, at) + random.pick(ODD_TEXTS) + text.slice(end),
    () => text.slice(0, at) + String.fromCharCode(random.int(0, 255)) + text.slice(at + 1),
  ])();
}

/** Bytes with one change. */
export function mutateBytes(bytes: Buffer, random: Random): Buffer {
  if (bytes.length > 0 && random.chance(0.4)) {
    const changed = Buffer.from(bytes);
    const at = random.int(0, bytes.length - 1);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.int(0, 7));
    return changed;
  }
  return Buffer.from(mutateText(bytes.toString('latin1'), random), 'latin1');
}
