import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { fc } from '../fast-check.ts';
import { SEED } from '../seed.ts';
import { expect, test } from 'vitest';
import { BusyError } from '../../src/platform/errors.ts';
import { cutLine, WRAPS, type Piece } from '../logs/wrap.ts';
import { contentOf } from './container.ts';
import { aiLine, failAt, makeFolder, otherLine, run as runOn } from './make.ts';

/** Docker's parts are all of this length here. */
const PART = 120;
const run: typeof runOn = (dir, log, options = {}, ...rest) =>
  runOn(dir, log, { dockerPart: PART, ...options }, ...rest);

/** One thing that happens to a container's log: its program prints, its runtime rotates it, a run comes by. */
type Step =
  | { do: 'print'; lines: number; size: number; hold: number; warn: boolean }
  | { do: 'rotate'; flush: number }
  | { do: 'compress' }
  | { do: 'run'; batchSize: number }
  | { do: 'kill'; at: number }
  | { do: 'run twice' };

const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('print' as const),
      lines: fc.nat(4),
      size: fc.integer({ min: 40, max: 400 }),
      hold: fc.nat(6),
      warn: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('rotate' as const), flush: fc.nat(30) }) },
  { weight: 2, arbitrary: fc.constant({ do: 'compress' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('run' as const), batchSize: fc.constantFrom(1, 1e9) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), at: fc.nat(150) }) },
  { weight: 1, arbitrary: fc.constant({ do: 'run twice' as const }) },
);

const WARNING: Piece = { stream: 'stderr', text: Buffer.from('[warning] slow'), isEnd: true };
const HALF_WARNING: Piece = { ...WARNING, isEnd: false };

/** A container's log under one runtime, and the plain log that the same program would have written. */
class World {
  readonly folder = makeFolder();
  readonly form: 'cri' | 'docker';
  readonly live: string;
  /** What is given as --log-path. */
  readonly pattern: string;
  readonly store = join(this.folder, 'sessions');
  readonly plain: string[] = [];
  /** Parts that the runtime has not written yet: those of one line, at the most. */
  #held: Piece[] = [];
  #hasHalfWarning = false;
  #rotations = 0;

  constructor(form: 'cri' | 'docker') {
    this.form = form;
    this.live = join(this.folder, form === 'cri' ? 'pods/0.log' : 'docker/id-json.log');
    this.pattern = join(this.folder, 'containers', '*.log');
    for (const name of ['pods', 'docker', 'containers']) mkdirSync(join(this.folder, name));
    writeFileSync(this.live, '');
    symlinkSync(this.live, join(this.folder, 'containers', 'higress-gateway-1_higress-system_id.log'));
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'print':
        return this.#print(step);
      case 'rotate':
        return this.#rotate(step.flush);
      case 'compress':
        return this.#compress();
      case 'run':
        await run(this.store, this.pattern, { batchSize: step.batchSize });
        return;
      case 'kill':
        await run(this.store, this.pattern, {}, failAt(step.at, 'torn').files).catch(() => {});
        return;
      case 'run twice': {
        const runs = await Promise.allSettled([run(this.store, this.pattern), run(this.store, this.pattern)]);
        for (const one of runs) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(BusyError);
      }
    }
  }

  async finish(): Promise<void> {
    this.#flush();
    await run(this.store, this.pattern);
  }

  #print({ lines, size, hold, warn }: Extract<Step, { do: 'print' }>): void {
    this.#flush();
    for (let i = 0; i < lines; i++) {
      const n = this.plain.length;
      const line = n % 4 === 3 ? otherLine(n) : aiLine(`s${n % 3}`, n);
      this.plain.push(line);
      const pieces = cutLine(
        'stdout',
        Buffer.from(line.slice(0, -1)),
        [this.form === 'cri' ? size : PART],
        true,
      );
      if (i === lines - 1) this.#held = pieces.splice(Math.max(0, pieces.length - hold));
      for (const [at, piece] of pieces.entries()) {
        this.#write(piece);
        if (warn && at === 1) this.#write(this.#hasHalfWarning || n % 2 === 0 ? WARNING : HALF_WARNING);
        if (warn && at === 1) this.#hasHalfWarning = !this.#hasHalfWarning && n % 2 === 1;
      }
    }
  }

  #write(piece: Piece): void {
    appendFileSync(this.live, WRAPS[this.form](piece));
  }

  #flush(): void {
    for (const piece of this.#held.splice(0)) this.#write(piece);
  }

  /** kubelet and containerd, or Docker. The writer has the new log from then on. */
  #rotate(flush: number): void {
    // They rotate logs that have grown too large.
    if (statSync(this.live).size === 0) return;
    const [next] = this.#held;
    if (this.form === 'cri' && next && flush > 0) {
      // containerd writes what it has of the line to the old log, and the rest to the new one.
      const at = Math.min(flush, next.text.length);
      this.#write({ ...next, text: next.text.subarray(0, at), isEnd: false });
      this.#held[0] = { ...next, text: next.text.subarray(at) };
    }
    this.#rotations++;
    if (this.form === 'cri') {
      this.#compress();
      renameSync(this.live, `${this.live}.20260201-0930${String(this.#rotations).padStart(2, '0')}`);
    } else {
      for (let n = this.#rotations; n > 1; n--) {
        for (const ending of ['', '.gz']) {
          const from = `${this.live}.${n - 1}${ending}`;
          if (existsSync(from)) renameSync(from, `${this.live}.${n}${ending}`);
        }
      }
      renameSync(this.live, `${this.live}.1`);
    }
    writeFileSync(this.live, '');
  }

  /** The log that was rotated last, as kubelet does it at the next rotation, and Docker at any time after one. */
  #compress(): void {
    const number = this.form === 'cri' ? `20260201-0930${String(this.#rotations).padStart(2, '0')}` : '1';
    const path = `${this.live}.${number}`;
    if (!existsSync(path)) return;
    writeFileSync(`${path}.gz`, gzipSync(readFileSync(path)));
    rmSync(path);
  }
}

/** MONITOR_SEQUENCES=5000 npx vitest run test/ingest/container-rotations.test.ts tries more; MONITOR_SEED=random others. */
const SEQUENCES = Number(process.env['MONITOR_SEQUENCES'] ?? 20);

test.each(['cri', 'docker'] as const)(
  `${SEQUENCES} random sequences of printing, rotating, compressing, running and killing give the store of the plain log: %s (MONITOR_SEED=${SEED})`,
  async (form) => {
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 3, maxLength: 16 }), async (sequence) => {
        const world = new World(form);
        for (const step of sequence) await world.take(step);
        await world.finish();
        writeFileSync(join(world.folder, 'plain.log'), world.plain.join(''));
        if (world.plain.length === 0) return;
        await run(join(world.folder, 'plain'), join(world.folder, 'plain.log'));
        expect(contentOf(world.store)).toEqual(contentOf(join(world.folder, 'plain')));
        expect(existsSync(join(world.store, '.rejected.jsonl'))).toBe(false);
      }),
      { numRuns: SEQUENCES },
    );
  },
  SEQUENCES * 6000,
);
