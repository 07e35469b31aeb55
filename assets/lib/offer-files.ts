import { loadScript } from './load-script.ts';

/** Files are made from the raw JSON, which a page that was opened from disk may not read. */
export function offerFiles(): void {
  const buttons = [...document.querySelectorAll<HTMLButtonElement>('[data-file]')];
  const raw = document.querySelector<HTMLAnchorElement>('.switches a');
  const status = document.querySelector('[data-file-status]');
  const { script = '', zone = '' } = buttons[0]?.dataset ?? {};
  if (!raw || !status || !location.protocol.startsWith('http')) return;
  for (const button of buttons) {
    button.hidden = false;
    button.addEventListener('click', () => {
      button.disabled = true;
      status.textContent = 'Reading …';
      void save(button.dataset['file'] === 'md' ? 'md' : 'jsonl', raw.href, { script, zone })
        .then(
          () => '',
          (error: unknown) => (error instanceof Error ? error.message : String(error)),
        )
        .then((words) => {
          status.textContent = words;
          button.disabled = false;
        });
    });
  }
}

async function save(
  kind: 'md' | 'jsonl',
  json: string,
  { script, zone }: { script: string; zone: string },
): Promise<void> {
  if (!window.monitorFile) await loadScript(script);
  const file = await window.monitorFile?.(kind, json, zone);
  if (!file) throw new Error('The script of the site is damaged');
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([file.text], { type: 'text/plain;charset=utf-8' }));
  link.download = file.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
