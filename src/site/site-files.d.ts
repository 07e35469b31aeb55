/** Made by scripts/site-files.mjs. */
declare module 'virtual:site-files' {
  /** templates/*.hbs, compiled, by name without ending. */
  export const templates: Readonly<Record<string, import('handlebars').TemplateSpecification>>;
  /** assets/*, made small, by file name. */
  export const assets: Readonly<Record<string, string>>;
  /** Digest of everything that pages are made by. */
  export const build: string;
}
