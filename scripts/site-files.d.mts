/** A Vite plugin, as far as vitest.config.ts needs to know. */
export const viteSiteFiles: { name: string };
