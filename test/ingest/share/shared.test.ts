import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { fc } from '../../fast-check.ts';
import { SEED } from '../../seed.ts';
import { cutLine, WRAPS } from '../../logs/wrap.ts';
import { aiLine, failAt, makeFolder, otherLine, run } from '../make.ts';
import { bytesOf } from '../store-bytes.ts';
import { inProcess, irregular } from './in-process.ts';

/** What a line is besides a new request. */
const ODD = ['plain', 'again', 'timeless', 'rejected', 'other model', 'unlike its peek'] as const;

type Step =
  | { do: 'write'; odd: (typeof ODD)[number][] }
  | { do: 'rotate'; how: 'rename' | 'copytruncate' | 'copy' | 'join' | 'gzip' }
  | { do: 'damage' }
  | { do: 'run'; batchSize: number; jobs: number }
  | { do: 'kill'; at: number; code: 'ENOSPC' | undefined };

const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), odd: fc.array(fc.constantFrom(...ODD, 'plain' as const), { minLength: 1, maxLength: 14 }) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('rotate' as const), how: fc.constantFrom('rename', 'copytruncate', 'copy', 'join', 'gzip') }) },
  { weight: 1, arbitrary: fc.constant({ do: 'damage' as const }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('run' as const), batchSize: fc.constantFrom(1, 2000, 1e9), jobs: fc.constantFrom(2, 3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), at: fc.nat(140), code: fc.constantFrom('ENOSPC', undefined) }) },
); // prettier-ignore

const NOW = Date.UTC(2026, 11, 1);
const SESSIONS = ['a', 'A', 'b', 'c d', 'ü', 'e'];

/** Logs, and two stores of them: one that a thread writes alone, and one that is shared. */
class World {
  readonly folder = makeFolder();
  readonly log = join(this.folder, 'access.log');
  readonly alone = join(this.folder, 'alone');
  readonly shared = join(this.folder, 'shared');
  readonly #wrap: (line: string) => string;
  readonly #written: string[] = [];
  #rotations = 0;
  #seed = 1;
  runs = 0;
  /** Why workers gave up. */
  readonly failures: string[] = [];

  constructor(wrap: (line: string) => string) {
    this.#wrap = wrap;
    writeFileSync(this.log, '');
  }

  async take(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        for (const odd of step.odd) this.#write(odd);
        return;
      case 'rotate':
        this.#rotate(step.how);
        return;
      case 'damage':
        this.#damage();
        return;
      case 'run':
        await this.run(step.batchSize, step.jobs);
        return;
      case 'kill':
        await this.#kill(step.at, step.code);
    }
  }

  async run(batchSize = 1e9, jobs = 3): Promise<void> {
    const threads = inProcess(jobs, undefined, irregular(this.#seed++));
    const options = { batchSize, now: () => NOW };
    const alone = await run(this.alone, this.log, options);
    const shared = await run(this.shared, this.log, { ...options, threads });
    this.runs++;
    this.failures.push(...threads.failures);
    const named = (text: string): string => text.replaceAll(this.shared, this.alone);
    expect(JSON.parse(named(JSON.stringify(shared)))).toEqual(alone);
    expect(bytesOf(this.shared)).toEqual(bytesOf(this.alone));
  }

  #write(odd: (typeof ODD)[number]): void {
    const n = this.#written.length;
    const session = SESSIONS[(n * 7) % SESSIONS.length] ?? '';
    const line = {
      again: () => this.#written[(n * 3) % Math.max(1, n)] ?? otherLine(n),
      timeless: () => aiLine(session, n % 9).replace(/"start_time":"[^"]*"/, '"start_time":"-"'),
      rejected: () => `{"ai_log":"{cut ${n}","x":""}\n`,
      'other model': () => aiLine(session, n % 9, { model: `model-${n % 5}` }),
      'unlike its peek': () => aiLine(session, n % 9).replace('"user_agent":"test"', String.raw`"user_agent":"}\"session_id\":\"x\"}"`),
      plain: () => aiLine(session, n % 9, { model: ['gpt-4o', 'gpt-5', 'claude-sonnet-4-5'][n % 3] }),
    }[odd](); // prettier-ignore
    this.#written.push(line);
    appendFileSync(this.log, this.#wrap(line) + this.#wrap(otherLine(n)));
  }

  #rotate(how: Extract<Step, { do: 'rotate' }>['how']): void {
    const old = `${this.log}.${++this.#rotations}`;
    if (how === 'rename' || how === 'gzip') {
      renameSync(this.log, old);
      writeFileSync(this.log, '');
      if (how === 'gzip') {
        writeFileSync(`${old}.gz`, gzipSync(readFileSync(old)));
        rmSync(old);
      }
    } else if (how === 'join') {
      writeFileSync(this.log, readFileSync(this.log, 'utf8').repeat(2));
    } else {
      copyFileSync(this.log, old);
      if (how === 'copytruncate') truncateSync(this.log);
    }
  }

  /** Cuts the same session's file in both stores. */
  #damage(): void {
    const isSession = (name: string): boolean => !name.startsWith('.');
    const name = existsSync(this.alone) ? readdirSync(this.alone).toSorted().find(isSession) : undefined;
    for (const dir of [this.alone, this.shared])
      if (name && existsSync(join(dir, name))) truncateSync(join(dir, name), 30);
  }

  /** Kills the run that shares, and goes on from what it left, with and without threads. */
  async #kill(at: number, code: string | undefined): Promise<void> {
    const { files } = failAt(at, 'torn', code);
    const threads = inProcess(3, files, irregular(this.#seed++));
    await run(this.shared, this.log, { batchSize: 2000, now: () => NOW, threads }, files).catch(() => undefined);
    if (!existsSync(join(this.shared, '.store.json'))) rmSync(this.shared, { recursive: true, force: true });
    rmSync(this.alone, { recursive: true, force: true });
    if (existsSync(this.shared)) cpSync(this.shared, this.alone, { recursive: true, preserveTimestamps: true });
  }
} // prettier-ignore

const RUNS = Number(process.env['MONITOR_SEQUENCES'] ?? 40);

test.each([
  ['plain logs', (line: string) => line],
  ["a container's logs", (line: string) => inParts(line)],
])(
  `of %s, whatever happens to them, threads make the same store as one thread (MONITOR_SEED=${SEED})`,
  async (_, wrap) => {
    let [runs, alone] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(steps, { minLength: 2, maxLength: 14 }), async (given) => {
        const world = new World(wrap);
        for (const step of given) await world.take(step);
        await world.run();
        await world.run();
        // A line unlike its peek is the only reason, and it has no message.
        expect(new Set(['', ...world.failures])).toEqual(new Set(['']));
        runs += world.runs;
        alone += world.failures.length;
        rmSync(world.folder, { recursive: true, force: true });
      }),
      { numRuns: RUNS },
    );
    expect(alone).toBeLessThan(runs / 2);
  },
);

/** Some lines in parts, which lie in between the next ones. */
function inParts(line: string): string {
  const parts = cutLine('stdout', Buffer.from(line.trim()), [300], true);
  return Buffer.concat(parts.map((part) => WRAPS.cri(part))).toString();
}
