import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** A real ClickHouse that answers over HTTP. */
export interface Engine {
  url: string;
  /** The answer to a query. Throws for an error. */
  query(sql: string): Promise<string>;
  stop(): Promise<void>;
}

/** A kind of engine; `missing`: why it cannot be started here, which a skipped test prints. */
export interface EngineKind {
  name: string;
  dialect: 'old' | 'current';
  missing: string | undefined;
  start(): Promise<Engine>;
}

const CHDB = process.env['MONITOR_CHDB'];
const SERVER = ['/usr/bin/clickhouse-server', '/usr/sbin/clickhouse-server'].find((path) => existsSync(path));

/** Debian's ClickHouse 18.16, and a current one: chdb is ClickHouse as a library, here behind its HTTP interface. */
export const ENGINES: readonly EngineKind[] = [
  {
    name: 'ClickHouse 18.16',
    dialect: 'old',
    missing: SERVER ? undefined : 'clickhouse-server is not installed',
    start: startServer,
  },
  {
    name: 'chdb',
    dialect: 'current',
    missing: CHDB ? undefined : 'MONITOR_CHDB does not name the folder of the npm package chdb',
    start: startChdb,
  },
];

for (const { name, missing } of ENGINES)
  if (missing) process.stderr.write(`tests with ${name} are skipped: ${missing}\n`);

async function startServer(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-clickhouse-'));
  const [http = 0, tcp = 0, other = 0] = [await freePort(), await freePort(), await freePort()];
  for (const name of ['data', 'tmp', 'files']) mkdirSync(join(folder, name));
  writeFileSync(join(folder, 'users.xml'), USERS);
  writeFileSync(
    join(folder, 'config.xml'),
    `<yandex><logger><level>error</level><log>${folder}/log</log><errorlog>${folder}/errors</errorlog></logger>
<http_port>${http}</http_port><tcp_port>${tcp}</tcp_port><interserver_http_port>${other}</interserver_http_port>
<listen_host>127.0.0.1</listen_host><path>${folder}/data/</path><tmp_path>${folder}/tmp/</tmp_path>
<user_files_path>${folder}/files/</user_files_path><users_config>${folder}/users.xml</users_config>
<default_profile>default</default_profile><default_database>default</default_database>
<mark_cache_size>268435456</mark_cache_size><timezone>Asia/Shanghai</timezone></yandex>`,
  );
  const args = [`--config-file=${join(folder, 'config.xml')}`];
  const child = spawn(SERVER ?? '', args, { stdio: 'ignore', cwd: folder });
  return ready(child, `http://127.0.0.1:${http}`, folder);
}

/** `default` has no password; `reader` may not write; `writer` has the password `s3cret:/@`. */
const USERS = `<yandex><profiles><default/><readonly><readonly>1</readonly></readonly></profiles><users>
<default><password></password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></default>
<reader><password></password><networks><ip>127.0.0.1</ip></networks><profile>readonly</profile><quota>default</quota></reader>
<writer><password>s3cret:/@</password><networks><ip>127.0.0.1</ip></networks><profile>default</profile><quota>default</quota></writer>
</users><quotas><default/></quotas></yandex>`;

async function startChdb(): Promise<Engine> {
  const folder = mkdtempSync(join(tmpdir(), 'monitor-chdb-'));
  const port = await freePort();
  const args = [
    resolve('test/engines/chdb-server.cjs'),
    resolve(CHDB ?? ''),
    String(port),
    join(folder, 'data'),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'], cwd: folder });
  return ready(child, `http://127.0.0.1:${port}`, folder);
}

async function ready(child: ChildProcess, url: string, folder: string): Promise<Engine> {
  const ended = once(child, 'exit');
  const engine: Engine = {
    url,
    async query(sql) {
      const answer = await fetch(url, { method: 'POST', body: sql });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text;
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await ended;
      }
      rmSync(folder, { recursive: true, force: true });
    },
  };
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) break;
    try {
      await engine.query('SELECT 1');
      return engine;
    } catch {
      await new Promise((done) => setTimeout(done, 50));
    }
  }
  await engine.stop();
  throw new Error(`${child.spawnfile} ${child.spawnargs.join(' ')} did not start`);
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}
