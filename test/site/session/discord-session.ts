import type { Said } from './make.ts';

// A day of an agent that repairs a chat bridge: a failed tool, an idle afternoon, two sub-agents, one of which uses a
// model without a price, and a value that the gateway cut. In Claude's format, streamed.

export const DISCORD_ID = 'agent:main:discord:channel:1465367993012981988';

type Block = Record<string, unknown>;
interface Counts {
  input: number;
  cached?: number;
  write?: number;
  output: number;
  reasoning?: number;
  ms: number;
  first: number;
}

const SYSTEM = `You are the maintainer of a set of chat bridges. Work in small steps, and say what you found before you change it.\n\n${'Run the tests after each change. Never push to main. '.repeat(115)}`;
const SUB = 'You are a reader of code. Answer the question in one sentence.';

const text = (words: string): Block => ({ type: 'text', text: words });
const use = (id: string, name: string, input: unknown): Block => ({ type: 'tool_use', id, name, input });
const result = (id: string, content: string, isError = false): Block => ({
  type: 'tool_result',
  tool_use_id: id,
  content,
  ...(isError && { is_error: true }),
});

/** The conversation of one agent; `turn` makes its next round. */
class Agent {
  readonly #messages: object[] = [];
  readonly #base: Said;
  readonly #system: string;

  constructor(system: string, base: Said) {
    this.#system = system;
    this.#base = base;
  }

  user(...content: Block[]): this {
    this.#messages.push({ role: 'user', content });
    return this;
  }

  turn(at: number, counts: Counts, answer: { text?: string; think?: string; calls?: Block[] }): Said {
    const { input, cached = 0, write = 0, output, reasoning = 0, ms, first } = counts;
    const calls = answer.calls ?? [];
    const said = {
      at,
      ...this.#base,
      input_token: input - cached - write,
      output_token: output,
      total_token: input + output,
      reasoning_tokens: reasoning,
      input_token_details: JSON.stringify({
        cache_creation_input_tokens: write,
        cache_read_input_tokens: cached,
      }),
      llm_service_duration: ms,
      llm_first_token_duration: first,
      response_type: 'stream',
      system: [{ type: 'text', text: this.#system, cache_control: { type: 'ephemeral' } }],
      messages: [...this.#messages],
      question:
        this.#messages.length === 1
          ? 'The Discord bridge drops messages when the gateway answers 429. Find out why and fix it.'
          : null,
      answer: answer.text ?? null,
      reasoning: answer.think ?? null,
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, name, input: given }, index) => ({
          index,
          id,
          type: 'tool_use',
          function: { name, arguments: `{}${JSON.stringify(given)}` },
        })),
      }),
    };
    this.#messages.push({
      role: 'assistant',
      content: [...(answer.text ? [text(answer.text)] : []), ...calls],
    });
    return said;
  }
}

const FAIL = `FAIL  bridge/discord/send.test.ts
  × keeps the message when the gateway answers 429   (41 ms)
    expected queue.size to be 1, received 0
Tests  1 failed, 23 passed`;

const ANSWER = `The bridge marks a message as sent before it looks at the status, so a \`429\` loses it. It now keeps the message until the gateway has taken it:

\`\`\`ts
if (res.status === 429) {
  // the queue owns the message until the gateway has taken it
  return queue.requeue(msg, retryAfter(res) ?? backoff(msg.attempt, 'full-jitter'))
}
queue.done(msg.id)
\`\`\`

| Answer of the gateway | Before | Now | Waits |
|---|---|---|--:|
| 429 with Retry-After | dropped | kept, sent again | as told |
| 429 without | dropped | kept, sent again | 1, 2, 4 … 60 s |
| 5xx | sent again at once | kept, sent again | 1, 2, 4 … 60 s |`;

const lines = (count: number, word: string): string =>
  Array.from({ length: count }, (_, i) => `${word} ${i + 1}`).join('\n');

/** The rounds, in the order of the log. */
export function discordSession(): Said[] {
  const consumer = 'discord-bot';
  const main = new Agent(SYSTEM, { model: 'claude-sonnet-4-5', consumer });
  const one = new Agent(SUB, { model: 'gemini-2.5-pro', consumer });
  const two = new Agent(SUB, { model: 'qwen3-coder-local', consumer });
  const clock = (h: number, m: number, s: number): number => (h * 60 + m) * 60 + s - (9 * 60 + 14) * 60 - 22;
  const rounds: Said[] = [];

  main.user(
    text('The Discord bridge drops messages when the gateway answers `429`. Find out why and fix it.'),
  );
  rounds.push(
    main.turn(
      0,
      { input: 21_486, write: 21_204, output: 412, reasoning: 186, ms: 7100, first: 1900 },
      {
        think: 'I should find where the bridge handles the status of the gateway before I look at the queue.',
        calls: [
          use('t1', 'grep', { pattern: '"status" packages/bridge/discord --include=*.ts' }),
          use('t2', 'read_file', { path: 'packages/bridge/discord/send.ts' }),
        ],
      },
    ),
  );
  main.user(result('t1', lines(12, 'match')), result('t2', lines(84, 'line')));
  rounds.push(
    main.turn(
      clock(9, 14, 41),
      { input: 27_930, cached: 21_204, write: 6480, output: 355, reasoning: 121, ms: 5200, first: 1100 },
      {
        think: 'queue.done is called before the status is looked at. A test first, then the change.',
        calls: [use('t3', 'run_command', { command: 'npm test -- bridge/discord', timeout_s: 120 })],
      },
    ),
  );
  main.user(result('t3', `Exit code 1\n${FAIL}`, true));
  rounds.push(
    main.turn(
      clock(9, 15, 26),
      { input: 29_118, cached: 27_684, write: 1190, output: 1284, reasoning: 612, ms: 18_400, first: 1300 },
      {
        think:
          'The queue must own the message until the gateway has taken it, so the call moves behind the status.',
        text: ANSWER,
      },
    ),
  );
  main.user(text('Looks right. Do the Telegram and Matrix bridges make the same mistake?'));
  rounds.push(
    main.turn(
      clock(15, 2, 53),
      { input: 30_644, write: 30_410, output: 318, reasoning: 140, ms: 6600, first: 2400 },
      {
        calls: [use('t4', 'spawn_agents', { bridges: ['telegram', 'matrix'] })],
      },
    ),
  );
  one.user(text('Read packages/bridge/telegram and say whether a message can be lost on 429'));
  rounds.push(
    one.turn(
      clock(15, 3, 1),
      { input: 11_220, output: 240, ms: 3900, first: 1500 },
      { calls: [use('g1', 'read_file', { path: 'packages/bridge/telegram/send.ts' })] },
    ),
  );
  two.user(text('Read packages/bridge/matrix and say whether a message can be lost on 429'));
  rounds.push(
    two.turn(
      clock(15, 3, 3),
      { input: 9870, output: 288, ms: 4000, first: 1700 },
      { calls: [use('q1', 'read_file', { path: 'packages/bridge/matrix/send.ts' })] },
    ),
  );
  one.user(result('g1', lines(310, 'line')));
  rounds.push(
    one.turn(
      clock(15, 3, 9),
      { input: 17_010, cached: 10_800, output: 250, ms: 4100, first: 1300 },
      { calls: [use('g2', 'grep', { pattern: 'retryAfter' })] },
    ),
  );
  two.user(result('q1', lines(1204, 'line')));
  rounds.push(
    two.turn(
      clock(15, 3, 14),
      { input: 21_944, cached: 8448, output: 302, ms: 7600, first: 1000 },
      { text: 'Yes, in one place: `flush()` empties the buffer before the request is answered.' },
    ),
  );
  one.user(result('g2', lines(3, 'match')));
  rounds.push(
    one.turn(
      clock(15, 3, 20),
      { input: 22_600, cached: 17_010, output: 380, ms: 5000, first: 1200 },
      { text: 'No: the Telegram bridge keeps each message until the answer came.' },
    ),
  );
  main.user(
    result('t4', 'telegram: safe\nmatrix: flush() empties the buffer before the request is answered'),
  );
  rounds.push(
    main.turn(
      clock(15, 4, 18),
      { input: 32_210, cached: 30_410, write: 1600, output: 622, reasoning: 249, ms: 9000, first: 1300 },
      { text: 'Telegram is safe. Matrix has the same fault in `flush()`; I can fix it the same way.' },
    ),
  );

  main.user(text('Then fix Matrix too.'));
  const prompts: [round: number, words: string][] = [
    [14, 'Write the regression test with a fake clock'],
    [18, 'yes'],
    [19, 'yes'],
    [22, 'Why did the backoff test take 4 s?'],
    [26, 'Update the changelog and open the pull request'],
    [30, 'Post a two-line summary in the channel'],
  ];
  let open: string | null = null;
  for (let round = 11; round <= 31; round++) {
    const prompt = prompts.find(([at]) => at === round)?.[1];
    if (open !== null) {
      const failed = round === 23;
      main.user(
        result(open, failed ? 'Exit code 1\n4,012 ms, expected less than 50' : lines(round, 'line'), failed),
      );
    }
    if (prompt !== undefined) main.user(text(prompt));
    const input = 32_000 + (round - 10) * 1800;
    const isFinal = prompts.some(([at]) => at === round + 1) || round === 31;
    open = isFinal ? null : `m${round}`;
    const counts = {
      input,
      cached: round === 14 ? 0 : input - 1500,
      write: round === 14 ? input - 200 : 1300,
      output: 400 + round * 9,
      reasoning: 120,
      ms: 6000,
      first: 1200,
    };
    rounds.push(
      main.turn(
        clock(15, round, 0),
        counts,
        isFinal
          ? { text: `Step ${round} is done.` }
          : { calls: [use(`m${round}`, 'run_command', { command: `npm run step -- ${round}` })] },
      ),
    );
  }
  return rounds;
}
