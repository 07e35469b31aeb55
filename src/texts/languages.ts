import type { Texts } from './texts.ts';

/** By BCP 47. Each has a file here, and a name for itself. */
export const LANGUAGES = { en: 'English', 'zh-CN': '简体中文' } as const;

export type Language = keyof typeof LANGUAGES;

/** Only the file of this language is loaded. */
export async function textsIn(language: Language): Promise<Texts> {
  return language === 'zh-CN' ? await import('./zh-CN.ts') : await import('./en.ts');
}

/** The language of this name, in any of the forms that locales and browsers write: `zh`, `zh_CN.UTF-8`, `zh-Hans`, `EN`. */
export function languageNamed(name: string): Language | undefined {
  const [tag = ''] = name.toLowerCase().replaceAll('_', '-').split(/[.@]/);
  if (tag === 'c' || tag === 'posix') return 'en';
  const [first, ...rest] = tag.split('-');
  if (first === 'en') return 'en';
  // Readers of traditional characters are not served by simplified ones.
  const isTraditional =
    rest.some((part) => ['hant', 'tw', 'hk', 'mo'].includes(part)) && !rest.includes('hans');
  return first === 'zh' && !isTraditional ? 'zh-CN' : undefined;
}

/** The language that the environment asks for: MONITOR_LANG, else the locale of messages as POSIX finds it, else English. */
export function languageOf(env: Readonly<Record<string, string | undefined>>): Language {
  const named = [env['MONITOR_LANG'], env['LC_ALL'], env['LC_MESSAGES'], env['LANG']].find(Boolean) ?? '';
  return languageNamed(named) ?? 'en';
}
