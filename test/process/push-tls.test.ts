import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { expect } from 'vitest';
import { ENGINES } from '../engines/engine.ts';
import { openGate } from '../engines/gate.ts';
import { makeFolder } from '../platform/make.ts';
import { canRun, parseWell, start, testUnless, type Ran } from './make.ts';

const kind = ENGINES.find(({ missing }) => !missing);
const missing = !canRun('openssl', 'version')
  ? 'openssl is not installed'
  : !kind && 'there is no ClickHouse';

function makeCertificate(dir: string): { key: Buffer; cert: Buffer; certFile: string } {
  const [keyFile, certFile] = [join(dir, 'key.pem'), join(dir, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  const made = [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-days',
    '2',
    '-keyout',
    keyFile,
    '-out',
    certFile,
  ];
  expect(spawnSync('openssl', [...made, ...subject]).status).toBe(0);
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile };
}

function monitorWith(env: Record<string, string>, argv: readonly string[]): Promise<Ran> {
  const variables = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  return start('env', [...variables, process.execPath, 'bin/monitor.js', ...argv]).ended;
}

testUnless(missing)(
  'a push over TLS trusts an authority that is named, and no other',
  { timeout: 120_000 },
  async () => {
    const dir = makeFolder();
    const store = join(dir, 'eu-1');
    const { key, cert, certFile } = makeCertificate(dir);
    const engine = await kind!.start();
    const gate = await openGate(engine.url);
    const server = createServer({ key, cert }, (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', async () => {
        const body = Buffer.concat(chunks);
        const answer = await fetch(`${gate.url}${request.url}`, { method: 'POST', body });
        response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()));
      });
    });
    try {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `https://localhost:${(server.address() as AddressInfo).port}`;
      await parseWell('fixtures/access.log', store);
      const argv = ['push', 'clickhouse', '--url', url, '--data-dir', store, '--create', '--retries', '0'];
      const push = (env: Record<string, string>): Promise<Ran> => monitorWith(env, argv);
      const refused = await push({});
      expect(refused.code).toBe(74);
      expect(refused.err).toMatch(
        /^monitor: https:\/\/localhost:\d+ has a certificate that is not trusted \(\w+\)\. Name the file of its authority in NODE_EXTRA_CA_CERTS\. Nothing is lost/,
      );
      const trusted = await push({ NODE_EXTRA_CA_CERTS: certFile });
      expect(trusted, trusted.err).toMatchObject({ code: 0, err: '' });
      expect(await engine.query('SELECT count() FROM default.rounds')).toBe('154\n');
    } finally {
      server.closeAllConnections();
      server.close();
      await gate.stop();
      await engine.stop();
    }
  },
);

testUnless(!canRun('openssl', 'version') && 'openssl is not installed')(
  'so does a push to a collector',
  { timeout: 120_000 },
  async () => {
    const dir = makeFolder();
    const store = join(dir, 'eu-1');
    const { key, cert, certFile } = makeCertificate(dir);
    const server = createServer({ key, cert }, (request, response) => {
      request.resume().on('end', () => response.end('{}'));
    });
    try {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const url = `https://localhost:${(server.address() as AddressInfo).port}`;
      await parseWell('fixtures/access.log', store);
      const argv = ['push', 'otlp', '--url', url, '--data-dir', store, '--retries', '0'];
      const refused = await monitorWith({}, argv);
      expect(refused.code).toBe(74);
      expect(refused.err).toMatch(
        /^monitor: https:\/\/localhost:\d+\/v1\/traces has a certificate that is not trusted \(\w+\)\. Name the file/,
      );
      expect(await monitorWith({ NODE_EXTRA_CA_CERTS: certFile }, argv)).toMatchObject({ code: 0, err: '' });
      expect(
        (
          await monitorWith({}, [
            ...argv.slice(0, 2),
            '--url',
            url.replace('https', 'http'),
            ...argv.slice(4),
          ])
        ).err,
      ).toMatch(/cannot reach http:/);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  },
);
