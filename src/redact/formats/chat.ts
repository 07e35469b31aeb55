import { address, format, weak, type Format } from './format.ts';

/** Bots and webhooks of chats: whoever has the address can write. */
export const CHAT: readonly Format[] = [
  // gitleaks slack-*.
  format(
    'slack-token',
    ['xoxa-', 'xoxb-', 'xoxc-', 'xoxe-', 'xoxo-', 'xoxp-', 'xoxr-', 'xoxs-'],
    String.raw`[\w-]{10,}`,
  ),
  format('slack-token', ['xoxe.xox'], String.raw`[a-z]-[\w-]{10,}`),
  format('slack-token', ['xoxd-'], String.raw`[\w%+/=-]{20,}`),
  format('slack-token', ['xapp-'], String.raw`\d-[\w-]{10,}`),
  address(
    'slack-webhook',
    ['hooks.slack.com/services/', 'hooks.slack.com/workflows/', 'hooks.slack.com/triggers/'],
    '',
    String.raw`[\w+/-]`,
    20,
  ),
  // open.feishu.cn, "Custom bot"; Lark is the same abroad.
  address(
    'feishu-webhook',
    [
      'feishu.cn/open-apis/bot/',
      'larksuite.com/open-apis/bot/',
      'feishu.cn/flow/api/trigger-webhook/',
      'larksuite.com/flow/api/trigger-webhook/',
    ],
    String.raw`(?:(?:v\d/)?hook/)?`,
    String.raw`[\w-]`,
    20,
  ),
  // developer.work.weixin.qq.com, "Group robot": the same key sends messages and files.
  address(
    'wecom-webhook',
    ['qyapi.weixin.qq.com/cgi-bin/webhook/'],
    String.raw`\w{2,20}\?(?:[\w-]{1,20}=[^&\s"'<>]{0,40}&){0,3}key=`,
    String.raw`[\w-]`,
    20,
  ),
  // open.dingtalk.com, "Custom robot": an access token, and a secret to sign with.
  address(
    'dingtalk-webhook',
    ['oapi.dingtalk.com/robot/send'],
    String.raw`\w{0,20}\?(?:[\w-]{1,20}=[^&\s"'<>]{0,100}&){0,3}(?:access_token|session)=`,
    String.raw`\w`,
    20,
  ),
  weak('dingtalk-secret', ['SEC'], '[a-f0-9]{64}(?![A-Za-z0-9])'),
  // trufflehog discordwebhook, microsoftteamswebhook, zapierwebhook; the documentation of IFTTT and ServerChan.
  address(
    'webhook',
    ['discord.com/api/webhooks/', 'discordapp.com/api/webhooks/'],
    String.raw`\d{17,20}/`,
    String.raw`[\w-]`,
    60,
  ),
  address(
    'webhook',
    ['webhook.office.com/webhookb2/'],
    String.raw`[\w@-]{36,80}/IncomingWebhook/`,
    String.raw`[\w/-]`,
    32,
  ),
  address('webhook', ['hooks.zapier.com/hooks/catch/'], String.raw`\d{4,12}/`, String.raw`\w`, 6),
  address(
    'webhook',
    ['maker.ifttt.com/trigger/'],
    String.raw`\w{1,60}(?:/json)?/with/key/`,
    String.raw`[\w-]`,
    20,
  ),
  weak('webhook', ['SCT'], String.raw`\d{2,8}T[A-Za-z0-9]{20,40}(?![A-Za-z0-9])`),
];
