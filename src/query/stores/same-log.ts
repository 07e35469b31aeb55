import { isLog, type ClosedLog, type Fingerprint, type LogPosition } from '../../model/log-position.ts';
import type { Snapshot } from '../../store/read.ts';

/**
 * Numbers for the logs of several stores: the same one for the same log, as far as both stores have read it. Only rounds
 * whose lines have nothing of their own are told apart by it, so two logs that only begin alike do no harm unless they
 * have equal lines at the same places.
 */
export class SameLogs {
  /** The logs that were met, by the start of their heads. */
  readonly #byHead = new Map<string, { number: number; print: Fingerprint }[]>();
  readonly #numbers: ReadonlyMap<number, number>[];
  #next = 0;

  constructor(snapshots: readonly Pick<Snapshot, 'state' | 'closed'>[]) {
    this.#numbers = snapshots.map(
      ({ state, closed }) =>
        new Map([...state.logs, ...closed.values()].map((log) => [log.id, this.#numberOf(log)])),
    );
  }

  /** The number of a store's log; undefined if the store does not know it. */
  numberOf(store: number, log: number): number | undefined {
    return this.#numbers[store]?.get(log);
  }

  #numberOf(log: LogPosition | ClosedLog): number {
    const head = isLog(log) ? log.head.slice(0, STEP_LENGTH) : '';
    if (!isLog(log) || head === '') return this.#next++;
    const alike = this.#byHead.get(head) ?? [];
    const known = alike.find(({ print }) => isSame(print, log));
    const number = known?.number ?? this.#next++;
    this.#byHead.set(head, [...alike, { number, print: log }]);
    return number;
  }
}

/** Length of the digest of a head's first bytes. */
const STEP_LENGTH = 8;

/** Whether two fingerprints agree in all that both cover. */
function isSame(a: Fingerprint, b: Fingerprint): boolean {
  const steps = Math.min(a.head.length, b.head.length);
  if (a.head.slice(0, steps) !== b.head.slice(0, steps)) return false;
  if (a.offset === b.offset && a.last !== b.last) return false;
  const windows = Math.min(a.windows.length, b.windows.length);
  return a.windows.slice(0, windows).every((window, i) => window === b.windows[i]);
}
