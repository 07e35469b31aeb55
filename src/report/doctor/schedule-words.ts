import type { FactsByCode } from '../../doctor/checks.ts';
import type { Words, WordsByCode } from './words.ts';

export const SCHEDULE_WORDS = {
  'no-schedule': (facts) =>
    withCrontab(
      'No crontab and no systemd unit that this user can read runs monitor parse.',
      'Run it every minute, with crontab -e or a systemd timer.',
      facts,
    ),
  'other-schedule': (facts) =>
    withCrontab(
      `monitor parse runs for another store (${facts.otherDir}), not for ${facts.dir}.`,
      `Use the other store, with --data-dir ${facts.otherDir}, or run parse for this one too.`,
      facts,
    ),
} satisfies Partial<WordsByCode>;

function withCrontab(what: string, fix: string, { crontabLine, unseen }: FactsByCode['no-schedule']): Words {
  const unread = unseen.map(({ where, problem }) => `${where} (${problem})`).join(', ');
  const known = unread === '' ? what : `${what} Not checked: ${unread}.`;
  return crontabLine === null
    ? { what: known, fix: `${fix} A path contains a line break, which a crontab cannot hold.` }
    : { what: known, fix, setting: crontabLine };
}
