/**
 * The seed of all random tests, the same in every run: a green commit stays green. MONITOR_SEED=random tries other
 * cases than ever before, and names its seed; MONITOR_SEED=<n> tries those of a run again.
 */
export const SEED = seedFrom(process.env['MONITOR_SEED'] ?? '20261125');

function seedFrom(text: string): number {
  return text === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(text);
}
