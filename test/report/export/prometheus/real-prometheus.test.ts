import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { answered } from '../../../cli/outcome-store.ts';
import { makeFolder } from '../../../platform/make.ts';
import { hasPrometheus, Prometheus, promtool } from './server.ts';

const root = new URL('../../../../', import.meta.url);
const fixture = readFileSync(new URL('fixtures/access.log', root), 'utf8');
const dashboardPath = new URL('deploy/prometheus/dashboard.json', root);

interface Dashboard {
  panels: { title: string; targets: { expr: string }[] }[];
}

const dashboard = JSON.parse(readFileSync(dashboardPath, 'utf8')) as Dashboard;

describe.skipIf(!hasPrometheus)('Prometheus', () => {
  test('promtool finds nothing against the metrics, also of hostile names', async () => {
    const folder = makeFolder();
    const log = join(folder, 'access.log');
    const hostile = ['a"b\\c', 'two\nlines', '\ud800', '\u001b[31m', '\u0000'].map((consumer, i) =>
      JSON.stringify({
        ai_log: JSON.stringify({ session_id: 's', model: consumer, consumer, input_token: i }),
        start_time: '2026-02-01T12:00:00Z',
        response_code: '200',
      }),
    );
    writeFileSync(log, `${fixture}${hostile.join('\n')}\n`);
    const store = join(folder, 'store');
    await answered('parse', '--log-path', log, '--output-dir', store);
    const text = await answered('export', '-', '--format', 'prometheus', '--data-dir', store);
    expect(promtool(['check', 'metrics'], text)).toEqual({ code: 0, said: '' });
  });

  test('every query of the dashboard has a result', { timeout: 120_000 }, async () => {
    const folder = makeFolder();
    const [log, store] = [join(folder, 'access.log'), join(folder, 'store')];
    // A request that timed out, early and late.
    const late = JSON.stringify({
      ai_log: JSON.stringify({ session_id: 's', model: 'm', llm_service_duration: 9000 }),
      start_time: '2026-02-05T12:00:00Z',
      response_code: '504',
      response_flags: 'UT',
    });
    const lines = [late, ...fixture.trim().split('\n'), late.replace(':9000', ':9001')];
    const exported = async (to: number): Promise<string> => {
      writeFileSync(log, lines.slice(0, to).join('\n') + '\n');
      await answered('parse', '--log-path', log, '--output-dir', store);
      return answered('export', '-', '--format', 'prometheus', '--data-dir', store);
    };
    const prometheus = await Prometheus.start(join(folder, 'prometheus'), await exported(lines.length >> 1));
    await prometheus.until('agent_session_sessions');
    const before = Number((await prometheus.query('sum(agent_session_requests_total)'))[0]?.value[1]);
    prometheus.text = await exported(lines.length);
    await prometheus.until(`sum(agent_session_requests_total) > ${before}`);
    await prometheus.until('sum(rate(agent_session_requests_total[1m])) > 0');
    for (const { title, targets } of dashboard.panels) {
      for (const { expr } of targets) {
        const query = expr
          .replaceAll(/\$(?:gateway|model|consumer)\b/g, '.*')
          .replaceAll('$__rate_interval', '1m')
          .replaceAll('$__range', '1h');
        expect(query, title).not.toContain('$');
        expect(await prometheus.query(query), `${title}: ${query}`).not.toEqual([]);
      }
    }
  });

  test('the rules for alerts are rules', () => {
    const path = fileURLToPath(new URL('deploy/prometheus/alerts.yml', root));
    expect(promtool(['check', 'rules', path])).toMatchObject({ code: 0 });
  });
});
