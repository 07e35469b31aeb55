// The texts that people read, in English. Every other language has the same: zh-CN.ts. Each constant is an area, so that
// a bundle has only those it uses. A text with values takes one object, and only puts its values in place: how numbers,
// dates and costs are written is decided by who calls it. This file has no code but templates and plurals.

/** Words of the frame that every page of the site has. */
export const frame = {
  skip: 'Skip to content',
  pages: 'Pages',
  written: 'Written',
  timesIn: ({ zone }: { zone: string }) => `Times in ${zone}`,
};
