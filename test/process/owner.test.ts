import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { nodeFiles } from '../../src/platform/files.ts';
import { takeLock } from '../../src/platform/lock.ts';
import { aiLine, makeFolder } from '../ingest/make.ts';
import { BIN, canRun, environment, parseArgs, start, testUnless, type Ran } from './make.ts';

const [UID, GID] = [1234, 1235];
const AS_USER = ['setpriv', `--reuid=${UID}`, `--regid=${GID}`, '--clear-groups'];

/** Runs the program as another user. */
const runAsUser = (...args: string[]): Promise<Ran> =>
  start('setpriv', [...AS_USER.slice(1), process.execPath, BIN, ...args]).ended;
const runAsRoot = (...args: string[]): Promise<Ran> => start(process.execPath, [BIN, ...args]).ended;

function whyNot(): string | false {
  if (process.geteuid?.() !== 0) return 'only root can run the program as two users';
  const [program = '', ...args] = AS_USER;
  return (
    !canRun(program, ...args, process.execPath, BIN, '--version') &&
    'no setpriv, or the program is not readable'
  );
}

const testAsRoot = testUnless(whyNot());

let folder: string;
let home: string;
let log: string;
let store: string;
let site: string;

beforeEach(() => {
  folder = makeFolder();
  chmodSync(folder, 0o755);
  [home, log] = [join(folder, 'home'), join(folder, 'access.log')];
  [store, site] = [join(home, 'sessions'), join(home, 'site')];
  if (process.geteuid?.() !== 0) return;
  mkdirSync(home);
  chownSync(home, UID, GID);
});

/** Paths under a folder that belong to somebody else. */
function foreignIn(dir: string): string[] {
  return readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const { uid, gid } = lstatSync(join(dir, name));
    return uid !== UID || gid !== GID;
  });
}

describe('what root writes belongs to the owner of the folder', () => {
  testAsRoot('every command of root, between those of a user', async () => {
    const prices = join(folder, 'prices.json');
    writeFileSync(prices, '{"models":[{"match":"*","input":1,"output":1}]}');
    let day = 0;
    const grow = (...sessions: string[]): void => {
      for (const session of sessions) appendFileSync(log, aiLine(session, day++));
    };
    grow('a');
    expect(await runAsUser(...parseArgs(log, store))).toMatchObject({ code: 0, err: '' });
    for (const argv of [
      [...parseArgs(log, store), '--prices', prices],
      ['prices', '--refresh', '--yes', '--data-dir', store],
      ['prune', '--older-than', '1d', '--content', '--data-dir', store],
      ['render', '--data-dir', store, '--site-dir', site, '--allow-other-owner'],
      ['repair', '--apply', '--data-dir', store],
    ]) {
      grow('a', `new-${argv[0]}`);
      expect(await runAsRoot(...argv), argv[0]).toMatchObject({ code: 0 });
      expect(foreignIn(home), argv[0]).toEqual([]);
      grow('a');
      const later = await runAsUser(...parseArgs(log, store));
      expect(later, argv[0]).toMatchObject({ code: 0, err: '' });
    }
    const rendered = await runAsUser('render', '--data-dir', store, '--site-dir', site);
    expect(rendered).toMatchObject({ code: 0, err: '' });
    expect(statSync(join(store, '.state.json')).mode & 0o777).toBe(0o600);
  });

  testAsRoot('a long session, whose memory is a file of its own', async () => {
    writeFileSync(log, aiLine('a', 0));
    await runAsUser(...parseArgs(log, store));
    for (let i = 1; i < 150; i++) appendFileSync(log, aiLine('a', i));
    expect(await runAsRoot(...parseArgs(log, store))).toMatchObject({ code: 0 });
    expect(readdirSync(store)).toContain('.memory-a');
    expect(foreignIn(home)).toEqual([]);
  });

  testAsRoot('a folder of root stays as it is, and so does a file that was there before', () => {
    const own = makeFolder();
    nodeFiles.close(nodeFiles.open(join(own, 'a'), 'create'));
    expect(statSync(join(own, 'a')).uid).toBe(0);
    writeFileSync(join(home, 'before'), '');
    for (const how of ['create', 'write', 'read'] as const)
      nodeFiles.close(nodeFiles.open(join(home, 'before'), how));
    writeFileSync(join(home, 'lock'), '');
    takeLock(join(home, 'lock'), 'x')();
    expect(foreignIn(home)).toEqual(['before', 'lock']);
    takeLock(join(home, 'lock2'), 'x')();
    nodeFiles.close(nodeFiles.open(join(home, 'page'), 'publish'));
    nodeFiles.makePublicFolder(join(home, 'a', 'b'));
    expect(foreignIn(home)).toEqual(['before', 'lock']);
  });
});

/** What `import` reads. */
function makeOriginals(): void {
  mkdirSync(join(folder, 'originals'));
  const rounds = [
    { round: 1, timestamp: '2026-02-01T00:00:00', input_tokens: 1, output_tokens: 1, model: 'm' },
  ];
  writeFileSync(join(folder, 'originals', 'a.json'), JSON.stringify({ session_id: 'a', rounds }));
}

/** Where the program may not do what it is asked to, and what the message must say. */
interface Refusal {
  prepare: () => void;
  says: RegExp;
  /** Tried with every command, not only with some that open different things first. */
  isForAll?: true;
}

const FEW = new Set(['parse', 'list', 'render', 'repair', 'doctor']);

/** Every command, of a store and a site. */
const commands = (): Record<string, string[]> => ({
  parse: parseArgs(log, store),
  list: ['list', '--data-dir', store],
  show: ['show', 'a', '--data-dir', store],
  'stats-model': ['stats-model', '--data-dir', store],
  prices: ['prices', '--data-dir', store],
  refresh: ['prices', '--refresh', '--yes', '--data-dir', store],
  check: ['check', '--budget-usd', '1', '--data-dir', store],
  export: ['export', join(folder, 'out.csv'), '--data-dir', store],
  render: ['render', '--data-dir', store, '--site-dir', site],
  url: ['url', 'a', '--base-url', 'https://example.com', '--data-dir', store],
  repair: ['repair', '--data-dir', store],
  import: ['import', join(folder, 'originals'), '--data-dir', store],
  prune: ['prune', '--older-than', '1d', '--data-dir', store],
  doctor: ['doctor', '--log-path', log, '--data-dir', store],
});

const refusals = (): Record<string, Refusal> => ({
  'the store is root’s': {
    isForAll: true,
    prepare: () => spawnSync('chown', ['-R', '0:0', store]),
    says: /permission denied \(EACCES\)\. \S+ belongs to root, and this is user 1234: give it back with: sudo chown -R 1234:1235 \S+\/home\/sessions/,
  },
  'the state is root’s': {
    prepare: () => {
      chownSync(join(store, '.state.json'), 0, 0);
      chmodSync(join(store, '.state.json'), 0o600);
    },
    says: /permission denied \(EACCES\)\. \S+\.state\.json belongs to root, and this is user 1234: give it back with: sudo chown -R 1234:1235 \S+\/home\/sessions/,
  },
  'a folder above is closed': {
    prepare: () => {
      chownSync(home, 0, 0);
      chmodSync(home, 0o700);
    },
    says: /permission denied \(EACCES\)\. \S+\/home belongs to root, and this is user 1234: run the command as that user, or give this one permission/,
  },
  'a file is in the place of the store': {
    prepare: () => {
      rmSync(store, { recursive: true });
      writeFileSync(store, '');
    },
    says: /home\/sessions is a file, and a store is a folder\. Name a folder with --output-dir/,
  },
  'the state is a folder': {
    prepare: () => {
      rmSync(join(store, '.state.json'));
      mkdirSync(join(store, '.state.json'));
      chownSync(join(store, '.state.json'), UID, GID);
    },
    says: /it is a folder \(EISDIR\)|is a folder, not a regular file/,
  },
  'the path leads in a circle': {
    isForAll: true,
    prepare: () => {
      renameSync(store, join(home, 'kept'));
      spawnSync('ln', ['-s', 'sessions', store]);
    },
    says: /links lead in a circle, or are not followed here \(ELOOP\)/,
  },
});

describe('a system error that a person sees says what, where and what to do', () => {
  testAsRoot.each(Object.keys(refusals()))('%s', async (name) => {
    writeFileSync(log, aiLine('a', 0));
    makeOriginals();
    chmodSync(folder, 0o777);
    expect(await runAsUser(...parseArgs(log, store))).toMatchObject({ code: 0 });
    appendFileSync(log, aiLine('a', 1));
    const { prepare, says, isForAll } = refusals()[name] as Refusal;
    prepare();
    for (const [command, argv] of Object.entries(commands())) {
      if (!isForAll && !FEW.has(command)) continue;
      const { code, out, err } = await runAsUser(...argv);
      // doctor finds it, and goes on.
      if (command === 'doctor') {
        expect(code, command).toBe(1);
        expect(out.replaceAll(/\s+/g, ' '), command).toMatch(says);
        continue;
      }
      expect([code, out], `${command}: ${err}`).toEqual([74, '']);
      expect(err, command).toMatch(/^monitor: [^\n]+\n$/);
      expect(err, command).toMatch(says);
      expect(err, command).toContain(home);
    }
  });

  testAsRoot('too few open files', async () => {
    writeFileSync(log, aiLine('a', 0));
    const words = [process.execPath, BIN, ...parseArgs(log, store)].map((word) => `'${word}'`).join(' ');
    const texts = new Set<string>();
    for (let limit = 16; limit < 32; limit += 2) {
      const { status, stderr } = spawnSync('sh', ['-c', `ulimit -n ${limit}; exec ${words}`], {
        env: environment,
        encoding: 'utf8',
      });
      // Below some limit, Node itself does not start.
      if (status === 74) texts.add(stderr);
    }
    for (const text of texts)
      expect(text).toMatch(/^monitor: [^\n]*too many files are open[^\n]*ulimit -n[^\n]*\n$/);
  });

  test('a place where nothing can be made', async () => {
    writeFileSync(log, aiLine('a', 0));
    const { code, err } = await runAsRoot(...parseArgs(log, '/sys/fs/sessions'));
    expect([code, err]).toEqual([
      74,
      expect.stringMatching(
        /^monitor: cannot make the folder \/sys\/fs\/sessions: [a-z ]+ \(E[A-Z]+\)\. [A-Z][^\n]+\n$/,
      ),
    ]);
  });
});
