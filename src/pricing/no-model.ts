/** What stands in the place of a model where the gateway knows none, or answered by itself. */
const NO_MODEL = new Set(['', 'unknown', 'from-cache']);

/** Whether a name that was logged as a model's is none: it has no price, and needs none. */
export function isNoModel(name: string): boolean {
  return NO_MODEL.has(name.toLowerCase());
}
