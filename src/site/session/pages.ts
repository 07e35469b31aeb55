import { printableId } from '../../platform/clean-text.ts';
import type { SessionEntry } from '../../store/types.ts';
import { layOut } from '../layout.ts';
import { sessionPath } from '../names.ts';
import type { Page } from '../page.ts';
import type { SiteContext } from '../site-context.ts';
import { renderTemplate } from '../templates.ts';

/** One session, as its pages are made of it. */
export interface SessionSource {
  entry: SessionEntry;
  /** What its pages are called: `sessionPath(name)`. */
  name: string;
  /** Its stored rounds, one JSON text each; can be gone through several times, and is read from the disk each time. */
  lines: Iterable<string>;
}

/** The pages of a session: its closed ones, then the newest, which has the session's own path. */
export function* sessionPages({ entry, name }: SessionSource, site: SiteContext): Generator<Page> {
  const path = sessionPath(name);
  yield {
    path,
    key: `${entry.end}.${entry.last.crc}`,
    render: () =>
      layOut(
        {
          path,
          title: entry.title ?? entry.id,
          current: 'sessions',
          body: renderTemplate('session', { title: entry.title ?? '', id: printableId(entry.id) }),
          styles: ['session.css'],
        },
        site,
      ),
  };
}
