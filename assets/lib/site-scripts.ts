// What a render writes into the site beside its pages, as scripts: pages that are opened from disk must not use fetch.

declare global {
  interface Window {
    /** Called by build.js with a stamp that changes with the site, and the seconds between checks (0: never). */
    monitorStamp?: (stamp: string, seconds: number) => void;
    /** Called by changes.js with the pages that the last renders changed, oldest first; null: any of them. */
    monitorChanges?: (renders: Renders) => void;
  }
}

export type Renders = [stamp: string, pages: Record<string, number> | null][];

/** Runs the script as it is now. `onError`: the site is being moved, or the network is down. */
export function runNow(url: string, onError: () => void): void {
  const script = document.createElement('script');
  script.src = `${url}?t=${Date.now()}`;
  script.addEventListener('load', () => script.remove());
  script.addEventListener('error', () => {
    script.remove();
    onError();
  });
  document.head.append(script);
}
