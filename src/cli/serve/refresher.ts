import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { ExitCode } from '../../platform/errors.ts';

export interface RefreshOptions {
  /** Node and the program's file. */
  program: { node: string; script: string };
  /** Undefined: something else runs parse. */
  parseArgs: readonly string[] | undefined;
  renderArgs: readonly string[];
  /** Told of what the runs say on stderr, if it is not what they said the last time. */
  say: (text: string) => void;
}

/**
 * Brings store and site up to date, each in a process of its own, as cron does: a long render does not keep visitors
 * waiting, and its memory is given back.
 */
export class Refresher {
  readonly #options: RefreshOptions;
  #child: ChildProcess | undefined;
  #said = '';
  #isStopped = false;

  constructor(options: RefreshOptions) {
    this.#options = options;
  }

  /** The exit code of the command that failed, or 0. A run that waits for another one (75) has not failed. */
  async run(): Promise<number> {
    const { parseArgs, renderArgs, say } = this.#options;
    const parsed = parseArgs ? await this.#start(['parse', '--quiet', ...parseArgs]) : DONE;
    const isStored = parsed.code === ExitCode.ok || parsed.code === ExitCode.busy;
    const rendered =
      isStored && !this.#isStopped ? await this.#start(['render', '--quiet', ...renderArgs]) : DONE;
    const said = parsed.said + rendered.said;
    if (said !== this.#said && !this.#isStopped) say(said);
    this.#said = said;
    if (!isStored) return parsed.code;
    return rendered.code === ExitCode.busy ? ExitCode.ok : rendered.code;
  }

  /** Ends the command that runs, as Ctrl-C does, and waits for its end. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    const child = this.#child;
    if (!child) return;
    child.kill('SIGTERM');
    await once(child, 'close');
  }

  #start(args: readonly string[]): Promise<{ code: number; said: string }> {
    const { node, script } = this.#options.program;
    return new Promise((resolve, reject) => {
      // A group of its own: Ctrl-C reaches this process only, which then ends the child.
      const child = spawn(node, [script, ...args], { stdio: ['ignore', 'ignore', 'pipe'], detached: true });
      this.#child = child;
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-MOST_SAID)));
      child.on('error', reject);
      child.on('close', (code) => {
        this.#child = undefined;
        resolve({ code: code ?? ExitCode.fault, said });
      });
    });
  }
}

const DONE = { code: ExitCode.ok as number, said: '' };

const MOST_SAID = 16_384;
