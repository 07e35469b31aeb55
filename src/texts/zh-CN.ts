// The texts of en.ts in simplified Chinese. A space stands between Chinese and Latin letters or digits, none beside
// full-width punctuation.
//
// Terms: session 会话, round 轮次 (3 轮 with a number), request 请求, answer 回答, input 输入, output 输出, cached 缓存命中,
// cache write 写入缓存, reasoning 推理, cost 费用, unpriced 未定价, lower and upper bound 下限 and 上限, budget 预算, consumer
// 消费者, dimension 维度, model 模型, provider 服务商, gateway 网关, tool call 工具调用, failed 失败, rate limited 限流,
// duration 耗时, first token 首 token, log 日志, pruned 已清理. Not translated: token, agent, API, p50.
import type { Texts } from './texts.ts';

export const dates: Texts['dates'] = {
  day: ({ day, month }) => `${month}月${day}日`,
  dayOfYear: ({ day, month, year }) => `${year}年${month}月${day}日`,
};

export const zones: Texts['zones'] = {
  named: ({ zone, offset }) => `${zone}（${offset}）`,
  withSummer: ({ winter, summer }) => `${winter}，夏令时 ${summer}`,
};

export const nav: Texts['nav'] = {
  overview: '概览',
  sessions: '会话',
  search: '搜索',
  health: '健康',
  tools: '工具',
  context: '上下文',
  models: '模型',
  dates: '日期',
  consumers: '消费者',
};

export const siteNotes: Texts['siteNotes'] = {
  onlySessions: ({ filter }) => `仅显示符合条件的会话：${filter}`,
  listSeparator: '，',
};

export const movedPage: Texts['movedPage'] = {
  title: '会话',
  moved: '此列表已移至：',
  link: '会话',
};

export const frame: Texts['frame'] = {
  skip: '跳到正文',
  pages: '页面',
  written: '生成于',
  timesIn: ({ zone }) => `时区：${zone}`,
};
