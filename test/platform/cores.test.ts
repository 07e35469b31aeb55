import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { cpuLimit, usableCores } from '../../src/platform/cores.ts';
import { nodeFiles, type FileFacts, type Files } from '../../src/platform/files.ts';

/** A system whose files have these contents. */
function system(contents: Record<string, string>): Files {
  const paths = Object.keys(contents);
  const bytesOf = (fd: number): Buffer => Buffer.from(contents[paths[fd] ?? ''] ?? '');
  return {
    ...nodeFiles,
    open(path) {
      const fd = paths.indexOf(path);
      if (fd < 0) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
      return fd;
    },
    close: () => undefined,
    facts: (fd) => ({ isFile: true, size: bytesOf(fd).length }) as FileFacts,
    read: (fd, target, position) => bytesOf(fd).copy(target, 0, position),
  };
}

describe('the CPU limit', () => {
  test.each<[string, Record<string, string>, number]>([
    ['none', {}, Infinity],
    ['of a group', { '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/b/cpu.max': '150000 100000\n' }, 1.5],
    ['of a group above', { '/proc/self/cgroup': '0::/a/b\n', '/sys/fs/cgroup/a/b/cpu.max': 'max 100000\n', '/sys/fs/cgroup/a/cpu.max': '200000 100000\n' }, 2],
    ['of a container, whose group is the root', { '/proc/self/cgroup': '0::/docker/x\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' }, 0.5],
    ['the lowest of several', { '/proc/self/cgroup': '0::/a\n', '/sys/fs/cgroup/a/cpu.max': '400000 100000\n', '/sys/fs/cgroup/cpu.max': '300000 100000\n' }, 3],
    ['of version 1', { '/proc/self/cgroup': '4:cpu,cpuacct:/a\n2:memory:/b\n', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '250000\n', '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000\n' }, 2.5],
    ['of version 1: -1 is none', { '/proc/self/cgroup': '4:cpu,cpuacct:/a\n', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '-1\n', '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000\n' }, Infinity],
    ['not of another controller', { '/proc/self/cgroup': '4:memory:/a\n', '/sys/fs/cgroup/cpu/a/cpu.cfs_quota_us': '250000\n', '/sys/fs/cgroup/cpu/a/cpu.cfs_period_us': '100000\n' }, Infinity],
  ])('%s', (_, contents, cores) => expect(cpuLimit(system(contents))).toBe(cores)); // prettier-ignore
});

test('half a core is one, and no limit means the cores that the system gives', () => {
  const limited = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/cpu.max': '50000 100000\n' };
  expect([usableCores(system(limited)), usableCores(system({}))]).toEqual([1, availableParallelism()]);
});
