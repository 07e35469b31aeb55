import {
  appendFileSync,
  copyFileSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc } from '../fast-check.ts';
import { SEED } from '../seed.ts';
import { expect, test } from 'vitest';
import { BusyError } from '../../src/platform/errors.ts';
import { aiLine, failAt, makeFolder, otherLine, run, storedRequests } from './make.ts';

/** As logrotate does it: by numbers, to a dated name, with copytruncate, with copy alone; and a plain truncation. */
const ROTATIONS = ['rename', 'date', 'copytruncate', 'copy', 'truncate'] as const;

/** One thing that happens to a log: its writer writes, somebody rotates it, a run comes by. */
type Step =
  | { do: 'write'; lines: number; half: number }
  | { do: 'rotate'; how: (typeof ROTATIONS)[number]; finishFirst: boolean }
  | { do: 'gzip'; rotation: number }
  | { do: 'drop' }
  | { do: 'run'; batchSize: number }
  | { do: 'kill'; at: number }
  | { do: 'run twice' };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('write' as const), lines: fc.nat(12), half: fc.nat(100) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('rotate' as const),
      how: fc.constantFrom(...ROTATIONS),
      finishFirst: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('gzip' as const), rotation: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'drop' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('run' as const), batchSize: fc.constantFrom(1, 3000, 1e9) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), at: fc.nat(120) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'run twice' as const }) },
);

/** The logs of one gateway, and what a store of them must hold. */
class World {
  readonly folder = makeFolder();
  readonly log = join(this.folder, 'access.log');
  readonly store = join(this.folder, 'sessions');
  /** Request ids of the lines that a log holds whole, or held when a run read them. */
  readonly written = new Set<string>();
  #count = 0;
  /** The half of a line that its writer still has to write, and the file that the writer has open. */
  #rest: { text: string; id: string; file: string } | undefined;
  #rotations = 0;
  #dated = 0;

  constructor() {
    writeFileSync(this.log, '');
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        return this.#write(step.lines, step.half);
      case 'rotate':
        return this.#rotate(step.how, step.finishFirst);
      case 'gzip':
        return this.#gzip(step.rotation);
      case 'drop':
        return this.#drop();
      case 'run':
        await run(this.store, this.log, { batchSize: step.batchSize });
        return;
      case 'kill':
        await run(this.store, this.log, {}, failAt(step.at, 'torn').files).catch(() => {});
        return;
      case 'run twice': {
        const runs = await Promise.allSettled([run(this.store, this.log), run(this.store, this.log)]);
        for (const one of runs) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(BusyError);
      }
    }
  }

  async finish(): Promise<void> {
    this.#finishLine();
    await run(this.store, this.log);
    await run(this.store, this.log);
  }

  #write(lines: number, half: number): void {
    this.#finishLine();
    for (let i = 0; i < lines; i++) {
      const n = this.#count++;
      const session = `s${n % 3}`;
      const line = aiLine(session, n) + (n % 2 === 0 ? otherLine(n) : '');
      appendFileSync(this.log, line);
      this.written.add(`${session}-${n}`);
    }
    if (half > 0 && half < 60) this.#writeHalf(half);
  }

  #writeHalf(percent: number): void {
    const n = this.#count++;
    const line = aiLine('half', n);
    const cut = Math.max(1, Math.floor((line.length * percent) / 100));
    appendFileSync(this.log, line.slice(0, cut));
    this.#rest = { text: line.slice(cut), id: `half-${n}`, file: this.log };
  }

  /** Envoy goes on writing to the file that it has open, also after a rename. */
  #finishLine(): void {
    if (!this.#rest) return;
    appendFileSync(this.#rest.file, this.#rest.text);
    this.written.add(this.#rest.id);
    this.#rest = undefined;
  }

  async #rotate(how: (typeof ROTATIONS)[number], finishFirst: boolean): Promise<void> {
    // A copy of half a line, and a truncated file with the other half, hold no line: logrotate's loss, not ours.
    const isInPlace = how === 'copytruncate' || how === 'copy' || how === 'truncate';
    if (finishFirst || isInPlace) this.#finishLine();
    if (how === 'truncate') {
      // What no run has read is lost with it.
      await run(this.store, this.log);
      truncateSync(this.log);
      return;
    }
    if (how === 'date') {
      this.#moveLog(`${this.log}-${20_260_101 + this.#dated++}`);
      return;
    }
    for (let n = this.#rotations; n > 0; n--) {
      for (const ending of ['', '.gz']) {
        if (existsSync(this.#path(n, ending))) renameSync(this.#path(n, ending), this.#path(n + 1, ending));
        if (this.#rest?.file === this.#path(n, ending)) this.#rest.file = this.#path(n + 1, ending);
      }
    }
    this.#rotations++;
    if (how === 'rename') {
      this.#moveLog(this.#path(1));
    } else {
      copyFileSync(this.log, this.#path(1));
      if (how === 'copytruncate') truncateSync(this.log);
    }
  }

  #moveLog(to: string): void {
    renameSync(this.log, to);
    writeFileSync(this.log, '');
    if (this.#rest?.file === this.log) this.#rest.file = to;
  }

  #gzip(rotation: number): void {
    const path = this.#path(rotation);
    if (!existsSync(path) || this.#rest?.file === path) return;
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
  }

  /** The oldest rotation goes when a run has read it. */
  async #drop(): Promise<void> {
    if (this.#rotations < 2 || this.#rest) return;
    await run(this.store, this.log);
    for (const ending of ['', '.gz']) rmSync(this.#path(this.#rotations, ending), { force: true });
    this.#rotations--;
  }

  #path(rotation: number, ending = ''): string {
    return `${this.log}.${rotation}${ending}`;
  }
}

/** MONITOR_SEQUENCES=5000 npx vitest run test/ingest/rotations.test.ts tries more; MONITOR_SEED=random others. */
const SEQUENCES = Number(process.env['MONITOR_SEQUENCES'] ?? 300);

test(
  `${SEQUENCES} random sequences of writing, rotating, compressing, dropping, running and killing: each round once (MONITOR_SEED=${SEED})`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 30 }), async (sequence) => {
        const world = new World();
        for (const step of sequence) await world.take(step);
        await world.finish();
        expect(storedRequests(world.store)).toEqual([...world.written].toSorted());
      }),
      { numRuns: SEQUENCES },
    );
  },
  SEQUENCES * 2000,
);
