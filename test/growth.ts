/** CPU time of some work in microseconds, at least 1. The minimum of several tries, as the machine may be busy. */
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
const MOST_TRIES = 15;
const TIMES = 16;
/** With 16 times the size, linear work takes 16 times as long, quadratic work 256 times. The rest allows for noise. */
export const LINEAR = 120;

/**
 * How many times as long `work` takes with 16 times the size, which should be less than LINEAR. `prepare` is not timed.
 * Compares the minimum of several tries, and of more if the ratio is suspicious: the first tries grow the heap, and
 * other processes evict caches, which affects the large size more. Quadratic work stays quadratic.
 */
export function growthOf<T>(
  size: number,
  prepare: (size: number) => T,
  work: (prepared: T) => unknown,
): number {
  const [small, large] = [prepare(size), prepare(TIMES * size)];
  let [ofSmall, ofLarge] = [Infinity, Infinity];
  for (let tries = 0; tries < TRIES || (ofLarge / ofSmall >= LINEAR / 2 && tries < MOST_TRIES); tries++) {
    ofSmall = Math.min(
      ofSmall,
      cpuTimeOnce(() => work(small)),
    );
    ofLarge = Math.min(
      ofLarge,
      cpuTimeOnce(() => work(large)),
    );
  }
  return ofLarge / ofSmall;
}
