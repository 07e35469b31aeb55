import { failureOf } from '../../ai-log/tool-outcome.ts';
import type { StoredRound } from '../../session-format/stored-round.ts';
import type { GivenResult, MadeCall, NewCall } from '../conversation/calls.ts';
import type { RoundReading } from '../conversation/reader.ts';
import { modelOfRound } from '../round-model.ts';
import type { ShownMoney } from '../round-money.ts';

/** A round in one line, without its texts. */
export interface RoundRow {
  stored: RoundFacts;
  /** What a person reads as its model. */
  model: string;
  money: ShownMoney;
  tools: RowTool[];
  /** It called tools, and their names are not stored. */
  hasUnknownTools: boolean;
  /** The start of what the user newly wrote. */
  prompt: string;
}

type RoundFacts = Pick<
  StoredRound,
  | 'round'
  | 'timestamp'
  | 'model'
  | 'response_code'
  | 'input_tokens'
  | 'cached_tokens'
  | 'cache_write_tokens'
  | 'output_tokens'
  | 'reasoning_tokens'
  | 'duration_ms'
  | 'flags'
>;

export interface RowTool {
  name: string;
  isFailed: boolean;
}

/** Characters. */
const PROMPT = 200;
const NAME = 100;
/** Further calls of a round are not named. */
const MOST_TOOLS = 1000;

/** A later round tells which calls of a row failed, and calls that its log lacks, if no more rounds are in between. */
export const ROWS_AHEAD = 64;

/** Makes the rows of a session. */
export class RoundRows {
  readonly #recent: RoundRow[] = [];
  readonly #tools = new WeakMap<MadeCall, RowTool>();

  rowOf(
    { round, prompt, calls, echo, messages, questionResults }: RoundReading,
    money: ShownMoney,
  ): RoundRow {
    const given = [
      ...(echo?.results ?? []),
      ...messages.flatMap(({ results }) => results),
      ...questionResults,
    ];
    const tools = calls.slice(0, MOST_TOOLS).map((call) => this.#toolOf(call));
    for (const call of echo?.calls ?? []) this.#addKnown(call);
    for (const result of given) this.#note(result);
    const { stored } = round;
    const row = {
      stored: {
        round: stored.round,
        timestamp: stored.timestamp,
        model: stored.model,
        input_tokens: stored.input_tokens,
        cached_tokens: stored.cached_tokens,
        cache_write_tokens: stored.cache_write_tokens,
        output_tokens: stored.output_tokens,
        reasoning_tokens: stored.reasoning_tokens,
        ...(stored.response_code !== undefined && { response_code: stored.response_code }),
        ...(stored.duration_ms !== undefined && { duration_ms: stored.duration_ms }),
        ...(stored.flags && { flags: stored.flags }),
      },
      model: modelOfRound(round),
      money,
      tools,
      hasUnknownTools: stored.has_tool_calls && tools.length === 0,
      prompt: prompt.slice(0, PROMPT).toWellFormed(),
    };
    if (this.#recent.push(row) > ROWS_AHEAD) this.#recent.shift();
    return row;
  }

  /** A call of an earlier round that its log lacks. */
  #addKnown(call: NewCall): void {
    const row = this.#recent.find(({ stored }) => stored.round === call.made.round);
    if (!row || row.tools.length === MOST_TOOLS) return;
    row.tools.push(this.#toolOf(call));
    row.hasUnknownTools = false;
  }

  #toolOf({ call, made }: NewCall): RowTool {
    const tool = { name: call.name.slice(0, NAME).toWellFormed(), isFailed: false };
    this.#tools.set(made, tool);
    return tool;
  }

  #note({ result, call }: GivenResult): void {
    const tool = call && this.#tools.get(call);
    if (tool && failureOf(result) !== null) tool.isFailed = true;
  }
}
