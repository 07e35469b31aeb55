import type { SessionEntry } from '../store/types.ts';
import { hexDigest } from '../platform/digest.ts';
import { layOut } from './layout.ts';
import type { Page } from './page.ts';
import type { SiteContext } from './site-context.ts';
import { renderTemplate } from './templates.ts';

export function overviewPage(sessions: readonly SessionEntry[], site: SiteContext): Page {
  const path = 'index.html';
  return {
    path,
    key: hexDigest(sessions.map(({ file, end }) => `${file} ${end}`).join('\n')),
    render: () =>
      layOut(
        {
          path,
          title: 'Overview',
          current: 'overview',
          body: renderTemplate('overview', { sessions: sessions.length }),
        },
        site,
      ),
  };
}
