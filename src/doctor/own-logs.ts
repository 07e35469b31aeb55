import { duration, plural, type Finding } from '../model/finding.ts';
import type { Check, Look } from './look.ts';
import type { LookedAt } from './unread.ts';

/** A gateway that nobody asks anything writes nothing; two days are a weekend. */
const IDLE_MS = 2 * 86_400_000;
/** logrotate, and whoever copies a log, takes less. */
const RENAMED_MS = 600_000;

/** Whether the logs that the store was made of are still there, and still grow. */
export const ownLogsCheck: Check = {
  codes: ['no-own-logs', 'log-gone', 'log-renamed', 'log-idle'],
  find: (look) => [...noOwnLogs(look), ...gone(look), ...renamed(look), ...idle(look)],
};

function noOwnLogs({ areGiven, areOwn, store, storeProblem, logPaths, dir }: Look): Finding[] {
  if (areGiven || areOwn || (!store && storeProblem === undefined)) return [];
  const what = store
    ? 'the store has not read a log yet: doctor looked in the default place of Higress.'
    : 'the list of logs that the store reads could not be read: doctor looked in the default places of Higress.';
  const fix = `Name the log: monitor doctor --log-path <access.log> --data-dir ${dir}`;
  return [{ code: 'no-own-logs', area: 'log', severity: 'note', what, where: logPaths.join(', '), fix }];
}

/** What a run saw of a log, and could not read yet, while no file of it is left. */
function gone({ store, looked }: Look): Finding[] {
  const there = new Set(looked.flatMap(({ generation }) => generation?.id ?? []));
  const patterns = new Set(looked.map(({ log }) => log.pattern));
  return (store?.generations ?? []).flatMap(({ id, offset, size, lost, pattern, path }) => {
    const bytes = size - Math.max(offset, lost ?? 0);
    if (offset === 0 || bytes <= 0 || there.has(id) || !patterns.has(pattern)) return [];
    const what = `${plural(bytes, 'byte')} of a log were unread at the last run, and no file holds them any more.`;
    const fix =
      'If the log was moved, name it in the next parse with --log-path; else its rounds are lost: run parse more often, or keep more rotated logs.';
    return [{ code: 'log-gone', area: 'log', severity: 'warning', what, where: path, fix } satisfies Finding];
  });
}

/** Envoy keeps writing into a file that was renamed, until it is told to open its log again. */
function renamed({ looked }: Look): Finding[] {
  return [...byPattern(looked)].flatMap(([pattern, files]) => {
    const live = files.find(({ log }) => log.path === pattern);
    const later = files.filter(
      ({ log, facts }) =>
        live && !log.compressed && log !== live.log && facts.mtime - live.facts.mtime > RENAMED_MS,
    );
    const [newest] = later.toSorted((a, b) => b.facts.mtime - a.facts.mtime);
    if (!live || !newest) return [];
    const ms = newest.facts.mtime - live.facts.mtime;
    const what = `a rotated log was written ${duration(ms)} later than the log itself: the gateway still writes to the renamed file.`;
    const fix =
      'Let logrotate tell Envoy to open its log again (postrotate: send it SIGUSR1), or use copytruncate.';
    const where = newest.log.path;
    return [{ code: 'log-renamed', area: 'log', severity: 'warning', what, where, fix } satisfies Finding];
  });
}

function idle({ looked, now }: Look): Finding[] {
  return [...byPattern(looked)].flatMap(([where, files]) => {
    const last = Math.max(...files.map(({ facts }) => facts.mtime));
    if (now - last < IDLE_MS) return [];
    const what = `nothing was written to the log for ${duration(now - last)}.`;
    const fix =
      'If the gateway had requests since, it writes elsewhere: accessLogFile in the ConfigMap higress-config says where.';
    return [{ code: 'log-idle', area: 'log', severity: 'note', what, where, fix } satisfies Finding];
  });
}

function byPattern(looked: readonly LookedAt[]): Map<string, LookedAt[]> {
  const groups = new Map<string, LookedAt[]>();
  for (const one of looked) {
    const group = groups.get(one.log.pattern) ?? [];
    group.push(one);
    groups.set(one.log.pattern, group);
  }
  return groups;
}
