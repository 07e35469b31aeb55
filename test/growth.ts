/** CPU time of some work in microseconds, at least 1: the least of some tries, for a machine that is busy. */
export function cpuTimeOf(work: () => unknown): number {
  return Math.min(...Array.from({ length: TRIES }, () => cpuTimeOnce(work)));
}

function cpuTimeOnce(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return Math.max(1, user + system);
}

const TRIES = 3;
const TIMES = 16;
/** Where time is linear, 16 times the size takes 16 times as long; a square, 256 times. The rest is for noise. */
export const LINEAR = 120;

/**
 * How many times as long work takes with 16 times the size: to be less than LINEAR. What `prepare` makes for a size
 * isn't part of the time.
 */
export function growthOf<T>(
  size: number,
  prepare: (size: number) => T,
  work: (prepared: T) => unknown,
): number {
  const [small, large] = [prepare(size), prepare(TIMES * size)];
  const tries = Array.from({ length: TRIES }, () => [
    cpuTimeOnce(() => work(small)),
    cpuTimeOnce(() => work(large)),
  ]);
  const least = (which: 0 | 1): number => Math.min(...tries.map((times) => times[which] ?? Infinity));
  return least(1) / least(0);
}
