import { recall, remember } from './storage.ts';

const THEMES = ['system', 'dark', 'light'];

/** Runs before anything is drawn. */
export function applyTheme(): void {
  const theme = recall('theme');
  if (theme === 'dark' || theme === 'light') document.documentElement.dataset['theme'] = theme;
  else delete document.documentElement.dataset['theme'];
}

/** A switch in the footer: system, dark, or light. */
export function addThemeSwitch(): void {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'act';
  const label = (): void => {
    button.textContent = `Colours: ${recall('theme') ?? 'system'}`;
  };
  button.addEventListener('click', () => {
    const now = THEMES.indexOf(recall('theme') ?? 'system');
    remember('theme', THEMES[(now + 1) % THEMES.length] ?? 'system');
    applyTheme();
    label();
  });
  label();
  document.querySelector('.foot .wide')?.append(button);
}
