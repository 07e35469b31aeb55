import type { SessionData } from '../../src/site/lists/session-data.ts';

declare global {
  interface Window {
    /** Called by a data file, with its number. */
    monitorSessions?: (number: number, data: SessionData) => void;
  }
}

/** Loads a data file. It is a script, because pages opened from disk must not use fetch. */
export function loadSessions(url: string): Promise<SessionData> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    window.monitorSessions = (_number, data) => (loaded = data);
    let loaded: SessionData | undefined;
    script.addEventListener('load', () => {
      script.remove();
      if (loaded) resolve(loaded);
      else reject(new Error(`${url} is not a list of sessions`));
    });
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(`${url} cannot be loaded`));
    });
    document.head.append(script);
  });
}
