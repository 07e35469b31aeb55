import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  cpSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFiles, type Files } from '../../src/platform/files.ts';
import { readState, writeState, type State } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';
import { aiLine, otherLine, run } from '../ingest/make.ts';
import { codesOf, look, makePlace, type Place } from './make.ts';

const file = ({ dir }: Place, name: string): string => join(dir, name);

function stateOf({ dir }: Place): State {
  const { statePath, id } = openStore(nodeFiles, dir);
  return readState(nodeFiles, statePath, id);
}

/** Sessions a, of three rounds, and b, of one. */
async function place(): Promise<Place> {
  return await makePlace([aiLine('a', 0), otherLine(0), aiLine('a', 1), aiLine('b', 0), aiLine('a', 2)]);
}

/** Replaces a text by one of the same length. */
function change(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8');
  expect(text).toContain(from);
  writeFileSync(path, text.replace(from, to));
}

describe('a session file that is not what the index says', () => {
  test.each<[string, (place: Place) => void, string]>([
    ['missing', (at) => rmSync(file(at, 'a.json')), 'is missing (a.json; 3 rounds)'],
    [
      'cut',
      (at) => truncateSync(file(at, 'a.json'), 100),
      'is shorter than the index says (a.json; 3 rounds)',
    ],
    [
      'another session’s',
      (at) => cpSync(file(at, 'a.json'), file(at, 'b.json')),
      'is not what the index says: from another session, or changed (b.json; 1 round)',
    ],
    [
      'of another session, with the same end',
      (at) => change(file(at, 'a.json'), '{"session_id":"a"', '{"session_id":"c"'),
      'is not what the index says: from another session, or changed (a.json; 3 rounds)',
    ],
    [
      'changed in its last round',
      (at) => change(file(at, 'a.json'), '"request_id":"a-2"', '"request_id":"a-9"'),
      'is not what the index says: from another session, or changed (a.json; 3 rounds)',
    ],
  ])('%s', async (_, damage, said) => {
    const at = await place();
    damage(at);
    const { findings } = await look(at);
    expect(findings).toMatchObject([{ severity: 'error', area: 'store' }]);
    expect(findings[0]?.what).toBe(`1 of 2 session files ${said}.`);
    expect(findings[0]?.fix).toContain(`monitor repair --data-dir ${at.dir}`);
  });

  test('each kind has its code, once', async () => {
    const at = await place();
    rmSync(file(at, 'a.json'));
    truncateSync(file(at, 'b.json'), 0);
    expect(await codesOf(at)).toEqual(['session-missing error', 'session-cut error']);
    rmSync(file(at, 'b.json'));
    const { findings } = await look(at);
    expect(findings.map(({ what }) => what)).toEqual([
      '2 of 2 session files are missing (a.json, b.json; 4 rounds).',
    ]);
  });

  test('in whose place is a pipe, or a link to itself: it is said that it was not looked at', async () => {
    for (const odd of ['pipe', 'loop']) {
      const at = await place();
      rmSync(file(at, 'a.json'));
      if (odd === 'pipe') spawnSync('mkfifo', [file(at, 'a.json')]);
      else symlinkSync('a.json', file(at, 'a.json'));
      const { findings } = await look(at);
      // The pipe has no bytes.
      const code = odd === 'pipe' ? 'session-cut' : 'session-unreadable';
      expect(findings).toMatchObject([{ code, severity: 'error' }]);
    }
  });

  test('that this user may not read: it is said that it was not looked at', async () => {
    const at = await place();
    const files: Files = {
      ...nodeFiles,
      open(path, how) {
        if (basename(path) === 'a.json')
          throw Object.assign(new Error('EACCES'), { code: 'EACCES', syscall: 'open' });
        return nodeFiles.open(path, how);
      },
    };
    const { findings } = await look(at, {}, files);
    expect(findings).toMatchObject([{ code: 'session-unreadable', severity: 'error' }]);
    expect(findings[0]?.what).toContain('so not checked (a.json; 3 rounds)');
  });
});

describe('--deep', () => {
  test('finds nothing in a sound store', async () => {
    expect(await codesOf(await place(), { deep: true })).toEqual([]);
  });

  test.each<[string, (place: Place) => void, string]>([
    [
      'a round in the middle that is no round',
      (at) => change(file(at, 'a.json'), '"round":2,', '"rownd":2,'),
      'session-damaged error',
    ],
    [
      'a request whose messages are not there',
      (at) => change(file(at, 'a.json'), '"new_messages"', '"new_massages"'),
      'session-damaged error',
    ],
    [
      'tokens that the index does not count',
      (at) => change(file(at, 'a.json'), '"input_tokens":100,', '"input_tokens":900,'),
      'session-damaged error',
    ],
    [
      'tokens that the index does not count, in a round without a checksum',
      (at) => {
        change(file(at, 'a.json'), '"input_tokens":100,', '"input_tokens":900,');
        change(file(at, 'a.json'), ',"crc":"', ',"old":"');
      },
      'index-differs error',
    ],
    [
      'a summary that was written over',
      (at) => change(file(at, 'a.json'), '"messages_count":3', '"messages_count":4'),
      'session-summary note',
    ],
  ])('finds %s, which the usual look does not', async (_, damage, found) => {
    const at = await place();
    damage(at);
    expect(await codesOf(at)).toEqual([]);
    expect(await codesOf(at, { deep: true })).toEqual([found]);
  });
});

test('a file that no session names is a note', async () => {
  const at = await place();
  writeFileSync(file(at, 'mine.json'), '{}');
  const { findings } = await look(at);
  expect(findings).toMatchObject([{ code: 'unnamed-files', severity: 'note', where: file(at, 'mine.json') }]);
});

test('a run that goes on meanwhile makes no finding', async () => {
  const at = await place();
  let isMoved = false;
  const files: Files = {
    ...nodeFiles,
    list(folder) {
      // Behind the look at the files: a commit, and a session that it begins.
      if (folder === at.dir && !isMoved) {
        isMoved = true;
        writeFileSync(file(at, 'new.json'), 'x');
        const state = stateOf(at);
        writeState(nodeFiles, file(at, '.state.json'), { ...state, commit: state.commit + 1 });
        rmSync(file(at, 'new.json'));
        return [...(nodeFiles.list(folder) ?? []), 'new.json'];
      }
      return nodeFiles.list(folder);
    },
  };
  const { findings } = await look(at, {}, files);
  expect([isMoved, findings]).toEqual([true, []]);
});

describe('what stands beside the sessions', () => {
  test('rejected lines that are cut', async () => {
    const at = await makePlace([aiLine('a', 0), '{"ai_log":"{cut"}\n']);
    truncateSync(file(at, '.rejected.jsonl'), 9);
    const { findings } = await look(at);
    expect(findings.map(({ code, severity }) => `${code} ${severity}`)).toEqual([
      'rejected-lines warning',
      'store-damaged warning',
    ]);
    expect(findings[1]?.what).toMatch(/^The list of rejected lines is cut short: 9 of \d+ bytes are left\./);
  });

  test('a price book of which a line has changed, in a store from before there were checksums', async () => {
    const at = await place();
    const { generation, length } = stateOf(at).prices;
    const { coverage: _, ...state } = stateOf(at);
    const older = { ...state, format: 3, prices: { generation, length } };
    writeFileSync(file(at, '.state.json'), JSON.stringify(older));
    change(file(at, '.prices-1.jsonl'), '"entry":1', '"entry":2');
    expect(await codesOf(at)).toEqual(['store-damaged error']);
  });
});

test('a session that grows between two runs is what the index says', async () => {
  const at = await place();
  appendFileSync(at.log, aiLine('a', 3));
  await run(at.dir, at.log);
  expect(await codesOf(at, { deep: true })).toEqual([]);
});
