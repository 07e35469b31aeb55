import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { ParseOptions } from '../../../src/ingest/options.ts';
import { importSessions } from '../../../src/maintenance/import/import-sessions.ts';
import { pruneStore } from '../../../src/maintenance/prune/prune-store.ts';
import { nodeFiles, type Files } from '../../../src/platform/files.ts';
import { fc } from '../../fast-check.ts';
import { SEED } from '../../seed.ts';
import { aiLine, failAt, makeFolder, run, storedAnswers } from '../make.ts';
import { pythonFiles, writeOriginals } from '../original.ts';

/**
 * What can happen to logs, in any order: after it, each line that a run, or an import of what the Python original had
 * read, could read is stored once.
 */

type Step =
  | { do: 'write'; file: number; lines: number }
  | { do: 'copy' | 'move' | 'gzip' | 'delete'; file: number }
  | { do: 'cut head' | 'cut tail' | 'split' | 'take out'; file: number; at: number }
  | { do: 'join'; file: number; other: number }
  | { do: 'restore'; file: number; version: number; elsewhere: boolean }
  | { do: 'run'; batchSize: number }
  | { do: 'kill'; at: number }
  | { do: 'import'; file: number; killedAt: number | null }
  | { do: 'prune' };

const file = fc.nat(20);
const steps: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('write' as const), file, lines: fc.integer({ min: 1, max: 12 }) }),
  },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('copy' as const, 'move', 'gzip', 'delete'), file }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom('cut head' as const, 'cut tail', 'split', 'take out'),
      file,
      at: fc.nat(100),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('join' as const), file, other: file }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('restore' as const),
      file,
      version: fc.nat(20),
      elsewhere: fc.boolean(),
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('run' as const), batchSize: fc.constantFrom(1, 3000, 1e9) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('kill' as const), at: fc.nat(150) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('import' as const),
      file,
      killedAt: fc.option(fc.nat(80), { freq: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'prune' as const }) },
);

class World {
  readonly folder = makeFolder();
  readonly store = join(this.folder, 'store');
  readonly #folders = ['one', 'two'].map((name) => join(this.folder, name));
  /** Contents that a file had, to be restored. */
  readonly #versions: string[][] = [];
  #written = 0;
  #files = 0;
  /** What the original has read: each line once, in the order in which it met them. */
  readonly #original = new Set<string>();
  /** Answers of rounds that were pruned. */
  readonly pruned: string[] = [];
  /** Answers of the lines that a run or an import could read; each line has its own. */
  readonly required = new Set<string>();

  constructor() {
    for (const folder of this.#folders) {
      mkdirSync(folder);
      // Without any log, a run is an error; and rotated logs are found beside one that is not.
      writeFileSync(join(folder, 'live.log'), aiLine('live', 0));
    }
  }

  #paths(): string[] {
    return this.#folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name !== 'live.log')
        .toSorted()
        .map((name) => join(folder, name)),
    );
  }

  #pick(number: number): string | undefined {
    const paths = this.#paths();
    return paths[number % Math.max(1, paths.length)];
  }

  #newPath(): string {
    const number = this.#files++;
    return join(this.#folders[number % 2] ?? '', `log-${String(number).padStart(3, '0')}.log`);
  }

  #newCompressedPath(): string {
    const number = this.#files++;
    return join(this.#folders[number % 2] ?? '', `live.log.${number + 1}.gz`);
  }

  #linesOf(path: string): string[] {
    const bytes = readFileSync(path);
    return (path.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString().split(/(?<=\n)/);
  }

  #store(path: string, lines: readonly string[]): void {
    const text = lines.join('');
    this.#versions.push([...lines]);
    writeFileSync(path, path.endsWith('.gz') ? gzipSync(text) : text);
  }

  #newLines(count: number): string[] {
    return Array.from({ length: count }, () => {
      const n = this.#written++;
      return aiLine(`s${n % 3}`, n % 40, { answer: `answer ${n}` })
        .replace(/"request_id":"[^"]*"/, `"request_id":"r-${n}"`)
        .replace(
          /"start_time":"[^"]*"/,
          `"start_time":"${new Date(Date.UTC(2026, 1, 1) + n * 100_007 + 1).toISOString()}"`,
        );
    });
  }

  async step(step: Step): Promise<void> {
    switch (step.do) {
      case 'run':
        return this.run({ batchSize: step.batchSize });
      case 'kill':
        return this.#kill(step.at);
      case 'write':
        return this.#write(step.file, step.lines);
      case 'prune':
        return this.#prune();
      case 'import':
        return this.#import(step.file, step.killedAt);
    }
    const path = this.#pick(step.file);
    if (path === undefined) return;
    const lines = this.#linesOf(path);
    const place = 'at' in step ? step.at % lines.length : 0;
    switch (step.do) {
      case 'copy':
        return this.#store(this.#newPath(), lines);
      case 'move':
        return renameSync(path, path.endsWith('.gz') ? this.#newCompressedPath() : this.#newPath());
      case 'gzip':
        if (path.endsWith('.gz')) return;
        this.#store(this.#newCompressedPath(), lines);
        return rmSync(path);
      case 'delete':
        return rmSync(path);
      case 'cut head':
        return this.#store(path, lines.slice(place));
      case 'cut tail':
        return this.#store(path, lines.slice(0, place + 1));
      case 'take out':
        return this.#store(path, lines.toSpliced(place, lines.length > 1 ? 1 : 0));
      case 'split':
        this.#store(this.#newPath(), lines.slice(place));
        return place > 0 ? this.#store(path, lines.slice(0, place)) : rmSync(path);
      case 'join': {
        const other = this.#pick(step.other) ?? path;
        this.#store(this.#newPath(), [...lines, ...this.#linesOf(other)]);
        rmSync(path);
        return rmSync(other, { force: true });
      }
      case 'restore': {
        const version = this.#versions[step.version % Math.max(1, this.#versions.length)];
        if (version) this.#store(step.elsewhere ? this.#newPath() : path, version);
      }
    }
  }

  #write(number: number, count: number): void {
    const picked = this.#pick(number);
    const path =
      picked === undefined || picked.endsWith('.gz') || number % 4 === 0 ? this.#newPath() : picked;
    const lines = this.#newLines(count);
    if (existsSync(path)) appendFileSync(path, lines.join(''));
    else this.#store(path, lines);
  }

  async run(options: Partial<ParseOptions>, files: Files = nodeFiles): Promise<void> {
    const readable = this.#paths().flatMap((path) => this.#linesOf(path));
    const logPaths = this.#folders.map((folder) => join(folder, '*.log'));
    await run(this.store, '', { ...options, logPaths }, files);
    this.#require(readable);
  }

  #require(lines: Iterable<string>): void {
    for (const line of lines) for (const [answer] of line.matchAll(/answer \d+/g)) this.required.add(answer);
  }

  /** Not together with imports: of an imported round, nothing is left by which a log's line could be recognised. */
  #prune(): void {
    if (this.#original.size > 0 || !existsSync(join(this.store, '.store.json'))) return;
    const before = storedAnswers(this.store);
    const options = {
      before: Date.UTC(2026, 2, 1),
      content: false,
      isDryRun: false,
      now: Date.UTC(2026, 2, 2),
    };
    pruneStore(nodeFiles, { dir: this.store, ...options });
    this.pruned.push(...before);
  }

  /** The original reads a log, and everything that it has read so far is imported. */
  async #import(number: number, killedAt: number | null): Promise<void> {
    if (this.pruned.length > 0) return;
    const path = this.#pick(number);
    for (const line of path === undefined ? [] : this.#linesOf(path)) this.#original.add(line);
    if (this.#original.size === 0) return;
    const from = writeOriginals(this.folder, pythonFiles([...this.#original]));
    const options = { from, dir: this.store, force: true, isDryRun: false, now: Date.UTC(2026, 1, 6) };
    const utc = { ...options, toUtc: (ms: number) => ms };
    if (killedAt !== null) {
      await importSessions(failAt(killedAt, 'torn').files, utc).catch(() => undefined);
      return;
    }
    await importSessions(nodeFiles, utc);
    this.#require(this.#original);
  }

  async #kill(at: number): Promise<void> {
    const { files } = failAt(at, 'torn');
    await this.run({ batchSize: 3000 }, files).catch(() => undefined);
  }
}

const RUNS = Number(process.env['MONITOR_SEQUENCES'] ?? 300);

test(`each line is stored once after any sequence of ${RUNS} (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(steps, { minLength: 4, maxLength: 25 }), async (sequence) => {
      const world = new World();
      try {
        for (const step of sequence) await world.step(step);
        await world.run({});
        await world.run({});
        const stored = [...storedAnswers(world.store), ...world.pruned]
          .filter((answer) => answer !== 'live message 1')
          .toSorted();
        expect(stored).toEqual([...new Set(stored)]);
        expect([...world.required].filter((answer) => !stored.includes(answer))).toEqual([]);
      } finally {
        rmSync(world.folder, { recursive: true, force: true });
      }
    }),
    { numRuns: RUNS, seed: SEED },
  );
}, 1_800_000);
