import type { Finding } from '../../doctor/checks.ts';
import { LOG_WORDS } from './log-words.ts';
import { PRICES_WORDS } from './prices-words.ts';
import { SCHEDULE_WORDS } from './schedule-words.ts';
import { STORE_WORDS } from './store-words.ts';
import type { Words, WordsByCode } from './words.ts';

/** A finding as a person reads it. */
export type WordedFinding = Omit<Finding, 'facts'> & Words;

const WORDS: WordsByCode = { ...LOG_WORDS, ...STORE_WORDS, ...PRICES_WORDS, ...SCHEDULE_WORDS };

export function wordFindings(findings: readonly Finding[]): WordedFinding[] {
  return findings.map(({ facts, ...finding }) => {
    // The compiler does not see that these facts are of this code.
    const wordsOf = WORDS[finding.code] as (of: Finding['facts'], where: string) => Words;
    return { ...finding, ...wordsOf(facts, finding.where) };
  });
}
