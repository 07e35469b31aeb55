import {
  appendFileSync,
  cpSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
  renameSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repairStore } from '../../src/ingest/repair.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { aiLine, dumpStore, makeFolder, run, storedRequests } from './make.ts';

test.each([[false], [true]])('fuzz no_content %s', { timeout: 300000 }, async (noContent) => {
  const folder = makeFolder();
  const log = join(folder, 'access.log');
  const store = join(folder, 's');
  const o = noContent ? { filters: { no_content: true } } : {};
  writeFileSync(
    log,
    Array.from({ length: 80 }, (_, i) => aiLine('long', i)).join('') +
      aiLine('a', 0) +
      aiLine('b', 0, { model: 'gpt-5' }),
  );
  await run(store, log, o);
  appendFileSync(log, aiLine('long', 80) + aiLine('a', 1) + aiLine('A', 0));
  await run(store, log, o);
  renameSync(log, log + '.1');
  writeFileSync(log, aiLine('a', 2) + aiLine('x/y', 0) + '{"ai_log":"{cut","x":""}\n');
  await run(store, log, o);
  const all = storedRequests(store);
  let seed = 7;
  const rnd = (n: number) => {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    return Math.floor((seed / 0x7fffffff) * n);
  };
  const seen: Record<string, number> = {};
  for (let k = 0; k < 250; k++) {
    const f2 = makeFolder();
    cpSync(folder, f2, { recursive: true, preserveTimestamps: true });
    const s2 = join(f2, 's');
    const desc: string[] = [];
    for (let d = 0; d < 1 + rnd(2); d++) {
      const names = readdirSync(s2)
        .filter((n) => n !== '.lock' && n !== '.store.json')
        .toSorted();
      const name = names[rnd(names.length)]!;
      const p = join(s2, name);
      const size = statSync(p).size;
      if (size === 0) continue;
      const how = rnd(4);
      const b = readFileSync(p);
      if (how === 0) rmSync(p);
      else if (how === 1) writeFileSync(p, b.subarray(0, rnd(size)));
      else if (how === 2 && size > 0) {
        b[rnd(size)]! ^= 1 << rnd(7);
        writeFileSync(p, b);
      } else {
        const at = rnd(size);
        writeFileSync(p, b.fill(0, at, Math.min(size, at + 50)));
      }
      desc.push(`${name} ${how}`);
    }
    const what = `${k}: ${desc.join(', ')}`;
    let outcome = '';
    try {
      const dry = repairStore(nodeFiles, s2, false);
      const done = repairStore(nodeFiles, s2, true);
      expect(done.problems, what).toEqual(dry.problems);
      outcome = dry.problems.length ? 'repaired' : 'sound';
      const left = storedRequests(s2);
      expect(new Set(left).size, what).toBe(left.length);
      expect(all, what).toEqual(expect.arrayContaining(left));
      expect(left.length, what).toBe(done.rounds);
      if (left.length < all.length)
        expect(
          done.lostRounds > 0 ||
            dry.problems.some((p) => /behind|cut|missing|line/.test(p.repair + p.problem)),
          what,
        ).toBe(true);
      expect(repairStore(nodeFiles, s2, false).problems, what).toEqual([]);
      dumpStore(s2);
      appendFileSync(join(f2, 'access.log'), aiLine('a', 3) + aiLine('long', 81));
      await run(s2, join(f2, 'access.log'), o);
      const after = storedRequests(s2);
      expect(new Set(after).size, what).toBe(after.length);
      expect(after, what).toEqual(expect.arrayContaining([...left, 'a-3', 'long-81']));
      expect(repairStore(nodeFiles, s2, false).problems, what).toEqual([]);
    } catch (e) {
      if (!(e instanceof Error) || e.constructor.name !== 'InputOutputError') {
        console.log(what, outcome);
        console.log(e);
        seen['BAD'] = (seen['BAD'] ?? 0) + 1;
        continue;
      }
      outcome = '74: ' + e.message.replace(/.*\/s\//, '').slice(0, 70);
    }
    seen[outcome] = (seen[outcome] ?? 0) + 1;
  }
  console.log(seen);
});
