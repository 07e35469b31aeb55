import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { run } from '../cli/run.ts';
import { ENGINES, type Engine } from '../engines/engine.ts';
import { LINES, newPlace, parse } from './make.ts';

const DEPLOY = 'deploy/clickhouse';

interface Panel {
  title: string;
  targets: { rawSql: string }[];
}

interface Dashboard {
  panels: Panel[];
  templating: { list: { query: string }[] };
}

const dashboard = JSON.parse(
  readFileSync(join(DEPLOY, 'grafana/dashboards/rounds.json'), 'utf8'),
) as Dashboard;

/** A query as Grafana's data source sends it: its macro, and the variable with all gateways chosen. */
function asSent(sql: string): string {
  return sql
    .replaceAll(
      /\$__timeFilter\((\w+)\)/g,
      "$1 >= toDateTime('2026-01-01 00:00:00') AND $1 <= toDateTime('2026-12-31 00:00:00')",
    )
    .replaceAll('${gateway:singlequote}', "'eu-1','us-1'");
}

test('the table of the compose file is the one that a push makes', async () => {
  const { out } = await run(['push', 'clickhouse', '--print-ddl', '26.7', '--database', 'usage']);
  expect(readFileSync(join(DEPLOY, 'initdb/10-rounds.sql'), 'utf8')).toBe(out);
});

test('no password is in the files of the deployment', () => {
  const files = readdirSync(DEPLOY, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.\w+$/.test(name),
  );
  for (const name of files) {
    for (const line of readFileSync(join(DEPLOY, name), 'utf8').split('\n'))
      if (/password[^ ]*[:=]/i.test(line)) expect(line, name).toMatch(/: \$|="?\$|"\$/);
  }
});

describe.each(ENGINES)("the dashboard's queries on $name", ({ start, missing }) => {
  let engine: Engine;
  beforeAll(async () => {
    if (missing) return;
    engine = await start();
    for (const [name, lines] of [
      ['eu-1', LINES.slice(0, 150)],
      ['us-1', LINES.slice(150)],
    ] as const) {
      const place = newPlace(name);
      await parse(place, lines);
      const { code, err } = await run([
        'push',
        'clickhouse',
        '--url',
        engine.url,
        '--create',
        '--data-dir',
        place.store,
      ]);
      expect(code, err).toBe(0);
    }
  }, 120_000);
  afterAll(() => engine?.stop());
  beforeEach((context) => {
    if (missing) context.skip();
  });

  async function answerOf(sql: string): Promise<string[][]> {
    const text = await engine.query(`${asSent(sql)} FORMAT TabSeparated`);
    return text
      .trim()
      .split('\n')
      .map((line) => line.split('\t'));
  }

  test.each(dashboard.panels.map(({ title, targets }) => ({ title, targets })))(
    '$title',
    async ({ title, targets }) => {
      expect(targets).toHaveLength(1);
      for (const { rawSql } of targets) {
        expect(rawSql).toContain('$__timeFilter(time)');
        const rows = await answerOf(rawSql);
        expect(rows.length, title).toBeGreaterThan(0);
        expect(rows[0]?.[0], title).not.toBe('');
      }
    },
  );

  test('totals are those of the store, and the variable lists the gateways', async () => {
    const one = async (title: string): Promise<number> => {
      const panel = dashboard.panels.find((each) => each.title === title);
      const [[value] = []] = await answerOf(panel?.targets[0]?.rawSql ?? '');
      return Number(value);
    };
    expect([await one('Rounds'), await one('Tokens'), await one('Unpriced')]).toEqual([154, 494_746, 5]);
    expect(await one('Cost')).toBeCloseTo(0.467, 4);
    const [variable] = dashboard.templating.list;
    expect(await answerOf(variable?.query ?? '')).toEqual([['eu-1'], ['us-1']]);
  });
});
