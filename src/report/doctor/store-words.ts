import { plural } from '../../platform/count-text.ts';
import type { FactsByCode } from '../../doctor/checks.ts';
import { duration, firstOf, share, verb } from './phrases.ts';
import type { Words, WordsByCode } from './words.ts';

export const STORE_WORDS = {
  'store-missing': ({ command }) => ({
    what: 'There is no store yet.',
    fix: 'The first run creates it.',
    setting: command,
  }),
  'store-unreadable': ({ problem, dir }) => ({
    what: `${problem}.`,
    fix: `monitor repair --data-dir ${dir} says what can be repaired. Only the user who owns a store can read it.`,
  }),
  'unread-log': ({ bytes, logs, waiting, command }) => ({
    ...(waiting === null
      ? {
          what: `${plural(bytes, 'byte')} of ${plural(logs, 'log')} ${verb(bytes, 'is', 'are')} unread: this store has never read ${verb(logs, 'it', 'them')}.`,
          fix: 'If this is the store for that log, run this command.',
        }
      : {
          what: `${plural(bytes, 'byte')} of ${plural(logs, 'log')} ${verb(bytes, 'has', 'have')} been waiting for at least ${duration(waiting.ms)}; ${
            waiting.sinceCommitMs === null
              ? 'no run has stored anything yet'
              : `the last run that stored something was ${duration(waiting.sinceCommitMs)} ago`
          }.`,
          fix: 'Run this command and check its output. Then let cron run it every minute.',
        }),
    setting: command,
  }),
  'lost-bytes': ({ bytes, logs, agoMs }) => ({
    what: `${plural(bytes, 'byte')} of ${plural(logs, 'log')} vanished before ${verb(bytes, 'it was', 'they were')} read${agoMs === null ? '' : `, most recently ${duration(agoMs)} ago`}: their rounds are lost.`,
    fix: 'Run parse every minute, and let logrotate keep more logs (rotate 5) than are written between two runs.',
  }),
  'store-damaged': (facts) =>
    'problem' in facts
      ? {
          what: `${facts.problem}.`,
          fix: 'Restore the store from a backup: repair cannot rebuild this file.',
        }
      : {
          what: `The list of rejected lines is cut short: ${facts.leftBytes} of ${facts.allBytes} bytes are left. The number of rejected lines is not known.`,
          fix: `monitor repair --apply --data-dir ${facts.dir} keeps those that are left. No other count depends on them.`,
        },
  'session-missing': (facts) => damaged(facts, 'missing'),
  'session-cut': (facts) => damaged(facts, 'shorter than the index says'),
  'session-foreign': (facts) => damaged(facts, 'not what the index says: from another session, or changed'),
  'session-damaged': (facts) => damaged(facts, 'damaged'),
  'session-unreadable': (facts) => ({
    ...damaged(facts, 'not readable by this user, so not checked'),
    fix: 'Run doctor as the user who runs parse, or let this user read them.',
  }),
  'index-differs': (facts) => damaged(facts, 'intact, but not what the index counts'),
  'session-summary': (facts) =>
    damaged(facts, 'without a summary, because a run was killed; the next run writes it'),
  'unnamed-files': ({ files, names }) => ({
    what: `${plural(files, 'file')} in the store ${verb(files, 'is not a session file', 'are not session files')} (${firstOf(names, files)}) and ${verb(files, 'is', 'are')} not counted.`,
    fix: 'A run, a prune or a repair that was killed leaves such files, and the next parse or prune removes them. You can move any others elsewhere.',
  }),
  'lost-rounds': ({ rounds, sessions, span }) => ({
    what: `${plural(rounds, 'round')} of ${plural(sessions, 'session')}${span === null ? '' : ` (from ${span.from} to ${span.to})`} ${verb(rounds, 'was', 'were')} lost with session files, and no log still had them when the store was repaired. They are missing from every total.`,
    fix: 'This file lists them, with their tokens and costs. Back up the store to avoid this.',
  }),
  'push-behind': ({ target, rounds, reason, agoMs, isUnfinished, unread, dir }) => ({
    what:
      `The target ${target} lacks ${unread > 0 ? `${plural(unread, 'session')} that could not be read${rounds > 0 ? ', and ' : ''}` : ''}` +
      `${rounds > 0 ? `${plural(rounds, 'round')}${reason === undefined || reason === 'first' ? '' : ', because rounds that were sent have changed'}` : ''}. ` +
      `${agoMs === null ? 'No push was ever finished' : `The last push was ${duration(agoMs)} ago`}${isUnfinished ? ', and one was begun' : ''}.`,
    fix:
      unread > 0
        ? `monitor repair --data-dir ${dir} says what can be repaired; then push again.`
        : `Run monitor push ${target.split(' ')[0]} with this address and check its output; then let cron run it after parse. If the target is not used any more, remove its .copy-….json from the store.`,
  }),
  'push-damaged': ({ dir }) => ({
    what: 'This file should say how far a push has come, and is damaged.',
    fix: `Remove it, and run monitor push --data-dir ${dir} again, as before: all rounds are sent again. In a ClickHouse table each counts once; spans have the same ids.`,
  }),
  'no-flock': () => ({
    what: 'The program flock does not start, so parse cannot lock the store.',
    fix: 'Install util-linux.',
  }),
} satisfies Partial<WordsByCode>;

function damaged({ files, names, rounds, dir }: FactsByCode['session-damaged'], predicate: string): Words {
  const { count } = files;
  return {
    what: `${share(files, 'session file')} ${verb(count, 'is', 'are')} ${predicate} (${firstOf(names, count)}; ${plural(rounds, 'round')}).`,
    fix: `monitor repair --data-dir ${dir} says what is left of them, and what the logs still have. It changes nothing without --apply.`,
  };
}
