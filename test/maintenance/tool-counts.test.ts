import { appendFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { fc } from '../fast-check.ts';
import { pruneStore } from '../../src/maintenance/prune/prune-store.ts';
import { reindexStore } from '../../src/maintenance/reindex/reindex.ts';
import { repairStore } from '../../src/maintenance/repair/repair.ts';
import { toolCountsOf, withoutTools, type ToolCounts } from '../../src/model/tool-counts.ts';
import { nodeFiles } from '../../src/platform/files.ts';
import { StoredIndex } from '../../src/store/index/index.ts';
import { readSnapshot } from '../../src/store/read.ts';
import { replaceIndex } from '../../src/store/reindex.ts';
import { coverageOf, readState } from '../../src/store/state.ts';
import { openStore } from '../../src/store/store.ts';
import { makeFolder, run } from '../ingest/make.ts';
import { sessionLines, Talk, type Said } from '../site/session/make.ts';

const NOW = Date.UTC(2026, 5, 1);

/** A loop of an agent: two calls in each round, of which the first fails in every other round. */
function openAi(rounds: number): Said[] {
  const talk = new Talk().ask('go');
  return Array.from({ length: rounds }, (_, i) => {
    const said = talk.answer(null, [
      { id: `a${i}`, name: 'bash', args: { i } },
      { id: `b${i}`, name: `read_${i % 3}`, args: {} },
    ]);
    talk.result(`a${i}`, i % 2 === 0 ? `exit code ${i + 1}` : 'exit code 0').result(`b${i}`, 'text');
    return said;
  });
}

/** The same by a client like Claude Code, which marks the last two messages of each request for the cache. */
function claude(rounds: number, isLogged = true): Said[] {
  const messages: { role: string; content: object[] }[] = [
    { role: 'user', content: [{ type: 'text', text: 'go' }] },
  ];
  const marked = (): object[] =>
    messages.map(({ role, content }, i) => ({
      role,
      content: content.map((part) =>
        i >= messages.length - 2 ? { ...part, cache_control: { type: 'ephemeral' } } : part,
      ),
    }));
  return Array.from({ length: rounds }, (_, i) => {
    const said = { model: 'claude-x', messages: marked(), answer: null, ...(isLogged && { tool_calls: [{ id: `t${i}`, name: 'Bash' }] }) };
    messages.push({ role: 'assistant', content: [{ type: 'tool_use', id: `t${i}`, name: 'Bash', input: {} }] });
    const result = { type: 'tool_result', tool_use_id: `t${i}`, content: `result ${i}`, is_error: i < 2 };
    messages.push({ role: 'user', content: [result] });
    return said;
  });
} // prettier-ignore

/** Nothing of tools in the first two rounds: the gateway cut the requests. */
const late: Said[] = [
  { model: 'm', messages: '[{"role":"user…', answer: 'a' },
  { model: 'm', messages: '[{"role":"user…', answer: 'b' },
  ...openAi(2),
];

const SESSIONS: [id: string, said: Said[]][] = [
  ['chat', openAi(6)],
  ['claude', claude(5)],
  ['late', late],
  // The plugin does not log the calls of Claude's answers that are not streamed.
  ['unlogged', claude(5, false)],
  ['mute', [{ model: 'm', input_token: 5 }]],
  ['words', [{ model: 'm', messages: [{ role: 'user', content: 'exit code 1' }], answer: 'ok' }]],
];
/** In the order of their times. */
const LINES = Array.from({ length: 6 }, (_, i) =>
  SESSIONS.flatMap(([id, said]) => sessionLines(id, said)[i] ?? []),
).flat();

const READS = [['read_0', 2, 0], ['read_1', 2, 0], ['read_2', 2, 0]]; // prettier-ignore
const EXPECTED: Record<string, ToolCounts> = {
  chat: { tools: [['bash', 6, 3], ...READS] as ToolCounts['tools'] & {}, tool_bytes: [55, 8, 8, 4] },
  claude: { tools: [['Bash', 5, 2]], tool_bytes: [32] },
  late: { tools: [['bash', 2, 1], ['read_0', 1, 0], ['read_1', 1, 0]], tools_from: 3, tool_bytes: [11, 4, 0] },
  mute: {},
  // The last answer's call was not sent back.
  unlogged: { tools: [['Bash', 4, 2]], tool_bytes: [32] },
  words: { tools: [] },
}; // prettier-ignore

function toolsIn(store: string): Record<string, ToolCounts> {
  const all = [...readSnapshot(store).sessions.values()].map(
    (entry) => [entry.id, toolCountsOf(entry)] as const,
  );
  return Object.fromEntries(all.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

interface Scene {
  log: string;
  store: string;
}

async function makeScene(lines: readonly string[] = LINES): Promise<Scene> {
  const folder = makeFolder();
  const scene = { log: join(folder, 'access.log'), store: join(folder, 'sessions') };
  writeFileSync(scene.log, lines.join(''));
  await run(scene.store, scene.log);
  return scene;
}

/** Replaces the index by one whose entries were changed, as an earlier build would have left it. */
function changeEntries(
  { store: dir }: Scene,
  change: (entry: object & ToolCounts, id: string) => object,
): void {
  const store = openStore(nodeFiles, dir);
  const state = readState(nodeFiles, store.statePath, store.id);
  const index = new StoredIndex(nodeFiles, dir, state);
  const values = [...index.sessions.values()].map((entry) => change(entry, entry.id) as typeof entry);
  const sessions = { ...index.sessions, values: () => values };
  replaceIndex(nodeFiles, store, state, { closed: index.closed, sessions }, coverageOf(state));
  index.close();
}

/** What a session remembers of its past is after its rounds, and a killed run may have overwritten it. */
function loseSummaries(store: string): void {
  for (const { file, end } of readSnapshot(store).sessions.values()) truncateSync(join(store, file), end);
}

function loseIndex({ store }: Scene): void {
  const { index } = JSON.parse(readFileSync(join(store, '.state.json'), 'utf8'));
  for (const name of [`.index-${index.generation}.base`, `.index-${index.generation}.jsonl`])
    nodeFiles.remove(join(store, name));
}

const prune = (scene: Scene, content: boolean): unknown =>
  pruneStore(nodeFiles, { dir: scene.store, before: NOW, content, isDryRun: false, now: NOW });

test('a run counts calls by tool, and each failed result once', async () => {
  expect(toolsIn((await makeScene()).store)).toEqual(EXPECTED);
});

test('a store without texts counts nothing', async () => {
  const folder = makeFolder();
  writeFileSync(join(folder, 'access.log'), LINES.join(''));
  await run(join(folder, 's'), join(folder, 'access.log'), { filters: { no_content: true } });
  expect(Object.values(toolsIn(join(folder, 's')))).toEqual(SESSIONS.map(() => ({})));
});

test('several runs, several commits, sessions that are given up between them, and kills count the same', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(fc.nat(LINES.length), { maxLength: 4 }),
      fc.constantFrom(1, 3000, 1 << 20),
      fc.constantFrom(0, 1 << 20),
      fc.constantFrom('fast' as const, 'slow' as const),
      fc.boolean(),
      async (cuts, batchSize, heldWeight, linePath, areKilled) => {
        const folder = makeFolder();
        const log = join(folder, 'access.log');
        const ends = [...cuts.toSorted((a, b) => a - b), LINES.length];
        let from = 0;
        for (const to of ends) {
          appendFileSync(log, LINES.slice(from, to).join(''));
          await run(join(folder, 's'), log, { batchSize, heldWeight, linePath });
          if (areKilled) loseSummaries(join(folder, 's'));
          from = to;
        }
        expect(toolsIn(join(folder, 's'))).toEqual(EXPECTED);
      },
    ),
    { numRuns: 12 },
  );
});

describe('counted again from the session files', () => {
  test('by reindex, for entries that lack them or have others', async () => {
    const scene = await makeScene();
    changeEntries(scene, (entry, id) =>
      id === 'claude' ? { ...entry, tools: [['x', 1, 1]] } : withoutTools(entry),
    );
    expect(toolsIn(scene.store)).toEqual({ chat: {}, claude: { tools: [['x', 1, 1]], tool_bytes: [32] }, late: {}, mute: {}, unlogged: {}, words: {} }); // prettier-ignore
    reindexStore(nodeFiles, scene.store, {});
    expect(toolsIn(scene.store)).toEqual(EXPECTED);
  });

  test('by repair, if the index is lost', async () => {
    const scene = await makeScene();
    loseIndex(scene);
    await repairStore(nodeFiles, scene.store, true);
    expect(toolsIn(scene.store)).toEqual(EXPECTED);
  });

  test('by repair, if rounds are lost: only those that are left', async () => {
    const scene = await makeScene();
    const path = join(scene.store, 'chat.json');
    const lines = readFileSync(path, 'utf8').split('\n');
    writeFileSync(path, lines.with(4, `x${lines[4]}`).join('\n'));
    nodeFiles.remove(scene.log);
    await repairStore(nodeFiles, scene.store, true);
    const tools = [['bash', 3, 1], ['read_0', 1, 0], ['read_1', 1, 0], ['read_2', 1, 0]]; // prettier-ignore
    expect(toolsIn(scene.store)).toEqual({ ...EXPECTED, chat: { tools, tool_bytes: [22, 4, 4, 0] } });
  });

  test('by repair, if the rounds are read again from the log', async () => {
    const scene = await makeScene();
    nodeFiles.remove(join(scene.store, 'chat.json'));
    await repairStore(nodeFiles, scene.store, true);
    expect(toolsIn(scene.store)).toEqual(EXPECTED);
  });
});

test('a session that an earlier build began counts from its next round on', async () => {
  const scene = await makeScene(LINES.filter((line) => line.includes(String.raw`\"claude\"`)).slice(0, 2));
  changeEntries(scene, (entry) => withoutTools(entry));
  appendFileSync(scene.log, LINES.filter((line) => line.includes(String.raw`\"claude\"`)).slice(2).join('')); // prettier-ignore
  await run(scene.store, scene.log);
  expect(toolsIn(scene.store)).toEqual({
    claude: { tools: [['Bash', 3, 1]], tools_from: 3, tool_bytes: [24] },
  });
  reindexStore(nodeFiles, scene.store, {});
  expect(toolsIn(scene.store)).toEqual({ claude: EXPECTED['claude'] });
});

test('an earlier build did not count bytes: they count from the next round on, and from the first after a reindex', async () => {
  const lines = LINES.filter((line) => line.includes(String.raw`\"claude\"`));
  const scene = await makeScene(lines.slice(0, 2));
  const tools: ToolCounts['tools'] = [['Bash', 2, 1]];
  expect(toolsIn(scene.store)).toEqual({ claude: { tools, tool_bytes: [8] } });
  changeEntries(scene, (entry) => ({ ...withoutTools(entry), tools }));
  appendFileSync(scene.log, lines.slice(2).join(''));
  await run(scene.store, scene.log);
  const late = { tools: [['Bash', 5, 2]], tool_bytes: [24], tool_bytes_from: 3 };
  expect(toolsIn(scene.store)).toEqual({ claude: late });
  // Nothing is wrong with such a store.
  expect(await repairStore(nodeFiles, scene.store, false)).toMatchObject({ problems: [] });
  reindexStore(nodeFiles, scene.store, {});
  expect(toolsIn(scene.store)).toEqual({ claude: EXPECTED['claude'] });
});

describe('after a prune', () => {
  const half = LINES.length >> 1;
  /** What was logged just before is gone, so a call that is sent back then may have been counted. */
  const PRUNED = { ...EXPECTED, unlogged: { tools: [['Bash', 3, 2]], tool_bytes: [32] } };

  test('of texts, the counts stay, and go on', async () => {
    const scene = await makeScene(LINES.slice(0, half));
    const before = toolsIn(scene.store);
    prune(scene, true);
    expect(toolsIn(scene.store)).toEqual(before);
    reindexStore(nodeFiles, scene.store, {});
    expect(toolsIn(scene.store)).toEqual(before);
    appendFileSync(scene.log, LINES.slice(half).join(''));
    await run(scene.store, scene.log);
    reindexStore(nodeFiles, scene.store, {});
    // The next request of each session stores all of its messages again: only the last results count.
    expect(toolsIn(scene.store)).toEqual(PRUNED);
    expect(await repairStore(nodeFiles, scene.store, true)).toMatchObject({ problems: [] });
  });

  test('of texts, a lost index leaves only what was counted later', async () => {
    const scene = await makeScene(LINES.slice(0, half));
    prune(scene, true);
    appendFileSync(scene.log, LINES.slice(half).join(''));
    await run(scene.store, scene.log);
    loseIndex(scene);
    await repairStore(nodeFiles, scene.store, true);
    const { claude: counts } = toolsIn(scene.store);
    expect(counts).toEqual({ tools: [['Bash', 3, 1]], tools_from: 3, tool_bytes: [24] });
  });

  test('of rounds, the counts stay, go on, and are found again', async () => {
    const scene = await makeScene(LINES.slice(0, half));
    const before = toolsIn(scene.store);
    prune(scene, false);
    expect(toolsIn(scene.store)).toEqual(before);
    appendFileSync(scene.log, LINES.slice(half).join(''));
    await run(scene.store, scene.log);
    expect(toolsIn(scene.store)).toEqual(PRUNED);
    reindexStore(nodeFiles, scene.store, {});
    expect(toolsIn(scene.store)).toEqual(PRUNED);
    prune(scene, false);
    expect(toolsIn(scene.store)).toEqual(PRUNED);
    loseIndex(scene);
    await repairStore(nodeFiles, scene.store, true);
    expect(toolsIn(scene.store)).toEqual(PRUNED);
  });
});
