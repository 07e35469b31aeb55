import type { FoundHit, SearchReport } from '../../report/search.ts';
import { hitJson, searchEndJson, searchStartJson } from '../../report/search-json.ts';
import { hitText, searchSummary } from '../../report/search-text.ts';
import type { Snapshot } from '../../store/read.ts';
import { writeJson } from '../context.ts';
import type { SpokenContext } from '../language.ts';
import { localTimeOf } from '../reporting/local-time.ts';
import { nothing } from '../../texts/en.ts';
import { screenOf } from '../reporting/screen.ts';
import type { SearchOptions } from './search-options.ts';

/** Where hits go as they are found. */
export interface Output {
  start: () => Promise<void>;
  hits: (hits: readonly FoundHit[]) => Promise<void>;
  end: (report: SearchReport) => Promise<void>;
}

export function jsonOutput(context: SpokenContext, text: string, { regex }: SearchOptions): Output {
  let isFirst = true;
  return {
    start: () => writeJson(context, searchStartJson(text, regex === true)),
    async hits(hits) {
      await writeJson(context, hits.map((hit, i) => hitJson(hit, isFirst && i === 0)).join(''));
      isFirst = false;
    },
    end: (report) => writeJson(context, searchEndJson(report)),
  };
}

export function textOutput(context: SpokenContext, snapshot: Snapshot, { timezone }: SearchOptions): Output {
  const [screen, local] = [screenOf(context), localTimeOf(context, timezone)];
  let before: FoundHit | undefined;
  return {
    start: async () => {},
    async hits(hits) {
      let text = '';
      for (const hit of hits) {
        text += hitText(hit, before, local, screen);
        before = hit;
      }
      await context.write(text);
    },
    async end(report) {
      if (report.noContent) return;
      if (snapshot.sessions.size === 0) await context.write(`${nothing.emptyStore}\n`);
      else await context.write(`${report.hits > 0 ? '\n' : ''}${searchSummary(report)}`);
    },
  };
}
