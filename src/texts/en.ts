// The texts that people read, in English. Every other language has the same: zh-CN.ts. Each constant is an area, so that
// a bundle has only those it uses. A text with values takes one object, and only puts its values in place: how numbers,
// dates and costs are written is decided by who calls it. This file has no code but templates and plurals.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Dates of the site. `month` counts from 1. */
export const dates = {
  day: ({ day, month }: { day: number; month: number }) => `${day} ${MONTHS[month - 1] ?? month}`,
  dayOfYear: ({ day, month, year }: { day: number; month: number; year: string }) =>
    `${day} ${MONTHS[month - 1] ?? month} ${year}`,
};

/** How the footer of each page names the time zone. */
export const zones = {
  named: ({ zone, offset }: { zone: string; offset: string }) => `${zone}, ${offset}`,
  withSummer: ({ winter, summer }: { winter: string; summer: string }) => `${winter}, in summer ${summer}`,
};

/** The links at the top of each page. */
export const nav = {
  overview: 'Overview',
  sessions: 'Sessions',
  search: 'Search',
  health: 'Health',
  tools: 'Tools',
  context: 'Context',
  models: 'Models',
  dates: 'Dates',
  consumers: 'Consumers',
};

/** Notes at the foot of every page of a site. */
export const siteNotes = {
  onlySessions: ({ filter }: { filter: string }) => `Only sessions with ${filter}`,
  listSeparator: ', ',
};

/** The page that an address of an earlier build leads to. */
export const movedPage = {
  title: 'Sessions',
  moved: 'This list has moved:',
  link: 'sessions',
};

/** Words of the frame that every page of the site has. */
export const frame = {
  skip: 'Skip to content',
  pages: 'Pages',
  written: 'Written',
  timesIn: ({ zone }: { zone: string }) => `Times in ${zone}`,
};
