import { isPlaceholder, isQuantity, isStrong, skip, valueAt, type Found, type Value } from './values.ts';
import { found, kindOf, PROSE, type Class } from './verdict.ts';

const IS =
  /["'`”]?(?:['’]s(?=\s)|\s{1,3}(?:is|was|has been|will be|now|again|set to|changed to|reset to|still)){1,3}\s{0,2}[:：]?\s{1,5}/iy;
const IS_CHINESE =
  /["”」]?\s{0,3}(?:已经?|被)?(?:就?是|为|改[成为]|设[为成]|设置[为成]|换成|重置[为成])\s{0,3}[:：]?\s{0,3}/y;
/** Words that follow "password is" or "密码是" and say something about it. */
const ABOUT =
  /^(?:wrong|right|safe|secure|insecure|weak|strong|short|long|too|very|not|no|so|the|a|an|in|on|at|to|of|by|for|from|with|only|case|just|also|being|used|sent|set|kept|fine|good|bad|easy|hard|simple|complex|unique|public|private|mandatory|unavailable|there|here|gone|lost|same|different|ok|okay|up|out|more|less|about|what|that|this|it|its|still|always|never|usually|my|your|our|stale|blank|plaintext|better|best|worse|old|new|longer|shorter|enough|ready|done|next|first|last|safer|weaker|stronger)$/i;
const DESCRIBES = /(?:ed|ing|able|ible|ive|ful|less|ous|ary|al|ly|ic|ant|ent|ory|en)$/i;
/** `密码是 base64 编码的`, `password is 8 characters`. */
export const GOES_ON =
  /\s{0,3}(?:加密|编码|类型|位|个|字符|格式|算法|characters?|chars?|digits?|bits?|letters?|times|days?|encoded|encrypted|hash|years?|months?|hours?|minutes?)/iy;

/** `my password is …`, `密码是…`. */
export function saidAt(text: string, at: number, kind: Class, name: string): Found | undefined {
  const said = skip(IS_CHINESE, text, at);
  const start = said > at ? said : skip(IS, text, at);
  const value = start > at ? valueAt(text, start, true) : undefined;
  if (!value) return undefined;
  const isAbout =
    skip(GOES_ON, text, value.to) > value.to || (isQuantity(value.text) && value.text.length < 4);
  if (isAbout || isPlaceholder(value.text)) return found(value, undefined);
  const isCut = value.isCutOff && value.text.length >= 3 && isStrong(value.text) && !isQuantity(value.text);
  const told = kindOf(kind, value, name, PROSE) ?? (isCut && kind === 'password' ? kind : undefined);
  if (told !== undefined || kind === 'secret') return found(value, told);
  return found(value, isSaid(text, at, value, said > at) ? 'password' : undefined);
}

/** A plain word as somebody's own password: "my password is swordfish." */
function isSaid(text: string, at: number, { text: word, to }: Value, isChinese: boolean): boolean {
  if (word.length < 4 || !/^[a-z-]+$/i.test(word) || ABOUT.test(word) || DESCRIBES.test(word)) return false;
  if (!/^(?:$|[.,;!。，；！\n]|\s*$|\s(?:and|but|for)\b)/.test(text.slice(to, to + 8))) return false;
  const before = text.slice(Math.max(0, at - 60), at);
  return isChinese || /\b(?:my|our)\s(?:[\w-]{1,20}\s){0,2}[\w-]{1,20}$/i.test(before);
}
