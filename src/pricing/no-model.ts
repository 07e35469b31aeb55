/** What is logged as the model if the gateway knows none, or answered from its own cache. */
const NO_MODEL = new Set(['', 'unknown', 'from-cache']);

/** Whether a logged model name does not name a model. It has no price and needs none. */
export function isNoModel(name: string): boolean {
  return NO_MODEL.has(name.toLowerCase());
}
