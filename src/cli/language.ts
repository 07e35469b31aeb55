import { InvalidArgumentError, Option } from 'commander';
import { LANGUAGES, languageNamed, languageOf, textsIn, type Language } from '../texts/languages.ts';
import type { Texts } from '../texts/texts.ts';
import type { Context } from './context.ts';

/** A context that knows the language of its reader. Cron's usual lines are run without one: see start.ts. */
export interface SpokenContext extends Context {
  texts: Texts;
}

const NAMES = Object.keys(LANGUAGES);

/** `--lang`, before or after the command. Its value is read by `languageAsked`, before there are commands. */
export function languageOption(): Option {
  return new Option('--lang <language>', 'Language of tables; files and JSON stay as they are')
    .choices(NAMES)
    .argParser((name: string): Language => {
      const language = languageNamed(name);
      if (!language) throw new InvalidArgumentError(`Use ${NAMES.join(' or ')}.`);
      return language;
    });
}

/** The same context, with the texts of the language that was asked for. */
export async function spoken(context: Context, argv: readonly string[]): Promise<SpokenContext> {
  return withTexts(context, await textsIn(languageAsked(argv) ?? languageOf(context.env)));
}

/** What takes time to look up is still looked up when needed: getters stay getters. */
export function withTexts(context: Context, texts: Texts): SpokenContext {
  const own = Object.getOwnPropertyDescriptors(context);
  return Object.defineProperties({} as SpokenContext, { ...own, texts: { value: texts, enumerable: true } });
}

/** Help is made before arguments are read, and has to be in the language too. An unknown one is Commander's to refuse. */
function languageAsked(argv: readonly string[]): Language | undefined {
  const end = argv.indexOf('--');
  const options = end < 0 ? argv : argv.slice(0, end);
  const at = options.findIndex((word) => word === '--lang' || word.startsWith('--lang='));
  const word = options[at];
  const name = word === '--lang' ? options[at + 1] : word?.slice('--lang='.length);
  return name === undefined ? undefined : languageNamed(name);
}
