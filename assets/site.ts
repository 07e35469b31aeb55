// Runs on every page. Without it, everything works except the theme switch and the refresh.
import { restoreState } from './lib/page-state.ts';
import { watchStamp } from './lib/refresh.ts';
import { addThemeSwitch, applyTheme } from './lib/theme.ts';

document.documentElement.classList.add('js');
applyTheme();

document.addEventListener('DOMContentLoaded', () => {
  // The list with its filters has more than a page that was prepared for those without JavaScript.
  for (const link of document.querySelectorAll<HTMLElement | SVGElement>('[data-list]'))
    link.setAttribute('href', link.dataset['list'] ?? '');
  addThemeSwitch();
  const scroll = restoreState();
  // A list that is drawn from data has its full height only after that.
  if (scroll) document.addEventListener('monitor:drawn', scroll, { once: true });
  watchStamp();
});
