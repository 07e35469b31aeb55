import { pruneMarks, type SessionEntry } from '../../model/session-entry.ts';
import { printableId } from '../../platform/clean-text.ts';
import { hexDigest } from '../../platform/digest.ts';
import { saidIn } from '../../query/search/said.ts';
import { linkName, saidPath } from '../names.ts';
import type { Page } from '../page.ts';
import type { SessionSource } from '../session/pages.ts';
import type { SiteContext } from '../site-context.ts';
import { saidText } from './said-file.ts';
import { Calls, SaidTexts } from './said-part.ts';

/**
 * search/<name>.js: the texts of a session, for the search in the browser. Of a long session, it has the newest rounds; the
 * others are in parts, which no longer change. There are none if the store keeps numbers only.
 */
export function* saidPages({ entry, name, rounds }: SessionSource, site: SiteContext): Generator<Page> {
  if (site.noContent) return;
  const calls = new Calls();
  let texts = new SaidTexts(0);
  let parts = 0;
  let marks = '';
  const head = [entry.title ?? '', printableId(entry.id)];
  for (const round of rounds) {
    const { stored, line } = round;
    if (texts.isFull) {
      yield partOf(texts, { entry, name, head, part: ++parts, marks });
      texts = new SaidTexts(parts);
      marks = '';
    }
    texts.add(stored.round, site.local.isoOf(Date.parse(stored.timestamp)), [...saidIn(round)], calls);
    marks += `${stored.round} ${line.length} ${stored.crc ?? hexDigest(line)}\n`;
  }
  const path = saidPath(name);
  const [last, closed] = [texts, parts];
  yield {
    path,
    key: hexDigest(`${entry.end} ${entry.last.crc} ${JSON.stringify([...head, pruneMarks(entry)])}`),
    render: () => saidText({ name: linkName(name), part: 0, closed, head, texts: last }),
  };
}

interface ClosedPart {
  entry: SessionEntry;
  name: string;
  head: readonly string[];
  part: number;
  /** Of its rounds. */
  marks: string;
}

function partOf(texts: SaidTexts, { entry, name, head, part, marks }: ClosedPart): Page {
  return {
    path: saidPath(name, part),
    key: hexDigest(`${part} ${marks} ${JSON.stringify([...head, pruneMarks(entry)])}`),
    render: () => saidText({ name: linkName(name), part, closed: 0, head, texts }),
  };
}
