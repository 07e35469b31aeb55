import { hexDigest } from '../../platform/digest.ts';

/** With more models, none has a page: what a log says must not make any number of files. */
export const MOST_MODELS = 500;

export function datePath(date: string): string {
  return `dates/${date}.html`;
}

/** The page of a model. Its name can be anything, and folders may not tell case apart. */
export function modelPath(model: string): string {
  return `models/${/^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9_-]+)*$/.test(model) && model.length <= 80 ? model : `~${hexDigest(model)}`}.html`;
}
