import { expect, test } from 'vitest';
import type { Code, FactsByCode, Finding } from '../../../src/doctor/checks.ts';
import { wordFindings } from '../../../src/report/doctor/word-findings.ts';

const one = { count: 1, all: 22 };
const some = { count: 2000, all: 22_000 };
const missing = { isFolder: false, isOwn: false, hasOthers: false };
const logs = { logs: 1, bytes: 1 };
const sessions = { names: ['a.json', 'b.json', 'c.json'], rounds: 9, dir: '/s' };
const damaged = [
  { ...sessions, files: one },
  { ...sessions, files: some },
];
const schedule = { crontabLine: '* * * * * monitor parse', unseen: [] };
const unseen = [{ where: '/etc/cron.d', problem: 'EACCES' }];
const bad = [one, some].map((lines) => ({ lines, mainReason: 'the line is cut' }));
const rounds = [{ rounds: one }, { rounds: some }];
const lag = {
  target: 'clickhouse http://db:8123 default.rounds',
  reason: undefined,
  copiedAt: null,
  isUnfinished: false,
  unread: 0,
  dir: '/s',
};
const bound = { rounds: 2, costs: new Map([['USD', 10n ** 18n]]), models: ['a', 'b', 'c', 'd'] };

/** Facts of every kind, for each way in which its words differ. */
const FACTS: { [C in Code]: FactsByCode[C][] } = {
  'log-missing': [
    missing,
    { ...missing, isFolder: true },
    { ...missing, isOwn: true },
    { isFolder: false, isOwn: true, hasOthers: true },
  ],
  'log-unreadable': [
    { folderProblem: null, isRotated: false },
    { folderProblem: null, isRotated: true },
    { folderProblem: 'EACCES: permission denied', isRotated: false },
  ],
  'log-lost': [{ reason: 'ELOOP: too many symbolic links' }],
  'log-damaged': [{}],
  'log-empty': [{}],
  'no-own-logs': [
    { isStoreRead: true, dir: '/s' },
    { isStoreRead: false, dir: '/s' },
  ],
  'log-gone': [{ bytes: 1 }, { bytes: 50 }],
  'log-renamed': [{ laterMs: 720_000 }],
  'log-idle': [{ idleMs: 172_800_000 }],
  'line-open': [
    { bytes: 1, idleMs: 600_000 },
    { bytes: 2, idleMs: 600_000 },
  ],
  'unread-compressed': [
    { ...logs, why: 'program', program: 'xz' },
    { logs: 2, bytes: 2, why: 'program', program: 'zstd' },
    { ...logs, why: 'form', forms: ['lz4', 'zip'] },
    { ...logs, why: 'damaged' },
    { logs: 2, bytes: 2, why: 'damaged' },
    { ...logs, why: 'end' },
    { logs: 2, bytes: 2, why: 'end' },
  ],
  'no-ai-log': [
    { lines: 2, isJson: true },
    { lines: 2, isJson: false },
  ],
  'no-ai-calls': [{ lines: 2 }],
  'no-session-id': rounds,
  'no-usage': [
    { rounds: one, streams: 0 },
    { rounds: some, streams: 3 },
  ],
  'failed-requests': [
    { requests: one, classes: [['status429', 1]] },
    {
      requests: some,
      classes: [
        ['status5xx', 1200],
        ['timeout', 3],
      ],
    },
  ],
  'no-messages': rounds,
  'cut-values': rounds,
  'cache-unknown': rounds,
  'rejected-lines': bad,
  'unknown-form': bad,
  'unread-times': rounds.map((of) => ({ ...of, example: '18:00' })),
  'no-times': rounds,
  'not-utf8': [{ lines: one }, { lines: some }],
  'store-missing': [{ command: 'monitor parse' }],
  'store-unreadable': [{ problem: '/s is damaged', dir: '/s' }],
  'unread-log': [
    { ...logs, waiting: null, command: 'monitor parse' },
    { bytes: 2, logs: 2, waiting: null, command: 'monitor parse' },
    { ...logs, waiting: { ms: 600_000, sinceCommitMs: null }, command: 'monitor parse' },
    { bytes: 2, logs: 2, waiting: { ms: 600_000, sinceCommitMs: 900_000 }, command: 'monitor parse' },
  ],
  'lost-bytes': [
    { ...logs, agoMs: null },
    { bytes: 2, logs: 2, agoMs: 300_000 },
  ],
  'store-damaged': [{ problem: '/s/.prices-1.jsonl is damaged' }, { leftBytes: 9, allBytes: 99, dir: '/s' }],
  'session-missing': damaged,
  'session-cut': damaged,
  'session-foreign': damaged,
  'session-damaged': damaged,
  'session-unreadable': damaged,
  'index-differs': damaged,
  'session-summary': damaged,
  'unnamed-files': [
    { files: 1, names: ['mine.json'] },
    { files: 5, names: ['a.json', 'b.json', 'c.json'] },
  ],
  'lost-rounds': [
    { rounds: 1, sessions: 1, span: null },
    { rounds: 2, sessions: 1, span: { from: '2026-02-01', to: '2026-02-02' } },
  ],
  'push-behind': [
    { ...lag, rounds: 1, reason: 'first', agoMs: null },
    { ...lag, rounds: 2, agoMs: 7_200_000, isUnfinished: true },
    { ...lag, rounds: 2, reason: 'refreshed', agoMs: 7_200_000, unread: 2 },
    { ...lag, rounds: 0, agoMs: 7_200_000, unread: 1 },
  ],
  'push-damaged': [{ dir: '/s' }],
  'no-flock': [{}],
  'unpriced-rounds': [
    { rounds: one, models: ['unknown'] },
    { rounds: some, models: ['a', 'b', 'c', 'd'] },
  ],
  'prices-unreadable': [{ problem: '/p.json is not JSON' }],
  'prices-changed': [{ path: '/p.json', since: '2026-02-03T04:00:00.000Z' }],
  'prices-damaged': [
    { problem: 'is missing', path: '/p.json', isOriginalSame: true },
    { problem: 'is missing', path: '/p.json', isOriginalSame: false },
  ],
  'cost-bound': [
    { reason: 'cache-unlogged', ...bound },
    { reason: 'one of a newer version', ...bound },
  ],
  'prices-old': [
    { title: 'genai-prices 0.1.8', count: 1, old: 1, oldest: '2026-09-23' },
    { title: 'shipped prices', count: 231, old: 2, oldest: '2026-09-23' },
  ],
  'no-schedule': [schedule, { crontabLine: null, unseen }],
  'other-schedule': [{ ...schedule, dir: '/s', otherDir: '/other' }],
};

const cases = Object.entries(FACTS).flatMap(([code, all]) => all.map((facts) => ({ code, facts })));

test.each(cases)('$code is said in sentences: $facts', ({ code, facts }) => {
  const finding = { code, area: 'log', severity: 'error', where: '/log', facts } as Finding;
  const [worded] = wordFindings([finding]);
  expect(worded?.what).toMatch(/^(?:[A-Z/\d]|monitor ).*\.$/);
  expect(worded?.fix).toMatch(/^(?:[A-Z]|accessLogFile |docs\/cost.md |monitor |show --json ).{10,}$/);
  const said = JSON.stringify(worded);
  expect(said).not.toMatch(/undefined|null|NaN|\[object| {2}|\.\.|\b1 (?:bytes|logs|files|rounds|lines)\b/);
  expect(said).not.toMatch(
    /\b(?:1 of [\d,]+ \w+|1 (?:byte|log|file|round|line|session)) (?:are|have|were|hold|go)\b/,
  );
});
