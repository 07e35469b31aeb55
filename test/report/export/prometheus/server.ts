import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { environment } from '../../../process/make.ts';

/** Whether Debian's package `prometheus` is installed. If not, its tests are skipped, and a message is printed. */
export const hasPrometheus = ['prometheus', 'promtool'].every(
  (name) => spawnSync(name, ['--version'], { env: environment }).status === 0,
);
if (!hasPrometheus)
  process.stderr.write('skipped: tests with prometheus and promtool, which are not installed here\n');

/** What promtool says to an input; its exit code is 0 if it has nothing to say. */
export function promtool(args: readonly string[], input = ''): { code: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync('promtool', args, {
    env: environment,
    input,
    encoding: 'utf8',
  });
  return { code: status, said: stdout + stderr };
}

/** A Prometheus that reads a text every second, and answers queries on it. */
export class Prometheus {
  /** What it reads. */
  text: string;
  readonly #url: string;

  private constructor(text: string, url: string) {
    this.text = text;
    this.#url = url;
  }

  static async start(folder: string, text: string): Promise<Prometheus> {
    const port = await freePort();
    const prometheus = new Prometheus(text, `http://127.0.0.1:${port}`);
    const target = await listen(createServer((_, response) => response.end(prometheus.text)));
    mkdirSync(folder, { recursive: true });
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs: [{ job_name: t, scrape_interval: 1s, honor_labels: true, static_configs: [{ targets: ['127.0.0.1:${target}'] }] }]`,
    );
    const args = [
      `--config.file=${config}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
    ];
    const child = spawn('prometheus', args, { env: environment, stdio: 'ignore' });
    onTestFinished(() => void child.kill('SIGKILL'));
    return prometheus;
  }

  /** The results of a query; throws what Prometheus says against it. */
  async query(query: string): Promise<{ metric: Record<string, string>; value: [number, string] }[]> {
    const response = await fetch(`${this.#url}/api/v1/query?${new URLSearchParams({ query })}`);
    const answer = await response.json();
    if (answer.status !== 'success') throw new Error(`${query}: ${answer.error}`);
    return answer.data.result;
  }

  /** Waits until a query has a result. */
  async until(query: string): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      const results = await this.query(query).catch(() => []);
      if (results.length > 0) return;
      if (attempt === 300) throw new Error(`still no result: ${query}`);
      await setTimeout(200);
    }
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
