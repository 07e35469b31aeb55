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

export const groups: Texts['groups'] = {
  model: '模型',
  date: '日期',
  hour: '小时',
  week: '周',
  month: '月份',
  consumer: '消费者',
  api: 'API',
  session: '会话',
  agent: 'Agent',
  channel: '渠道',
  gateway: '网关',
};

export const nameless: Texts['nameless'] = {
  consumer: '（无消费者）',
  api: '（无 API）',
  none: '（无）',
  default: '（默认）',
  notRecorded: '（未记录）',
  noAnswer: '无回答',
};

export const measures: Texts['measures'] = {
  sessions: '会话',
  rounds: '轮次',
  input: '输入',
  cached: '缓存命中',
  output: '输出',
  reasoning: '推理',
};

export const filters: Texts['filters'] = {
  model: ({ name }) => `模型 ${name}`,
  consumer: ({ name }) => `消费者 ${name}`,
  session: ({ name }) => `会话 ${name}`,
  agent: ({ name }) => `agent ${name}`,
  channel: ({ name }) => `渠道 ${name}`,
  labels: ({ labels }) => `（${labels.join('，')}）`,
};

export const period: Texts['period'] = {
  today: '今天',
  lastDays: ({ days }) => `最近 ${days} 天`,
  since: ({ time }) => `自 ${time} 起`,
  until: ({ time }) => `截至 ${time}`,
  between: ({ since, until }) => `${since} 至 ${until}`,
};

export const nothing: Texts['nothing'] = {
  emptyStore:
    '还没有会话\n用以下命令将日志读入此数据目录：monitor parse --log-path /var/log/higress/access.log',
  ofFilter: ({ names }) =>
    `此时段内没有符合条件的轮次：${names.join('，')}\n用 stats-model 和 stats-consumer 可列出模型和消费者。`,
  inPeriod: ({ date }) => `此时段内没有轮次，最近一轮在 ${date}\n加上 --since ${date} 即可包含它。`,
  noMatch: ({ sessions }) => `${sessions} 个会话均不匹配`,
  searchHint: ({ command }) => `--search 只查标题和 ID。要搜索对话内容，请用：${command}`,
};

export const costs: Texts['costs'] = {
  unpriced: '未定价',
  noUsage: '无用量',
  more: ({ rounds }) => ` + ${rounds} 轮未定价`,
  unpricedRounds: ({ rounds, names, others, tokens }) =>
    `${rounds.text} 轮未定价（${names.join('、')}${others > 0 ? ` 及另外 ${others} 个模型` : ''}，${tokens.text} token）`,
  moreReasons: ({ reasons }) => `另有 ${reasons.text} 个原因`,
  mayBeMore: ({ cost }) => `的实际费用可能高于所计的 ${cost}`,
  mayBeLess: ({ cost }) => `的实际费用可能低于所计的 ${cost}`,
  mayBeEither: ({ cost }) => `的实际费用可能高于或低于所计的 ${cost}`,
  bounded: ({ rounds, claim }) => `${rounds.text} 轮${claim}`,
  lost: ({ rounds }) => `此数据目录丢失了 ${rounds.text} 轮，各项合计均不含它们`,
  lostNote: ({ lost }) => `${lost}。详情见 monitor doctor。`,
};

export const boundReasons: Texts['boundReasons'] = {
  aborted: '流在最后一次 token 计数之前中断',
  ambiguous: '缓存命中的 token 可能被重复计算',
  'bad-count': '日志中有 token 计数不是数字',
  'cache-ttl-mixed': '部分写入缓存可能是 5 分钟缓存，价格更低',
  'cache-ttl-unlogged': '日志未记录写入缓存的有效期',
  'cache-unknown': '日志未记录缓存情况',
  'cache-unlogged': '缓存命中的 token 价格更低，日志未统计',
  'cache-write-unlogged': '写入缓存价格更高，日志未统计',
  'cached-kind-unlogged': '日志未区分缓存命中的 token 中哪些是音频或图片',
  'image-share-unlogged': '按图片计价的 token 中可能有一部分是文本',
  'image-uncounted': '日志未统计图片数量',
  'maybe-imported': '该轮可能也被导入过，从而重复计算',
  'modality-unlogged': '日志未区分哪些 token 是音频',
  'price-lower': '价格未包含日志没有统计的一项收费',
  'price-unverified': '价格未经核实',
  'price-upper': '取了可能适用的几个价格中最高的一个',
  'rate-missing': '价格中缺少部分 token 的费率',
  'reasoning-uncounted': '模型推理时输出价格更高，日志未统计推理 token',
  'search-fee': '日志中没有联网搜索的费用',
  'service-tier-higher': '价格中没有该服务等级的费率，其费用更高',
  'service-tier-lower': '价格中没有该服务等级的费率，其费用更低',
  'service-tier-unknown': '价格中没有该服务等级的费率',
  'total-larger': '日志中的总数包含未计入其他各项的 token',
  'usage-unlogged': '回答可能计费，但日志没有 token 计数',
};

export const list: Texts['list'] = {
  title: ({ shown, total, sort }) =>
    `📋 会话（${shown === total ? total : `${shown} / ${total}`}，按${sort}排序）`,
  titleEmpty: '📋 会话（0）',
  sorts: { updated: '更新时间', created: '创建时间', cost: '费用', tokens: ' token 数', rounds: '轮次' },
  session: '会话',
  rounds: '轮次',
  tokens: 'Token',
  cost: '费用',
  costUsd: '费用 (USD)',
  model: '模型',
  updated: '更新时间',
  more: ({ sessions }) => `另有 ${sessions.text} 个会话：--limit 0 可列出全部。`,
};

export const stats: Texts['stats'] = {
  title: ({ by, labels }) => `📊 统计：按${byText(by)}${labels}`,
  health: ({ by, labels }) => `📊 健康状况：按${byText(by)}${labels}`,
  total: '合计',
  models: '模型',
  saved: '节省',
  cost: '费用',
  costUsd: '费用 (USD)',
  notCounted: ({ rounds, name }) =>
    `${rounds.text} 轮存入时数据目录尚未按 ${name} 统计：运行 monitor reindex 即可补上。`,
  notKept: ({ rounds, name }) => `${rounds.text} 轮存入时数据目录尚未按 ${name} 统计：当时的值没有保留。`,
  otherValues: ({ rounds, name, others }) =>
    `${rounds.text} 轮归入 ${others}：一个会话最多按 1,000 个 ${name} 值统计。`,
  asDefault: ({ rounds, name }) => `${rounds.text} 轮存入时数据目录尚未按 ${name} 统计，计为“（默认）”。`,
};

/** Names in Latin letters, as those of dimensions, stand apart: `模型、日期和 department`. */
function byText(heads: readonly string[]): string {
  const joined = [heads.slice(0, -1).join('、'), ...heads.slice(-1)].filter(Boolean).join('和');
  const apart = joined.replaceAll(/(?<=[一-鿿])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9])(?=[一-鿿])/gu, ' ');
  return /^[A-Za-z0-9]/.test(apart) ? ` ${apart}` : apart;
}

export const health: Texts['health'] = {
  requests: '请求',
  failed: '失败',
  unknown: '未记录',
  rateLimited: '429',
  clientErrors: '其他 4xx',
  serverErrors: '5xx',
  gone: '无响应',
  p50: 'p50',
  p90: 'p90',
  p99: 'p99',
  firstP50: '首 token p50',
  firstP90: '首 token p90',
  firstP99: '首 token p99',
  speed: 'token/s',
  times: ({ answered, firstToken, speed, error }) =>
    `p50、p90 和 p99 为 ${answered.text} 个有回答的请求的耗时；首 token 时间取自 ${firstToken} 个请求，token/s 取自 ${speed} 个。百分位误差不超过 ${error}。`,
  byFlag: ({ flags }) => `按响应标志：${flags.join('，')}。`,
  unflagged: ({ requests }) => `另有 ${requests} 个请求由旧版本存入，没有保留响应标志。`,
};

export const failures: Texts['failures'] = {
  some: ({ failed, requests, kinds }) =>
    `${requests.text} 个请求中有 ${failed} 个失败（${kinds.join('，')}）`,
  unknown: ({ requests }) =>
    `${requests.text} 个请求由旧版本存入，是否失败未知。monitor reindex 可补计其中未清理的请求。`,
  rateLimited: ({ count }) => `限流 (429) ${count.text}`,
  clientErrors: ({ count }) => `其他客户端错误 (4xx) ${count.text}`,
  serverErrors: ({ count }) => `服务端错误 (5xx) ${count.text}`,
  gone: ({ count }) => `无响应（状态 0）${count.text}`,
};

export const failureKinds: Texts['failureKinds'] = {
  status429: '请求过多 (429)',
  status4xx: '其他客户端错误 (4xx)',
  status5xx: '服务端错误 (5xx)',
  status0: '无响应（状态 0）',
  clientGone: '客户端断开',
  upstreamReset: '上游重置',
  upstreamFailed: '无法连接上游',
  timeout: '超时',
  rateLimited: '被网关限流',
  noRoute: '无路由',
  unauthorized: '未授权',
  overload: '过载',
  otherFlag: '其他标志',
};

export const tools: Texts['tools'] = {
  title: ({ labels }) => `📊 工具${labels}`,
  tool: '工具',
  calls: '调用',
  sessions: '会话',
  failed: '失败',
  results: '结果',
  total: '合计',
  none: '没有工具调用',
  failures: ({ name, labels }) => `📊 ${name} 的失败调用${labels}`,
  time: '时间',
  session: '会话',
  round: '轮次',
  reason: '原因',
  result: '结果',
  noFailures: '没有失败的调用',
  noTexts: '没有存有文本的失败调用',
  maybeMore: '可能还有更多：--limit 0 可列出全部。',
  more: ({ count }) => `另有 ${count} 次：--limit 0 可列出全部。`,
  moreUnlisted: ({ count }) => `另有 ${count.text} 次未列出：其文本已清理。`,
  unknown: ({ sessions }) =>
    `${sessions.text} 个会话调用了哪些工具未知：消息和调用没有存储或没有记入日志，或由旧版本存入（见 monitor reindex）。`,
  late: ({ sessions }) =>
    `${sessions.text} 个会话只统计了后面的轮次：最初几轮没有消息和调用，或由旧版本存入（见 monitor reindex）。`,
  unmeasured: ({ sessions }) =>
    `结果的字节数不含 ${sessions.text} 个会话中由旧版本存入的轮次。monitor reindex 可补上其中未清理的轮次。`,
  pruned: ({ sessions }) => `${sessions.text} 个会话未计入：只有部分轮次符合条件，而这些轮次的调用已清理。`,
};

const UNDECIDED = '：存入时数据目录尚未按此统计（见 monitor reindex），或所在会话的值超过 1,000 个';

export const absent: Texts['absent'] = {
  kinds: {
    model: '模型',
    consumer: '消费者',
    api: 'API',
    agent: 'agent',
    channel: '渠道',
    session: '会话',
  },
  none: ({ kind, name }) => `数据目录中没有此名称：${kind} ${name}`,
  noRounds: ({ what }) => `${what}：目前还没有任何轮次`,
  list: ({ what, command }) => `${what}。可用 '${command}' 列出已有的名称`,
  similar: ({ what, names }) => `${what}。是否想找 ${names.join(' 或 ')}？`,
  lastOn: ({ names, date }) => `此时段内没有符合条件的轮次：${names.join('，')}；最近一轮在 ${date}`,
  unpriced: ({ unpriced }) => `合计不包含 ${unpriced}`,
  oldTiers: '数据目录按 service_tier 统计之前存入的轮次计为默认等级：运行 monitor reindex 即可补上',
  undecided: ({ rounds }) => `${rounds.text} 轮是否符合条件未知，未计入${UNDECIDED}`,
  undecidedSessions: ({ sessions }) => `${sessions.text} 个会话是否符合条件未知，未计入${UNDECIDED}`,
  prunedSessions: ({ sessions }) => `${sessions.text} 个会话未计入：只有已清理的轮次能说明它们是否匹配`,
};
