import { cleanLine } from '../platform/clean-text.ts';
import { base64Bytes, base64Start, formatOf, secondsOf, typeOfMime, type Media } from './media.ts';

/** Nobody reads a longer name. */
const LONGEST_NAME = 120;
/** A shorter `data:` URL in a text may be what the text is about. */
const LEAST_URL = 200;
/** A longer run of base64 in a text is a file. */
const LEAST_RUN = 2_000;

/** Media on one line: `[file draft.pdf, 13 kB]`, `[audio wav, 0.4 s, 13 kB]`. */
export function mediaText(media: Media): string {
  const { type, url, data } = media;
  const seconds = secondsOf(media);
  const facts = [
    ...(seconds === null ? [] : [secondsText(seconds)]),
    ...(data === null ? [] : [sizeText(base64Bytes(data, base64Start(data)))]),
  ];
  const words = [type, ...namesOf(media), ...(url === null ? [] : [clipped(url)])];
  return `[${[words.join(' '), ...facts].join(', ')}]`;
}

/** Its name and format, without saying the format twice. */
function namesOf({ name, format }: Media): string[] {
  const shown = name === null ? '' : clipped(name);
  const type = format === null ? '' : clipped(format);
  if (shown === '') return type === '' ? [] : [type];
  const isSaid = type === '' || shown.toLowerCase().endsWith(`.${type}`);
  return isSaid ? [shown] : [shown, `(${type})`];
}

function clipped(text: string): string {
  const line = cleanLine(text.slice(0, 4 * LONGEST_NAME));
  return line.length > LONGEST_NAME
    ? `${line.slice(0, LONGEST_NAME).replace(/[\uD800-\uDBFF]$/, '')}…`
    : line;
}

/** `0.4 s`, `12 s`, `3 min 5 s` */
function secondsText(seconds: number): string {
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  const whole = Math.round(seconds);
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}

/** `813 B`, `7.2 kB`, `13 kB`, `1.4 MB` */
export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  let size = bytes / 1000;
  let unit = 'kB';
  for (const larger of ['MB', 'GB']) {
    if (size < 999.5) break;
    size /= 1000;
    unit = larger;
  }
  return `${size < 9.95 ? Number(size.toFixed(1)) : Math.round(size)} ${unit}`;
}

/** A text without the files in it: `data:` URLs and long runs of base64 become one short word each. */
export function withoutFiles(text: string): string {
  if (text.length < LEAST_URL) return text;
  const found = [...dataUrls(text), ...longRuns(text)].toSorted((a, b) => a.from - b.from);
  if (found.length === 0) return text;
  let kept = '';
  let end = 0;
  for (const { from, to, words } of found) {
    if (from < end) continue;
    kept += text.slice(end, from) + words;
    end = to;
  }
  return kept + text.slice(end);
}

interface Found {
  from: number;
  to: number;
  words: string;
}

const MARK = ';base64,';
/** The longest head of a `data:` URL that is looked for. */
const LONGEST_HEAD = 200;

function* dataUrls(text: string): Generator<Found> {
  for (let mark = text.indexOf(MARK); mark >= 0; mark = text.indexOf(MARK, mark + 1)) {
    const before = text.slice(Math.max(0, mark - LONGEST_HEAD), mark);
    const [whole, alt, mime] =
      /(?:!\[([^\]\n]{0,80})\]\(\s*)?data:([\w.+-]+\/[\w.+-]+)(?:;[\w=.+-]+)*$/.exec(before) ?? [];
    if (whole === undefined || mime === undefined) continue;
    const start = mark + MARK.length;
    const end = runEnd(text, start);
    if (end - start < LEAST_URL) continue;
    const isImage = alt !== undefined && text.charAt(end) === ')';
    const media = {
      type: typeOfMime(mime),
      name: alt === undefined || alt === '' ? null : alt,
      format: formatOf(mime),
      url: null,
      data: text.slice(start, end),
    };
    const from = mark - whole.length + (alt === undefined || isImage ? 0 : whole.indexOf('data:'));
    yield { from, to: isImage ? end + 1 : end, words: mediaText(media) };
    mark = end;
  }
}

/** Any run this long covers a place that is a multiple of its length, so only these places are looked at. */
function* longRuns(text: string): Generator<Found> {
  for (let at = LEAST_RUN - 1; at < text.length; at += LEAST_RUN) {
    if (!isBase64(text.charCodeAt(at))) continue;
    let from = at;
    while (from > 0 && isBase64(text.charCodeAt(from - 1))) from--;
    const to = runEnd(text, at);
    if (to - from >= LEAST_RUN && isMixed(text.slice(from, from + LEAST_RUN)))
      yield { from, to, words: `[base64, ${sizeText(base64Bytes(text, from, to))}]` };
    at = Math.max(at, to - 1 - ((to - 1 - at) % LEAST_RUN));
  }
}

function runEnd(text: string, start: number): number {
  let end = start;
  while (end < text.length && isBase64(text.charCodeAt(end))) end++;
  for (let pads = 0; pads < 2 && text.charCodeAt(end) === 0x3d; pads++) end++;
  return end;
}

/** Also in the form for URLs, with `-` and `_`. */
function isBase64(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x2b ||
    code === 0x2f ||
    code === 0x2d ||
    code === 0x5f
  );
}

/** A long word, a line of dashes or a number is no file. */
function isMixed(run: string): boolean {
  return /[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run) && new Set(run).size > 16;
}
