/** The store, if neither an option nor MONITOR_DATA_DIR names one. */
export const DEFAULT_STORE = './sessions';
/** The site, if no option names one. */
export const DEFAULT_SITE = './site';
