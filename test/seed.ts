/**
 * The seed of all random tests. It is the same in every run, so a green commit stays green. MONITOR_SEED=random tries
 * new cases and prints its seed; MONITOR_SEED=<n> repeats the cases of such a run.
 */
export const SEED = seedFrom(process.env['MONITOR_SEED'] ?? '20261125');

function seedFrom(text: string): number {
  return text === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(text);
}
