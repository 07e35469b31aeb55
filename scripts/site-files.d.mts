/** A Vite plugin, typed only as far as vitest.config.ts needs. */
export const viteSiteFiles: { name: string };
