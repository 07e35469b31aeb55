import { saveState } from './page-state.ts';
import { recall, remember } from './storage.ts';

declare global {
  interface Window {
    /** build.js calls it: a stamp that changes with the site, and the seconds between two looks (0: none). */
    monitorStamp?: (stamp: string, seconds: number) => void;
  }
}

/** Looks every now and then whether the site was written again, and loads the page anew if so. */
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
    // A script, as a page from the disk may fetch nothing.
    const script = document.createElement('script');
    script.src = `${url}?t=${looked}`;
    script.addEventListener('load', () => script.remove());
    script.addEventListener('error', () => {
      script.remove();
      // The site is being moved, or the network is away.
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
    if (known !== undefined && known !== stamp && isOn()) {
      saveState();
      location.reload();
      return;
    }
    known ??= stamp;
    later();
  };
  // A page in the background is not drawn: it looks once it is seen again.
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
    button.title = isOn() ? `Looks for a newer page every ${seconds} seconds` : 'This page stays as it is';
  };
  button.addEventListener('click', () => {
    remember('refresh', isOn() ? 'off' : 'on');
    label();
    onChange();
  });
  label();
  document.querySelector('.written')?.append(button);
}
