// The frame of every page. All of the page works without it, but for the refresh.
import { restoreState } from './lib/page-state.ts';
import { watchStamp } from './lib/refresh.ts';
import { addThemeSwitch, applyTheme } from './lib/theme.ts';

document.documentElement.classList.add('js');
applyTheme();

document.addEventListener('DOMContentLoaded', () => {
  addThemeSwitch();
  const scroll = restoreState();
  // A list that is drawn from data has its height only then.
  if (scroll) document.addEventListener('monitor:drawn', scroll, { once: true });
  watchStamp();
});
