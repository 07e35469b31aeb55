import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { dumpStore, makeFolder, storedRequests } from '../ingest/make.ts';
import { Gateway } from './gateway.ts';
import { canRun, parseArgs, parseWell, randomNumbers, runMonitor, start, testUnless } from './make.ts';
import { SEED } from '../seed.ts';

const testWithLogrotate = testUnless(
  !canRun('logrotate', '--version') && 'there is no logrotate; apt-get install logrotate',
);

interface Mode {
  /** Lines of logrotate's configuration; `create` unless they say otherwise. */
  config: string;
  /** What rotated files are called in the end, behind `access`. */
  names: RegExp;
  /** logrotate itself loses what is written between its copy (or its gzip) and the writer's next opening. */
  losesLateLines?: true;
  /** The log is copied and stays: the writer does not open it anew. */
  stays?: true;
  /** Rotations that a file outlives. */
  keeps?: number;
  /** Names hold the second of the rotation. */
  isTimed?: true;
  olddir?: true;
}

const MODES: Record<string, Mode> = {
  create: { config: 'create', names: /^\.log\.\d$/ },
  nocreate: { config: 'nocreate', names: /^\.log\.\d$/ },
  'start 0 and an extension': { config: 'create\nstart 0\nextension .log', names: /^\.\d\.log$/ },
  copytruncate: { config: 'copytruncate', names: /^\.log\.\d$/, losesLateLines: true, stays: true },
  copy: { config: 'copy', names: /^\.log\.\d$/, stays: true },
  renamecopy: { config: 'renamecopy', names: /^\.log\.\d$/, losesLateLines: true },
  'dateext to the second': {
    config: 'create\ndateext\ndateformat -%Y%m%d%H%M%S',
    names: /^\.log-\d{14}$/,
    isTimed: true,
  },
  'dateext with seconds since 1970': {
    config: 'create\ndateext\ndateformat -%Y%m%d-%s',
    names: /^\.log-\d{8}-\d{10}$/,
    isTimed: true,
  },
  'dateext with an extension, compressed': {
    config: 'create\ndateext\ndateformat -%Y%m%d%H%M%S\nextension .log\ncompress\ndelaycompress',
    names: /^-\d{14}\.log(\.gz)?$/,
    isTimed: true,
  },
  compress: { config: 'create\ncompress', names: /^\.log\.\d\.gz$/, losesLateLines: true },
  'compress and delaycompress': {
    config: 'create\ncompress\ndelaycompress',
    names: /^\.log\.(1|\d\.gz)$/,
  },
  'copytruncate and compress': {
    config: 'copytruncate\ncompress',
    names: /^\.log\.\d\.gz$/,
    losesLateLines: true,
    stays: true,
  },
  'copytruncate, compress and delaycompress': {
    config: 'copytruncate\ncompress\ndelaycompress',
    names: /^\.log\.(1|\d\.gz)$/,
    losesLateLines: true,
    stays: true,
  },
  'rotate 2': { config: 'create\nrotate 2', names: /^\.log\.[12]$/, keeps: 2 },
  'rotate 2, compress and delaycompress': {
    config: 'create\nrotate 2\ncompress\ndelaycompress',
    names: /^\.log\.(1|2\.gz)$/,
    keeps: 2,
  },
  olddir: { config: 'create\nolddir old', names: /^\.log\.\d$/, olddir: true },
  'olddir, compressed': {
    config: 'create\nolddir old\ncompress\ndelaycompress',
    names: /^\.log\.(1|\d\.gz)$/,
    olddir: true,
  },
};

/** Runs logrotate with a state file of its own. It does nothing, and says so, if the name is taken already. */
async function rotate(log: string, config: string): Promise<void> {
  const folder = dirname(log);
  const path = join(folder, 'logrotate.conf');
  writeFileSync(path, `${log} {\nrotate 99\n${config}\n}\n`, { mode: 0o644 });
  const { code, err } = await start('logrotate', ['-f', '-s', join(folder, 'logrotate.state'), path]).ended;
  expect([code, err]).toEqual([0, '']);
}

function makeLog(): { log: string; store: string; gateway: Gateway; old: string } {
  const folder = makeFolder();
  const old = join(folder, 'old');
  mkdirSync(old);
  const log = join(folder, 'access.log');
  return { log, store: join(folder, 'sessions'), gateway: new Gateway(log), old };
}

function rotatedFiles(folder: string): string[] {
  return readdirSync(folder).filter((name) => name.startsWith('access') && name !== 'access.log');
}

/** The rest of the present second, so that the next rotation has another name. */
async function passSecond(): Promise<void> {
  await sleep(1010 - (Date.now() % 1000));
}

const ROTATIONS = 6;

describe(`logrotate (MONITOR_SEED=${SEED})`, () => {
  testWithLogrotate.each(Object.entries(MODES))(
    `%s, ${ROTATIONS} times: each round once`,
    async (name, mode) => {
      const { log, store, gateway, old } = makeLog();
      const random = randomNumbers(SEED + Object.keys(MODES).indexOf(name));
      const more = mode.olddir ? ['--log-path', join(old, 'access.log')] : [];
      const keeps = mode.keeps ?? Infinity;
      let unread = 0;
      const parse = async (): Promise<void> => {
        await parseWell(log, store, ...more);
        unread = 0;
      };
      const writeSome = (): void => {
        gateway.write(1 + Math.floor(random() * 8));
        if (random() < 0.5) gateway.beginLine(random());
      };
      for (let i = 0; i < ROTATIONS; i++) {
        writeSome();
        if ((random() < 0.5 && !(mode.olddir && i === 0)) || unread === keeps) await parse();
        if (mode.losesLateLines) gateway.finishLine();
        if (mode.isTimed) await passSecond();
        await rotate(log, mode.config);
        unread++;
        if (!mode.stays) {
          if (!mode.losesLateLines && random() < 0.5) writeSome();
          if (mode.keeps === undefined && !mode.losesLateLines && random() < 0.3) await parse();
          gateway.reopen();
        }
        if (random() < 0.3) await parse();
      }
      gateway.write(2);
      gateway.close();
      const files = rotatedFiles(mode.olddir ? old : dirname(log));
      expect(files.filter((file) => !mode.names.test(file.slice('access'.length)))).toEqual([]);
      expect(files).toHaveLength(Math.min(ROTATIONS, keeps));

      await parse();
      expect(storedRequests(store)).toEqual(gateway.written.toSorted());
      const dump = dumpStore(store);
      expect(await parseWell(log, store, ...more)).toMatchObject({ rounds: 0 });
      expect(dumpStore(store)).toEqual(dump);
    },
  );

  testWithLogrotate('maxage deletes what was read: nothing is missed, nothing comes twice', async () => {
    const { log, store, gateway } = makeLog();
    const config = 'create\nmaxage 1';
    const left: number[] = [];
    for (let i = 0; i < 4; i++) {
      gateway.write(3);
      await rotate(log, config);
      gateway.reopen();
      gateway.write(2);
      await parseWell(log, store);
      for (const file of rotatedFiles(dirname(log))) utimesSync(join(dirname(log), file), 1e9, 1e9);
      left.push(rotatedFiles(dirname(log)).length);
    }
    gateway.close();
    expect(left).toEqual([1, 1, 1, 1]);
    expect(storedRequests(store)).toEqual(gateway.written.toSorted());
    expect(await parseWell(log, store)).toMatchObject({ rounds: 0, gaps: [] });
  });

  testWithLogrotate('deleted with half a line unread: a gap, said once, with exit code 0', async () => {
    const { log, store, gateway } = makeLog();
    gateway.write(3);
    const written = gateway.written.toSorted();
    const bytes = gateway.beginLine(0.5);
    await parseWell(log, store);
    await rotate(log, 'create\nrotate 1');
    await parseWell(log, store);
    await rotate(log, 'create\nrotate 1');
    gateway.close();
    const runs = [];
    for (let i = 0; i < 4; i++) runs.push(await runMonitor(...parseArgs(log, store), '--quiet'));
    expect(runs.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    const said = runs.map(({ err }) => err).join('');
    expect(said).toBe(
      `monitor: ${log}.1 disappeared with ${bytes} unread bytes; any rounds in them are lost\n`,
    );
    expect(storedRequests(store)).toEqual(written);
  });
});
