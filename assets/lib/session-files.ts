import type { SessionData } from '../../src/site/session-data.ts';

declare global {
  interface Window {
    /** A file of data calls it with its number. */
    monitorSessions?: (number: number, data: SessionData) => void;
  }
}

/** Loads a file of sessions. A script, as a page from the disk may fetch nothing. */
export function loadSessions(url: string): Promise<SessionData> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = url;
    window.monitorSessions = (_number, data) => (loaded = data);
    let loaded: SessionData | undefined;
    script.addEventListener('load', () => {
      script.remove();
      if (loaded) resolve(loaded);
      else reject(new Error(`${url} is no list of sessions`));
    });
    script.addEventListener('error', () => {
      script.remove();
      reject(new Error(`${url} cannot be loaded`));
    });
    document.head.append(script);
  });
}
