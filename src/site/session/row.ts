/** A tag in a frame, in red where something failed. */
export interface Tag {
  text: string;
  isFailed: boolean;
}

/** Rows of a round's card; `kind` names the template that draws it. */
export type Row =
  /** What somebody said. */
  | {
      kind: 'session-say';
      role: string;
      kindOfSay: 'user' | 'answer' | 'other';
      tag: Tag | null;
      note: string;
      noteHref: string;
      html: string;
    }
  /** Something closed: one line, and what opens below it. */
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
  /** One line that says something. */
  | { kind: 'session-line'; role: string; tag: Tag | null; text: string; href: string; link: string };

export const CUT: Tag = { text: 'truncated', isFailed: false };
export const CUT_WORDS = 'the gateway cut the middle out of this value';

export function say(
  role: string,
  kindOfSay: 'user' | 'answer' | 'other',
  html: string,
  tag: Tag | null,
  note: string,
): Row {
  return { kind: 'session-say', role, kindOfSay, tag, note, noteHref: '', html };
}

/** What somebody said, with a tag where the gateway cut it. */
export function said(
  role: string,
  kindOfSay: 'user' | 'answer' | 'other',
  html: string,
  isCut: boolean,
): Row {
  return say(role, kindOfSay, html, isCut ? CUT : null, isCut ? CUT_WORDS : '');
}

export function fold(role: string, sum: string, excerpt: string, html: string, tags: Tag[]): Row {
  return { kind: 'session-fold', role, sum, excerpt, html, isTool: false, tags };
}

export function line(role: string, tag: Tag | null, text: string, href: string, link: string): Row {
  return { kind: 'session-line', role, tag, text, href, link };
}
