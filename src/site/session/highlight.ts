import hljs from 'highlight.js/lib/core';
import bash from 'highlight.js/lib/languages/bash';
import c from 'highlight.js/lib/languages/c';
import cpp from 'highlight.js/lib/languages/cpp';
import csharp from 'highlight.js/lib/languages/csharp';
import css from 'highlight.js/lib/languages/css';
import diff from 'highlight.js/lib/languages/diff';
import dockerfile from 'highlight.js/lib/languages/dockerfile';
import go from 'highlight.js/lib/languages/go';
import ini from 'highlight.js/lib/languages/ini';
import java from 'highlight.js/lib/languages/java';
import javascript from 'highlight.js/lib/languages/javascript';
import kotlin from 'highlight.js/lib/languages/kotlin';
import lua from 'highlight.js/lib/languages/lua';
import makefile from 'highlight.js/lib/languages/makefile';
import nginx from 'highlight.js/lib/languages/nginx';
import php from 'highlight.js/lib/languages/php';
import python from 'highlight.js/lib/languages/python';
import ruby from 'highlight.js/lib/languages/ruby';
import rust from 'highlight.js/lib/languages/rust';
import shell from 'highlight.js/lib/languages/shell';
import sql from 'highlight.js/lib/languages/sql';
import swift from 'highlight.js/lib/languages/swift';
import typescript from 'highlight.js/lib/languages/typescript';
import xml from 'highlight.js/lib/languages/xml';
import yaml from 'highlight.js/lib/languages/yaml';
import { CodeHtml } from './code-html.ts';
import { highlightJson, LONGEST, MOST_MARKUP } from './highlight-json.ts';
import { escapeText } from './text.ts';

const LANGUAGES = {
  bash,
  c,
  cpp,
  csharp,
  css,
  diff,
  dockerfile,
  go,
  ini,
  java,
  javascript,
  kotlin,
  lua,
  makefile,
  nginx,
  php,
  python,
  ruby,
  rust,
  shell,
  sql,
  swift,
  typescript,
  xml,
  yaml,
};

/** The highlighter. Its languages are registered on first use, because that takes a while. */
function library(): typeof hljs {
  if (hljs.listLanguages().length > 0) return hljs;
  for (const [name, language] of Object.entries(LANGUAGES)) hljs.registerLanguage(name, language);
  hljs.configure({ __emitter: CodeHtml });
  return hljs;
}

/** Code as HTML, highlighted if the language is known. `language` is the name after a Markdown fence. */
export function highlight(code: string, language: string): string {
  if (code.length > LONGEST) return escapeText(code);
  if (language === 'json') return highlightJson(code);
  const plain = escapeText(code);
  if (language === '' || !library().getLanguage(language)) return plain;
  const { value } = library().highlight(code, { language, ignoreIllegals: true });
  return value.length > 1_000 + MOST_MARKUP * code.length ? plain : value;
}
