/** What a round's flag means, in words for whoever reads its numbers. */
export const FLAG_WORDS: ReadonlyMap<string, string> = new Map([
  ['total-mismatch', 'The total in the log is not input + output'],
  ['cache-unknown', 'The log does not say what was cached: the cost is a lower bound'],
  ['ambiguous', 'The log leaves open whether its input count includes the cache'],
  ['cache-unlogged', 'The log does not say what was read from a cache: the cost is an upper bound'],
  ['cache-write-unlogged', 'The log does not say what was written to a cache: the cost is a lower bound'],
  ['cache-ttl-mixed', 'Some cache writes may be 5-minute writes, and all are priced as 1-hour writes'],
  [
    'cache-ttl-unlogged',
    'The log does not say how long cache writes last: they are priced as 5-minute writes',
  ],
  ['image-output', 'The model made images'],
  ['image-uncounted', 'The log does not count the images that the model made: the cost is a lower bound'],
  ['image-share-unlogged', 'All of the output is priced as images, and some of it may be text'],
  ['modality-unlogged', 'Some tokens may be audio, and all are priced as text: the cost is a lower bound'],
  ['aborted', 'The stream was cut off before its end: the tokens and the cost are a lower bound'],
  ['usage-unlogged', 'The model answered, and the log has no token counts: what it cost is not known'],
  ['bad-count', 'A token count in the log is nonsense: it was taken as absent'],
  ['broken-line', 'The line in the log was damaged behind its ai_log'],
  ['time-missing', 'The line in the log has no readable time: another time is used'],
  ['imported', 'Taken over from the Python original: its time is when that parsed the log'],
  ['maybe-imported', 'May also have been imported: if so, it is counted twice'],
]);
