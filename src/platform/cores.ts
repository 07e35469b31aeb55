import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { readWhole, type Files } from './files.ts';

const GROUPS = '/sys/fs/cgroup';

/** How many cores this process may use at a time: its affinity and the CPU limits of its control groups count. */
export function usableCores(files: Files): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cpuLimit(files))));
}

/** The lowest CPU limit of the process's control groups, in cores; Infinity if there is none. */
export function cpuLimit(files: Files): number {
  let least = Infinity;
  for (const line of textOf(files, '/proc/self/cgroup').split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (path === undefined) continue;
    const isCpu = controllers?.split(',').includes('cpu');
    // In a container, the path can be that of the host, while its own group is the root.
    for (let group = path; ; group = dirname(group)) {
      if (controllers === '') least = Math.min(least, limitOf(textOf(files, join(GROUPS, group, 'cpu.max'))));
      if (isCpu) least = Math.min(least, oldLimit(files, join(GROUPS, 'cpu', group)));
      if (group === '/') break;
    }
  }
  return least;
}

/** `150000 100000` is one and a half cores; `max 100000` is no limit. */
function limitOf(text: string): number {
  const [, quota, period] = /^(\d+) (\d+)/.exec(text) ?? [];
  return quota === undefined ? Infinity : Number(quota) / Number(period);
}

/** The limit of a control group of version 1. */
function oldLimit(files: Files, group: string): number {
  const [quota, period] = ['cpu.cfs_quota_us', 'cpu.cfs_period_us'].map((name) =>
    textOf(files, join(group, name)).trim(),
  );
  return limitOf(`${quota} ${period}`);
}

/** Empty if the file cannot be read. */
function textOf(files: Files, path: string): string {
  try {
    return readWhole(files, path, 'given')?.toString() ?? '';
  } catch {
    return '';
  }
}
