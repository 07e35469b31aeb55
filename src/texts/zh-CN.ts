// The texts of en.ts in simplified Chinese. A space stands between Chinese and Latin letters or digits, none beside
// full-width punctuation.
import type { Texts } from './texts.ts';

export const frame: Texts['frame'] = {
  skip: '跳到正文',
  pages: '页面',
  written: '生成于',
  timesIn: ({ zone }) => `时区：${zone}`,
};
