import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { isIPv6, type AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { cleanLine } from '../../platform/clean-text.ts';
import {
  ExitCode,
  InputOutputError,
  isSystemError,
  MonitorError,
  NoAnswer,
  UsageError,
} from '../../platform/errors.ts';
import { errorCode } from '../../platform/files.ts';
import { remedyText } from '../../platform/system-errors.ts';
import { jsonPath, pagePath, sessionName } from '../../site/names.ts';
import { readSnapshot } from '../../store/read.ts';
import type { Context } from '../context.ts';
import { sessionOf } from '../reporting/session-argument.ts';
import { passwordCredentials, tokenCredentials, type Credentials } from '../serve/credentials.ts';
import { givenOptions } from '../serve/given-options.ts';
import { isLoopback } from '../serve/host-names.ts';
import { Refresher } from '../serve/refresher.ts';
import { makeSiteServer, type SiteServer } from '../serve/site-server.ts';
import { listenForInterrupts } from '../terminal/interrupts.ts';
import type { StoreOptions } from '../options/store-options.ts';

export interface ServeOptions extends StoreOptions {
  port: number;
  host: string;
  siteDir: string;
  timezone?: string;
  /** Seconds. */
  refreshInterval: number;
  /** false: --no-parse */
  parse: boolean;
  passwordFile?: string;
  allowHost?: string[];
}

/** The options of `parse`. */
const PARSE_OPTIONS: ReadonlySet<string> = new Set<keyof StoreOptions>([
  'logPath',
  'dataDir',
  'stateFile',
  'sessionKey',
  'since',
  'prices',
  'priceList',
  'currency',
  'content',
  'redact',
  'redactPatterns',
  'keep',
  'drop',
  'dimension',
  'gateway',
]);
const RENDER_OPTIONS: ReadonlySet<string> = new Set(['dataDir', 'siteDir', 'timezone']);

/** Serves the site and keeps it up to date, until it is stopped. Works beside cron: whichever holds the lock stores. */
export async function serve(context: Context, options: ServeOptions, command: Command): Promise<void> {
  const { host, port, siteDir, dataDir } = options;
  const server = makeSiteServer({
    siteDir: resolve(siteDir),
    hosts: [host, ...(options.allowHost ?? [])],
    credentials: credentialsOf(context, options),
    findSession: (id) => pathsOf(dataDir, id),
    isReady: () => existsSync(join(siteDir, 'index.html')),
    onFault: (error) => context.warn(`monitor: ${cleanLine(String(error))}\n`),
  });
  const refresher = new Refresher({
    program: context.program,
    parseArgs: options.parse ? givenOptions(command, PARSE_OPTIONS) : undefined,
    renderArgs: givenOptions(command, RENDER_OPTIONS),
    say: context.warn,
  });
  await listen(server, host, port);
  const interrupts = listenForInterrupts();
  try {
    const code = (await Promise.race([refresher.run(), interrupts.stopped])) ?? ExitCode.ok;
    // What was wrong has been said. Later it may be for a moment only: a log is rotated, or a disk was full.
    if (code !== ExitCode.ok) throw new MonitorError(code, '');
    if (!interrupts.isStopped) await context.write(`${addressOf(server)} (Ctrl-C ends it)\n`);
    while (!interrupts.isStopped) {
      await interrupts.wait(options.refreshInterval * 1000);
      if (!interrupts.isStopped) await Promise.race([refresher.run(), interrupts.stopped]);
    }
  } finally {
    interrupts.close();
    server.close();
    server.closeAllConnections();
    await refresher.stop();
  }
}

/** Throws UsageError unless those who reach the server have to say who they are, or are on this machine. */
function credentialsOf(
  { env }: Context,
  { host, passwordFile }: Pick<ServeOptions, 'host' | 'passwordFile'>,
): Credentials | undefined {
  const token = env['MONITOR_TOKEN'];
  if (passwordFile !== undefined && token !== undefined)
    throw new UsageError('--password-file and MONITOR_TOKEN cannot be used together');
  if (passwordFile !== undefined) return passwordCredentials(readText(passwordFile), passwordFile);
  if (token !== undefined) return tokenCredentials(token);
  if (isLoopback(host)) return undefined;
  throw new UsageError(
    `--host ${host} lets other machines read these conversations: add --password-file <file>, or set MONITOR_TOKEN`,
  );
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (!isSystemError(error)) throw error;
    throw new InputOutputError(`cannot read ${path}: ${remedyText(error)}`, { cause: error });
  }
}

function pathsOf(dataDir: string, id: string): ReturnType<SiteServer['findSession']> {
  const { sessions, close } = readSnapshot(dataDir);
  try {
    const name = sessionName(sessionOf(sessions, id, dataDir));
    return { page: pagePath(name), json: jsonPath(name) };
  } catch (error) {
    if (error instanceof NoAnswer) return { problem: error.message };
    throw error;
  } finally {
    close();
  }
}

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const why = LISTEN_PROBLEMS[errorCode(error)];
    if (why === undefined) throw error;
    throw new InputOutputError(`cannot listen on port ${port} of ${host}: ${why}`, { cause: error });
  }
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EACCES: 'only root may use this port. Choose one above 1023 with --port',
  EADDRINUSE: 'another program uses it. Choose another one with --port',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'no such host is known',
  EAI_AGAIN: 'the name cannot be looked up right now',
};

function addressOf(server: Server): string {
  const { address, port } = server.address() as AddressInfo;
  return `http://${isIPv6(address) ? `[${address}]` : address}:${port}/`;
}
