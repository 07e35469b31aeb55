/** What a round's flag means, in words for whoever reads its numbers. */
export const FLAG_WORDS: ReadonlyMap<string, string> = new Map([
  ['total-mismatch', 'The total in the log is not input + output'],
  ['cache-unknown', 'The log does not say what was cached: the cost is a lower bound'],
  ['cache-unlogged', 'The log does not count cached tokens'],
  ['cache-write-unlogged', 'The log does not count cache writes'],
  ['ambiguous', 'The log leaves open whether its input count includes the cache'],
  ['image-output', 'The model made images: they are counted as tokens only'],
  ['bad-count', 'A token count in the log is nonsense: it was taken as absent'],
  ['broken-line', 'The line in the log was damaged behind its ai_log'],
  ['time-missing', 'The line in the log has no time: another time stands in for it'],
  ['imported', 'Taken over from the Python original: its time is when that parsed the log'],
]);
