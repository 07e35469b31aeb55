/** The store, unless an option or MONITOR_DATA_DIR names one. */
export const DEFAULT_STORE = './sessions';
/** The site, unless an option names one. */
export const DEFAULT_SITE = './site';
/** The most threads that a run may be told to use. */
export const MOST_JOBS = 64;
/** How often an open page reloads itself, unless an option says otherwise. */
export const REFRESH_SECONDS = 30;
/** The table that rounds are pushed to, unless options say otherwise. */
export const DEFAULT_CLICKHOUSE = 'http://localhost:8123';
/** The collector that traces are pushed to, unless an option says otherwise. */
export const DEFAULT_COLLECTOR = 'http://localhost:4318';
export const DEFAULT_DATABASE = 'default';
export const DEFAULT_TABLE = 'rounds';
