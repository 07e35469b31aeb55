import { shape, type PatternDraft } from '../pattern.ts';

/** Secrets whose form is more than a beginning. */
export const OTHER: readonly PatternDraft[] = [
  // gitleaks azure-ad-client-secret; Azure storage and Service Bus connection strings (learn.microsoft.com).
  shape('azure-secret', /(?<![\w~.])[\w~.]{3}\dQ~[\w~.-]{31,34}(?![\w~.-])/g, ['Q~']),
  shape('azure-secret', /\b(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{42,86}={1,2})/g, [
    'AccountKey=',
    'SharedAccessKey=',
  ]),
  // open.bigmodel.cn, "Authentication": an id of 32 hexadecimal digits and a secret of 16 characters.
  shape(
    'zhipu-key',
    /(?<![\w.-])[a-f0-9]{32}\.(?=[A-Za-z]{0,16}\d|[a-z]{0,15}[A-Z]|[A-Z]{1,15}[a-z])[A-Za-z0-9]{16}(?![\w.-])/g,
    ['.'],
  ),
  // trufflehog telegrambottoken, discordbottoken: channels that agents use.
  shape('telegram-token', /(?<![A-Za-z0-9_-])(?:bot)?(\d{8,10}:A[A-Z][\w-]{32,33})(?![\w-])/g, [':A']),
  shape(
    'discord-token',
    /(?<![\w.-])(?=[\w-]{0,27}\d)[MNO][\w-]{23,27}\.[\w-]{6}\.(?=[\w-]{0,37}\d)[\w-]{27,38}(?![\w.-])/g,
    ['.'],
  ),
  // trufflehog terraformcloudpersonaltoken.
  shape('service-token', /(?<![A-Za-z0-9])[A-Za-z0-9]{14}\.atlasv1\.[\w=-]{60,70}/g, ['.atlasv1.']),
  // trufflehog mailchimp.
  shape('service-token', /(?<![A-Za-z0-9])[a-f0-9]{32}-us\d{1,2}(?![\w-])/g, ['-us']),
  // gitleaks jwt; RFC 7519. A signature may be cut off.
  shape('jwt', /(?<![\w-])eyJ[\w-]{8,}\.eyJ[\w-]{8,}(?:\.[\w-]+)?/g, ['eyJ']),
  // RFC 7516: the encrypted form has five parts, and its header says so.
  shape('jwt', /(?<![\w-])eyJ[\w-]{16,1000}(?:\.[\w-]{0,4000}){1,3}\.[\w-]{16,}\.[\w-]{16,}(?![\w-])/g, [
    'eyJ',
  ]),
];
