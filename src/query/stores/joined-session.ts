import type { SessionEntry, SessionHead } from '../../model/session-entry.ts';
import { readRound } from '../../session-format/read-round.ts';
import { titleOf } from '../../session-format/title.ts';
import { ToolTally } from '../../session-format/tool-tally.ts';
import { joinedLines } from './joined-lines.ts';
import type { SessionPlan } from './session-plan.ts';

/**
 * The entry of a session that several stores have, as one store would have it. Its rounds are read again for its title and
 * its tools, once these are asked for: most reports need neither.
 */
export function joinedEntry(plan: SessionPlan): SessionEntry {
  const { parts, created, updated, rounds, model, errors, usage } = plan;
  const [{ entry } = { entry: undefined }] = parts;
  if (!entry) throw new Error('a session without parts');
  const joined = {
    id: entry.id,
    // For what only measures or names: the rounds are not in one file.
    file: entry.file,
    end: parts.reduce((sum, part) => sum + part.entry.end, 0),
    last: entry.last,
    summary: entry.summary,
    created,
    updated,
    rounds,
    model,
    errors,
    usage,
    gateways: [...new Set(parts.map(({ source }) => source.gateway))],
    ...marksOf(plan),
  };
  let known: Told | undefined;
  for (const key of TOLD)
    Object.defineProperty(joined, key, { enumerable: true, get: () => (known ??= told(plan))[key] });
  return joined as typeof joined & Told;
}

const TOLD = ['title', 'tools', 'tools_from', 'tool_bytes', 'tool_bytes_from'] as const;
export type Told = Pick<SessionEntry, (typeof TOLD)[number]>;

function told(plan: SessionPlan): Told {
  const removed = plan.parts.flatMap((part) => part.removed);
  const title = removed.length === 0 ? null : titleOfEntries(plan);
  return toldOf(joinedLines(plan), ToolTally.after(removed), title);
}

/** What the texts of rounds tell, in their order. */
export function toldOf(lines: Iterable<string>, tally: ToolTally, known: string | null = null): Told {
  let title = known;
  for (const line of lines) {
    const { stored, texts } = readRound(line);
    title ??= titleOf(texts.get('question') ?? null);
    tally.addStored(stored, line, texts);
  }
  return { ...tally.counts, title };
}

/** Of a session whose first rounds are gone, the index still has the title. */
function titleOfEntries({ parts }: SessionPlan): string | null {
  const byAge = parts.map(({ entry }) => entry).toSorted((a, b) => a.created - b.created);
  return byAge.find(({ title }) => title !== null)?.title ?? null;
}

function latest(times: readonly (number | undefined)[]): number {
  return Math.max(...times.map((time) => time ?? 0));
}

function marksOf({ parts, removedRounds, bare }: SessionPlan): Partial<SessionHead> {
  const pruned = latest(parts.map(({ entry }) => entry.pruned));
  const textless = parts.flatMap(({ entry }, i) => (bare.parts.has(i) ? (entry.pruned_content ?? []) : []));
  return {
    ...(removedRounds > 0 && { pruned, pruned_rounds: removedRounds }),
    ...(textless.length > 0 && {
      pruned_content: {
        at: latest(textless.map(({ at }) => at)),
        ...(bare.areFirst
          ? { rounds: removedRounds + bare.rounds }
          : { rounds: bare.rounds, scattered: true as const }),
      },
    }),
  };
}
