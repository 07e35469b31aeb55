import { saveState } from './page-state.ts';
import { recall, remember } from './storage.ts';

declare global {
  interface Window {
    /** Called by build.js with a stamp that changes with the site, and the seconds between checks (0: never). */
    monitorStamp?: (stamp: string, seconds: number) => void;
  }
}

/** Checks regularly whether the site has changed, and reloads the page if so. */
export function watchStamp(): void {
  const url = document.body.dataset['stamp'];
  if (url === undefined) return;
  let known: string | undefined;
  let seconds = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let looked = 0;

  const look = (): void => {
    clearTimeout(timer);
    looked = Date.now();
    // A script, because pages opened from disk must not use fetch.
    const script = document.createElement('script');
    script.src = `${url}?t=${looked}`;
    script.addEventListener('load', () => script.remove());
    script.addEventListener('error', () => {
      script.remove();
      // The site is being moved, or the network is down.
      later();
    });
    document.head.append(script);
  };
  const later = (): void => {
    clearTimeout(timer);
    if (seconds > 0 && isOn()) timer = setTimeout(look, seconds * 1000);
  };

  window.monitorStamp = (stamp, every) => {
    seconds = every;
    if (known === undefined) addSwitch(seconds, () => (isOn() ? look() : clearTimeout(timer)));
    // A page with work in progress can keep itself as it is, and say that there is something new.
    const isNew = known !== undefined && known !== stamp && isOn();
    if (isNew && document.dispatchEvent(new Event('monitor:newer', { cancelable: true }))) {
      saveState();
      location.reload();
      return;
    }
    known ??= stamp;
    later();
  };
  // A page in the background checks again when it becomes visible.
  document.addEventListener('visibilitychange', () => {
    const isDue = seconds > 0 && Date.now() - looked >= seconds * 1000;
    if (document.visibilityState === 'visible' && isOn() && isDue) look();
  });
  look();
}

function isOn(): boolean {
  return recall('refresh') !== 'off';
}

function addSwitch(seconds: number, onChange: () => void): void {
  if (seconds === 0) return;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'act';
  const label = (): void => {
    button.textContent = isOn() ? 'Refresh on' : 'Refresh off';
    button.title = isOn()
      ? `Checks for a newer page every ${seconds} seconds`
      : 'This page does not refresh itself';
  };
  button.addEventListener('click', () => {
    remember('refresh', isOn() ? 'off' : 'on');
    label();
    onChange();
  });
  label();
  document.querySelector('.written')?.append(button);
}
