/** The store, if neither an option nor MONITOR_DATA_DIR names one. */
export const DEFAULT_STORE = './sessions';
/** The site, if no option names one. */
export const DEFAULT_SITE = './site';
/** An open page reloads itself after so many seconds, if no option says so. */
export const REFRESH_SECONDS = 30;
