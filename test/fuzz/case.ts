import { makeRandom, type Random } from '../../scripts/fixtures/prng.mjs';

export type { Random };

/** What the fuzzer does to one part of the program. */
export interface Target {
  /** A case has 1 to this many steps. */
  mostSteps: number;
  /** Makes what all cases begin with, in an empty folder. */
  prepare: (folder: string) => Promise<void>;
  /** Runs one case. Throws a Finding, or anything else that should not happen. */
  run: (one: Case) => Promise<void>;
}

export interface Case {
  /** An empty folder of its own, in which everything happens. */
  folder: string;
  /** What `prepare` made. Cases copy it and never change it. */
  prepared: string;
  /** For choices that concern the whole case. */
  random: Random;
  /** One for each step. A step depends on nothing but its own, so a case can be repeated with fewer steps. */
  steps: readonly Random[];
  /** Says what the case does; printed with a finding. */
  note: (text: string) => void;
}

/** A broken invariant. */
export class Finding extends Error {}

export interface Failure {
  message: string;
  /** The steps that are needed, by their number in the case. */
  steps: number[];
  notes: string[];
  /** Kept, so that it can be looked at. */
  folder: string;
}

interface Folders {
  make: () => string;
  remove: (folder: string) => void;
}

/** How often a failing case is repeated to find steps that it does not need. */
const MOST_REPEATS = 60;

/** Runs the cases of a target, each in a folder of its own. */
export class CaseRunner {
  readonly #target: Target;
  readonly #prepared: string;
  readonly #folders: Folders;

  constructor(target: Target, prepared: string, folders: Folders) {
    this.#target = target;
    this.#prepared = prepared;
    this.#folders = folders;
  }

  /** Only these steps of the case; all by default. Undefined: every invariant held. */
  async run(seed: number, number: number, only?: readonly number[]): Promise<Failure | undefined> {
    const random = makeRandom(mix(seed, number));
    const seeds = Array.from({ length: random.int(1, this.#target.mostSteps) }, () =>
      random.int(0, 2 ** 32 - 1),
    );
    const steps = only ?? seeds.map((_, i) => i);
    const notes: string[] = [];
    const folder = this.#folders.make();
    try {
      await this.#target.run({
        folder,
        prepared: this.#prepared,
        random: makeRandom(random.int(0, 2 ** 32 - 1)),
        steps: steps.map((i) => makeRandom(seeds[i] ?? 0)),
        note: (text) => void notes.push(text),
      });
    } catch (error) {
      return { message: textOf(error), steps: [...steps], notes, folder };
    }
    this.#folders.remove(folder);
    return undefined;
  }

  /** The same failure with as few steps as possible. */
  async shrink(seed: number, number: number, failure: Failure): Promise<Failure> {
    let smallest = failure;
    let repeats = 0;
    for (let size = failure.steps.length >> 1; size >= 1; size >>= 1) {
      for (let at = 0; at < smallest.steps.length && repeats < MOST_REPEATS;) {
        const fewer = smallest.steps.toSpliced(at, size);
        repeats++;
        const again = await this.run(seed, number, fewer);
        if (again && kindOf(again) === kindOf(failure)) {
          this.#folders.remove(smallest.folder);
          smallest = again;
        } else {
          if (again) this.#folders.remove(again.folder);
          at += size;
        }
      }
    }
    return smallest;
  }
}

/** One number of two, such that neighbours have nothing in common. */
function mix(seed: number, number: number): number {
  const x = Math.imul(seed ^ Math.imul(number + 1, 0x9e37_79b1), 0x85eb_ca6b);
  return (x ^ (x >>> 13)) >>> 0;
}

/** A shrunk case must fail for the same reason; numbers and paths in it may differ. */
function kindOf({ message }: Failure): string {
  return (message.split('\n')[0] ?? '').replaceAll(/\d+|"[^"]*"|\/\S+/g, '…').slice(0, 80);
}

function textOf(error: unknown): string {
  if (error instanceof Finding) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : `thrown: ${typeof error}`;
}
