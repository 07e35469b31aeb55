import { noLogError } from '../logs/discover.ts';
import type { Finding } from '../model/finding.ts';
import type { Check, Look } from './look.ts';

/** Whether the logs are there, and can be read. */
export const logFilesCheck: Check = {
  codes: ['log-missing', 'log-unreadable', 'log-damaged', 'log-empty'],
  find(look) {
    const { logs, missing, unlisted, looked, sample } = look;
    const findings = missing.map((path) => missingLog(look, path));
    for (const { path, reason } of unlisted) findings.push(notListed(path, reason));
    const unread = looked.filter(({ isUnreadable }) => isUnreadable).map(({ log }) => log.path);
    for (const path of new Set([...sample.unreadable, ...unread])) {
      findings.push({
        code: 'log-unreadable',
        area: 'log',
        severity: 'error',
        what: 'this user may not read the log.',
        where: path,
        fix: `Let the user who runs monitor read it, for example: setfacl -m u:USER:r ${path}`,
      });
    }
    for (const path of sample.damaged) {
      findings.push({
        code: 'log-damaged',
        area: 'log',
        severity: 'warning',
        what: 'the compressed log is incomplete and could not be checked.',
        where: path,
        fix: 'If it is still being written, run doctor again later. Otherwise restore it: parse reads it when it changes.',
      });
    }
    if (logs.length > 0 && sample.bytes === 0) {
      findings.push({
        code: 'log-empty',
        area: 'log',
        severity: 'warning',
        what: 'the log is empty.',
        where: logs.map(({ path }) => path).join(', '),
        fix: 'Send a request through the gateway. If it stays empty, Envoy writes elsewhere (accessLogFile in the ConfigMap higress-config), or still to a renamed file: send it SIGUSR1 after a rotation.',
      });
    }
    return findings;
  },
};

function notListed(path: string, reason: string): Finding {
  const what = `the log's folder could not be read: ${reason}.`;
  const fix =
    'Give the user who runs monitor the right to list the folder: rotated logs are looked for there.';
  return { code: 'log-unreadable', area: 'log', severity: 'error', what, where: path, fix };
}

/** What was lost longer ago can't be helped, and is known. */
const RECENT_MS = 30 * 86_400_000;

/** One of the store's own that is gone for long, while others are read, may have been given up. */
function missingLog({ files, store, areOwn, logPaths, now }: Look, path: string): Finding {
  const own = areOwn ? (store?.generations.filter(({ pattern }) => pattern === path) ?? []) : [];
  const last = Math.max(...own.flatMap(({ seen }) => seen.map(({ mtime }) => mtime)));
  const isOld = own.length > 0 && logPaths.length > 1 && now - last > RECENT_MS;
  const fix =
    'accessLogFile in the ConfigMap higress-config says where your gateway writes it. If it is there: this user may not list its folder.';
  const givenUp =
    logPaths.length > 1 ? ' If this log is no longer used, name only the others with --log-path.' : '';
  return {
    code: 'log-missing',
    area: 'log',
    severity: isOld ? 'note' : 'error',
    what: `${noLogError(files, [path]).message}.`,
    where: path,
    fix: own.length > 0 ? `The store was built from this log. ${fix}${givenUp}` : fix,
  };
}
