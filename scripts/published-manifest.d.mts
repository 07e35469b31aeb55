/** The text of the package.json that is published. */
export function publishedManifest(text: string): string;
