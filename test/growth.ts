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
const MOST_TRIES = 15;
const TIMES = 16;
/** Where time is linear, 16 times the size takes 16 times as long; a square, 256 times. The rest is for noise. */
export const LINEAR = 120;

/**
 * How many times as long work takes with 16 times the size: to be less than LINEAR. What `prepare` makes for a size
 * isn't part of the time. The least of some tries is compared, of more where they look like too much: the first ones
 * make the heap grow, and neighbours empty the caches, which the large size feels more. A square stays one.
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
