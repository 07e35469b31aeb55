import type { SessionHead } from '../../model/session-entry.ts';
import { readRound } from '../../session-format/read-round.ts';
import type { Snapshot } from '../../store/read.ts';
import { newMemory } from '../../store/round-bytes.ts';
import { saidIn, type Said } from './said.ts';

/** The names of the tools whose results say only which call they answer. */
export class ToolNames {
  readonly #blocksOf: Snapshot['blocks'];
  readonly #session: SessionHead;
  readonly #byId = new Map<string, string>();
  /** The calls of all rounds up to this one are known. */
  #read = 0;

  constructor(blocksOf: Snapshot['blocks'], session: SessionHead) {
    this.#blocksOf = blocksOf;
    this.#session = session;
  }

  /** To be called with everything in the rounds that are read anyway: usually a call comes with its result. */
  note({ part, tool, callId }: Said): void {
    if (part === 'call' && tool !== null && callId !== null) this.#byId.set(callId, tool);
  }

  /** Of a call, or of a result in this round; null if it is neither, or if its call is not stored. */
  of({ part, tool, callId }: Said, round: number): string | null {
    if (part !== 'result' || tool !== null || callId === null) return tool;
    const known = this.#byId.get(callId);
    if (known !== undefined || round <= this.#read) return known ?? null;
    this.#readAll();
    return this.#byId.get(callId) ?? null;
  }

  /** Reads the session's calls, once: a store may have many results whose calls are far away. */
  #readAll(): void {
    this.#read = this.#session.rounds;
    for (const { bytes, rounds } of this.#blocksOf(this.#session, newMemory())) {
      for (const { from, to } of rounds)
        for (const said of saidIn(readRound(bytes.toString('utf8', from, to)))) this.note(said);
    }
  }
}
