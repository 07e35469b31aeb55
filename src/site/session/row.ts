/** A framed tag, red if something failed. */
export interface Tag {
  text: string;
  isFailed: boolean;
}

/** A row of a round's card. `kind` names its template. */
export type Row =
  /** A message. */
  | {
      kind: 'session-say';
      role: string;
      speaker: 'user' | 'answer' | 'other';
      tag: Tag | null;
      note: string;
      noteHref: string;
      html: string;
      /** A long message is closed, and shows its beginning; null: it is short. */
      long: { first: string; sum: string } | null;
    }
  /** A folded part: one line, which unfolds the rest. */
  | {
      kind: 'session-fold';
      role: string;
      sum: string;
      excerpt: string;
      html: string;
      isTool: boolean;
      tags: Tag[];
    }
  | {
      kind: 'session-call';
      role: string;
      name: string;
      excerpt: string;
      summary: string;
      failure: Tag | null;
      failureText: string;
      callHtml: string;
      resultHtml: string;
      note: string;
      isOpen: boolean;
    }
  /** A single line. */
  | { kind: 'session-line'; role: string; tag: Tag | null; text: string; href: string; link: string };

export const CUT: Tag = { text: 'truncated', isFailed: false };
export const CUT_WORDS = 'the gateway cut the middle out of this value';

export function speech(
  role: string,
  speaker: 'user' | 'answer' | 'other',
  html: string,
  tag: Tag | null,
  note: string,
): Row {
  return { kind: 'session-say', role, speaker, tag, note, noteHref: '', html, long: null };
}

/** A message, tagged if the gateway truncated it. */
export function taggedSpeech(
  role: string,
  speaker: 'user' | 'answer' | 'other',
  html: string,
  isCut: boolean,
): Row {
  return speech(role, speaker, html, isCut ? CUT : null, isCut ? CUT_WORDS : '');
}

export function fold(role: string, sum: string, excerpt: string, html: string, tags: Tag[]): Row {
  return { kind: 'session-fold', role, sum, excerpt, html, isTool: false, tags };
}

export function line(role: string, tag: Tag | null, text: string, href: string, link: string): Row {
  return { kind: 'session-line', role, tag, text, href, link };
}
